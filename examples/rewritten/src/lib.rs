//! Blocks that real agent programs write by hand, rewritten with the attributes. See each module for what it replaces.
//!
//! | block | lines by hand, without tests | lines here |
//! |---|---|---|
//! | [`provider`]: retries, failover, streams | some 900 in one program, 1,200 in another | 60 |
//! | [`approvals`]: a tool loop in which a human is asked once | 85 for the memory alone | 45, the loop and its cap among them |
//! | [`budget`]: a budget that asks when it is used up | some 600 | 65 |

#![allow(clippy::missing_errors_doc, reason = "each gives what a `Fault` says")]

pub mod approvals;
pub mod budget;
pub mod machine;
pub mod provider;
pub mod wire;
