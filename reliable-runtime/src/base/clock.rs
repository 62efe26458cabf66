//! tokio's clock as a number, which is half as large as an `Instant` and can be part of an atomic.

use std::hash::{Hash, Hasher};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// Microseconds on tokio's clock, counted from before the first time that anybody asked.
#[inline]
pub(crate) fn now_us() -> u64 {
    read().us()
}

/// What [`now_us`] gives at this instant.
#[inline]
pub(crate) fn us_of(instant: Instant) -> u64 {
    reading_of(instant).us()
}

/// The same in nanoseconds.
#[inline]
pub(crate) fn now_ns() -> u64 {
    read().ns()
}

/// What tokio's clock says.
#[inline]
pub(crate) fn read() -> Reading {
    reading_of(Instant::now())
}

#[inline]
fn reading_of(instant: Instant) -> Reading {
    if SHOWS_DIGITS.load(Ordering::Relaxed) { digits(instant) } else { by_subtraction(instant) }
}

/// Whether it is known that instants show their digits.
static SHOWS_DIGITS: AtomicBool = AtomicBool::new(false);

/// What there is for the first reading, and for all of them where instants do not show their digits.
#[cold]
#[inline(never)]
fn by_subtraction(now: Instant) -> Reading {
    static FIRST: OnceLock<Option<Instant>> = OnceLock::new();
    match FIRST.get_or_init(|| (!shows_digits(now)).then_some(now)) {
        None => {
            SHOWS_DIGITS.store(true, Ordering::Relaxed);
            digits(now)
        }
        Some(first) => since(*first, now),
    }
}

/// Whether a clock that said `seen` and says `now` is another one, or was set back: each paused runtime has its own. What two
/// threads read may arrive in another order, so a second (of nanoseconds) is not enough.
#[inline]
pub(crate) fn went_back(seen: u64, now: u64) -> bool {
    now.saturating_add(1_000_000_000) < seen
}

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Each paused runtime has a clock of its own, which may lie behind the one that was asked first: that was a year ago.
fn since(first: Instant, now: Instant) -> Reading {
    let since = match now.checked_duration_since(first) {
        Some(since) => YEAR.saturating_add(since),
        None => YEAR.saturating_sub(first.duration_since(now)),
    };
    Reading { secs: since.as_secs(), nanos: since.subsec_nanos() }
}

/// What an instant is hashed by. To subtract two instants is a call into the standard library: 67 of the 290 instructions of
/// an open breaker, and 62 of the 193 of a rate limit that lets a call through.
#[inline]
fn digits(instant: Instant) -> Reading {
    let mut digits = Reading::default();
    instant.hash(&mut digits);
    digits
}

/// Whether this standard library shows the digits of its instants. Nobody has promised it: where it does not, they are
/// subtracted.
fn shows_digits(now: Instant) -> bool {
    let steps = [1, 999_999_999, 1_000_000_000, 86_400_000_000_001].map(Duration::from_nanos);
    let is_told =
        |step: Duration| u128::from(digits(now + step).ns().wrapping_sub(digits(now).ns())) == step.as_nanos();
    steps.into_iter().all(is_told)
}

/// A reading of the clock, in the seconds and nanoseconds in which it is told: those that an instant is hashed by.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading {
    secs: u64,
    nanos: u32,
}

impl Reading {
    /// As [`now_ns`].
    #[inline]
    pub(crate) fn ns(self) -> u64 {
        self.secs.wrapping_mul(1_000_000_000).wrapping_add(self.nanos.into())
    }

    /// As [`now_us`]: what is long to wait for is divided while the seconds are multiplied.
    #[inline]
    pub(crate) fn us(self) -> u64 {
        self.secs.wrapping_mul(1_000_000).wrapping_add((self.nanos / 1000).into())
    }

    /// The time from here to an instant of [`now_us`], if it is still to come and no further away than `most`. Nothing is divided
    /// here but that instant: so a processor does it while it waits for the clock, which takes longer than all else.
    #[inline]
    pub(crate) fn until_us(self, instant: u64, most: u64) -> Option<Duration> {
        let left = instant.wrapping_sub(self.us());
        if left.wrapping_sub(1) >= most {
            return None;
        }
        let here = Duration::new(self.secs, self.nanos / 1000 * 1000);
        Duration::from_micros(instant).checked_sub(here)
    }
}

#[cfg(all(test, not(loom)))]
impl Reading {
    pub(crate) fn of_us(us: u64) -> Reading {
        Reading::default().later(Duration::from_micros(us))
    }

    pub(crate) fn later(self, by: Duration) -> Reading {
        let time = Duration::new(self.secs, self.nanos) + by;
        Reading { secs: time.as_secs(), nanos: time.subsec_nanos() }
    }
}

impl Hasher for Reading {
    #[inline]
    fn write_u64(&mut self, secs: u64) {
        self.secs = secs;
    }

    #[inline]
    fn write_u32(&mut self, nanos: u32) {
        self.nanos = nanos;
    }

    fn write(&mut self, _: &[u8]) {}

    #[inline]
    fn finish(&self) -> u64 {
        self.ns()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On both ways to read it.
    fn micros(first: Instant, now: Instant) -> [u64; 2] {
        let readings = [since(first, now), digits(now)];
        readings.map(|reading| {
            assert_eq!(reading.us(), reading.ns() / 1000);
            reading.us()
        })
    }

    #[test]
    fn the_digits_are_shown_here() {
        assert!(shows_digits(Instant::now()), "else everything works, and takes longer");
    }

    #[test]
    fn time_that_lies_before_the_first_is_told_apart_too() {
        let early = Instant::now();
        let first = early + Duration::from_secs(3600);
        let from_early = |now: Instant| {
            let (now, early) = (micros(first, now), micros(first, early));
            [now[0] - early[0], now[1] - early[1]]
        };
        for us in [10_000, 3_600_000_000, 7_200_000_001] {
            assert_eq!(from_early(early + Duration::from_micros(us)), [us, us]);
        }
    }

    #[test]
    fn a_millisecond_across_the_first_is_a_millisecond() {
        let first = Instant::now();
        for nanos in [1, 300, 999, 1000, 1001, 999_999] {
            let before = first - Duration::from_nanos(nanos);
            let (after, before) = (micros(first, before + Duration::from_millis(1)), micros(first, before));
            assert_eq!([after[0] - before[0], after[1] - before[1]], [1000, 1000], "{nanos}");
        }
    }
}
