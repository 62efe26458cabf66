//! The tool that everyone calls, in a few shapes. It does nothing, but the compiler does not know that it can't fail, nor
//! what with.

use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll};

use reliable::{Fault, FaultKind};

/// What goes wrong with the tool itself.
#[derive(Debug, Clone)]
pub struct Busy;

/// The error type of the tool, the same for everyone.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error("busy")]
    Busy,
    #[error("timed out")]
    TimedOut,
    #[error("the circuit is open")]
    Open,
    #[error("denied")]
    Denied,
}

/// An error type that keeps all that is known of a fault, and is as large as that takes.
#[derive(Debug, thiserror::Error)]
pub enum Telling {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        match fault.kind() {
            FaultKind::TimedOut => Error::TimedOut,
            FaultKind::CircuitOpen => Error::Open,
            _ => Error::Denied,
        }
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
