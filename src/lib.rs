#![doc = include_str!("../README.md")]
//!
//! # Finding your way
//! - The attributes: [`retry`](macro@retry), [`timeout`](macro@timeout), [`fallback`](macro@fallback),
//!   [`requires_approval`](macro@requires_approval), [`agent`](macro@agent),
//!   [`circuit_breaker`](macro@circuit_breaker), [`bulkhead`](macro@bulkhead), [`hedge`](macro@hedge), and with the feature
//!   `rate-limit` the attribute `rate_limit`.
//! - What they stand for, usable by hand and in a `static`: [`Retry`], [`Timeout`], [`Fallback`], [`Approval`],
//!   [`AgentLimits`], [`CircuitBreaker`], [`Bulkhead`], [`Hedge`], and `RateLimit`.
//! - What can go wrong besides a tool's own error: [`Fault`]. What of all that is worth a retry: [`Transient`], and for
//!   the answers of an HTTP API the module `http` (feature `http`; the feature `reqwest` knows that client's errors).
//! - Proof that a guard is there: [`guarded!`](macro@guarded).
//! - For frameworks, each with the feature of its name: the modules `rmcp`, `rig` and `metrics`; what goes to `tracing` is
//!   listed at [`Event`]. What a model is told of a fault: [`Fault::model_feedback`].
//! - What is in force around a call: [`Scope`], with an [`Approver`] and a [`Recorder`]; in an agent, [`Run`].

#![deny(missing_docs)]

#[cfg(feature = "rate-limit")]
pub use reliable_macros::rate_limit;
pub use reliable_macros::{
    Transient, agent, bulkhead, chaos, circuit_breaker, fallback, guarded, hedge, policy, requires_approval, retry,
    timeout,
};
pub use reliable_runtime::*;
