//! Exact money.

use std::fmt;
use std::str::FromStr;

/// An amount of US dollars, exact to the micro-dollar: an integer, because a sum of floats is no sum of money.
///
/// ```
/// use reliable::Usd;
///
/// assert_eq!(Usd::cents(2).saturating_add(Usd::micros(500)).to_string(), "$0.0205");
/// assert_eq!("$1.50".parse(), Ok(Usd::cents(150)));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Usd(u64);

const MICROS_PER_DOLLAR: u64 = 1_000_000;

impl Usd {
    /// No money.
    pub const ZERO: Usd = Usd(0);

    /// Millionths of a dollar.
    pub const fn micros(micros: u64) -> Self {
        Usd(micros)
    }

    /// Hundredths of a dollar. More than a [`u64`] of micro-dollars can hold is cut down to that.
    pub const fn cents(cents: u64) -> Self {
        Usd(cents.saturating_mul(MICROS_PER_DOLLAR / 100))
    }

    /// Whole dollars. More than a [`u64`] of micro-dollars can hold is cut down to that.
    pub const fn dollars(dollars: u64) -> Self {
        Usd(dollars.saturating_mul(MICROS_PER_DOLLAR))
    }

    /// The amount in micro-dollars.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// The sum, or the largest amount there is.
    pub const fn saturating_add(self, other: Usd) -> Usd {
        Usd(self.0.saturating_add(other.0))
    }

    /// The difference, or nothing.
    pub const fn saturating_sub(self, other: Usd) -> Usd {
        Usd(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Usd {
    /// At least two decimals, and as many more as the amount has: `$2.00`, `$0.0205`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = format!("{:06}", self.0 % MICROS_PER_DOLLAR);
        let decimals = match decimals.trim_end_matches('0') {
            short if short.len() < 2 => &decimals[..2],
            exact => exact,
        };
        f.pad(&format!("${}.{decimals}", self.0 / MICROS_PER_DOLLAR))
    }
}

/// Why a text is no amount of money.
///
/// ```
/// use reliable::Usd;
///
/// assert!("1.0000001".parse::<Usd>().is_err(), "a micro-dollar is the smallest amount");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseUsdError(());

impl fmt::Display for ParseUsdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an amount of dollars with at most 6 decimals, such as \"$1.50\"")
    }
}

impl std::error::Error for ParseUsdError {}

impl FromStr for Usd {
    type Err = ParseUsdError;

    /// Reads `2`, `2.5` or `$2.50`; at most 6 decimals, no sign.
    fn from_str(text: &str) -> Result<Usd, ParseUsdError> {
        parse(text.strip_prefix('$').unwrap_or(text)).map(Usd).ok_or(ParseUsdError(()))
    }
}

fn parse(text: &str) -> Option<u64> {
    let (dollars, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(dollars) || !digits(decimals) || decimals.len() > 6 {
        return None;
    }
    let micros: u64 = format!("{decimals:0<6}").parse().ok()?;
    dollars.parse::<u64>().ok()?.checked_mul(MICROS_PER_DOLLAR)?.checked_add(micros)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_amount_reads_back_as_it_was_written(micros: u64) {
            prop_assert_eq!(Usd(micros).to_string().parse(), Ok(Usd(micros)));
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "$", "-1", "1.", ".5", "1.0000001", "1e3", "18446744073709551616", "1 000"] {
            assert_eq!(text.parse::<Usd>(), Err(ParseUsdError(())), "{text}");
        }
    }
}
