//! `#[bulkhead]` on a paused clock: who runs when, who waits, and who is sent away.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reliable::{Bulkhead, Fault, FaultKind, Keyed, Recorder, Scope, bulkhead, circuit_breaker, retry, timeout};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

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

fn is_rejected<T>(outcome: &Result<T, Error>) -> bool {
    matches!(outcome, Err(Error::Fault(Fault::Rejected { by, wait: None, .. })) if by == "bulkhead")
}

/// What happened, each with its instant in milliseconds since the log was made.
#[derive(Clone)]
struct Log {
    made: Instant,
    lines: Arc<Mutex<Vec<(u64, u128)>>>,
}

impl Log {
    fn new() -> Self {
        Log { made: Instant::now(), lines: Arc::default() }
    }

    fn write(&self, what: u64) {
        self.lines.lock().unwrap().push((what, self.made.elapsed().as_millis()));
    }

    fn lines(&self) -> Vec<(u64, u128)> {
        self.lines.lock().unwrap().clone()
    }
}

/// A client with a bulkhead of its own; each call takes 10 ms.
struct Client {
    bulkhead: Bulkhead,
    begun: Log,
}

impl Client {
    fn new(bulkhead: Bulkhead) -> Arc<Self> {
        Arc::new(Client { bulkhead, begun: Log::new() })
    }

    #[bulkhead(self.bulkhead)]
    async fn call(&self, n: u64) -> Result<u64, Error> {
        self.begun.write(n);
        sleep(ms(10)).await;
        Ok(n)
    }

