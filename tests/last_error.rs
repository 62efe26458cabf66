//! A fault that ends the call of a retry says what failed before.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::cell::Cell;
use std::error::Error as StdError;
use std::io;
use std::iter::successors;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::{
    CircuitBreaker, Fault, FaultKind, RetryBudget, Step, agent, bulkhead, circuit_breaker, fallback, hedge, retry,
    timeout,
};
use tokio::time::sleep;

#[derive(Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("{0}")]
    Own(&'static str),
    #[error(transparent)]
    Fault(#[from] Fault),
}

const REFUSED: Error = Error::Own("connection refused");

/// An error and its causes, in words.
fn chain(error: &(dyn StdError + 'static)) -> Vec<String> {
    successors(Some(error), |&error| error.source()).map(ToString::to_string).collect()
}

fn last_error<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e str> {
    Fault::find(error)?.last_error()
}

fn kind_of_the_chain(error: &(dyn StdError + 'static)) -> Option<FaultKind> {
    successors(Some(error), |&error| error.source()).last()?.downcast_ref().copied()
}

#[tokio::test(start_paused = true)]
async fn an_open_circuit_says_what_opened_it() {
    #[retry(max = 5, base = "100ms", jitter = 0)]
    #[circuit_breaker(failures = 2)]
    async fn call() -> Result<u32, Error> {
        Err(REFUSED)
    }
    let error = call().await.unwrap_err();
    let Error::Fault(fault @ Fault::CircuitOpen { .. }) = &error else { panic!("{error:?}") };
    assert_eq!(*fault, Fault::CircuitOpen { tool: "call".into(), left: Duration::from_millis(29_800) });
    assert_eq!(
        chain(&error),
        [
            "`call` was not called: its circuit breaker is open for another 29.8s",
            "last error: connection refused",
            "an open circuit breaker keeps calls away from a failing service",
        ]
    );
    assert_eq!(kind_of_the_chain(&error), Some(FaultKind::CircuitOpen));
    assert_eq!(FaultKind::of(&error), Some(FaultKind::CircuitOpen));
    let found = Fault::find(&error).unwrap();
    assert_eq!(found.to_string(), error.to_string(), "the fault's own words, and not the last error's");
    assert_eq!((found.kind(), found.last_error()), (FaultKind::CircuitOpen, Some("connection refused")));
    assert!(!found.model_feedback().contains("refused"), "a framework may hide a tool's own errors from the model");

    let rejected_at_once = call().await.unwrap_err();
    assert_eq!(chain(&rejected_at_once).len(), 2, "nothing failed before: {rejected_at_once:?}");
    assert_eq!(last_error(&rejected_at_once), None);
}

#[tokio::test(start_paused = true)]
async fn a_total_timeout_says_what_failed_before() {
    #[timeout(secs = 2)]
    #[retry(max = 50, backoff = "fixed", base = "600ms", jitter = 0)]
    async fn in_a_pause() -> Result<u32, Error> {
        Err(REFUSED)
    }
    #[timeout(secs = 2)]
    #[retry(max = 1, backoff = "none")]
    async fn in_an_attempt(calls: &AtomicU32) -> Result<u32, Error> {
        if calls.fetch_add(1, Ordering::Relaxed) == 0 {
            return Err(REFUSED);
        }
        std::future::pending().await
    }
    #[timeout(secs = 2)]
    #[retry(max = 9, backoff = "none")]
    #[timeout(ms = 300)]
    async fn in_one_of_many(calls: &AtomicU32) -> Result<u32, Error> {
        calls.fetch_add(1, Ordering::Relaxed);
        std::future::pending().await
    }
    #[timeout(secs = 2)]
    #[retry]
    async fn at_once() -> Result<u32, Error> {
        std::future::pending().await
    }
    let late = || Fault::TimedOut { tool: "in_a_pause".into(), limit: Duration::from_secs(2) };
    let error = in_a_pause().await.unwrap_err();
    assert_eq!(error, Error::Fault(late()), "what was noted is no part of a fault's equality");
    assert_eq!(
        chain(&error),
        [
            "`in_a_pause` timed out after 2s",
            "last error: connection refused",
            "a time limit passed; the call may be tried again",
        ]
    );
    let error = in_an_attempt(&AtomicU32::new(0)).await.unwrap_err();
    assert_eq!(last_error(&error), Some("connection refused"));
    let calls = AtomicU32::new(0);
    let error = in_one_of_many(&calls).await.unwrap_err();
    assert_eq!(calls.load(Ordering::Relaxed), 7);
    assert_eq!(
        chain(&error)[..2],
        ["`in_one_of_many` timed out after 2s", "last error: `in_one_of_many` timed out after 300ms",]
    );
    assert_eq!(last_error(&at_once().await.unwrap_err()), None);
}

#[tokio::test(start_paused = true)]
async fn it_is_found_in_every_error_type() {
    #[derive(Debug, thiserror::Error)]
    #[error("no answer")]
    struct Sourced(#[source] Error);
    macro_rules! error {
        ($error:ty, $own:expr) => {{
            #[retry(max = 5, base = "100ms", jitter = 0)]
            #[circuit_breaker(failures = 2)]
            async fn call() -> Result<u32, $error> {
                Err($own)
            }
            call().await.unwrap_err()
        }};
    }
    let io = error!(io::Error, io::Error::other("connection refused"));
    assert_eq!(last_error(&io), Some("connection refused"));
    assert_eq!(FaultKind::of(&io), Some(FaultKind::CircuitOpen));
    let boxed = error!(Box<dyn StdError>, "connection refused".into());
    assert_eq!(last_error(&*boxed), Some("connection refused"));
    let boxed = error!(Box<dyn StdError + Send + Sync>, "connection refused".into());
    assert_eq!(last_error(&*boxed), Some("connection refused"));
    let anyhow = error!(anyhow::Error, anyhow::anyhow!("connection refused").context("no forecast"));
    assert_eq!(last_error(&*anyhow), Some("no forecast"), "the words of the error, and not those of its causes");
    assert!(format!("{anyhow:#}").contains(": last error: no forecast"));
    let fault = error!(Fault, Fault::Policy { tool: "call".into(), reason: "connection refused".to_owned() });
    assert_eq!(last_error(&fault), Some("`call` failed: connection refused"));
    let deep = Sourced(Error::from(fault));
    assert_eq!(last_error(&io::Error::other(deep)), Some("`call` failed: connection refused"));
}

/// A text hides that a rejection is one: so the retry goes on.
#[tokio::test(start_paused = true)]
async fn a_text_has_it_in_its_words_once() {
    #[retry(max = 5, base = "100ms", jitter = 0, backoff = "fixed")]
    #[circuit_breaker(failures = 2)]
    async fn call() -> Result<u32, String> {
        Err("connection refused".to_owned())
    }
    assert_eq!(
        call().await.unwrap_err(),
        "`call` was not called: its circuit breaker is open for another 29.6s; last error: connection refused"
    );
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_found_beside_it() {
    #[retry(max = 3, base = "100ms", jitter = 0, when = true)]
    #[circuit_breaker(failures = 1, cooldown = "7s")]
    async fn call(begun: &Cell<Option<tokio::time::Instant>>) -> Result<Duration, Error> {
        match begun.get() {
            None => begun.set(Some(tokio::time::Instant::now())),
            Some(begun) => return Ok(begun.elapsed()),
        }
        Err(REFUSED)
    }
    assert_eq!(call(&Cell::new(None)).await, Ok(Duration::from_secs(7)));
}

#[tokio::test(start_paused = true)]
async fn a_rejection_does_not_hide_what_was_there_before_it() {
    #[timeout(secs = 10)]
    #[retry(max = 5, base = "100ms", jitter = 0, when = true)]
    #[circuit_breaker(failures = 2)]
    #[timeout(secs = 1)]
    async fn waits_for_the_circuit() -> Result<u32, Error> {
        Err(REFUSED)
    }
    assert_eq!(last_error(&waits_for_the_circuit().await.unwrap_err()), Some("connection refused"));
    let error = waits_for_the_circuit().await.unwrap_err();
    assert!(last_error(&error).unwrap().contains("circuit breaker is open for another 20.1s"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn words_are_escaped_and_bounded_and_one_that_recovered_is_forgotten() {
    #[timeout(secs = 2)]
    #[retry(max = 50)]
    async fn call(words: &str) -> Result<u32, Box<dyn StdError>> {
        Err(words.into())
    }
    #[timeout(secs = 2)]
    #[hedge(after = "1s")]
    #[retry(max = 1, backoff = "none")]
    async fn twice(calls: &AtomicU32) -> Result<u32, Error> {
        match calls.fetch_add(1, Ordering::Relaxed) {
            0 => Err(Error::Own("first")),
            2 => Err(Error::Own("third")),
            _ => std::future::pending().await,
        }
    }
    let forged = call("busy\n2026-01-01 INFO all is well\u{1b}[2J").await.unwrap_err();
    assert_eq!(last_error(&*forged), Some("busy\\n2026-01-01 INFO all is well\\u{1b}[2J"));
    let long = call(&"é".repeat(50_000)).await.unwrap_err();
    let words = last_error(&*long).unwrap();
    assert!(words.len() <= 200 && words.ends_with("… (50000 characters)"), "{words}");
    assert_eq!(last_error(&twice(&AtomicU32::new(0)).await.unwrap_err()), Some("third"));
}

#[tokio::test(start_paused = true)]
async fn each_step_of_an_agent_begins_anew() {
    #[timeout(secs = 10)]
    #[agent]
    #[retry(max = 1, backoff = "none")]
    async fn hangs_in_the_second(calls: &AtomicU32) -> Result<Step<u32>, Error> {
        match calls.fetch_add(1, Ordering::Relaxed) {
            0 => Err(REFUSED),
            1 => Ok(Step::Next),
            _ => std::future::pending().await,
        }
    }
    #[timeout(secs = 10)]
    #[agent]
    #[retry(max = 1, backoff = "none")]
    async fn fails_in_the_second(calls: &AtomicU32) -> Result<Step<u32>, Error> {
        match calls.fetch_add(1, Ordering::Relaxed) {
            0 => Ok(Step::Next),
            1 => Err(REFUSED),
            _ => std::future::pending().await,
        }
    }
    let error = hangs_in_the_second(&AtomicU32::new(0)).await.unwrap_err();
    assert_eq!(last_error(&error), None, "that was over");
    let error = fails_in_the_second(&AtomicU32::new(0)).await.unwrap_err();
    assert_eq!(last_error(&error), Some("connection refused"));
}

#[test]
fn a_plain_function_says_it_too() {
    #[retry(max = 5, backoff = "none")]
    #[circuit_breaker(failures = 2)]
    fn call() -> Result<u32, Error> {
        Err(REFUSED)
    }
    assert_eq!(last_error(&call().unwrap_err()), Some("connection refused"));
}

#[tokio::test(start_paused = true)]
async fn with_other_attributes_between_and_around() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new().failures(2);
    static BUDGET: RetryBudget = RetryBudget::new(100);
    static ABOVE: CircuitBreaker = CircuitBreaker::new().failures(1);
    #[fallback(Err(error))]
    #[timeout(secs = 60)]
    #[retry(max = 5, backoff = "none")]
    #[hedge(after = "1s")]
    #[circuit_breaker(BREAKER)]
    #[timeout(secs = 1)]
    async fn below() -> Result<u32, Error> {
        Err(REFUSED)
    }
    #[retry(max = 5, backoff = "none", budget = BUDGET)]
    #[circuit_breaker(failures = 2)]
    async fn with_a_budget() -> Result<u32, Error> {
        Err(REFUSED)
    }
    #[retry(max = 5, backoff = "none", budget = BUDGET, within = "1m")]
    #[circuit_breaker(failures = 2)]
    async fn within_a_time() -> Result<u32, Error> {
        Err(REFUSED)
    }
    #[retry(max = 5, backoff = "none", budget = BUDGET)]
    #[hedge(after = "1s")]
    #[bulkhead(max = 1)]
    #[circuit_breaker(failures = 2)]
    async fn further_down() -> Result<u32, Error> {
        Err(REFUSED)
    }

    #[timeout(secs = 2)]
    #[circuit_breaker(ABOVE)]
    #[retry(max = 1, backoff = "none")]
    #[timeout(secs = 1)]
    async fn above() -> Result<u32, Error> {
        sleep(Duration::from_millis(900)).await;
        Err(REFUSED)
    }
    assert_eq!(last_error(&below().await.unwrap_err()), Some("connection refused"));

    assert_eq!(last_error(&with_a_budget().await.unwrap_err()), Some("connection refused"));
    assert_eq!(last_error(&within_a_time().await.unwrap_err()), Some("connection refused"));
    assert_eq!(last_error(&further_down().await.unwrap_err()), Some("connection refused"));
    assert_eq!(above().await, Err(REFUSED), "the last error comes out, untouched");
    assert_eq!(last_error(&above().await.unwrap_err()), None, "this call failed with nothing before");
}

#[derive(Debug)]
struct Foreign(String);

#[expect(clippy::needless_pass_by_value, reason = "this is what the option takes")]
fn foreign(fault: Fault) -> Foreign {
    Foreign(chain(&fault).join(" < "))
}

#[tokio::test(start_paused = true)]
async fn a_foreign_error_type_is_given_the_fault_with_it() {
    #[timeout(secs = 2, fault = foreign)]
    #[retry(max = 99)]
    async fn by_path() -> Result<u32, Foreign> {
        Err(Foreign("busy".to_owned()))
    }
    #[timeout(secs = 2, fault = Foreign(fault.source().map_or(String::new(), ToString::to_string)))]
    #[retry(max = 99)]
    async fn by_expression() -> Result<u32, Foreign> {
        Err(Foreign("busy".to_owned()))
    }
    #[retry(max = 5, backoff = "none", fault = foreign)]
    #[circuit_breaker(failures = 2)]
    async fn of_a_breaker() -> Result<u32, Foreign> {
        Err(Foreign("busy".to_owned()))
    }
    assert!(by_path().await.unwrap_err().0.contains("< last error: Foreign(\"busy\") <"));
    assert_eq!(by_expression().await.unwrap_err().0, "last error: Foreign(\"busy\")");
    assert!(of_a_breaker().await.unwrap_err().0.contains("< last error: Foreign(\"busy\") <"));
}

/// A name that was taken from one fault and put into another one has nothing to say there.
#[tokio::test(start_paused = true)]
async fn a_denial_stays_one_whatever_its_name_has_seen() {
    #[retry(max = 5, backoff = "none")]
    #[circuit_breaker(failures = 1)]
    async fn call() -> Result<u32, Fault> {
        Err(Fault::Policy { tool: "call".into(), reason: "busy".to_owned() })
    }
    let Err(Fault::CircuitOpen { tool, .. }) = call().await else { panic!("it is open") };
    let denied = Fault::Denied { tool: tool.clone(), reason: "no".to_owned() };
    assert_eq!(chain(&io::Error::other(denied.clone())).len(), 2);
    assert_eq!(FaultKind::of(&io::Error::other(denied)), Some(FaultKind::Denied));
    let late = Fault::TimedOut { tool, limit: Duration::from_secs(1) };
    assert_eq!(FaultKind::of(&io::Error::other(late)), Some(FaultKind::TimedOut));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_future_is_send() {
    #[timeout(secs = 60)]
    #[retry(max = 5, backoff = "none")]
    #[hedge(after = "1s")]
    #[circuit_breaker(failures = 2)]
    #[timeout(secs = 1)]
    async fn call() -> Result<u32, Box<dyn StdError>> {
        tokio::task::yield_now().await;
        Err("busy".into())
    }
    #[retry(max = 5, backoff = "none")]
    #[circuit_breaker(failures = 2)]
    async fn right_below() -> Result<u32, Box<dyn StdError>> {
        tokio::task::yield_now().await;
        Err("busy".into())
    }
    #[retry(max = 5, backoff = "none")]
    #[hedge(after = "1s")]
    #[circuit_breaker(failures = 2)]
    async fn further_down() -> Result<u32, Box<dyn StdError>> {
        tokio::task::yield_now().await;
        Err("busy".into())
    }
    assert!(tokio::spawn(async { call().await.is_err() }).await.unwrap());
    assert!(tokio::spawn(async { right_below().await.is_err() }).await.unwrap());
    assert!(tokio::spawn(async { further_down().await.is_err() }).await.unwrap());
}

#[test]
fn nothing_is_left_of_it_and_nothing_made_for_a_retry_that_hides_nothing() {
    #[retry(max = 3, backoff = "none")]
    #[circuit_breaker(failures = 9)]
    fn kept(fails: &Cell<u32>) -> Result<u32, Error> {
        match fails.get() {
            0 => Ok(1),
            left => {
                fails.set(left - 1);
                Err(REFUSED)
            }
        }
    }
    #[retry(max = 3, backoff = "none")]
    fn plain() -> Result<u32, Error> {
        Err(REFUSED)
    }
    let measure = |call: &dyn Fn()| {
        let counted = allocation_counter::measure(call);
        (counted.count_total > 0, counted.count_current)
    };
    assert_eq!(measure(&|| assert_eq!(kept(&Cell::new(0)), Ok(1))), (false, 0), "it goes well");
    assert_eq!(measure(&|| assert_eq!(kept(&Cell::new(2)), Ok(1))), (true, 0), "it recovers");
    assert_eq!(measure(&|| assert_eq!(kept(&Cell::new(9)), Err(REFUSED))), (true, 0), "it gives up");
    assert_eq!(measure(&|| assert!(kept(&Cell::new(9)).is_err())), (true, 0), "the circuit opens");
    assert_eq!(measure(&|| assert_eq!(plain(), Err(REFUSED))), (false, 0));
}

/// Those that try again in another way than a retry, below a timeout.
mod hidden_by_a_timeout {
    use super::*;
    use reliable::{After, Before, Failure, Policy, failover, policy};

    /// Fails so often, and hangs then.
    async fn hangs_after(failures: u32, calls: &AtomicU32) -> Result<u32, Error> {
        sleep(Duration::from_millis(10)).await;
        match calls.fetch_add(1, Ordering::Relaxed) {
            0 if failures > 0 => Err(Error::Own("first")),
            call if call < failures => Err(REFUSED),
            _ => std::future::pending().await,
        }
    }

    #[timeout(secs = 2)]
    #[failover(_model in [1, 2, 3])]
    async fn failed_over(failures: u32, calls: &AtomicU32) -> Result<u32, Error> {
        hangs_after(failures, calls).await
    }

    #[timeout(secs = 2)]
    #[failover(_model in [1, 2, 3])]
    #[circuit_breaker(failures = 99)]
    #[timeout(secs = 1)]
    async fn with_a_limit_for_each(failures: u32, calls: &AtomicU32) -> Result<u32, Error> {
        hangs_after(failures, calls).await
    }

    #[timeout(secs = 2)]
    #[failover(_model in [1, 2, 3])]
    #[retry(max = 1, backoff = "none")]
    async fn with_a_retry_for_each(failures: u32, calls: &AtomicU32) -> Result<u32, Error> {
        hangs_after(failures, calls).await
    }

    #[timeout(secs = 2)]
    #[retry(max = 1, backoff = "none")]
    #[failover(_model in [1, 2, 3])]
    #[hedge(after = "1s")]
    async fn with_everything(failures: u32, calls: &AtomicU32) -> Result<u32, Error> {
        hangs_after(failures, calls).await
    }

    #[timeout(secs = 2)]
    #[hedge(after = "5ms", max = 3)]
    async fn hedged(failures: u32, calls: &AtomicU32) -> Result<u32, Error> {
        hangs_after(failures, calls).await
    }

    struct Again;

    impl Policy for Again {
        type Call = ();

        fn before(&self, _: &'static str) -> Before<()> {
            Before::Admit(())
        }

        fn after(&self, _: &'static str, (): &mut (), outcome: Result<(), &Failure<'_>>) -> After {
            if outcome.is_ok() { After::Done } else { After::Again(Duration::ZERO) }
        }
    }

    #[timeout(secs = 2)]
    #[policy(Again)]
    async fn by_a_policy(failures: u32, calls: &AtomicU32) -> Result<u32, Error> {
        hangs_after(failures, calls).await
    }

    macro_rules! hidden {
        ($call:ident, $failures:expr) => {
            last_error(&$call($failures, &AtomicU32::new(0)).await.unwrap_err()).map(str::to_owned)
        };
    }

    #[tokio::test(start_paused = true)]
    async fn it_says_what_failed_before() {
        let refused = || Some("connection refused".to_owned());
        assert_eq!(hidden!(failed_over, 0), None);
        sleep(Duration::from_secs(100)).await;
        assert_eq!(hidden!(failed_over, 1).unwrap(), "first");
        sleep(Duration::from_secs(100)).await;
        assert_eq!(hidden!(failed_over, 2), refused());
        assert_eq!(hidden!(with_a_limit_for_each, 1).unwrap(), "`with_a_limit_for_each` timed out after 1s");
        assert_eq!(hidden!(with_a_retry_for_each, 3), refused());
        assert_eq!(hidden!(with_everything, 3), refused());
        assert_eq!(hidden!(hedged, 2), refused());
        assert_eq!(hidden!(hedged, 0), None);
        assert_eq!(hidden!(by_a_policy, 7), refused());
    }
}
