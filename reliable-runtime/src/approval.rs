//! The question to a human, and who answers it.

pub mod approver;
mod asked;
pub mod channel;
pub(crate) mod guarded;
pub mod question;
pub mod scripted;
pub mod terminal;
