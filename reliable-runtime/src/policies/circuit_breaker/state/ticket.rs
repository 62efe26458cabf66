//! What a call keeps of the state in which it was let through: a generation and its era. Where it is to be known how long the
//! call takes, the era has less room, beside the time.
//!
//! ```text
//! generation (14 bits, as in a word) | era (48 bits)
//! generation (14 bits, as in a word) | the end of the era (8 bits) | when it began, in microseconds (40 bits)
//! ```

use super::word::GENERATION;
use crate::policies::circuit_breaker::rules::Rules;

const TIME_BITS: u32 = 40;
/// A little more than 12 days.
const TIME: u64 = (1 << TIME_BITS) - 1;
const END_OF_ERA: u64 = 0xff;

pub(super) fn ticket(rules: &Rules, generation: u64, era: u64, now: impl Fn() -> u64) -> u64 {
    match rules.slow_us {
        None => generation | era,
        Some(_) => generation | (era & END_OF_ERA) << TIME_BITS | now() & TIME,
    }
}

/// The generation and its era, in the era that there is now.
pub(super) fn generation(rules: &Rules, ticket: u64, era: u64) -> u64 {
    match rules.slow_us {
        None => ticket,
        Some(_) => ticket & GENERATION | era & !END_OF_ERA | ticket >> TIME_BITS & END_OF_ERA,
    }
}

/// How long it has taken, if that is too long.
pub(super) fn slow_us(rules: &Rules, ticket: u64, now: impl Fn() -> u64) -> Option<u64> {
    let slow_us = rules.slow_us?;
    let took_us = now().wrapping_sub(ticket) & TIME;
    // A clock that went back has said nothing.
    (took_us > slow_us && took_us <= TIME / 2).then_some(took_us)
}

/// As if the call had begun so much later.
pub(super) fn later(ticket: u64, us: u64) -> u64 {
    ticket & !TIME | (ticket & TIME).wrapping_add(us) & TIME
}
