//! What the attributes cost: no allocation, whether all goes well or nothing does, and a future hardly larger than one written
//! by hand.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::time::Duration;

use reliable::{
    Fault, Step, agent, approver, bulkhead, call_limit, circuit_breaker, failover, fallback, hedge, rate_limit,
    requires_approval, retry, timeout,
};

#[derive(Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The tool: fails where `fail` says so, and waits for the next turn where `wait` does.
async fn tool(wait: bool, fail: bool) -> Result<u64, Error> {
    if wait {
        tokio::task::yield_now().await;
    }
    if fail { Err(Error::Busy) } else { Ok(1) }
}

mod annotated {
    use super::*;

    #[retry(max = 3)]
    pub(super) async fn retried(wait: bool, fail: bool) -> Result<u64, Error> {
        tool(wait, fail).await
    }

    #[timeout(secs = 2)]
    pub(super) async fn limited(wait: bool, fail: bool) -> Result<u64, Error> {
        tool(wait, fail).await
    }

    #[fallback(tool)]
    pub(super) async fn rescued(wait: bool, fail: bool) -> Result<u64, Error> {
        tool(wait, fail).await
    }

    #[retry(max = 3)]
    #[timeout(secs = 2)]
    pub(super) async fn retried_and_limited(wait: bool, fail: bool) -> Result<u64, Error> {
        tool(wait, fail).await
    }

    #[circuit_breaker(failures = 5)]
    pub(super) async fn guarded(wait: bool, fail: bool) -> Result<u64, Error> {
        tool(wait, fail).await
    }

    #[failover(_model in [1_u64, 2])]
    pub(super) async fn failed_over(wait: bool, fail: bool) -> Result<u64, Error> {
        tool(wait, fail).await
    }

    #[call_limit(max = 4)]
    pub(super) async fn counted(wait: bool, fail: bool) -> Result<u64, Error> {
        tool(wait, fail).await
    }

    #[bulkhead(max = 4)]
    pub(super) async fn contained(wait: bool, fail: bool) -> Result<u64, Error> {
        tool(wait, fail).await
    }

    #[rate_limit(per_second = 1000)]
    pub(super) async fn throttled(wait: bool, fail: bool) -> Result<u64, Error> {
        tool(wait, fail).await
    }

    #[requires_approval(by = approver::Approve)]
    pub(super) async fn approved(wait: bool, fail: bool) -> Result<u64, Error> {
        tool(wait, fail).await
    }

    #[fallback(tool)]
    #[retry(max = 3)]
    #[hedge(after = "1s")]
    #[circuit_breaker(ratio = 0.5)]
    #[bulkhead(max = 4)]
    #[timeout(secs = 2)]
    pub(super) async fn with_everything(wait: bool, fail: bool) -> Result<u64, Error> {
        tool(wait, fail).await
    }

    #[retry(max = 3)]
    #[circuit_breaker(failures = 5)]
    #[timeout(secs = 2)]
    pub(super) async fn retried_and_guarded(wait: bool, fail: bool) -> Result<u64, Error> {
        tool(wait, fail).await
    }

    #[fallback(tool)]
    #[retry(max = 3)]
    #[timeout(secs = 2)]
    pub(super) async fn stacked(wait: bool, fail: bool) -> Result<u64, Error> {
        tool(wait, fail).await
    }
}

/// The same by hand, without events and without the care for faults.
mod by_hand {
    use super::*;

