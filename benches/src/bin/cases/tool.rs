//! The tool that everyone calls, in a few shapes. It does nothing, but the compiler does not know that it can't fail, nor
//! what with.

use std::cell::Cell;
use std::future::pending;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll};

use reliable::{Fault, FaultKind};

/// What goes wrong with the tool itself.
#[derive(Debug, Clone, thiserror::Error)]
#[error("busy")]
pub struct Busy;

/// The error type of the tool, the same for everyone.
#[derive(Debug, Clone, thiserror::Error)]
#[cfg_attr(feature = "durable", derive(serde::Serialize, serde::Deserialize))]
pub enum Error {
    #[error("busy")]
    Busy,
    #[error("timed out")]
    TimedOut,
    #[error("the circuit is open")]
    Open,
    #[error("denied")]
    Denied,
    #[error("no room")]
    NoRoom,
}

/// An error type that keeps all that is known of a fault, and is as large as that takes.
#[derive(Debug, thiserror::Error)]
pub enum Telling {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The same with an answer of a service in it.
#[derive(Debug, thiserror::Error)]
pub enum Large {
    #[error("busy")]
    Busy([u8; 196]),
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        match fault.kind() {
            FaultKind::TimedOut => Error::TimedOut,
            FaultKind::CircuitOpen => Error::Open,
            FaultKind::Rejected => Error::NoRoom,
            _ => Error::Denied,
        }
    }
}

impl From<Busy> for Large {
    fn from(Busy: Busy) -> Large {
        Large::Busy(black_box([1; 196]))
    }
}

impl From<Busy> for String {
    fn from(busy: Busy) -> String {
        busy.to_string()
    }
}

impl From<Busy> for Telling {
    fn from(Busy: Busy) -> Telling {
        Telling::Busy
    }
}

impl From<Busy> for Error {
    fn from(Busy: Busy) -> Error {
        Error::Busy
    }
}

#[cold]
#[inline(never)]
fn failed<E: From<Busy>>() -> E {
    Busy.into()
}

/// Ready at the first poll.
pub async fn tool<E: From<Busy>>(n: u64) -> Result<u64, E> {
    if black_box(false) { Err(failed()) } else { Ok(n) }
}

thread_local! {
    static CALLS: Cell<u32> = const { Cell::new(0) };
    static HANGS: Cell<bool> = const { Cell::new(false) };
}

/// Fails, and then goes well, in turns.
pub async fn flaky_tool<E: From<Busy>>(n: u64) -> Result<u64, E> {
    let calls = CALLS.get();
    CALLS.set(calls.wrapping_add(1));
    if calls.is_multiple_of(2) { Err(failed()) } else { Ok(n) }
}

/// Never goes well.
pub async fn dead_tool<E: From<Busy>>(n: u64) -> Result<u64, E> {
    if black_box(true) { Err(failed()) } else { Ok(n) }
}

/// Hangs as long as [`hangs`] says so.
pub async fn hanging_tool<E: From<Busy>>(n: u64) -> Result<u64, E> {
    if HANGS.get() { pending().await } else { Ok(n) }
}

/// Whether calls that begin from now on hang.
pub fn hangs(hangs: bool) {
    HANGS.set(hangs);
}

/// Pending once, as a call that waits for an answer is.
pub async fn waiting_tool<E: From<Busy>>(n: u64) -> Result<u64, E> {
    PendingOnce(false).await;
    tool(n).await
}

/// Reads a text that its caller keeps.
pub async fn reading_tool<E: From<Busy>>(text: &str) -> Result<usize, E> {
    if black_box(false) { Err(failed()) } else { Ok(black_box(text).len()) }
}

/// Consumes a text.
pub async fn consuming_tool<E: From<Busy>>(text: String) -> Result<usize, E> {
    if black_box(false) { Err(failed()) } else { Ok(black_box(text).len()) }
}

/// Keeps a buffer of 1 KiB over a place where it could wait.
pub async fn large_tool<E: From<Busy>>(n: u64) -> Result<u64, E> {
    let buffer = black_box([1_u8; 1024]);
    let result = tool(n).await;
    black_box(&buffer);
    result
}

/// The text that callers pass.
pub fn text() -> String {
    black_box("what is the weather like in Oslo?").to_owned()
}

struct PendingOnce(bool);

impl Future for PendingOnce {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
