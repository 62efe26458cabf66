//! What each order of attributes means: the same function, the same faults, other instants and counts. Top is outermost.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::future::pending;
use std::sync::Mutex;
use std::time::Duration;

use reliable::approver::{Deny, Scripted};
use reliable::{Approver, Decision, Fault, FaultKind, Request};
use reliable::{circuit_breaker, fallback, requires_approval, retry, timeout};
use tokio::time::{Instant, sleep};

#[derive(Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What happened, each with its instant in milliseconds since the log was made.
struct Log {
    made: Instant,
    lines: Mutex<Vec<(u128, &'static str)>>,
}

impl Log {
    fn new() -> Self {
        Log { made: Instant::now(), lines: Mutex::default() }
    }

    fn write(&self, line: &'static str) {
        self.lines.lock().unwrap().push((self.made.elapsed().as_millis(), line));
    }

    /// Writes down that an option was evaluated.
    fn value<T>(&self, name: &'static str, value: T) -> T {
        self.write(name);
        value
    }

    fn lines(&self) -> Vec<(u128, &'static str)> {
        self.lines.lock().unwrap().clone()
    }

    fn words(&self) -> Vec<&'static str> {
        self.lines().into_iter().map(|(_, line)| line).collect()
    }

    fn now(&self) -> u128 {
        self.made.elapsed().as_millis()
    }
}

/// Says yes after 300 ms.
struct Slow;

impl Approver for Slow {
    async fn review(&self, _: &Request) -> Decision {
        sleep(ms(300)).await;
        Decision::approve()
    }
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn kind<T>(outcome: Result<T, Error>) -> Option<FaultKind> {
    match outcome {
        Err(Error::Fault(fault)) => Some(fault.kind()),
        _ => None,
    }
}

/// The body takes 30 ms and fails; 3 retries, 50 ms.
mod retry_and_timeout {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn retry_over_timeout_gives_each_attempt_the_limit() {
        #[retry(max = 3, backoff = "fixed", base = "1ms", jitter = 0)]
        #[timeout(ms = 50)]
        async fn f(log: &Log) -> Result<(), Error> {
            log.write("call");
            sleep(ms(30)).await;
            Err(Error::Busy)
        }
        let log = Log::new();
        assert_eq!(f(&log).await, Err(Error::Busy));
        assert_eq!(log.lines(), [(0, "call"), (31, "call"), (62, "call"), (93, "call")]);
        assert_eq!(log.now(), 123);
    }

    #[tokio::test(start_paused = true)]
    async fn timeout_over_retry_gives_all_attempts_the_limit() {
        #[timeout(ms = 50)]
        #[retry(max = 3, backoff = "fixed", base = "1ms", jitter = 0)]
        async fn f(log: &Log) -> Result<(), Error> {
            log.write("call");
            sleep(ms(30)).await;
            Err(Error::Busy)
        }
        let log = Log::new();
        assert_eq!(kind(f(&log).await), Some(FaultKind::TimedOut));
        assert_eq!(log.lines(), [(0, "call"), (31, "call")]);
        assert_eq!(log.now(), 50);
    }

    #[tokio::test(start_paused = true)]
    async fn the_order_is_the_same_however_the_attributes_are_written() {
        #[reliable::timeout(ms = 50)]
        /// Docs and other attributes may stand between.
        #[allow(clippy::needless_pass_by_value)]
        #[::reliable::retry(max = 3, backoff = "fixed", base = "1ms", jitter = 0)]
        async fn f(log: std::sync::Arc<Log>) -> Result<(), Error> {
            log.write("call");
            sleep(ms(30)).await;
            Err(Error::Busy)
        }
        let log = std::sync::Arc::new(Log::new());
        f(log.clone()).await.unwrap_err();
        assert_eq!(log.now(), 50);
    }
}

/// The body hangs, its limit is 50 ms, and the fallback takes 40 ms.
mod fallback_and_timeout {
    use super::*;

    async fn slow_answer(log: &Log) -> Result<u32, Error> {
        log.write("fallback");
        sleep(ms(40)).await;
        Ok(42)
    }

