//! A run that outlives its process: what is recorded of it, and how it goes on.

pub mod call;
pub mod engine;
mod flow;
mod gate;
pub mod halt;
mod leaf;
pub mod memory;
pub mod recorded;
mod run;
pub mod time;
