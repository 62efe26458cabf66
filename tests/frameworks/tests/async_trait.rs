//! `#[async_trait]`, which makes a boxed future of each method before our attributes see it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use reliable::approver::Scripted;
use reliable::{
    Decision, Fault, Scope, Step, agent, circuit_breaker, fallback, rate_limit, requires_approval, retry, timeout,
};

#[derive(Debug, PartialEq, thiserror::Error)]
enum ToolError {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[derive(Debug, Clone)]
struct Order {
    city: String,
    days: u32,
}

#[async_trait]
trait Tool: Send + Sync {
    async fn forecast(&self, city: String) -> Result<String, ToolError>;
    async fn taken_apart(&self, order: Order) -> Result<String, ToolError>;
    async fn consumed(&self, city: String) -> Result<String, ToolError>;
    async fn hanging(&self, city: &str) -> Result<String, ToolError>;
    async fn refund(&mut self, amount: u32, card: String) -> Result<u32, ToolError>;
    async fn generic<T: Clone + Send + Sync>(&self, values: &[T]) -> Result<Vec<T>, ToolError>
    where
        Self: Sized;
    async fn assistant(&self, steps: &mut Vec<u32>) -> Result<u32, ToolError>;

    /// A method that the trait itself has a body for.
    #[fallback(Ok("nobody knows".to_owned()))]
    #[retry(max = 1)]
    async fn by_default(&self) -> Result<String, ToolError> {
        self.forecast("Oslo".to_owned()).await
    }
}

/// Fails so many times.
struct Service {
    failures: u32,
    calls: AtomicU32,
    limit: Duration,
}

impl Service {
    fn new(failures: u32) -> Service {
        Service { failures, calls: AtomicU32::new(0), limit: Duration::from_secs(2) }
    }

    async fn answer(&self, city: &str) -> Result<String, ToolError> {
        let before = self.calls.fetch_add(1, Ordering::Relaxed);
        if before < self.failures { Err(ToolError::Busy) } else { Ok(format!("sunny in {city}")) }
    }
}

#[async_trait]
impl Tool for Service {
    #[retry(max = 3)]
    #[circuit_breaker(failures = 1000)] // one for all tests
    #[timeout(self.limit)]
    async fn forecast(&self, city: String) -> Result<String, ToolError> {
        let answer = self.answer(&city).await?;
        Ok(answer)
    }

    #[retry(max = 3)]
    async fn taken_apart(&self, Order { city, days }: Order) -> Result<String, ToolError> {
        Ok(format!("{} for {days} days", self.answer(&city).await?))
    }

    #[retry(max = 3, clone(city))]
    async fn consumed(&self, city: String) -> Result<String, ToolError> {
        let moved = city;
        self.answer(&moved).await
    }

    #[fallback(Self::offline)]
    #[timeout(self.limit)]
    async fn hanging(&self, city: &str) -> Result<String, ToolError> {
        let () = std::future::pending().await;
        self.answer(city).await
    }

    #[requires_approval(when = amount > 10, redact(card))]
    async fn refund(&mut self, amount: u32, card: String) -> Result<u32, ToolError> {
        self.failures += 1;
        Ok(amount + u32::try_from(card.len()).unwrap())
    }

    #[retry(max = 3)]
    async fn generic<T: Clone + Send + Sync>(&self, values: &[T]) -> Result<Vec<T>, ToolError> {
        self.answer("").await.map(|_| values.to_vec())
    }

