//! Retries that share a budget, and calls that have a key.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reliable::{Fault, IdempotencyKey, Recorder, Retry, RetryBudget, Scope, Transient, agent, retry, timeout};

#[derive(Debug, PartialEq, thiserror::Error, Transient)]
enum Error {
    #[error("busy")]
    #[transient]
    Busy,
    #[error("bad request")]
    BadRequest,
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A client whose service answers with what it is told.
struct Client {
    budget: RetryBudget,
    calls: AtomicUsize,
}

impl Client {
    fn new(budget: RetryBudget) -> Self {
        Client { budget, calls: AtomicUsize::new(0) }
    }

    /// Fails so many times before it succeeds.
    #[retry(max = 3, backoff = "none", budget = self.budget)]
    async fn call(&self, failures: &AtomicUsize) -> Result<(), Error> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let left = failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        left.map_or(Ok(()), |_| Err(Error::Busy))
    }

    /// How often the service was called.
    async fn calls(&self, failures: usize) -> usize {
        let _ = self.call(&AtomicUsize::new(failures)).await;
        self.calls.swap(0, Ordering::Relaxed)
    }
}

const ALWAYS: usize = usize::MAX;

#[tokio::test]
async fn an_empty_budget_turns_retries_off_but_never_first_calls() {
    let client = Client::new(RetryBudget::new(5));
    assert_eq!(client.calls(ALWAYS).await, 4);
    assert_eq!(client.calls(ALWAYS).await, 3, "two retries were left");
    assert_eq!(client.calls(ALWAYS).await, 1);
    assert_eq!(client.calls(0).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_is_cancelled_in_its_pause_costs_nothing() {
    #[retry(max = 3, backoff = "fixed", base = "10s", jitter = 0, budget = budget)]
    async fn call(budget: &RetryBudget) -> Result<(), Error> {
        Err(Error::Busy)
    }
    static SHARED: RetryBudget = RetryBudget::aws();
    static POLICY: Retry = Retry::new().base(Duration::from_secs(10)).jitter(0.0).budget(&SHARED);
    #[retry(POLICY)]
    async fn by_policy() -> Result<(), Error> {
        Err(Error::Busy)
    }
    let budget = RetryBudget::new(10);
    for _ in 0..10 {
        let after = Duration::from_secs(1);
        assert!(tokio::time::timeout(after, call(&budget)).await.is_err());
        assert!(tokio::time::timeout(after, by_policy()).await.is_err());
    }
    assert_eq!((budget.tokens(), SHARED.tokens()), (10.0, 500.0));
    assert!(tokio::time::timeout(Duration::from_secs(15), call(&budget)).await.is_err());
    assert_eq!(budget.tokens().to_string(), "9", "one retry was made, and the pause of the second not ended");
    assert_eq!(call(&budget).await, Err(Error::Busy));
    assert_eq!(budget.tokens().to_string(), "6");
}

#[test]
fn on_a_plain_function_a_pause_that_ends_is_paid_for() {
    static BUDGET: RetryBudget = RetryBudget::new(10);
    #[retry(max = 2, backoff = "fixed", base = "1ms", jitter = 0, budget = BUDGET)]
    fn call() -> Result<(), Error> {
        Err(Error::Busy)
    }
    assert_eq!(call(), Err(Error::Busy));
    assert_eq!(BUDGET.tokens().to_string(), "8");
}

#[tokio::test]
async fn ten_successes_pay_for_a_retry() {
    let client = Client::new(RetryBudget::new(3));
    client.calls(ALWAYS).await;
    for _ in 0..9 {
        client.calls(0).await;
    }
    assert_eq!(client.calls(1).await, 1, "not yet");
    client.calls(0).await;
    assert_eq!(client.calls(1).await, 2, "and it succeeds");
    assert!((client.budget.tokens() - 0.1).abs() < 1e-9);
}

#[tokio::test]
async fn aws_pays_a_recovered_call_back() {
    let client = Client::new(RetryBudget::aws());
    assert_eq!(client.calls(2).await, 3);
    assert!((client.budget.tokens() - 495.0).abs() < 1e-9, "two retries, and the last one given back");
    client.calls(0).await;
    assert!((client.budget.tokens() - 496.0).abs() < 1e-9);
}

#[tokio::test(start_paused = true)]
async fn aws_takes_more_after_a_timeout() {
    static BUDGET: RetryBudget = RetryBudget::aws();
    #[retry(max = 1, budget = BUDGET)]
    #[timeout(secs = 1)]
    async fn hanging() -> Result<(), Error> {
        std::future::pending().await
    }
    hanging().await.unwrap_err();
    assert!((BUDGET.tokens() - 490.0).abs() < 1e-9);
}

#[tokio::test]
async fn grpc_counts_failures_of_first_calls_too() {
    let client = Client::new(RetryBudget::grpc());
    assert_eq!(client.calls(ALWAYS).await, 4, "10 tokens: 9, 8, 7, 6");
    assert_eq!(client.calls(ALWAYS).await, 1, "5 are too few for a retry");
    assert_eq!(client.calls(0).await, 1);
    assert_eq!(client.calls(ALWAYS).await, 1);
}

#[tokio::test]
async fn nothing_is_paid_for_a_retry_that_does_not_happen() {
    static BUDGET: RetryBudget = RetryBudget::new(10);
    #[retry(max = 0, budget = BUDGET)]
    async fn last() -> Result<(), Error> {
        Err(Error::Busy)
    }
    #[retry(budget = BUDGET)]
    async fn refused() -> Result<(), Error> {
        Err(Error::BadRequest)
    }
    #[retry(within = "1s", base = "900ms", after = Some(Duration::from_secs(2)), budget = BUDGET)]
    async fn late() -> Result<(), Error> {
        Err(Error::Busy)
    }
    last().await.unwrap_err();
    refused().await.unwrap_err();
    late().await.unwrap_err();
    assert!((BUDGET.tokens() - 10.0).abs() < 1e-9);
}

#[tokio::test]
async fn the_report_says_that_the_budget_was_empty() {
    let (client, recorder) = (Client::new(RetryBudget::new(1)), Recorder::new());
    Scope::current().recorder(&recorder).run(client.calls(ALWAYS)).await;
    let last = recorder.report().entries().last().unwrap().event.to_string();
    assert_eq!(last, "attempt 2 failed (busy); gave up: the retry budget is empty");
}

#[test]
fn a_policy_has_a_budget_of_its_own_or_takes_one() {
    static OWN: RetryBudget = RetryBudget::new(1);
    static POLICY: Retry = Retry::new().backoff(reliable::Backoff::None).budget(&OWN);

    #[retry(POLICY)]
    fn by_policy() -> Result<(), Error> {
        Err(Error::Busy)
    }
    #[retry(POLICY, budget = other)]
    fn by_option(other: &RetryBudget) -> Result<(), Error> {
        Err(Error::Busy)
    }
    let other = RetryBudget::new(2);
    by_option(&other).unwrap_err();
    assert!(other.tokens() < 1.0 && OWN.tokens() >= 1.0);
    by_policy().unwrap_err();
    assert!(OWN.tokens() < 1.0);
    assert!(POLICY == POLICY.max(2) && POLICY != Retry::new().backoff(reliable::Backoff::None));
}

#[test]
fn a_budget_may_be_shared_in_any_way() {
    #[retry(max = 1, backoff = "none", budget = budget)]
    fn by_arc(budget: &std::sync::Arc<RetryBudget>) -> Result<(), Error> {
        Err(Error::Busy)
    }
    #[retry(max = 1, backoff = "none", budget = &budgets[0])]
    fn by_expression(budgets: &[RetryBudget]) -> Result<(), Error> {
        Err(Error::Busy)
    }
    let (budget, budgets) = (std::sync::Arc::new(RetryBudget::new(1)), [RetryBudget::new(1)]);
    by_arc(&budget).unwrap_err();
    by_expression(&budgets).unwrap_err();
    assert!(budget.tokens() < 1.0 && budgets[0].tokens() < 1.0);
}

mod idempotency_key {
    use super::*;

    type Seen = Mutex<Vec<IdempotencyKey>>;

    #[retry(max = 2, backoff = "none", idempotency_key)]
    async fn pay(seen: &Seen) -> Result<(), Error> {
        send(seen, idempotency_key).await
    }

    async fn send(seen: &Seen, key: IdempotencyKey) -> Result<(), Error> {
        tokio::task::yield_now().await;
        seen.lock().unwrap().push(key);
        Err(Error::Busy)
    }

    #[tokio::test]
    async fn all_attempts_of_a_call_have_the_same_and_another_call_has_another() {
        let seen = Seen::default();
        pay(&seen).await.unwrap_err();
        pay(&seen).await.unwrap_err();
        let seen = seen.into_inner().unwrap();
        assert_eq!(seen.len(), 6);
        assert!(seen[..3].iter().all(|key| *key == seen[0]) && seen[3..].iter().all(|key| *key == seen[3]));
        assert_ne!(seen[0], seen[3]);
    }

    #[tokio::test]
    async fn a_call_in_a_call_has_its_own() {
        #[retry(max = 1, backoff = "none", idempotency_key)]
        async fn outer(outer_seen: &Seen, inner_seen: &Seen) -> Result<(), Error> {
            let inner = pay(inner_seen).await;
            outer_seen.lock().unwrap().push(idempotency_key);
            inner
        }
        let (outer_seen, inner_seen) = (Seen::default(), Seen::default());
        outer(&outer_seen, &inner_seen).await.unwrap_err();
        let (outer_seen, inner_seen) = (outer_seen.into_inner().unwrap(), inner_seen.into_inner().unwrap());
        assert_eq!(outer_seen[0], outer_seen[1]);
        assert_ne!(inner_seen[0], inner_seen[3], "two inner calls");
        assert!(!inner_seen.contains(&outer_seen[0]));
    }

    #[tokio::test]
    async fn each_step_of_an_agent_is_a_call_of_its_own() {
        #[agent(max_steps = 2)]
        #[retry(max = 1, backoff = "none", idempotency_key)]
        async fn assistant(seen: &Seen) -> Result<reliable::Step<()>, Error> {
            let mut seen = seen.lock().unwrap();
            seen.push(idempotency_key);
            if seen.len() % 2 == 1 { Err(Error::Busy) } else { Ok(reliable::Step::Next) }
        }
        let seen = Seen::default();
        assistant(&seen).await.unwrap_err();
        let seen = seen.into_inner().unwrap();
        assert_eq!((seen.len(), seen[0], seen[2]), (4, seen[1], seen[3]));
        assert_ne!(seen[0], seen[2]);
    }

    #[test]
    fn a_plain_function_has_one_too_and_a_thread_may_have_it() {
        #[retry(max = 1, backoff = "none", idempotency_key)]
        fn in_a_thread(seen: &Seen) -> Result<(), Error> {
            std::thread::scope(|scope| scope.spawn(|| seen.lock().unwrap().push(idempotency_key)).join().unwrap());
            Err(Error::Busy)
        }
        let seen = Seen::default();
        in_a_thread(&seen).unwrap_err();
        let seen = seen.into_inner().unwrap();
        assert_eq!(seen[0], seen[1]);
    }

    #[tokio::test]
    async fn the_future_can_be_spawned() {
        let seen = std::sync::Arc::new(Seen::default());
        tokio::spawn(async move { pay(&seen).await }).await.unwrap().unwrap_err();
    }
}
