//! A circuit breaker as one writes it by hand for one's own functions, with nothing but tokio.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// Opens after so many failures in a row; then lets one call through after each cooldown, as a probe.
pub struct Breaker<const COOLDOWN_MS: u64 = 30_000> {
    failures: AtomicU32,
    open_since_ms: AtomicU64,
    probing: AtomicBool,
}

/// A call that was let through. A probe that is cancelled gives its place back.
pub struct Admitted<'a, const COOLDOWN_MS: u64> {
    breaker: &'a Breaker<COOLDOWN_MS>,
    probe: bool,
}

const FAILURES: u32 = 5;

impl<const COOLDOWN_MS: u64> Breaker<COOLDOWN_MS> {
    /// One that has seen nothing yet.
    pub const fn closed() -> Self {
        Breaker { failures: AtomicU32::new(0), open_since_ms: AtomicU64::new(0), probing: AtomicBool::new(false) }
    }

    /// One whose probe is under way.
    pub const fn half_open() -> Self {
        Breaker { failures: AtomicU32::new(FAILURES), open_since_ms: AtomicU64::new(0), probing: AtomicBool::new(true) }
    }

    /// Lets a call through.
    ///
    /// # Errors
    /// The time left, where it is open.
    #[inline]
    pub fn admit(&self) -> Result<Admitted<'_, COOLDOWN_MS>, Duration> {
        if self.failures.load(Ordering::Acquire) < FAILURES {
            return Ok(Admitted { breaker: self, probe: false });
        }
        let open = now_ms() - self.open_since_ms.load(Ordering::Acquire);
        let left = Duration::from_millis(COOLDOWN_MS.saturating_sub(open));
        if !left.is_zero() || self.probing.swap(true, Ordering::AcqRel) {
            return Err(left);
        }
        Ok(Admitted { breaker: self, probe: true })
    }
}

impl<const COOLDOWN_MS: u64> Admitted<'_, COOLDOWN_MS> {
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

impl<const COOLDOWN_MS: u64> Drop for Admitted<'_, COOLDOWN_MS> {
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
