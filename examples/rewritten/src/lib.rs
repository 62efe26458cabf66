//! Blocks that real agent programs write by hand, rewritten with the attributes: see each module for what it replaces.

#![allow(clippy::missing_errors_doc, reason = "each gives what a `Fault` says")]

pub mod approvals;
pub mod budget;
pub mod machine;
