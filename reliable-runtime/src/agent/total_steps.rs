//! The steps of a run and of all that run within it.

use std::ptr;

use crate::agent::run::{Inner, Run, State};
use crate::said::fault::Fault;

impl Inner {
    /// Counts a step of this run, here and in the runs around it, unless one of them has had all that it may have.
    pub(super) fn count_step(&self, state: &mut State) -> Result<(), Fault> {
        self.count_one(state)?;
        let outer = || self.parent.and_outer().filter_map(Run::inner);
        for run in outer() {
            // Counted at once, since another sub-agent may begin a step beside this one.
            if let Err(fault) = run.count_one(&mut run.state()) {
                state.total_steps -= 1;
                outer().take_while(|inner| !ptr::eq(*inner, run)).for_each(|inner| inner.state().total_steps -= 1);
                return Err(fault);
            }
        }
        Ok(())
    }

    fn count_one(&self, state: &mut State) -> Result<(), Fault> {
        if let Some(max_steps) = self.limits.max_total_steps.filter(|max| state.total_steps >= *max) {
            return Err(Fault::StepLimit { agent: self.agent.clone(), max_steps });
        }
        state.total_steps += 1;
        Ok(())
    }
}
