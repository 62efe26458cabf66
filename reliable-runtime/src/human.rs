//! The time that a human is asked, which is not the agent's.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Run;

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

    fn begin(&self) {
        let mut waits = self.waits();
        waits.open += 1;
        waits.since.get_or_insert_with(Instant::now);
    }

    fn end(&self) {
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

/// A question stands open; ends when dropped, so that a cancelled one ends too.
#[derive(Debug)]
pub(crate) struct HumanWait(Run);

impl HumanWait {
    pub(crate) fn begin(run: &Run) -> HumanWait {
        if let Some(time) = run.human_time() {
            time.begin();
        }
        HumanWait(run.clone())
    }
}

impl Drop for HumanWait {
    fn drop(&mut self) {
        if let Some(time) = self.0.human_time() {
            time.end();
        }
    }
}
