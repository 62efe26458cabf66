//! The runtime behind the attributes of `reliable`: what their expansions call, and what can be called by hand.
//!
//! Use it through the `reliable` crate, whose documentation begins at the beginning, and which says what of all this is for
//! whom. Here everything stands in the room where it belongs, and an arrow only ever points down: what acts uses what
//! looks on, and that uses what is said.
//!
//! | room | what is in it |
//! |---|---|
//! | [`expansion`] | what only the expansions of the attributes name |
//! | [`frameworks`] | what rmcp, rig, reqwest and HTTP make of it |
//! | `stream` | what the policies put around a stream (feature `stream`) |
//! | [`approval`] | the question to a human, and who answers it |
//! | [`policies`] | a module for each pattern: retry, timeout, circuit breaker, … |
//! | `durable` | a run that outlives its process (feature `durable`) |
//! | [`agent`] | a run of an agent: its limits, its steps, its spending |
//! | [`seen`] | what looks at an error, and what tells of an event: recorder, report, `tracing`, metrics |
//! | [`scope`] | what is found around a call instead of in its arguments |
//! | [`said`] | plain data: faults, events, requests and decisions, money, names |
//! | `base` | the clock, timers, waiting in a plain `fn` |

// With the label of its feature on each item, where the documentation is built by a compiler that knows how.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(missing_docs)]
#![warn(unreachable_pub)]

pub mod agent;
pub mod approval;
mod base;
#[cfg(feature = "durable")]
pub mod durable;
pub mod expansion;
pub mod frameworks;
pub mod policies;
pub mod said;
pub mod scope;
pub mod seen;
#[cfg(all(test, any(feature = "metrics", feature = "tracing")))]
mod sources;
#[cfg(feature = "stream")]
pub mod stream;
