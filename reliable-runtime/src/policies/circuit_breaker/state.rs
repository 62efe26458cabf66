//! The state of a breaker in atomics: no lock, and no clock. Time comes in from outside, in microseconds.

use super::rules::Rules;
use crate::base::sync::{AtomicU64, Ordering};

/// Everything but the outcomes in the window, in one word, so that every transition is one compare-and-swap.
///
/// ```text
/// phase (2 bits) | generation (14 bits) | payload (48 bits)
/// closed:    the failures in a row
/// open:      when it opened, in microseconds
/// half-open: the probes admitted (24 bits) | the probes that succeeded (24 bits)
/// ```
///
/// The generation grows with every transition: an outcome that comes back to another generation is too old to count. After
/// 16384 of them a new era begins, which a call keeps beside its generation, in the place of the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Word(u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Closed { failures: u64 },
    Open { since: u64 },
    HalfOpen { admitted: u64, succeeded: u64 },
}

const PAYLOAD_BITS: u32 = 48;
const PAYLOAD: u64 = (1 << PAYLOAD_BITS) - 1;
const HALF: u64 = (1 << (PAYLOAD_BITS / 2)) - 1;
/// A generation is kept in the place that it has in the word: a call that went well compares it as it is.
const GENERATION: u64 = ((1 << 14) - 1) << PAYLOAD_BITS;
const NEXT_GENERATION: u64 = 1 << PAYLOAD_BITS;

impl Word {
    #[inline]
    fn new(generation: u64, phase: Phase) -> Word {
        let (tag, payload) = match phase {
            Phase::Closed { failures } => (0, failures),
            Phase::Open { since } => (1, since),
            Phase::HalfOpen { admitted, succeeded } => (2, admitted << (PAYLOAD_BITS / 2) | succeeded),
        };
        Word(tag << 62 | generation | payload & PAYLOAD)
    }

    #[inline]
    fn phase(self) -> Phase {
        let payload = self.0 & PAYLOAD;
        match self.0 >> 62 {
            0 => Phase::Closed { failures: payload },
            1 => Phase::Open { since: payload },
            _ => Phase::HalfOpen { admitted: payload >> (PAYLOAD_BITS / 2), succeeded: payload & HALF },
        }
    }

    #[inline]
    fn generation(self) -> u64 {
        self.0 & GENERATION
    }

    /// The same generation, with another payload.
    fn with(self, phase: Phase) -> Word {
        Word::new(self.generation(), phase)
    }

    /// The next generation.
    fn next(self, phase: Phase) -> Word {
        Word::new((self.0 + NEXT_GENERATION) & GENERATION, phase)
    }
}

/// The microseconds that have passed since then; `None` if the clock went back, by more than what lies between the readings of
/// two threads. Both are as in a payload, where a clock that has run for years begins anew.
fn passed(since: u64, now: u64) -> Option<u64> {
    let passed = passed_or_long(since, now);
    if passed <= PAYLOAD / 2 {
        return Some(passed);
    }
    (PAYLOAD - passed < 1_000_000).then_some(0)
}

/// The same, and longer than anything that is waited for if the clock went back.
#[inline]
fn passed_or_long(since: u64, now: u64) -> u64 {
    now.wrapping_sub(since) & PAYLOAD
}

/// The largest window that a breaker can look at.
pub(crate) const LARGEST_WINDOW: u32 = 1024;
const WINDOW_WORDS: usize = LARGEST_WINDOW as usize / 64;

/// The state of one breaker.
#[derive(Debug)]
pub(crate) struct State {
    word: AtomicU64,
    /// It fits into a payload: there are no 2^62 transitions.
    era: AtomicU64,
    /// When the last probe was let through, in microseconds.
    probed: AtomicU64,
    /// The generation that the window belongs to (14 bits), and the outcomes seen in it (50 bits).
    tally: AtomicU64,
    /// A bit for each outcome in the window: 1 is a failure. Judged only when every one of them was written anew.
    window: [AtomicU64; WINDOW_WORDS],
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
    pub(crate) left_us: u64,
    /// Whether this call has found that the probes took too long, and opened the breaker again.
    pub(crate) opened: bool,
}