    #[tokio::test(start_paused = true)]
    async fn fallback_over_timeout_answers_the_timeout_and_takes_its_own_time() {
        #[fallback(slow_answer)]
        #[timeout(ms = 50)]
        async fn f(log: &Log) -> Result<u32, Error> {
            pending().await
        }
        let log = Log::new();
        assert_eq!(f(&log).await, Ok(42));
        assert_eq!((log.lines(), log.now()), (vec![(50, "fallback")], 90));
    }

    #[tokio::test(start_paused = true)]
    async fn timeout_over_fallback_limits_both_together() {
        #[timeout(ms = 50)]
        #[fallback(slow_answer)]
        async fn f(log: &Log) -> Result<u32, Error> {
            sleep(ms(20)).await;
            Err(Error::Busy)
        }
        let log = Log::new();
        assert_eq!(kind(f(&log).await), Some(FaultKind::TimedOut));
        assert_eq!((log.lines(), log.now()), (vec![(20, "fallback")], 50));
    }

    #[tokio::test(start_paused = true)]
    async fn fallback_over_retry_over_timeout_is_the_last_resort_after_all_attempts() {
        #[fallback(slow_answer)]
        #[retry(max = 1, backoff = "fixed", base = "10ms", jitter = 0)]
        #[timeout(ms = 50)]
        async fn f(log: &Log) -> Result<u32, Error> {
            log.write("call");
            pending().await
        }
        let log = Log::new();
        assert_eq!(f(&log).await, Ok(42));
        assert_eq!(log.lines(), [(0, "call"), (60, "call"), (110, "fallback")]);
    }

    #[tokio::test(start_paused = true)]
    async fn fallback_over_timeout_over_retry_answers_the_total_limit() {
        #[fallback(slow_answer)]
        #[timeout(ms = 70)]
        #[retry(max = 9, backoff = "fixed", base = "10ms", jitter = 0)]
        async fn f(log: &Log) -> Result<u32, Error> {
            log.write("call");
            sleep(ms(20)).await;
            Err(Error::Busy)
        }
        let log = Log::new();
        assert_eq!(f(&log).await, Ok(42));
        assert_eq!(log.lines(), [(0, "call"), (30, "call"), (60, "call"), (70, "fallback")]);
    }
}

mod approval {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn over_timeout_takes_its_time_and_then_the_clock_starts() {
        #[requires_approval(by = Slow)]
        #[timeout(ms = 50)]
        async fn f(log: &Log) -> Result<(), Error> {
            log.write("call");
            pending().await
        }
        let log = Log::new();
        assert_eq!(kind(f(&log).await), Some(FaultKind::TimedOut));
        assert_eq!((log.lines(), log.now()), (vec![(300, "call")], 350));
    }

    #[tokio::test(start_paused = true)]
    async fn over_retry_is_asked_for_once() {
        #[requires_approval(by = Slow)]
        #[retry(max = 2, backoff = "fixed", base = "10ms", jitter = 0)]
        async fn f(log: &Log) -> Result<(), Error> {
            log.write("call");
            Err(Error::Busy)
        }
        let log = Log::new();
        f(&log).await.unwrap_err();
        assert_eq!(log.lines(), [(300, "call"), (310, "call"), (320, "call")]);
    }

    #[tokio::test(start_paused = true)]
    async fn below_fallback_leaves_a_denial_alone_and_a_failure_to_the_fallback() {
        #[fallback(Ok(42))]
        #[requires_approval(by = script, show())]
        #[retry(max = 1)]
        async fn f(script: &Scripted) -> Result<u32, Error> {
            Err(Error::Busy)
        }
        let script = Scripted::new([Decision::approve(), Decision::deny("no")]);
        assert_eq!(f(&script).await, Ok(42), "approved, and failed twice");
        assert_eq!(kind(f(&script).await), Some(FaultKind::Denied));
    }

    #[tokio::test]
    async fn above_fallback_means_the_same() {
        #[requires_approval(by = script, show())]
        #[fallback(Ok(42))]
        async fn f(script: &Scripted) -> Result<u32, Error> {
            Err(Error::Busy)
        }
        let script = Scripted::new([Decision::approve(), Decision::deny("no")]);
        assert_eq!(f(&script).await, Ok(42));
        assert_eq!(kind(f(&script).await), Some(FaultKind::Denied));
    }

