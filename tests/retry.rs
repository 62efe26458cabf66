//! What `#[retry]` does: how often, when, with which error, and when not.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::error::Error as StdError;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::time::Duration;

use reliable::{Backoff, BudgetExceeded, Fault, Retry, Usd, requires_approval, retry, timeout};
use tokio::time::{Instant, sleep};

#[derive(Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("failed at attempt {0}")]
    Busy(usize),
    #[error("wrong city")]
    BadRequest,
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Error {
    fn is_busy(&self) -> bool {
        matches!(self, Error::Busy(_))
    }
}

/// Notes when each attempt begins, in milliseconds since it was made.
struct Attempts {
    made: Instant,
    begun: Mutex<Vec<u128>>,
}

impl Attempts {
    fn new() -> Self {
        Attempts { made: Instant::now(), begun: Mutex::default() }
    }

    /// Begins an attempt, and gives its number: 1 for the first.
    fn begin(&self) -> usize {
        let mut begun = self.begun.lock().unwrap();
        begun.push(self.made.elapsed().as_millis());
        begun.len()
    }

    fn fail(&self) -> Result<u32, Error> {
        Err(Error::Busy(self.begin()))
    }

    fn at(&self) -> Vec<u128> {
        self.begun.lock().unwrap().clone()
    }

    fn count(&self) -> usize {
        self.at().len()
    }
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

mod how_often {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn max_counts_the_retries_after_the_first_call() {
        #[retry(max = 3)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        f(&attempts).await.unwrap_err();
        assert_eq!(attempts.count(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn max_zero_is_one_call_without_a_pause() {
        #[retry(max = 0)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        assert_eq!(f(&attempts).await, Err(Error::Busy(1)));
        assert_eq!(attempts.made.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn without_options_there_are_two_retries() {
        #[retry]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        f(&attempts).await.unwrap_err();
        assert_eq!(attempts.count(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_ends_it() {
        #[retry(max = 9)]
        async fn f(attempts: &Attempts) -> Result<usize, Error> {
            match attempts.begin() {
                2 => Ok(2),
                n => Err(Error::Busy(n)),
            }
        }
        let attempts = Attempts::new();
        assert_eq!(f(&attempts).await, Ok(2));
        assert_eq!(attempts.count(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_error_comes_out_untouched() {
        #[retry(max = 2)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        assert_eq!(f(&Attempts::new()).await, Err(Error::Busy(3)), "not the first error, and in no wrapper");
    }

    #[tokio::test(start_paused = true)]
    async fn each_call_counts_for_itself() {
        #[retry(max = 1)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        f(&attempts).await.unwrap_err();
        f(&attempts).await.unwrap_err();
        assert_eq!(attempts.count(), 4);
    }

    #[test]
    fn a_plain_function_is_retried_too() {
        #[retry(max = 2, backoff = "none")]
        fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        assert_eq!(f(&attempts), Err(Error::Busy(3)));
    }

    #[test]
    fn without_pauses_no_timer_is_needed() {
        #[retry(max = 2, backoff = "none")]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let without_timers = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(without_timers.block_on(f(&Attempts::new())), Err(Error::Busy(3)));
    }
}

mod pauses {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn exp_doubles_from_half_a_second_up_to_eight_seconds() {
        #[retry(max = 6, jitter = 0)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        f(&attempts).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 500, 1500, 3500, 7500, 15500, 23500]);
    }

    #[tokio::test(start_paused = true)]
    async fn exp_multiplies_by_its_factor() {
        #[retry(max = 4, backoff = "exp", base = "100ms", factor = 3, cap = "2s", jitter = 0)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        f(&attempts).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 100, 400, 1300, 3300]);
    }

    #[tokio::test(start_paused = true)]
    async fn linear_adds_the_base_each_time() {
        #[retry(max = 4, backoff = "linear", base = "100ms", cap = "350ms", jitter = 0)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        f(&attempts).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 100, 300, 600, 950]);
    }

    #[tokio::test(start_paused = true)]
    async fn fixed_is_the_base_each_time() {
        #[retry(max = 3, backoff = "fixed", base = "100ms", jitter = 0)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        f(&attempts).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 100, 200, 300]);
    }

    #[tokio::test(start_paused = true)]
    async fn none_does_not_pause() {
        #[retry(max = 3, backoff = "none")]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        f(&attempts).await.unwrap_err();
        assert_eq!(attempts.at(), [0; 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_begins_when_the_attempt_ends() {
        #[retry(max = 2, backoff = "fixed", base = "100ms", jitter = 0)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            let failed = attempts.fail();
            sleep(ms(30)).await;
            failed
        }
        let attempts = Attempts::new();
        f(&attempts).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 130, 260]);
    }

    #[tokio::test(start_paused = true)]
    async fn jitter_shortens_by_up_to_a_quarter_unless_told_otherwise() {
        #[retry(max = 5)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let mut first_pauses = Vec::new();
        for _ in 0..40 {
            let attempts = Attempts::new();
            f(&attempts).await.unwrap_err();
            let pauses: Vec<_> = attempts.at().windows(2).map(|two| two[1] - two[0]).collect();
            let ranges = [375..=500, 750..=1000, 1500..=2000, 3000..=4000, 6000..=8000];
            assert!(ranges.iter().zip(&pauses).all(|(range, pause)| range.contains(pause)), "{pauses:?}");
            first_pauses.push(pauses[0]);
        }
        first_pauses.sort_unstable();
        first_pauses.dedup();
        assert!(first_pauses.len() > 5, "forty callers that failed together do not come back together");
    }

    #[tokio::test(start_paused = true)]
    async fn full_jitter_spreads_over_the_whole_pause() {
        #[retry(max = 1, backoff = "fixed", base = "1s", jitter = 1)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let mut pauses = Vec::new();
        for _ in 0..100 {
            let attempts = Attempts::new();
            f(&attempts).await.unwrap_err();
            pauses.push(attempts.at()[1]);
        }
        assert!(pauses.iter().all(|pause| *pause <= 1000));
        assert!(pauses.iter().any(|pause| *pause < 400) && pauses.iter().any(|pause| *pause > 600), "{pauses:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn jitter_is_never_fed_back_into_the_base() {
        // With jitter in the base, pause 8 would be far below half a second with near certainty.
        #[retry(max = 8, factor = 1, jitter = 0.5)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        f(&attempts).await.unwrap_err();
        assert!(attempts.at().windows(2).all(|two| (250..=500).contains(&(two[1] - two[0]))), "{:?}", attempts.at());
    }

    #[tokio::test(start_paused = true)]
    async fn a_huge_factor_saturates_at_the_cap() {
        #[retry(max = 5000, base = "1ms", factor = 1e300, cap = "2s", jitter = 0)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        assert_eq!(f(&attempts).await, Err(Error::Busy(5001)));
        assert_eq!(attempts.at()[..4], [0, 1, 2001, 4001]);
        assert_eq!(attempts.at()[5000], 1 + 4999 * 2000);
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_duration_there_is_makes_no_panic() {
        #[retry(max = 3, base = Duration::from_secs(1), factor = 1e300, cap = Duration::MAX, jitter = 0)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        let call = tokio::time::timeout(Duration::from_secs(24 * 60 * 60), f(&attempts));
        assert!(call.await.is_err(), "a day is over, and the second pause is not");
        assert_eq!(attempts.at(), [0, 1000]);
    }
}

mod asked_delays {
    use super::*;

    struct Asks(Duration);

    #[tokio::test(start_paused = true)]
    async fn a_delay_that_the_server_asks_for_is_obeyed_exactly() {
        // With the default jitter, and 12.345 s is above the default cap of 8 s.
        #[retry(max = 2, after = Some(error.0))]
        async fn f(attempts: &Attempts) -> Result<u32, Asks> {
            attempts.begin();
            Err(Asks(ms(12_345)))
        }
        let attempts = Attempts::new();
        assert!(f(&attempts).await.is_err());
        assert_eq!(attempts.at(), [0, 12_345, 24_690]);
    }

    #[tokio::test(start_paused = true)]
    async fn sixty_seconds_is_the_longest_that_is_waited() {
        #[retry(max = 2, after = Some(error.0))]
        async fn f(attempts: &Attempts, asked: Duration) -> Result<u32, Asks> {
            attempts.begin();
            Err(Asks(asked))
        }
        let attempts = Attempts::new();
        assert!(f(&attempts, ms(60_000)).await.is_err());
        assert_eq!(attempts.at(), [0, 60_000, 120_000]);

        let attempts = Attempts::new();
        let error = f(&attempts, ms(60_001)).await.unwrap_err();
        assert_eq!(error.0, ms(60_001), "the error that asked");
        assert_eq!(attempts.made.elapsed(), Duration::ZERO, "fails at once");
    }

    #[tokio::test(start_paused = true)]
    async fn an_explicit_cap_bounds_what_the_server_may_ask_and_never_shortens_it() {
        #[retry(max = 1, cap = "3s", after = Some(error.0))]
        async fn f(attempts: &Attempts, asked: Duration) -> Result<u32, Asks> {
            attempts.begin();
            Err(Asks(asked))
        }
        let attempts = Attempts::new();
        assert!(f(&attempts, ms(3000)).await.is_err());
        assert_eq!(attempts.at(), [0, 3000]);

        let attempts = Attempts::new();
        assert!(f(&attempts, ms(3001)).await.is_err());
        assert_eq!(attempts.at(), [0]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_explicit_cap_lets_the_server_ask_for_more_than_a_minute() {
        #[retry(max = 1, cap = "5m", after = Some(error.0))]
        async fn f(attempts: &Attempts) -> Result<u32, Asks> {
            attempts.begin();
            Err(Asks(ms(200_000)))
        }
        let attempts = Attempts::new();
        assert!(f(&attempts).await.is_err());
        assert_eq!(attempts.at(), [0, 200_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn no_delay_and_a_delay_of_zero_mean_backoff() {
        #[retry(max = 2, jitter = 0, after = error.0)]
        async fn f(attempts: &Attempts) -> Result<u32, (Option<Duration>,)> {
            Err((if attempts.begin() == 1 { None } else { Some(Duration::ZERO) },))
        }
        let attempts = Attempts::new();
        assert!(f(&attempts).await.is_err());
        assert_eq!(attempts.at(), [0, 500, 1500]);
    }

    #[tokio::test(start_paused = true)]
    async fn without_backoff_only_asked_delays_are_waited() {
        #[retry(max = 2, backoff = "none", after = asked)]
        async fn f(attempts: &Attempts) -> Result<u32, Asks> {
            Err(Asks(ms(if attempts.begin() == 1 { 70 } else { 0 })))
        }
        fn asked(error: &Asks) -> Option<Duration> {
            Some(error.0)
        }
        let attempts = Attempts::new();
        assert!(f(&attempts).await.is_err());
        assert_eq!(attempts.at(), [0, 70, 70]);
    }
}

mod within {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_would_end_at_the_limit_is_not_begun() {
        #[retry(max = 9, backoff = "fixed", base = "100ms", jitter = 0, within = limit)]
        async fn f(attempts: &Attempts, limit: Duration) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        assert_eq!(f(&attempts, ms(300)).await, Err(Error::Busy(3)));
        assert_eq!(attempts.at(), [0, 100, 200]);
        assert_eq!(attempts.made.elapsed(), ms(200), "the call fails now, and not at the limit");

        let attempts = Attempts::new();
        f(&attempts, ms(301)).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 100, 200, 300], "one millisecond less, and it is begun");
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_of_the_attempts_counts() {
        #[retry(max = 9, backoff = "fixed", base = "100ms", jitter = 0, within = limit)]
        async fn f(attempts: &Attempts, limit: Duration) -> Result<u32, Error> {
            let failed = attempts.fail();
            sleep(ms(60)).await;
            failed
        }
        let attempts = Attempts::new();
        f(&attempts, ms(320)).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 160], "at 220 ms a pause of 100 ms ends at the limit");

        let attempts = Attempts::new();
        f(&attempts, ms(321)).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 160, 320]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_running_body_is_not_interrupted() {
        #[retry(max = 9, base = "50ms", within = "100ms")]
        async fn f() -> Result<&'static str, Error> {
            sleep(ms(700)).await;
            Ok("late, but there")
        }
        assert_eq!(f().await, Ok("late, but there"));
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_measured_for_each_call_anew() {
        #[retry(max = 1, backoff = "fixed", base = "100ms", jitter = 0, within = "150ms")]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        f(&attempts).await.unwrap_err();
        f(&attempts).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 100, 100, 200]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_before_the_first_attempt_does_not_count() {
        struct Slow;
        impl reliable::Approver for Slow {
            async fn review(&self, _: &reliable::Request) -> reliable::Decision {
                sleep(ms(1000)).await;
                reliable::Decision::approve()
            }
        }
        #[requires_approval(by = Slow)]
        #[retry(max = 1, backoff = "fixed", base = "100ms", jitter = 0, within = "150ms")]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        f(&attempts).await.unwrap_err();
        assert_eq!(attempts.at(), [1000, 1100]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_asked_delay_that_ends_too_late_is_not_shortened() {
        #[retry(max = 2, after = Some(ms(400)), within = "1s")]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            let failed = attempts.fail();
            sleep(ms(150)).await;
            failed
        }
        let attempts = Attempts::new();
        f(&attempts).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 550]);
        assert_eq!(attempts.made.elapsed(), ms(700));
    }
}

mod cancelled {
    use super::*;

    #[retry(max = 3, backoff = "fixed", base = "100ms", jitter = 0)]
    async fn f(attempts: &Attempts) -> Result<u32, Error> {
        let failed = attempts.fail();
        sleep(ms(30)).await;
        failed
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_starts_after_a_call_is_dropped_in_a_pause() {
        let attempts = Attempts::new();
        assert!(tokio::time::timeout(ms(200), f(&attempts)).await.is_err());
        sleep(ms(5000)).await;
        assert_eq!(attempts.at(), [0, 130]);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_starts_after_a_call_is_dropped_in_an_attempt() {
        let attempts = Attempts::new();
        assert!(tokio::time::timeout(ms(140), f(&attempts)).await.is_err());
        sleep(ms(5000)).await;
        assert_eq!(attempts.at(), [0, 130]);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_starts_after_a_task_is_aborted() {
        let attempts = std::sync::Arc::new(Attempts::new());
        let task = tokio::spawn({
            let attempts = attempts.clone();
            async move { f(&attempts).await }
        });
        sleep(ms(200)).await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        sleep(ms(5000)).await;
        assert_eq!(attempts.at(), [0, 130]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_of_the_body_goes_through() {
        #[retry(max = 3)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            assert_ne!(attempts.begin(), 2, "at the second attempt");
            Err(Error::BadRequest)
        }
        let attempts = std::sync::Arc::new(Attempts::new());
        let task = tokio::spawn({
            let attempts = attempts.clone();
            async move { f(&attempts).await }
        });
        assert!(task.await.unwrap_err().is_panic());
        assert_eq!(attempts.count(), 2);
    }

    #[test]
    fn a_panic_of_a_plain_body_goes_through() {
        #[retry(max = 3, backoff = "none")]
        fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.begin();
            panic!("out of the tool");
        }
        let attempts = Attempts::new();
        let panic = std::panic::catch_unwind(AssertUnwindSafe(|| f(&attempts))).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"out of the tool"));
        assert_eq!(attempts.count(), 1);
    }
}

mod when {
    use super::*;

    fn fail_with(attempts: &Attempts) -> Result<u32, Error> {
        match attempts.begin() {
            1 => Err(Error::Busy(1)),
            _ => Err(Error::BadRequest),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_bare_path_is_called_with_the_error() {
        #[retry(max = 5, when = Error::is_busy)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            fail_with(attempts)
        }
        let attempts = Attempts::new();
        assert_eq!(f(&attempts).await, Err(Error::BadRequest));
        assert_eq!(attempts.count(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn an_expression_sees_the_error_and_the_parameters() {
        #[retry(max = 5, when = matches!(error, Error::Busy(n) if *n < patience))]
        async fn f(attempts: &Attempts, patience: usize) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        assert_eq!(f(&attempts, 3).await, Err(Error::Busy(3)));
        assert_eq!(attempts.count(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn false_beats_everything() {
        static POLICY: Retry = Retry::new().max(9);
        #[retry(POLICY, when = false, after = Some(ms(1)))]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        f(&attempts).await.unwrap_err();
        assert_eq!(attempts.count(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn false_beats_a_timeout_that_would_be_tried_again() {
        #[retry(max = 3, when = !matches!(error, Error::Fault(_)))]
        #[timeout(ms = 50)]
        async fn f(attempts: &Attempts) -> Result<u32, Error> {
            attempts.begin();
            std::future::pending().await
        }
        let attempts = Attempts::new();
        assert!(f(&attempts).await.is_err());
        assert_eq!(attempts.count(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_asked_about_errors_only_and_once_for_each() {
        fn asked(error: &Error, asked: &Mutex<Vec<usize>>) -> bool {
            let Error::Busy(n) = error else { return false };
            asked.lock().unwrap().push(*n);
            true
        }
        #[retry(max = 2, when = asked(error, log))]
        async fn f(attempts: &Attempts, log: &Mutex<Vec<usize>>) -> Result<usize, Error> {
            match attempts.begin() {
                3 => Ok(3),
                n => Err(Error::Busy(n)),
            }
        }
        let log = Mutex::default();
        assert_eq!(f(&Attempts::new(), &log).await, Ok(3));
        assert_eq!(*log.lock().unwrap(), [1, 2]);
    }
}

mod faults {
    use super::*;

    fn tool() -> reliable::ToolName {
        "refund".into()
    }

    fn denied() -> Fault {
        Fault::Denied { tool: tool(), reason: "too much".into() }
    }

    fn final_faults() -> [Fault; 8] {
        let budget = BudgetExceeded::Usd { max: Usd::cents(1), spent: Usd::ZERO, asked: Usd::cents(2) };
        [
            denied(),
            Fault::Expired { tool: tool(), within: None },
            Fault::StepLimit { agent: tool(), max_steps: 8 },
            Fault::OverBudget { agent: tool(), budget: budget.into() },
            Fault::Unpriced { agent: tool() },
            Fault::Stuck { agent: tool(), repeats: 3 },
            Fault::TooManyDenials { agent: tool(), denials: 3 },
            Fault::CallLimit { tool: tool(), max: 5 },
        ]
    }

    fn timed_out() -> Fault {
        Fault::TimedOut { tool: tool(), limit: ms(50) }
    }

    /// How often a tool is called that always fails with this error, by a retry that would go on.
    async fn calls<E>(make: impl Fn() -> E) -> usize
    where
        E: std::fmt::Debug + CountRetries,
    {
        E::count(make).await
    }

    /// One retried function for each error type: what a policy sees of an error depends on its type.
    trait CountRetries: Sized {
        async fn count(make: impl Fn() -> Self) -> usize;
    }

    macro_rules! count_retries {
        ($($error:ty),* $(,)?) => {$(
            impl CountRetries for $error {
                async fn count(make: impl Fn() -> Self) -> usize {
                    #[retry(max = 2, when = true)]
                    async fn f(attempts: &Attempts, make: &impl Fn() -> $error) -> Result<u32, $error> {
                        attempts.begin();
                        Err(make())
                    }
                    let attempts = Attempts::new();
                    f(&attempts, &make).await.unwrap_err();
                    attempts.count()
                }
            }
        )*};
    }

    #[derive(Debug, thiserror::Error)]
    #[error("the desk failed")]
    struct Deep {
        #[source]
        cause: Error,
    }

    count_retries!(Fault, Error, Deep, io::Error, anyhow::Error, Box<dyn StdError>, Box<dyn StdError + Send + Sync>);

    #[tokio::test(start_paused = true)]
    async fn a_final_fault_is_never_retried_even_if_when_says_so() {
        for fault in final_faults() {
            assert_eq!(calls(|| fault.clone()).await, 1, "{fault}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_timeout_is_retried() {
        assert_eq!(calls(timed_out).await, 3);
        assert_eq!(calls(|| Error::Fault(timed_out())).await, 3);
        assert_eq!(calls(|| io::Error::from(timed_out())).await, 3);
        assert_eq!(calls(|| anyhow::Error::from(timed_out())).await, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_final_fault_is_found_in_a_transparent_variant() {
        for fault in final_faults() {
            assert_eq!(calls(|| Error::Fault(fault.clone())).await, 1, "{fault}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_final_fault_is_found_behind_other_causes() {
        for fault in final_faults() {
            assert_eq!(calls(|| Deep { cause: fault.clone().into() }).await, 1, "{fault}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_final_fault_is_found_in_an_io_error() {
        for fault in final_faults() {
            assert_eq!(calls(|| io::Error::from(fault.clone())).await, 1, "{fault}");
            assert_eq!(calls(|| io::Error::other(Error::from(fault.clone()))).await, 1, "{fault}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_final_fault_is_found_in_anyhow_below_its_contexts() {
        for fault in final_faults() {
            let wrap = || anyhow::Error::from(Error::from(fault.clone())).context("refunding").context("helping");
            assert_eq!(calls(wrap).await, 1, "{fault}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_final_fault_is_found_in_a_box() {
        for fault in final_faults() {
            let fault = &fault;
            assert_eq!(calls(|| -> Box<dyn StdError> { fault.clone().into() }).await, 1, "{fault}");
            assert_eq!(calls(|| -> Box<dyn StdError + Send + Sync> { fault.clone().into() }).await, 1, "{fault}");
            assert_eq!(calls(|| -> Box<dyn StdError> { Error::from(fault.clone()).into() }).await, 1, "{fault}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn other_errors_in_the_same_types_are_retried() {
        assert_eq!(calls(|| Error::BadRequest).await, 3);
        assert_eq!(calls(|| Deep { cause: Error::BadRequest }).await, 3);
        assert_eq!(calls(|| io::Error::other("down")).await, 3);
        assert_eq!(calls(|| anyhow::anyhow!("down")).await, 3);
        assert_eq!(calls(|| -> Box<dyn StdError> { "down".into() }).await, 3);
        assert_eq!(calls(|| -> Box<dyn StdError + Send + Sync> { "down".into() }).await, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_denied_tool_is_not_asked_about_again_by_a_retry_further_out() {
        #[retry(max = 3)]
        async fn desk(script: &reliable::approver::Scripted) -> anyhow::Result<u32> {
            Ok(refund(script).await?)
        }
        #[requires_approval(by = script, show())]
        async fn refund(script: &reliable::approver::Scripted) -> Result<u32, Error> {
            Ok(script.requests().len().try_into().unwrap())
        }
        let script = reliable::approver::Scripted::new([]);
        desk(&script).await.unwrap_err();
        assert_eq!(script.requests().len(), 1);
    }
}

mod policies {
    use super::*;

    const FIXED: Retry = Retry::new().max(2).backoff(Backoff::Fixed).base(Duration::from_millis(70)).jitter(0.0);
    static STATIC: Retry = FIXED;

    struct Client {
        policy: Retry,
        retries: u32,
        delay: Duration,
    }

    impl Client {
        #[retry(self.policy)]
        async fn by_field(&self, attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }

        #[retry(self.policy(3))]
        async fn by_call(&self, attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }

        fn policy(&self, max: u32) -> Retry {
            self.policy.max(max)
        }

        #[retry(max = self.retries, backoff = "fixed", base = delay, jitter = self.jitter())]
        async fn by_values(&self, attempts: &Attempts, delay: Duration) -> Result<u32, Error> {
            attempts.fail()
        }

        fn jitter(&self) -> f64 {
            f64::from(self.retries) - 4.0
        }

        #[retry(max = 1, base = self.delay, cap = self.delay * 2, jitter = 0, within = self.delay * 3)]
        async fn by_durations(&self, attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
    }

    fn client() -> Client {
        Client { policy: FIXED.max(1), retries: 4, delay: ms(20) }
    }

    #[tokio::test(start_paused = true)]
    async fn a_policy_may_be_a_static_or_a_const() {
        #[retry(STATIC)]
        async fn by_static(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        #[retry(FIXED, when = Error::is_busy)]
        async fn by_const(attempts: &Attempts) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        by_static(&attempts).await.unwrap_err();
        by_const(&attempts).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 70, 140, 140, 210, 280]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_policy_may_be_a_field_or_a_call_or_a_parameter() {
        #[retry(policy)]
        async fn by_parameter(attempts: &Attempts, policy: Retry) -> Result<u32, Error> {
            attempts.fail()
        }
        let attempts = Attempts::new();
        client().by_field(&attempts).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 70]);

        let attempts = Attempts::new();
        client().by_call(&attempts).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 70, 140, 210]);

        let attempts = Attempts::new();
        by_parameter(&attempts, FIXED.max(0)).await.unwrap_err();
        assert_eq!(attempts.at(), [0]);
    }

    #[tokio::test(start_paused = true)]
    async fn every_option_may_be_known_at_run_time_only() {
        let attempts = Attempts::new();
        client().by_values(&attempts, ms(10)).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 10, 20, 30, 40]);

        let attempts = Attempts::new();
        client().by_durations(&attempts).await.unwrap_err();
        assert_eq!(attempts.at(), [0, 20]);
    }

    #[test]
    #[should_panic(expected = "`factor` of a retry must be 1 or more")]
    fn a_factor_that_shrinks_is_refused_at_run_time_too() {
        let factor = 0.5;
        let _ = Retry::new().factor(factor);
    }

    #[test]
    #[should_panic(expected = "`jitter` of a retry must be between 0 and 1")]
    fn a_jitter_that_lengthens_is_refused_at_run_time_too() {
        let jitter = -0.1;
        let _ = Retry::new().jitter(jitter);
    }
}

mod a_clone_of_the_receiver {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[derive(Clone)]
    struct Call {
        calls: Arc<AtomicU32>,
        body: String,
    }

    impl Call {
        #[retry(max = 2, backoff = "none", clone)]
        async fn send(self, to: String) -> Result<String, String> {
            struct Local(u32);
            impl Local {
                fn get(self) -> u32 {
                    self.0
                }
            }
            let calls = self.calls.fetch_add(1, Ordering::Relaxed);
            let sent = std::mem::take(&mut { self }.body);
            if Local(calls).get() < 2 { Err(sent) } else { Ok(format!("{sent} to {to}")) }
        }

        #[retry(max = 2, backoff = "none", clone)]
        fn by_arc(self: Arc<Self>) -> Result<usize, String> {
            if self.calls.fetch_add(1, Ordering::Relaxed) < 2 {
                Err(self.body.clone())
            } else {
                Ok(Arc::strong_count(&self))
            }
        }
    }

    #[tokio::test]
    async fn is_what_each_attempt_consumes() {
        let call = Call { calls: Arc::default(), body: "hello".to_owned() };
        assert_eq!(call.clone().send("ana".to_owned()).await, Ok("hello to ana".to_owned()));
        assert_eq!(call.calls.swap(0, Ordering::Relaxed), 3);
        assert_eq!(Arc::new(call).by_arc(), Ok(2), "the caller's, and that of the attempt");
    }
}
