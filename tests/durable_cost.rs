//! What `#[durable]` costs where there is no engine: no allocation, and a future hardly larger than without it.

#![allow(clippy::unused_async, reason = "about the little function itself")]

use std::future::{Future, pending};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use reliable::durable::Memory;
use reliable::{Fault, Scope, durable, retry};

/// The tool: waits for the next turn where `wait` does.
async fn tool(wait: bool) -> Result<u64, Fault> {
    if wait {
        tokio::task::yield_now().await;
    }
    Ok(1)
}

#[durable]
async fn recorded(wait: bool) -> Result<u64, Fault> {
    tool(wait).await
}

#[durable(idempotency_key)]
async fn with_a_key(wait: bool) -> Result<u64, Fault> {
    let _ = idempotency_key;
    tool(wait).await
}

#[retry(max = 3)]
async fn retried(wait: bool) -> Result<u64, Fault> {
    tool(wait).await
}

#[durable]
#[retry(max = 3)]
async fn recorded_and_retried(wait: bool) -> Result<u64, Fault> {
    tool(wait).await
}

fn allocations(call: impl Future<Output = Result<u64, Fault>>) -> u64 {
    let mut call = pin!(call);
    let mut context = Context::from_waker(Waker::noop());
    let mut poll = || assert_eq!(call.as_mut().poll(&mut context), Poll::Ready(Ok(1)));
    allocation_counter::measure(&mut poll).count_total
}

#[test]
fn without_an_engine_a_recorded_call_allocates_nothing() {
    let all =
        || [allocations(recorded(false)), allocations(with_a_key(false)), allocations(recorded_and_retried(false))];
    // The thread's own, once: for its random numbers.
    all();
    assert_eq!(all(), [0; 3]);
    assert_eq!(Scope::current().enter(all), [0; 3], "in a scope that has none");
}

/// Somebody else's run makes every call look whether it is in one.
#[tokio::test]
async fn beside_a_run_of_others_neither() {
    let memory = Memory::new();
    let mut run = pin!(memory.run("run", pending::<()>()));
    assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    allocations(recorded(false));
    assert_eq!(allocations(recorded(false)), 0);
    assert_eq!(allocations(recorded_and_retried(false)), 0);
}

/// The call, and what it is recorded in, which is one pointer.
#[test]
fn a_future_is_at_most_40_bytes_larger() {
    for (name, with, without) in [
        ("alone", size_of_val(&recorded(true)), size_of_val(&tool(true))),
        ("over a retry", size_of_val(&recorded_and_retried(true)), size_of_val(&retried(true))),
    ] {
        assert!(with <= without + 40, "{name}: {with} bytes, and {without} without it");
    }
}
