//! A circuit breaker as one writes it by hand for one's own functions, with nothing but tokio.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// Opens after so many failures in a row; then lets one call through after each cooldown, as a probe.
pub struct Breaker {
    failures: AtomicU32,
    open_since_ms: AtomicU64,
    probing: AtomicBool,
}

/// A call that was let through. A probe that is cancelled gives its place back.
pub struct Admitted<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

const FAILURES: u32 = 5;
const COOLDOWN: Duration = Duration::from_secs(30);

impl Breaker {
    /// One that has seen nothing yet.
    pub const fn closed() -> Breaker {
        Breaker { failures: AtomicU32::new(0), open_since_ms: AtomicU64::new(0), probing: AtomicBool::new(false) }
    }

    /// Lets a call through.
    ///
    /// # Errors
    /// The time left, where it is open.
    #[inline]
    pub fn admit(&self) -> Result<Admitted<'_>, Duration> {
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
    /// Counts what came of it.
    #[inline]
    pub fn record(&self, failed: bool) {
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
    #[inline]
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
