//! What is set aside for a call that is under way.

use crate::agent::run::Run;
use crate::said::charge::Charge;
use crate::said::fault::Fault;
#[cfg(feature = "durable")]
use crate::scope::noted::Noted;
use crate::scope::noted::note;

/// What is set aside for a call that is under way; made by [`Run::reserve`].
///
/// Commit what the call really cost. Dropped without that, it gives everything back, or, once the request is
/// [`sent`](Reservation::sent), is spent as a whole.
///
/// ```
/// use reliable::{Charge, Fault, Run, Usd};
///
/// # struct Reply { cost: Usd }
/// # async fn call_model(_: &str) -> Result<Reply, Fault> { Ok(Reply { cost: Usd::cents(1) }) }
/// async fn ask(prompt: &str) -> Result<Reply, Fault> {
///     let worst_case = Charge::usd(Usd::cents(5));
///     let reserved = Run::current().reserve(worst_case)?.sent();
///     let reply = call_model(prompt).await?;
///     reserved.commit(Charge::usd(reply.cost))?;
///     Ok(reply)
/// }
/// # let rt = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # assert!(rt.block_on(ask("?")).is_ok());
/// ```
#[derive(Debug)]
#[must_use = "dropped without a commit, a reservation gives everything back"]
pub struct Reservation {
    held: Charge,
    runs: Vec<Run>,
    sent: bool,
}

impl Reservation {
    pub(crate) fn new(held: Charge) -> Self {
        Reservation { held, runs: Vec::new(), sent: false }
    }

    pub(crate) fn add(&mut self, run: Run) {
        self.runs.push(run);
    }

    /// From now on the request is under way, and is paid for, whoever gives up waiting: dropped without a commit, by a
    /// timeout or a `?`, the whole of what was reserved is spent.
    ///
    /// Where it is certain that a request is not billed, because the server answered that it is busy, commit nothing:
    ///
    /// ```
    /// use reliable::{AgentLimits, Usd};
    ///
    /// let run = AgentLimits::new().max_usd(Usd::cents(10)).begin("assistant");
    ///
    /// let refused = run.reserve(Usd::cents(5))?.sent();
    /// refused.commit(Usd::ZERO)?;
    /// assert_eq!(run.spent_usd(), Usd::ZERO);
    ///
    /// let timed_out = run.reserve(Usd::cents(5))?.sent();
    /// drop(timed_out);
    /// assert_eq!(run.spent_usd(), Usd::cents(5));
    /// # Ok::<(), reliable::Fault>(())
    /// ```
    #[must_use = "dropped here, it is spent"]
    pub fn sent(mut self) -> Reservation {
        self.sent = true;
        self
    }

    /// Books what was really spent, and gives back the rest. Where the price is not known, what was reserved is booked.
    ///
    /// More than was reserved is booked, too, because it is spent. The answer is there, and is yours; if the budget is
    /// exceeded now, it is the next step that is not begun.
    ///
    /// # Errors
    /// [`Fault::Unpriced`] if the run has a money cap and the charge no price. It is booked all the same.
    pub fn commit(mut self, spent: impl Into<Charge>) -> Result<(), Fault> {
        let spent = spent.into();
        let at_least = Charge { usd: spent.usd.or(self.held.usd), ..spent };
        note(|noted| noted.charges.push(at_least));
        let mut priced = Ok(());
        for run in self.runs.drain(..) {
            run.book(self.held, Some(at_least));
            priced = priced.and(run.check_price(spent));
        }
        priced
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let spent = self.sent.then_some(self.held);
        if let Some(spent) = spent.filter(|_| !self.runs.is_empty()) {
            note(|noted| noted.charges.push(spent));
        }
        for run in self.runs.drain(..) {
            run.book(self.held, spent);
        }
    }
}

impl Run {
    /// Spends at once what is known exactly, a [`Charge`] or just [`Usd`](crate::said::money::Usd): [`reserve`](Run::reserve),
    /// then [`commit`](Reservation::commit).
    ///
    /// # Errors
    /// As for [`reserve`](Run::reserve).
    pub fn charge(&self, charge: impl Into<Charge>) -> Result<(), Fault> {
        let charge = charge.into();
        self.reserve(charge)?.commit(charge)
    }

    /// Sets aside the most that a call can cost, before it is made. Outer runs, whose budget this run shares, set it
    /// aside too.
    ///
    /// # Errors
    /// [`Fault::OverBudget`] if it does not fit in what is left, [`Fault::Unpriced`] if the run has a money cap and the
    /// charge no price. Nothing is set aside then.
    pub fn reserve(&self, charge: impl Into<Charge>) -> Result<Reservation, Fault> {
        let charge = charge.into();
        let mut reservation = Reservation::new(charge);
        for run in self.and_outer() {
            run.hold(charge)?;
            reservation.add(run.clone());
        }
        Ok(reservation)
    }
}

#[cfg(feature = "durable")]
impl Run {
    /// What a recorded call spent and observed when it ran, in an earlier life of this run.
    pub(crate) fn book_again(&self, noted: &Noted) {
        for run in self.and_outer() {
            noted.charges.iter().for_each(|charge| run.book(Charge::tokens_only(0), Some(*charge)));
        }
        noted.observed.iter().for_each(|observed| self.observe_again(observed));
    }
}
