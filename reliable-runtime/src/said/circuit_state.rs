//! The states of a circuit breaker.

use std::fmt;

/// The state that a breaker is in.
///
/// ```
/// use reliable::{CircuitBreaker, CircuitState};
///
/// assert_eq!(CircuitBreaker::new().state(), CircuitState::Closed);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum CircuitState {
    /// Calls go through.
    Closed,
    /// Calls are kept away.
    Open,
    /// A few calls go through, as probes.
    HalfOpen,
}

impl fmt::Display for CircuitState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CircuitState::Closed => "closed",
            CircuitState::Open => "open",
            CircuitState::HalfOpen => "half-open",
        })
    }
}
