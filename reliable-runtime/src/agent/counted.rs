//! A call that a limit of calls counts.

use crate::agent::run::Run;

impl Run {
    /// Counts a call in the whole run that this one is a part of. Whether there was room for it; outside of every run there is.
    pub(crate) fn count_call(&self, limit: impl FnOnce() -> u64, max: u32) -> bool {
        self.outermost().is_none_or(|run| run.state().counts.count(limit(), max))
    }
}
