//! The drill that kills: an agent on a file, in a process that dies at any moment, again and again.

pub mod agent;
pub mod child;
pub mod count;
pub mod kills;
pub mod log;
