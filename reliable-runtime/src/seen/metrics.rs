//! What the attributes do, in numbers: counters, gauges and histograms for the crate `metrics` (feature `metrics`).
//!
//! They go to the recorder that the program has installed, such as an exporter for Prometheus or OpenTelemetry. Besides the
//! feature and that recorder there is nothing to do; [`describe`] adds units and descriptions.
//!
//! | name | kind | unit | tags | what it tells |
//! |---|---|---|---|---|
//! | `ft.retry.calls.total` | counter | – | `method`, `retried`, `retryResult` | calls under a retry that came to an end |
//! | `ft.retry.retries.total` | counter | – | `method` | retries, each from its pause on |
//! | `ft.timeout.calls.total` | counter | – | `method`, `timedOut` | calls under a timeout that came to an end |
//! | `ft.timeout.executionDuration` | histogram | seconds | `method` | how long each of them took, without the time of a human |
//! | `ft.circuitbreaker.calls.total` | counter | – | `method`, `circuitBreakerResult` | calls under a circuit breaker that came to an end |
//! | `ft.circuitbreaker.opened.total` | counter | – | `method` | how often a call made its breaker open, for the first time or again |
//! | `ft.bulkhead.calls.total` | counter | – | `method`, `bulkheadResult` | calls that got a place in a bulkhead or were rejected |
//! | `ft.bulkhead.executionsRunning` | gauge | – | `method` | calls that have a place now |
//! | `ft.bulkhead.executionsWaiting` | gauge | – | `method` | calls that wait for a place now |
//! | `ft.bulkhead.runningDuration` | histogram | seconds | `method` | how long each call kept its place |
//! | `ft.bulkhead.waitingDuration` | histogram | seconds | `method` | how long a call waited for its place, if it had to |
//! | `ft.ratelimit.calls.total` | counter | – | `method`, `rateLimitResult` | calls that a rate limit let through or rejected |
//! | `ft.ratelimit.waitingDuration` | histogram | seconds | `method` | how long a call waited for its turn, if it had to |
//! | `ft.fallback.calls.total` | counter | – | `method` | failed calls that went to their fallback |
//! | `ft.hedge.calls.total` | counter | – | `method`, `hedged` | calls under a hedge that came to an end |
//! | `ft.failover.calls.total` | counter | – | `method`, `failedOver` | calls under a failover that came to an end |
//! | `ft.approval.calls.total` | counter | – | `method`, `decision` | questions to a human that came to an end |
//! | `ft.approval.waitingDuration` | histogram | seconds | `method` | how long each of them stood open |
//! | `ft.agent.runs.total` | counter | – | `method`, `result` | runs of an agent that came to an end |
//! | `ft.agent.steps.total` | counter | – | `method` | steps begun |
//! | `ft.agent.tokens.total` | counter | – | `method` | tokens spent |
//! | `ft.agent.usdMicros.total` | counter | – | `method` | money spent, in millionths of a US dollar |
//! | `gen_ai.invoke_agent.duration` | histogram | seconds | `gen_ai.agent.name`, `error.type` | how long a run of an agent took |
//! | `gen_ai.execute_tool.duration` | histogram | seconds | `gen_ai.tool.name`, `error.type` | how long a call of a tool with an approval took, after the yes |
//!
//! | tag | values |
//! |---|---|
//! | `retried`, `timedOut`, `hedged`, `failedOver` | `true`, `false` |
//! | `retryResult` | `valueReturned`, `exceptionNotRetryable`, `maxRetriesReached`, `maxDurationReached`, `askedDelayTooLong`, `retryBudgetEmpty` |
//! | `circuitBreakerResult` | `success`, `failure`, `circuitBreakerOpen`, `ignored` |
//! | `bulkheadResult` | `accepted`, `rejected` |
//! | `rateLimitResult` | `permitted`, `rejected` |
//! | `decision` | `approved`, `denied`, `expired` |
//! | `result` | `valueReturned`, `exceptionThrown`, `maxStepsReached`, `maxDurationReached`, `maxUsdReached`, `maxTokensReached`, `maxRepeatsReached`, `maxDenialsReached` |
//! | `error.type` | `timed_out`, `denied`, `expired`, `circuit_open`, `rejected`, `policy`, `call_limit`, `step_limit`, `over_budget`, `stuck`, `too_many_denials`, `_OTHER` |
//!
//! `method` is the name of the function or of the agent, without its module: two functions of one name are counted
//! together. A call that went well and was too `slow` for its breaker is a `failure`. `ignored` is a call that the breaker let
//! through and that never got to its service, because it was denied or kept away by something further in.
//!
//! # What counts
//! Each attribute counts for itself, and each call of it once, when it comes to an end, in whichever way. So below a
//! `#[retry]` each attempt is a call of the others, and two timeouts on one function are two calls of that function. A
//! call that is dropped before its end counts nowhere, a losing attempt of a hedge among them. What had happened until
//! then stays counted: a retry, an agent's steps and spending, a place in a bulkhead and the time that it was kept.
//!
//! What an agent spends, the agents around it spend too: don't add them up.
//!
//! The two durations in OpenTelemetry's words (its conventions for generative AI, which are in development there) take in
//! what the spans of the same names do: the time of a human, too, in a run. They have an `error.type` only where the run or
//! the tool failed: the kind of the fault that stopped it or that its error is or wraps, or `_OTHER`. A tool is one that has
//! `#[requires_approval]`: of no other function is it known to be one.
//!
//! # The scheme
//! Names, tags and their values are those of `MicroProfile` Fault Tolerance 4.1, but for those that begin with `gen_ai.`. What
//! it has no word for is named in its style; rate limits have the names of `SmallRye`, which implements it. Durations are in
//! seconds, as there under `MicroProfile` Telemetry (under `MicroProfile` Metrics they are nanoseconds). The bounds of the
//! buckets that it prescribes are 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5 and 10: an exporter has
//! to be told.
//!
//! Three differences. There is no `ft.invocations.total`, because nothing stands around the whole of a function to count it:
//! take the outermost attribute's. There is no `ft.circuitbreaker.state.total`, because a breaker has no timer, and may be
//! shared by functions or be one of many behind a key;
//! [`CircuitBreaker::state`](crate::policies::circuit_breaker::CircuitBreaker::state) is there for a gauge of your own. And
//! `opened.total` also counts a breaker that opens again after a probe.
//!
//! Policies of your own and `#[chaos]` count nothing.
//!
//! # What it costs
//! Without a recorder, a look whether there is one, which that crate takes some twenty instructions for: each attribute looks
//! once or twice in a call, and a retry also once or twice for each attempt that fails. With one, each count looks up its
//! series by name and tags, which allocates the list of the tags. A recorder that is installed for one thread only, and whose
//! type has no fields, is taken for none.

