//! The options of a breaker that make it look at the clock.

use std::time::Duration;

use super::rules::{Ratio, Window};
use super::state::BUCKETS;
#[cfg(not(all(test, loom)))]
use super::state::State;
use super::{CircuitBreaker, LONGEST_COOLDOWN, micros};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl CircuitBreaker {
    /// The time in which [`ratio`](CircuitBreaker::ratio) is a share of the calls that came to an end, instead of a number of
    /// calls. It is judged when there are [`min_calls`](CircuitBreaker::min_calls) of them.
    ///
    /// It moves on in 16 steps: no outcome counts for longer than this, and each for 15 sixteenths of it.
    ///
    /// ```
    /// use reliable::CircuitBreaker;
    /// use std::time::Duration;
    ///
    /// // Half of the calls of the last 10 seconds, if these were 20 or more.
    /// static SEARCH: CircuitBreaker = CircuitBreaker::new().ratio(0.5).time_window(Duration::from_secs(10)).min_calls(20);
    /// ```
    ///
    /// # Panics
    /// If it is shorter than a millisecond, or longer than a day.
    pub const fn time_window(mut self, window: Duration) -> Self {
        let ms = window.as_millis();
        assert!(
            ms > 0 && window.as_micros() <= DAY.as_micros(),
            "`time_window` of a circuit breaker must be between a millisecond and a day"
        );
        let bucket_us = micros(window) / BUCKETS as u64;
        self.rules.ratio = Some(Ratio { window: Window::Time { bucket_us }, ..self.ratio_or_default() });
        self
    }

    /// The calls that there must be in a [`time_window`](CircuitBreaker::time_window) before it is judged; without such a window
    /// it means nothing. Default: 20.
    ///
    /// # Panics
    /// If it is 0.
    pub const fn min_calls(mut self, calls: u32) -> Self {
        assert!(calls > 0, "`min_calls` of a circuit breaker must be 1 or more");
        self.rules.ratio = Some(Ratio { min_calls: calls, ..self.ratio_or_default() });
        self
    }

    /// The time from which on a call is a failure, though it goes well: who waits for it has given up, or soon will. What takes
    /// longer is told by [`Event::Slow`](crate::said::event::Event::Slow). The time that a human is asked in it does not count,
    /// where the call [runs](super::Permit::run) under its permit, as that of an attribute does. Default: none.
    ///
    /// # Panics
    /// If it is longer than a day.
    #[cfg(not(all(test, loom)))]
    pub const fn slow(mut self, slow: Duration) -> Self {
        assert!(slow.as_micros() <= DAY.as_micros(), "`slow` of a circuit breaker must be at most a day");
        self.rules.slow_us = Some(micros(slow));
        self.state = State::watching();
        self
    }

    /// The longest time that it stays open: from the [`cooldown`](CircuitBreaker::cooldown) on, which doubles each time that a
    /// probe fails. When it closes, the next one is as short as the first. Default: the cooldown does not grow.
    ///
    /// ```
    /// use reliable::CircuitBreaker;
    /// use std::time::Duration;
    ///
    /// // 30 s, a minute, 2, 4, 8, and then always 10 minutes.
    /// static SEARCH: CircuitBreaker =
    ///     CircuitBreaker::new().cooldown(Duration::from_secs(30)).max_cooldown(Duration::from_secs(600));
    /// ```
    ///
    /// # Panics
    /// If it is above 365 days, or shorter than the [`cooldown`](CircuitBreaker::cooldown) that was given.
    pub const fn max_cooldown(mut self, max_cooldown: Duration) -> Self {
        assert!(
            max_cooldown.as_micros() <= LONGEST_COOLDOWN.as_micros(),
            "`max_cooldown` of a circuit breaker must be at most 365 days"
        );
        self.rules.max_cooldown_us = Some(micros(max_cooldown));
        self.rules.check_cooldown();
        self
    }
}
