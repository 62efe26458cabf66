//! A run that outlives its process: what is recorded of it, and how it goes on.

pub mod alike;
pub mod call;
pub mod engine;
mod flow;
mod gate;
pub mod halt;
pub mod inbox;
mod leaf;
pub mod memory;
pub(crate) mod question;
pub mod recorded;
pub mod records;
mod run;
pub mod runs;
pub mod store_error;
pub mod store_grant;
pub mod store_grants;
pub mod time;
mod waits;
pub mod workflows;
