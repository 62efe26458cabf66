//! The bucket of a rate limit, in atomics: no lock, and no clock. Time comes in from outside, in nanoseconds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::base::clock::went_back;

/// So many calls, which come back at an even pace (GCRA). Calls that are not there yet can be taken too, each with the
/// instant at which it will be.
#[derive(Debug)]
pub(super) struct Bucket {
    /// When all calls will be back. Everything else follows from it, so taking one is one compare-and-swap.
    full_at: AtomicU64,
    /// What the clock last said, to notice one that goes back.
    seen: AtomicU64,
    interval: u64,
    /// How long it takes until all calls but one are back.
    all_but_one: u64,
}

impl Bucket {
    #[expect(clippy::cast_possible_truncation, reason = "a minute in nanoseconds fits")]
    pub(super) const fn new(calls: u32, period: Duration) -> Self {
        let interval = period.as_nanos() as u64 / calls as u64;
        let (full_at, seen) = (AtomicU64::new(0), AtomicU64::new(0));
        Bucket { full_at, seen, interval, all_but_one: interval * (calls as u64 - 1) }
    }

    pub(super) const fn burst(&mut self, calls: u32) {
        self.all_but_one = self.interval * (calls as u64 - 1);
    }

    /// Is told each reading of the clock before anything else. A clock that went back is another one, such as that of the
    /// next test: what was taken by the one before says nothing now.
    #[inline]
    pub(super) fn notice(&self, now: u64) {
        if went_back(self.seen.load(Ordering::Relaxed), now) {
            self.begin_anew();
        }
        self.seen.store(now, Ordering::Relaxed);
    }

    #[cold]
    fn begin_anew(&self) {
        self.full_at.store(0, Ordering::Relaxed);
    }

    /// Takes a call that is there; if none is, gives the instant of the next.
    #[inline]
    pub(super) fn take(&self, now: u64) -> Result<(), u64> {
        let mut full_at = self.full_at.load(Ordering::Relaxed);
        loop {
            let next = full_at.saturating_sub(self.all_but_one);
            if next > now {
                return Err(next);
            }
            let taken = full_at.max(now).saturating_add(self.interval);
            match self.full_at.compare_exchange_weak(full_at, taken, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(other) => full_at = other,
            }
        }
    }

    /// Takes the next call, which may not be there yet, and gives its instant.
    pub(super) fn take_next(&self, now: u64) -> u64 {
        let take = |full_at: u64| full_at.max(now).saturating_add(self.interval);
        let before = self.update(take);
        before.max(now).saturating_sub(self.all_but_one)
    }

    /// Puts a call back that was taken, and is not there yet.
    pub(super) fn put_back(&self) {
        self.update(|full_at| full_at.saturating_sub(self.interval));
    }

    pub(super) fn is_full(&self, now: u64) -> bool {
        self.full_at.load(Ordering::Relaxed) <= now
    }

    /// The instant of the call that was taken as the last but so many; the last one is 1.
    pub(super) fn taken_before(&self, calls: usize) -> u64 {
        let back = self.interval.saturating_mul(calls as u64);
        self.full_at.load(Ordering::Relaxed).saturating_sub(self.all_but_one).saturating_sub(back)
    }

    fn update(&self, to: impl Fn(u64) -> u64) -> u64 {
        let updated = self.full_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |full_at| Some(to(full_at)));
        updated.unwrap_or_else(|full_at| full_at)
    }
}
