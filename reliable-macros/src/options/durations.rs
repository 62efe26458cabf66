//! Options that are a time: a text with a unit, or a number of a unit that the option's name tells.

use std::time::Duration;

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, Lit};

use crate::errors::Errors;
use crate::function::tokens::mentions;
use crate::options::values::{integer, literal};

/// Each with how many milliseconds it has, and what else it is called.
const UNITS: [(&str, u64, &[&str]); 5] = [
    ("d", 24 * 60 * 60 * 1000, &["day", "days"]),
    ("h", 60 * 60 * 1000, &["hr", "hrs", "hour", "hours"]),
    ("m", 60 * 1000, &["min", "mins", "minute", "minutes"]),
    ("s", 1000, &["sec", "secs", "second", "seconds"]),
    ("ms", 1, &["msec", "msecs", "millis", "milliseconds"]),
];

/// The longest time that an option takes.
#[derive(Clone, Copy)]
pub(crate) enum Longest {
    /// What a program waits.
    Day,
    /// What a human takes.
    Year,
}

impl Longest {
    const fn time(self) -> Duration {
        match self {
            Longest::Day => Duration::from_secs(24 * 60 * 60),
            Longest::Year => Duration::from_secs(365 * 24 * 60 * 60),
        }
    }

    const fn in_words(self) -> &'static str {
        match self {
            Longest::Day => "24 hours",
            Longest::Year => "365 days",
        }
    }

    const fn examples(self) -> &'static str {
        match self {
            Longest::Day => "it like \"250ms\", \"2s\", \"1m\" or \"1h\"",
            Longest::Year => "it like \"2s\", \"1m\", \"1h\" or \"2d\"",
        }
    }

    /// How a time is to be written, if it may be that long.
    fn suggests(self, written: &str) -> Option<String> {
        let (_, millis) = millis(written)?;
        quoted(written).filter(|_| u128::from(millis) <= self.time().as_millis())
    }
}

/// A length of time: a text with a unit, longer than zero and not longer than an option takes.
pub(crate) fn text(key: &str, longest: Longest, expr: &Expr, errors: &mut Errors) -> Option<Duration> {
    let (negative, lit) = literal(expr)?;
    let Lit::Str(text) = lit else {
        let message = match lit {
            _ if negative => "must be longer than zero".to_owned(),
            Lit::Int(_) | Lit::Float(_) => unquoted(lit, longest),
            _ => "is a text with a unit: write it like \"250ms\" or \"2s\"".to_owned(),
        };
        errors.add(expr, format!("{key} {message}"));
        return None;
    };
    match parse(&text.value(), longest) {
        Ok(duration) => Some(duration),
        Err(what) => {
            errors.add(expr, format!("{key} {what}"));
            None
        }
    }
}

/// What is said of a number in the place of a text: `2s`, `0.5`, `250`.
fn unquoted(number: &Lit, longest: Longest) -> String {
    let written = number.to_token_stream().to_string();
    match (longest.suggests(&written), number) {
        (Some(text), _) => format!("goes in quotes: write {text}"),
        (None, Lit::Int(number)) if number.suffix().is_empty() => {
            let number = number.base10_digits();
            format!("needs a unit: write it like \"{number}ms\" or \"{number}s\"")
        }
        (None, _) => match longest.suggests(&format!("{written}s")) {
            Some(text) => format!("needs a unit: write it like {text}, if seconds are meant"),
            None => format!("needs a unit, and quotes: write {}", longest.examples()),
        },
    }
}

/// A time as it is to be written, quotes and all: `"1500ms"` of `1.5s`. `None` if it has no unit that is one.
pub(crate) fn quoted(written: &str) -> Option<String> {
    let (unit, millis) = millis(written)?;
    let (unit, size, _) = UNITS[unit..].iter().find(|(_, size, _)| millis % size == 0)?;
    Some(format!("\"{}{unit}\"", millis / size))
}

/// The unit in which it is written, and how many whole milliseconds it is.
fn millis(written: &str) -> Option<(usize, u64)> {
    let written = written.replace('_', "");
    let (number, unit) = written.split_at(written.find(char::is_alphabetic)?);
    let unit = UNITS.iter().position(|(name, _, others)| unit == *name || others.contains(&unit))?;
    let (whole, decimals) = number.trim().split_once('.').unwrap_or((number.trim(), ""));
    let amount = format!("{whole}{decimals}").parse::<u64>().ok()?.checked_mul(UNITS[unit].1)?;
    let parts = 10_u64.checked_pow(u32::try_from(decimals.len()).ok()?)?;
    (amount % parts == 0).then_some((unit, amount / parts))
}

/// Whether the value is a time, right or wrong, as far as that can be seen.
pub(crate) fn is_time(expr: &Expr) -> bool {
    match literal(expr) {
        Some((_, lit)) => matches!(lit, Lit::Str(_)),
        None => mentions(expr.to_token_stream(), &|name| name == "Duration"),
    }
}

