//! A service that is dead: after five failures all calls are kept away from it, and answered by a fallback. Whoever has
//! them retries before that, as long as a budget pays for it. (tower-resilience holds calls back where others reject them.)

use std::sync::atomic::{AtomicU64, Ordering};

use reliable::{CircuitBreaker, RetryBudget, circuit_breaker, fallback, retry};
use reliable_benches::breaker::Breaker;

use super::{Rows, shared};
use crate::tool::{Error, dead_tool};

const DEAD: &str = "a dead service";

pub fn add_to(rows: &mut Rows) {
    let guard = || shared(Guard { breaker: CircuitBreaker::new(), budget: RetryBudget::new(10) });
    rows.add(DEAD, "reliable", guard, |guard| async |n| guarded(guard, n).await);
    let guard = || shared(GuardByHand { breaker: Breaker::closed(), tokens: AtomicU64::new(10) });
    rows.add(DEAD, "by hand", guard, |guard| async |n| guarded_by_hand(guard, n).await);
    #[cfg(feature = "failsafe")]
    failsafe(rows);
    #[cfg(feature = "recloser")]
    recloser(rows);
}

struct Guard {
    breaker: CircuitBreaker,
    budget: RetryBudget,
}

#[fallback(Ok(n))]
#[retry(max = 3, backoff = "none", budget = guard.budget)]
#[circuit_breaker(guard.breaker)]
async fn guarded(guard: &Guard, n: u64) -> Result<u64, Error> {
    dead_tool(n).await
}

struct GuardByHand {
    breaker: Breaker,
    tokens: AtomicU64,
}

async fn guarded_by_hand(guard: &GuardByHand, n: u64) -> Result<u64, Error> {
    let mut retries = 0;
    loop {
        // One that is open is not worth a retry.
        let Ok(admitted) = guard.breaker.admit() else { return Ok(n) };
        let outcome = dead_tool(n).await;
        admitted.record(outcome.is_err());
        match outcome {
            Err(_) if retries < 3 && pays(&guard.tokens) => retries += 1,
            Err(_) => return Ok(n),
            outcome => return outcome,
        }
    }
}

fn pays(tokens: &AtomicU64) -> bool {
    tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| tokens.checked_sub(1)).is_ok()
}

#[cfg(any(feature = "failsafe", feature = "recloser"))]
const COOLDOWN: std::time::Duration = std::time::Duration::from_secs(30);

/// Its breaker; the fallback by hand, and no retry.
#[cfg(feature = "failsafe")]
fn failsafe(rows: &mut Rows) {
    use failsafe::futures::CircuitBreaker;
    use failsafe::{Config, backoff, failure_policy};

    let policy = || failure_policy::consecutive_failures(5, backoff::constant(COOLDOWN));
    let breaker = move || shared(Config::new().failure_policy(policy()).build());
    rows.add(DEAD, "failsafe", breaker, |breaker| async |n| breaker.call(dead_tool(n)).await.or(Ok(n)));
}

/// The same of recloser.
#[cfg(feature = "recloser")]
fn recloser(rows: &mut Rows) {
    use recloser::{AsyncRecloser, Recloser};

    let recloser = || Recloser::custom().error_rate(1.0).closed_len(5).open_wait(COOLDOWN).build();
    let breaker = move || shared(AsyncRecloser::from(recloser()));
    rows.add(DEAD, "recloser", breaker, |breaker| async |n| breaker.call(dead_tool(n)).await.or(Ok(n)));
}
