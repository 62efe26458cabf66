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
    /// Calls are kept away until somebody closes it, because somebody wanted it so.
    Isolated,
    /// Calls go through, and none is counted, until somebody closes it.
    Disabled,
}

impl fmt::Display for CircuitState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CircuitState::Closed => "closed",
            CircuitState::Open => "open",
            CircuitState::HalfOpen => "half-open",
            CircuitState::Isolated => "isolated",
            CircuitState::Disabled => "disabled",
        })
    }
}
