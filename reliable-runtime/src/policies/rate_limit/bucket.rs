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
    /// How much was ever put back; it begins anew from zero. By so much has come earlier what was taken before.
    put_back: AtomicU64,
    interval: u64,
    /// How long it takes until all calls but one are back.
    all_but_one: u64,
}

impl Bucket {
    #[expect(clippy::cast_possible_truncation, reason = "a minute in nanoseconds fits")]
    pub(super) const fn new(calls: u32, period: Duration) -> Self {
        let interval = period.as_nanos() as u64 / calls as u64;
        let (full_at, seen, put_back) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        Bucket { full_at, seen, put_back, interval, all_but_one: interval * (calls as u64 - 1) }
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
        let all = self.full_at.swap(0, Ordering::Relaxed);
        self.put_back.fetch_add(all, Ordering::Relaxed);
    }

    /// What a call takes that has no cost of its own.
    #[inline]
    pub(super) fn one(&self) -> Amount {
        Amount { ns: self.interval, others: self.all_but_one }
    }

    /// What a call takes that costs so much; `None` if the bucket never holds that. Nothing is always there.
    pub(super) fn many(&self, cost: u32) -> Option<Amount> {
        let ns = self.ns(cost);
        if ns == 0 {
            return Some(Amount { ns, others: u64::MAX });
        }
        self.whole().checked_sub(ns).map(|others| Amount { ns, others })
    }

    /// How long it takes until so much is back.
    pub(super) fn ns(&self, cost: u32) -> u64 {
        self.interval.saturating_mul(cost.into())
    }

    /// How long it takes until all of an empty bucket is back.
    pub(super) fn whole(&self) -> u64 {
        self.all_but_one + self.interval
    }

    /// Takes what is there, and gives when all will be back; if there is not enough, gives the instant at which there is.
    #[inline]
    pub(super) fn take(&self, now: u64, Amount { ns, others }: Amount) -> Result<u64, u64> {
        let mut full_at = self.full_at.load(Ordering::Relaxed);
        loop {
            let next = full_at.saturating_sub(others);
            if next > now {
                return Err(next);
            }
            let taken = full_at.max(now).saturating_add(ns);
            match self.full_at.compare_exchange_weak(full_at, taken, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(taken),
                Err(other) => full_at = other,
            }
        }
    }

    /// Takes what comes next, which may not be there yet, and gives its instant. Takes nothing that is longer away than
    /// `max_wait`, and gives how long that is.
    pub(super) fn take_next(&self, now: u64, Amount { ns, others }: Amount, max_wait: u64) -> Result<u64, u64> {
        let instant = |full_at: u64| full_at.max(now).saturating_sub(others);
        let wait = |full_at: u64| instant(full_at).saturating_sub(now);
        let take = |full_at: u64| (wait(full_at) <= max_wait).then(|| full_at.max(now).saturating_add(ns));
        self.update(take).map(instant).map_err(wait)
    }

    /// What is known of something that was taken, when all will be back at this instant.
    pub(super) fn taken(&self, full_at: u64) -> Taken {
        Taken(full_at.wrapping_add(self.put_back.load(Ordering::Relaxed)))
    }

    /// Takes more though it may not be there: it has been used.
    pub(super) fn owe(&self, now: u64, ns: u64, taken: Taken) -> Taken {
        let _ = self.update(|full_at| Some(full_at.max(now).saturating_add(ns)));
        let put_back = self.put_back.load(Ordering::Relaxed);
        let back_at = now.saturating_add(taken.left(now, put_back)).saturating_add(ns);
        Taken(back_at.wrapping_add(put_back))
    }

    /// Puts back what was taken and has not come back by itself. Gives when all would have been back.
    pub(super) fn put_back_of(&self, now: u64, ns: u64, taken: Taken) -> u64 {
        // All of it is noted first: of two that do this at once, none takes what is left for its own.
        let before = self.put_back.fetch_add(ns, Ordering::Relaxed);
        let left = taken.left(now, before).min(ns);
        self.put_back.fetch_sub(ns - left, Ordering::Relaxed);
        self.give(left)
    }

    /// Puts back what nobody has had yet.
    pub(super) fn put_back(&self, ns: u64) {
        self.put_back.fetch_add(ns, Ordering::Relaxed);
        self.give(ns);
    }

    /// Gives when all would have been back.
    fn give(&self, ns: u64) -> u64 {
        self.update(|full_at| Some(full_at.saturating_sub(ns))).unwrap_or_else(|full_at| full_at)
    }

    pub(super) fn is_full(&self, now: u64) -> bool {
        self.full_at.load(Ordering::Relaxed) <= now
    }

    /// The instant of what was taken last, but for so much behind it.
    pub(super) fn taken_before(&self, behind: u64) -> u64 {
        self.full_at.load(Ordering::Relaxed).saturating_sub(self.whole()).saturating_sub(behind)
    }

    fn update(&self, to: impl Fn(u64) -> Option<u64>) -> Result<u64, u64> {
        self.full_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, to)
    }
}

/// How much of a bucket, as the time in which that comes back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount {
    pub(super) ns: u64,
    /// The rest of the bucket.
    others: u64,
}

/// Something that was taken: when it is back, if all that was taken before it comes first, and what was ever put back until it was
/// taken. What has come back by itself is not put back again: others have had it since, or the bucket was full.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken(pub(super) u64);

impl Taken {
    /// How much of it has not come back.
    fn left(self, now: u64, put_back: u64) -> u64 {
        let left = self.0.wrapping_sub(put_back).wrapping_sub(now);
        // Below zero, if it is back for a while.
        if left > u64::MAX / 2 { 0 } else { left }
    }
}
