//! tokio's clock as a number, which is half as large as an `Instant` and can be part of an atomic.

use std::sync::OnceLock;
use std::time::Duration;

use tokio::time::Instant;

/// Microseconds on tokio's clock, counted from long before the first time that anybody asked.
pub(crate) fn now_us() -> u64 {
    let (first, now) = readings();
    micros(first, now)
}

/// The same in nanoseconds.
#[inline]
pub(crate) fn now_ns() -> u64 {
    let (first, now) = readings();
    nanos(first, now)
}

/// Whether a clock that said `seen` and says `now` is another one, or was set back: each paused runtime has its own. What two
/// threads read may arrive in another order, so a second (of nanoseconds) is not enough.
#[inline]
pub(crate) fn went_back(seen: u64, now: u64) -> bool {
    now.saturating_add(1_000_000_000) < seen
}

#[inline]
fn readings() -> (Instant, Instant) {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    let now = Instant::now();
    (*FIRST.get_or_init(|| now), now)
}

/// Each paused runtime has a clock of its own, which may lie behind the one that was asked first. Rounded down on either
/// side of it, so that a whole number of microseconds stays one across it.
fn micros(first: Instant, now: Instant) -> u64 {
    const LONG: u64 = 1 << 46;
    let us = |time: Duration| time.as_secs().saturating_mul(1_000_000).saturating_add(time.subsec_micros().into());
    match now.checked_duration_since(first) {
        Some(since) => LONG.saturating_add(us(since)),
        None => LONG.saturating_sub(us(first.duration_since(now).saturating_add(Duration::from_nanos(999)))),
    }
}

/// As `micros`, with nothing to round.
#[inline]
fn nanos(first: Instant, now: Instant) -> u64 {
    const LONG: u64 = 1000 << 46;
    let ns = |time: Duration| time.as_secs().saturating_mul(1_000_000_000).saturating_add(time.subsec_nanos().into());
    match now.checked_duration_since(first) {
        Some(since) => LONG.saturating_add(ns(since)),
        None => LONG.saturating_sub(ns(first.duration_since(now))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_that_lies_before_the_first_is_told_apart_too() {
        let early = Instant::now();
        let first = early + Duration::from_secs(3600);
        let (a, b) = (micros(first, early), micros(first, early + Duration::from_millis(10)));
        assert_eq!(b - a, 10_000);
        assert_eq!(micros(first, first) - a, 3_600_000_000);
    }

    #[test]
    fn a_millisecond_across_the_first_is_a_millisecond() {
        let first = Instant::now();
        for nanos in [1, 300, 999, 1000, 1001, 999_999] {
            let before = first - Duration::from_nanos(nanos);
            assert_eq!(micros(first, before + Duration::from_millis(1)) - micros(first, before), 1000, "{nanos}");
        }
    }
}