    pub(super) async fn retried(wait: bool, fail: bool) -> Result<u64, Error> {
        let mut pause = Duration::from_millis(500);
        let mut retries = 0;
        loop {
            match tool(wait, fail).await {
                Err(_) if retries < 3 => retries += 1,
                outcome => return outcome,
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }

    pub(super) async fn limited(wait: bool, fail: bool) -> Result<u64, Error> {
        let limit = Duration::from_secs(2);
        match tokio::time::timeout(limit, tool(wait, fail)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Fault::TimedOut { tool: "limited".into(), limit }.into()),
        }
    }

    pub(super) async fn rescued(wait: bool, fail: bool) -> Result<u64, Error> {
        match tool(wait, fail).await {
            Err(_) => tool(wait, fail).await,
            outcome => outcome,
        }
    }

    pub(super) async fn failed_over(wait: bool, fail: bool) -> Result<u64, Error> {
        let mut last = None;
        for _model in &[1_u64, 2] {
            match tool(wait, fail).await {
                Err(error) => last = Some(error),
                outcome => return outcome,
            }
        }
        Err(last.unwrap_or(Error::Busy))
    }

    pub(super) async fn retried_and_limited(wait: bool, fail: bool) -> Result<u64, Error> {
        let mut pause = Duration::from_millis(500);
        let mut retries = 0;
        loop {
            match limited(wait, fail).await {
                Err(_) if retries < 3 => retries += 1,
                outcome => return outcome,
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }

    pub(super) async fn stacked(wait: bool, fail: bool) -> Result<u64, Error> {
        match retried_and_limited(wait, fail).await {
            Err(_) => tool(wait, fail).await,
            outcome => outcome,
        }
    }
}

/// Polls a call once, which must be enough, and gives the number of allocations on the way.
fn allocations(call: impl Future<Output = Result<u64, Error>>) -> u64 {
    let mut call = std::pin::pin!(call);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut poll = || assert_eq!(call.as_mut().poll(&mut context), std::task::Poll::Ready(Ok(1)));
    allocation_counter::measure(&mut poll).count_total
}

/// Runs a call to its end, which it reaches without an error, and gives the number of allocations on the way.
fn allocations_of_a_call_that_waits(call: impl Future<Output = Result<u64, Error>>) -> u64 {
    let mut call = std::pin::pin!(call);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _inside = runtime.enter();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut run = || while call.as_mut().poll(&mut context).is_pending() {};
    allocation_counter::measure(&mut run).count_total
}

#[test]
fn the_counter_counts() {
    async fn boxes() -> Result<u64, Error> {
        Ok(*std::hint::black_box(Box::new(1)))
    }
    assert_eq!(allocations(boxes()), 1);
}

#[test]
fn a_call_that_is_ready_at_once_allocates_nothing() {
    assert_eq!(allocations(annotated::retried(false, false)), 0);
    assert_eq!(allocations(annotated::limited(false, false)), 0);
    assert_eq!(allocations(annotated::rescued(false, false)), 0);
    assert_eq!(allocations(annotated::retried_and_limited(false, false)), 0);
    assert_eq!(allocations(annotated::stacked(false, false)), 0);
    assert_eq!(allocations(annotated::guarded(false, false)), 0);
    assert_eq!(allocations(annotated::retried_and_guarded(false, false)), 0);
    assert_eq!(allocations(annotated::failed_over(false, false)), 0);
    assert_eq!(allocations(annotated::counted(false, false)), 0, "outside of a run");
    assert_eq!(allocations(annotated::contained(false, false)), 0);
    assert_eq!(allocations(annotated::throttled(false, false)), 0);
    assert_eq!(allocations(annotated::with_everything(false, false)), 0);
}

#[test]
fn an_approval_at_once_allocates_the_words_of_each_argument_and_the_list_of_them() {
    assert_eq!(allocations(annotated::approved(false, false)), 2 + 1);
}

/// The same with the feature `tracing`, as long as nobody listens.
#[test]
fn a_run_allocates_itself_and_a_scope_for_each_step() {
    #[agent]
    async fn two_steps(step: &mut u64) -> Result<Step<u64>, Error> {
        let first = std::mem::replace(step, 1) == 0;
        Ok(if first { Step::Next } else { Step::Done(1) })
    }
    assert_eq!(allocations(two_steps(&mut 0)), 1 + 2);
}

#[test]
fn a_call_that_waits_and_goes_well_allocates_no_more_than_by_hand() {
    use allocations_of_a_call_that_waits as count;
    assert!(count(annotated::retried(true, false)) <= count(by_hand::retried(true, false)));
    assert!(count(annotated::limited(true, false)) <= count(by_hand::limited(true, false)));
    assert!(count(annotated::rescued(true, false)) <= count(by_hand::rescued(true, false)));
    assert!(count(annotated::failed_over(true, false)) <= count(by_hand::failed_over(true, false)));
    assert!(count(annotated::stacked(true, false)) <= count(by_hand::stacked(true, false)));
}

/// Polls a call until it has failed, and gives the number of allocations on the way.
fn allocations_of_a_failure<T: std::fmt::Debug>(call: impl Future<Output = Result<T, Error>>) -> u64 {
    let mut call = std::pin::pin!(call);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut poll = || assert!(matches!(call.as_mut().poll(&mut context), std::task::Poll::Ready(Err(_))));
    allocation_counter::measure(&mut poll).count_total
}

/// An outage: this is what all calls do then.
#[test]
fn a_call_that_fails_allocates_nothing_while_nobody_listens() {
    use allocations_of_a_failure as count;

    #[retry(max = 3, backoff = "none")]
    async fn retried() -> Result<u64, Error> {
        tool(false, true).await
    }
    #[retry(max = 3, when = false)]
    async fn gives_up() -> Result<u64, Error> {
        tool(false, true).await
    }
    #[circuit_breaker(failures = 1)]
    async fn broken() -> Result<u64, Error> {
        tool(false, true).await
    }
    #[bulkhead(max = 1, queue = 0)]
    async fn full(deeper: bool) -> Result<u64, Error> {
        if deeper { Box::pin(full(false)).await } else { Ok(1) }
    }
    #[rate_limit(per_minute = 1, burst = 1, reject)]
    async fn throttled() -> Result<u64, Error> {
        tool(false, true).await
    }
    #[fallback(tool)]
    async fn rescued(wait: bool, fail: bool) -> Result<u64, Error> {
        tool(wait, fail).await
    }
    #[hedge(after = "1s")]
    async fn hedged() -> Result<u64, Error> {
        tool(false, true).await
    }

    #[failover(_model in [1_u64, 2])]
    async fn failed_over() -> Result<u64, Error> {
        tool(false, true).await
    }

    let _table_of_who_is_left_out = count(failed_over());
    assert_eq!(count(failed_over()), 0, "all cool down, and the first one fails again");
    assert_eq!(count(retried()), 0, "four failed attempts");
    assert_eq!(count(gives_up()), 0);
    assert_eq!(count(broken()), 0, "it opens");
    assert_eq!(count(broken()), 0, "it is open");
    assert_eq!(count(full(true)), 1, "the box is the test's own");
    assert_eq!(count(throttled()), 0);
    assert_eq!(count(throttled()), 0, "it is rejected");
    assert_eq!(count(rescued(false, true)), 0);
    assert_eq!(count(hedged()), 0);
}

#[test]
fn a_limit_that_fires_allocates_no_more_than_by_hand() {
    #[timeout(ms = 1)]
    async fn hangs() -> Result<u64, Error> {
        std::future::pending().await
    }
    async fn by_hand() -> Result<u64, Error> {
        let limit = Duration::from_millis(1);
        match tokio::time::timeout(limit, std::future::pending()).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Fault::TimedOut { tool: "hangs".into(), limit }.into()),
        }
    }
    fn count(call: impl Future<Output = Result<u64, Error>>) -> u64 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let mut call = std::pin::pin!(call);
        let mut run = || assert!(runtime.block_on(&mut call).is_err());
        allocation_counter::measure(&mut run).count_total
    }
    assert!(count(hangs()) <= count(by_hand()));
}

