//! A human is asked: what that means for the runs around the question.

use crate::agent::run::Run;

/// Marks that a human is asked, from now until the guards are dropped.
pub(crate) fn is_asked() -> Vec<HumanWait> {
    Run::current().and_outer().map(HumanWait::begin).collect()
}

/// A question stands open, and that time is not the agent's; ends when dropped, so that a cancelled one ends too.
#[derive(Debug)]
pub(crate) struct HumanWait(Run);

impl HumanWait {
    fn begin(run: &Run) -> HumanWait {
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