    #[timeout(secs = 10)]
    #[agent(max_steps = 3)]
    async fn assistant(&self, steps: &mut Vec<u32>) -> Result<Step<u32>, ToolError> {
        let answer = self.answer("Oslo").await?;
        steps.push(u32::try_from(answer.len()).unwrap());
        Ok(if steps.len() == 3 { Step::Done(3) } else { Step::Next })
    }
}

impl Service {
    async fn offline(&self, city: &str) -> Result<String, ToolError> {
        Ok(format!("perhaps rain in {city}"))
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_under_a_trait_object() {
    let service = Arc::new(Service::new(2));
    let tool: Arc<dyn Tool> = service.clone();
    let answer = tokio::spawn(async move { tool.forecast("Oslo".to_owned()).await });
    assert_eq!(answer.await.unwrap().unwrap(), "sunny in Oslo");
    assert_eq!(service.calls.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn parameters_of_every_kind() {
    let order = Order { city: "Oslo".to_owned(), days: 3 };
    assert_eq!(Service::new(2).taken_apart(order).await.unwrap(), "sunny in Oslo for 3 days");
    assert_eq!(Service::new(2).consumed("Oslo".to_owned()).await.unwrap(), "sunny in Oslo");
    assert_eq!(Service::new(2).generic(&[1, 2]).await.unwrap(), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_and_a_fallback() {
    let begun = tokio::time::Instant::now();
    assert_eq!(Service::new(0).hanging("Oslo").await.unwrap(), "perhaps rain in Oslo");
    assert_eq!(begun.elapsed(), Duration::from_secs(2));
    assert_eq!(Service::new(9).by_default().await.unwrap(), "nobody knows");
}

#[tokio::test]
async fn an_approval_shows_the_arguments_and_runs_after_a_yes() {
    let mut service = Service::new(0);
    assert_eq!(service.refund(1, "1234".to_owned()).await, Ok(5), "not worth a question");
    let refused = service.refund(60, "1234".to_owned()).await.unwrap_err();
    assert_eq!(refused.to_string(), "`refund` was denied: no approver is installed");
    assert_eq!(service.failures, 1, "the body did not run");

    let ana = Scripted::new([Decision::approve()]);
    let refund = service.refund(60, "1234".to_owned());
    assert_eq!(Scope::current().approver(ana.clone()).run(refund).await, Ok(64));
    assert_eq!(ana.requests()[0].to_string(), "refund(amount = 60, card = <redacted>)");
}

#[tokio::test]
async fn an_agent_whose_callers_see_the_answer() {
    let agent: &dyn Tool = &Service::new(0);
    assert_eq!(agent.assistant(&mut Vec::new()).await, Ok(3));
    assert_eq!(Service::new(1).assistant(&mut Vec::new()).await, Err(ToolError::Busy));
}

/// What the settings say of `self` is said of what the future has taken.
#[async_trait]
trait Counter {
    async fn limited(&mut self) -> Result<u32, ToolError>;
    async fn retried(&mut self, by: u32) -> Result<u32, ToolError>;
    async fn paced(&mut self) -> Result<u32, ToolError>;
    async fn last_resort(&mut self, by: u32) -> Result<u32, ToolError>;
    async fn given_away(self) -> Result<u32, ToolError>;
}

#[derive(Clone)]
struct Count {
    limit: Duration,
    most: u32,
    now: u32,
}

impl Count {
    async fn least(&mut self, by: u32) -> Result<u32, ToolError> {
        Ok(self.now + by)
    }

    async fn spent(self) -> Result<u32, ToolError> {
        if self.now < self.most { Err(ToolError::Busy) } else { Ok(self.now) }
    }
}

#[async_trait]
impl Counter for Count {
    #[timeout(self.limit, name = format!("count to {}", self.most))]
    async fn limited(&mut self) -> Result<u32, ToolError> {
        self.now += 1;
        std::future::pending().await
    }

    #[retry(max = self.most, when_ok = *value < self.most, backoff = "none")]
    async fn retried(&mut self, by: u32) -> Result<u32, ToolError> {
        self.now += by;
        Ok(self.now)
    }

    #[rate_limit(per_second = 10, cost = self.most)]
    async fn paced(&mut self) -> Result<u32, ToolError> {
        self.now += 1;
        Ok(self.now)
    }

    #[fallback(Self::least)]
    async fn last_resort(&mut self, by: u32) -> Result<u32, ToolError> {
        self.now += by;
        Err(ToolError::Busy)
    }

    #[retry(max = self.most, backoff = "none", clone)]
    async fn given_away(self) -> Result<u32, ToolError> {
        self.spent().await
    }
}

#[tokio::test(start_paused = true)]
async fn settings_of_a_receiver_that_the_future_takes() {
    let mut count = Count { limit: Duration::from_secs(2), most: 3, now: 0 };
    assert_eq!(count.limited().await.unwrap_err().to_string(), "`count to 3` timed out after 2s");
    assert_eq!(count.retried(1).await, Ok(3));
    assert_eq!(count.paced().await, Ok(4));
    assert_eq!(count.last_resort(2).await, Ok(8), "6 and 2");
    assert_eq!(count.given_away().await, Ok(6));
}
