//! A place in a bulkhead, kept for as long as a stream lives.

use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::policies::bulkhead::owned::OwnedPermit;
use crate::policies::bulkhead::{Bulkhead, Permit};

/// A stream that has a place in a [`Bulkhead`], made by [`Permit::until_dropped`].
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Held<S, B: Deref<Target = Bulkhead>> {
    /// The stream goes before its place.
    held: Option<(S, OwnedPermit<B>)>,
}

impl Permit<'_> {
    /// Keeps the place until the stream of this outcome has ended or is dropped. `bulkhead` is what the stream keeps of it: a
    /// reference, or an [`Arc`](std::sync::Arc).
    ///
    /// ```
    /// use futures_util::stream::{self, StreamExt};
    /// use reliable::Bulkhead;
    ///
    /// static PLACES: Bulkhead = Bulkhead::new().max(1);
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), reliable::Fault> {
    /// let permit = PLACES.admit("ask").await?;
    /// let mut words = permit.until_dropped(&PLACES, Ok::<_, String>(stream::iter([1, 2]))).unwrap();
    /// assert_eq!((words.next().await, PLACES.running()), (Some(1), 1));
    /// assert_eq!((words.next().await, PLACES.running()), (Some(2), 1));
    /// assert_eq!((words.next().await, PLACES.running()), (None, 0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// That of the outcome: then the place is given back.
    ///
    /// # Panics
    /// If it is another bulkhead.
    pub fn until_dropped<S, B, E>(self, bulkhead: B, outcome: Result<S, E>) -> Result<Held<S, B>, E>
    where
        B: Deref<Target = Bulkhead>,
    {
        outcome.map(|stream| Held { held: Some((stream, self.owned(bulkhead))) })
    }
}

// Neither is ever pinned.
impl<S: Unpin, B: Deref<Target = Bulkhead>> Unpin for Held<S, B> {}

impl<S: Stream + Unpin, B: Deref<Target = Bulkhead>> Stream for Held<S, B> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let Some((stream, _)) = &mut self.held else { return Poll::Ready(None) };
        let item = ready!(Pin::new(stream).poll_next(cx));
        if item.is_none() {
            self.held = None;
        }
        Poll::Ready(item)
    }
}
