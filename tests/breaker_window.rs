//! A breaker over a window of time, one that takes slow calls for failures, and one whose cooldown grows, on a paused clock.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::time::Duration;

use reliable::{
    Approval, Approver, CircuitBreaker, CircuitState, Decision, Event, Fault, Keyed, Recorder, Request, Scope,
    circuit_breaker, retry, timeout,
};
use tokio::time::{Instant, advance, sleep};

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn is_open<T>(outcome: &Result<T, Error>) -> bool {
    matches!(outcome, Err(Error::Fault(Fault::CircuitOpen { .. })))
}

struct Service {
    breaker: CircuitBreaker,
}

impl Service {
    fn new(breaker: CircuitBreaker) -> Service {
        Service { breaker }
    }

    #[circuit_breaker(self.breaker)]
    async fn call(&self, healthy: bool) -> Result<u32, Error> {
        if healthy { Ok(1) } else { Err(Error::Busy) }
    }

    #[circuit_breaker(self.breaker)]
    async fn call_for(&self, time: Duration) -> Result<u32, Error> {
        sleep(time).await;
        Ok(1)
    }

    /// `-` fails, `+` goes well, a digit is so many seconds.
    async fn play(&self, script: &str) {
        for line in script.chars() {
            if let Some(seconds) = line.to_digit(10) {
                advance(ms(1000 * u64::from(seconds))).await;
            } else {
                let outcome = self.call(line == '+').await;
                assert!(!is_open(&outcome), "{line} in {script}");
            }
        }
    }

    fn state(&self) -> CircuitState {
        self.breaker.state()
    }
}

fn of_ten_seconds(ratio: f64, min_calls: u32) -> Service {
    Service::new(CircuitBreaker::new().ratio(ratio).time_window(ms(10_000)).min_calls(min_calls))
}

#[tokio::test(start_paused = true)]
async fn it_opens_when_there_are_enough_calls_in_the_time_and_too_many_have_failed() {
    let service = of_ten_seconds(0.5, 4);
    service.play("-2-2-").await;
    assert_eq!(service.state(), CircuitState::Closed, "three of three, and four there must be");
    service.play("2+").await;
    assert_eq!(service.state(), CircuitState::Open, "the success makes them enough");
}

