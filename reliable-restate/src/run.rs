//! A run, inside of the handler that the server calls for it.
//!
//! What the server records is a log of the run, one record after the other: `record 1`, `record 2`, … The bodies of recorded
//! calls run outside of it, side by side, and what they come to is put into the log in the order in which it came. So the
//! commands of the handler never depend on the program, and Restate's own check of them has nothing to find; the check of the
//! program against its log is the runtime's.

pub(crate) mod commands;
pub(crate) mod journal;
pub(crate) mod life;
pub(crate) mod log;
pub(crate) mod mail;
pub(crate) mod place;
pub(crate) mod record;
pub(crate) mod shared;
pub(crate) mod task;
