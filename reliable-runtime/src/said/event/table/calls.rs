//! What happens to a call: the events of the policies.

/// These rows, and then those of `runs.rs`.
macro_rules! events_of_calls {
    ($make:ident) => {
        $crate::said::event::table::runs::events_of_runs! {
            $make

            /// An attempt failed, and another one follows after a pause.
            Retrying, "reliable.retry", warn
            {
                /// The function.
                tool: ToolName => tool,
                /// The attempt that failed; the first call is attempt 1.
                attempt: u32 => attempt,
                /// What the error said, or that a value was refused (`when_ok`).
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
                /// What the last error said, or that a value was refused (`when_ok`).
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
                /// What its error said, or that its value was refused (`when_ok`).
                error: String => error,
            }
            says |f| { write!(f, "failed ({error}); the fallback answers") }
            row |row| { row.fallbacks += 1; }
            counts {}

            /// A candidate failed, and is left out for a while; the call goes on with the next one, if there is one.
            FailedOver, "reliable.failed_over", warn
            {
                /// The function.
                tool: ToolName => tool,
                /// The candidate that failed: what its key says, or its number in the list.
                candidate: String => candidate,
                /// What its error said, or that its value was refused (`when_ok`).
                error: String => error,
                /// How long it is left out.
                cooldown: Duration => cooldown_ms,
                /// The candidate that comes next, if one is left for this call.
                next: Option<String> => next,
            }
            says |f| {
                write!(f, "{candidate} failed ({error})")?;
                if !cooldown.is_zero() {
                    write!(f, ", and is left out for {}", short(*cooldown))?;
                }
                match next {
                    Some(next) => write!(f, "; {next} is next"),
                    None => f.write_str("; no other candidate is left"),
                }
            }
            row |row| { row.failovers += 1; }
            counts {}

            /// Another candidate than the first one answered.
            StoodIn, "reliable.stood_in", info
            {
                /// The function.
                tool: ToolName => tool,
                /// The candidate that answered.
                candidate: String => candidate,
                /// The first one in the list, which had failed, in this call or in an earlier one.
                instead_of: String => instead_of,
            }
            says |f| { write!(f, "{candidate} answered instead of {instead_of}") }
            row |row| { row.stood_in += 1; }
            counts {}

            /// A circuit breaker opened, began to probe, or closed; or it was isolated, disabled or closed by hand.
            Circuit, "reliable.circuit", warn
            {
                /// The function whose call made it so; `circuit breaker`, where somebody did it by hand.
                tool: ToolName => tool,
                /// The state that it is in now.
                state: CircuitState => state,
            }
            says |f| { write!(f, "the circuit breaker is {state} now") }
            row |row| { row.opened += u32::from(*state == CircuitState::Open); }
            counts { if *state == CircuitState::Open { one("ft.circuitbreaker.opened.total", tool); } }

            /// A call went well, and took so long that its circuit breaker counts it as a failure.
            Slow, "reliable.slow", warn
            {
                /// The function.
                tool: ToolName => tool,
                /// How long it took, without the time that a human was asked.
                took: Duration => took_ms,
                /// The option `slow` of the breaker.
                limit: Duration => limit_ms,
            }
            says |f| { write!(f, "took {}, and is a failure for its circuit breaker from {} on", short(*took), short(*limit)) }
            row |_row| {}
            counts {}

            /// A breaker or a limit kept a call away from its service, or from its tool.
            Rejected, "reliable.rejected", warn
            {
                /// The function that was not called.
                tool: ToolName => tool,
                /// [`Fault::CircuitOpen`], [`Fault::Rejected`] or [`Fault::CallLimit`].
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
        }
    };
}

pub(crate) use events_of_calls;
