//! The state of a breaker in atomics: no lock, and no clock. Time comes in from outside, in microseconds.

mod outcomes;
mod reopened;
mod ticket;
mod word;

use std::time::Duration;

use super::rules::{Rules, Window};
use crate::base::clock::Reading;
use crate::base::sync::{AtomicU64, Ordering};
use outcomes::Outcomes;
pub(crate) use outcomes::{BUCKETS, LARGEST_WINDOW};
use reopened::Reopened;
pub(crate) use word::Phase;
use word::{CLOSED, GENERATION, Word, passed, passed_or_long};

/// The state of one breaker.
#[derive(Debug)]
pub(crate) struct State {
    word: AtomicU64,
    /// It fits into a payload: there are no 2^62 transitions.
    era: AtomicU64,
    /// When the last probe was let through, in microseconds.
    probed: AtomicU64,
    /// How often probes have failed since it was closed.
    reopened: Reopened,
    outcomes: Outcomes,
}

/// A call that was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Admitted {
    pub(crate) generation: u64,
    /// Whether this call has made an open breaker half-open.
    pub(crate) first_probe: bool,
}

/// What came of an outcome, for the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    None,
    Opened,
    Closed,
}

/// A call that was not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused {
    /// [`FOR_EVER`] if it was isolated by hand.
    pub(crate) left_us: u64,
    /// Whether this call has found that the probes took too long, and opened the breaker again.
    pub(crate) opened: bool,
}

/// What is left of the time of a breaker that somebody has to close.
pub(crate) const FOR_EVER: u64 = u64::MAX;

impl State {
    #[cfg(not(all(test, loom)))]
    pub(crate) const fn new() -> State {
        State {
            word: AtomicU64::new(0),
            era: AtomicU64::new(0),
            probed: AtomicU64::new(0),
            reopened: Reopened::new(),
            outcomes: Outcomes::new(),
        }
    }

    /// The same, for rules by which it is looked at the clock when a call begins.
    #[cfg(not(all(test, loom)))]
    pub(crate) const fn watching() -> State {
        State { word: AtomicU64::new(Word::WATCHING.0), ..State::new() }
    }

    #[cfg(all(test, loom))]
    pub(crate) fn new() -> State {
        State {
            word: AtomicU64::new(0),
            era: AtomicU64::new(0),
            probed: AtomicU64::new(0),
            reopened: Reopened::new(),
            outcomes: Outcomes::new(),
        }
    }

    #[inline]
    fn load(&self) -> Word {
        Word(self.word.load(Ordering::Acquire))
    }

