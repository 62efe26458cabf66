//! `#[rate_limit]` on a paused clock: which call goes through when.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use reliable::{Fault, Keyed, RateLimit, Recorder, Scope, circuit_breaker, rate_limit, retry, timeout};
use tokio::task::JoinSet;
use tokio::time::{Instant, advance, sleep};

#[derive(Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// The time to wait, of a call that was rejected.
fn rejected<T>(outcome: &Result<T, Error>) -> Option<Duration> {
    match outcome {
        Err(Error::Fault(Fault::Rejected { by, wait, .. })) if by == "rate limit" => *wait,
        _ => None,
    }
}

/// A client with a limit of its own, which notes the instant of each call in milliseconds.
struct Client {
    limit: RateLimit,
    made: Instant,
    calls: Mutex<Vec<(u64, u128)>>,
}

impl Client {
    fn new(limit: RateLimit) -> Arc<Self> {
        Arc::new(Client { limit, made: Instant::now(), calls: Mutex::default() })
    }

    #[rate_limit(self.limit)]
    async fn call(&self, n: u64) -> Result<(), Error> {
        self.calls.lock().unwrap().push((n, self.made.elapsed().as_millis()));
        Ok(())
    }

    async fn calls_in_a_row(&self, calls: u64) {
        for n in 0..calls {
            self.call(n).await.unwrap();
        }
    }

    /// Calls from `callers` tasks, one after the other and all at the same instant.
    async fn calls_at_once(self: &Arc<Self>, callers: u64) {
        let mut calls = JoinSet::new();
        for n in 0..callers {
            let client = Arc::clone(self);
            calls.spawn(async move { client.call(n).await.unwrap() });
        }
        calls.join_all().await;
    }

    fn instants(&self) -> Vec<u128> {
        self.calls.lock().unwrap().iter().map(|(_, at)| *at).collect()
    }

