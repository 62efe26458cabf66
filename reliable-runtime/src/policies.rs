//! The patterns, a module for each: the policy as a value, and what it makes for a call.
//!
//! They have the same anatomy. A policy is made by a `const` constructor and a builder method for each option. What looks at a
//! call before or after it, such as a retry or a breaker, decides at once, and leaves the waiting to the expansion of its
//! attribute, or to you. What a call stands in line for, a bulkhead or a rate limit, is a future, which ends with its place.
//! And what watches the call while it runs, a timeout or a hedge, is a future around it.

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
