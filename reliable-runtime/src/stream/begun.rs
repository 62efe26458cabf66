//! A stream that has begun: its first item is there.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::seen::outcome::Outcome;

/// A stream of results that can be read where it stands: any in a `Box`. Never to be implemented by hand.
///
/// It exists for its error message: `stream` on a function that returns none is told so in a sentence.
///
/// ```
/// use futures_util::stream::BoxStream;
/// use reliable::stream::ResultStream;
///
/// fn reads<S: ResultStream>() {}
/// reads::<BoxStream<'static, Result<String, std::io::Error>>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`stream` needs a function that returns a stream, and `{Self}` is none that can be handed on: return `Result<Pin<Box<dyn Stream<Item = Result<T, E>> + Send>>, E>` or `Result<impl Stream<Item = Result<T, E>>, E>`, or remove `stream`",
    label = "neither a boxed stream nor an `impl Stream`"
)]
pub trait ResultStream: Stream<Item: StreamItem> + Unpin + Sized {
    /// The same when its first item is there. It is always a [`Begun`]: of a stream that is none, it is nothing.
    type Begun;

    /// Says so.
    fn begun(of: Begun<Self, Self::Item>) -> Self::Begun;
}

impl<S: Stream<Item: StreamItem> + ?Sized> ResultStream for Pin<Box<S>> {
    type Begun = Begun<Self, S::Item>;

    fn begun(of: Self::Begun) -> Self::Begun {
        of
    }
}

impl<S: Stream<Item: StreamItem> + Unpin + ?Sized> ResultStream for Box<S> {
    type Begun = Begun<Self, S::Item>;

    fn begun(of: Self::Begun) -> Self::Begun {
        of
    }
}

/// An item of a stream of results. Implemented for [`Result`]; never by hand.
///
/// ```
/// use reliable::stream::StreamItem;
///
/// assert_eq!(Ok::<u32, String>(1).into_result(), Ok(1));
/// ```
#[diagnostic::on_unimplemented(
    message = "`stream` needs a stream of `Result`s, and the items of this one are `{Self}`: return `Stream<Item = Result<{Self}, E>>`",
    label = "write `Result<{Self}, YourError>` for an item"
)]
pub trait StreamItem: Sized {
    /// What it is.
    type Ok;
    /// What it failed with.
    type Err;

    /// The item as the `Result` that it is.
    ///
    /// # Errors
    /// That of the item.
    fn into_result(self) -> Result<Self::Ok, Self::Err>;

    /// The other way round.
    fn from_ok(value: Self::Ok) -> Self;
}

impl<T, E> StreamItem for Result<T, E> {
    type Ok = T;
    type Err = E;

    fn into_result(self) -> Result<T, E> {
        self
    }

    fn from_ok(value: T) -> Self {
        Ok(value)
    }
}

/// The error of a call, made of what its stream fails with before the first item. Implemented for every type that has `From`
/// of it; never by hand.
///
/// ```
/// use reliable::stream::FromItem;
///
/// let error = String::from_item("the connection was cut");
/// assert_eq!(error, "the connection was cut");
/// ```
#[diagnostic::on_unimplemented(
    message = "an error before the first item is that of the call, and `{Self}` can't be made of `{I}`: write `impl From<{I}> for {Self}`",
    label = "the error of the call needs `From<{I}>`"
)]
pub trait FromItem<I> {
    /// The error of an item as that of the call.
    fn from_item(error: I) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<I>, I> FromItem<I> for E {
    fn from_item(error: I) -> Self {
        E::from(error)
    }
}

/// A stream whose first item is there, made by [`begun`]: it gives that one, and what was held back before it, and goes on.
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Begun<S, I> {
    held_back: std::vec::IntoIter<I>,
    first: Option<I>,
    /// `None` once it has ended: the stream is dropped then.
    rest: Option<S>,
}

// The items are never pinned.
impl<S: Unpin, I> Unpin for Begun<S, I> {}

impl<S: Stream + Unpin> Stream for Begun<S, S::Item> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = &mut *self;
        if let Some(item) = this.held_back.next().or_else(|| this.first.take()) {
            return Poll::Ready(Some(item));
        }
        let Some(rest) = &mut this.rest else { return Poll::Ready(None) };
        let item = ready!(Pin::new(rest).poll_next(cx));
        if item.is_none() {
            this.rest = None;
        }
        Poll::Ready(item)
    }
}

type ItemError<R> = <<<R as Outcome>::Value as Stream>::Item as StreamItem>::Err;