    fn order(&self) -> Vec<u64> {
        self.calls.lock().unwrap().iter().map(|(n, _)| *n).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn after_the_burst_calls_are_evenly_spaced() {
    let client = Client::new(RateLimit::per_second(10).burst(3));
    client.calls_in_a_row(6).await;
    assert_eq!(client.instants(), [0, 0, 0, 100, 200, 300]);
}

#[tokio::test(start_paused = true)]
async fn the_burst_is_the_rate_if_nothing_is_said() {
    let client = Client::new(RateLimit::per_second(4));
    client.calls_in_a_row(6).await;
    assert_eq!(client.instants(), [0, 0, 0, 0, 250, 500]);
}

#[tokio::test(start_paused = true)]
async fn a_rate_may_be_one_of_a_minute() {
    let client = Client::new(RateLimit::per_minute(6).burst(1));
    client.calls_in_a_row(3).await;
    assert_eq!(client.instants(), [0, 10_000, 20_000]);
}

#[tokio::test(start_paused = true)]
async fn the_bucket_fills_while_nobody_calls_and_not_above_its_brim() {
    let client = Client::new(RateLimit::per_second(10).burst(2));
    client.calls_in_a_row(2).await;
    sleep(ms(10_000)).await;
    client.calls_in_a_row(4).await;
    assert_eq!(client.instants(), [0, 0, 10_000, 10_000, 10_100, 10_200]);
}

#[tokio::test(start_paused = true)]
async fn callers_that_wait_go_in_order_each_at_its_own_turn() {
    let client = Client::new(RateLimit::per_second(10).burst(1));
    client.calls_at_once(5).await;
    assert_eq!(client.order(), [0, 1, 2, 3, 4]);
    assert_eq!(client.instants(), [0, 100, 200, 300, 400]);
}

#[tokio::test(start_paused = true)]
async fn one_that_comes_later_does_not_overtake() {
    let client = Client::new(RateLimit::per_second(10).burst(1));
    let late = async {
        sleep(ms(150)).await;
        client.call(9).await.unwrap();
    };
    tokio::join!(client.calls_at_once(4), late);
    assert_eq!(client.order(), [0, 1, 2, 3, 9]);
    assert_eq!(client.instants(), [0, 100, 200, 300, 400]);
}

#[tokio::test(start_paused = true)]
async fn one_that_comes_just_when_there_is_room_does_not_take_the_turn_of_one_that_waits() {
    let limit = RateLimit::per_second(10).burst(1);
    let started = Instant::now();
    limit.admit("first").await.unwrap();
    let (mut waiting, mut late) = (pin!(limit.admit("waiting")), pin!(limit.admit("late")));
    assert!(poll_once(waiting.as_mut()).is_pending());
    advance(ms(100)).await;
    assert!(poll_once(late.as_mut()).is_pending(), "the one that waits has not seen yet that there is room");
    waiting.await.unwrap();
    assert_eq!(started.elapsed(), ms(100));
    late.await.unwrap();
    assert_eq!(started.elapsed(), ms(200));
}

/// Polls once.
fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_caller_leaves_the_line_and_takes_nothing() {
    let client = Client::new(RateLimit::per_second(10).burst(1));
    client.call(0).await.unwrap();
    let impatient = async {
        assert!(tokio::time::timeout(ms(50), client.call(1)).await.is_err(), "the first in line");
    };
    let patient = async {
        sleep(ms(10)).await;
        client.call(2).await.unwrap();
    };
    tokio::join!(impatient, patient);
    assert_eq!(client.calls.lock().unwrap()[..], [(0, 0), (2, 100)]);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_is_not_polled_keeps_nobody_else_waiting() {
    let limit = RateLimit::per_second(10).burst(1);
    let started = Instant::now();
    limit.admit("first").await.unwrap();
    let mut parked = pin!(limit.admit("parked"));
    assert!(poll_once(parked.as_mut()).is_pending());
    for turn in [200, 300] {
        let other = tokio::time::timeout(ms(1000), limit.admit("other")).await;
        assert_eq!((other, started.elapsed()), (Ok(Ok(())), ms(turn)));
    }
    parked.await.unwrap();
    assert_eq!(started.elapsed(), ms(300), "its turn was there long ago");
    limit.admit("last").await.unwrap();
    assert_eq!(started.elapsed(), ms(400), "and was its own all the time");
}

/// A plain function called between two polls of a future on the same limit, such as in a `select!` that goes on.
#[test]
fn a_plain_function_beside_a_waiter_of_its_own_thread_goes_through() {
    static LIMIT: RateLimit = RateLimit::per_second(1000).burst(1);
    let (done, is_done) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            LIMIT.admit("first").await.unwrap();
            let mut parked = pin!(LIMIT.admit("parked"));
            // It is in line, unless this machine has taken a millisecond for two lines.
            let _ = poll_once(parked.as_mut());
            LIMIT.admit_blocking("plain").unwrap();
        });
        done.send(()).unwrap();
    });
    assert_eq!(is_done.recv_timeout(Duration::from_secs(20)), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn those_behind_one_that_was_cancelled_move_up_in_order_and_no_closer_together() {
    let client = Client::new(RateLimit::per_second(10).burst(1));
    client.call(0).await.unwrap();
    let call = async |n: u64| client.call(n).await.unwrap();
    let gives_up = async |n: u64| tokio::time::timeout(ms(50), call(n)).await.unwrap_err();
    let late = async {
        sleep(ms(60)).await;
        call(7).await;
    };
    tokio::join!(call(1), gives_up(2), call(3), gives_up(4), call(5), gives_up(6), late);
    assert_eq!(client.calls.lock().unwrap()[..], [(0, 0), (1, 100), (3, 200), (5, 300), (7, 400)]);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_that_gave_up_take_nothing() {
    let client = Client::new(RateLimit::per_second(10).burst(3));
    client.calls_in_a_row(3).await;
    let mut calls = JoinSet::new();
    for n in 0..1000 {
        let client = Arc::clone(&client);
        calls.spawn(async move { tokio::time::timeout(ms(20), client.call(n)).await.is_err() });
    }
    assert!(calls.join_all().await.into_iter().all(|gave_up| gave_up));
    client.calls_in_a_row(2).await;
    assert_eq!(client.instants(), [0, 0, 0, 100, 200]);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_cancelled_after_its_turn_gives_nothing_back_twice() {
    let limit = RateLimit::per_second(10).burst(1);
    limit.admit("first").await.unwrap();
    {
        let mut parked = pin!(limit.admit("parked"));
        assert!(poll_once(parked.as_mut()).is_pending());
        sleep(ms(250)).await;
        limit.admit("other").await.unwrap();
    }
    let started = Instant::now();
    limit.admit("next").await.unwrap();
    assert_eq!(started.elapsed(), ms(100));
}

/// A limit in a `static` sees one paused clock after the other.
#[test]
fn a_clock_that_was_ahead_leaves_nothing_to_wait_for() {
    static LIMIT: RateLimit = RateLimit::per_minute(2).burst(1);
    let calls = |calls: u32| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let started = Instant::now();
            for _ in 0..calls {
                LIMIT.admit("call").await.unwrap();
            }
            started.elapsed()
        })
    };
    assert_eq!(calls(100), Duration::from_secs(99 * 30));
    assert_eq!(calls(3), Duration::from_secs(2 * 30));
}

