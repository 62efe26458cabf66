//! What is said: plain data, which knows nothing of who says it, or who listens.

pub(crate) mod chain;
pub mod charge;
pub mod circuit_state;
pub mod decision;
pub mod digest;
pub mod edits;
pub mod event;
pub mod fault;
pub mod fault_kind;
mod feedback;
pub mod found;
pub mod grant;
pub(crate) mod hidden_wait;
pub mod idempotency;
pub mod ids;
#[cfg(feature = "serde")]
pub(crate) mod json;
#[cfg(not(feature = "serde"))]
#[path = "said/json/off.rs"]
pub(crate) mod json;
pub(crate) mod last_words;
pub mod money;
pub mod name;
pub mod remember;
pub mod request;
pub mod run_time_name;
#[cfg(feature = "durable")]
pub mod told;
pub(crate) mod words;
