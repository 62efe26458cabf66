//! A breaker by hand: for operators, and for tests.

use crate::policies::circuit_breaker::state::Phase;
use crate::policies::circuit_breaker::{CircuitBreaker, changed};
use crate::said::circuit_state::CircuitState;

/// Whose breaker it is, where no call has changed it.
const BY_HAND: &str = "circuit breaker";

/// By hand, for operators and tests. Each change is an [`Event::Circuit`](crate::said::event::Event::Circuit), of the tool
/// `circuit breaker`, for no call has made it.
impl CircuitBreaker {
    /// The state it is in. One that is open stays so until the next call after the cooldown.
    ///
    /// ```
    /// use reliable::{CircuitBreaker, CircuitState};
    ///
    /// static SEARCH: CircuitBreaker = CircuitBreaker::new();
    ///
    /// assert_eq!(SEARCH.state(), CircuitState::Closed);
    /// ```
    pub fn state(&self) -> CircuitState {
        match self.state.phase() {
            Phase::Closed { .. } => CircuitState::Closed,
            Phase::Open { .. } => CircuitState::Open,
            Phase::HalfOpen { .. } => CircuitState::HalfOpen,
            Phase::Isolated => CircuitState::Isolated,
            Phase::Disabled => CircuitState::Disabled,
        }
    }

    /// Keeps all calls away until somebody [closes](CircuitBreaker::close) it: before the service is down for maintenance, say.
    /// They get [`Fault::CircuitOpen`](crate::said::fault::Fault::CircuitOpen) with no time to wait. The calls under way go on.
    ///
    /// ```
    /// use reliable::{CircuitBreaker, CircuitState};
    ///
    /// let search = CircuitBreaker::new();
    /// search.isolate();
    /// let fault = search.admit("search").unwrap_err();
    /// assert_eq!(fault.to_string(), "`search` was not called: its circuit breaker is isolated until somebody closes it");
    /// search.close();
    /// assert!(search.admit("search").is_ok());
    /// ```
    pub fn isolate(&self) {
        self.put(Phase::Isolated, CircuitState::Isolated);
    }

    /// Lets all calls through, and counts nothing, until somebody [closes](CircuitBreaker::close) it.
    ///
    /// ```
    /// use reliable::{CircuitBreaker, CircuitState};
    /// use reliable::expansion::Inspect;
    ///
    /// let search = CircuitBreaker::new().failures(1);
    /// search.disable();
    /// let failed = Err::<u32, _>("503");
    /// let _ = search.admit("search").unwrap().settle("search", failed, |error| Inspect::new(error).failure());
    /// assert_eq!(search.state(), CircuitState::Disabled);
    /// assert!(search.admit("search").is_ok());
    /// ```
    pub fn disable(&self) {
        self.put(Phase::Disabled, CircuitState::Disabled);
    }

    /// Closes it, whatever it was, and forgets what it has counted. The outcome of a call that began before counts as nothing.
    ///
    /// ```
    /// use reliable::{CircuitBreaker, CircuitState};
    /// use reliable::expansion::Inspect;
    ///
    /// let search = CircuitBreaker::new().failures(1);
    /// let failed = Err::<u32, _>("503");
    /// let _ = search.admit("search").unwrap().settle("search", failed, |error| Inspect::new(error).failure());
    /// assert_eq!(search.state(), CircuitState::Open);
    /// search.close();
    /// assert_eq!(search.state(), CircuitState::Closed);
    /// ```
    pub fn close(&self) {
        self.put(Phase::Closed { failures: 0 }, CircuitState::Closed);
    }

    fn put(&self, phase: Phase, state: CircuitState) {
        if self.state.put(&self.rules, phase) {
            changed(BY_HAND, state);
        }
    }
}
