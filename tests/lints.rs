//! Lints that some deny, and that a user could not satisfy: what is generated is silent under them. Whether it is says
//! `cargo clippy`; what is here only has to be built.

#![deny(clippy::implicit_return)]
#![allow(
    clippy::needless_return,
    clippy::unused_async,
    clippy::unnecessary_wraps,
    dead_code,
    reason = "about the little functions"
)]

use std::pin::Pin;

use reliable::{
    After, Before, Failure, Fault, Policy, Step, agent, bulkhead, call_limit, chaos, circuit_breaker, failover,
    fallback, hedge, policy, rate_limit, requires_approval, retry, timeout,
};

async fn fetch(city: &str) -> Result<String, Fault> {
    return Ok(String::from(city));
}
fn read(city: &str) -> Result<String, Fault> {
    return Ok(String::from(city));
}
async fn offline(city: &str) -> Result<String, Fault> {
    return Ok(String::from(city));
}
fn offline_plain(city: &str) -> Result<String, Fault> {
    return Ok(String::from(city));
}

#[retry(max = 3)]
async fn retry_tail(city: &str) -> Result<String, Fault> {
    return fetch(city).await;
}
#[retry(max = 3)]
async fn retry_question(city: &str) -> Result<String, Fault> {
    let text = fetch(city).await?;
    return Ok(text);
}
#[retry(max = 3)]
fn retry_plain(city: &str) -> Result<String, Fault> {
    let text = read(city)?;
    return Ok(text);
}
#[retry(max = 3)]
fn retry_plain_return(city: &str) -> Result<String, Fault> {
    return read(city);
}
#[timeout(ms = 20)]
async fn timeout_tail(city: &str) -> Result<String, Fault> {
    return fetch(city).await;
}
#[timeout(ms = 20)]
async fn timeout_question(city: &str) -> Result<String, Fault> {
    let text = fetch(city).await?;
    return Ok(text);
}
#[fallback(offline)]
async fn fallback_path(city: &str) -> Result<String, Fault> {
    let text = fetch(city).await?;
    return Ok(text);
}
#[fallback(offline_plain)]
fn fallback_plain(city: &str) -> Result<String, Fault> {
    let text = read(city)?;
    return Ok(text);
}
#[fallback(Err(error))]
async fn fallback_error(city: &str) -> Result<String, Fault> {
    let text = fetch(city).await?;
    return Ok(text);
}
#[fallback(Ok(String::new()))]
async fn fallback_value(city: &str) -> Result<String, Fault> {
    let text = fetch(city).await?;
    return Ok(text);
}
#[requires_approval]
async fn approval(city: &str) -> Result<String, Fault> {
    let text = fetch(city).await?;
    return Ok(text);
}
#[requires_approval(when = city.len() > 3, reason = "because", within = "1m", redact(city))]
async fn approval_when(city: &str) -> Result<String, Fault> {
    return fetch(city).await;
}
#[requires_approval(when = city.len() > 3, edit(city, count, note))]
async fn approval_edit(city: &str, count: u32, mut note: String) -> Result<String, Fault> {
    note.push_str(city);
    let text = fetch(&note.repeat(count as usize)).await?;
    return Ok(text);
}
#[requires_approval(edit(from, to))]
async fn approval_edit_tail((from, to): (String, &str)) -> Result<String, Fault> {
    return fetch(&[&*from, to].concat()).await;
}
#[circuit_breaker(failures = 3)]
async fn breaker(city: &str) -> Result<String, Fault> {
    let text = fetch(city).await?;
    return Ok(text);
}
#[circuit_breaker(failures = 3, key = city)]
fn breaker_plain(city: &str) -> Result<String, Fault> {
    let text = read(city)?;
    return Ok(text);
}
#[rate_limit(per_second = 3)]
async fn limited(city: &str) -> Result<String, Fault> {
    let text = fetch(city).await?;
    return Ok(text);
}
#[rate_limit(per_second = 3)]
fn limited_plain(city: &str) -> Result<String, Fault> {
    return read(city);
}
#[bulkhead(max = 3)]
async fn bulkheaded(city: &str) -> Result<String, Fault> {
    let text = fetch(city).await?;
    return Ok(text);
}
#[bulkhead(max = 3)]
fn bulkheaded_plain(city: &str) -> Result<String, Fault> {
    return read(city);
}
#[hedge(after = "20ms")]
async fn hedged(city: &str) -> Result<String, Fault> {
    let text = fetch(city).await?;
    return Ok(text);
}
#[failover(model in ["large", "small"])]
async fn failing_over(city: &str) -> Result<String, Fault> {
    let text = fetch(&format!("{city} {model}")).await?;
    return Ok(text);
}
#[failover(model in MODELS, cooldown = "20ms", key = model.name(), when = true)]
#[timeout(ms = model.ms)]
async fn failing_over_by_key(city: &str) -> Result<String, Fault> {
    let text = fetch(&format!("{city} {}", model.name())).await?;
    return Ok(text);
}
struct Model {
    ms: u64,
}
impl Model {
    fn name(&self) -> String {
        return format!("{}", self.ms);
    }
}
static MODELS: [Model; 2] = [Model { ms: 20 }, Model { ms: 30 }];
#[call_limit(max = 3)]
async fn counted(city: &str) -> Result<String, Fault> {
    let text = fetch(city).await?;
    return Ok(text);
}
#[call_limit(max = 3)]
fn counted_plain(city: &str) -> Result<String, Fault> {
    return read(city);
}
#[chaos]
async fn chaotic(city: &str) -> Result<String, Fault> {
    let text = fetch(city).await?;
    return Ok(text);
}
#[chaos]
fn chaotic_plain(city: &str) -> Result<String, Fault> {
    return read(city);
}
#[agent(max_steps = 3)]
async fn agentic(city: &str) -> Result<Step<String>, Fault> {
    let text = fetch(city).await?;
    return Ok(Step::Done(text));
}
#[fallback(offline)]
#[requires_approval]
#[retry(max = 3, clone)]
#[circuit_breaker(failures = 3)]
#[timeout(ms = 20)]
async fn stack(city: &str) -> Result<String, Fault> {
    let text = fetch(city).await?;
    return Ok(text);
}
#[retry(max = 3, clone)]
async fn cloned(city: String) -> Result<String, Fault> {
    let text = fetch(&city).await?;
    drop(city);
    return Ok(text);
}
#[retry(max = 3, idempotency_key, when = true)]
async fn keyed(city: &str) -> Result<String, Fault> {
    let text = fetch(city).await?;
    _ = idempotency_key;
    return Ok(text);
}
#[retry(max = 3)]
fn boxed(city: &str) -> Pin<Box<dyn Future<Output = Result<String, Fault>> + Send + '_>> {
    return Box::pin(async move {
        let text = fetch(city).await?;
        return Ok(text);
    });
}
#[retry(max = 3)]
fn boxed_odd(city: &str) -> Pin<Box<dyn Future<Output = Result<String, Fault>> + Send + '_>> {
    let loud = city.to_uppercase();
    return Box::pin(async move {
        let text = fetch(&loud).await?;
        return Ok(text);
    });
}
struct Service;
impl Service {
    #[retry(max = 3)]
    #[timeout(ms = 20)]
    async fn method(&self, city: &str) -> Result<String, Fault> {
        let text = fetch(city).await?;
        return Ok(text);
    }
    #[requires_approval]
    async fn asked(&self, city: &str) -> Result<String, Fault> {
        let text = fetch(city).await?;
        return Ok(text);
    }
}

struct Own;

impl Policy for Own {
    type Call = ();

    fn before(&self, _: &'static str) -> Before<()> {
        return Before::Admit(());
    }

    fn after(&self, _: &'static str, (): &mut (), _: Result<(), &Failure<'_>>) -> After {
        return After::Done;
    }
}

#[policy(Own)]
async fn own_policy(city: &str) -> Result<String, Fault> {
    return fetch(city).await;
}

#[test]
fn they_are_built() {}
