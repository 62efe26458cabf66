//! A plain `fn` that waits where nobody may: in an async task, whose thread others need.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use tokio::runtime::{Handle, RuntimeFlavor};

use crate::base::blocking::is_in_a_task;
use crate::seen::emit::tell;

/// Told once for each function: it is a mistake in the program, and not in a call.
static TOLD: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Whether no other task could go on meanwhile: on the one thread of a runtime that has no more.
pub(crate) fn stops_all_tasks() -> bool {
    let flavor = Handle::try_current().map(|runtime| runtime.runtime_flavor());
    matches!(flavor, Ok(RuntimeFlavor::CurrentThread)) && is_in_a_task()
}

/// To be called before the thread is blocked.
#[cold]
pub(crate) fn tell(tool: &'static str) {
    if is_in_a_task() && TOLD.lock().unwrap_or_else(PoisonError::into_inner).insert(tool) {
        tell!(Blocked { tool: tool.into() });
    }
}
