//! The tool that everyone calls, its error, and how a call is made that never waits.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use reliable::Fault;

#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error("busy")]
    Busy,
    #[error("timed out")]
    TimedOut,
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Ready at once, and the compiler does not know that it can't fail.
#[inline]
pub async fn tool(n: u64) -> Result<u64, Error> {
    if black_box(false) { Err(Error::Busy) } else { Ok(n) }
}

/// Never goes well.
#[inline]
pub async fn dead_tool(n: u64) -> Result<u64, Error> {
    if black_box(true) { Err(Error::Busy) } else { Ok(n) }
}

/// What this process has in memory.
pub fn resident_bytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB")?.trim().parse().ok());
    kib.map_or(f64::NAN, |kib: f64| kib * 1024.0)
}

/// Makes a call that is ready at the first poll: a figure for one that had to wait would be about the waiting.
#[inline]
pub fn ready<F: Future>(call: F) -> F::Output {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("a call had to wait, which was not to be measured"),
    }
}

/// Makes a call, and polls it again at once where it has to wait for another thread.
#[inline]
pub fn spin<F: Future>(call: F) -> F::Output {
    let mut call = pin!(call);
    loop {
        match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => return outcome,
            Poll::Pending => std::hint::spin_loop(),
        }
    }
}
