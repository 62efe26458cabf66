//! The declared type, made again of what the policies have put around a stream.

use std::pin::Pin;

use futures_core::Stream;

use crate::seen::outcome::Outcome;

/// A stream that can be put into a box of type `B`: `Pin<Box<dyn Stream<Item = …>>>` with `Send`, with `Send + Sync`, and without,
/// and the same as `Box<dyn Stream<Item = …> + Unpin>`. Never to be implemented by hand.
///
/// ```
/// use futures_util::stream::{self, LocalBoxStream};
/// use reliable::stream::IntoBox;
///
/// let numbers: LocalBoxStream<'_, u32> = stream::iter([1, 2]).into_box();
/// ```
#[diagnostic::on_unimplemented(
    message = "`stream` puts another stream around the one of the body, and `{B}` can't be made of that: return `Pin<Box<dyn Stream<Item = Result<T, E>> + Send>>` or `impl Stream<Item = Result<T, E>>` in its place",
    label = "`{B}` can't be made of another stream"
)]
pub trait IntoBox<B> {
    /// The stream in that box.
    fn into_box(self) -> B;
}

macro_rules! boxes {
    ($($boxed:ty: [$($demand:tt)*] $pin:expr;)*) => {$(
        impl<'s, S, I> IntoBox<$boxed> for S
        where
            S: Stream<Item = I> + $($demand)* 's,
        {
            fn into_box(self) -> $boxed {
                $pin(self)
            }
        }
    )*};
}

boxes! {
    Pin<Box<dyn Stream<Item = I> + 's>>: [] Box::pin;
    Pin<Box<dyn Stream<Item = I> + Send + 's>>: [Send +] Box::pin;
    Pin<Box<dyn Stream<Item = I> + Send + Sync + 's>>: [Send + Sync +] Box::pin;
    Box<dyn Stream<Item = I> + Unpin + 's>: [Unpin +] Box::new;
    Box<dyn Stream<Item = I> + Unpin + Send + 's>: [Unpin + Send +] Box::new;
    Box<dyn Stream<Item = I> + Unpin + Send + Sync + 's>: [Unpin + Send + Sync +] Box::new;
}

/// Puts the stream of an outcome into the box that the function declares.
///
/// ```
/// use futures_util::stream::{self, BoxStream};
/// use reliable::stream::boxed;
///
/// let numbers = Ok::<_, String>(stream::iter([Ok(1), Ok(2)]));
/// let answer: Result<BoxStream<'static, Result<u32, String>>, String> = boxed(numbers);
/// # assert!(answer.is_ok());
/// ```
///
/// # Errors
/// That of the outcome.
pub fn boxed<R, S>(outcome: Result<S, R::Error>) -> R
where
    R: Outcome,
    S: IntoBox<R::Value>,
{
    R::from_result(outcome.map(IntoBox::into_box))
}