#[tokio::test(start_paused = true)]
async fn a_fine_rate_holds_although_timers_are_coarse() {
    let client = Client::new(RateLimit::per_second(5000).burst(5));
    client.calls_at_once(100).await;
    for (n, at) in client.instants().into_iter().enumerate() {
        let earliest = n.saturating_sub(4) as u128 / 5;
        assert!((earliest..=earliest + 1).contains(&at), "call {n} at {at} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn rejecting_it_tells_the_time_to_wait_and_waits_for_nothing() {
    #[rate_limit(per_second = 10, burst = 2, reject)]
    async fn call() -> Result<(), Error> {
        Ok(())
    }
    let started = Instant::now();
    assert_eq!((call().await, call().await), (Ok(()), Ok(())));
    assert_eq!(rejected(&call().await), Some(ms(100)));
    advance(ms(99)).await;
    assert_eq!(rejected(&call().await), Some(ms(1)), "a rejected call takes nothing");
    advance(ms(1)).await;
    assert_eq!(call().await, Ok(()));
    assert_eq!(started.elapsed(), ms(100));
    assert_eq!(call().await.unwrap_err().to_string(), "`call` was not called: the rate limit has room again in 100ms");
}

#[tokio::test(start_paused = true)]
async fn a_rejection_is_not_retried_unless_asked_for_and_is_no_failure_for_a_breaker() {
    static LIMIT: RateLimit = RateLimit::per_second(10).burst(1).reject();
    #[retry(max = 3, backoff = "fixed", base = "60ms", jitter = 0)]
    #[rate_limit(LIMIT)]
    async fn gives_up() -> Result<(), Error> {
        Ok(())
    }
    #[retry(max = 3, backoff = "fixed", base = "60ms", jitter = 0, when = true)]
    #[circuit_breaker(failures = 1)]
    #[rate_limit(LIMIT)]
    async fn tries_again() -> Result<(), Error> {
        Ok(())
    }
    let started = Instant::now();
    assert_eq!(gives_up().await, Ok(()));
    assert_eq!((rejected(&gives_up().await), started.elapsed()), (Some(ms(100)), ms(0)));
    assert_eq!((tries_again().await, started.elapsed()), (Ok(()), ms(100)), "until there is room");
}

#[tokio::test(start_paused = true)]
async fn below_retry_each_attempt_counts() {
    #[retry(max = 2, backoff = "none")]
    #[rate_limit(per_second = 10, burst = 1)]
    async fn call() -> Result<(), Error> {
        Err(Error::Busy)
    }
    let started = Instant::now();
    assert_eq!((call().await, started.elapsed()), (Err(Error::Busy), ms(200)));
}

#[tokio::test(start_paused = true)]
async fn a_waiting_call_whose_time_is_over_never_runs() {
    static CALLS: Mutex<u32> = Mutex::new(0);
    #[timeout(ms = 50)]
    #[rate_limit(per_second = 10, burst = 1)]
    async fn call() -> Result<(), Error> {
        *CALLS.lock().unwrap() += 1;
        Ok(())
    }
    assert_eq!(call().await, Ok(()));
    assert!(matches!(call().await, Err(Error::Fault(Fault::TimedOut { .. }))));
    sleep(ms(200)).await;
    assert_eq!(*CALLS.lock().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_rates_hold_both() {
    static CALLS: Mutex<Vec<u128>> = Mutex::new(Vec::new());
    #[rate_limit(per_minute = 3)]
    #[rate_limit(per_second = 10, burst = 1)]
    async fn call(started: Instant) -> Result<(), Error> {
        CALLS.lock().unwrap().push(started.elapsed().as_millis());
        Ok(())
    }
    let started = Instant::now();
    for _ in 0..5 {
        call(started).await.unwrap();
    }
    assert_eq!(CALLS.lock().unwrap()[..], [0, 100, 200, 20_000, 40_000]);
}

#[tokio::test(start_paused = true)]
async fn a_key_has_a_limit_of_its_own() {
    static SHARED: Keyed<RateLimit> = Keyed::new(|| RateLimit::per_second(10).burst(1).reject());
    #[rate_limit(per_second = 10, burst = 1, reject, key = host)]
    async fn own(host: &str) -> Result<(), Error> {
        Ok(())
    }
    #[rate_limit(SHARED, key = (host, port))]
    async fn shared(host: &str, port: u16) -> Result<(), Error> {
        Ok(())
    }
    assert_eq!(own("a").await, Ok(()));
    assert!(rejected(&own("a").await).is_some());
    assert_eq!(own("b").await, Ok(()));
    assert_eq!(shared("a", 1).await, Ok(()));
    assert!(rejected(&shared("a", 1).await).is_some());
    assert_eq!(shared("a", 2).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_used_up_stays_so_whatever_other_keys_are_named() {
    #[rate_limit(per_minute = 3, reject, key = user)]
    async fn login(user: &str) -> Result<(), Error> {
        Ok(())
    }
    let mut let_through = 0;
    for round in 0..20 {
        let_through += u32::from(login("root").await.is_ok());
        for n in 0..1100 {
            login(&format!("{round} {n}")).await.unwrap();
        }
    }
    assert_eq!(let_through, 3);
    advance(ms(20_000)).await;
    assert_eq!(login("root").await, Ok(()));
    assert!(rejected(&login("root").await).is_some(), "one in 20 seconds");
}

#[tokio::test(start_paused = true)]
async fn two_functions_may_share_one() {
    static API: RateLimit = RateLimit::per_second(10).burst(1);
    #[rate_limit(API)]
    async fn search() -> Result<(), Error> {
        Ok(())
    }
    #[rate_limit(API)]
    async fn fetch() -> Result<(), Error> {
        Ok(())
    }
    let started = Instant::now();
    assert_eq!(tokio::join!(search(), fetch()), (Ok(()), Ok(())));
    assert_eq!(started.elapsed(), ms(100));
}

#[test]
fn on_a_plain_function_it_rejects_or_blocks_the_thread() {
    #[rate_limit(per_minute = 1, reject)]
    fn rejects() -> Result<(), Error> {
        Ok(())
    }
    #[rate_limit(per_second = 1000, burst = 1)]
    fn blocks() -> Result<(), Error> {
        Ok(())
    }
    assert_eq!(rejects(), Ok(()));
    assert!(rejected(&rejects()).is_some_and(|wait| wait > Duration::from_secs(50)));
    let started = Instant::now();
    for _ in 0..4 {
        blocks().unwrap();
    }
    assert!(started.elapsed() >= ms(3));
}

#[tokio::test(start_paused = true)]
async fn on_a_plain_function_a_paused_clock_does_not_block_for_ever() {
    #[rate_limit(per_second = 1000, burst = 1)]
    fn call() -> Result<(), Error> {
        Ok(())
    }
    for _ in 0..3 {
        assert_eq!(call(), Ok(()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_future_that_waits_is_send() {
    #[rate_limit(per_second = 1000, burst = 1)]
    async fn call() -> Result<(), Error> {
        Ok(())
    }
    let mut calls = JoinSet::new();
    for _ in 0..4 {
        calls.spawn(call());
    }
    assert!(calls.join_all().await.iter().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn a_wait_and_a_rejection_are_told() {
    #[rate_limit(per_second = 10, burst = 1)]
    async fn waits() -> Result<(), Error> {
        Ok(())
    }
    #[rate_limit(per_second = 10, burst = 1, reject)]
    async fn rejects() -> Result<(), Error> {
        Ok(())
    }
    let recorder = Recorder::new();
    let calls = async {
        tokio::join!(waits(), waits(), waits()).0.unwrap();
        let _ = (rejects().await, rejects().await);
    };
    Scope::current().recorder(&recorder).run(calls).await;
    let report = recorder.report();
    let told: Vec<_> = report.entries().iter().map(|entry| entry.event.to_string()).collect();
    assert_eq!(
        told,
        [
            "waited 100ms for the rate limit",
            "waited 200ms for the rate limit",
            "`rejects` was not called: the rate limit has room again in 100ms",
        ]
    );
    assert_eq!(report.of("waits").unwrap().waited, ms(300));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_finds_room_allocates_nothing() {
    #[rate_limit(per_second = 10)]
    fn call() -> Result<u32, Error> {
        Ok(1)
    }
    call().unwrap();
    let counted = allocation_counter::measure(|| assert_eq!(call(), Ok(1)));
    assert_eq!(counted.count_total, 0);
}