impl State {
    #[cfg(not(all(test, loom)))]
    pub(crate) const fn new() -> State {
        State {
            word: AtomicU64::new(0),
            era: AtomicU64::new(0),
            probed: AtomicU64::new(0),
            tally: AtomicU64::new(0),
            window: [const { AtomicU64::new(0) }; WINDOW_WORDS],
        }
    }

    #[cfg(all(test, loom))]
    pub(crate) fn new() -> State {
        State {
            word: AtomicU64::new(0),
            era: AtomicU64::new(0),
            probed: AtomicU64::new(0),
            tally: AtomicU64::new(0),
            window: std::array::from_fn(|_| AtomicU64::new(0)),
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
        matches!(word.phase(), Phase::Closed { .. }).then(|| word.generation() | era)
    }

    /// The time left, in microseconds, where one look is enough to see that no call is let through; `None` where it is not.
    #[inline]
    pub(crate) fn left_us(&self, rules: &Rules, now: impl Fn() -> u64) -> Option<u64> {
        // Of a clock that went back nothing is known here: what has passed by it is longer than all that it is compared to.
        match self.phase() {
            Phase::Closed { .. } => None,
            Phase::Open { since } => {
                rules.cooldown_us.checked_sub(passed_or_long(since, now())).filter(|left_us| *left_us > 0)
            }
            Phase::HalfOpen { admitted, .. } => {
                let has_no_place = admitted >= u64::from(rules.probes);
                let is_probing =
                    || passed_or_long(self.probed.load(Ordering::Acquire), now()) < rules.longest_probe_us();
                (has_no_place && is_probing()).then_some(0)
            }
        }
    }

    /// Admits a call, if only as a probe; else gives the time left, in microseconds.
    pub(crate) fn admit(&self, rules: &Rules, now: impl Fn() -> u64) -> Result<Admitted, Refused> {
        let mut opened = false;
        loop {
            let (era, word) = (self.era(), self.load());
            let to = match word.phase() {
                Phase::Closed { .. } => {
                    return Ok(Admitted { generation: word.generation() | era, first_probe: false });
                }
                Phase::Open { since } => match passed(since, now()) {
                    Some(passed) if passed >= rules.cooldown_us => {
                        word.next(Phase::HalfOpen { admitted: 1, succeeded: 0 })
                    }
                    Some(passed) => return Err(Refused { left_us: rules.cooldown_us - passed, opened }),
                    // By the clock that there is now, it opens now.
                    None => word.with(Phase::Open { since: now() }),
                },
                Phase::HalfOpen { admitted, .. } if admitted >= u64::from(rules.probes) => {
                    let Some(since) = self.probes_failed(rules, now()) else {
                        return Err(Refused { left_us: 0, opened });
                    };
                    word.next(Phase::Open { since })
                }
                Phase::HalfOpen { admitted, succeeded } => {
                    word.with(Phase::HalfOpen { admitted: admitted + 1, succeeded })
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
                    return Ok(Admitted { generation: to.generation() | era, first_probe: is_next });
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
        !failed && rules.ratio.is_none() && self.load() == Word::new(generation & GENERATION, CLOSED)
    }

    /// Counts the outcome of a call that was admitted in `generation`.
    pub(crate) fn record(&self, rules: &Rules, generation: u64, failed: bool, now: impl Fn() -> u64) -> Change {
        let now_in = self.load();
        if !self.is_of_now(now_in, generation) {
            return Change::None;
        }
        let window_is_bad = now_in.phase() == CLOSED && self.push(rules, generation & GENERATION, failed);
        loop {
            let word = self.load();
            if !self.is_of_now(word, generation) {
                return Change::None;
            }
            let (to, change) = match word.phase() {
                Phase::Closed { failures } => {
                    let failures = if failed && rules.ratio.is_none() { failures + 1 } else { 0 };
                    if window_is_bad || failures >= u64::from(rules.failures) {
                        (word.next(Phase::Open { since: now() }), Change::Opened)
                    } else {
                        (word.with(Phase::Closed { failures }), Change::None)
                    }
                }
                Phase::HalfOpen { admitted, succeeded } => match self.probes_failed(rules, now()) {
                    Some(since) => (word.next(Phase::Open { since }), Change::Opened),
                    None if failed => (word.next(Phase::Open { since: now() }), Change::Opened),
                    None if succeeded + 1 >= u64::from(rules.probes) => (word.next(CLOSED), Change::Closed),
                    None => (word.with(Phase::HalfOpen { admitted, succeeded: succeeded + 1 }), Change::None),
                },
                // An open breaker admits nobody: nobody has a call of this generation.
                Phase::Open { .. } => return Change::None,
            };
            // What stays as it is need not be written: that would take the word from all other threads.
            if to == word || self.swap(word, to) {
                return change;
            }
        }
    }

    /// Takes back the admission of a call that came to nothing: cancelled, or refused further down.
    #[inline]
    pub(crate) fn give_back(&self, generation: u64) {
        if let Phase::HalfOpen { .. } = self.phase() {
            self.give_probe_back(generation);
        }
    }

    #[cold]
    fn give_probe_back(&self, generation: u64) {
        loop {
            let word = self.load();
            let Phase::HalfOpen { admitted, succeeded } = word.phase() else { return };
            if !self.is_of_now(word, generation) {
                return;
            }
            let to = word.with(Phase::HalfOpen { admitted: admitted.saturating_sub(1), succeeded });
            if self.swap(word, to) {
                return;
            }
        }
    }

    /// Writes an outcome into the window. Whether the window is full now, and too many in it are failures.
    fn push(&self, rules: &Rules, generation: u64, failed: bool) -> bool {
        let Some(ratio) = &rules.ratio else { return false };
        let Some(seen) = self.next_in_window(generation) else { return false };
        let place = seen % u64::from(ratio.window);
        let (word, bit) = (&self.window[usize::try_from(place / 64).unwrap_or_default()], 1 << (place % 64));
        match (word.load(Ordering::Acquire) & bit != 0, failed) {
            (false, true) => drop(word.fetch_or(bit, Ordering::AcqRel)),
            (true, false) => drop(word.fetch_and(!bit, Ordering::AcqRel)),
            (true, true) | (false, false) => {}
        }
        seen + 1 >= u64::from(ratio.window) && ratio.is_reached(self.failures_in(ratio.window))
    }

    /// The place of the next outcome; `None` if it comes from an earlier generation than the window.
    fn next_in_window(&self, generation: u64) -> Option<u64> {
        loop {
            let tally = self.tally.load(Ordering::Acquire);
            let seen = match tally >> 50 == generation >> PAYLOAD_BITS {
                true => tally & ((1 << 50) - 1),
                // A window is emptied by the first outcome of a new generation.
                false if self.load().generation() == generation => 0,
                false => return None,
            };
            let next = generation >> PAYLOAD_BITS << 50 | (seen + 1);
            if self.tally.compare_exchange(tally, next, Ordering::AcqRel, Ordering::Acquire).is_ok() {
                return Some(seen);
            }
        }
    }

    /// Whether it is closed, with no failure counted.
    pub(crate) fn has_no_failure(&self, rules: &Rules) -> bool {
        let (word, tally) = (self.load(), self.tally.load(Ordering::Acquire));
        let window = rules.ratio.map_or(0, |ratio| ratio.window);
        let is_of_now = tally >> 50 == word.generation() >> PAYLOAD_BITS;
        let seen = if is_of_now { tally & ((1 << 50) - 1) } else { 0 };
        let seen = u32::try_from(seen).unwrap_or(u32::MAX);
        word.phase() == CLOSED && self.failures_in(seen.min(window)) == 0
    }

    fn failures_in(&self, window: u32) -> u32 {
        let words = window.div_ceil(64) as usize;
        let last = if window % 64 == 0 { u64::MAX } else { (1 << (window % 64)) - 1 };
        let ones = |(i, word): (usize, &AtomicU64)| {
            let mask = if i + 1 == words { last } else { u64::MAX };
            (word.load(Ordering::Acquire) & mask).count_ones()
        };
        self.window[..words].iter().enumerate().map(ones).sum()
    }
}

const CLOSED: Phase = Phase::Closed { failures: 0 };
