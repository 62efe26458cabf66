//! What an agent may use up.

use std::time::Duration;

use crate::said::money::Usd;

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
///
/// Each limit is a field, too, to be read: those of a run are at [`Run::limits`](crate::agent::run::Run::limits).
///
/// ```
/// # use reliable::{AgentLimits, Usd};
/// # static SMALL: AgentLimits = AgentLimits::new().max_steps(4).max_usd(Usd::cents(20));
/// assert_eq!((SMALL.max_steps, SMALL.max_usd, SMALL.max_tokens), (4, Some(Usd::cents(20)), None));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "limits do nothing until a run begins with them"]
pub struct AgentLimits {
    /// The steps that may be begun.
    pub max_steps: u32,
    /// The steps that may be begun in the run and in its sub-agents, together; `None` without this limit.
    pub max_total_steps: Option<u32>,
    /// How often in a row an action may meet the same result before the run is stuck; `None` without this limit.
    pub max_repeats: Option<u32>,
    /// The denials in a row after which the run stops; `None` without this limit.
    pub max_denials: Option<u32>,
    /// The money that may be spent; `None` without this limit.
    pub max_usd: Option<Usd>,
    /// The tokens that may be spent; `None` without this limit.
    pub max_tokens: Option<u64>,
    /// The time that the run may take, without the time that a human is asked; `None` without this limit.
    pub within: Option<Duration>,
}

impl Default for AgentLimits {
    fn default() -> Self {
        AgentLimits::new()
    }
}

impl AgentLimits {
    /// Eight steps, and no other limit.
    pub const fn new() -> Self {
        AgentLimits {
            max_steps: 8,
            max_total_steps: None,
            max_repeats: None,
            max_denials: None,
            max_usd: None,
            max_tokens: None,
            within: None,
        }
    }

    /// The steps that may be begun. Default: 8.
    ///
    /// # Panics
    /// If it is 0.
    pub const fn max_steps(self, max_steps: u32) -> Self {
        assert!(max_steps > 0, "`max_steps` of an agent must be 1 or more");
        AgentLimits { max_steps, ..self }
    }

    /// The steps that may be begun in the run and in all its sub-agents, however deep, together. Default: no limit.
    ///
    /// Whichever of them would begin one more is stopped, with a [`Fault::StepLimit`](crate::said::fault::Fault::StepLimit) that
    /// names the agent whose limit it is.
    ///
    /// # Panics
    /// If it is 0.
    pub const fn max_total_steps(self, max_total_steps: u32) -> Self {
        assert!(max_total_steps > 0, "`max_total_steps` of an agent must be 1 or more");
        AgentLimits { max_total_steps: Some(max_total_steps), ..self }
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
    /// It is looked at before each step, also before those of a sub-agent. A running step is not interrupted: that is what
    /// `#[timeout]` does.
    pub const fn within(self, within: Duration) -> Self {
        AgentLimits { within: Some(within), ..self }
    }

    /// How often in a row an action may meet the same result ([`Run::observe`](crate::agent::run::Run::observe)), in this run
    /// and its sub-agents, before the run is stuck: with 3, the third time ends it. Default: no limit.
    ///
    /// # Panics
    /// If it is below 2.
    pub const fn max_repeats(self, max_repeats: u32) -> Self {
        assert!(max_repeats > 1, "`max_repeats` of an agent must be 2 or more");
        AgentLimits { max_repeats: Some(max_repeats), ..self }
    }

    /// After how many denials in a row the run stops, its sub-agents' denials among them: from then on nobody is asked any
    /// more, and no other step is begun ([`Fault::TooManyDenials`](crate::said::fault::Fault::TooManyDenials)). An approval in
    /// between starts the count anew; a question that expired was not denied, and changes nothing. Default: no limit.
    ///
    /// # Panics
    /// If it is 0.
    pub const fn max_denials(self, max_denials: u32) -> Self {
        assert!(max_denials > 0, "`max_denials` of an agent must be 1 or more");
        AgentLimits { max_denials: Some(max_denials), ..self }
    }
}
