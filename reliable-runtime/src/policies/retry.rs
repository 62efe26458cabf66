//! `#[retry]`: runs the body again on a transient error.

pub(crate) mod attempt;
pub mod attempts;
pub mod backoff;
pub mod budget;
pub(crate) mod failed;
pub mod keeping;
pub mod pause;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::policies::retry::backoff::{Backoff, jittered, spread};
use crate::policies::retry::budget::RetryBudget;
use crate::policies::retry::failed::Failed;

/// When to try again, how often, and how long to pause before.
///
/// Each option of `#[retry]` is a method of the same name here, usable in a `const` or `static`:
///
/// ```
/// use reliable::{Backoff, Retry};
///
/// static POLICY: Retry = Retry::new().max(5).backoff(Backoff::Linear);
/// # #[derive(Debug)] enum ApiError { Busy }
///
/// #[reliable::retry(POLICY)]
/// async fn forecast(city: &str) -> Result<String, ApiError> {
///     Ok(format!("sunny in {city}"))
/// }
/// # let rt = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # assert_eq!(rt.block_on(forecast("Oslo")).unwrap(), "sunny in Oslo");
/// ```
///
/// The defaults are those of the official `OpenAI` and Anthropic SDKs: 2 retries, 0.5 s doubled each time, at most 8 s,
/// shortened at random by up to a quarter.
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use = "a retry does nothing until its attempts are settled"]
pub struct Retry {
    max: u32,
    /// So many of them follow without a look at anything else: none, where there may be a pause, a limit or a budget.
    at_once: u32,
    backoff: Backoff,
    factor: f64,
    jitter: f64,
    base: Duration,
    cap: Option<Duration>,
    spread: Duration,
    within: Option<Duration>,
    budget: Option<&'static RetryBudget>,
}

const DEFAULT_CAP: Duration = Duration::from_secs(8);
const DEFAULT_ASKED_CAP: Duration = Duration::from_secs(60);

impl Default for Retry {
    fn default() -> Self {
        Retry::new()
    }
}

impl Retry {
    /// Two retries with exponential backoff: 0.5 s, then 1 s, each shortened at random by up to a quarter.
    pub const fn new() -> Self {
        Retry {
            max: 2,
            at_once: 0,
            backoff: Backoff::Exp,
            factor: 2.0,
            jitter: 0.25,
            base: Duration::from_millis(500),
            cap: None,
            spread: Duration::ZERO,
            within: None,
            budget: None,
        }
    }

    /// The retries after the first call: with `max(3)` the body runs at most 4 times. Default: 2.
    pub const fn max(self, max: u32) -> Self {
        // No more are counted: what is above that would have no end.
        Retry { max: Failed::most(max), ..self }.counted()
    }

    /// How the pauses grow. Default: [`Backoff::Exp`].
    pub const fn backoff(self, backoff: Backoff) -> Self {
        Retry { backoff, ..self }.counted()
    }

    /// The first pause. Default: 500 ms.
    pub const fn base(self, base: Duration) -> Self {
        Retry { base, ..self }
    }

    /// What [`Backoff::Exp`] multiplies each pause by. Default: 2.
    ///
    /// # Panics
    /// If `factor` is below 1 or not finite.
    pub const fn factor(self, factor: f64) -> Self {
        assert!(factor >= 1.0 && factor.is_finite(), "`factor` of a retry must be 1 or more");
        Retry { factor, ..self }
    }

    /// The longest pause. Default: 8 s, or `base` where that is longer; 60 s for a delay that was asked for.
    ///
    /// A pause of our own is cut down to it. A delay that was asked for, by the server or by an open breaker or a full limit,
    /// never is: if it is longer, the call fails at once with the error that asked, because calling earlier than asked is
    /// worse than not calling.
    pub const fn cap(self, cap: Duration) -> Self {
        Retry { cap: Some(cap), ..self }
    }

    /// The share by which a pause is shortened at random at the most: 0 never, 0.5 "equal", 1 "full" jitter.
    /// Default: 0.25.
    ///
    /// # Panics
    /// If `jitter` is outside `0.0..=1.0`.
    pub const fn jitter(self, jitter: f64) -> Self {
        assert!(jitter >= 0.0 && jitter <= 1.0, "`jitter` of a retry must be between 0 and 1");
        Retry { jitter, ..self }
    }

    /// The time by which a delay that was asked for is lengthened at random at the most, so that all those who were told the
    /// same second do not come back in the same millisecond. Default: zero.
    ///
    /// [`cap`](Retry::cap) is for what was asked, [`within`](Retry::within) for the pause as it is. Pauses of our own have
    /// [`jitter`](Retry::jitter) instead.
    pub const fn spread(self, spread: Duration) -> Self {
        Retry { spread, ..self }
    }

    /// The time for all attempts and pauses together, from the start of the first attempt on, without the time that a human
    /// is asked in an attempt ([`Attempts::run`](attempts::Attempts::run)). Default: none.
    ///
    /// A running body is not interrupted (that is what `#[timeout]` does): a pause that would end at this limit, or
    /// after it, is not begun, and the call fails with the error at hand.
    pub const fn within(self, within: Duration) -> Self {
        Retry { within: Some(within), ..self }.counted()
    }

    /// A budget that these retries share with others. Default: none.
    ///
    /// The policy is a `static` then, and not a `const`, which can't refer to a state. For a budget that is no `static`
    /// there are [`Attempts::budget`](attempts::Attempts::budget) and the option of `#[retry]`.
    ///
    /// ```
    /// use reliable::{Retry, RetryBudget};
    ///
    /// static BUDGET: RetryBudget = RetryBudget::aws();
    /// static POLICY: Retry = Retry::new().max(3).budget(&BUDGET);
    /// ```
    pub const fn budget(self, budget: &'static RetryBudget) -> Self {
        Retry { budget: Some(budget), ..self }.counted()
    }

    const fn counted(self) -> Self {
        let at_once = match self {
            Retry { backoff: Backoff::None, within: None, budget: None, max, .. } => max,
            _ => 0,
        };
        Retry { at_once, ..self }
    }

    /// The pause before retry number `retry`, counted from 0; `random` gives a share in `0.0..1.0`.
    fn own_delay(&self, retry: u32, random: impl FnOnce() -> f64) -> Duration {
        if self.backoff == Backoff::None {
            return Duration::ZERO;
        }
        self.some_delay(retry, random)
    }

    #[inline(never)]
    fn some_delay(&self, retry: u32, random: impl FnOnce() -> f64) -> Duration {
        let delay = self.backoff.delay(retry, self.base, self.factor);
        if delay.is_zero() {
            return delay;
        }
        let cap = self.cap.unwrap_or(DEFAULT_CAP.max(self.base));
        jittered(delay.min(cap), self.jitter, random())
    }

    /// The delay that was asked for, and what it is spread by, unless it is longer than anybody would wait; `random` is in
    /// `0.0..1.0`.
    #[inline(never)]
    fn asked_delay(&self, asked: Duration, random: impl FnOnce() -> f64) -> Option<Duration> {
        if asked == Duration::MAX || asked > self.cap.unwrap_or(DEFAULT_ASKED_CAP) {
            return None;
        }
        Some(if self.spread.is_zero() { asked } else { spread(asked, self.spread, random()) })
    }
}
