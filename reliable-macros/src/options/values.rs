//! The values of options. Literals are checked here; other expressions are left to the compiler, and give `None`.

use std::time::Duration;

use proc_macro2::{Delimiter, Group, Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprPath, ExprUnary, Lit, UnOp};

use crate::errors::Errors;
use crate::function::{at, relocate};

const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether the expression is a literal, perhaps with a sign: a value that the compiler knows.
pub(crate) fn is_literal(expr: &Expr) -> bool {
    literal(expr).is_some()
}

fn literal(expr: &Expr) -> Option<(bool, &Lit)> {
    match expr {
        Expr::Lit(ExprLit { lit, .. }) => Some((false, lit)),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => match &**expr {
            Expr::Lit(ExprLit { lit, .. }) => Some((true, lit)),
            _ => None,
        },
        Expr::Group(group) => literal(&group.expr),
        Expr::Paren(paren) => literal(&paren.expr),
        _ => None,
    }
}

/// A whole number of at least `least`.
pub(crate) fn integer(key: &str, expr: &Expr, least: u64, most: u64, errors: &mut Errors) -> Option<u64> {
    let (negative, lit) = literal(expr)?;
    match lit {
        Lit::Int(int) => match int.base10_parse::<u64>() {
            Ok(value) if !negative && (least..=most).contains(&value) => return Some(value),
            Ok(value) if negative || value < least => errors.add(expr, format!("`{key}` must be {least} or more")),
            _ => errors.add(expr, format!("`{key}` must be {most} or less")),
        },
        _ => errors.add(expr, format!("`{key}` takes a whole number, such as `{key} = {}`", example(key))),
    }
    None
}

fn example(key: &str) -> &'static str {
    match key {
        "ms" | "max_tokens" => "2000",
        "max_steps" => "8",
        _ => "3",
    }
}

/// A number between two others.
pub(crate) fn number(key: &str, expr: &Expr, least: f64, most: f64, errors: &mut Errors) -> Option<f64> {
    let (negative, lit) = literal(expr)?;
    let value = match lit {
        Lit::Int(int) => int.base10_parse::<f64>(),
        Lit::Float(float) => float.base10_parse::<f64>(),
        _ => Err(syn::Error::new_spanned(expr, "")),
    };
    match value {
        Ok(value) if (least..=most).contains(&value) && (!negative || value == 0.0) => return Some(value),
        Ok(_) if most.is_finite() => errors.add(expr, format!("`{key}` must be between {least} and {most}")),
        Ok(_) => errors.add(expr, format!("`{key}` must be {least} or more")),
        Err(_) => errors
            .add(expr, format!("`{key}` takes a number, such as `{key} = {}`", if most > 1.0 { 2.0 } else { 0.5 })),
    }
    None
}

/// A share: above 0 and at most 1.
pub(crate) fn share(key: &str, expr: &Expr, errors: &mut Errors) -> Option<f64> {
    let share = number(key, expr, 0.0, 1.0, errors)?;
    if share == 0.0 {
        errors.add(expr, format!("`{key}` must be above 0 and at most 1"));
    }
    Some(share)
}

/// How a number is written in an expansion: `2` as `2.0`.
pub(crate) fn float(checked: Option<f64>, expr: &Expr) -> TokenStream {
    checked.map_or_else(|| expr.to_token_stream(), |value| Literal::f64_unsuffixed(value).into_token_stream())
}

/// A length of time: a text with a unit, longer than zero and at most a day.
pub(crate) fn duration(key: &str, expr: &Expr, errors: &mut Errors) -> Option<Duration> {
    let (negative, lit) = literal(expr)?;
    let Lit::Str(text) = lit else {
        let hint = match lit {
            Lit::Int(int) if !negative => int.base10_digits(),
            _ => "250",
        };
        errors.add(expr, format!("{key} needs a unit: write it like \"{hint}ms\" or \"{hint}s\""));
        return None;
    };
    match parse_duration(&text.value()).and_then(in_range) {
        Ok(duration) => Some(duration),
        Err(what) => {
            errors.add(expr, format!("{key} {what}"));
            None
        }
    }
}

/// A number of milliseconds or seconds: whole, longer than zero and at most a day.
pub(crate) fn count_of(unit: &str, one: Duration, expr: &Expr, errors: &mut Errors) {
    let count = integer(unit, expr, 1, u64::MAX, errors);
    if count.is_some_and(|count| u128::from(count) * one.as_millis() > LONGEST.as_millis()) {
        errors.add(expr, format!("`{unit}` must be 24 hours or less"));
    }
}

fn parse_duration(text: &str) -> Result<Duration, &'static str> {
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

fn in_range(duration: Duration) -> Result<Duration, &'static str> {
    match duration {
        Duration::ZERO => Err("must be longer than zero"),
        duration if duration > LONGEST => Err("must be 24 hours or less"),
        duration => Ok(duration),
    }
}

/// An amount of money in micro-dollars: a number or a text with at most 6 decimals.
pub(crate) fn money(key: &str, expr: &Expr, errors: &mut Errors) -> Option<u64> {
    let (negative, lit) = literal(expr)?;
    let text = match lit {
        Lit::Str(text) => text.value(),
        Lit::Int(int) => int.base10_digits().to_owned(),
        Lit::Float(float) => float.base10_digits().to_owned(),
        _ => String::new(),
    };
    match parse_micros(text.strip_prefix('$').unwrap_or(&text)) {
        Some(micros) if micros > 0 && !negative => return Some(micros),
        Some(_) => errors.add(expr, format!("`{key}` must be more than zero")),
        None => errors.add(
            expr,
            format!(
                "`{key}` is an amount of dollars with at most 6 decimals: write `{key} = 0.25` or `{key} = \"$0.25\"`"
            ),
        ),
    }
    None
}

fn parse_micros(text: &str) -> Option<u64> {
    let (dollars, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if dollars.is_empty() || !digits(dollars) || !digits(decimals) || decimals.len() > 6 {
        return None;
    }
    format!("{dollars}{decimals:0<6}").parse().ok()
}

/// How a duration is written in an expansion.
pub(crate) fn duration_tokens(duration: Duration) -> TokenStream {
    let (constructor, amount) = match u64::try_from(duration.as_millis()) {
        Ok(ms) if ms % 1000 == 0 => (quote!(from_secs), ms / 1000),
        Ok(ms) => (quote!(from_millis), ms),
        Err(_) => (quote!(from_secs), duration.as_secs()),
    };
    let amount = Literal::u64_unsuffixed(amount);
    quote!(::core::time::Duration::#constructor(#amount))
}

/// A bare path is called with what is at hand, anything else is evaluated.
pub(crate) fn call_or_evaluate(expr: &Expr, arguments: impl ToTokens) -> TokenStream {
    match expr {
        Expr::Path(path) => call(path, arguments),
        _ => expr.to_token_stream(),
    }
}

/// Calls a function where its path stands, so that an error about its signature points there.
pub(crate) fn call(path: &ExprPath, arguments: impl ToTokens) -> TokenStream {
    let span = path.span();
    let mut list = Group::new(Delimiter::Parenthesis, relocate(arguments, span));
    list.set_span(at(span));
    quote!(#path #list)
}
