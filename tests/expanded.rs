//! The expansions in `tests/expand/`, as text, compiled as ordinary code beside the functions that they came from: what
//! `cargo expand` shows is a program that a person could have written.

#![allow(dead_code, unreachable_pub, unused_braces, unused_imports, unused_parens, clippy::all, clippy::pedantic)]

use std::pin::Pin;
use std::time::Duration;

use reliable::{Before, CircuitBreaker, Fault, IdempotencyKey, Keyed, Policy, Retry, RetryBudget, Step};

#[derive(Debug, PartialEq)]
pub struct Forecast(String);

impl Forecast {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn guess(city: &str, error: WeatherError) -> Result<Forecast, WeatherError> {
        Ok(Forecast(format!("{city}: {error}")))
    }

    fn tokens(&self) -> u32 {
        self.0.len() as u32
    }
}

fn most_tokens(city: &str) -> u32 {
    city.len() as u32 + 1000
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum WeatherError {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl WeatherError {
    fn is_busy(&self) -> bool {
        matches!(self, WeatherError::Busy)
    }

    fn is_theirs(&self) -> bool {
        self.is_busy()
    }

    fn retry_after(&self) -> Option<Duration> {
        self.is_busy().then_some(Duration::from_secs(2))
    }
}

async fn fetch(city: &str) -> Result<Forecast, WeatherError> {
    if city.is_empty() { Err(WeatherError::Busy) } else { Ok(Forecast(city.to_owned())) }
}

static STATIONS: [&str; 2] = ["sea", "hill"];

async fn fetch_from(station: &str, city: &str) -> Result<Forecast, WeatherError> {
    if station == "sea" { Ok(Forecast(String::new())) } else { fetch(city).await }
}

async fn fetch_owned(city: String) -> Result<Forecast, WeatherError> {
    fetch(&city).await
}

async fn nearest(city: &str) -> Result<&str, WeatherError> {
    Ok(city)
}

async fn offline_forecast(_: &str) -> Result<Forecast, WeatherError> {
    Ok(Forecast("unknown".to_owned()))
}

static POLICY: Retry = Retry::new();
static BREAKERS: Keyed<CircuitBreaker> = Keyed::new(CircuitBreaker::new);
static BUDGET: RetryBudget = RetryBudget::new(10);
static THROTTLE: Open = Open;

struct Open;

impl Policy for Open {
    type Call = ();

    fn before(&self, _: &'static str) -> Before<()> {
        Before::Admit(())
    }
}

pub type ModelError = WeatherError;
pub type Answer = Forecast;

#[derive(Hash)]
pub struct Model {
    name: &'static str,
    retries: u32,
}

static MODELS: [Model; 2] = [Model { name: "large", retries: 1 }, Model { name: "small", retries: 0 }];

impl Model {
    async fn complete(&self, prompt: &str) -> Result<Answer, ModelError> {
        if self.name == prompt { Err(WeatherError::Busy) } else { Ok(Forecast(format!("{}: {prompt}", self.name))) }
    }
}

pub type MailError = WeatherError;
pub type AgentError = WeatherError;

#[derive(Debug, PartialEq)]
pub struct Receipt(&'static str);

impl Receipt {
    fn queued() -> Receipt {
        Receipt("queued")
    }
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Booking(String);

#[derive(Debug, PartialEq, thiserror::Error, serde::Serialize, serde::Deserialize)]
pub enum TripError {
    #[error("{0}")]
    Told(String),
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl TripError {
    fn told(words: String) -> TripError {
        TripError::Told(words)
    }
}

async fn reserve(city: &str) -> Result<Booking, TripError> {
    if city.is_empty() { Err(TripError::Told("full".to_owned())) } else { Ok(Booking(city.to_owned())) }
}

async fn no_booking(_: &str) -> Result<Booking, TripError> {
    Ok(Booking("none".to_owned()))
}

async fn charge(city: &str, _: &str, _: IdempotencyKey) -> Result<Booking, TripError> {
    reserve(city).await
}

async fn deliver(_: &str, _: &str) -> Result<Receipt, MailError> {
    Ok(Receipt("sent"))
}

#[derive(Default)]
pub struct Chat(u32);

enum Reply {
    Answer(String),
    UseTool(u32),
}

impl Reply {
    fn into_step(self) -> Step<String> {
        match self {
            Reply::Answer(answer) => Step::Done(answer),
            Reply::UseTool(_) => Step::Next,
        }
    }
}

impl Chat {
    async fn ask_model(&mut self) -> Result<Reply, AgentError> {
        self.0 += 1;
        Ok(if self.0 > 100 { Reply::Answer("done".to_owned()) } else { Reply::UseTool(self.0) })
    }

    async fn use_tool(&mut self, n: u32) -> Result<(), AgentError> {
        self.0 += n;
        Ok(())
    }
}

async fn apologise(_: &mut Chat) -> Result<String, AgentError> {
    Ok("sorry".to_owned())
}

macro_rules! both {
    ($($case:ident)*) => {$(
        mod $case {
            pub mod annotated {
                #[allow(unused_imports)]
                use {crate::*, reliable::{agent, bulkhead, call_limit, chaos, circuit_breaker, durable, failover, fallback, hedge, policy, rate_limit, requires_approval, retry, timeout}};
                include!(concat!("expand/", stringify!($case), ".rs"));
            }
            pub mod expanded {
                #[allow(unused_imports)]
                use crate::*;
                include!(concat!("expand/", stringify!($case), ".expanded.rs"));
            }
        }
    )*};
}

both! {
    agent boxed bulkhead bulkhead_options call_limit circuit_breaker circuit_breaker_key circuit_breaker_shared circuit_breaker_slow failover failover_options fallback fallback_expression hedge hedge_options requires_approval requires_approval_guarded requires_approval_options requires_approval_remember retry retry_attempt retry_budget retry_options retry_plain retry_when_ok
    policy policy_plain rate_limit rate_limit_options retry_policy retry_question_mark stack stack_agent stack_approval timeout timeout_deadline when_ok rate_limit_cost
}

#[cfg(feature = "chaos")]
both! {
    chaos chaos_plain
}

#[cfg(feature = "durable")]
both! {
    durable durable_options durable_plain stack_durable
}

/// A type for the methods, in each of the two modules.
macro_rules! weather {
    () => {
        pub struct Weather {
            limit: Duration,
            retries: u32,
            calls: u32,
        }

        impl Weather {
            async fn stale(&mut self, _: &str) -> Result<Forecast, WeatherError> {
                Ok(Forecast(format!("stale after {} calls", self.calls)))
            }
        }

        pub async fn stale_forecast() -> Result<Forecast, WeatherError> {
            Weather { limit: Duration::from_secs(1), retries: 2, calls: 0 }.forecast("").await
        }
    };
}

mod stack_method {
    pub mod annotated {
        use crate::*;
        use reliable::{fallback, retry, timeout};
        weather!();
        include!("expand/stack_method.rs");
    }
    pub mod expanded {
        use crate::*;
        weather!();
        include!("expand/stack_method.expanded.rs");
    }
}

#[tokio::test(start_paused = true)]
async fn the_text_does_what_the_attributes_do() {
    assert_eq!(retry::annotated::forecast("").await, retry::expanded::forecast("").await);
    assert_eq!(stack::annotated::forecast("").await, stack::expanded::forecast("").await);
    for prompt in ["large", "small", "hi"] {
        assert_eq!(failover::annotated::ask(prompt).await, failover::expanded::ask(prompt).await);
    }
    for city in ["", "Oslo"] {
        assert_eq!(when_ok::annotated::forecast(city).await, when_ok::expanded::forecast(city).await);
    }
    assert_eq!(fallback_expression::annotated::forecast("").await, fallback_expression::expanded::forecast("").await);
    assert_eq!(
        agent::annotated::assistant(&mut Chat::default()).await,
        agent::expanded::assistant(&mut Chat::default()).await
    );
    assert_eq!(
        stack_agent::annotated::assistant(&mut Chat::default()).await,
        stack_agent::expanded::assistant(&mut Chat::default()).await
    );
    assert_eq!(
        stack_approval::annotated::send_email("a", "b").await,
        stack_approval::expanded::send_email("a", "b").await
    );
    assert_eq!(stack_method::annotated::stale_forecast().await, stack_method::expanded::stale_forecast().await);
}

#[cfg(feature = "durable")]
#[tokio::test(start_paused = true)]
async fn the_text_of_a_recorded_call_does_what_the_attribute_does() {
    let memory = reliable::durable::Memory::new();
    for city in ["", "Oslo"] {
        let (annotated, expanded) = (durable::annotated::book(city).await, durable::expanded::book(city).await);
        assert_eq!(annotated, expanded);
        assert_eq!(memory.run(format!("annotated {city}"), durable::annotated::book(city)).await, Ok(annotated));
        assert_eq!(memory.run(format!("expanded {city}"), durable::expanded::book(city)).await, Ok(expanded));
        let options =
            (durable_options::annotated::pay(city, "4711").await, durable_options::expanded::pay(city, "4711").await);
        assert_eq!(options.0, options.1);
    }
}
