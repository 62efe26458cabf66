//! What `#[timeout]` does: when it gives up, what it drops, and what it costs nothing.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::future::{pending, ready};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reliable::{Fault, Timeout, retry, timeout};
use tokio::time::{Instant, sleep};

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What happened, each with its instant in milliseconds since the log was made.
#[derive(Clone)]
struct Log {
    made: Instant,
    lines: Arc<Mutex<Vec<(&'static str, u128)>>>,
}

impl Log {
    fn new() -> Self {
        Log { made: Instant::now(), lines: Arc::default() }
    }

    fn write(&self, what: &'static str) {
        self.lines.lock().unwrap().push((what, self.made.elapsed().as_millis()));
    }

    /// Writes a line now, and `dropped` when the guard is dropped.
    fn write_both(&self, begun: &'static str) -> Guard {
        self.write(begun);
        Guard(self.clone())
    }

    fn lines(&self) -> Vec<(&'static str, u128)> {
        self.lines.lock().unwrap().clone()
    }
}

struct Guard(Log);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.write("dropped");
    }
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// The instant at which `call` is done, in milliseconds from now.
async fn done_at<T>(call: impl Future<Output = T>) -> (T, u128) {
    let started = Instant::now();
    let outcome = call.await;
    (outcome, started.elapsed().as_millis())
}

fn timed_out(tool: &'static str, limit: Duration) -> Error {
    Fault::TimedOut { tool: tool.into(), limit }.into()
}

mod the_limit {
    use super::*;

    struct Client {
        limit: Duration,
        seconds: u64,
    }

    impl Client {
        #[timeout(self.limit)]
        async fn by_field(&self) -> Result<(), Error> {
            pending().await
        }

        #[timeout(secs = self.seconds)]
        async fn by_seconds(&self) -> Result<(), Error> {
            pending().await
        }