/// What a fault takes along that ends the call in the place of an error: the words, and the room for them.
#[test]
fn a_retry_over_a_breaker_allocates_the_words_of_what_failed_last() {
    #[retry(max = 1, backoff = "none")]
    #[circuit_breaker(failures = 5)]
    async fn flaky(fail: &std::cell::Cell<bool>) -> Result<u64, Error> {
        tool(false, fail.replace(false)).await
    }
    assert_eq!(allocations(flaky(&std::cell::Cell::new(true))), 2);
}

#[test]
fn a_recorder_takes_an_allocation_for_each_event() {
    #[fallback(Ok(1))]
    async fn rescued() -> Result<u64, Error> {
        Err(Error::Busy)
    }
    let recorder = reliable::Recorder::keep(8);
    reliable::Scope::current().recorder(&recorder).enter(|| {
        for _ in 0..16 {
            allocations(rescued());
        }
        assert_eq!(allocations(rescued()), 1, "its words");
    });
}

#[test]
fn a_fallback_allocates_nothing() {
    #[fallback(Ok(1))]
    async fn rescued() -> Result<u64, Error> {
        Err(Error::Busy)
    }
    assert_eq!(allocations(rescued()), 0);
}

#[test]
fn a_retry_without_a_pause_allocates_nothing() {
    #[retry(max = 1, backoff = "none")]
    async fn flaky(fail: &std::cell::Cell<bool>) -> Result<u64, Error> {
        tool(false, fail.replace(false)).await
    }
    assert_eq!(allocations(flaky(&std::cell::Cell::new(true))), 0);
}

#[test]
fn a_future_is_at_most_16_bytes_per_attribute_larger_than_by_hand() {
    fn check<A, B>(name: &str, attributes: usize, annotated: &A, by_hand: &B) {
        let (size, floor) = (size_of_val(annotated), size_of_val(by_hand));
        assert!(size <= floor + 16 * attributes, "{name}: {size} bytes, and {floor} by hand");
    }
    check("retry", 1, &annotated::retried(true, false), &by_hand::retried(true, false));
    check("timeout", 1, &annotated::limited(true, false), &by_hand::limited(true, false));
    check("failover", 2, &annotated::failed_over(true, false), &by_hand::failed_over(true, false));
    check("call limit", 1, &annotated::counted(true, false), &tool(true, false));
    check("fallback", 1, &annotated::rescued(true, false), &by_hand::rescued(true, false));
    let (both, both_by_hand) = (annotated::retried_and_limited(true, false), by_hand::retried_and_limited(true, false));
    check("retry over timeout", 2, &both, &both_by_hand);
    check("retry over breaker over timeout", 3, &annotated::retried_and_guarded(true, false), &both_by_hand);
    check("the stack", 3, &annotated::stacked(true, false), &by_hand::stacked(true, false));
}

#[tokio::test(start_paused = true)]
async fn what_is_measured_does_what_it_should() {
    assert_eq!(annotated::stacked(true, true).await, Err(Error::Busy));
    assert_eq!(by_hand::stacked(true, true).await, Err(Error::Busy));
    assert_eq!(annotated::rescued(true, false).await, Ok(1));
}
