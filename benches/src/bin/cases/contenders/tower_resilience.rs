//! tower-resilience: its layers around a service, which is used as tower's own are.

use std::hint::black_box;
use std::time::Duration;

use tower::{Layer, ServiceBuilder, service_fn};
use tower_resilience::bulkhead::BulkheadLayer;
use tower_resilience::circuitbreaker::{CircuitBreakerError, CircuitBreakerLayer};
use tower_resilience::fallback::FallbackLayer;
use tower_resilience::ratelimiter::RateLimiterLayer;
use tower_resilience::retry::RetryLayer;
use tower_resilience::timelimiter::{FixedTimeout, TimeLimiterError, TimeLimiterLayer};

use super::tower::add_service;
use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, consuming_tool, large_tool, reading_tool, text, tool, waiting_tool};

pub fn add_to(rows: &mut Rows) {
    let n = || black_box(1);
    let reading = async |text: String| reading_tool::<Error>(&text).await;
    add_service(rows, Case::Retry, retry(is_busy).layer(service_fn(tool::<Error>)), n);
    add_service(rows, Case::Borrowed, retry(is_busy).layer(service_fn(reading)), text);
    add_service(rows, Case::Cloned, retry(is_busy).layer(service_fn(consuming_tool::<Error>)), text);
    add_service(rows, Case::RetryLarge, retry(is_busy).layer(service_fn(large_tool::<Error>)), n);
    add_service(rows, Case::TimeoutReady, timeout().layer(service_fn(tool::<Error>)), n);
    add_service(rows, Case::TimeoutPending, timeout().layer(service_fn(waiting_tool::<Error>)), n);
    add_service(rows, Case::TimeoutLarge, timeout().layer(service_fn(large_tool::<Error>)), n);
    add_service(rows, Case::CircuitBreaker, breaker().layer(service_fn(tool::<Error>)), n);
    add_service(rows, Case::Bulkhead, bulkhead().layer(service_fn(tool::<Error>)), n);
    add_service(rows, Case::RateLimit, rate_limit().layer(service_fn(tool::<Error>)), n);
    add_service(rows, Case::Fallback, fallback().layer(service_fn(tool::<Error>)), n);
    let stack = ServiceBuilder::new().layer(retry(is_transient)).layer(breaker()).layer(timeout());
    add_service(rows, Case::Stack, stack.service_fn(tool::<Error>), n);
}

fn retry<A, T, E: 'static>(when: fn(&E) -> bool) -> RetryLayer<A, T, E> {
    RetryLayer::builder().max_attempts(4).exponential_backoff(Duration::from_millis(500)).retry_on(when).build()
}

fn is_busy(error: &Error) -> bool {
    matches!(error, Error::Busy)
}

fn is_transient(error: &CircuitBreakerError<TimeLimiterError<Error>>) -> bool {
    use TimeLimiterError::{Inner, Timeout};
    matches!(error, CircuitBreakerError::Inner(Timeout | Inner(Error::Busy)))
}

fn timeout() -> TimeLimiterLayer<FixedTimeout> {
    TimeLimiterLayer::builder().timeout_duration(Duration::from_secs(2)).build()
}

fn breaker() -> CircuitBreakerLayer {
    let breaker = CircuitBreakerLayer::builder().consecutive_failures(5);
    breaker.wait_duration_in_open(Duration::from_secs(30)).build().expect("five failures are some")
}

fn bulkhead() -> BulkheadLayer {
    BulkheadLayer::builder().max_concurrent_calls(16).build().expect("sixteen places are some")
}

/// The bucket holds as many calls as a second brings, and none beyond.
fn rate_limit() -> RateLimiterLayer {
    RateLimiterLayer::burst(1_000_000, 0).build().expect("a million calls are some")
}

fn fallback() -> FallbackLayer<u64, u64, Error> {
    FallbackLayer::builder().service(tool::<Error>).handle(is_busy).build()
}
