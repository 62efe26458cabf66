//! What everything stands on: time, whose it is, and waiting for it.

pub(crate) mod blocking;
pub(crate) mod clock;
pub(crate) mod flow_time;
pub(crate) mod foreign;
pub(crate) mod human_time;
pub(crate) mod key_hash;
pub(crate) mod path;
pub(crate) mod sync;
pub(crate) mod time_left;
pub(crate) mod timer;
