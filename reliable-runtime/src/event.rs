//! What happened: one enum, one `emit`.

use std::fmt;
use std::time::Duration;

use crate::{CircuitState, Fault, Scope, ToolName, Usd, metrics};

/// Something that happened to a call or a run. A call that goes well at the first attempt has no event.
///
/// Its `Display` says what happened and what the library did, on one line.
///
/// ```
/// use reliable::Event;
/// use std::time::Duration;
///
/// let pause = Duration::from_millis(500);
/// let event = Event::Retrying { tool: "forecast".into(), attempt: 1, error: "503".into(), pause };
/// assert_eq!(event.tool(), "forecast");
/// assert_eq!(event.name(), "reliable.retry");
/// assert_eq!(event.to_string(), "attempt 1 failed (503); next one in 500ms");
/// ```
///
/// # In `tracing`
///
/// With the feature `tracing` each is an event of `tracing`, too: with the target `reliable`, and these names and fields.
/// The message is the name again. Names and fields are stable; fields may be added. Numbers are `i64`, which is what
/// OpenTelemetry has.
///
/// | event | name | level | fields |
/// |---|---|---|---|
/// | `Retrying` | `reliable.retry` | warn | `tool`, `attempt`, `error`, `pause_ms` |
/// | `Recovered` | `reliable.recovered` | info | `tool`, `attempts` |
/// | `GaveUp` | `reliable.gave_up` | warn | `tool`, `attempts`, `error`, `reason` |
/// | `TimedOut` | `reliable.timed_out` | warn | `tool`, `limit_ms` |
/// | `Hedged` | `reliable.hedged` | info | `tool`, `attempt` |
/// | `RaceWon` | `reliable.race_won` | info | `tool`, `attempt` |
/// | `FellBack` | `reliable.fell_back` | warn | `tool`, `error` |
/// | `Circuit` | `reliable.circuit` | warn | `tool`, `state` |
/// | `Rejected` | `reliable.rejected` | warn | `tool`, `fault` |
/// | `Waited` | `reliable.waited` | debug | `tool`, `by`, `waited_ms` |
/// | `Overruled` | `reliable.overruled` | warn | `tool`, `fault` |
/// | `Injected` | `reliable.injected` | warn | `tool`, `what` |
/// | `Approved` | `reliable.approved` | info | `tool`, `by`, `waited_ms` |
/// | `Refused` | `reliable.refused` | warn | `tool`, `by`, `fault`, `waited_ms` |
/// | `Step` | `reliable.step` | debug | `agent`, `step`, `max_steps` |
/// | `Charged` | `reliable.charged` | debug | `agent`, `usd_micros`, `tokens` |
/// | `ChargeRefused` | `reliable.charge_refused` | warn | `agent`, `fault` |
/// | `Finished` | `reliable.finished` | info | `agent`, `steps` |
/// | `Failed` | `reliable.failed` | warn | `agent`, `steps` |
/// | `Stopped` | `reliable.stopped` | warn | `agent`, `fault` |
///
/// What takes its time is a span, with the same target. Whatever happens inside one, events and other spans, belongs to
/// it, also when the future is dropped.
///
/// | span | level | fields | recorded later |
/// |---|---|---|---|
/// | `invoke_agent` | info | `otel.name`, `otel.kind`, `gen_ai.operation.name`, `gen_ai.agent.name` | `error.type`, `otel.status_code`, `otel.status_description`, `reliable.steps`, `reliable.usage.tokens`, `reliable.usage.usd_micros` |
/// | `reliable.step` | info | `agent`, `step`, `max_steps` | |
/// | `reliable.approval` | info | `tool` | `decision`, `by` |
///
/// - `invoke_agent` is a run of an agent, in the words of OpenTelemetry's conventions for generative AI, which are in
///   development there. At its end it is told what the run took: steps begun, tokens and money charged. Only without an
///   answer it has an `error.type`: `step_limit`, `over_budget`, `stuck` or `timed_out` for the limit that stopped it, or
///   that the step which failed had been told of; `_OTHER` for another error; `cancelled` where its future was dropped, and
///   `panic` where a panic did that.
/// - `reliable.step` is a step of a run. Everything that it does is inside.
/// - `reliable.approval` is the time for which a human is asked. A decision without waiting has none. When there is an
///   answer, `decision` is `approved`, `denied` or `expired`.
///
/// A subscriber tells all this from the rest by the target: to `tracing-subscriber`, for instance, `warn,reliable=info` is
/// the filter for warnings from everywhere, and from here also spans and what went well in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Event {
    /// An attempt failed, and another one follows after a pause.
    Retrying {
        /// The function.
        tool: ToolName,
        /// The attempt that failed; the first call is attempt 1.
        attempt: u32,
        /// What the error said.
        error: String,
        /// The pause before the next attempt.
        pause: Duration,
    },
    /// A call went well after at least one failed attempt.
    Recovered {
        /// The function.
        tool: ToolName,
        /// The attempts that it took.
        attempts: u32,
    },
    /// An attempt failed, and no other one follows.
    GaveUp {
        /// The function.
        tool: ToolName,
        /// The attempts that were made.
        attempts: u32,
        /// What the last error said.
        error: String,
        /// Why no other attempt follows.
        reason: GaveUpReason,
    },
    /// A call was dropped at its time limit.
    TimedOut {
        /// The function.
        tool: ToolName,
        /// The limit.
        limit: Duration,
    },
    /// An attempt has no answer yet, and another one starts beside it.
    Hedged {
        /// The function.
        tool: ToolName,
        /// The attempt that starts; the first call is attempt 1.
        attempt: u32,
    },
    /// One of several attempts that ran at once succeeded, and the others were dropped.
    RaceWon {
        /// The function.
        tool: ToolName,
        /// The attempt that succeeded.
        attempt: u32,
    },
    /// A failed call was handed to its fallback.
    FellBack {
        /// The function that failed.
        tool: ToolName,
        /// What its error said.
        error: String,
    },
    /// A circuit breaker opened, began to probe, or closed.
    Circuit {
        /// The function whose call made it so.
        tool: ToolName,
        /// The state that it is in now.
        state: CircuitState,
    },
    /// A breaker or a limit kept a call away from its service.
    Rejected {
        /// The function that was not called.
        tool: ToolName,
        /// [`Fault::CircuitOpen`] or [`Fault::Rejected`].
        fault: Fault,
    },
    /// A call had to wait until a limit had room for it.
    Waited {
        /// The function.
        tool: ToolName,
        /// What it waited for: "rate limit", "bulkhead", or a policy of your own.
        by: ToolName,
        /// How long.
        waited: Duration,
    },
    /// A policy of your own put a fault in the place of what a call gave.
    Overruled {
        /// The function.
        tool: ToolName,
        /// The fault.
        fault: Fault,
    },
    /// A plan injected a failure at a `#[chaos]`.
    Injected {
        /// The injection point: the function, if it has no other name.
        tool: ToolName,
        /// What was injected: "an error", "a hang", …
        what: String,
    },
    /// A human said yes.
    Approved {
        /// The function that may run.
        tool: ToolName,
        /// Who said so, where the approver knows.
        by: Option<String>,
        /// How long the question stood open.
        waited: Duration,
    },
    /// Nobody said yes: the body does not run.
    Refused {
        /// The function that does not run.
        tool: ToolName,
        /// [`Fault::Denied`] or [`Fault::Expired`].
        fault: Fault,
        /// Who said so, where the approver knows.
        by: Option<String>,
        /// How long the question stood open.
        waited: Duration,
    },
    /// An agent begins a step.
    Step {
        /// The agent.
        agent: ToolName,
        /// The step; the first is 1.
        step: u32,
        /// The steps that it may take.
        max_steps: u32,
    },
    /// Something was spent in an agent's run.
    Charged {
        /// The agent.
        agent: ToolName,
        /// The money.
        usd: Usd,
        /// The tokens.
        tokens: u64,
    },
    /// A charge did not fit in a budget, and nothing was spent.
    ChargeRefused {
        /// The agent whose budget it is.
        agent: ToolName,
        /// [`Fault::OverBudget`] or [`Fault::Unpriced`].
        fault: Fault,
    },
    /// An agent has its answer.
    Finished {
        /// The agent.
        agent: ToolName,
        /// The steps that it took.
        steps: u32,
    },
    /// A step of an agent failed, and with it the run.
    Failed {
        /// The agent.
        agent: ToolName,
        /// The steps that were begun, the failed one among them.
        steps: u32,
    },
    /// An agent was stopped by one of its limits.
    Stopped {
        /// The agent.
        agent: ToolName,
        /// The limit, in the runtime's words.
        fault: Fault,
    },
}

