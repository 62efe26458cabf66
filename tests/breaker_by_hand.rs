//! A breaker in the hands of an operator, or of a test.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::time::Duration;

use reliable::{CircuitBreaker, CircuitState, Fault, FaultKind, Recorder, Scope, circuit_breaker, failover, retry};
use tokio::time::{Instant, advance};

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

struct Service {
    breaker: CircuitBreaker,
}

impl Service {
    fn new() -> Service {
        Service { breaker: CircuitBreaker::new().failures(2) }
    }

    #[circuit_breaker(self.breaker)]
    async fn call(&self, healthy: bool) -> Result<u32, Error> {
        if healthy { Ok(1) } else { Err(Error::Busy) }
    }
}

const ISOLATED: &str = "`call` was not called: its circuit breaker is isolated until somebody closes it";

#[tokio::test(start_paused = true)]
async fn isolated_it_keeps_all_away_until_it_is_closed() {
    let service = Service::new();
    service.breaker.isolate();
    for _ in 0..3 {
        let error = service.call(true).await.unwrap_err();
        assert_eq!(error.to_string(), ISOLATED);
        assert_eq!(FaultKind::of(&error), Some(FaultKind::CircuitOpen));
        let Error::Fault(fault) = error else { panic!() };
        assert_eq!(fault.wait(), None, "nobody knows");
        advance(Duration::from_secs(24 * 60 * 60)).await;
    }
    assert_eq!(service.breaker.state(), CircuitState::Isolated);
    service.breaker.close();
    assert_eq!(service.call(true).await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn disabled_it_lets_all_through_and_counts_nothing() {
    let service = Service::new();
    service.breaker.disable();
    for _ in 0..10 {
        assert_eq!(service.call(false).await, Err(Error::Busy));
    }
    assert_eq!(service.breaker.state(), CircuitState::Disabled);
    service.breaker.close();
    assert_eq!(service.call(false).await, Err(Error::Busy));
    assert_eq!(service.breaker.state(), CircuitState::Closed, "one of two: those before count no more");
    assert_eq!(service.call(false).await, Err(Error::Busy));
    assert_eq!(service.breaker.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn closed_it_forgets_what_it_has_counted_and_what_is_under_way() {
    let service = Service::new();
    let late = service.breaker.admit("late").unwrap();
    assert_eq!(service.call(false).await, Err(Error::Busy));
    service.breaker.close();
    let failed = Err::<u32, _>(Error::Busy);
    let _ = late.settle("late", failed, |error| reliable::expansion::Inspect::new(error).failure());
    assert_eq!(service.call(false).await, Err(Error::Busy));
    assert_eq!(service.breaker.state(), CircuitState::Closed);
    assert_eq!(service.call(false).await, Err(Error::Busy));
    assert_eq!(service.breaker.state(), CircuitState::Open);
    service.breaker.close();
    assert_eq!(service.call(true).await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_probe_under_way_changes_nothing_of_what_was_done_by_hand() {
    for healthy in [true, false] {
        let service = Service::new();
        let _ = (service.call(false).await, service.call(false).await);
        advance(Duration::from_secs(30)).await;
        let probe = service.breaker.admit("probe").unwrap();
        service.breaker.isolate();
        let outcome = if healthy { Ok(1) } else { Err(Error::Busy) };
        let _ = probe.settle("probe", outcome, |error| reliable::expansion::Inspect::new(error).failure());
        assert_eq!(service.breaker.state(), CircuitState::Isolated);
    }
}

#[tokio::test(start_paused = true)]
async fn each_change_is_told_and_what_changes_nothing_is_not() {
    let service = Service::new();
    let recorder = Recorder::new();
    let story = async {
        service.breaker.close();
        service.breaker.isolate();
        service.breaker.isolate();
        let _ = service.call(true).await;
        service.breaker.disable();
        service.breaker.disable();
        service.breaker.close();
        service.breaker.close();
    };
    Scope::current().recorder(&recorder).run(story).await;
    let report = recorder.report();
    let told: Vec<_> =
        report.entries().iter().map(|entry| format!("{}: {}", entry.event.tool(), entry.event)).collect();
    assert_eq!(
        told,
        [
            "circuit breaker: the circuit breaker is isolated now",
            &format!("call: {ISOLATED}"),
            "circuit breaker: the circuit breaker is disabled now",
            "circuit breaker: the circuit breaker is closed now",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_retry_does_not_wait_for_ever_and_a_failover_asks_the_next_one() {
    static ISOLATED: CircuitBreaker = CircuitBreaker::new();
    #[retry(max = 2, when = true, base = "1s", jitter = 0, backoff = "fixed")]
    #[circuit_breaker(ISOLATED)]
    async fn call() -> Result<u32, Error> {
        Ok(1)
    }
    #[retry(max = 2, when = true, backoff = "none")]
    #[circuit_breaker(ISOLATED)]
    async fn at_once() -> Result<u32, Error> {
        Ok(1)
    }
    #[failover(model in ["large", "small"])]
    async fn ask() -> Result<&'static str, Error> {
        if model == &"large" {
            call().await?;
        }
        Ok(model)
    }
    ISOLATED.isolate();
    let (started, recorder) = (Instant::now(), Recorder::new());
    assert!(call().await.is_err());
    assert!(at_once().await.is_err());
    assert!(Scope::current().recorder(&recorder).run(at_once()).await.is_err());
    assert_eq!(started.elapsed(), Duration::ZERO);
    let retried = recorder.report().entries().iter().filter(|entry| entry.event.name() == "reliable.retrying").count();
    assert_eq!(retried, 0, "it knows at once");
    assert_eq!(ask().await, Ok("small"));
    ISOLATED.close();
    assert_eq!(ask().await, Ok("large"), "nobody is left out for it");
}

#[tokio::test(start_paused = true)]
async fn disabled_it_calls_nothing_slow() {
    let breaker = CircuitBreaker::new().failures(1).slow(Duration::from_secs(1));
    breaker.disable();
    let recorder = Recorder::new();
    let call = async {
        let permit = breaker.admit("call").unwrap();
        advance(Duration::from_secs(2)).await;
        permit.settle("call", Ok::<_, Error>(1), |error| reliable::expansion::Inspect::new(error).failure())
    };
    assert_eq!(Scope::current().recorder(&recorder).run(call).await, Ok(1));
    assert!(recorder.report().entries().is_empty());
    assert_eq!(breaker.state(), CircuitState::Disabled);
}

#[test]
fn a_slow_breaker_is_a_closed_one_too() {
    let breaker = CircuitBreaker::new().slow(Duration::from_secs(1));
    assert_eq!(breaker.state(), CircuitState::Closed);
    breaker.isolate();
    breaker.close();
    assert_eq!(breaker.state(), CircuitState::Closed);
    assert!(breaker.admit("call").is_ok());
}
