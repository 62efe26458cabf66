//! What is left of a run's limits, and whether it is time to finish.

use std::time::Duration;

use crate::agent::run::{Inner, Run};
use crate::said::charge::Amount;
use crate::said::money::Usd;

/// What was taken of each limit that is measured.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Taken {
    pub(crate) spent: Amount,
    pub(crate) time: Duration,
}

/// What the dearest step took: of each measure the most, and be it in different steps.
#[derive(Debug, Default)]
pub(crate) struct Dearest {
    before: Taken,
    /// What the run had taken when the step under way began.
    began: Option<Taken>,
}

impl Dearest {
    /// Another step begins.
    pub(crate) fn begin(&mut self, taken: Taken) {
        self.before = self.until(taken);
        self.began = Some(taken);
    }

    /// The dearest so far, the one under way among them.
    pub(crate) fn until(&self, taken: Taken) -> Taken {
        let Some(began) = self.began else { return Taken::default() };
        let Taken { spent, time } = self.before;
        let usd = taken.spent.usd.saturating_sub(began.spent.usd).max(spent.usd);
        let tokens = taken.spent.tokens.saturating_sub(began.spent.tokens).max(spent.tokens);
        Taken { spent: Amount { usd, tokens }, time: taken.time.saturating_sub(began.time).max(time) }
    }
}

impl Run {
    /// The money that is left: neither spent nor reserved, in this run and in those around it, whose budget it shares.
    /// `None` where none of them has `max_usd`.
    pub fn left_usd(&self) -> Option<Usd> {
        self.least(|run| run.state().ledger.left_usd())
    }

    /// The tokens that are left: neither spent nor reserved, in this run and in those around it, whose budget it shares.
    /// `None` where none of them has `max_tokens`.
    pub fn left_tokens(&self) -> Option<u64> {
        self.least(|run| run.state().ledger.left_tokens())
    }

    /// The time that is left, in this run and in those around it; the time that a human is asked is not taken from it.
    /// `None` where none of them has `within`.
    pub fn left_time(&self) -> Option<Duration> {
        self.least(|run| Some(run.limits.within?.saturating_sub(run.time())))
    }

    /// The steps that may still be begun after the one under way; those of a run around this one are its own. `None` outside
    /// of every run.
    pub fn left_steps(&self) -> Option<u32> {
        let run = self.inner()?;
        Some(run.limits.max_steps.saturating_sub(run.state().step))
    }

    fn least<T: Ord>(&self, left: impl Fn(&Inner) -> Option<T>) -> Option<T> {
        self.and_outer().filter_map(Run::inner).filter_map(left).min()
    }

    /// Whether the step under way had better bring the answer: no other one will be begun, or what is left of money, of tokens
    /// or of time is less than the dearest step so far took of it.
    ///
    /// The step under way is one of them, with what it has taken until now. What is left is that of this run and of those
    /// around it, as by [`left_usd`](Run::left_usd), [`left_tokens`](Run::left_tokens) and [`left_time`](Run::left_time); the
    /// steps are this run's own. The time that a human is asked is nobody's. `false` outside of every run.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn taken(usd: u64, tokens: u64, time: u64) -> Taken {
        Taken { spent: Amount { usd: Usd::micros(usd), tokens }, time: Duration::from_millis(time) }
    }

    fn numbers(Taken { spent, time }: Taken) -> [u64; 3] {
        [spent.usd.as_micros(), spent.tokens, u64::try_from(time.as_millis()).unwrap()]
    }

    #[test]
    fn before_the_first_step_nothing_was_dear() {
        assert_eq!(numbers(Dearest::default().until(taken(5, 6, 7))), [0, 0, 0]);
        let mut dearest = Dearest::default();
        dearest.begin(taken(5, 6, 7));
        assert_eq!(numbers(dearest.until(taken(5, 6, 7))), [0, 0, 0], "what was spent before it is no step");
    }

    proptest! {
        #[test]
        fn it_is_the_most_that_a_step_took_of_each(steps in prop::collection::vec([0..9_u64, 0..9, 0..9], 1..9)) {
            let mut dearest = Dearest::default();
            let mut sum = [3_u64, 0, 9];
            for step in &steps {
                dearest.begin(taken(sum[0], sum[1], sum[2]));
                sum = [0, 1, 2].map(|at| sum[at] + step[at]);
            }
            let most = [0, 1, 2].map(|at| steps.iter().map(|step| step[at]).max().unwrap());
            prop_assert_eq!(numbers(dearest.until(taken(sum[0], sum[1], sum[2]))), most);
        }
    }
}
