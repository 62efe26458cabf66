//! The outcomes in a window: of the last calls, or of the last so much time.

use super::word::PAYLOAD_BITS;
use crate::base::sync::{AtomicU64, Ordering};
use crate::policies::circuit_breaker::rules::{Ratio, Window};

/// The largest window that a breaker can look at, in calls.
pub(crate) const LARGEST_WINDOW: u32 = 1024;
const WORDS: usize = LARGEST_WINDOW as usize / 64;
/// Into how many a window of time is divided. So many as fit; the model checker has to look at each.
pub(crate) const BUCKETS: usize = if cfg!(all(test, loom)) { 2 } else { WORDS };

/// Of a window of calls, each is a bit, where 1 is a failure: judged only when every one of them was written anew.
///
/// A window of time is divided into buckets, each of which counts its calls, and its failures. In a word stands, beside the
/// count, what it counts: so that one which is too old is none, and nobody has to empty it.
///
/// ```text
/// generation (14 bits) | how often all buckets were in use before (22 bits) | the count (28 bits)
/// ```
#[derive(Debug)]
pub(super) struct Outcomes {
    /// The generation that the window belongs to (14 bits), and what is known of it since its first outcome (50 bits): how many
    /// there were, or by how much, and one, its buckets begin later than a whole number of them.
    tally: AtomicU64,
    /// The bits, or the calls in each bucket.
    calls: [AtomicU64; WORDS],
    /// The failures in each bucket.
    failures: [AtomicU64; WORDS],
}

const TALLY_BITS: u32 = 50;
const TALLY: u64 = (1 << TALLY_BITS) - 1;
const COUNT_BITS: u32 = 28;
const COUNT: u64 = (1 << COUNT_BITS) - 1;
const TURN: u64 = (1 << 22) - 1;
/// By how much one thread may lag behind another. What is later by more is of a clock that went back.
const LATE_US: u64 = 1_000_000;

impl Outcomes {
    #[cfg(not(all(test, loom)))]
    pub(super) const fn new() -> Outcomes {
        Outcomes {
            tally: AtomicU64::new(0),
            calls: [const { AtomicU64::new(0) }; WORDS],
            failures: [const { AtomicU64::new(0) }; WORDS],
        }
    }

    #[cfg(all(test, loom))]
    pub(super) fn new() -> Outcomes {
        let words = || std::array::from_fn(|_| AtomicU64::new(0));
        Outcomes { tally: AtomicU64::new(0), calls: words(), failures: words() }
    }

    /// Writes an outcome down. Whether there are enough of them now, and too many are failures. `is_now` says of a generation
    /// whether it is the present one.
    pub(super) fn push(
        &self,
        ratio: &Ratio,
        generation: u64,
        failed: bool,
        now: impl Fn() -> u64,
        is_now: impl Fn() -> bool,
    ) -> bool {
        match ratio.window {
            Window::Calls(window) => self.push_call(ratio, window, generation, failed, is_now),
            Window::Time { bucket_us } => self.push_at(ratio, bucket_us, generation, failed, now(), is_now),
        }
    }

    fn push_call(&self, ratio: &Ratio, window: u32, generation: u64, failed: bool, is_now: impl Fn() -> bool) -> bool {
        // A window is emptied by the first outcome of a new generation.
        let Some(seen) = self.update_tally(generation, |seen| seen + 1, is_now) else { return false };
        let place = seen % u64::from(window);
        let (word, bit) = (&self.calls[usize::try_from(place / 64).unwrap_or_default()], 1 << (place % 64));
        match (word.load(Ordering::Acquire) & bit != 0, failed) {
            (false, true) => drop(word.fetch_or(bit, Ordering::AcqRel)),
            (true, false) => drop(word.fetch_and(!bit, Ordering::AcqRel)),
            (true, true) | (false, false) => {}
        }
        seen + 1 >= u64::from(window) && ratio.is_reached(self.failures_in(window).into(), window.into())
    }

    fn push_at(
        &self,
        ratio: &Ratio,
        bucket_us: u64,
        generation: u64,
        failed: bool,
        now: u64,
        is_now: impl Fn() -> bool,
    ) -> bool {
        // The first outcome begins a bucket.
        let begin = |begins: u64| if begins == 0 { now % bucket_us + 1 } else { begins };
        let Some(begins) = self.update_tally(generation, begin, is_now) else { return false };
        let begins = begin(begins) - 1;
        let bucket = bucket(now, begins, bucket_us);
        // One that comes so late that its bucket counts others by now is as if it had come too late for the window.
        let turns_late = LATE_US / (bucket_us * BUCKETS as u64);
        if !count(&self.calls, generation, bucket, turns_late) {
            return false;
        }
        if failed {
            // Behind the call: nobody sees more failures than calls.
            count(&self.failures, generation, bucket, turns_late);
        }
        if sum(&self.failures, generation, bucket) == 0 {
            return false;
        }
        let (failures, calls) = self.failures_and_calls(generation, bucket);
        calls >= ratio.min_calls.into() && ratio.is_reached(failures, calls)
    }

