//! What every variant has: the tool that its functions call, and how they are called.

use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("busy")]
    Busy,
    #[error("refused: {0}")]
    Refused(String),
    // And what the policies say.
}

/// Out of line, possibly pending, and with something to drop: as a call over the network is.
pub struct Tool {
    id: u64,
    n: u64,
}

/// The `id` tells the functions apart: LLVM would merge functions that are alike.
#[inline(never)]
pub fn tool(id: u64, n: u64) -> Tool {
    Tool { id: black_box(id), n }
}

impl Future for Tool {
    type Output = Result<u64, Error>;

    #[inline(never)]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match black_box(0) {
            0 => Poll::Ready(Ok(self.id + self.n)),
            1 => Poll::Ready(Err(Error::Busy)),
            2 => Poll::Ready(Err(Error::Refused(self.id.to_string()))),
            _ => Poll::Pending,
        }
    }
}

impl Drop for Tool {
    #[inline(never)]
    fn drop(&mut self) {
        black_box(&self.id);
    }
}

#[inline(never)]
pub fn call(future: impl Future<Output = Result<u64, Error>>) -> u64 {
    poll(pin!(future))
}

#[inline(never)]
fn poll(future: Pin<&mut dyn Future<Output = Result<u64, Error>>>) -> u64 {
    // Whose future it is stays hidden: none is compiled for the one poll that it gets here.
    match black_box(future).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(n)) => n,
        _ => unreachable!("the tool is ready at once"),
    }
}
