//! A retry around a circuit breaker around a timeout, as one writes them with nothing but tokio.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep};

const RETRIES: u32 = 3;
const LIMIT: Duration = Duration::from_secs(2);
const FAILURES: u32 = 5;
const COOLDOWN: Duration = Duration::from_secs(30);

fn pause(retry: u32) -> Duration {
    Duration::from_millis(500 << retry)
}

/// Opens after so many failures in a row; then lets one call through after each cooldown, as a probe.
struct Breaker {
    failures: AtomicU32,
    open_since_ms: AtomicU64,
    probing: AtomicBool,
}

/// A call that was let through. A probe that is cancelled gives its place back.
struct Admitted<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    const fn new() -> Breaker {
        Breaker { failures: AtomicU32::new(0), open_since_ms: AtomicU64::new(0), probing: AtomicBool::new(false) }
    }

    fn admit(&self) -> Result<Admitted<'_>, Duration> {
        if self.failures.load(Ordering::Acquire) < FAILURES {
            return Ok(Admitted { breaker: self, probe: false });
        }
        let open = now_ms() - self.open_since_ms.load(Ordering::Acquire);
        let left = COOLDOWN.saturating_sub(Duration::from_millis(open));
        if !left.is_zero() || self.probing.swap(true, Ordering::AcqRel) {
            return Err(left);
        }
        Ok(Admitted { breaker: self, probe: true })
    }
}

impl Admitted<'_> {
    fn record(&self, failed: bool) {
        let Breaker { failures, open_since_ms, .. } = self.breaker;
        if !failed {
            if failures.load(Ordering::Acquire) != 0 {
                failures.store(0, Ordering::Release);
            }
        } else if self.probe || failures.fetch_add(1, Ordering::AcqRel) + 1 >= FAILURES {
            open_since_ms.store(now_ms(), Ordering::Release);
        }
    }
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        if self.probe {
            self.breaker.probing.store(false, Ordering::Release);
        }
    }
}

fn now_ms() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    millis(START.get_or_init(Instant::now).elapsed())
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

// Each function:
pub async fn f0(n: u64) -> Result<u64, Error> {
    static BREAKER: Breaker = Breaker::new();
    let mut retries = 0;
    loop {
        let admitted = BREAKER.admit().map_err(|_| Error::Open)?;
        let outcome = {
            let (mut call, mut timer) = (pin!(tool(0, n)), pin!(None));
            poll_fn(|context| {
                if let Poll::Ready(outcome) = call.as_mut().poll(context) {
                    return Poll::Ready(outcome);
                }
                if timer.is_none() {
                    timer.set(Some(sleep(LIMIT)));
                }
                let over = timer.as_mut().as_pin_mut().is_some_and(|timer| timer.poll(context).is_ready());
                if over { Poll::Ready(Err(Error::TimedOut)) } else { Poll::Pending }
            })
            .await
        };
        admitted.record(outcome.is_err());
        drop(admitted);
        match outcome {
            Err(_) if retries < RETRIES => {}
            outcome => return outcome,
        }
        sleep(pause(retries)).await;
        retries += 1;
    }
}
