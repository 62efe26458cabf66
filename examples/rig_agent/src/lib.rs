//! The parts of the example, for its program and its tests.

#![allow(clippy::missing_errors_doc, clippy::must_use_candidate, reason = "it is no library")]

pub mod human;
pub mod model;
pub mod patient;
#[allow(clippy::unused_async, reason = "they stand in for what is")]
pub mod services;
pub mod tools;
