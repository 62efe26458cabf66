//! How often the probes of a breaker have failed since it was closed, where its cooldown grows with that.

use super::word::{GENERATION, PAYLOAD_BITS, Phase, Word};
use crate::base::sync::{AtomicU64, Ordering};
use crate::policies::circuit_breaker::rules::Rules;

/// The generation in which it opened last, in its place in a word, and how often probes had failed until then. It is written
/// before the word is, so that whoever sees that generation sees this.
#[derive(Debug)]
pub(super) struct Reopened(AtomicU64);

impl Reopened {
    #[cfg(not(all(test, loom)))]
    pub(super) const fn new() -> Reopened {
        Reopened(AtomicU64::new(0))
    }

    #[cfg(all(test, loom))]
    pub(super) fn new() -> Reopened {
        Reopened(AtomicU64::new(0))
    }

    /// To be looked at before the word from which a transition is made.
    pub(super) fn load(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// How long it stays open that is open in this word.
    #[inline]
    pub(super) fn cooldown_us(&self, rules: &Rules, word: Word) -> u64 {
        match rules.max_cooldown_us {
            None => rules.cooldown_us,
            Some(max_us) => rules.cooldown_after(failed_probes(self.load(), word.generation()), max_us),
        }
    }

    /// It opens: notes how often probes have failed now, and gives the word that it opens by. `before` is what stood here before
    /// the word `from` was looked at. If something else does by now, others have made that transition, or a later one.
    pub(super) fn opens(&self, rules: &Rules, before: u64, from: Word, to: Word) -> Word {
        if rules.max_cooldown_us.is_some() && before & GENERATION != to.generation() {
            let failed = match from.phase() {
                // It was open in the generation before.
                Phase::HalfOpen { .. } => (failed_probes(before, from.before()) + 1).min(u64::BITS),
                _ => 0,
            };
            let opened = to.generation() | u64::from(failed);
            let _ = self.0.compare_exchange(before, opened, Ordering::AcqRel, Ordering::Acquire);
        }
        to
    }
}

fn failed_probes(reopened: u64, generation: u64) -> u32 {
    const FAILED: u64 = (1 << PAYLOAD_BITS) - 1;
    let is_of_it = reopened & GENERATION == generation;
    if is_of_it { u32::try_from(reopened & FAILED).unwrap_or(u32::MAX) } else { 0 }
}
