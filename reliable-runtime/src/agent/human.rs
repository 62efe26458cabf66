//! The time that a human is asked, which is not the agent's.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long questions stood open during a run. Two that stood open at the same time count once.
#[derive(Debug, Default)]
pub(crate) struct HumanTime(Mutex<Waits>);

#[derive(Debug, Default)]
struct Waits {
    open: u32,
    since: Option<Instant>,
    total: Duration,
}

impl HumanTime {
    /// The time since `started` in which no question stood open.
    pub(crate) fn without(&self, started: Instant) -> Duration {
        let waits = self.waits();
        let open = waits.since.map_or(Duration::ZERO, |since| since.elapsed());
        started.elapsed().saturating_sub(waits.total).saturating_sub(open)
    }

    pub(crate) fn begin(&self) {
        let mut waits = self.waits();
        waits.open += 1;
        waits.since.get_or_insert_with(Instant::now);
    }

    pub(crate) fn end(&self) {
        let mut waits = self.waits();
        waits.open -= 1;
        if waits.open == 0 {
            let waited = waits.since.take().map_or(Duration::ZERO, |since| since.elapsed());
            waits.total = waits.total.saturating_add(waited);
        }
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
