//! What the limits have in common: how they tell of a wait and of a rejection.

use tokio::time::Instant;

use crate::said::fault::Fault;
use crate::seen::emit::tell;

#[cold]
pub(crate) fn waited(tool: &'static str, by: &'static str, since: Instant) {
    tell!(Waited { tool: tool.into(), by: by.into(), waited: since.elapsed() });
}

/// Tells that a call was kept away from its service.
#[inline]
pub(crate) fn tell_rejection(tool: &'static str, fault: impl FnOnce() -> Fault) {
    tell!(Rejected { tool: tool.into(), fault: fault() });
}