mod events;
mod facade;
mod hooks;
#[cfg(test)]
mod tests;

use ::metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

pub(crate) use events::{count, is_counted};
pub(crate) use facade::is_heard;
pub(crate) use hooks::{
    Running, Started, Waiting, breaker_counted, breaker_ignored, breaker_rejected, bulkhead_admitted,
    bulkhead_rejected, bulkhead_waiting, failover_ended, fell_back, hedge_ended, rate_limit_permitted,
    rate_limit_rejected, retry_ended, retrying, run_ended, start, started_at, timeout_ended, tool_ended,
};

#[derive(Clone, Copy)]
enum Kind {
    Counter,
    Gauge,
    /// A histogram of durations, in seconds.
    Duration,
}

const METRICS: [(&str, Kind, &str); 24] = {
    use Kind::{Counter, Duration, Gauge};
    [
        ("ft.retry.calls.total", Counter, "calls under a retry that came to an end"),
        ("ft.retry.retries.total", Counter, "retries, each from its pause on"),
        ("ft.timeout.calls.total", Counter, "calls under a timeout that came to an end"),
        ("ft.timeout.executionDuration", Duration, "how long each of them took, without the time of a human"),
        ("ft.circuitbreaker.calls.total", Counter, "calls under a circuit breaker that came to an end"),
        (
            "ft.circuitbreaker.opened.total",
            Counter,
            "how often a call made its breaker open, for the first time or again",
        ),
        ("ft.bulkhead.calls.total", Counter, "calls that got a place in a bulkhead or were rejected"),
        ("ft.bulkhead.executionsRunning", Gauge, "calls that have a place now"),
        ("ft.bulkhead.executionsWaiting", Gauge, "calls that wait for a place now"),
        ("ft.bulkhead.runningDuration", Duration, "how long each call kept its place"),
        ("ft.bulkhead.waitingDuration", Duration, "how long a call waited for its place, if it had to"),
        ("ft.ratelimit.calls.total", Counter, "calls that a rate limit let through or rejected"),
        ("ft.ratelimit.waitingDuration", Duration, "how long a call waited for its turn, if it had to"),
        ("ft.fallback.calls.total", Counter, "failed calls that went to their fallback"),
        ("ft.hedge.calls.total", Counter, "calls under a hedge that came to an end"),
        ("ft.failover.calls.total", Counter, "calls under a failover that came to an end"),
        ("ft.approval.calls.total", Counter, "questions to a human that came to an end"),
        ("ft.approval.waitingDuration", Duration, "how long each of them stood open"),
        ("ft.agent.runs.total", Counter, "runs of an agent that came to an end"),
        ("ft.agent.steps.total", Counter, "steps begun"),
        ("ft.agent.tokens.total", Counter, "tokens spent"),
        ("ft.agent.usdMicros.total", Counter, "money spent, in millionths of a US dollar"),
        ("gen_ai.invoke_agent.duration", Duration, "how long a run of an agent took"),
        ("gen_ai.execute_tool.duration", Duration, "how long a call of a tool with an approval took, after the yes"),
    ]
};

/// Gives the recorder the unit and the description of each metric, which many exporters show. To be called once, after the
/// recorder is installed.
///
/// ```
/// # fn install_your_exporter() {}
/// install_your_exporter();
/// reliable::metrics::describe();
/// ```
pub fn describe() {
    for (name, kind, description) in METRICS {
        match kind {
            Kind::Counter => describe_counter!(name, description),
            Kind::Gauge => describe_gauge!(name, description),
            Kind::Duration => describe_histogram!(name, Unit::Seconds, description),
        }
    }
}