/// Why no other attempt follows a failed one.
///
/// ```
/// assert_eq!(reliable::GaveUpReason::NoRetriesLeft.to_string(), "no retries left");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum GaveUpReason {
    /// All retries are used.
    NoRetriesLeft,
    /// `when` says no, or the fault is final.
    NotTransient,
    /// The next pause would not end in time (`within`).
    NoTimeLeft,
    /// The server asks for a delay longer than `cap`.
    AskedToWaitTooLong,
    /// The retry budget has nothing left for a retry.
    BudgetEmpty,
}

impl Event {
    /// Its name, for machines: `reliable.retry`.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Retrying { .. } => "reliable.retry",
            Event::Recovered { .. } => "reliable.recovered",
            Event::GaveUp { .. } => "reliable.gave_up",
            Event::TimedOut { .. } => "reliable.timed_out",
            Event::Hedged { .. } => "reliable.hedged",
            Event::RaceWon { .. } => "reliable.race_won",
            Event::FellBack { .. } => "reliable.fell_back",
            Event::Circuit { .. } => "reliable.circuit",
            Event::Rejected { .. } => "reliable.rejected",
            Event::Waited { .. } => "reliable.waited",
            Event::Overruled { .. } => "reliable.overruled",
            Event::Injected { .. } => "reliable.injected",
            Event::Approved { .. } => "reliable.approved",
            Event::Refused { .. } => "reliable.refused",
            Event::Step { .. } => "reliable.step",
            Event::Charged { .. } => "reliable.charged",
            Event::ChargeRefused { .. } => "reliable.charge_refused",
            Event::Finished { .. } => "reliable.finished",
            Event::Failed { .. } => "reliable.failed",
            Event::Stopped { .. } => "reliable.stopped",
        }
    }

    /// The function or agent that it happened to.
    pub fn tool(&self) -> &str {
        match self {
            Event::Retrying { tool, .. }
            | Event::Recovered { tool, .. }
            | Event::GaveUp { tool, .. }
            | Event::TimedOut { tool, .. }
            | Event::Hedged { tool, .. }
            | Event::RaceWon { tool, .. }
            | Event::FellBack { tool, .. }
            | Event::Circuit { tool, .. }
            | Event::Rejected { tool, .. }
            | Event::Waited { tool, .. }
            | Event::Overruled { tool, .. }
            | Event::Injected { tool, .. }
            | Event::Approved { tool, .. }
            | Event::Refused { tool, .. }
            | Event::Step { agent: tool, .. }
            | Event::Charged { agent: tool, .. }
            | Event::ChargeRefused { agent: tool, .. }
            | Event::Finished { agent: tool, .. }
            | Event::Failed { agent: tool, .. }
            | Event::Stopped { agent: tool, .. } => tool,
        }
    }
}

