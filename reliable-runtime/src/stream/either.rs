//! One of two streams: that of a call, or that of its fallback.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

/// One of two streams with the same items, made by [`left`] or [`right`].
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub enum Either<L, R> {
    /// What the call itself gave.
    Left(L),
    /// What stands in for it.
    Right(R),
}

impl<L, R> Stream for Either<L, R>
where
    L: Stream + Unpin,
    R: Stream<Item = L::Item> + Unpin,
{
    type Item = L::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<L::Item>> {
        match self.get_mut() {
            Either::Left(stream) => Pin::new(stream).poll_next(cx),
            Either::Right(stream) => Pin::new(stream).poll_next(cx),
        }
    }
}

/// The outcome of the call itself, where something else may stand in for it.
///
/// ```
/// use futures_util::stream::{self, StreamExt};
/// use reliable::stream::{left, right};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let ask = |is_up: bool| {
///     if is_up {
///         return left(Ok::<_, String>(stream::iter([1, 2])));
///     }
///     right(Ok(stream::empty()))
/// };
/// assert_eq!(ask(true).unwrap().collect::<Vec<_>>().await, [1, 2]);
/// assert_eq!(ask(false).unwrap().count().await, 0);
/// # }
/// ```
///
/// # Errors
/// That of the outcome.
pub fn left<L, R, E>(outcome: Result<L, E>) -> Result<Either<L, R>, E> {
    outcome.map(Either::Left)
}

/// The outcome of what stands in for the call; see [`left`].
///
/// # Errors
/// That of the outcome.
pub fn right<L, R, E>(outcome: Result<R, E>) -> Result<Either<L, R>, E> {
    outcome.map(Either::Right)
}
