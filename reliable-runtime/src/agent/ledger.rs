//! What a run may spend: reserved before it is spent, so that what does not fit is not even begun.

use crate::agent::limits::AgentLimits;
use crate::said::charge::{Amount, Charge};
use crate::said::fault::{BudgetExceeded, Fault};
use crate::said::money::Usd;
use crate::said::name::ToolName;

/// What one agent spent, and what is set aside.
#[derive(Debug)]
pub(crate) struct Ledger {
    agent: ToolName,
    limits: AgentLimits,
    pub(crate) spent: Amount,
    held: Amount,
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

    /// Gives back what was held, and books what was spent, whether it fits or not.
    pub(crate) fn book(&mut self, held: Charge, spent: Option<Charge>) {
        self.held = self.held.minus(held);
        if let Some(spent) = spent {
            self.spent = self.spent.plus(spent);
        }
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

    /// What is left of the money, if there is a limit.
    pub(crate) fn left_usd(&self) -> Option<Usd> {
        Some(self.limits.max_usd?.saturating_sub(self.used().usd))
    }

    /// What is left of the tokens, if there is a limit.
    pub(crate) fn left_tokens(&self) -> Option<u64> {
        Some(self.limits.max_tokens?.saturating_sub(self.used().tokens))
    }

    /// What is spent or set aside.
    fn used(&self) -> Amount {
        self.spent.plus(Charge { usd: Some(self.held.usd), tokens: self.held.tokens })
    }

    fn fits(&self, charge: Charge) -> Result<(), Fault> {
        let before = self.used();
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
