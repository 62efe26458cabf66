//! What is left of a run's limits, and whether it is time to finish.

use std::time::Duration;

use crate::agent::dearest::Taken;
use crate::agent::run::{Inner, Run};
use crate::said::money::Usd;

impl Run {
    /// The money that is left: neither spent nor reserved, in this run and in those around it, whose budget it shares.
    /// `None` where none of them has `max_usd`.
    ///
    /// In the flow of a durable run it is the same in each life where no recorded call is under way: what those charge is booked
    /// while they run, and in later lives when their outcomes are handed out.
    pub fn left_usd(&self) -> Option<Usd> {
        self.least(|run| run.state().ledger.left_usd())
    }

    /// The tokens that are left: neither spent nor reserved, in this run and in those around it, whose budget it shares.
    /// `None` where none of them has `max_tokens`. In the flow of a durable run, what is said of [`left_usd`](Run::left_usd) holds.
    pub fn left_tokens(&self) -> Option<u64> {
        self.least(|run| run.state().ledger.left_tokens())
    }

    /// The time that is left, in this run and in those around it; the time that a human is asked is not taken from it.
    /// `None` where none of them has `within`.
    pub fn left_time(&self) -> Option<Duration> {
        self.least(|run| Some(run.limits.within?.saturating_sub(run.time())))
    }

    /// The steps that may still be begun after the one under way. Those of a run around this one are its own, unless
    /// [`max_total_steps`](crate::agent::limits::AgentLimits::max_total_steps) counts them all. `None` outside of every run.
    pub fn left_steps(&self) -> Option<u32> {
        let run = self.inner()?;
        let own = run.limits.max_steps.saturating_sub(run.state().step);
        let total = self.least(|run| Some(run.limits.max_total_steps?.saturating_sub(run.state().total_steps)));
        Some(total.map_or(own, |total| own.min(total)))
    }

    fn least<T: Ord>(&self, left: impl Fn(&Inner) -> Option<T>) -> Option<T> {
        self.and_outer().filter_map(Run::inner).filter_map(left).min()
    }

    /// Whether the step under way had better bring the answer: no other one will be begun, or what is left of money, of tokens
    /// or of time is less than the dearest step so far took of it.
    ///
    /// The step under way is one of them, with what it has taken until now. What is left is that of this run and of those
    /// around it, as by [`left_usd`](Run::left_usd), [`left_tokens`](Run::left_tokens) and [`left_time`](Run::left_time); the
    /// steps are this run's own. The time that a human is asked is nobody's. `false` outside of every run. In the flow of a
    /// durable run, what is said of [`left_usd`](Run::left_usd) holds.
    ///
    /// ```
    /// use reliable::{Fault, Run, Step, Usd, agent};
    ///
    /// #[agent(max_steps = 20, max_usd = 0.10)]
    /// async fn assistant(notes: &mut Vec<String>) -> Result<Step<usize>, Fault> {
    ///     let run = Run::current();
    ///     if run.should_finish() {
    ///         // Ask the model for its final answer, with the tools off.
    ///         return Ok(Step::Done(notes.len()));
    ///     }
    ///     run.charge(Usd::cents(4))?;
    ///     notes.push(format!("{} left", run.left_usd().unwrap_or_default()));
    ///     Ok(Step::Next)
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut notes = Vec::new();
    /// assert_eq!(assistant(&mut notes).await, Ok(2), "another step of 4 cents does not fit");
    /// assert_eq!(notes, ["$0.06 left", "$0.02 left"]);
    /// # }
    /// ```
    pub fn should_finish(&self) -> bool {
        let Some(run) = self.inner() else { return false };
        let Taken { spent, time } = run.dearest();
        // With nothing left no other step is begun, however little they took.
        self.left_steps() == Some(0)
            || self.and_outer().filter_map(Run::inner).any(|run| run.state().is_stopped())
            || self.left_usd().is_some_and(|left| left < spent.usd.max(Usd::micros(1)))
            || self.left_tokens().is_some_and(|left| left < spent.tokens.max(1))
            || self.left_time().is_some_and(|left| left < time.max(Duration::from_nanos(1)))
    }
}

impl Inner {
    fn dearest(&self) -> Taken {
        let state = self.state();
        state.dearest.until(self.taken(&state))
    }
}
