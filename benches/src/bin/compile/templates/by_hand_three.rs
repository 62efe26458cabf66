//! A retry around a circuit breaker around a timeout, as one writes them with nothing but tokio.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
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

/// Opens after so many failures in a row, and then lets one call through in each cooldown.
struct Breaker {
    failures: AtomicU32,
    open_until_ms: AtomicU64,
}

impl Breaker {
    const fn new() -> Breaker {
        Breaker { failures: AtomicU32::new(0), open_until_ms: AtomicU64::new(0) }
    }

    fn admits(&self) -> bool {
        self.failures.load(Ordering::Acquire) < FAILURES || self.admits_a_probe()
    }

    #[cold]
    fn admits_a_probe(&self) -> bool {
        let until = self.open_until_ms.load(Ordering::Acquire);
        let next = now_ms() + millis(COOLDOWN);
        now_ms() >= until
            && self.open_until_ms.compare_exchange(until, next, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    fn record(&self, failed: bool) {
        if failed {
            self.record_failure();
        } else if self.failures.load(Ordering::Acquire) != 0 {
            self.failures.store(0, Ordering::Release);
        }
    }

    #[cold]
    fn record_failure(&self) {
        if self.failures.fetch_add(1, Ordering::AcqRel) + 1 >= FAILURES {
            self.open_until_ms.store(now_ms() + millis(COOLDOWN), Ordering::Release);
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
        if !BREAKER.admits() {
            return Err(Error::Open);
        }
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
        BREAKER.record(outcome.is_err());
        match outcome {
            Err(_) if retries < RETRIES => {}
            outcome => return outcome,
        }
        sleep(pause(retries)).await;
        retries += 1;
    }
}
