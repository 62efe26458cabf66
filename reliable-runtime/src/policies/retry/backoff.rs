//! How long to pause before a retry: pure arithmetic, tested without a runtime.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::base::flow_time::flow;

/// How the pauses between the attempts grow.
///
/// ```
/// use reliable::Backoff;
/// use std::time::Duration;
///
/// let base = Duration::from_millis(500);
/// assert_eq!(Backoff::Exp.delay(3, base, 2.0), Duration::from_secs(4));
/// assert_eq!(Backoff::Linear.delay(3, base, 2.0), Duration::from_secs(2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Backoff {
    /// `base`, then `factor` times the one before: 0.5 s, 1 s, 2 s, 4 s, …
    Exp,
    /// `base` more each time: 0.5 s, 1 s, 1.5 s, …
    Linear,
    /// `base` each time.
    Fixed,
    /// No pause at all.
    None,
}

impl Backoff {
    /// The pause before retry number `retry`, counted from 0, before cap and jitter.
    ///
    /// Saturates: retry 5000 gives [`Duration::MAX`] rather than a panic or a zero.
    pub fn delay(self, retry: u32, base: Duration, factor: f64) -> Duration {
        match self {
            Backoff::Exp => grown(base, factor, retry),
            Backoff::Linear => base.saturating_mul(retry.saturating_add(1)),
            Backoff::Fixed => base,
            Backoff::None => Duration::ZERO,
        }
    }
}

fn grown(base: Duration, factor: f64, retry: u32) -> Duration {
    if base.is_zero() {
        return Duration::ZERO;
    }
    let growth = factor.powi(i32::try_from(retry).unwrap_or(i32::MAX));
    Duration::try_from_secs_f64(base.as_secs_f64() * growth).unwrap_or(Duration::MAX)
}

/// Shortens `delay` by up to the share `jitter` of it; `random` is in `0.0..1.0`.
///
/// The same formula as in the official `OpenAI` and Anthropic SDKs, with their 0.25 as the default share.
///
/// What is cut off is what is multiplied: `Duration::MAX.mul_f64(1.0)` overflows, and a share below 1 never does.
pub(crate) fn jittered(delay: Duration, jitter: f64, random: f64) -> Duration {
    delay.saturating_sub(delay.mul_f64(jitter * random))
}

/// Lengthens `delay` by up to `most`; `random` is in `0.0..1.0`.
pub(crate) fn spread(delay: Duration, most: Duration, random: f64) -> Duration {
    delay.saturating_add(most.mul_f64(random))
}

/// A random number in `0.0..1.0`, from the keys that the standard library draws for each new hash map; in the flow of a durable
/// run the same in each life.
pub(crate) fn random() -> f64 {
    let bits = flow().map_or_else(|| RandomState::new().hash_one(()), |flow| flow.random()) >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit in an f64")]
    let share = bits as f64 / (1_u64 << 53) as f64;
    share
}
