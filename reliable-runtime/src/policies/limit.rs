//! What the limits have in common: how they tell of a wait and of a rejection.

use std::time::Duration;

use tokio::sync::{AcquireError, SemaphorePermit};
use tokio::time::Instant;

use crate::said::event::Event;
use crate::said::fault::Fault;
use crate::seen::emit::emit;

#[cold]
pub(crate) fn waited(tool: &'static str, by: &'static str, since: Instant) {
    emit(|| Event::Waited { tool: tool.into(), by: by.into(), waited: since.elapsed() });
}

#[inline]
pub(crate) fn rejected(tool: &'static str, by: &'static str, wait: Option<Duration>) -> Fault {
    tell_rejection(tool, Fault::Rejected { tool: tool.into(), by: by.into(), wait })
}

/// Tells that a call was kept away from its service, and gives the fault back.
#[inline]
pub(crate) fn tell_rejection(tool: &'static str, fault: Fault) -> Fault {
    emit(|| Event::Rejected { tool: tool.into(), fault: fault.clone() });
    fault
}

/// A semaphore says no only when it was closed, which no limit's is.
pub(crate) fn never_closed(permit: Result<SemaphorePermit<'_>, AcquireError>) -> SemaphorePermit<'_> {
    permit.expect("nobody closes a limit")
}