        #[timeout(ms = self.seconds * 10)]
        async fn by_milliseconds(&self) -> Result<(), Error> {
            pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn holds_for_every_wait_of_a_body() {
        struct Connection;
        impl Connection {
            async fn ask(&self) -> Result<(), Error> {
                Ok(())
            }
        }
        async fn connect() -> Connection {
            pending().await
        }
        #[timeout(ms = 250)]
        async fn connects_and_asks() -> Result<(), Error> {
            connect().await.ask().await
        }
        let hung = done_at(connects_and_asks());
        assert_eq!(hung.await, (Err(timed_out("connects_and_asks", ms(250))), 250));
    }

    #[tokio::test(start_paused = true)]
    async fn every_way_to_write_it_gives_up_at_that_instant() {
        #[timeout(ms = 250)]
        async fn milliseconds() -> Result<(), Error> {
            pending().await
        }
        #[timeout(secs = 3)]
        async fn seconds() -> Result<(), Error> {
            pending().await
        }
        #[timeout("2s")]
        async fn text() -> Result<(), Error> {
            pending().await
        }
        #[timeout("1m")]
        async fn minutes() -> Result<(), Error> {
            pending().await
        }
        #[timeout(Duration::from_millis(1500))]
        async fn duration() -> Result<(), Error> {
            pending().await
        }
        #[timeout(LIMIT)]
        async fn constant() -> Result<(), Error> {
            pending().await
        }
        const LIMIT: Timeout = Timeout::ms(70);

        assert_eq!(done_at(milliseconds()).await, (Err(timed_out("milliseconds", ms(250))), 250));
        assert_eq!(done_at(seconds()).await, (Err(timed_out("seconds", ms(3000))), 3000));
        assert_eq!(done_at(text()).await, (Err(timed_out("text", ms(2000))), 2000));
        assert_eq!(done_at(minutes()).await, (Err(timed_out("minutes", ms(60_000))), 60_000));
        assert_eq!(done_at(duration()).await, (Err(timed_out("duration", ms(1500))), 1500));
        assert_eq!(done_at(constant()).await, (Err(timed_out("constant", ms(70))), 70));
    }

    #[tokio::test(start_paused = true)]
    async fn it_may_be_known_at_run_time_only() {
        let client = Client { limit: ms(40), seconds: 2 };
        assert_eq!(done_at(client.by_field()).await, (Err(timed_out("by_field", ms(40))), 40));
        assert_eq!(done_at(client.by_seconds()).await, (Err(timed_out("by_seconds", ms(2000))), 2000));
        assert_eq!(done_at(client.by_milliseconds()).await, (Err(timed_out("by_milliseconds", ms(20))), 20));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_done_before_is_left_alone() {
        #[timeout(ms = 100)]
        async fn f() -> Result<u32, Error> {
            sleep(ms(99)).await;
            Ok(1)
        }
        assert_eq!(done_at(f()).await, (Ok(1), 99));
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_of_the_body_is_left_alone() {
        #[timeout(ms = 100)]
        async fn f() -> Result<u32, Error> {
            sleep(ms(99)).await;
            Err(Error::Busy)
        }
        assert_eq!(done_at(f()).await, (Err(Error::Busy), 99));
    }

    #[tokio::test(start_paused = true)]
    async fn an_io_error_says_that_it_timed_out() {
        #[timeout(ms = 100)]
        async fn f() -> io::Result<u32> {
            pending().await
        }
        assert_eq!(f().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn of_two_limits_the_shorter_one_strikes() {
        #[timeout(ms = 300)]
        async fn outer(limit: Duration) -> Result<(), Error> {
            inner(limit).await
        }
        #[timeout(limit)]
        async fn inner(limit: Duration) -> Result<(), Error> {
            pending().await
        }
        assert_eq!(done_at(outer(ms(200))).await, (Err(timed_out("inner", ms(200))), 200));
        assert_eq!(done_at(outer(ms(400))).await, (Err(timed_out("outer", ms(300))), 300));
    }
}

mod a_value_that_is_there {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn is_never_thrown_away() {
        // The first poll after the limit finds both the value and the limit: the value counts.
        #[timeout(ms = 50)]
        async fn f() -> Result<u32, Error> {
            tokio::task::yield_now().await;
            tokio::time::advance(ms(400)).await;
            Ok(1)
        }
        assert_eq!(f().await, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn is_not_thrown_away_by_a_limit_of_zero() {
        #[timeout(Duration::ZERO)]
        async fn ready_at_once() -> Result<u32, Error> {
            ready(Ok(1)).await
        }
        #[timeout(Duration::ZERO)]
        async fn has_to_wait() -> Result<u32, Error> {
            pending().await
        }
        assert_eq!(ready_at_once().await, Ok(1));
        assert!(has_to_wait().await.is_err());
    }

    #[test]
    fn needs_no_timer() {
        #[timeout(secs = 1)]
        async fn f() -> Result<u32, Error> {
            ready(Ok(1)).await
        }
        let without_timers = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(without_timers.block_on(f()), Ok(1));
    }

    #[test]
    fn needs_no_runtime_at_all() {
        #[timeout(secs = 1)]
        async fn f() -> Result<u32, Error> {
            Ok(1)
        }
        let mut call = std::pin::pin!(f());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert_eq!(call.as_mut().poll(&mut context), std::task::Poll::Ready(Ok(1)));
    }
}

mod the_clock {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn does_not_run_before_the_call_is_polled() {
        #[timeout(ms = 100)]
        async fn f() -> Result<(), Error> {
            pending().await
        }
        let call = f();
        sleep(ms(500)).await;
        assert_eq!(done_at(call).await.1, 100);
    }

    #[tokio::test(start_paused = true)]
    async fn starts_when_the_body_first_has_to_wait() {
        // A body that computes for a second (here: moves the clock) before it first waits.
        #[timeout(ms = 100)]
        async fn f() -> Result<(), Error> {
            let mut advance = Box::pin(tokio::time::advance(ms(1000)));
            std::future::poll_fn(|cx| advance.as_mut().poll(cx)).await;
            pending().await
        }
        let (outcome, at) = done_at(f()).await;
        assert!(outcome.is_err());
        assert_eq!(at, 1100);
    }

    #[tokio::test(start_paused = true)]
    async fn starts_anew_for_each_call() {
        #[timeout(ms = 100)]
        async fn f() -> Result<(), Error> {
            pending().await
        }
        assert_eq!(done_at(f()).await.1, 100);
        assert_eq!(done_at(f()).await.1, 100);
    }

    #[tokio::test(start_paused = true)]
    async fn strikes_a_body_that_never_stops_being_busy() {
        // It uses up tokio's cooperative budget at every poll, in which a timer then never becomes ready.
        #[timeout(ms = 100)]
        async fn f() -> Result<(), Error> {
            loop {
                tokio::task::coop::consume_budget().await;
            }
        }
        let time_goes_on = tokio::spawn(async {
            loop {
                tokio::time::advance(ms(1)).await;
            }
        });
        let patience = tokio::time::timeout(ms(10_000), f());
        assert!(patience.await.is_ok_and(|outcome| outcome.is_err()), "the limit never struck");
        time_goes_on.abort();
    }
}

mod the_body {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn is_dropped_at_the_limit_and_not_later() {
        #[timeout(ms = 100)]
        async fn f(log: &Log) -> Result<(), Error> {
            let _guard = log.write_both("begun");
            pending().await
        }
        async fn caller(log: &Log) {
            f(log).await.unwrap_err();
            log.write("given up");
            sleep(ms(30)).await;
        }
        let log = Log::new();
        caller(&log).await;
        assert_eq!(log.lines(), [("begun", 0), ("dropped", 100), ("given up", 100)]);
    }

    #[tokio::test(start_paused = true)]
    async fn of_an_attempt_is_dropped_before_the_pause_and_the_next_attempt() {
        #[retry(max = 1, backoff = "fixed", base = "30ms", jitter = 0)]
        #[timeout(ms = 100)]
        async fn f(log: &Log) -> Result<(), Error> {
            let _guard = log.write_both("begun");
            pending().await
        }
        let log = Log::new();
        f(&log).await.unwrap_err();
        assert_eq!(log.lines(), [("begun", 0), ("dropped", 100), ("begun", 130), ("dropped", 230)]);
    }

    #[tokio::test(start_paused = true)]
    async fn goes_on_elsewhere_where_it_was_spawned() {
        #[timeout(ms = 100)]
        async fn f(log: Log) -> Result<(), Error> {
            tokio::spawn(async move {
                sleep(ms(150)).await;
                log.write("spawned");
            })
            .await
            .unwrap();
            Ok(())
        }
        let log = Log::new();
        assert!(f(log.clone()).await.is_err());
        sleep(ms(100)).await;
        assert_eq!(log.lines(), [("spawned", 150)]);
    }

    #[tokio::test(start_paused = true)]
    async fn is_dropped_with_the_call_when_that_is_cancelled() {
        #[timeout(secs = 9)]
        async fn f(log: &Log) -> Result<(), Error> {
            let _guard = log.write_both("begun");
            pending().await
        }
        let log = Log::new();
        assert!(tokio::time::timeout(ms(40), f(&log)).await.is_err());
        assert_eq!(log.lines(), [("begun", 0), ("dropped", 40)]);
    }

    #[tokio::test(start_paused = true)]
    async fn may_panic_and_the_panic_goes_through() {
        #[timeout(secs = 1)]
        async fn f() -> Result<(), Error> {
            sleep(ms(10)).await;
            panic!("out of the tool")
        }
        assert!(tokio::spawn(f()).await.unwrap_err().is_panic());
    }

    #[tokio::test(start_paused = true)]
    async fn keeps_its_changes_where_nothing_is_repeated() {
        #[timeout(ms = 100)]
        async fn f(seen: &mut Vec<u32>) -> Result<(), Error> {
            seen.push(1);
            sleep(ms(60)).await;
            seen.push(2);
            pending().await
        }
        let mut seen = Vec::new();
        f(&mut seen).await.unwrap_err();
        assert_eq!(seen, [1, 2]);
    }
}

mod around_and_inside_retry {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn below_it_each_attempt_has_the_limit() {
        #[retry(max = 2, backoff = "fixed", base = "30ms", jitter = 0)]
        #[timeout(ms = 100)]
        async fn f(log: &Log) -> Result<(), Error> {
            log.write("begun");
            pending().await
        }
        let log = Log::new();
        assert_eq!(done_at(f(&log)).await, (Err(timed_out("f", ms(100))), 360));
        assert_eq!(log.lines(), [("begun", 0), ("begun", 130), ("begun", 260)]);
    }

    #[tokio::test(start_paused = true)]
    async fn above_it_all_attempts_and_pauses_have_the_limit() {
        #[timeout(ms = 100)]
        #[retry(max = 9, backoff = "fixed", base = "30ms", jitter = 0)]
        async fn f(log: &Log) -> Result<(), Error> {
            log.write("begun");
            sleep(ms(25)).await;
            Err(Error::Busy)
        }
        let log = Log::new();
        assert_eq!(done_at(f(&log)).await, (Err(timed_out("f", ms(100))), 100), "in the second pause");
        assert_eq!(log.lines(), [("begun", 0), ("begun", 55)]);
        sleep(ms(500)).await;
        assert_eq!(log.lines().len(), 2, "and nothing starts later");
    }

    #[tokio::test(start_paused = true)]
    async fn both_at_once_is_fine() {
        #[timeout(ms = 200)]
        #[retry(max = 9, backoff = "fixed", base = "30ms", jitter = 0)]
        #[timeout(ms = 50)]
        async fn f(log: &Log) -> Result<(), Error> {
            let _guard = log.write_both("begun");
            pending().await
        }
        let log = Log::new();
        assert_eq!(done_at(f(&log)).await, (Err(timed_out("f", ms(200))), 200));
        let expected =
            [("begun", 0), ("dropped", 50), ("begun", 80), ("dropped", 130), ("begun", 160), ("dropped", 200)];
        assert_eq!(log.lines(), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_fast_attempt_after_slow_ones_succeeds() {
        #[retry(max = 2, backoff = "none")]
        #[timeout(ms = 100)]
        async fn f(log: &Log) -> Result<usize, Error> {
            log.write("begun");
            let n = log.lines().len();
            sleep(ms(if n < 3 { 1000 } else { 40 })).await;
            Ok(n)
        }
        assert_eq!(done_at(f(&Log::new())).await, (Ok(3), 240));
    }
}

mod without_a_timer {
    use super::*;

    fn says_so<T>(call: impl Future<Output = T>) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let called = std::panic::AssertUnwindSafe(|| drop(runtime.block_on(call)));
        let panic = std::panic::catch_unwind(called).unwrap_err();
        let words = panic.downcast_ref::<&str>().unwrap();
        assert!(words.starts_with("`reliable` waits on tokio's timer, and there is none here"), "{words}");
    }

    struct Thinking;

    impl reliable::Approver for Thinking {
        async fn review(&self, _: &reliable::Request) -> reliable::Decision {
            pending().await
        }
    }

    #[test]
    fn the_first_wait_says_so_in_our_words() {
        #[reliable::retry(max = 1)]
        async fn flaky() -> Result<(), String> {
            Err("503".to_owned())
        }
        #[timeout(secs = 1)]
        async fn hang() -> Result<(), Fault> {
            pending().await
        }
        #[reliable::requires_approval(within = "1s", by = Thinking)]
        async fn gated() -> Result<(), Fault> {
            Ok(())
        }
        says_so(flaky());
        says_so(hang());
        says_so(gated());
    }
}