    fn swap(&self, from: Word, to: Word) -> bool {
        if to.generation() < from.generation() {
            // Before it is seen: a call that sees the one without the other is of no generation, and counts as nothing.
            self.era.fetch_add(1, Ordering::AcqRel);
        }
        self.word.compare_exchange(from.0, to.0, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    #[inline]
    pub(crate) fn phase(&self) -> Phase {
        self.load().phase()
    }

    /// The era for a call that is about to be let through: it is looked at before the generation is.
    #[inline]
    fn era(&self) -> u64 {
        self.era.load(Ordering::Acquire)
    }

    /// Whether a call was let through in the generation that there is now.
    fn is_of_now(&self, word: Word, generation: u64) -> bool {
        word.generation() | self.era() == generation
    }

    /// Admits a call where nothing is wrong, and gives the generation that its outcome will belong to.
    #[inline]
    pub(crate) fn admit_if_closed(&self) -> Option<u64> {
        let (era, word) = (self.era(), self.load());
        word.is_plainly_closed().then(|| word.generation() | era)
    }

    /// The time left, where one look is enough to see that no call is let through; `None` where it is not.
    #[inline]
    pub(crate) fn left(&self, rules: &Rules, read: impl Fn() -> Reading) -> Option<Duration> {
        // Of a clock that went back nothing is known here, nor of one that has run for years: what is left by it is longer than all
        // that it is compared to. And what is needed behind the clock is looked for before it.
        let word = self.load();
        match word.phase() {
            Phase::Open { since } => {
                let cooldown_us = self.reopened.cooldown_us(rules, word);
                let until = since + cooldown_us;
                read().until_us(until, cooldown_us)
            }
            Phase::HalfOpen { admitted, .. } if admitted >= u64::from(rules.probes) => {
                let (probed, longest_us) = (self.probed.load(Ordering::Acquire), rules.longest_probe_us());
                (passed_or_long(probed, read().us()) < longest_us).then_some(Duration::ZERO)
            }
            Phase::Isolated => Some(Duration::MAX),
            Phase::Closed { .. } | Phase::HalfOpen { .. } | Phase::Disabled => None,
        }
    }

    /// Admits a call, if only as a probe; else gives the time left, in microseconds.
    pub(crate) fn admit(&self, rules: &Rules, now: impl Fn() -> u64) -> Result<Admitted, Refused> {
        let mut opened = false;
        loop {
            let (reopened, era, word) = (self.reopened.load(), self.era(), self.load());
            let ticket = |generation: u64, era: u64| ticket::ticket(rules, generation, era, &now);
            let to = match word.phase() {
                Phase::Closed { .. } | Phase::Disabled => {
                    return Ok(Admitted { generation: ticket(word.generation(), era), first_probe: false });
                }
                Phase::Isolated => return Err(Refused { left_us: FOR_EVER, opened }),
                Phase::Open { since } => {
                    let cooldown_us = self.reopened.cooldown_us(rules, word);
                    match passed(since, now()) {
                        Some(passed) if passed >= cooldown_us => {
                            word.next(rules, Phase::HalfOpen { admitted: 1, succeeded: 0 })
                        }
                        Some(passed) => return Err(Refused { left_us: cooldown_us - passed, opened }),
                        // By the clock that there is now, it opens now.
                        None => word.with(rules, Phase::Open { since: now() }),
                    }
                }
                Phase::HalfOpen { admitted, .. } if admitted >= u64::from(rules.probes) => {
                    let Some(since) = self.probes_failed(rules, now()) else {
                        return Err(Refused { left_us: 0, opened });
                    };
                    self.reopened.opens(rules, reopened, word, word.next(rules, Phase::Open { since }))
                }
                Phase::HalfOpen { admitted, succeeded } => {
                    word.with(rules, Phase::HalfOpen { admitted: admitted + 1, succeeded })
                }
            };
            let is_probe = matches!(to.phase(), Phase::HalfOpen { .. });
            if is_probe {
                // Before the probe is seen, or it would be taken for one that began with the one before.
                self.probed.store(now(), Ordering::Release);
            }
            if self.swap(word, to) {
                let is_next = to.generation() != word.generation();
                if is_probe {
                    let era = if to.generation() < word.generation() { self.era() } else { era };
                    return Ok(Admitted { generation: ticket(to.generation(), era), first_probe: is_next });
                }
                opened |= is_next;
            }
        }
    }

    /// When the probes under way counted as failed, because they took too long. A clock that went back begins their time anew.
    fn probes_failed(&self, rules: &Rules, now: u64) -> Option<u64> {
        let probed = self.probed.load(Ordering::Acquire);
        let Some(passed) = passed(probed, now) else {
            self.probed.store(now, Ordering::Release);
            return None;
        };
        (passed >= rules.longest_probe_us()).then(|| probed.wrapping_add(rules.longest_probe_us()))
    }

    /// Something was heard of a probe that is under way: its longest time begins anew.
    #[cfg(feature = "stream")]
    pub(crate) fn goes_on(&self, rules: &Rules, generation: u64, now: impl Fn() -> u64) {
        let generation = ticket::generation(rules, generation, self.era());
        let word = self.load();
        if !matches!(word.phase(), Phase::HalfOpen { .. }) || !self.is_of_now(word, generation) {
            return;
        }
        let now = now();
        if self.probes_failed(rules, now).is_none() {
            self.probed.store(now, Ordering::Release);
        }
    }

    /// Whether an outcome changes nothing: a success, counted one by one, where no failure stands before it.
    #[inline]
    pub(crate) fn has_nothing_to_count(&self, rules: &Rules, generation: u64, failed: bool) -> bool {
        // One of an earlier era has nothing to count either.
        !failed && rules.ratio.is_none() && self.load() == Word::closed(generation & GENERATION)
    }

    /// How long the call has taken that was admitted in `generation`, if that is too long, and anything is counted.
    pub(crate) fn slow_us(&self, rules: &Rules, generation: u64, now: impl Fn() -> u64) -> Option<u64> {
        ticket::slow_us(rules, generation, now).filter(|_| self.phase() != Phase::Disabled)
    }

    /// As if the call that was admitted in `generation` had begun so much later.
    pub(crate) fn began_later(rules: &Rules, generation: u64, us: u64) -> u64 {
        if rules.slow_us.is_some() { ticket::later(generation, us) } else { generation }
    }

    /// Counts the outcome of a call that was admitted in `generation`.
    pub(crate) fn record(&self, rules: &Rules, generation: u64, failed: bool, now: impl Fn() -> u64) -> Change {
        let generation = ticket::generation(rules, generation, self.era());
        let now_in = self.load();
        if !self.is_of_now(now_in, generation) {
            return Change::None;
        }
        let window_is_bad = now_in.phase() == CLOSED && self.push(rules, generation & GENERATION, failed, &now);
        loop {
            let (reopened, word) = (self.reopened.load(), self.load());
            if !self.is_of_now(word, generation) {
                return Change::None;
            }
            let open = |since: u64| {
                let to = word.next(rules, Phase::Open { since });
                (self.reopened.opens(rules, reopened, word, to), Change::Opened)
            };
            let (to, change) = match word.phase() {
                Phase::Closed { failures } => {
                    let failures = if failed && rules.ratio.is_none() { failures + 1 } else { 0 };
                    if window_is_bad || failures >= u64::from(rules.failures) {
                        open(now())
                    } else {
                        (word.with(rules, Phase::Closed { failures }), Change::None)
                    }
                }
                Phase::HalfOpen { admitted, succeeded } => match self.probes_failed(rules, now()) {
                    Some(since) => open(since),
                    None if failed => open(now()),
                    None if succeeded + 1 >= u64::from(rules.probes) => (word.next(rules, CLOSED), Change::Closed),
                    None => (word.with(rules, Phase::HalfOpen { admitted, succeeded: succeeded + 1 }), Change::None),
                },
                // An open breaker admits nobody: nobody has a call of this generation. One that is disabled counts nothing.
                Phase::Open { .. } | Phase::Isolated | Phase::Disabled => return Change::None,
            };
            // What stays as it is need not be written: that would take the word from all other threads.
            if to == word || self.swap(word, to) {
                return change;
            }
        }
    }

    /// Puts it by hand into a phase that says nothing of the calls under way. Whether it was in another one.
    pub(crate) fn put(&self, rules: &Rules, phase: Phase) -> bool {
        loop {
            let word = self.load();
            let is_closed = |phase: Phase| matches!(phase, Phase::Closed { .. });
            let is_in_it = word.phase() == phase || is_closed(word.phase()) && is_closed(phase);
            // What was counted is forgotten, though it was closed before.
            if (is_in_it && !is_closed(phase)) || self.swap(word, word.next(rules, phase)) {
                return !is_in_it;
            }
        }
    }

    /// Takes back the admission of a call that came to nothing: cancelled, or refused further down.
    #[inline]
    pub(crate) fn give_back(&self, rules: &Rules, generation: u64) {
        if let Phase::HalfOpen { .. } = self.phase() {
            self.give_probe_back(rules, generation);
        }
    }

    #[cold]
    fn give_probe_back(&self, rules: &Rules, generation: u64) {
        let generation = ticket::generation(rules, generation, self.era());
        loop {
            let word = self.load();
            let Phase::HalfOpen { admitted, succeeded } = word.phase() else { return };
            if !self.is_of_now(word, generation) {
                return;
            }
            let to = word.with(rules, Phase::HalfOpen { admitted: admitted.saturating_sub(1), succeeded });
            if self.swap(word, to) {
                return;
            }
        }
    }

    /// Writes an outcome into the window. Whether it is to be judged now, and too many in it are failures.
    fn push(&self, rules: &Rules, generation: u64, failed: bool, now: impl Fn() -> u64) -> bool {
        let Some(ratio) = &rules.ratio else { return false };
        self.outcomes.push(ratio, generation, failed, now, || self.load().generation() == generation)
    }

    /// Whether it is closed, with no failure counted.
    pub(crate) fn has_no_failure(&self, rules: &Rules, now: impl Fn() -> u64) -> bool {
        let word = self.load();
        let none_in = |window: Window| self.outcomes.has_no_failure(window, word.generation(), now);
        word.phase() == CLOSED && rules.ratio.is_none_or(|ratio| none_in(ratio.window))
    }
}
