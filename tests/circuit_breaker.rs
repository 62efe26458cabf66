//! `#[circuit_breaker]` on a paused clock: each rule of the breaker, as a user meets it.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::{
    CircuitBreaker, CircuitState, Fault, Keyed, Recorder, Scope, circuit_breaker, requires_approval, retry, timeout,
};
use tokio::time::{advance, sleep};

#[derive(Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("down")]
    Down,
    #[error("bad request")]
    BadRequest,
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Error {
    fn is_about_the_service(&self) -> bool {
        !matches!(self, Error::BadRequest)
    }
}

/// A service that counts its calls and answers as it is told.
#[derive(Default)]
struct Service {
    calls: AtomicU32,
}

impl Service {
    fn call(&self, healthy: bool) -> Result<u32, Error> {
        let calls = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        if healthy { Ok(calls) } else { Err(Error::Down) }
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn time_left(outcome: &Result<u32, Error>) -> Option<Duration> {
    match outcome {
        Err(Error::Fault(Fault::CircuitOpen { left, .. })) => Some(*left),
        _ => None,
    }
}

/// A client with a breaker of its own: three failures, one second.
struct Client {
    breaker: CircuitBreaker,
    service: Service,
}

impl Client {
    fn new(breaker: CircuitBreaker) -> Self {
        Client { breaker, service: Service::default() }
    }

    fn plain() -> Self {
        Client::new(CircuitBreaker::new().failures(3).cooldown(ms(1000)))
    }

    #[circuit_breaker(self.breaker)]
    async fn call(&self, healthy: bool) -> Result<u32, Error> {
        self.service.call(healthy)
    }

    #[circuit_breaker(self.breaker)]
    async fn call_for(&self, time: Duration, healthy: bool) -> Result<u32, Error> {
        sleep(time).await;
        self.service.call(healthy)
    }

    #[circuit_breaker(self.breaker, when = Error::is_about_the_service)]
    async fn call_badly(&self, error: Error) -> Result<u32, Error> {
        self.service.call(true)?;
        Err(error)
    }

    async fn fail(&self, times: u32) {
        for _ in 0..times {
            assert_eq!(self.call(false).await, Err(Error::Down), "the call that trips it keeps its own error, too");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn failures_in_a_row_open_it_and_a_success_begins_the_row_anew() {
    let client = Client::plain();
    client.fail(2).await;
    client.call(true).await.unwrap();
    client.fail(2).await;
    assert_eq!(client.breaker.state(), CircuitState::Closed);
    client.fail(1).await;
    assert_eq!(client.breaker.state(), CircuitState::Open);
    assert_eq!(time_left(&client.call(true).await), Some(ms(1000)));
    assert_eq!(client.service.calls(), 6, "the last call never reached the service");
}

#[tokio::test(start_paused = true)]
async fn the_cooldown_is_over_at_its_very_end() {
    let client = Client::plain();
    client.fail(3).await;
    advance(ms(999)).await;
    assert_eq!(time_left(&client.call(true).await), Some(ms(1)));
    advance(ms(1)).await;
    assert_eq!(client.call(true).await, Ok(4));
    assert_eq!(client.breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_failing_probe_opens_it_for_another_whole_cooldown() {
    let client = Client::plain();
    client.fail(3).await;
    advance(ms(1500)).await;
    client.fail(1).await;
    assert_eq!(time_left(&client.call(true).await), Some(ms(1000)));
}

#[tokio::test(start_paused = true)]
async fn only_as_many_probes_as_told_are_let_through_and_all_must_succeed() {
    let client = Client::new(CircuitBreaker::new().failures(1).cooldown(ms(10)).probes(3));
    client.fail(1).await;
    advance(ms(10)).await;
    let calls = async || {
        let mut outcomes = Vec::new();
        let all: Vec<_> = (0..100).map(|_| Box::pin(client.call_for(ms(5), true))).collect();
        for outcome in join_all(all).await {
            outcomes.push(outcome);
        }
        outcomes
    };
    let outcomes = calls().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 3, "of 100 callers at once");
    assert_eq!(outcomes.iter().filter_map(time_left).max(), Some(Duration::ZERO), "nobody knows when a probe is done");
    assert_eq!(client.breaker.state(), CircuitState::Closed);
}

/// Polls all of them until all are done.
async fn join_all<F: Future>(futures: Vec<std::pin::Pin<Box<F>>>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Ok).collect();
    std::future::poll_fn(|cx| {
        let mut ready = true;
        for future in &mut futures {
            if let Ok(pending) = future {
                match pending.as_mut().poll(cx) {
                    std::task::Poll::Ready(output) => *future = Err(Some(output)),
                    std::task::Poll::Pending => ready = false,
                }
            }
        }
        if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    futures.into_iter().filter_map(Result::err).flatten().collect()
}

#[tokio::test(start_paused = true)]
async fn one_failing_probe_of_several_opens_it_and_the_late_success_of_another_is_ignored() {
    let client = Client::new(CircuitBreaker::new().failures(1).cooldown(ms(10)).probes(2));
    client.fail(1).await;
    advance(ms(10)).await;
    let (slow, quick) = tokio::join!(client.call_for(ms(8), true), client.call_for(ms(2), false));
    assert!(slow.is_ok() && quick.is_err());
    assert_eq!(client.breaker.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_probe_gives_its_place_back() {
    let client = Client::plain();
    client.fail(3).await;
    advance(ms(1000)).await;
    let cancelled = tokio::time::timeout(ms(5), client.call_for(ms(100), true)).await;
    assert!(cancelled.is_err());
    for n in 0..20 {
        assert!(client.call(true).await.is_ok(), "call {n} after it, of a healthy service");
    }
    assert_eq!(client.breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_hangs_counts_as_failed_after_a_minute_or_twice_the_cooldown() {
    for (cooldown, longest) in [(10, 60_000), (100_000, 200_000)] {
        let client = Arc::new(Client::new(CircuitBreaker::new().failures(1).cooldown(ms(cooldown))));
        client.fail(1).await;
        advance(ms(cooldown)).await;
        let hanging = Arc::clone(&client);
        let probe = tokio::spawn(async move { hanging.call_for(Duration::from_secs(1_000_000), true).await });
        tokio::task::yield_now().await;
        advance(ms(longest - 1)).await;
        assert_eq!(time_left(&client.call(true).await), Some(ms(0)));
        assert_eq!(client.breaker.state(), CircuitState::HalfOpen);
        advance(ms(2)).await;
        assert_eq!(time_left(&client.call(true).await), Some(ms(cooldown - 1)), "it is open since the failure");
        advance(ms(cooldown - 1)).await;
        assert!(client.call(true).await.is_ok(), "the next probe");
        assert_eq!(client.breaker.state(), CircuitState::Closed);
        probe.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn when_the_cooldown_has_passed_since_a_probe_failed_by_its_time_the_next_call_is_a_probe() {
    let client = Arc::new(Client::new(CircuitBreaker::new().failures(1).cooldown(ms(10))));
    client.fail(1).await;
    advance(ms(10)).await;
    let hanging = Arc::clone(&client);
    let probe = tokio::spawn(async move { hanging.call_for(Duration::from_secs(80), true).await });
    tokio::task::yield_now().await;
    advance(ms(60_010)).await;
    assert!(client.call(true).await.is_ok());
    assert_eq!(client.breaker.state(), CircuitState::Closed);
    client.fail(1).await;
    assert!(probe.await.unwrap().is_ok());
    assert_eq!(client.breaker.state(), CircuitState::Open, "the late success of the other is of an earlier state");
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_ends_after_its_longest_time_has_failed_though_nobody_asked() {
    let client = Client::new(CircuitBreaker::new().failures(1).cooldown(ms(10)));
    client.fail(1).await;
    advance(ms(10)).await;
    assert!(client.call_for(ms(60_000), true).await.is_ok());
    assert_eq!(client.breaker.state(), CircuitState::Open);
    advance(ms(10)).await;
    assert!(client.call_for(ms(59_999), true).await.is_ok());
    assert_eq!(client.breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_body_is_a_failure_and_goes_on() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new().failures(2).cooldown(Duration::from_millis(10));
    static SERVICE: AtomicU32 = AtomicU32::new(0);
    #[circuit_breaker(BREAKER)]
    async fn call(answer: Option<u32>) -> Result<u32, Error> {
        SERVICE.fetch_add(1, Ordering::Relaxed);
        sleep(ms(1)).await;
        Ok(answer.expect("a bug"))
    }
    let panics = async || tokio::spawn(call(None)).await.is_err_and(|error| error.is_panic());
    assert!(panics().await && panics().await);
    for _ in 0..8 {
        assert!(time_left(&call(None).await).is_some());
    }
    assert_eq!(SERVICE.load(Ordering::Relaxed), 2);
    advance(ms(10)).await;
    assert!(panics().await, "a probe");
    assert_eq!(time_left(&call(None).await), Some(ms(10)), "which opened it again");
    advance(ms(10)).await;
    assert_eq!(call(Some(1)).await, Ok(1));
    assert_eq!(BREAKER.state(), CircuitState::Closed);
}

#[test]
fn on_a_plain_function_a_panic_is_a_failure_too() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new().ratio(0.5).window(2);
    #[circuit_breaker(BREAKER)]
    fn call(answer: Option<u32>) -> Result<u32, Error> {
        Ok(answer.expect("a bug"))
    }
    assert_eq!(call(Some(1)), Ok(1));
    assert!(std::panic::catch_unwind(|| call(None)).is_err());
    assert_eq!(BREAKER.state(), CircuitState::Open);
}

/// Such as in a `Drop` that tells a service goodbye.
#[tokio::test(start_paused = true)]
async fn what_goes_well_while_a_panic_unwinds_is_no_failure() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new().failures(1);
    #[circuit_breaker(BREAKER)]
    fn goodbye() -> Result<u32, Error> {
        Ok(1)
    }
    struct Session;
    impl Drop for Session {
        fn drop(&mut self) {
            goodbye().unwrap();
        }
    }
    let panics = tokio::spawn(async {
        let _session = Session;
        panic!("a bug");
    });
    assert!(panics.await.unwrap_err().is_panic());
    assert_eq!(BREAKER.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_counts_as_nothing_while_closed() {
    let client = Client::plain();
    client.fail(2).await;
    let cancelled = tokio::time::timeout(ms(5), client.call_for(ms(100), false)).await;
    assert!(cancelled.is_err());
    assert_eq!(client.breaker.state(), CircuitState::Closed);
    client.fail(1).await;
    assert_eq!(client.breaker.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn what_began_in_an_earlier_state_is_ignored() {
    let client = Client::plain();
    let late = client.call_for(ms(3000), false);
    let story = async {
        client.fail(3).await;
        sleep(ms(1000)).await;
        client.call(true).await.unwrap();
        client.fail(2).await;
    };
    let (late, ()) = tokio::join!(late, story);
    assert_eq!(late, Err(Error::Down));
    assert_eq!(client.breaker.state(), CircuitState::Closed, "it would have been the third failure in a row");
}

#[tokio::test(start_paused = true)]
async fn a_ratio_is_judged_when_the_window_is_full() {
    let client = Client::new(CircuitBreaker::new().ratio(0.55).window(100).cooldown(ms(10)));
    client.fail(54).await;
    for _ in 54..99 {
        client.call(true).await.unwrap();
    }
    assert_eq!(client.breaker.state(), CircuitState::Closed, "54 of 99: the window is not full");
    client.call(true).await.unwrap();
    assert_eq!(client.breaker.state(), CircuitState::Closed, "54 of 100");
    client.fail(1).await;
    assert_eq!(client.breaker.state(), CircuitState::Closed, "54 of the last 100: a failure left, a failure came");
    for _ in 0..53 {
        client.fail(1).await;
    }
    assert_eq!(client.breaker.state(), CircuitState::Closed, "54 of the last 100, always");
    client.fail(1).await;
    assert_eq!(client.breaker.state(), CircuitState::Open, "55 of 100 is 0.55 exactly");
}

#[tokio::test(start_paused = true)]
async fn a_success_may_fill_the_window_and_trip_it() {
    let client = Client::new(CircuitBreaker::new().ratio(0.5).window(4));
    client.fail(3).await;
    assert_eq!(client.breaker.state(), CircuitState::Closed);
    client.call(true).await.unwrap();
    assert_eq!(client.breaker.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn closing_empties_the_window() {
    let client = Client::new(CircuitBreaker::new().ratio(0.5).window(4).cooldown(ms(10)));
    client.fail(4).await;
    advance(ms(10)).await;
    client.call(true).await.unwrap();
    client.fail(3).await;
    assert_eq!(client.breaker.state(), CircuitState::Closed, "the four failures before are forgotten");
    client.fail(1).await;
    assert_eq!(client.breaker.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn an_error_that_says_nothing_about_the_service_counts_as_a_success() {
    let client = Client::plain();
    for _ in 0..2 {
        client.call_badly(Error::Down).await.unwrap_err();
    }
    client.call_badly(Error::BadRequest).await.unwrap_err();
    for _ in 0..2 {
        client.call_badly(Error::Down).await.unwrap_err();
    }
    assert_eq!(client.breaker.state(), CircuitState::Closed);
    client.call_badly(Error::Down).await.unwrap_err();
    assert_eq!(client.breaker.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_never_made_counts_as_nothing_and_gives_a_probe_back() {
    static OUTER: CircuitBreaker = CircuitBreaker::new().failures(1).cooldown(Duration::from_millis(10));
    static CALLS: AtomicU32 = AtomicU32::new(0);
    #[requires_approval(by = reliable::approver::Deny)]
    async fn denied() -> Result<u32, Error> {
        Ok(1)
    }
    #[circuit_breaker(OUTER)]
    async fn outer() -> Result<u32, Error> {
        match CALLS.fetch_add(1, Ordering::Relaxed) {
            0 => Err(Error::Down),
            1 => denied().await,
            n => Ok(n),
        }
    }
    outer().await.unwrap_err();
    advance(ms(10)).await;
    assert!(matches!(outer().await, Err(Error::Fault(Fault::Denied { .. }))), "the probe was refused further down");
    assert_eq!(OUTER.state(), CircuitState::HalfOpen);
    assert_eq!(outer().await, Ok(2), "its place is free for the next one");
    assert_eq!(OUTER.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_is_a_failure() {
    #[circuit_breaker(failures = 2)]
    #[timeout(ms = 10)]
    async fn hangs() -> Result<u32, Error> {
        std::future::pending().await
    }
    for _ in 0..2 {
        assert!(matches!(hangs().await, Err(Error::Fault(Fault::TimedOut { .. }))));
    }
    assert!(time_left(&hangs().await).is_some());
}

#[tokio::test(start_paused = true)]
async fn below_retry_it_counts_attempts_and_ends_the_retries_when_it_opens() {
    static SERVICE: Service = Service { calls: AtomicU32::new(0) };
    #[retry(max = 9, backoff = "none")]
    #[circuit_breaker(failures = 3)]
    async fn call() -> Result<u32, Error> {
        SERVICE.call(false)
    }
    assert!(time_left(&call().await).is_some(), "the fourth attempt is refused, and a refusal is not retried");
    assert_eq!(SERVICE.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn above_retry_it_counts_calls() {
    static SERVICE: Service = Service { calls: AtomicU32::new(0) };
    #[circuit_breaker(failures = 2)]
    #[retry(max = 2, backoff = "none")]
    async fn call() -> Result<u32, Error> {
        SERVICE.call(false)
    }
    assert_eq!(call().await, Err(Error::Down));
    assert_eq!(call().await, Err(Error::Down));
    assert!(time_left(&call().await).is_some());
    assert_eq!(SERVICE.calls(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_retry_may_wait_for_it_if_when_says_so() {
    static SERVICE: Service = Service { calls: AtomicU32::new(0) };
    #[retry(max = 3, backoff = "fixed", base = "30ms", jitter = 0, when = true)]
    #[circuit_breaker(failures = 1, cooldown = "50ms")]
    async fn call() -> Result<u32, Error> {
        let first = SERVICE.calls() == 0;
        SERVICE.call(!first)
    }
    assert_eq!(call().await, Ok(2), "0 ms: fails, 30 ms: refused, 60 ms: the probe succeeds");
}

/// A breaker in a `static` sees one paused clock after the other.
#[test]
fn one_that_opened_on_a_clock_that_was_ahead_is_open_for_its_cooldown_and_no_longer() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new().failures(1);
    #[circuit_breaker(BREAKER)]
    async fn call(healthy: bool) -> Result<u32, Error> {
        if healthy { Ok(1) } else { Err(Error::Down) }
    }
    let paused = || tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    paused().block_on(async {
        sleep(Duration::from_secs(3600)).await;
        assert_eq!(call(false).await, Err(Error::Down));
    });
    paused().block_on(async {
        assert_eq!(time_left(&call(true).await), Some(Duration::from_secs(30)));
        sleep(Duration::from_secs(30)).await;
        assert_eq!(call(true).await, Ok(1));
    });
}

#[tokio::test(start_paused = true)]
async fn a_key_that_has_failed_is_remembered_whatever_other_keys_are_named() {
    static IN_A_ROW: Keyed<CircuitBreaker> = Keyed::new(|| CircuitBreaker::new().failures(2));
    static SHARE: Keyed<CircuitBreaker> = Keyed::new(|| CircuitBreaker::new().ratio(1.0).window(2));
    #[circuit_breaker(IN_A_ROW, key = host)]
    async fn in_a_row(host: u32) -> Result<u32, Error> {
        if host == 0 { Err(Error::Down) } else { Ok(host) }
    }
    #[circuit_breaker(SHARE, key = host)]
    async fn share(host: u32) -> Result<u32, Error> {
        if host == 0 { Err(Error::Down) } else { Ok(host) }
    }
    for _ in 0..2 {
        assert_eq!((in_a_row(0).await, share(0).await), (Err(Error::Down), Err(Error::Down)));
        for host in 1..2200 {
            assert_eq!((in_a_row(host).await, share(host).await), (Ok(host), Ok(host)));
        }
    }
    assert!(time_left(&in_a_row(0).await).is_some() && time_left(&share(0).await).is_some(), "both are open");
}

#[tokio::test(start_paused = true)]
async fn a_key_has_a_breaker_of_its_own() {
    #[circuit_breaker(failures = 1, key = host)]
    async fn own(host: &str) -> Result<u32, Error> {
        if host == "dead" { Err(Error::Down) } else { Ok(1) }
    }
    static SHARED: Keyed<CircuitBreaker> = Keyed::new(|| CircuitBreaker::new().failures(1));
    #[circuit_breaker(SHARED, key = (host, port))]
    async fn shared(host: &str, port: u16) -> Result<u32, Error> {
        if port == 0 { Err(Error::Down) } else { Ok(u32::from(port)) }
    }
    own("dead").await.unwrap_err();
    assert!(time_left(&own("dead").await).is_some());
    assert_eq!(own("well").await, Ok(1));
    shared("a", 0).await.unwrap_err();
    assert!(time_left(&shared("a", 0).await).is_some());
    assert_eq!(shared("a", 1).await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn the_breaker_of_a_function_is_shared_by_its_types() {
    #[circuit_breaker(failures = 1)]
    async fn call<T: Into<u32>>(answer: Option<T>) -> Result<u32, Error> {
        answer.map(Into::into).ok_or(Error::Down)
    }
    call::<u8>(None).await.unwrap_err();
    assert!(time_left(&call(Some(1_u16)).await).is_some());
}

#[tokio::test(start_paused = true)]
async fn it_can_be_shared_behind_an_arc() {
    #[circuit_breaker(*breaker)]
    async fn call(breaker: Arc<CircuitBreaker>) -> Result<u32, Error> {
        Err(Error::Down)
    }
    let breaker = Arc::new(CircuitBreaker::new().failures(1));
    call(Arc::clone(&breaker)).await.unwrap_err();
    assert_eq!(breaker.state(), CircuitState::Open);
}

#[test]
fn it_works_on_plain_functions() {
    #[circuit_breaker(failures = 2, cooldown = "1h")]
    fn call() -> Result<u32, Error> {
        Err(Error::Down)
    }
    assert_eq!(call(), Err(Error::Down));
    assert_eq!(call(), Err(Error::Down));
    assert!(time_left(&call()).is_some());
}

#[tokio::test(start_paused = true)]
async fn its_life_is_told() {
    let client = Client::plain();
    let recorder = Recorder::new();
    let story = async {
        client.fail(3).await;
        let _ = client.call(true).await;
        sleep(ms(1000)).await;
        client.call(true).await.unwrap();
        client.call(true).await.unwrap();
    };
    Scope::current().recorder(&recorder).run(story).await;
    let told: Vec<_> = recorder.report().entries().iter().map(|entry| entry.event.to_string()).collect();
    assert_eq!(
        told,
        [
            "the circuit breaker is open now",
            "`call` was not called: its circuit breaker is open for another 1s",
            "the circuit breaker is half-open now",
            "the circuit breaker is closed now",
        ]
    );
}

mod refused {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    #[test]
    #[should_panic(expected = "`ratio` of a circuit breaker must be a millionth or more")]
    fn a_ratio_that_rounds_to_nothing() {
        let _ = CircuitBreaker::new().ratio(0.000_000_1);
    }

    #[test]
    #[should_panic(expected = "`probes` of a circuit breaker must be between 1 and 1000000")]
    fn more_probes_than_can_be_counted() {
        let _ = CircuitBreaker::new().probes(20_000_000);
    }

    #[test]
    #[should_panic(expected = "`cooldown` of a circuit breaker must be at most 365 days")]
    fn a_cooldown_that_can_not_be_kept() {
        let _ = CircuitBreaker::new().cooldown(DAY * 365 + Duration::from_micros(1));
    }

    #[tokio::test(start_paused = true)]
    async fn but_not_the_longest_cooldown() {
        let client = Client::new(CircuitBreaker::new().failures(1).cooldown(DAY * 365));
        client.fail(1).await;
        advance(DAY * 364).await;
        assert_eq!(time_left(&client.call(true).await), Some(DAY));
        advance(DAY).await;
        assert!(client.call(true).await.is_ok());
    }

    #[test]
    fn nor_the_smallest_ratio_and_the_most_probes() {
        let breaker = CircuitBreaker::new().ratio(0.000_001).window(1).cooldown(Duration::ZERO).probes(1_000_000);
        let settle = |outcome: Result<u32, Error>| {
            let permit = breaker.admit("call").unwrap();
            let _ = permit.settle("call", outcome, |error| reliable::expansion::Inspect::new(error).failure());
        };
        settle(Err(Error::Down));
        (0..999_999).for_each(|_| settle(Ok(1)));
        assert_eq!(breaker.state(), CircuitState::HalfOpen);
        settle(Ok(1));
        assert_eq!(breaker.state(), CircuitState::Closed);
    }
}

/// However often the breaker has opened and closed meanwhile.
#[tokio::test(start_paused = true)]
async fn an_outcome_stays_too_old_to_count() {
    let cooldown = Duration::from_millis(1);
    let breaker = CircuitBreaker::new().failures(1).cooldown(cooldown);
    macro_rules! settle {
        ($permit:expr, $outcome:expr) => {
            let outcome: Result<(), &str> = $outcome;
            let _ = $permit.settle("call", outcome, |error| reliable::expansion::Inspect::new(error).failure());
        };
    }
    let (succeeds, fails) = (breaker.admit("call").unwrap(), breaker.admit("call").unwrap());
    settle!(breaker.admit("call").unwrap(), Err("503"));
    // Each round is two transitions: half-open, and open again. The state has 14 bits for their number.
    for _ in 0..(1 << 14) / 2 - 1 {
        advance(cooldown).await;
        settle!(breaker.admit("call").unwrap(), Err("503"));
    }
    advance(cooldown).await;
    let _probe = breaker.admit("call").unwrap();
    settle!(succeeds, Ok(()));
    assert_eq!(breaker.state(), CircuitState::HalfOpen);
    settle!(fails, Err("503"));
    assert_eq!(breaker.state(), CircuitState::HalfOpen);
}
