//! Circuit breakers: closed, and all calls go well.

use reliable::{CircuitBreaker, circuit_breaker};

use super::{Rows, shared};
use crate::tool::{Error, tool};

const IN_A_ROW: &str = "breaker, in a row";
const RATIO: &str = "breaker, ratio";

pub fn add_to(rows: &mut Rows) {
    rows.add(IN_A_ROW, "reliable", || shared(CircuitBreaker::new()), |breaker| async |n| guarded(breaker, n).await);
    #[cfg(feature = "failsafe")]
    failsafe(rows);
    let ratio = || shared(CircuitBreaker::new().ratio(0.5).window(100));
    rows.add(RATIO, "reliable", ratio, |breaker| async |n| guarded_by_ratio(breaker, n).await);
    #[cfg(feature = "recloser")]
    recloser(rows);
    #[cfg(feature = "tower-resilience")]
    tower_resilience(rows);
    #[cfg(feature = "seatbelt")]
    seatbelt(rows);
}

#[circuit_breaker(breaker)]
async fn guarded(breaker: &CircuitBreaker, n: u64) -> Result<u64, Error> {
    tool(n).await
}

/// As above: each row has a function of its own, so that the compiler can do the same for each.
#[circuit_breaker(breaker)]
async fn guarded_by_ratio(breaker: &CircuitBreaker, n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[cfg(any(feature = "failsafe", feature = "recloser"))]
const COOLDOWN: std::time::Duration = std::time::Duration::from_secs(30);

#[cfg(feature = "failsafe")]
fn failsafe(rows: &mut Rows) {
    use failsafe::futures::CircuitBreaker;
    use failsafe::{Config, backoff, failure_policy};

    let policy = || failure_policy::consecutive_failures(5, backoff::constant(COOLDOWN));
    let breaker = move || shared(Config::new().failure_policy(policy()).build());
    rows.add(IN_A_ROW, "failsafe", breaker, |breaker| async |n| breaker.call(tool(n)).await.map_err(|_| Error::Busy));
}

#[cfg(feature = "recloser")]
fn recloser(rows: &mut Rows) {
    use recloser::{AsyncRecloser, Recloser};

    let recloser = || Recloser::custom().error_rate(0.5).closed_len(100).open_wait(COOLDOWN).build();
    let breaker = move || shared(AsyncRecloser::from(recloser()));
    rows.add(RATIO, "recloser", breaker, |breaker| async |n| breaker.call(tool(n)).await.map_err(|_| Error::Busy));
}

#[cfg(feature = "tower-resilience")]
fn tower_resilience(rows: &mut Rows) {
    use tower::{Layer, Service, ServiceExt, service_fn};
    use tower_resilience::circuitbreaker::CircuitBreakerLayer;

    let layer = || CircuitBreakerLayer::builder().failure_rate_threshold(0.5).sliding_window_size(100).build();
    let breaker = move || layer().expect("it is valid").layer(service_fn(tool));
    rows.add(RATIO, "tower-resilience", breaker, |mut service| {
        async move |n| {
            let service = service.ready().await.map_err(|_| Error::Busy)?;
            service.call(n).await.map_err(|_| Error::Busy)
        }
    });
}

/// Over a window of time, instead of one of calls: it knows no other.
#[cfg(feature = "seatbelt")]
fn seatbelt(rows: &mut Rows) {
    use layered::{Execute, Service, Stack};
    use seatbelt::breaker::Breaker;
    use seatbelt::{RecoveryInfo, ResilienceContext};

    let layer = || {
        let breaker =
            Breaker::layer("breaker", &ResilienceContext::<u64, Result<u64, Error>>::new(tick::Clock::new_tokio()));
        let breaker = breaker.recovery_with(|outcome, _| match outcome {
            Ok(_) => RecoveryInfo::never(),
            Err(_) => RecoveryInfo::retry(),
        });
        breaker.rejected_input_error(|_, _| Error::Busy).failure_threshold(0.5).min_throughput(100)
    };
    let breaker = move || shared((layer(), Execute::new(tool)).into_service());
    rows.add(RATIO, "seatbelt", breaker, |breaker| async |n| breaker.execute(n).await);
}
