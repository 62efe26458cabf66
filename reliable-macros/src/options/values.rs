//! The values of options. Literals are checked here; other expressions are left to the compiler, and give `None`.

use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, Group, Ident, Literal, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprPath, ExprUnary, Lit, UnOp};

use crate::errors::Errors;
use crate::function::Function;
use crate::function::tokens::{at, relocate, uses, visible};

/// Whether the expression is a literal, perhaps with a sign: a value that the compiler knows.
pub(crate) fn is_literal(expr: &Expr) -> bool {
    literal(expr).is_some()
}

/// The literal, and whether a minus stands before it.
pub(crate) fn literal(expr: &Expr) -> Option<(bool, &Lit)> {
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

/// The whole number that a literal is.
pub(crate) fn whole(expr: &Expr) -> Option<u64> {
    match literal(expr)? {
        (false, Lit::Int(int)) => int.base10_parse().ok(),
        _ => None,
    }
}

/// A whole number in a range.
pub(crate) fn integer(
    key: &str,
    expr: &Expr,
    range: RangeInclusive<u64>,
    such_as: u32,
    errors: &mut Errors,
) -> Option<u64> {
    let (negative, lit) = literal(expr)?;
    let (least, most) = (range.start(), range.end());
    match lit {
        Lit::Int(int) => match int.base10_parse::<u64>() {
            Ok(value) if !negative && range.contains(&value) => return Some(value),
            Ok(value) if negative || value < *least => errors.add(expr, format!("`{key}` must be {least} or more")),
            _ => errors.add(expr, format!("`{key}` must be {most} or less")),
        },
        _ => errors.add(expr, format!("`{key}` takes a whole number, such as `{key} = {such_as}`")),
    }
    None
}

/// Notes an error for a literal that is no number of calls, where it could have been a time as well.
pub(crate) fn calls_or_time(key: &str, most: u32, expr: &Expr, errors: &mut Errors) {
    match literal(expr) {
        None => {}
        Some((_, Lit::Int(number))) if number.suffix().is_empty() => {
            integer(key, expr, 1..=most.into(), 20, errors);
        }
        Some(_) => errors.add(
            expr,
            format!("`{key}` takes a number of calls, such as `{key} = 20`, or a time, such as `{key} = \"10s\"`"),
        ),
    }
}

/// A number between two others.
pub(crate) fn number(key: &str, expr: &Expr, range: RangeInclusive<f64>, errors: &mut Errors) -> Option<f64> {
    let (negative, lit) = literal(expr)?;
    let (least, most) = (range.start(), range.end());
    let value = match lit {
        Lit::Int(int) => int.base10_parse::<f64>(),
        Lit::Float(float) => float.base10_parse::<f64>(),
        _ => Err(syn::Error::new_spanned(expr, "")),
    };
    match value {
        Ok(value) if value.is_infinite() => {
            errors.add(expr, format!("`{key}` is larger than any number can be: write a smaller one"));
        }
        Ok(value) if range.contains(&value) && (!negative || value == 0.0) => return Some(value),
        Ok(_) if most.is_finite() => errors.add(expr, format!("`{key}` must be between {least} and {most}")),
        Ok(_) => errors.add(expr, format!("`{key}` must be {least} or more")),
        Err(_) => errors
            .add(expr, format!("`{key}` takes a number, such as `{key} = {}`", if *most > 1.0 { 2.0 } else { 0.5 })),
    }
    None
}

/// A share: above 0 and at most 1.
pub(crate) fn share(key: &str, expr: &Expr, errors: &mut Errors) -> Option<f64> {
    let share = number(key, expr, 0.0..=1.0, errors)?;
    if share == 0.0 {
        errors.add(expr, format!("`{key}` must be above 0 and at most 1"));
    }
    Some(share)
}

/// How a number is written in an expansion: `2` as `2.0`.
pub(crate) fn float(value: f64) -> TokenStream {
    Literal::f64_unsuffixed(value).into_token_stream()
}

/// Notes an error for a literal that is no text.
pub(crate) fn text(key: &str, such_as: &str, expr: &Expr, errors: &mut Errors) {
    if is_literal(expr) && word(expr).is_none() {
        errors.add(expr, format!("`{key}` takes a text, such as `{key} = \"{such_as}\"`"));
    }
}

/// The text that the expression is.
pub(crate) fn word(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// A word as the variant that it stands for: `"exp"` as `::reliable::Backoff::Exp`.
pub(crate) fn choice(
    key: &str,
    of: &str,
    words: &[(&str, &str)],
    expr: &Expr,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let word = word(expr);
    let Some((_, variant)) = words.iter().find(|(known, _)| Some(*known) == word.as_deref()) else {
        if is_literal(expr) {
            let known: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            let (last, others) = known.split_last()?;
            errors.add(expr, format!("`{key}` must be {} or {last}", others.join(", ")));
        }
        return None;
    };
    let (of, variant) = (Ident::new(of, Span::mixed_site()), Ident::new(variant, Span::mixed_site()));
    Some(quote_spanned!(Span::mixed_site()=> ::reliable::#of::#variant))
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

/// How an amount of money is written in an expansion.
pub(crate) fn dollars(micros: u64) -> TokenStream {
    let micros = Literal::u64_unsuffixed(micros);
    quote_spanned!(Span::mixed_site()=> ::reliable::Usd::micros(#micros))
}

/// Notes an error for what can be neither called nor evaluated to an answer: a closure, a literal, a path in quotes.
pub(crate) fn check_question(key: &str, uses: &str, expr: &Expr, errors: &mut Errors) {
    let path = word(expr).filter(|text| syn::parse_str::<ExprPath>(text).is_ok());
    let message = match (expr, path) {
        (Expr::Closure(_), _) => {
            format!("`{key}` takes no closure: write the path of a function, or an expression that uses {uses}")
        }
        (_, Some(path)) => format!("`{key}` takes a path without quotes: write `{key} = {path}`"),
        _ if is_literal(expr) && !matches!(literal(expr), Some((_, Lit::Bool(_)))) => {
            format!("`{key}` takes the path of a function, or an expression that uses {uses}")
        }
        _ => return,
    };
    errors.add(expr, message);
}

/// A `&` before all of an expression, and not before its first part alone: `&(1..3)`.
pub(crate) fn borrowed(expr: &Expr) -> TokenStream {
    let span = at(expr.span());
    match expr {
        Expr::Binary(_) | Expr::Cast(_) | Expr::Range(_) => quote_spanned!(span=> &(#expr)),
        _ => quote_spanned!(span=> &#expr),
    }
}

/// Notes an error for a question whose answer depends on something with this name, where a parameter has it, too.
pub(crate) fn check_hidden(key: &str, name: &str, question: &Expr, function: &Function, errors: &mut Errors) {
    let (is_call, name) = (matches!(question, Expr::Path(_)), visible(name));
    if !is_call && function.binds(&name) && reads(question.to_token_stream(), &name) {
        errors.add(
            question,
            format!("the `{name}` of `{key}` would hide the parameter `{name}`: rename the parameter, or write the path of a function"),
        );
    }
}

/// Whether a name is used that is no field and no method.
fn reads(tokens: TokenStream, name: &Ident) -> bool {
    let mut is_member = false;
    tokens.into_iter().any(|token| {
        let was_member = is_member;
        is_member =
            matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '.' && mark.spacing() == Spacing::Alone);
        match token {
            TokenTree::Group(group) => reads(group.stream(), name),
            token => !was_member && uses(token, name),
        }
    })
}

/// What a function is called with. The `#[cfg]`s are those of the parameter that it is.
pub(crate) struct Argument {
    pub(crate) cfgs: TokenStream,
    pub(crate) value: TokenStream,
}

impl Argument {
    /// One that is always there.
    pub(crate) fn of(value: impl ToTokens) -> Argument {
        Argument { cfgs: TokenStream::new(), value: value.into_token_stream() }
    }
}

/// A bare path is called with what is at hand, anything else is evaluated. `None` is no function, and means itself.
pub(crate) fn call_or_evaluate(expr: &Expr, argument: impl ToTokens) -> TokenStream {
    match expr {
        Expr::Path(path) if !path.path.is_ident("None") => call(path, &[Argument::of(argument)]),
        _ => expr.to_token_stream(),
    }
}

/// Calls a function where its path stands, so that an error about its signature points there.
pub(crate) fn call(path: &ExprPath, arguments: &[Argument]) -> TokenStream {
    let span = path.span();
    let arguments = arguments.iter().map(|Argument { cfgs, value }| {
        let value = relocate(value, span);
        quote!(#cfgs #value)
    });
    let mut list = Group::new(Delimiter::Parenthesis, separated(arguments, span));
    list.set_span(at(span));
    quote!(#path #list)
}

fn separated(arguments: impl Iterator<Item = TokenStream>, span: Span) -> TokenStream {
    let comma = quote_spanned!(at(span)=> ,);
    arguments.enumerate().flat_map(|(i, argument)| if i == 0 { argument } else { quote!(#comma #argument) }).collect()
}
