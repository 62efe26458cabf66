//! What a step of an agent returns.

use std::ops::ControlFlow;

use crate::agent::run::Run;

/// What a step of an agent came to.
///
/// ```
/// use reliable::{Fault, Step, agent};
///
/// #[agent]
/// async fn count_to(n: usize, seen: &mut Vec<usize>) -> Result<Step<usize>, Fault> {
///     seen.push(seen.len() + 1);
///     Ok(if seen.len() < n { Step::Next } else { Step::Done(seen.iter().sum()) })
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(count_to(4, &mut Vec::new()).await, Ok(10));
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a step that is not returned does not move the agent"]
pub enum Step<T> {
    /// Another step is needed.
    Next,
    /// The answer.
    Done(T),
}

/// What an agent's step returns: a `Result` of a [`Step`]. Implemented for that, under any alias; never by hand.
///
/// ```
/// use reliable::Step;
/// use reliable::expansion::StepOutcome;
///
/// type MyStep = Result<Step<&'static str>, String>;
/// let answer: <MyStep as StepOutcome>::Answer = Ok("42");
/// assert_eq!(MyStep::Ok(Step::Done("42")).into_answer(), Some(answer));
/// ```
#[diagnostic::on_unimplemented(
    message = "a step of an `#[agent]` returns `Result<Step<_>, _>`, and this one returns `{Self}`",
    label = "write `Result<reliable::Step<Answer>, YourError>`: `Step::Next` goes on, `Step::Done(answer)` ends"
)]
pub trait StepOutcome {
    /// What the whole run returns.
    type Answer;

    /// The answer or the error that ends the run; `None` if another step is needed.
    fn into_answer(self) -> Option<Self::Answer>;

    /// Whether the step failed.
    fn is_error(&self) -> bool;

    /// What follows this step of `run`: `Break` with the answer or the error, `Continue` if another step is needed.
    fn settle(self, run: &Run) -> ControlFlow<Self::Answer>
    where
        Self: Sized,
    {
        let failed = self.is_error();
        let Some(answer) = self.into_answer() else { return ControlFlow::Continue(()) };
        run.ended(failed);
        ControlFlow::Break(answer)
    }
}

impl<T, E> StepOutcome for Result<Step<T>, E> {
    type Answer = Result<T, E>;

    fn into_answer(self) -> Option<Result<T, E>> {
        match self {
            Ok(Step::Next) => None,
            Ok(Step::Done(answer)) => Some(Ok(answer)),
            Err(error) => Some(Err(error)),
        }
    }

    fn is_error(&self) -> bool {
        self.is_err()
    }
}
