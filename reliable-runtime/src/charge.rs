//! What a run spends: reserved before it is spent, so that no cap is ever exceeded.

use crate::fault::BudgetExceeded;
use crate::{AgentLimits, Fault, Run, ToolName, Usd};

/// An amount to spend: money, tokens or both.
///
/// ```
/// use reliable::{Charge, Usd};
///
/// let call = Charge::usd(Usd::micros(1_500)).tokens(320);
/// let local_model = Charge::usd(Usd::ZERO).tokens(320);
/// let price_unknown = Charge::tokens_only(320);
/// let money_only: Charge = Usd::cents(2).into();
/// # let _ = (call, local_model, price_unknown, money_only);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    pub(crate) usd: Option<Usd>,
    pub(crate) tokens: u64,
}

impl Charge {
    /// Money. What costs nothing has a price too: [`Usd::ZERO`].
    pub const fn usd(usd: Usd) -> Self {
        Charge { usd: Some(usd), tokens: 0 }
    }

    /// Tokens at a price that is not known: an error in a run with a money cap.
    pub const fn tokens_only(tokens: u64) -> Self {
        Charge { usd: None, tokens }
    }

    /// The same, with this many tokens.
    pub const fn tokens(self, tokens: u64) -> Self {
        Charge { tokens, ..self }
    }
}

impl From<Usd> for Charge {
    fn from(usd: Usd) -> Charge {
        Charge::usd(usd)
    }
}

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

/// What one agent spent, and what is set aside.
#[derive(Debug)]
pub(crate) struct Ledger {
    agent: ToolName,
    limits: AgentLimits,
    pub(crate) spent: Amount,
    held: Amount,
}

#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Amount {
    pub(crate) usd: Usd,
    pub(crate) tokens: u64,
}

impl Amount {
    fn plus(self, charge: Charge) -> Amount {
        let usd = self.usd.saturating_add(charge.usd.unwrap_or_default());
        Amount { usd, tokens: self.tokens.saturating_add(charge.tokens) }
    }

    fn minus(self, charge: Charge) -> Amount {
        let usd = self.usd.saturating_sub(charge.usd.unwrap_or_default());
        Amount { usd, tokens: self.tokens.saturating_sub(charge.tokens) }
    }
}

impl Ledger {
    pub(crate) fn new(agent: ToolName, limits: AgentLimits) -> Self {
        Ledger { agent, limits, spent: Amount::default(), held: Amount::default() }
    }

    /// Sets `charge` aside, if it fits.
    pub(crate) fn hold(&mut self, charge: Charge) -> Result<(), Fault> {
        self.check_price(charge)?;
        self.fits(charge)?;
        self.held = self.held.plus(charge);
        Ok(())
    }

    /// A charge needs a price where there is a money cap.
    pub(crate) fn check_price(&self, charge: Charge) -> Result<(), Fault> {
        if self.limits.max_usd.is_some() && charge.usd.is_none() {
            return Err(Fault::Unpriced { agent: self.agent.clone() });
        }
        Ok(())
    }

    /// Gives back what was held, and books what was spent.
    pub(crate) fn book(&mut self, held: Charge, spent: Option<Charge>) -> Result<(), Fault> {
        self.held = self.held.minus(held);
        let Some(spent) = spent else { return Ok(()) };
        let fits = self.fits(spent);
        self.spent = self.spent.plus(spent);
        fits
    }

    /// Whether there is something left to spend at all.
    pub(crate) fn anything_left(&self) -> Result<(), Fault> {
        let least = Charge::usd(Usd::micros(1)).tokens(1);
        let Err(Fault::OverBudget { agent, budget }) = self.fits(least) else { return Ok(()) };
        let budget = match *budget {
            BudgetExceeded::Usd { max, spent, .. } => BudgetExceeded::Usd { max, spent, asked: Usd::ZERO },
            BudgetExceeded::Tokens { max, spent, .. } => BudgetExceeded::Tokens { max, spent, asked: 0 },
        };
        Err(Fault::OverBudget { agent, budget: budget.into() })
    }

    fn fits(&self, charge: Charge) -> Result<(), Fault> {
        let before = self.spent.plus(Charge { usd: Some(self.held.usd), tokens: self.held.tokens });
        let after = before.plus(charge);
        let over = |budget| Err(Fault::OverBudget { agent: self.agent.clone(), budget: Box::new(budget) });
        if let Some(max) = self.limits.max_usd.filter(|max| after.usd > *max) {
            return over(BudgetExceeded::Usd { max, spent: before.usd, asked: charge.usd.unwrap_or_default() });
        }
        if let Some(max) = self.limits.max_tokens.filter(|max| after.tokens > *max) {
            return over(BudgetExceeded::Tokens { max, spent: before.tokens, asked: charge.tokens });
        }
        Ok(())
    }
}
