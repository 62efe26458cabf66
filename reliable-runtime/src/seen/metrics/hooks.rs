//! What is counted where it happens: a call that goes well has no event, and that of a retry, a timeout or a rejection may be
//! one of a policy of one's own, which is not counted.

use std::num::NonZeroU64;
use std::time::Duration;

use ::metrics::Gauge;
use tokio::time::Instant;

use super::facade::{add, is_heard, raise, record, record_operation};
use crate::base::clock::now_us;
use crate::base::foreign::caught;
use crate::said::event::GaveUpReason;
use crate::said::fault_kind::FaultKind;
use crate::said::name::ToolName;

const fn word(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}

#[inline]
pub(crate) fn retrying(tool: &'static str) {
    add("ft.retry.retries.total", tool, || [], 1);
}

#[inline]
pub(crate) fn retry_ended(tool: &'static str, retried: bool, gave_up: Option<GaveUpReason>) {
    let result = || match gave_up {
        None => "valueReturned",
        Some(GaveUpReason::NotTransient) => "exceptionNotRetryable",
        Some(GaveUpReason::NoRetriesLeft) => "maxRetriesReached",
        Some(GaveUpReason::NoTimeLeft) => "maxDurationReached",
        Some(GaveUpReason::AskedToWaitTooLong) => "askedDelayTooLong",
        Some(GaveUpReason::BudgetEmpty) => "retryBudgetEmpty",
    };
    add("ft.retry.calls.total", tool, || [("retried", word(retried)), ("retryResult", result())], 1);
}

/// When a call began, if anybody wants to know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Started(Option<NonZeroU64>);

impl Started {
    fn elapsed(since: NonZeroU64) -> Duration {
        Duration::from_micros(now_us().saturating_sub(since.get()))
    }

    #[inline]
    fn record(self, name: &'static str, tool: &'static str) {
        if let Some(since) = self.0 {
            record(name, tool, Started::elapsed(since));
        }
    }
}

#[inline]
pub(crate) fn start() -> Started {
    Started(if is_heard() { NonZeroU64::new(now_us()) } else { None })
}

/// The same of a call that began earlier: `when` is not asked if nobody wants to know.
#[inline]
pub(crate) fn started_at(when: impl FnOnce() -> Option<Instant>) -> Started {
    let before = || when().map(|it| u64::try_from(it.elapsed().as_micros()).unwrap_or(u64::MAX));
    let before = if is_heard() { before() } else { None };
    Started(before.and_then(|us| NonZeroU64::new(now_us().saturating_sub(us))))
}

#[inline]
pub(crate) fn timeout_ended(tool: &'static str, started: Started, timed_out: bool) {
    add("ft.timeout.calls.total", tool, || [("timedOut", word(timed_out))], 1);
    started.record("ft.timeout.executionDuration", tool);
}

#[inline]
pub(crate) fn breaker_counted(tool: &'static str, failed: bool) {
    breaker_call(tool, if failed { "failure" } else { "success" });
}

#[inline]
pub(crate) fn breaker_ignored(tool: &'static str) {
    breaker_call(tool, "ignored");
}

#[inline]
pub(crate) fn breaker_rejected(tool: &'static str) {
    breaker_call(tool, "circuitBreakerOpen");
}

#[inline]
fn breaker_call(tool: &'static str, result: &'static str) {
    add("ft.circuitbreaker.calls.total", tool, || [("circuitBreakerResult", result)], 1);
}

#[inline]
pub(crate) fn bulkhead_rejected(tool: &'static str) {
    add("ft.bulkhead.calls.total", tool, || [("bulkheadResult", "rejected")], 1);
}

#[inline]
pub(crate) fn bulkhead_admitted(tool: &'static str) -> Running {
    add("ft.bulkhead.calls.total", tool, || [("bulkheadResult", "accepted")], 1);
    let gauge = raise("ft.bulkhead.executionsRunning", tool);
    Running(gauge.map(|gauge| Box::new(RunningCall { gauge, tool, started: start() })))
}

/// A call that has a place, until this is dropped. The gauge is kept, so that the recorder which saw the call come sees it
/// go; on the heap, so that the call's future stays small.
#[derive(Debug)]
pub(crate) struct Running(Option<Box<RunningCall>>);

#[derive(Debug)]
struct RunningCall {
    gauge: Gauge,
    tool: &'static str,
    started: Started,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(RunningCall { gauge, tool, started }) = self.0.as_deref() {
            let _ = caught(|| {
                gauge.decrement(1);
                started.record("ft.bulkhead.runningDuration", tool);
            });
        }
    }
}

#[inline]
pub(crate) fn bulkhead_waiting(tool: &'static str) -> Waiting {
    Waiting(raise("ft.bulkhead.executionsWaiting", tool).map(Box::new))
}

/// A call that waits for a place, until this is dropped; on the heap too.
#[derive(Debug)]
pub(crate) struct Waiting(Option<Box<Gauge>>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(gauge) = &self.0 {
            let _ = caught(|| gauge.decrement(1));
        }
    }
}

#[inline]
pub(crate) fn rate_limit_permitted(tool: &'static str) {
    add("ft.ratelimit.calls.total", tool, || [("rateLimitResult", "permitted")], 1);
}

#[inline]
pub(crate) fn rate_limit_rejected(tool: &'static str) {
    add("ft.ratelimit.calls.total", tool, || [("rateLimitResult", "rejected")], 1);
}

#[inline]
pub(crate) fn fell_back(tool: &'static str) {
    add("ft.fallback.calls.total", tool, || [], 1);
}

#[inline]
pub(crate) fn hedge_ended(tool: &'static str, hedged: bool) {
    add("ft.hedge.calls.total", tool, || [("hedged", word(hedged))], 1);
}

#[inline]
pub(crate) fn failover_ended(tool: &'static str, failed_over: bool) {
    add("ft.failover.calls.total", tool, || [("failedOver", word(failed_over))], 1);
}

/// What it failed with, if it did, may be a fault, or not.
pub(crate) type Ended = Result<(), Option<FaultKind>>;

/// An execution of a tool has come to its end.
#[inline]
pub(crate) fn tool_ended(tool: &ToolName, started: Started, ended: Ended) {
    if let Started(Some(since)) = started {
        let whose = ("gen_ai.tool.name", tool.text().into());
        let error_type = ended.err().map(FaultKind::error_type);
        record_operation("gen_ai.execute_tool.duration", whose, error_type, Started::elapsed(since));
    }
}

/// The same of a run of an agent. Neither is asked if nobody wants to know.
#[inline]
pub(crate) fn run_ended(agent: &ToolName, took: impl FnOnce() -> Duration, ended: impl FnOnce() -> Ended) {
    if is_heard() {
        let whose = ("gen_ai.agent.name", agent.text().into());
        let error_type = ended().err().map(FaultKind::error_type);
        record_operation("gen_ai.invoke_agent.duration", whose, error_type, took());
    }
}
