//! seatbelt: its layers around a service that fails.

use std::hint::black_box;

use layered::{Execute, Service, Stack};
use seatbelt::breaker::Breaker;
use seatbelt::fallback::Fallback;
use seatbelt::retry::Retry;
use seatbelt::{RecoveryInfo, ResilienceContext};
use tick::Clock;

use super::LONG;
use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, dead_tool, flaky_tool, tool};

type Outcome = Result<u64, Error>;

pub fn add_to(rows: &mut Rows) {
    let context: ResilienceContext<u64, Outcome> = ResilienceContext::new(Clock::new_tokio());
    let retry = || {
        let retry =
            Retry::layer("retry", &context).clone_input().recovery_with(|outcome: &Outcome, _| recovery(outcome));
        retry.max_retry_attempts(3).base_delay(std::time::Duration::ZERO).use_jitter(false)
    };
    add_service(rows, Case::FailedOnce, (retry(), Execute::new(flaky_tool::<Error>)));
    add_service(rows, Case::FailedAlways, (retry(), Execute::new(dead_tool::<Error>)));
    let breaker = Breaker::layer("breaker", &context).recovery_with(|outcome: &Outcome, _| recovery(outcome));
    let breaker = breaker.rejected_input_error(|_, _| Error::Open);
    let breaker = breaker.min_throughput(5).failure_threshold(0.9).break_duration(LONG);
    add_service(rows, Case::Open, (breaker, Execute::new(dead_tool::<Error>)));
    let fallback = Fallback::layer("fallback", &context).should_fallback(|outcome: &Outcome| outcome.is_err());
    let fallback = fallback.fallback_async(|_, _| tool(black_box(1)));
    add_service(rows, Case::Answered, (fallback, Execute::new(dead_tool::<Error>)));
}

fn recovery(outcome: &Outcome) -> RecoveryInfo {
    if outcome.is_err() { RecoveryInfo::retry() } else { RecoveryInfo::never() }
}

fn add_service<S>(rows: &mut Rows, case: Case, stack: S)
where
    S: Stack<Service: Service<u64, Out = Outcome> + 'static>,
{
    let service: &S::Service = Box::leak(Box::new(stack.into_service()));
    rows.add_failing(case, move || service.execute(black_box(1)));
}
