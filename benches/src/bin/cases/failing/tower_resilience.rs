//! tower-resilience: its layers around a service that fails. Its retry makes a timer also for a pause of no length, and is
//! left out.

use std::hint::black_box;
use std::time::Duration;

use tower::{Layer, service_fn};
use tower_resilience::circuitbreaker::CircuitBreakerLayer;
use tower_resilience::fallback::FallbackLayer;
use tower_resilience::ratelimiter::RateLimiterLayer;
use tower_resilience::timelimiter::TimeLimiterLayer;

use super::LONG;
use crate::case::Case;
use crate::failing::add_service;
use crate::row::Rows;
use crate::tool::{Error, dead_tool, hanging_tool, tool};

const SHORT: Duration = Duration::from_millis(1);

pub fn add_to(rows: &mut Rows) {
    let n = || black_box(1);
    add_service(rows, Case::Open, breaker().layer(service_fn(dead_tool::<Error>)), n);
    add_service(rows, Case::Exhausted, rate_limit().layer(service_fn(tool::<Error>)), n);
    let timeout = TimeLimiterLayer::builder().timeout_duration(SHORT).build();
    add_service(rows, Case::TimedOut, timeout.layer(service_fn(hanging_tool::<Error>)), n);
    add_service(rows, Case::Answered, fallback().layer(service_fn(dead_tool::<Error>)), n);
}

fn breaker() -> CircuitBreakerLayer {
    let breaker = CircuitBreakerLayer::builder().consecutive_failures(5);
    breaker.wait_duration_in_open(LONG).build().expect("five failures are some")
}

fn rate_limit() -> RateLimiterLayer {
    let limit = RateLimiterLayer::builder().limit_for_period(1).refresh_period(LONG).timeout_duration(Duration::ZERO);
    limit.build().expect("one call is some")
}

fn fallback() -> FallbackLayer<u64, u64, Error> {
    FallbackLayer::builder().service(tool::<Error>).handle(|error| matches!(error, Error::Busy)).build()
}