    /// The failures of no bucket without its calls, which others may have replaced first.
    fn failures_and_calls(&self, generation: u64, bucket: u64) -> (u64, u64) {
        (0..BUCKETS as u64).fold((0, 0), |(failures, calls), back| {
            let bucket = bucket.wrapping_sub(back);
            let failed = counted(&self.failures, generation, bucket);
            match counted(&self.calls, generation, bucket) {
                0 => (failures, calls),
                called => (failures + failed, calls + called),
            }
        })
    }

    /// What was known of this generation before, which is 0 where nothing was; `None` if it is not the present one. `to` gives
    /// what is known now.
    fn update_tally(&self, generation: u64, to: impl Fn(u64) -> u64, is_now: impl Fn() -> bool) -> Option<u64> {
        loop {
            let tally = self.tally.load(Ordering::Acquire);
            let known = match tally >> TALLY_BITS == generation >> PAYLOAD_BITS {
                true => tally & TALLY,
                false if is_now() => 0,
                false => return None,
            };
            let next = generation >> PAYLOAD_BITS << TALLY_BITS | to(known);
            let is_written =
                next == tally || self.tally.compare_exchange(tally, next, Ordering::AcqRel, Ordering::Acquire).is_ok();
            if is_written {
                return Some(known);
            }
        }
    }

    /// Whether no failure is counted in this generation.
    pub(super) fn has_no_failure(&self, window: Window, generation: u64, now: impl Fn() -> u64) -> bool {
        let tally = self.tally.load(Ordering::Acquire);
        if tally >> TALLY_BITS != generation >> PAYLOAD_BITS {
            return true;
        }
        match window {
            Window::Calls(window) => {
                let seen = u32::try_from(tally & TALLY).unwrap_or(u32::MAX);
                self.failures_in(seen.min(window)) == 0
            }
            Window::Time { bucket_us } => {
                let bucket = bucket(now(), (tally & TALLY).saturating_sub(1), bucket_us);
                sum(&self.failures, generation, bucket) == 0
            }
        }
    }

    fn failures_in(&self, window: u32) -> u32 {
        let words = window.div_ceil(64) as usize;
        let last = if window % 64 == 0 { u64::MAX } else { (1 << (window % 64)) - 1 };
        let ones = |(i, word): (usize, &AtomicU64)| {
            let mask = if i + 1 == words { last } else { u64::MAX };
            (word.load(Ordering::Acquire) & mask).count_ones()
        };
        self.calls[..words].iter().enumerate().map(ones).sum()
    }
}

/// In which bucket this is. In the first one is who lags behind the first outcome of all: the clock may begin with it.
fn bucket(now: u64, begins: u64, bucket_us: u64) -> u64 {
    now.wrapping_add(bucket_us - begins) / bucket_us
}

/// Counts one in this bucket. What another turn of the buckets has left there is gone; but if that is a later one, by no more than
/// so many turns, it counts nothing. Whether it was counted.
fn count(buckets: &[AtomicU64; WORDS], generation: u64, bucket: u64, turns_late: u64) -> bool {
    let (place, stamp) = (place(bucket), stamp(generation, bucket));
    let one_more = |word: u64| {
        let is_of_now = word >> COUNT_BITS & !TURN == stamp >> COUNT_BITS & !TURN;
        let ahead = (word >> COUNT_BITS).wrapping_sub(stamp >> COUNT_BITS) & TURN;
        if is_of_now && word != 0 && ahead > 0 && ahead <= turns_late {
            return None;
        }
        let counted = if word & !COUNT == stamp { word & COUNT } else { 0 };
        Some(stamp | (counted + 1).min(COUNT))
    };
    buckets[place].fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).is_ok()
}

/// What was counted in this bucket, and in those before it that are in the window.
fn sum(buckets: &[AtomicU64; WORDS], generation: u64, bucket: u64) -> u64 {
    (0..BUCKETS as u64).map(|back| counted(buckets, generation, bucket.wrapping_sub(back))).sum()
}

fn counted(buckets: &[AtomicU64; WORDS], generation: u64, bucket: u64) -> u64 {
    let word = buckets[place(bucket)].load(Ordering::Acquire);
    if word & !COUNT == stamp(generation, bucket) { word & COUNT } else { 0 }
}

fn place(bucket: u64) -> usize {
    usize::try_from(bucket % BUCKETS as u64).unwrap_or_default()
}

fn stamp(generation: u64, bucket: u64) -> u64 {
    (generation >> PAYLOAD_BITS << 22 | (bucket / BUCKETS as u64) & TURN) << COUNT_BITS
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// The clock may have begun after the bucket in which the first outcome is.
    #[test]
    fn who_lags_behind_the_first_outcome_is_counted_whenever_that_is() {
        let hour_and_a_half = 5_400_000_000;
        let window = Window::Time { bucket_us: hour_and_a_half };
        let ratio = Ratio { millionths: 1_000_000, window, min_calls: 3 };
        for first in [2, hour_and_a_half / 2, hour_and_a_half + 2, 1 << 46] {
            let outcomes = Outcomes::new();
            let is_reached = [first, first - 1, first + 1].map(|at| outcomes.push(&ratio, 0, true, || at, || true));
            assert_eq!(is_reached, [false, false, true], "{first}");
            assert!(!outcomes.has_no_failure(window, 0, || first - 1), "{first}");
        }
    }
}
