//! What a run was denied.

use crate::agent::run::Run;
use crate::said::fault::Fault;
use crate::said::name::ToolName;
use crate::said::request::Decision;

/// How often in a row a run was denied something.
#[derive(Debug, Default)]
pub(crate) struct Denials {
    in_a_row: u32,
    /// How many it were, when that was once too often: no answer to a question that is still open changes it.
    pub(crate) too_many: Option<u32>,
    /// Whether somebody was told of that.
    pub(crate) told: bool,
}

impl Denials {
    fn count(&mut self, decision: &Decision, max: Option<u32>) {
        match decision {
            Decision::Approved { .. } => self.in_a_row = 0,
            Decision::Denied { .. } => self.in_a_row = self.in_a_row.saturating_add(1),
            Decision::Expired => {}
        }
        if self.too_many.is_none() && max.is_some_and(|max| self.in_a_row >= max) {
            self.too_many = Some(self.in_a_row);
        }
    }

    /// `Err` if it was once too often.
    pub(crate) fn too_many(&mut self, agent: impl FnOnce() -> ToolName) -> Result<(), Fault> {
        let Some(denials) = self.too_many else { return Ok(()) };
        self.told = true;
        Err(Fault::TooManyDenials { agent: agent(), denials })
    }
}

impl Run {
    /// Whether somebody may still be asked.
    ///
    /// # Errors
    /// [`Fault::TooManyDenials`] of this run, or of one around it.
    pub(crate) fn may_ask(&self) -> Result<(), Fault> {
        let mut runs = self.and_outer().filter_map(Run::inner);
        runs.try_for_each(|run| run.state().denials.too_many(|| run.agent.clone()))
    }

    /// Counts what a question came to, in the runs around this one, too.
    pub(crate) fn decided(&self, decision: &Decision) {
        for run in self.and_outer().filter_map(Run::inner) {
            run.state().denials.count(decision, run.limits.max_denials);
        }
    }
}