#[tokio::test(start_paused = true)]
async fn what_is_older_than_the_window_counts_no_more() {
    let service = of_ten_seconds(1.0, 4);
    service.play("---95").await;
    service.play("-").await;
    assert_eq!(service.state(), CircuitState::Closed, "one in the last ten seconds");
    service.play("2-2-").await;
    assert_eq!(service.state(), CircuitState::Closed);
    service.play("-").await;
    assert_eq!(service.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn it_counts_for_the_whole_window_from_its_first_call_on() {
    for (wait, state) in [(9_999, CircuitState::Open), (10_000, CircuitState::Closed)] {
        let service = of_ten_seconds(1.0, 2);
        service.play("-").await;
        advance(ms(wait)).await;
        service.play("-").await;
        assert_eq!(service.state(), state, "after {wait} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn the_share_is_exact_and_a_quiet_time_is_never_judged() {
    let service = of_ten_seconds(0.55, 100);
    for n in 0..100 {
        service.call(n % 20 >= 9).await.ok();
        if n < 99 {
            assert_eq!(service.state(), CircuitState::Closed);
        }
    }
    assert_eq!(service.state(), CircuitState::Closed, "45 of 100");
    let service = of_ten_seconds(0.55, 100);
    for n in 0..100 {
        service.call(n % 20 >= 11).await.ok();
    }
    assert_eq!(service.state(), CircuitState::Open, "55 of 100");
    let quiet = of_ten_seconds(0.1, 20);
    for _ in 0..200 {
        quiet.play("-1").await;
    }
    assert_eq!(quiet.state(), CircuitState::Closed, "never 20 in ten seconds");
}

#[tokio::test(start_paused = true)]
async fn the_attribute_has_twenty_calls_if_nothing_is_said_and_a_half() {
    #[circuit_breaker(window = "10s")]
    async fn call(healthy: bool) -> Result<u32, Error> {
        if healthy { Ok(1) } else { Err(Error::Busy) }
    }
    for n in 0..20 {
        assert!(!is_open(&call(n % 2 == 0).await), "call {n}");
    }
    assert!(is_open(&call(true).await));
}

#[tokio::test(start_paused = true)]
async fn a_window_may_be_an_expression() {
    const WINDOW: u32 = 2;
    #[circuit_breaker(ratio = 1.0, window = Duration::from_secs(10), min_calls = 2)]
    async fn timed() -> Result<u32, Error> {
        Err(Error::Busy)
    }
    #[circuit_breaker(ratio = 1.0, window = WINDOW)]
    async fn counted() -> Result<u32, Error> {
        Err(Error::Busy)
    }
    for _ in 0..2 {
        assert!(!is_open(&timed().await) && !is_open(&counted().await));
    }
    assert!(is_open(&timed().await) && is_open(&counted().await));
}

#[tokio::test(start_paused = true)]
async fn closing_empties_the_window_and_late_outcomes_stay_out_of_it() {
    let service = of_ten_seconds(1.0, 3);
    let late = service.breaker.admit("late").unwrap();
    service.play("---").await;
    assert_eq!(service.state(), CircuitState::Open);
    advance(ms(30_000)).await;
    service.play("+--").await;
    let failed = Err::<u32, _>(Error::Busy);
    let _ = late.settle("late", failed, |error| reliable::expansion::Inspect::new(error).failure());
    assert_eq!(service.state(), CircuitState::Closed);
    service.play("-").await;
    assert_eq!(service.state(), CircuitState::Open);
}

/// Each paused runtime has a clock of its own.
#[test]
fn a_clock_that_was_ahead_leaves_it_to_work() {
    let service = of_ten_seconds(1.0, 2);
    let on_a_clock = |ahead: u64, script: &'static str| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            advance(ms(ahead)).await;
            service.play(script).await;
        });
    };
    on_a_clock(3_600_000, "-");
    on_a_clock(0, "-");
    assert_eq!(service.state(), CircuitState::Closed, "they are an hour apart");
    on_a_clock(0, "-");
    assert_eq!(service.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_has_failed_is_remembered_for_the_time_and_no_longer() {
    static BREAKERS: Keyed<CircuitBreaker> =
        Keyed::new(|| CircuitBreaker::new().ratio(1.0).time_window(ms(10_000)).min_calls(2));
    #[circuit_breaker(BREAKERS, key = host)]
    async fn call(host: u32) -> Result<u32, Error> {
        Err(Error::Busy)
    }
    let _ = call(0).await;
    for host in 1..3000 {
        let _ = call(host).await;
    }
    let _ = call(0).await;
    assert!(is_open(&call(0).await));
}

#[test]
fn a_window_of_time_allocates_nothing() {
    let service = of_ten_seconds(0.5, 20);
    let count = |healthy: bool| {
        let mut call = std::pin::pin!(service.call(healthy));
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        allocation_counter::measure(|| assert!(call.as_mut().poll(&mut cx).is_ready())).count_total
    };
    assert_eq!((count(true), count(false)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_takes_too_long_is_a_failure_and_its_value_comes_out_all_the_same() {
    let service = Service::new(CircuitBreaker::new().failures(2).slow(ms(2000)));
    assert_eq!(service.call_for(ms(2000)).await, Ok(1), "just in time");
    assert_eq!(service.call_for(ms(2001)).await, Ok(1));
    assert_eq!(service.call(true).await, Ok(1));
    assert_eq!(service.call_for(ms(2001)).await, Ok(1));
    assert_eq!(service.state(), CircuitState::Closed, "a quick one lay between");
    assert_eq!(service.call_for(ms(9000)).await, Ok(1));
    assert_eq!(service.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_slow_probe_opens_it_again_and_what_fails_is_a_failure_however_quick() {
    let service = Service::new(CircuitBreaker::new().failures(1).slow(ms(2000)));
    assert_eq!(service.call(false).await, Err(Error::Busy));
    advance(ms(30_000)).await;
    assert_eq!(service.call_for(ms(2001)).await, Ok(1));
    assert_eq!(service.state(), CircuitState::Open);
    advance(ms(30_000)).await;
    assert_eq!(service.call_for(ms(1)).await, Ok(1));
    assert_eq!(service.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn what_is_slow_is_told_and_that_it_opened() {
    #[circuit_breaker(failures = 1, slow = "2s")]
    async fn call(time: Duration) -> Result<u32, Error> {
        sleep(time).await;
        Ok(1)
    }
    let recorder = Recorder::new();
    let calls = async {
        call(ms(2000)).await.unwrap();
        call(ms(3500)).await.unwrap();
    };
    Scope::current().recorder(&recorder).run(calls).await;
    let report = recorder.report();
    let told: Vec<_> = report.entries().iter().map(|entry| entry.event.to_string()).collect();
    assert_eq!(
        told,
        ["took 3.5s, and is a failure for its circuit breaker from 2s on", "the circuit breaker is open now"]
    );
    assert_eq!(report.entries()[0].event, Event::Slow { tool: "call".into(), took: ms(3500), limit: ms(2000) });
    assert_eq!(report.entries()[0].event.name(), "reliable.slow");
}

struct Human;

impl Approver for Human {
    async fn review(&self, _: &Request) -> Decision {
        sleep(ms(60_000)).await;
        Decision::approve()
    }
}

async fn asks_and_works(work: Duration) -> Result<u32, Error> {
    Approval::new("refund").by(&Human).ask().await?;
    sleep(work).await;
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_human_is_left_out() {
    #[circuit_breaker(failures = 1, slow = "2s")]
    async fn own(work: Duration) -> Result<u32, Error> {
        asks_and_works(work).await
    }
    static SHARED: CircuitBreaker = CircuitBreaker::new().failures(1).slow(ms(2000));
    #[circuit_breaker(SHARED)]
    async fn shared(work: Duration) -> Result<u32, Error> {
        reliable::spawn(async move { asks_and_works(work).await }).await.unwrap()
    }
    let (recorder, started) = (Recorder::new(), Instant::now());
    let quick = async { (own(ms(1900)).await, shared(ms(1900)).await) };
    assert_eq!(Scope::current().recorder(&recorder).run(quick).await, (Ok(1), Ok(1)));
    assert_eq!(started.elapsed(), ms(2 * 61_900));
    let is_slow = |entry: &reliable::report::Entry| matches!(entry.event, Event::Slow { .. });
    assert!(!recorder.report().entries().iter().any(is_slow));
    assert_eq!(SHARED.state(), CircuitState::Closed);
    assert!(own(ms(2100)).await.is_ok() && is_open(&own(ms(0)).await));
    assert!(shared(ms(2100)).await.is_ok() && is_open(&shared(ms(0)).await));
}

#[tokio::test(start_paused = true)]
async fn a_slow_call_that_was_refused_or_cancelled_counts_as_nothing() {
    let breaker = CircuitBreaker::new().failures(1).slow(ms(10));
    let permit = breaker.admit("call").unwrap();
    advance(ms(100)).await;
    drop(permit);
    let permit = breaker.admit("call").unwrap();
    advance(ms(100)).await;
    let denied = Err::<u32, _>(Fault::Denied { tool: "call".into(), reason: "no".into() });
    let _ = permit.settle("call", denied, |error| reliable::expansion::Inspect::new(error).failure());
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn slow_works_with_a_window_on_a_plain_function_and_below_a_retry_and_its_future_is_send() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new().ratio(1.0).window(2).slow(ms(10));
    #[circuit_breaker(BREAKER)]
    fn plain() -> Result<u32, Error> {
        Ok(1)
    }
    #[retry(max = 3)]
    #[circuit_breaker(ratio = 0.5, window = "10s", min_calls = 1, slow = "1s")]
    #[timeout(secs = 5)]
    async fn stacked(time: Duration) -> Result<u32, Error> {
        sleep(time).await;
        Ok(1)
    }
    assert_eq!((plain(), plain()), (Ok(1), Ok(1)));
    assert_eq!(BREAKER.state(), CircuitState::Closed);
    assert_eq!(tokio::spawn(stacked(ms(1500))).await.unwrap(), Ok(1));
    assert!(is_open(&stacked(ms(0)).await));
}

#[tokio::test(start_paused = true)]
async fn an_outcome_of_a_slow_breaker_stays_too_old_to_count() {
    let breaker = CircuitBreaker::new().failures(1).cooldown(Duration::ZERO).slow(ms(1000));
    let settle = |permit: &reliable::policies::circuit_breaker::Permit<'_>, outcome: Result<u32, Error>| {
        let _ = permit.settle("call", outcome, |error| reliable::expansion::Inspect::new(error).failure());
    };
    let late = breaker.admit("late").unwrap();
    settle(&breaker.admit("call").unwrap(), Err(Error::Busy));
    // 16384 transitions: it is in the same generation again, and in another era.
    for _ in 0..16_382 / 2 {
        settle(&breaker.admit("call").unwrap(), Err(Error::Busy));
    }
    settle(&breaker.admit("call").unwrap(), Ok(1));
    assert_eq!(breaker.state(), CircuitState::Closed);
    settle(&late, Err(Error::Busy));
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn the_cooldown_doubles_with_each_failed_probe_up_to_its_most_and_a_success_makes_it_short_again() {
    #[circuit_breaker(failures = 1, cooldown = "30s", max_cooldown = "3m")]
    async fn call(healthy: bool) -> Result<u32, Error> {
        if healthy { Ok(1) } else { Err(Error::Busy) }
    }
    let left = async || match call(true).await {
        Err(Error::Fault(Fault::CircuitOpen { left, .. })) => left.as_secs(),
        other => panic!("{other:?}"),
    };
    for _ in 0..2 {
        for seconds in [30, 60, 120, 180, 180] {
            assert_eq!(call(false).await, Err(Error::Busy), "it trips it, or is a probe");
            assert_eq!(left().await, seconds);
            advance(ms(seconds * 1000 - 1)).await;
            assert!(is_open(&call(true).await), "a millisecond too early");
            advance(ms(1)).await;
        }
        assert_eq!(call(true).await, Ok(1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_hangs_doubles_it_too_and_without_the_option_it_does_not_grow() {
    let left = |breaker: &CircuitBreaker| match breaker.admit("call") {
        Err(Fault::CircuitOpen { left, .. }) => left.as_secs(),
        other => panic!("{other:?}"),
    };
    let fail = |breaker: &CircuitBreaker| {
        let failed = Err::<u32, _>(Error::Busy);
        let permit = breaker.admit("call").unwrap();
        let _ = permit.settle("call", failed, |error| reliable::expansion::Inspect::new(error).failure());
    };
    let grows = CircuitBreaker::new().failures(1).cooldown(ms(100_000)).max_cooldown(ms(1_000_000));
    fail(&grows);
    advance(ms(100_000)).await;
    let hangs = grows.admit("call").unwrap();
    advance(ms(200_000)).await;
    assert_eq!(left(&grows), 200, "as if it had failed just now");
    drop(hangs);
    let constant = CircuitBreaker::new().failures(1).cooldown(ms(100_000));
    for _ in 0..3 {
        fail(&constant);
        assert_eq!(left(&constant), 100);
        advance(ms(100_000)).await;
    }
    let shorter = CircuitBreaker::new().failures(1).max_cooldown(ms(1));
    fail(&shorter);
    assert_eq!(left(&shorter), 30, "never shorter than the cooldown");
}

#[test]
fn a_cooldown_that_grows_has_room_to_grow_in_whatever_order_it_is_given() {
    let caught = |build: fn() -> CircuitBreaker| std::panic::catch_unwind(build).is_err();
    assert!(caught(|| CircuitBreaker::new().cooldown(ms(2)).max_cooldown(ms(1))));
    assert!(caught(|| CircuitBreaker::new().max_cooldown(ms(1)).cooldown(ms(2))));
    assert!(caught(|| CircuitBreaker::new().cooldown(ms(30_000)).max_cooldown(ms(1))));
    assert!(!caught(|| CircuitBreaker::new().max_cooldown(ms(2)).cooldown(ms(2))));
    assert!(!caught(|| CircuitBreaker::new().cooldown(ms(1)).max_cooldown(ms(2))));
}
