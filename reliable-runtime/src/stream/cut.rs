//! A stream that a plan of failures breaks.

use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::policies::chaos::strike::{Struck, struck as struck_by};
use crate::policies::chaos::{Break, How};
use crate::said::fault::{Fault, FromFault};
use crate::stream::begun::{Begun, ResultStream};

/// A stream that a plan of failures may break, made by [`struck`].
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Cut<S, E> {
    /// `None` once it was cut.
    stream: Option<S>,
    breaks: Option<Breaks<E>>,
}

#[derive(Debug)]
struct Breaks<E> {
    behind: u32,
    /// `None` where it hangs.
    error: Option<E>,
}

// Nothing of it is ever pinned.
impl<S: Unpin, E> Unpin for Cut<S, E> {}

impl<S, T, E> Stream for Cut<S, E>
where
    S: Stream<Item = Result<T, E>> + Unpin,
{
    type Item = Result<T, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        let this = &mut *self;
        if let Some(breaks) = this.breaks.take_if(|breaks| breaks.behind == 0) {
            let Some(error) = breaks.error else {
                this.breaks = Some(breaks);
                return Poll::Pending;
            };
            this.stream = None;
            return Poll::Ready(Some(Err(error)));
        }
        let Some(stream) = &mut this.stream else { return Poll::Ready(None) };
        let item = ready!(Pin::new(stream).poll_next(cx));
        if let (Some(breaks), Some(_)) = (&mut this.breaks, &item) {
            breaks.behind -= 1;
        }
        Poll::Ready(item)
    }
}

impl<S, T, E> ResultStream for Cut<S, E>
where
    S: Stream<Item = Result<T, E>> + Unpin,
{
    type Begun = Begun<Self, Result<T, E>>;

    fn begun(of: Self::Begun) -> Self::Begun {
        of
    }
}

/// The error of items, of which it is looked at whether it can be made of a fault: by `|items| items.of_fault()`.
#[derive(Debug)]
pub struct Items<E>(OfAny<E>);

#[doc(hidden)]
#[derive(Debug)]
pub struct OfAny<E>(PhantomData<E>);

impl<E> Deref for Items<E> {
    type Target = OfAny<E>;

    fn deref(&self) -> &OfAny<E> {
        &self.0
    }
}

#[allow(clippy::unused_self, reason = "the type is what counts, as in `Inspect`")]
impl<E: FromFault> Items<E> {
    /// How a fault becomes such an error; nothing, if it has no `From<Fault>`.
    pub fn of_fault(&self) -> Option<fn(Fault) -> E> {
        Some(E::from_fault)
    }
}

#[allow(clippy::unused_self, reason = "the type is what counts, as in `Inspect`")]
impl<E> OfAny<E> {
    #[doc(hidden)]
    pub fn of_fault(&self) -> Option<fn(Fault) -> E> {
        None
    }
}

/// Runs a call, unless the plan in scope has something else in mind, and breaks its stream where the plan says so.
///
/// ```
/// use futures_util::stream::{self, StreamExt};
/// use reliable::chaos::{Chaos, cut_after};
/// use reliable::stream::struck;
/// use reliable::{Fault, Scope};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let call = async { Ok::<_, String>(stream::iter([Ok::<u32, Fault>(1), Ok(2)])) };
/// let plan = Chaos::plan().at("ask", [cut_after(1)]);
/// let call = Scope::current().chaos(&plan).run(struck("ask", call, |items| items.of_fault()));
/// let items: Vec<_> = call.await.unwrap().collect().await;
/// assert!(matches!(items[..], [Ok(1), Err(Fault::Policy { .. })]));
/// # }
/// ```
///
/// # Errors
/// That of the call, or of the plan.
///
/// # Panics
/// As [`strike`](crate::policies::chaos::strike::strike) does; and if the plan cuts the stream without an error, and that of
/// the items can't be made of a fault.
pub async fn struck<F, S, T, I, E>(
    point: &'static str,
    call: F,
    of_fault: impl FnOnce(Items<I>) -> Option<fn(Fault) -> I>,
) -> Result<Cut<S, I>, E>
where
    F: Future<Output = Result<S, E>>,
    S: Stream<Item = Result<T, I>>,
    I: 'static,
    E: 'static,
{
    let mut breaks = None;
    let wait = match struck_by(point, |what| breaks_by(what, point, of_fault)) {
        Some(Struck::Ended(outcome)) => return outcome,
        Some(Struck::Breaks(by)) => {
            breaks = Some(by);
            None
        }
        Some(Struck::Waits(wait)) => Some(wait),
        None => None,
    };
    if let Some(wait) = wait {
        wait.over(point).await;
    }
    call.await.map(|stream| Cut { stream: Some(stream), breaks })
}

fn breaks_by<E: 'static>(
    Break { behind, how }: &Break,
    point: &'static str,
    of_fault: impl FnOnce(Items<E>) -> Option<fn(Fault) -> E>,
) -> Breaks<E> {
    let behind = *behind;
    let error = match how {
        How::Stall => None,
        How::Cut(Some(failing)) => Some(failing.error(point)),
        How::Cut(None) => {
            let Some(of_fault) = of_fault(Items(OfAny(PhantomData))) else {
                panic!(
                    "the chaos plan cuts the stream of `{point}`, whose items have an error without `From<reliable::Fault>`: write `cut_after({behind}).with(|| …)`"
                );
            };
            let reason = format!("the chaos plan cut its stream behind item {behind}");
            let fault = Fault::Policy { tool: point.into(), reason };
            Some(of_fault(fault))
        }
    };
    Breaks { behind, error }
}
