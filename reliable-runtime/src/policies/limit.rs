//! What the limits have in common: how they tell of a wait and of a rejection.

use std::time::Duration;

use tokio::time::Instant;

use crate::said::fault::Fault;
use crate::seen::emit::tell;

#[cold]
pub(crate) fn waited(tool: &'static str, by: &'static str, since: Instant) {
    tell!(Waited { tool: tool.into(), by: by.into(), waited: since.elapsed() });
}

#[inline]
pub(crate) fn rejected(tool: &'static str, by: &'static str, wait: Option<Duration>) -> Fault {
    let fault = Fault::Rejected { tool: tool.into(), by: by.into(), wait };
    tell_rejection(tool, || fault.clone());
    fault
}

/// Tells that a call was kept away from its service.
#[inline]
pub(crate) fn tell_rejection(tool: &'static str, fault: impl FnOnce() -> Fault) {
    tell!(Rejected { tool: tool.into(), fault: fault() });
}
