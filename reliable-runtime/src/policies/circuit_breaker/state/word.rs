//! Everything but the outcomes in a window, in one word.

use crate::policies::circuit_breaker::rules::Rules;

/// One word, so that every transition is one compare-and-swap.
///
/// ```text
/// phase (2 bits) | generation (14 bits) | payload (48 bits)
/// closed:    the failures in a row
/// open:      when it opened, in microseconds
/// half-open: the probes admitted (24 bits) | the probes that succeeded (24 bits)
/// other:     closed, where it is to be looked at when a call begins; isolated; disabled (2 bits) | the failures in a row
/// ```
///
/// The generation grows with every transition: an outcome that comes back to another generation is too old to count. After
/// 16384 of them a new era begins, which a call keeps beside its generation, in the place of the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word(pub(super) u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Closed { failures: u64 },
    Open { since: u64 },
    HalfOpen { admitted: u64, succeeded: u64 },
    Isolated,
    Disabled,
}

pub(super) const CLOSED: Phase = Phase::Closed { failures: 0 };

pub(super) const PAYLOAD_BITS: u32 = 48;
pub(super) const PAYLOAD: u64 = (1 << PAYLOAD_BITS) - 1;
const HALF: u64 = (1 << (PAYLOAD_BITS / 2)) - 1;
/// A generation is kept in the place that it has in the word: a call that went well compares it as it is.
pub(super) const GENERATION: u64 = ((1 << 14) - 1) << PAYLOAD_BITS;
const NEXT_GENERATION: u64 = 1 << PAYLOAD_BITS;

const OTHER: u64 = 3;
/// The payload of what is other.
const OTHER_BITS: u32 = 46;
const FAILURES: u64 = (1 << OTHER_BITS) - 1;
const ISOLATED: u64 = 1 << OTHER_BITS;
const DISABLED: u64 = 2 << OTHER_BITS;

impl Word {
    /// A breaker that looks at its clock when a call begins.
    pub(super) const WATCHING: Word = Word(OTHER << 62);

    #[inline]
    fn new(generation: u64, phase: Phase) -> Word {
        let (tag, payload) = match phase {
            Phase::Closed { failures } => (0, failures),
            Phase::Open { since } => (1, since),
            Phase::HalfOpen { admitted, succeeded } => (2, admitted << (PAYLOAD_BITS / 2) | succeeded),
            Phase::Isolated => (OTHER, ISOLATED),
            Phase::Disabled => (OTHER, DISABLED),
        };
        Word(tag << 62 | generation | payload & PAYLOAD)
    }

    /// With no failure, and nothing to look at.
    #[inline]
    pub(super) fn closed(generation: u64) -> Word {
        Word::new(generation, CLOSED)
    }

    /// Whether nothing is to be looked at when a call begins.
    #[inline]
    pub(super) fn is_plainly_closed(self) -> bool {
        self.0 >> 62 == 0
    }

    #[inline]
    pub(super) fn phase(self) -> Phase {
        let payload = self.0 & PAYLOAD;
        match self.0 >> 62 {
            0 => Phase::Closed { failures: payload },
            1 => Phase::Open { since: payload },
            2 => Phase::HalfOpen { admitted: payload >> (PAYLOAD_BITS / 2), succeeded: payload & HALF },
            _ => match payload & !FAILURES {
                ISOLATED => Phase::Isolated,
                DISABLED => Phase::Disabled,
                _ => Phase::Closed { failures: payload },
            },
        }
    }

    #[inline]
    pub(super) fn generation(self) -> u64 {
        self.0 & GENERATION
    }

    /// The same generation, with another payload.
    pub(super) fn with(self, rules: &Rules, phase: Phase) -> Word {
        let word = Word::new(self.generation(), phase);
        match phase {
            Phase::Closed { .. } if rules.slow_us.is_some() => Word(word.0 | Word::WATCHING.0),
            _ => word,
        }
    }

    /// The next generation.
    pub(super) fn next(self, rules: &Rules, phase: Phase) -> Word {
        Word(self.0.wrapping_add(NEXT_GENERATION) & GENERATION).with(rules, phase)
    }

    /// The generation before this one.
    pub(super) fn before(self) -> u64 {
        self.0.wrapping_sub(NEXT_GENERATION) & GENERATION
    }
}

/// The microseconds that have passed since then; `None` if the clock went back, by more than what lies between the readings of
/// two threads. Both are as in a payload, where a clock that has run for years begins anew.
pub(super) fn passed(since: u64, now: u64) -> Option<u64> {
    let passed = passed_or_long(since, now);
    if passed <= PAYLOAD / 2 {
        return Some(passed);
    }
    (PAYLOAD - passed < 1_000_000).then_some(0)
}

/// The same, and longer than anything that is waited for if the clock went back.
#[inline]
pub(super) fn passed_or_long(since: u64, now: u64) -> u64 {
    now.wrapping_sub(since) & PAYLOAD
}