/// A duration as a person would say it: whole milliseconds, or seconds to one decimal.
pub(crate) fn short(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{}ms", duration.as_millis())
    } else {
        let seconds = format!("{:.1}", duration.as_secs_f64());
        format!("{}s", seconds.trim_end_matches(".0"))
    }
}

/// Tells whoever listens. The event is built only if somebody does.
pub(crate) fn emit(event: impl FnOnce() -> Event) {
    let recorder = Scope::current_recorder();
    #[cfg(feature = "tracing")]
    let traced = crate::trace::is_heard();
    #[cfg(not(feature = "tracing"))]
    let traced = false;
    if recorder.is_none() && !traced && !metrics::is_heard() {
        return;
    }
    let event = event();
    #[cfg(feature = "tracing")]
    if traced {
        crate::trace::emit(&event);
    }
    metrics::count(&event);
    if let Some(recorder) = recorder {
        recorder.record(event);
    }
}

impl fmt::Display for Event {
    /// What happened and what the library did, without the name of the function.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Retrying { attempt, error, pause, .. } => {
                write!(f, "attempt {attempt} failed ({error}); next one in {}", short(*pause))
            }
            Event::Recovered { attempts, .. } => write!(f, "succeeded at attempt {attempts}"),
            Event::GaveUp { attempts, error, reason, .. } => {
                write!(f, "attempt {attempts} failed ({error}); gave up: {reason}")
            }
            Event::TimedOut { limit, .. } => write!(f, "no answer within {limit:?}; the call was dropped"),
            Event::Hedged { attempt, .. } => write!(f, "no answer yet; attempt {attempt} starts beside it"),
            Event::RaceWon { attempt, .. } => write!(f, "attempt {attempt} was the first to answer"),
            Event::FellBack { error, .. } => write!(f, "failed ({error}); the fallback answers"),
            Event::Circuit { state, .. } => write!(f, "the circuit breaker is {state} now"),
            Event::Rejected { fault, .. } | Event::Overruled { fault, .. } => write!(f, "{fault}"),
            Event::Waited { by, waited, .. } => write!(f, "waited {} for the {by}", short(*waited)),
            Event::Injected { what, .. } => write!(f, "chaos: {what} was injected"),
            Event::Approved { by: Some(by), .. } => write!(f, "approved by {by}"),
            Event::Approved { by: None, .. } => write!(f, "approved"),
            Event::Refused { fault, by: Some(by), .. } => write!(f, "not run: {fault} ({by})"),
            Event::Refused { fault, by: None, .. } => write!(f, "not run: {fault}"),
            Event::Step { step, max_steps, .. } => write!(f, "step {step} of {max_steps}"),
            Event::Charged { usd, tokens: 0, .. } => write!(f, "spent {usd}"),
            Event::Charged { usd, tokens, .. } => write!(f, "spent {usd} and {tokens} tokens"),
            Event::ChargeRefused { fault, .. } => write!(f, "nothing spent: {fault}"),
            Event::Finished { steps: 1, .. } => write!(f, "finished after 1 step"),
            Event::Finished { steps, .. } => write!(f, "finished after {steps} steps"),
            Event::Failed { steps, .. } => write!(f, "failed in step {steps}"),
            Event::Stopped { fault, .. } => write!(f, "stopped: {fault}"),
        }
    }
}

impl fmt::Display for GaveUpReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GaveUpReason::NoRetriesLeft => "no retries left",
            GaveUpReason::NotTransient => "not worth a retry",
            GaveUpReason::NoTimeLeft => "no time left for another attempt",
            GaveUpReason::AskedToWaitTooLong => "the server asks for a longer pause than allowed",
            GaveUpReason::BudgetEmpty => "the retry budget is empty",
        })
    }
}
