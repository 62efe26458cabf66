#![doc = include_str!("../README.md")]
//!
//! # Finding your way
//! - The attributes: [`retry`](macro@retry), [`timeout`](macro@timeout), [`fallback`](macro@fallback),
//!   [`requires_approval`](macro@requires_approval), [`agent`](macro@agent).
//! - What they stand for, usable by hand and in a `static`: [`Retry`], [`Timeout`], [`Fallback`], [`Approval`],
//!   [`Limits`].
//! - What can go wrong besides a tool's own error: [`Fault`].
//! - What is in force around a call: [`Scope`], with an [`Approver`] and a [`Recorder`]; in an agent, [`Run`].

#![deny(missing_docs)]

pub use reliable_macros::{agent, circuit_breaker, fallback, requires_approval, retry, timeout};
pub use reliable_runtime::*;