/// Waits for the first item of the stream that a call has opened, and gives the stream with that item in it.
///
/// An error before it is that of the call. A stream that ends without an item is none: it is empty, and goes well.
///
/// ```
/// use futures_util::stream::{self, BoxStream, StreamExt};
/// use reliable::stream::begun;
///
/// type Answer = BoxStream<'static, Result<u32, String>>;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let good: Answer = stream::iter([Ok(1), Err("cut".to_owned())]).boxed();
/// let answer = begun(Ok::<_, String>(good)).await.unwrap();
/// assert_eq!(answer.collect::<Vec<_>>().await, [Ok(1), Err("cut".to_owned())]);
///
/// let bad: Answer = stream::iter([Err("cut".to_owned()), Ok(1)]).boxed();
/// assert_eq!(begun(Ok::<_, String>(bad)).await.err().unwrap(), "cut");
/// # }
/// ```
///
/// # Errors
/// That of the call, or of the stream before its first item.
pub fn begun<R, I>(outcome: R) -> impl Future<Output = Result<<R::Value as ResultStream>::Begun, R::Error>> + use<R, I>
where
    R: Outcome<Value: ResultStream<Item = I>>,
    I: StreamItem,
    R::Error: FromItem<ItemError<R>>,
{
    Beginning { opened: Some(outcome.into_result()), held_back: Vec::new(), counts: |_: &I::Ok| true }
}

/// The same, where the first item is the first that `counts`: those before it are held back until then, and come out first.
///
/// ```
/// use futures_util::stream::{self, BoxStream, StreamExt};
/// use reliable::stream::begun_at;
///
/// type Answer = BoxStream<'static, Result<&'static str, String>>;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let has_text = |item: &&str| !item.is_empty();
/// let bad: Answer = stream::iter([Ok(""), Err("overloaded".to_owned())]).boxed();
/// assert_eq!(begun_at(Ok::<_, String>(bad), has_text).await.err().unwrap(), "overloaded");
///
/// let good: Answer = stream::iter([Ok(""), Ok("hi")]).boxed();
/// let answer = begun_at(Ok::<_, String>(good), has_text).await.unwrap();
/// assert_eq!(answer.collect::<Vec<_>>().await, [Ok(""), Ok("hi")]);
/// # }
/// ```
///
/// # Errors
/// That of the call, or of the stream before the first item that counts.
pub fn begun_at<R, I, F>(
    outcome: R,
    counts: F,
) -> impl Future<Output = Result<<R::Value as ResultStream>::Begun, R::Error>> + use<R, I, F>
where
    R: Outcome<Value: ResultStream<Item = I>>,
    I: StreamItem,
    R::Error: FromItem<ItemError<R>>,
    F: Fn(&I::Ok) -> bool,
{
    Beginning { opened: Some(outcome.into_result()), held_back: Vec::new(), counts }
}

/// Waits for the first item.
///
/// By hand and not an `async fn`, and of the items and not of the stream's `Item`: or the compiler would look for that of a stream
/// with a closure in it whenever it asks whether a future is `Send`, and not find it.
struct Beginning<S, E, I, F> {
    opened: Option<Result<S, E>>,
    held_back: Vec<I>,
    counts: F,
}

// Nothing of it is ever pinned.
impl<S: Unpin, E, I, F> Unpin for Beginning<S, E, I, F> {}

impl<S, E, I, F> Future for Beginning<S, E, I, F>
where
    S: ResultStream<Item = I>,
    I: StreamItem,
    E: FromItem<I::Err>,
    F: Fn(&I::Ok) -> bool,
{
    type Output = Result<S::Begun, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let mut first = None;
        let mut has_ended = false;
        if let Some(Ok(stream)) = &mut this.opened {
            while first.is_none() && !has_ended {
                match ready!(Pin::new(&mut *stream).poll_next(cx)).map(StreamItem::into_result) {
                    Some(Ok(item)) if !(this.counts)(&item) => this.held_back.push(I::from_ok(item)),
                    Some(Ok(item)) => first = Some(I::from_ok(item)),
                    Some(Err(error)) => return Poll::Ready(Err(E::from_item(error))),
                    None => has_ended = true,
                }
            }
        }
        let stream = this.opened.take().expect("a future that is done is not polled");
        Poll::Ready(stream.map(|stream| {
            let held_back = std::mem::take(&mut this.held_back).into_iter();
            S::begun(Begun { held_back, first, rest: (!has_ended).then_some(stream) })
        }))
    }
}

/// Pins the stream that a call has opened, so that it can be read where it stands: for an `impl Stream` of items `I`, which is in
/// no box.
///
/// ```
/// use futures_util::stream::{self, StreamExt};
/// use reliable::stream::{begun, pinned};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let opened = Ok::<_, String>(stream::once(async { Ok::<u32, String>(1) }));
/// let answer = begun(pinned(opened)).await.unwrap();
/// assert_eq!(answer.collect::<Vec<_>>().await, [Ok(1)]);
/// # }
/// ```
///
/// # Errors
/// That of the call.
pub fn pinned<I, R>(outcome: R) -> Result<Pin<Box<R::Value>>, R::Error>
where
    R: Outcome<Value: Stream<Item = I>>,
{
    outcome.into_result().map(Box::pin)
}
