//! The table of all events: what happened, and whatever follows from it, is one entry here.
//!
//! ```text
//! /// What it means.
//! Variant, "reliable.its_name", level
//! {
//!     /// The function or the agent that it happened to comes first.
//!     tool: ToolName => tool,              a field, its type, and its name in `tracing`
//! }
//! says |f| { … }                           its words
//! row |row| { … }                          what it changes in the row of a report
//! counts { … }                             what it counts in the metrics
//! ```
//!
//! `said/event.rs` makes the enum, its names, its words and its documentation of this; `seen/trace.rs`, `seen/report.rs` and
//! `seen/metrics/events.rs` take their part each, with what they have in scope.

/// Hands the table to `$make`, a macro that takes from it what it needs.
macro_rules! events {
    ($make:ident) => {
        $make! {
            /// An attempt failed, and another one follows after a pause.
            Retrying, "reliable.retry", warn
            {
                /// The function.
                tool: ToolName => tool,
                /// The attempt that failed; the first call is attempt 1.
                attempt: u32 => attempt,
                /// What the error said.
                error: String => error,
                /// The pause before the next attempt.
                pause: Duration => pause_ms,
            }
            says |f| { write!(f, "attempt {attempt} failed ({error}); next one in {}", short(*pause)) }
            row |row| { row.attempts += 1; row.paused = row.paused.saturating_add(*pause); }
            counts {}

            /// A call went well after at least one failed attempt.
            Recovered, "reliable.recovered", info
            {
                /// The function.
                tool: ToolName => tool,
                /// The attempts that it took.
                attempts: u32 => attempts,
            }
            says |f| { write!(f, "succeeded at attempt {attempts}") }
            row |row| { row.attempts += 1; }
            counts {}

            /// An attempt failed, and no other one follows.
            GaveUp, "reliable.gave_up", warn
            {
                /// The function.
                tool: ToolName => tool,
                /// The attempts that were made.
                attempts: u32 => attempts,
                /// What the last error said.
                error: String => error,
                /// Why no other attempt follows.
                reason: GaveUpReason => reason,
            }
            says |f| { write!(f, "attempt {attempts} failed ({error}); gave up: {reason}") }
            row |row| { row.attempts += 1; row.gave_up += 1; }
            counts {}

            /// A call was dropped at its time limit.
            TimedOut, "reliable.timed_out", warn
            {
                /// The function.
                tool: ToolName => tool,
                /// The limit.
                limit: Duration => limit_ms,
            }
            says |f| { write!(f, "no answer within {limit:?}; the call was dropped") }
            row |row| { row.timeouts += 1; }
            counts {}

            /// An attempt has no answer yet, and another one starts beside it.
            Hedged, "reliable.hedged", info
            {
                /// The function.
                tool: ToolName => tool,
                /// The attempt that starts; the first call is attempt 1.
                attempt: u32 => attempt,
            }
            says |f| { write!(f, "no answer yet; attempt {attempt} starts beside it") }
            row |row| { row.hedges += 1; }
            counts {}

            /// One of several attempts that ran at once succeeded, and the others were dropped.
            RaceWon, "reliable.race_won", info
            {
                /// The function.
                tool: ToolName => tool,
                /// The attempt that succeeded.
                attempt: u32 => attempt,
            }
            says |f| { write!(f, "attempt {attempt} was the first to answer") }
            row |row| { row.hedges_won += u32::from(*attempt > 1); }
            counts {}

            /// A failed call was handed to its fallback.
            FellBack, "reliable.fell_back", warn
            {
                /// The function that failed.
                tool: ToolName => tool,
                /// What its error said.
                error: String => error,
            }
            says |f| { write!(f, "failed ({error}); the fallback answers") }
            row |row| { row.fallbacks += 1; }
            counts {}

            /// A circuit breaker opened, began to probe, or closed.
            Circuit, "reliable.circuit", warn
            {
                /// The function whose call made it so.
                tool: ToolName => tool,
                /// The state that it is in now.
                state: CircuitState => state,
            }
            says |f| { write!(f, "the circuit breaker is {state} now") }
            row |row| { row.opened += u32::from(*state == CircuitState::Open); }
            counts { if *state == CircuitState::Open { one("ft.circuitbreaker.opened.total", tool); } }

            /// A breaker or a limit kept a call away from its service.
            Rejected, "reliable.rejected", warn
            {
                /// The function that was not called.
                tool: ToolName => tool,
                /// [`Fault::CircuitOpen`] or [`Fault::Rejected`].
                fault: Fault => fault,
            }
            says |f| { write!(f, "{fault}") }
            row |row| { row.rejected += 1; }
            counts {}

            /// A call had to wait until a limit had room for it.
            Waited, "reliable.waited", debug
            {
                /// The function.
                tool: ToolName => tool,
                /// What it waited for: "rate limit", "bulkhead", or a policy of your own.
                by: ToolName => by,
                /// How long.
                waited: Duration => waited_ms,
            }
            says |f| { write!(f, "waited {} for the {by}", short(*waited)) }
            row |row| { row.waited = row.waited.saturating_add(*waited); }
            counts { limit_waited(tool, by, *waited); }

            /// A plain `fn` blocks the thread of an async task, to wait; told once for each function.
            Blocked, "reliable.blocked", warn
            {
                /// The function.
                tool: ToolName => tool,
            }
            says |f| {
                write!(f, "blocks the thread of an async task: make it an `async fn`, or call it in `spawn_blocking`")
            }
            row |_row| {}
            counts {}

            /// A policy of your own put a fault in the place of what a call gave.
            Overruled, "reliable.overruled", warn
            {
                /// The function.
                tool: ToolName => tool,
                /// The fault.
                fault: Fault => fault,
            }
            says |f| { write!(f, "{fault}") }
            row |_row| {}
            counts {}

            /// A plan injected a failure at a `#[chaos]`.
            Injected, "reliable.injected", warn
            {
                /// The injection point: the function, if it has no other name.
                tool: ToolName => tool,
                /// What was injected: "an error", "a hang", …
                what: String => what,
            }
            says |f| { write!(f, "chaos: {what} was injected") }
            row |_row| {}
            counts {}

            /// Somebody is asked whether a call may run.
            Asked, "reliable.asked", info
            {
                /// The function.
                tool: ToolName => tool,
                /// Which question it is; its answer has the same.
                id: QuestionId => question,
                /// The run of an agent that the call belongs to.
                run: Option<RunId> => run,
                /// The step of that run.
                step: Option<u32> => step,
                /// Why somebody is asked.
                reason: Option<String> => reason,
                /// The arguments, as far as they are shown.
                arguments: Vec<Argument> => arguments,
            }
            says |f| { write!(f, "may it run? ({})", Listed(arguments)) }
            row |row| { row.asked += 1; }
            counts {}

            /// A human said yes.
            Approved, "reliable.approved", info
            {
                /// The function that may run.
                tool: ToolName => tool,
                /// Which question it is.
                id: QuestionId => question,
                /// The run of an agent that the call belongs to.
                run: Option<RunId> => run,
                /// The step of that run.
                step: Option<u32> => step,
                /// Who said so, where the approver knows.
                by: Option<String> => by,
                /// How long the question stood open.
                waited: Duration => waited_ms,
                /// The arguments that it runs with, as far as they are shown.
                arguments: Vec<Argument> => arguments,
                /// Those of them that the human has changed.
                edits: Vec<Argument> => edits,
                /// Whether nobody was asked, since the yes to an earlier call holds for this one.
                remembered: bool => remembered,
            }
            says |f| {
                f.write_str(if *remembered { "approved as before" } else { "approved" })?;
                if let Some(by) = by {
                    write!(f, " by {by}")?;
                }
                if !edits.is_empty() {
                    write!(f, ", with {}", Listed(edits))?;
                }
                Ok(())
            }
            row |row| { row.approved += 1; }
            counts { decided(tool, "approved", *waited); }

            /// Nobody said yes: the body does not run.
            Refused, "reliable.refused", warn
            {
                /// The function that does not run.
                tool: ToolName => tool,
                /// Which question it is.
                id: QuestionId => question,
                /// The run of an agent that the call belongs to.
                run: Option<RunId> => run,
                /// The step of that run.
                step: Option<u32> => step,
                /// Who said so, where the approver knows.
                by: Option<String> => by,
                /// [`Fault::Denied`], [`Fault::Expired`], or, where nobody was asked any more, [`Fault::TooManyDenials`].
                fault: Fault => fault,
                /// How long the question stood open.
                waited: Duration => waited_ms,
                /// The arguments, as far as they are shown.
                arguments: Vec<Argument> => arguments,
                /// Whether nobody was asked, since the no to an earlier call holds for this one.
                remembered: bool => remembered,
            }
            says |f| { write!(f, "not run: {fault}")?; by.iter().try_for_each(|by| write!(f, " ({by})")) }
            row |row| { row.refused += 1; }
            counts { decided(tool, refusal(fault), *waited); }

            /// A call was dropped before its question had an answer: the body does not run.
            Withdrawn, "reliable.withdrawn", info
            {
                /// The function.
                tool: ToolName => tool,
                /// Which question it is.
                id: QuestionId => question,
                /// How long the question stood open.
                waited: Duration => waited_ms,
            }
            says |f| { write!(f, "dropped before there was an answer, after {}", short(*waited)) }
            row |row| { row.withdrawn += 1; }
            counts {}

            /// A recorded call was not made, since its outcome is known from an earlier life of the run.
            ReadBack, "reliable.read_back", debug
            {
                /// The function.
                tool: ToolName => tool,
                /// Its number among the calls of that function in the run.
                number: u32 => call,
                /// Whether the arguments are, in words, those with which it was made.
                same_arguments: bool => same_arguments,
            }
            says |f| {
                let other = if *same_arguments { "" } else { ", made with other arguments" };
                write!(f, "call {number} is known from an earlier life{other}")
            }
            row |_row| {}
            counts {}

            /// A durable run stopped without an outcome of its own.
            Halted, "reliable.halted", warn
            {
                /// The id of the run.
                run: ToolName => durable_run,
                /// What happened, and what to do.
                halt: String => halt,
            }
            says |f| { write!(f, "stopped: {halt}") }
            row |row| { row.ended = Some("halted".to_owned()); }
            counts {}

            /// An agent begins a step.
            Step, "reliable.step", debug
            {
                /// The agent.
                agent: ToolName => agent,
                /// The step; the first is 1.
                step: u32 => step,
                /// The steps that it may take.
                max_steps: u32 => max_steps,
            }
            says |f| { write!(f, "step {step} of {max_steps}") }
            row |row| { row.steps += 1; }
            counts { one("ft.agent.steps.total", agent); }

            /// Something was spent in an agent's run.
            Charged, "reliable.charged", debug
            {
                /// The agent.
                agent: ToolName => agent,
                /// The money.
                usd: Usd => usd_micros,
                /// The tokens.
                tokens: u64 => tokens,
            }
            says |f| {
                match tokens {
                    0 => write!(f, "spent {usd}"),
                    tokens => write!(f, "spent {usd} and {tokens} tokens"),
                }
            }
            row |row| {
                row.usd = row.usd.saturating_add(*usd);
                row.tokens = row.tokens.saturating_add(*tokens);
            }
            counts { spent(agent, *usd, *tokens); }

            /// A charge did not fit in a budget, and nothing was spent.
            ChargeRefused, "reliable.charge_refused", warn
            {
                /// The agent whose budget it is.
                agent: ToolName => agent,
                /// [`Fault::OverBudget`] or [`Fault::Unpriced`].
                fault: Fault => fault,
            }
            says |f| { write!(f, "nothing spent: {fault}") }
            row |row| { row.charges_refused += 1; }
            counts {}

            /// An agent has its answer.
            Finished, "reliable.finished", info
            {
                /// The agent.
                agent: ToolName => agent,
                /// The steps that it took.
                steps: u32 => steps,
            }
            says |f| { write!(f, "finished after {steps} {}", if *steps == 1 { "step" } else { "steps" }) }
            row |row| { row.ended = Some("finished".to_owned()); }
            counts { run_ended(agent, "valueReturned"); }

            /// A step of an agent failed, and with it the run.
            Failed, "reliable.failed", warn
            {
                /// The agent.
                agent: ToolName => agent,
                /// The steps that were begun, the failed one among them.
                steps: u32 => steps,
            }
            says |f| { write!(f, "failed in step {steps}") }
            row |row| { row.ended = Some("failed".to_owned()); }
            counts { run_ended(agent, "exceptionThrown"); }

            /// An agent was stopped by one of its limits.
            Stopped, "reliable.stopped", warn
            {
                /// The agent.
                agent: ToolName => agent,
                /// The limit, in the runtime's words.
                fault: Fault => fault,
            }
            says |f| { write!(f, "stopped: {fault}") }
            row |row| { row.ended = Some(fault.to_string()); }
            counts { run_ended(agent, limit(fault)); }
        }
    };
}

pub(crate) use events;
