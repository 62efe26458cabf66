//! The question to a human, and who answers it.

pub mod approver;
pub(crate) mod asked;
pub mod asks;
pub mod channel;
pub(crate) mod edits;
pub mod execution;
pub mod grants;
#[cfg(feature = "durable")]
mod in_run;
mod memory;
mod open;
pub mod question;
pub mod scripted;
pub mod terminal;
mod whom;
