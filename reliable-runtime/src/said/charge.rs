//! What is spent.

use crate::said::money::Usd;

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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[must_use = "nothing is spent until a run is charged"]
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

/// What was charged so far.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Amount {
    pub(crate) usd: Usd,
    pub(crate) tokens: u64,
}

impl Amount {
    pub(crate) fn plus(self, charge: Charge) -> Amount {
        let usd = self.usd.saturating_add(charge.usd.unwrap_or_default());
        Amount { usd, tokens: self.tokens.saturating_add(charge.tokens) }
    }

    pub(crate) fn minus(self, charge: Charge) -> Amount {
        let usd = self.usd.saturating_sub(charge.usd.unwrap_or_default());
        Amount { usd, tokens: self.tokens.saturating_sub(charge.tokens) }
    }
}
