//! What an agent tells of its actions, and is told when it goes in circles.

use std::hash::Hash;

use crate::agent::circles::{Nudge, Seen};
use crate::agent::run::Run;
use crate::agent::texts::texts;
use crate::said::fault::Fault;
use crate::scope::noted::{Observed, is_noting, note};

impl Run {
    /// Tells what an action came to, so that an agent that goes in circles is noticed. Outer runs are told, too.
    ///
    /// With `max_repeats = 3`, the third time in a row that an action meets the same result ends the run. Other actions in
    /// between change nothing; another result of the same action begins anew. At the second time, [`nudge`](Run::nudge) has
    /// a sentence for the model. An action that is not seen again among the next 10,000 others is forgotten. Where neither
    /// this run nor one around it has `max_repeats`, nothing is kept at all.
    ///
    /// ```
    /// use reliable::{AgentLimits, Fault};
    ///
    /// let run = AgentLimits::new().max_repeats(3).begin("desk");
    /// run.observe(("read", "a.rs"), "no such file")?;
    /// run.observe(("list", "."), ["b.rs"])?;
    /// run.observe(("read", "a.rs"), "no such file")?;
    /// assert_eq!(
    ///     run.nudge().unwrap(),
    ///     "`read a.rs` came to the same result 2 times in a row, and one more time ends the run: do something else."
    /// );
    /// let stuck = Fault::Stuck { agent: "desk".into(), repeats: 3 };
    /// assert_eq!(run.observe(("read", "a.rs"), "no such file"), Err(stuck));
    /// # Ok::<(), Fault>(())
    /// ```
    ///
    /// # Errors
    /// [`Fault::Stuck`] when this action has met this result `max_repeats` times in a row, in this run or, with its name,
    /// in one around it. Its next step is not begun then, either, nor one of its sub-agents.
    pub fn observe(&self, action: impl Hash, result: impl Hash) -> Result<(), Fault> {
        if !self.and_outer().any(Run::minds_circles) {
            return Ok(());
        }
        // Foreign code, which may ask this run: so it is done before any run is locked.
        let seen = Seen { action: self.digest(&action), result: self.digest(&result) };
        let name = || texts(&action);
        if is_noting() {
            let observed = Observed { action: seen.action, result: seen.result, name: name() };
            note(|noted| noted.observed.push(observed));
        }
        self.count_in_all(seen, name)
    }

    /// The same of an action that was observed in an earlier life of the run.
    #[cfg(feature = "durable")]
    pub(crate) fn observe_again(&self, Observed { action, result, name }: &Observed) {
        let seen = Seen { action: *action, result: *result };
        let _ = self.count_in_all(seen, || name.clone());
    }

    fn count_in_all(&self, seen: Seen, name: impl FnOnce() -> String) -> Result<(), Fault> {
        let mut observed = Ok(());
        let mut once_more_ends_it = None;
        for run in self.and_outer() {
            match run.count(seen) {
                Ok(times) => once_more_ends_it = once_more_ends_it.max(times),
                Err(stuck) => observed = observed.and(Err(stuck)),
            }
        }
        if let Some(times) = once_more_ends_it {
            let nudge = Nudge::new(seen.action, &name(), times);
            self.and_outer().for_each(|run| run.keep_nudge(nudge.clone()));
        }
        observed
    }

    /// A sentence for the model when an action came to the same result so often in a row that one more time ends the run:
    /// what it was (the texts in it), and that another way is needed. Add it to what the model reads next.
    ///
    /// It is there from then on until that action is observed again, at the latest to the end of the next step. It is also
    /// there where the limit is the one of an outer run. `None` outside of every run.
    ///
    /// ```
    /// use reliable::{Fault, Run, Step, agent};
    ///
    /// #[agent(max_repeats = 3)]
    /// async fn desk(chat: &mut Vec<String>) -> Result<Step<usize>, Fault> {
    ///     chat.extend(Run::current().nudge());
    ///     if chat.iter().any(|line| line.contains("do something else")) {
    ///         return Ok(Step::Done(chat.len()));
    ///     }
    ///     chat.push("read a.rs: no such file".to_owned());
    ///     Run::current().observe("read a.rs", "no such file")?;
    ///     Ok(Step::Next)
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// assert_eq!(desk(&mut Vec::new()).await, Ok(3));
    /// # }
    /// ```
    pub fn nudge(&self) -> Option<String> {
        self.kept_nudge()
    }
}
