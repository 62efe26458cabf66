//! A call that a breaker counts when its stream has ended.

use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::policies::circuit_breaker::owned::OwnedPermit;
use crate::policies::circuit_breaker::{CircuitBreaker, Permit};
use crate::seen::failure::Failure;

/// A stream that a [`CircuitBreaker`] counts, made by [`Permit::until_end`].
#[must_use = "streams do nothing unless polled"]
pub struct Counted<S, B: Deref<Target = CircuitBreaker>, E> {
    stream: Option<S>,
    permit: UntilLeft<B>,
    tool: &'static str,
    // Of a closure the compiler would have to prove again and again that it takes each error.
    inspect: fn(&E) -> Failure<'_>,
}

/// The permit of a stream that its reader may leave.
struct UntilLeft<B: Deref<Target = CircuitBreaker>>(OwnedPermit<B>);

impl<B: Deref<Target = CircuitBreaker>> Drop for UntilLeft<B> {
    fn drop(&mut self) {
        self.0.was_left();
    }
}

impl Permit<'_> {
    /// Counts the outcome: an error at once, and a stream when it has ended. Its first error is a failure, and so is a panic in it;
    /// an end without one is a success. A stream that its reader drops before counts as nothing, also where the reader panics.
    /// `breaker` is what the stream keeps of it: a reference, or an [`Arc`](std::sync::Arc).
    ///
    /// `inspect` looks at an error of the call, and `inspect_item` at one of the stream. An error for which `when` is false is a
    /// success, as in [`settle`](Permit::settle).
    ///
    /// ```
    /// use futures_util::stream::{self, StreamExt};
    /// use reliable::{CircuitBreaker, CircuitState};
    /// use reliable::expansion::Inspect;
    ///
    /// static SERVICE: CircuitBreaker = CircuitBreaker::new().failures(1);
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let permit = SERVICE.admit("ask").unwrap();
    /// let opened = Ok::<_, String>(stream::iter([Ok(1), Err("cut")]));
    /// let mut words = permit
    ///     .until_end(
    ///         &SERVICE,
    ///         "ask",
    ///         opened,
    ///         |error| Inspect::new(error).failure(),
    ///         |error| Inspect::new(error).failure(),
    ///     )
    ///     .unwrap();
    /// assert_eq!((words.next().await, SERVICE.state()), (Some(Ok(1)), CircuitState::Closed));
    /// assert_eq!((words.next().await, SERVICE.state()), (Some(Err("cut")), CircuitState::Open));
    /// # }
    /// ```
    ///
    /// # Errors
    /// That of the outcome.
    ///
    /// # Panics
    /// If it is another breaker.
    pub fn until_end<S, B, T, E, I>(
        self,
        breaker: B,
        tool: &'static str,
        outcome: Result<S, E>,
        inspect: impl Fn(&E) -> Failure<'_>,
        inspect_item: fn(&I) -> Failure<'_>,
    ) -> Result<Counted<S, B, I>, E>
    where
        S: Stream<Item = Result<T, I>>,
        B: Deref<Target = CircuitBreaker>,
    {
        match outcome {
            Ok(stream) => {
                let mut permit = self.owned(breaker);
                permit.began(tool);
                let permit = UntilLeft(permit);
                Ok(Counted { stream: Some(stream), permit, tool, inspect: inspect_item })
            }
            Err(error) => self.settle(tool, Err(error), inspect),
        }
    }
}

// Nothing of it is ever pinned.
impl<S: Unpin, B: Deref<Target = CircuitBreaker>, E> Unpin for Counted<S, B, E> {}

impl<S, B, T, E> Stream for Counted<S, B, E>
where
    S: Stream<Item = Result<T, E>> + Unpin,
    B: Deref<Target = CircuitBreaker>,
{
    type Item = Result<T, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        let this = &mut *self;
        let Some(stream) = &mut this.stream else { return Poll::Ready(None) };
        let permit = &mut this.permit.0;
        let item = ready!(permit.within(|| Pin::new(stream).poll_next(cx)));
        match &item {
            Some(Ok(_)) => permit.goes_on(),
            Some(Err(error)) => {
                let failure = permit.within(|| (this.inspect)(error));
                permit.failed(this.tool, &failure);
            }
            None => {
                permit.ended(this.tool);
                this.stream = None;
            }
        }
        Poll::Ready(item)
    }
}

impl<S, B: Deref<Target = CircuitBreaker>, E> fmt::Debug for Counted<S, B, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counted").field("tool", &self.tool).finish_non_exhaustive()
    }
}
