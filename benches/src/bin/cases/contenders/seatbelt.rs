//! seatbelt: its layers around a service, which calls borrow.

use std::hint::black_box;
use std::time::Duration;

use layered::{Execute, Service, Stack};
use seatbelt::breaker::{Breaker, BreakerLayer};
use seatbelt::fallback::{Fallback, FallbackLayer};
use seatbelt::retry::{Retry, RetryLayer};
use seatbelt::timeout::{Timeout, TimeoutLayer};
use seatbelt::{RecoveryInfo, ResilienceContext};
use tick::Clock;

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, consuming_tool, large_tool, reading_tool, text, tool, waiting_tool};

pub fn add_to(rows: &mut Rows) {
    let clock = Clock::new_tokio();
    let n = || black_box(1);
    let (numbers, texts) = (ResilienceContext::new(&clock), ResilienceContext::new(&clock));
    let reading = async |text: String| reading_tool::<Error>(&text).await;
    add_service(rows, Case::Retry, (retry(&numbers), Execute::new(tool::<Error>)), n);
    add_service(rows, Case::Borrowed, (retry(&texts), Execute::new(reading)), text);
    add_service(rows, Case::Cloned, (retry(&texts), Execute::new(consuming_tool::<Error>)), text);
    add_service(rows, Case::RetryLarge, (retry(&numbers), Execute::new(large_tool::<Error>)), n);
    add_service(rows, Case::TimeoutReady, (timeout(&numbers), Execute::new(tool::<Error>)), n);
    add_service(rows, Case::TimeoutPending, (timeout(&numbers), Execute::new(waiting_tool::<Error>)), n);
    add_service(rows, Case::TimeoutLarge, (timeout(&numbers), Execute::new(large_tool::<Error>)), n);
    add_service(rows, Case::CircuitBreaker, (breaker(&numbers), Execute::new(tool::<Error>)), n);
    add_service(rows, Case::Fallback, (fallback(&numbers), Execute::new(tool::<Error>)), n);
    let stack = (retry(&numbers), breaker(&numbers), timeout(&numbers), Execute::new(tool::<Error>));
    add_service(rows, Case::Stack, stack, n);
}

fn add_service<S, A, T>(rows: &mut Rows, case: Case, stack: S, argument: impl Fn() -> A + 'static)
where
    S: Stack<Service: Service<A, Out = Result<T, Error>> + 'static>,
    A: 'static,
{
    let service: &S::Service = Box::leak(Box::new(stack.into_service()));
    rows.add(case, move || service.execute(argument()));
}

type Context<A, T> = ResilienceContext<A, Result<T, Error>>;

fn retry<A: Clone, T>(context: &Context<A, T>) -> RetryLayer<A, Result<T, Error>> {
    let retry = Retry::layer("retry", context).clone_input().recovery_with(|outcome, _| match outcome {
        Err(Error::Busy | Error::TimedOut) => RecoveryInfo::retry(),
        _ => RecoveryInfo::never(),
    });
    retry.max_retry_attempts(3).base_delay(Duration::from_millis(500))
}

fn timeout<A, T>(context: &Context<A, T>) -> TimeoutLayer<A, Result<T, Error>> {
    Timeout::layer("timeout", context).timeout(Duration::from_secs(2)).timeout_error(|_| Error::TimedOut)
}

/// It knows rates only, below 1: five failures and nothing else open it.
fn breaker<A, T>(context: &Context<A, T>) -> BreakerLayer<A, Result<T, Error>> {
    let breaker = Breaker::layer("breaker", context).recovery_with(|outcome, _| match outcome {
        Ok(_) => RecoveryInfo::never(),
        Err(_) => RecoveryInfo::retry(),
    });
    let breaker = breaker.rejected_input_error(|_, _| Error::Open);
    breaker.min_throughput(5).failure_threshold(0.9).break_duration(Duration::from_secs(30))
}

/// What replaces the outcome is not told the argument.
fn fallback(context: &Context<u64, u64>) -> FallbackLayer<u64, Result<u64, Error>> {
    let fallback = Fallback::layer("fallback", context);
    fallback.should_fallback(|outcome| matches!(outcome, Err(Error::Busy))).fallback_async(|_, _| tool(black_box(1)))
}
