//! `#[agent]`: repeats a step until there is an answer or a limit.

use std::time::Duration;

use crate::{Run, ToolName, Usd};

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
/// use reliable::{Step, StepOutcome};
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
    fn settle(self, run: &Run) -> std::ops::ControlFlow<Self::Answer>
    where
        Self: Sized,
    {
        run.settle(self)
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

/// What an agent may use up.
///
/// Each option of `#[agent]` is a method of the same name here, usable in a `const` or `static`.
///
/// ```
/// use reliable::{Fault, AgentLimits, Step, Usd};
///
/// static SMALL: AgentLimits = AgentLimits::new().max_steps(4).max_usd(Usd::cents(20));
///
/// #[reliable::agent(SMALL)]
/// async fn countdown(from: &mut u32) -> Result<Step<&'static str>, Fault> {
///     *from -= 1;
///     Ok(if *from == 0 { Step::Done("lift-off") } else { Step::Next })
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(countdown(&mut 3).await, Ok("lift-off"));
/// assert_eq!(countdown(&mut 9).await, Err(Fault::StepLimit { agent: "countdown".into(), max_steps: 4 }));
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentLimits {
    pub(crate) max_steps: u32,
    pub(crate) max_repeats: Option<u32>,
    pub(crate) max_usd: Option<Usd>,
    pub(crate) max_tokens: Option<u64>,
    pub(crate) within: Option<Duration>,
}

impl Default for AgentLimits {
    fn default() -> Self {
        AgentLimits::new()
    }
}

impl AgentLimits {
    /// Eight steps, and no other limit.
    pub const fn new() -> Self {
        AgentLimits { max_steps: 8, max_repeats: None, max_usd: None, max_tokens: None, within: None }
    }

    /// The steps that may be begun. Default: 8.
    ///
    /// # Panics
    /// If it is 0.
    pub const fn max_steps(self, max_steps: u32) -> Self {
        assert!(max_steps > 0, "`max_steps` of an agent must be 1 or more");
        AgentLimits { max_steps, ..self }
    }

    /// The money that may be spent. Default: no limit, and charges need no price.
    pub const fn max_usd(self, max_usd: Usd) -> Self {
        AgentLimits { max_usd: Some(max_usd), ..self }
    }

    /// The tokens that may be spent. Default: no limit.
    pub const fn max_tokens(self, max_tokens: u64) -> Self {
        AgentLimits { max_tokens: Some(max_tokens), ..self }
    }

    /// The time that the run may take, without the time that a human is asked. Default: no limit.
    ///
    /// It is looked at before each step. A running step is not interrupted: that is what `#[timeout]` does.
    pub const fn within(self, within: Duration) -> Self {
        AgentLimits { within: Some(within), ..self }
    }

    /// How often the same action may meet the same result ([`Run::observe`]) before the run is stuck: with 3, the third
    /// time ends it. Default: no limit.
    ///
    /// # Panics
    /// If it is below 2.
    pub const fn max_repeats(self, max_repeats: u32) -> Self {
        assert!(max_repeats > 1, "`max_repeats` of an agent must be 2 or more");
        AgentLimits { max_repeats: Some(max_repeats), ..self }
    }

    /// Begins a run of `agent`. It spends what an outer run around it may spend, too.
    pub fn begin(&self, agent: impl Into<ToolName>) -> Run {
        Run::begin(agent.into(), *self)
    }
}
