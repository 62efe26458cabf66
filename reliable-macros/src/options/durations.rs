//! Options that are a time: a text with a unit, or a number of a unit that the option's name tells.

use std::time::Duration;

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::{Expr, Lit};

use crate::errors::Errors;
use crate::options::values::{integer, literal};

const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// A length of time: a text with a unit, longer than zero and at most a day.
pub(crate) fn text(key: &str, expr: &Expr, errors: &mut Errors) -> Option<Duration> {
    let (negative, lit) = literal(expr)?;
    let Lit::Str(text) = lit else {
        let hint = match lit {
            Lit::Int(int) if !negative => int.base10_digits(),
            _ => "250",
        };
        errors.add(expr, format!("{key} needs a unit: write it like \"{hint}ms\" or \"{hint}s\""));
        return None;
    };
    match parse(&text.value()) {
        Ok(duration) => Some(duration),
        Err(what) => {
            errors.add(expr, format!("{key} {what}"));
            None
        }
    }
}

/// The time that a literal says, if nothing is wrong with it.
pub(crate) fn of_literal(expr: &Expr) -> Option<Duration> {
    match literal(expr)? {
        (_, Lit::Str(text)) => parse(&text.value()).ok(),
        _ => None,
    }
}

/// A number of a unit that has so many milliseconds: whole, longer than zero and at most a day.
pub(crate) fn count(unit: &str, millis: u32, expr: &Expr, errors: &mut Errors) {
    let count = integer(unit, expr, 1..=u64::MAX, if millis == 1 { 2000 } else { 3 }, errors);
    if count.is_some_and(|count| u128::from(count) * u128::from(millis) > LONGEST.as_millis()) {
        errors.add(expr, format!("`{unit}` must be 24 hours or less"));
    }
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

fn parse(text: &str) -> Result<Duration, &'static str> {
    match parse_any(text)? {
        Duration::ZERO => Err("must be longer than zero"),
        duration if duration > LONGEST => Err("must be 24 hours or less"),
        duration => Ok(duration),
    }
}

fn parse_any(text: &str) -> Result<Duration, &'static str> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let Ok(number) = number.parse::<u64>() else {
        return Err("must be a whole number with a unit: write it like \"250ms\", \"2s\", \"1m\" or \"1h\"");
    };
    match unit.trim_start() {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_secs(number.saturating_mul(60))),
        "h" => Ok(Duration::from_secs(number.saturating_mul(60 * 60))),
        "" => Err("needs a unit: write it like \"250ms\", \"2s\", \"1m\" or \"1h\""),
        unit if unit.starts_with(['.', ',']) => {
            Err("must be a whole number with a unit: write a smaller unit, such as \"1500ms\" for \"1.5s\"")
        }
        _ => Err("has an unknown unit: write it like \"250ms\", \"2s\", \"1m\" or \"1h\""),
    }
}