    #[tokio::test]
    async fn between_two_fallbacks_is_left_alone_by_both() {
        #[fallback(Ok(1))]
        #[requires_approval(by = Deny)]
        #[fallback(Ok(2))]
        async fn f() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        assert_eq!(kind(f().await), Some(FaultKind::Denied));
    }
}

mod breaker {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn between_two_timeouts_counts_what_the_lower_one_ends() {
        #[timeout(secs = 10)]
        #[circuit_breaker(failures = 2)]
        #[timeout(secs = 1)]
        async fn f(log: &Log) -> Result<(), Error> {
            log.write("call");
            pending().await
        }
        let log = Log::new();
        assert_eq!(kind(f(&log).await), Some(FaultKind::TimedOut));
        assert_eq!(kind(f(&log).await), Some(FaultKind::TimedOut));
        assert_eq!(kind(f(&log).await), Some(FaultKind::CircuitOpen));
        assert_eq!(log.lines(), [(0, "call"), (1000, "call")]);
    }
}

mod values {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn are_evaluated_once_per_call_before_the_first_attempt_from_the_top_down() {
        #[timeout(log.value("total", ms(1000)))]
        #[retry(max = log.value("max", 2), base = log.value("base", ms(10)), jitter = log.value("jitter", 0.0))]
        #[timeout(ms = log.value("each", 100))]
        async fn f(log: &Log) -> Result<(), Error> {
            log.write("call");
            Err(Error::Busy)
        }
        let log = Log::new();
        f(&log).await.unwrap_err();
        assert_eq!(log.words(), ["total", "max", "base", "jitter", "each", "call", "call", "call"]);
        f(&log).await.unwrap_err();
        assert_eq!(log.words().len(), 16, "and again for the next call");
    }

    #[tokio::test(start_paused = true)]
    async fn of_one_attribute_are_evaluated_in_the_order_written() {
        #[retry(jitter = log.value("jitter", 0.0), base = log.value("base", ms(10)), max = log.value("max", 1))]
        async fn f(log: &Log) -> Result<(), Error> {
            log.write("call");
            Err(Error::Busy)
        }
        let log = Log::new();
        f(&log).await.unwrap_err();
        assert_eq!(log.words(), ["jitter", "base", "max", "call", "call"]);
    }

    #[tokio::test(start_paused = true)]
    async fn do_not_change_while_the_call_lasts() {
        // The body lowers the limits that it was called with.
        struct Client {
            retries: std::cell::Cell<u32>,
        }
        impl Client {
            #[retry(max = self.retries.get(), backoff = "none")]
            async fn f(&self, log: &Log) -> Result<(), Error> {
                log.write("call");
                self.retries.set(0);
                Err(Error::Busy)
            }
        }
        let (client, log) = (Client { retries: 2.into() }, Log::new());
        client.f(&log).await.unwrap_err();
        assert_eq!(log.words().len(), 3);
        client.f(&log).await.unwrap_err();
        assert_eq!(log.words().len(), 4);
    }

    #[tokio::test]
    async fn of_a_ready_made_policy_are_read_once_per_call_too() {
        #[retry(log.value("policy", reliable::Retry::new().max(2).backoff(reliable::Backoff::None)))]
        async fn f(log: &Log) -> Result<(), Error> {
            log.write("call");
            Err(Error::Busy)
        }
        let log = Log::new();
        f(&log).await.unwrap_err();
        assert_eq!(log.words(), ["policy", "call", "call", "call"]);
    }

    #[tokio::test]
    async fn may_leave_the_function_before_anything_runs() {
        #[fallback(Ok(()))]
        #[retry(max = limit(text)?)]
        async fn f(text: &str, log: &Log) -> Result<(), Error> {
            log.write("call");
            Ok(())
        }
        fn limit(text: &str) -> Result<u32, Error> {
            text.parse().map_err(|_| Error::Busy)
        }
        let log = Log::new();
        assert_eq!(f("2", &log).await, Ok(()));
        assert_eq!(f("many", &log).await, Err(Error::Busy), "what is no policy is no failed call");
        assert_eq!(log.words(), ["call"]);
    }
}