    /// Calls from `callers` tasks, one after the other and all at the same instant.
    async fn calls_at_once(self: &Arc<Self>, callers: u64) -> Vec<Result<u64, Error>> {
        let mut calls = JoinSet::new();
        for n in 0..callers {
            let client = Arc::clone(self);
            calls.spawn(async move { (n, client.call(n).await) });
        }
        let mut outcomes = calls.join_all().await;
        outcomes.sort_by_key(|(n, _)| *n);
        outcomes.into_iter().map(|(_, outcome)| outcome).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn so_many_run_at_once_and_the_others_follow_in_order() {
    let client = Client::new(Bulkhead::new().max(2));
    let outcomes = client.calls_at_once(5).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(client.begun.lines(), [(0, 0), (1, 0), (2, 10), (3, 10), (4, 20)]);
}

#[tokio::test(start_paused = true)]
async fn ten_run_at_once_and_all_others_wait_if_nothing_is_said() {
    let client = Client::new(Bulkhead::new());
    let outcomes = client.calls_at_once(100).await;
    assert!(outcomes.iter().all(Result::is_ok));
    for (n, at) in client.begun.lines() {
        assert_eq!(at, u128::from(n / 10) * 10, "call {n}");
    }
}

#[tokio::test(start_paused = true)]
async fn beyond_the_queue_a_call_is_rejected_at_once() {
    let client = Client::new(Bulkhead::new().max(2).queue(1));
    let outcomes = client.calls_at_once(5).await;
    assert!(outcomes[..3].iter().all(Result::is_ok));
    assert!(outcomes[3..].iter().all(is_rejected));
    assert_eq!(client.begun.lines(), [(0, 0), (1, 0), (2, 10)]);
    assert_eq!(FaultKind::of(outcomes[4].as_ref().unwrap_err()), Some(FaultKind::Rejected));
}

#[tokio::test(start_paused = true)]
async fn without_a_queue_nobody_waits() {
    for bulkhead in [Bulkhead::new().max(2).queue(0), Bulkhead::new().max(2).reject()] {
        let client = Client::new(bulkhead);
        let outcomes = client.calls_at_once(3).await;
        assert!(outcomes[..2].iter().all(Result::is_ok));
        assert!(is_rejected(&outcomes[2]));
        assert!(client.call(3).await.is_ok(), "there is room again");
        assert_eq!(client.begun.lines(), [(0, 0), (1, 0), (3, 10)]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_place_that_a_waiting_call_was_handed_counts_as_taken_before_it_runs() {
    let bulkhead = Bulkhead::new().max(1).queue(1);
    let first = bulkhead.admit("first").await.unwrap();
    let mut second = std::pin::pin!(bulkhead.admit("second"));
    assert!(poll_once(second.as_mut()).is_none());
    assert_eq!((bulkhead.running(), bulkhead.waiting()), (1, 1));
    drop(first);
    assert_eq!((bulkhead.running(), bulkhead.waiting()), (1, 0), "handed on");
    let mut third = std::pin::pin!(bulkhead.admit("third"));
    assert!(poll_once(third.as_mut()).is_none(), "it does not overtake, and there is room for it in the queue");
    assert!(bulkhead.admit("fourth").await.is_err());
    drop(second.await.unwrap());
    drop(third.await.unwrap());
    assert_eq!((bulkhead.running(), bulkhead.waiting()), (0, 0));
}

/// Polls once.
fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_gives_back_its_place_and_its_place_in_the_queue() {
    let client = Client::new(Bulkhead::new().max(1).queue(1));
    let impatient = async |n| tokio::time::timeout(ms(3), client.call(n)).await;
    let story = async {
        sleep(ms(1)).await;
        let queued = impatient(1).await;
        assert!(queued.is_err(), "cancelled at 4 ms, in the queue");
        client.call(2).await
    };
    let (first, third) = tokio::join!(client.call(0), story);
    assert!(first.is_ok() && third.is_ok());
    assert!(impatient(3).await.is_err(), "cancelled at 23 ms, while running");
    assert!(client.call(4).await.is_ok());
    assert_eq!(client.begun.lines(), [(0, 0), (2, 10), (3, 20), (4, 23)], "and call 1 never ran");
    assert_eq!((client.bulkhead.running(), client.bulkhead.waiting()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_panics_gives_its_place_back() {
    #[bulkhead(max = 1, reject)]
    async fn call(panics: bool) -> Result<u32, Error> {
        assert!(!panics, "a bug");
        Ok(1)
    }
    assert!(tokio::spawn(call(true)).await.unwrap_err().is_panic());
    assert_eq!(call(false).await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn below_retry_the_place_is_free_during_the_pause() {
    static BULKHEAD: Bulkhead = Bulkhead::new().max(1).reject();
    #[retry(max = 1, backoff = "fixed", base = "100ms", jitter = 0)]
    #[bulkhead(BULKHEAD)]
    async fn fails() -> Result<(), Error> {
        sleep(ms(10)).await;
        Err(Error::Busy)
    }
    let story = async {
        sleep(ms(5)).await;
        assert_eq!(BULKHEAD.running(), 1, "the first attempt");
        sleep(ms(45)).await;
        assert_eq!(BULKHEAD.running(), 0, "the pause");
        sleep(ms(65)).await;
        assert_eq!(BULKHEAD.running(), 1, "the second attempt");
    };
    let (outcome, ()) = tokio::join!(fails(), story);
    assert_eq!(outcome, Err(Error::Busy));
    assert_eq!(BULKHEAD.running(), 0);
}

#[tokio::test(start_paused = true)]
async fn above_retry_it_keeps_the_place_for_all_attempts() {
    static BULKHEAD: Bulkhead = Bulkhead::new().max(1).reject();
    #[bulkhead(BULKHEAD)]
    #[retry(max = 1, backoff = "fixed", base = "100ms", jitter = 0)]
    async fn fails() -> Result<(), Error> {
        Err(Error::Busy)
    }
    let story = async {
        sleep(ms(50)).await;
        assert!(is_rejected(&fails().await));
    };
    let (outcome, ()) = tokio::join!(fails(), story);
    assert_eq!(outcome, Err(Error::Busy));
}

#[tokio::test(start_paused = true)]
async fn a_queued_call_whose_time_is_over_never_runs() {
    static BULKHEAD: Bulkhead = Bulkhead::new().max(1);
    static CALLS: AtomicU32 = AtomicU32::new(0);
    #[timeout(ms = 15)]
    #[bulkhead(BULKHEAD)]
    async fn call() -> Result<(), Error> {
        CALLS.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
    let permit = BULKHEAD.admit("other").await.unwrap();
    assert!(matches!(call().await, Err(Error::Fault(Fault::TimedOut { .. }))));
    drop(permit);
    sleep(ms(100)).await;
    assert_eq!(CALLS.load(Ordering::Relaxed), 0);
    assert_eq!(call().await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn above_the_timeout_the_time_in_the_queue_does_not_count() {
    #[bulkhead(max = 1)]
    #[timeout(ms = 15)]
    async fn call() -> Result<(), Error> {
        sleep(ms(10)).await;
        Ok(())
    }
    assert_eq!(tokio::join!(call(), call(), call()), (Ok(()), Ok(()), Ok(())));
}

#[tokio::test(start_paused = true)]
async fn a_rejection_is_not_retried_unless_asked_for_and_is_no_failure_for_a_breaker() {
    static BULKHEAD: Bulkhead = Bulkhead::new().max(1).reject();
    #[retry(max = 3, backoff = "fixed", base = "10ms", jitter = 0)]
    #[bulkhead(BULKHEAD)]
    async fn gives_up() -> Result<(), Error> {
        Ok(())
    }
    #[retry(max = 3, backoff = "fixed", base = "10ms", jitter = 0, when = true)]
    #[circuit_breaker(failures = 1)]
    #[bulkhead(BULKHEAD)]
    async fn tries_again() -> Result<(), Error> {
        Ok(())
    }
    let permit = BULKHEAD.admit("other").await.unwrap();
    let started = Instant::now();
    assert!(is_rejected(&gives_up().await));
    assert_eq!(started.elapsed(), Duration::ZERO);
    let story = async {
        sleep(ms(15)).await;
        drop(permit);
    };
    let (outcome, ()) = tokio::join!(tries_again(), story);
    assert_eq!((outcome, started.elapsed()), (Ok(()), ms(20)));
}

#[tokio::test(start_paused = true)]
async fn a_key_has_a_bulkhead_of_its_own() {
    static SHARED: Keyed<Bulkhead> = Keyed::new(|| Bulkhead::new().max(1).reject());
    #[bulkhead(max = 1, reject, key = host)]
    async fn own(host: &str) -> Result<(), Error> {
        sleep(ms(10)).await;
        Ok(())
    }
    #[bulkhead(SHARED, key = (host, port))]
    async fn shared(host: &str, port: u16) -> Result<(), Error> {
        sleep(ms(10)).await;
        Ok(())
    }
    let (a, again, b) = tokio::join!(own("a"), own("a"), own("b"));
    assert!(a.is_ok() && is_rejected(&again) && b.is_ok());
    let (a, again, b) = tokio::join!(shared("a", 1), shared("a", 1), shared("a", 2));
    assert!(a.is_ok() && is_rejected(&again) && b.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_key_with_a_call_inside_keeps_its_bulkhead_whatever_other_keys_are_named() {
    #[bulkhead(max = 1, reject, key = host)]
    async fn call(host: u32) -> Result<(), Error> {
        if host == 0 {
            sleep(ms(10)).await;
        }
        Ok(())
    }
    let inside = tokio::spawn(call(0));
    tokio::task::yield_now().await;
    for host in 1..1100 {
        call(host).await.unwrap();
    }
    assert!(is_rejected(&call(0).await));
    assert_eq!(inside.await.unwrap(), Ok(()));
    assert_eq!(call(0).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn two_functions_may_share_one() {
    static DATABASE: Bulkhead = Bulkhead::new().max(1);
    #[bulkhead(DATABASE)]
    async fn read() -> Result<(), Error> {
        sleep(ms(10)).await;
        Ok(())
    }
    #[bulkhead(DATABASE)]
    async fn write() -> Result<(), Error> {
        sleep(ms(10)).await;
        Ok(())
    }
    let started = Instant::now();
    assert_eq!(tokio::join!(read(), write()), (Ok(()), Ok(())));
    assert_eq!(started.elapsed(), ms(20));
}

#[test]
fn on_a_plain_function_a_call_is_rejected_too() {
    static BULKHEAD: Bulkhead = Bulkhead::new().max(1).reject();
    #[bulkhead(BULKHEAD)]
    fn call(depth: u32) -> Result<u32, Error> {
        if depth == 0 { Ok(0) } else { call(depth - 1) }
    }
    assert_eq!(call(0), Ok(0));
    assert!(is_rejected(&call(1)), "the outer call has the only place");
    assert_eq!(call(0), Ok(0));
}

#[test]
fn on_a_plain_function_it_blocks_and_serves_in_order() {
    static BULKHEAD: Bulkhead = Bulkhead::new().max(1);
    static SERVED: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    #[bulkhead(BULKHEAD)]
    fn call(n: u32) -> Result<(), Error> {
        SERVED.lock().unwrap().push(n);
        Ok(())
    }
    let permit = BULKHEAD.admit_blocking("other").unwrap();
    std::thread::scope(|threads| {
        for n in 0..3 {
            threads.spawn(move || call(n).unwrap());
            while BULKHEAD.waiting() < n as usize + 1 {
                std::thread::yield_now();
            }
        }
        assert!(SERVED.lock().unwrap().is_empty());
        drop(permit);
    });
    assert_eq!(*SERVED.lock().unwrap(), [0, 1, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn under_load_the_limit_holds_and_nothing_is_lost() {
    static BULKHEAD: Bulkhead = Bulkhead::new().max(3).queue(8);
    static RUNNING: AtomicU32 = AtomicU32::new(0);
    static MOST: AtomicU32 = AtomicU32::new(0);
    #[bulkhead(BULKHEAD)]
    async fn call() -> Result<(), Error> {
        MOST.fetch_max(RUNNING.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        RUNNING.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
    let mut callers = JoinSet::new();
    for _ in 0..16 {
        callers.spawn(async {
            let mut served = 0;
            for _ in 0..200 {
                served += u32::from(call().await.is_ok());
                tokio::task::yield_now().await;
            }
            served
        });
    }
    assert!(callers.join_all().await.iter().sum::<u32>() > 0);
    assert!(MOST.load(Ordering::SeqCst) <= 3);
    assert_eq!((BULKHEAD.running(), BULKHEAD.waiting()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_wait_and_a_rejection_are_told() {
    let client = Client::new(Bulkhead::new().max(1).queue(1));
    let recorder = Recorder::new();
    let calls = async { tokio::join!(client.call(0), client.call(1), client.call(2)) };
    Scope::current().recorder(&recorder).run(calls).await.0.unwrap();
    let report = recorder.report();
    let told: Vec<_> = report.entries().iter().map(|entry| (entry.at, entry.event.to_string())).collect();
    assert_eq!(
        told,
        [
            (ms(0), "`call` was not called: the bulkhead has no room".to_owned()),
            (ms(10), "waited 10ms for the bulkhead".to_owned()),
        ]
    );
    let row = report.of("call").unwrap();
    assert_eq!((row.rejected, row.waited), (1, ms(10)));
}

#[test]
fn a_call_that_finds_room_allocates_nothing() {
    #[bulkhead(max = 1, queue = 1)]
    async fn call() -> Result<u32, Error> {
        Ok(1)
    }
    #[bulkhead(max = 1)]
    fn plain() -> Result<u32, Error> {
        Ok(1)
    }
    let mut future = std::pin::pin!(call());
    let counted = allocation_counter::measure(|| {
        assert_eq!(poll_once(future.as_mut()), Some(Ok(1)));
        assert_eq!(plain(), Ok(1));
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn a_future_is_at_most_64_bytes_larger_than_by_hand() {
    static PLACES: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(4);
    async fn tool() -> Result<u32, Error> {
        tokio::task::yield_now().await;
        Ok(1)
    }
    #[bulkhead(max = 4)]
    async fn annotated() -> Result<u32, Error> {
        tool().await
    }
    async fn by_hand() -> Result<u32, Error> {
        let _place = PLACES.acquire().await.unwrap();
        tool().await
    }
    let (size, floor) = (size_of_val(&annotated()), size_of_val(&by_hand()));
    assert!(size <= floor + 64, "{size} bytes, and {floor} by hand");
}

/// Whoever is inside is on the same thread, and could never come out.
#[tokio::test(start_paused = true)]
async fn a_plain_function_does_not_wait_for_its_own_thread() {
    static SHARED: Bulkhead = Bulkhead::new().max(1);
    #[bulkhead(SHARED)]
    async fn inside() -> Result<(), Fault> {
        sleep(Duration::from_secs(1)).await;
        Ok(())
    }
    #[bulkhead(SHARED)]
    fn plain() -> Result<(), Fault> {
        Ok(())
    }
    let first = tokio::spawn(inside());
    tokio::task::yield_now().await;
    assert!(matches!(plain(), Err(Fault::Rejected { .. })));
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!(plain(), Ok(()));
}
