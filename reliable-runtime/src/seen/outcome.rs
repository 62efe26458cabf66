//! What a function gave: a `Result`, seen through a trait for the sake of its error messages.

use crate::said::fault::{Fault, FromFault};

/// What an annotated function returns. Implemented for [`Result`], under any alias, and with the feature `rmcp` for what its
/// tools return; never by hand.
///
/// ```
/// use reliable::Fault;
/// use reliable::expansion::Outcome;
///
/// let stopped: Result<u32, String> = Outcome::from_fault(Fault::StepLimit { agent: "assistant".into(), max_steps: 8 });
/// assert!(stopped.into_result().is_err());
/// ```
#[diagnostic::on_unimplemented(
    message = "an attribute of `reliable` needs a function that returns a `Result`, and this one returns `{Self}`",
    label = "write `Result<{Self}, YourError>`"
)]
pub trait Outcome: Sized {
    /// The value of a call that went well.
    type Value;
    /// The error of a failed call.
    type Error;

    /// The outcome as the `Result` that it is.
    ///
    /// # Errors
    /// The error of a failed call.
    fn into_result(self) -> Result<Self::Value, Self::Error>;

    /// The other way round.
    fn from_result(result: Result<Self::Value, Self::Error>) -> Self;

    /// The outcome of a call that the runtime ended.
    #[inline]
    fn from_fault(fault: Fault) -> Self
    where
        Self::Error: FromFault,
    {
        Self::from_result(Err(FromFault::from_fault(fault)))
    }
}

impl<T, E> Outcome for Result<T, E> {
    type Value = T;
    type Error = E;

    #[inline]
    fn into_result(self) -> Result<T, E> {
        self
    }

    #[inline]
    fn from_result(result: Result<T, E>) -> Self {
        result
    }
}
