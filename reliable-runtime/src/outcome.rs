//! What a function gave: a `Result`, seen through a trait for the sake of its error messages.

/// What an annotated function returns. Implemented for [`Result`], under any alias; never by hand.
#[diagnostic::on_unimplemented(
    message = "an attribute of `reliable` needs a function that returns a `Result`, and this one returns `{Self}`",
    label = "write `Result<{Self}, YourError>`"
)]
pub trait Outcome: Sized {
    /// The error of a failed call.
    type Error;

    /// The error, if the call failed.
    fn error(&self) -> Option<&Self::Error>;

    /// The error by value, or the outcome itself if the call went well.
    ///
    /// # Errors
    /// The outcome itself, if there is no error to take out of it.
    fn into_error(self) -> Result<Self::Error, Self>;

    /// A failed outcome.
    fn from_error(error: Self::Error) -> Self;
}

impl<T, E> Outcome for Result<T, E> {
    type Error = E;

    #[inline]
    fn error(&self) -> Option<&E> {
        self.as_ref().err()
    }

    #[inline]
    fn into_error(self) -> Result<E, Self> {
        match self {
            Ok(value) => Err(Ok(value)),
            Err(error) => Ok(error),
        }
    }

    #[inline]
    fn from_error(error: E) -> Self {
        Err(error)
    }
}
