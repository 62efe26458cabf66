//! The time that a human is asked, which is not the agent's.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::Instant;

use crate::base::human_time::HumanTime;
use crate::base::human_time::watching::note;

/// How long questions were open in the steps of a run: nothing that takes room, until there is one.
#[derive(Debug, Default)]
pub(crate) struct HumanWaits(OnceLock<Arc<HumanTime>>);

impl HumanWaits {
    /// The time from `started` until now in which no question was open.
    pub(crate) fn without(&self, started: Instant, now: Instant) -> Duration {
        let waits = self.0.get().map_or(Duration::ZERO, |waits| waits.total(now));
        now.saturating_duration_since(started).saturating_sub(waits)
    }

    /// Looks after a poll of a step what was asked in it.
    pub(crate) fn note(&self, before: u64) {
        note(self.0.get_or_init(Arc::default), before);
    }
}
