//! What is set aside for a call that is under way.

use crate::agent::run::Run;
use crate::said::charge::Charge;
use crate::said::fault::Fault;

/// What is set aside for a call that is under way; made by [`Run::reserve`].
///
/// Commit what the call really cost. Dropped without that, it gives everything back.
///
/// ```
/// use reliable::{Charge, Fault, Run, Usd};
///
/// # struct Reply { cost: Usd }
/// # async fn call_model(_: &str) -> Result<Reply, Fault> { Ok(Reply { cost: Usd::cents(1) }) }
/// async fn ask(prompt: &str) -> Result<Reply, Fault> {
///     let worst_case = Charge::usd(Usd::cents(5));
///     let reserved = Run::current().reserve(worst_case)?;
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
}

impl Reservation {
    pub(crate) fn new(held: Charge) -> Self {
        Reservation { held, runs: Vec::new() }
    }

    pub(crate) fn add(&mut self, run: Run) {
        self.runs.push(run);
    }

    /// Books what was really spent, and gives back the rest. Where the price is not known, what was reserved is booked.
    ///
    /// # Errors
    /// [`Fault::OverBudget`] if it is more than was reserved and does not fit, [`Fault::Unpriced`] if the run has a money
    /// cap and the charge no price. It is booked all the same, because it is spent.
    pub fn commit(mut self, spent: impl Into<Charge>) -> Result<(), Fault> {
        let spent = spent.into();
        let at_least = Charge { usd: spent.usd.or(self.held.usd), ..spent };
        let mut booked = Ok(());
        for run in self.runs.drain(..) {
            booked = booked.and(run.book(self.held, Some(at_least))).and(run.check_price(spent));
        }
        booked
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        for run in self.runs.drain(..) {
            // Giving back can't exceed a budget.
            let _ = run.book(self.held, None);
        }
    }
}

impl Run {
    /// Spends at once what is known exactly, a [`Charge`] or just [`Usd`](crate::said::money::Usd): [`reserve`](Run::reserve), then [`commit`](Reservation::commit).
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
