//! What looks on: at the outcome of a call, to decide; at what happened, to tell.

pub(crate) mod ear;
pub(crate) mod emit;
pub(crate) mod execution;
pub mod failure;
pub(crate) mod inspect;
pub(crate) mod last_error;
pub(crate) mod listener;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(not(feature = "metrics"))]
#[path = "seen/metrics/off.rs"]
pub(crate) mod metrics;
pub(crate) mod outcome;
pub mod recorder;
pub mod report;
#[cfg(feature = "tracing")]
pub(crate) mod span;
#[cfg(not(feature = "tracing"))]
#[path = "seen/span/off.rs"]
pub(crate) mod span;
#[cfg(feature = "tracing")]
pub(crate) mod trace;
#[cfg(not(feature = "tracing"))]
#[path = "seen/trace/off.rs"]
pub(crate) mod trace;
pub mod transient;
