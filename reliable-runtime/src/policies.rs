//! The patterns, a module for each: the policy as a value, and what it makes for a call.
//!
//! They have the same anatomy. A policy is made by a `const` constructor and a builder method for each option. It decides
//! at once, and leaves the waiting to the expansion of its attribute, or to you.

pub(crate) mod blocked;
pub mod bulkhead;
pub mod call_limit;
#[cfg(feature = "chaos")]
pub mod chaos;
pub mod circuit_breaker;
pub mod failover;
pub(crate) mod fallback;
pub mod hedge;
pub mod keyed;
pub(crate) mod limit;
pub mod policy;
pub mod rate_limit;
pub mod retry;
pub mod timeout;