/// The time that a literal says, if nothing is wrong with it.
pub(crate) fn of_literal(expr: &Expr) -> Option<Duration> {
    match literal(expr)? {
        (_, Lit::Str(text)) => parse(&text.value(), Longest::Day).ok(),
        _ => None,
    }
}

/// A number of a unit that has so many milliseconds: whole, longer than zero and at most a day.
pub(crate) fn count(unit: &str, millis: u32, expr: &Expr, errors: &mut Errors) {
    if let Some(written) = with_unit(unit, millis, expr) {
        errors.add(expr, format!("`{unit}` takes a whole number: write `{written}`"));
        return;
    }
    let count = integer(unit, expr, 1..=u64::MAX, if millis == 1 { 2000 } else { 3 }, errors);
    if count.is_some_and(|count| u128::from(count) * u128::from(millis) > Longest::Day.time().as_millis()) {
        errors.add(expr, format!("`{unit}` must be {} or less", Longest::Day.in_words()));
    }
}

/// How a time is to be written that has a unit of its own, or decimals: `ms = 2000` of `2s`, `ms = 500` of 0.5 seconds.
fn with_unit(unit: &str, size: u32, expr: &Expr) -> Option<String> {
    let (_, time) = match literal(expr)? {
        (false, Lit::Str(text)) => millis(&text.value()),
        (false, lit @ (Lit::Int(_) | Lit::Float(_))) => {
            let written = lit.to_token_stream().to_string();
            let is_bare = !written.contains(char::is_alphabetic) && matches!(lit, Lit::Float(_));
            millis(&if is_bare { format!("{written}{unit}") } else { written })
        }
        _ => None,
    }?;
    let size = u64::from(size);
    Some(if time % size == 0 { format!("{unit} = {}", time / size) } else { format!("ms = {time}") })
}

/// How a duration is written in an expansion.
pub(crate) fn tokens(duration: Duration) -> TokenStream {
    let (constructor, amount) = match u64::try_from(duration.as_millis()) {
        Ok(ms) if ms % 1000 == 0 => (quote!(from_secs), ms / 1000),
        Ok(ms) => (quote!(from_millis), ms),
        Err(_) => (quote!(from_secs), duration.as_secs()),
    };
    let amount = Literal::u64_unsuffixed(amount);
    quote!(::core::time::Duration::#constructor(#amount))
}

fn parse(text: &str, longest: Longest) -> Result<Duration, String> {
    match parse_any(text, longest)? {
        Duration::ZERO => Err("must be longer than zero".to_owned()),
        duration if duration > longest.time() => Err(format!("must be {} or less", longest.in_words())),
        duration => Ok(duration),
    }
}

fn parse_any(text: &str, longest: Longest) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let written = || longest.suggests(text).unwrap_or_else(|| longest.examples().to_owned());
    let Ok(number) = number.parse::<u64>() else {
        return Err(format!("must be a whole number with a unit: write {}", written()));
    };
    match unit.trim_start() {
        "" => Err(format!("needs a unit: write {}", written())),
        unit if unit.starts_with(['.', ',']) => Err(format!("must be a whole number with a unit: write {}", written())),
        unit => match UNITS.iter().find(|(name, ..)| unit == *name) {
            Some((_, millis, _)) => Ok(Duration::from_millis(number.saturating_mul(*millis))),
            None => Err(format!("has an unknown unit: write {}", written())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_human_has_a_year_and_a_program_a_day() {
        let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
        assert_eq!(parse("1d", Longest::Day), Ok(days(1)));
        assert_eq!(parse("2d", Longest::Day), Err("must be 24 hours or less".to_owned()));
        assert_eq!(parse("365d", Longest::Year), Ok(days(365)));
        for long in ["366d", "8761h", "18446744073709551615d"] {
            assert_eq!(parse(long, Longest::Year), Err("must be 365 days or less".to_owned()), "{long}");
        }
    }

    #[test]
    fn a_time_is_quoted_in_a_unit_that_it_is_a_whole_number_of() {
        for (written, expected) in [
            ("2s", "2s"),
            ("500ms", "500ms"),
            ("1.5s", "1500ms"),
            ("0.5h", "30m"),
            ("2_000ms", "2000ms"),
            ("2 seconds", "2s"),
            ("90s", "90s"),
            ("2 days", "2d"),
            ("1.5d", "36h"),
        ] {
            assert_eq!(quoted(written), Some(format!("\"{expected}\"")));
        }
        for written in ["2", "2x", "0.5ms", "s", "0x2s", "99999999999999999999s", "1.00000000000000000000s"] {
            assert_eq!(quoted(written), None, "{written}");
        }
    }
}
