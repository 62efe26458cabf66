//! `attempt`: the body finds its number.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unused_async,
    clippy::unnecessary_wraps,
    reason = "about the little functions themselves"
)]

use std::cell::RefCell;
use std::future::pending;
use std::time::Duration;

use reliable::{Fault, RetryBudget, circuit_breaker, failover, hedge, retry, timeout};
use tokio::time::Instant;

#[derive(Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("busy at {0}")]
    Busy(u32),
    #[error(transparent)]
    Fault(#[from] Fault),
}

async fn never() -> Result<u32, Error> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn it_counts_from_one() {
    #[retry(max = 3, attempt)]
    async fn call(seen: &RefCell<Vec<u32>>) -> Result<u32, Error> {
        seen.borrow_mut().push(attempt);
        if attempt < 3 { Err(Error::Busy(attempt)) } else { Ok(attempt) }
    }
    for _ in 0..2 {
        let seen = RefCell::default();
        assert_eq!(call(&seen).await, Ok(3));
        assert_eq!(seen.take(), [1, 2, 3], "each call begins anew");
    }
}

#[test]
fn in_a_plain_function_and_a_method_and_with_clones() {
    struct Client(u32);
    impl Client {
        #[retry(max = 9, backoff = "none", attempt, clone(words))]
        fn call(&self, mut_words: &RefCell<Vec<String>>, words: String) -> Result<String, Error> {
            mut_words.borrow_mut().push(format!("{words}{attempt}"));
            if attempt < self.0 { Err(Error::Busy(attempt)) } else { Ok(words + &attempt.to_string()) }
        }
    }
    let seen = RefCell::default();
    assert_eq!(Client(3).call(&seen, "try ".to_owned()), Ok("try 3".to_owned()));
    assert_eq!(seen.take(), ["try 1", "try 2", "try 3"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_below_is_made_of_it() {
    #[retry(max = 2, backoff = "none", attempt)]
    #[timeout(limit * attempt)]
    async fn longer_each_time(limit: Duration) -> Result<u32, Error> {
        never().await
    }
    #[retry(max = 2, backoff = "none", attempt)]
    #[hedge(after = limit * attempt)]
    #[timeout(secs = u64::from(attempt))]
    async fn of_two(limit: Duration) -> Result<u32, Error> {
        never().await
    }
    #[failover(factor in [1, 10])]
    #[retry(max = 1, backoff = "none", attempt)]
    #[timeout(limit * attempt * *factor)]
    async fn of_a_candidate_too(limit: Duration) -> Result<u32, Error> {
        never().await
    }
    let started = Instant::now();
    let second = Duration::from_secs(1);
    assert_eq!(
        longer_each_time(second).await,
        Err(Error::Fault(Fault::TimedOut { tool: "longer_each_time".into(), limit: second * 3 }))
    );
    assert_eq!(started.elapsed(), second * 6);
    assert!(of_two(second * 9).await.is_err());
    assert_eq!(started.elapsed(), second * 12);
    assert!(of_a_candidate_too(second).await.is_err());
    assert_eq!(started.elapsed(), second * 45);
}

#[tokio::test(start_paused = true)]
async fn its_own_options_see_it() {
    #[retry(max = 9, backoff = "none", attempt, when = attempt < 2 && *error == Error::Busy(attempt))]
    async fn when(calls: &RefCell<u32>) -> Result<u32, Error> {
        *calls.borrow_mut() += 1;
        Err(Error::Busy(attempt))
    }
    #[retry(max = 9, backoff = "none", attempt, when_ok = *value < attempt * 10)]
    async fn when_ok() -> Result<u32, Error> {
        Ok(attempt * attempt * 5)
    }
    let calls = RefCell::new(0);
    assert_eq!(when(&calls).await, Err(Error::Busy(2)));
    assert_eq!(calls.take(), 2);
    assert_eq!(when_ok().await, Ok(20));
}

#[tokio::test(start_paused = true)]
async fn beside_all_other_options_of_a_retry() {
    static BUDGET: RetryBudget = RetryBudget::new(9);
    #[timeout(secs = 60)]
    #[retry(max = 9, backoff = "none", budget = BUDGET, within = "1m", idempotency_key, attempt)]
    #[circuit_breaker(failures = 9)]
    #[timeout(secs = 1)]
    async fn within() -> Result<(u32, bool), Error> {
        if attempt < 3 { Err(Error::Busy(attempt)) } else { Ok((attempt, idempotency_key.to_string().is_empty())) }
    }
    #[retry(max = 9, backoff = "none", budget = BUDGET, attempt)]
    #[circuit_breaker(failures = 9)]
    fn next() -> Result<u32, Error> {
        if attempt < 3 { Err(Error::Busy(attempt)) } else { Ok(attempt) }
    }
    assert_eq!(within().await, Ok((3, false)));
    assert_eq!(next(), Ok(3));
}

/// The name is the user's own, wherever it is written.
#[test]
fn a_macro_has_a_name_of_its_own() {
    macro_rules! call {
        ($name:ident, $attempt:ident) => {
            #[retry(max = 1, backoff = "none", $attempt)]
            fn $name(attempts: u32) -> Result<(u32, u32), Error> {
                if $attempt < attempts { Err(Error::Busy($attempt)) } else { Ok(($attempt, attempts)) }
            }
        };
    }
    call!(call, attempt);
    assert_eq!(call(2), Ok((2, 2)));
}
