//! `#[timeout]`: gives up on a call that takes too long.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, LitInt};

use crate::errors::Errors;
use crate::function::code::{Code, Setting};
use crate::function::tokens::at;
use crate::function::{Function, IntoError};
use crate::options::durations::Longest;
use crate::options::policy::built;
use crate::options::rows::{Row, Takes};
use crate::options::{Options, durations, values};
use crate::stack::attribute::{Attribute, LastError, Layer};
use crate::stack::rule::Twice;

pub(crate) const TIMEOUT: Attribute = Attribute {
    needs_async: true,
    last_error: Some(LastError::ToldAbove),
    twice: Twice::Around(
        &["retry", "failover", "agent", "circuit_breaker"],
        "two `#[timeout]` with neither a `#[retry]` nor a `#[circuit_breaker]` between them limit the same call twice: remove the longer one",
    ),
    ..Attribute::new("timeout", &[MS, SECS, DEADLINE], read)
};

const MS: Row = Row::makes("ms", Takes::Count { millis: 1 })
    .also(&["millis", "milliseconds", "msecs", "limit", "duration", "time", "after", "timeout", "max"])
    .note(", or a limit without a name, such as `#[timeout(\"2s\")]`");
const SECS: Row = Row::makes("secs", Takes::Count { millis: 1000 }).also(&["seconds"]);

const DEADLINE: Row =
    Row::policy("deadline", Takes::Nothing).also(&["time_left", "propagate"]).note(", beside a limit such as `\"2s\"`");

struct Timeout(Setting);

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    let (ms, secs) = (options.value(MS.key), options.value(SECS.key));
    let told =
        options.flag(DEADLINE.key).then(|| quote_spanned!(Span::mixed_site()=> .deadline())).into_iter().collect();
    Box::new(Timeout(match (&options.positional, ms, secs) {
        (None, Some(ms), None) => count(&MS, ms, &told, errors),
        (None, None, Some(secs)) => count(&SECS, secs, &told, errors),
        (Some(limit), None, None) => {
            if let Some(message) = options.misspelt(function) {
                errors.add(limit, message);
            }
            positional(limit, &told, errors)
        }
        (None, None, None) => {
            options.must_have("`#[timeout]` needs a limit: write `#[timeout(ms = 2000)]`", errors);
            built(&TokenStream::new(), true)
        }
        _ => {
            errors.add(options.first_of(&["secs", "ms"]), "`#[timeout]` takes one limit: remove one of them");
            built(&TokenStream::new(), true)
        }
    }))
}

/// A limit in whole units.
fn count(unit: &Row, count: &Expr, told: &TokenStream, errors: &mut Errors) -> Setting {
    let limit = unit.call(count, errors);
    built(&quote_spanned!(Span::mixed_site()=> ::reliable::Timeout::#limit #told), values::is_literal(count))
}

/// A text with a unit, or an expression of type `Duration` or `Timeout`.
fn positional(limit: &Expr, told: &TokenStream, errors: &mut Errors) -> Setting {
    let mixed = Span::mixed_site();
    if let Some(ms) = bare_number(limit) {
        let ms = ms.base10_digits();
        errors
            .add(limit, format!("the limit needs a unit: write `#[timeout(ms = {ms})]` or `#[timeout(secs = {ms})]`"));
    } else if let Some(limit) = durations::text("the limit", Longest::Day, limit, errors) {
        let limit = durations::tokens(limit);
        return built(&quote_spanned!(mixed=> ::reliable::Timeout::after(#limit) #told), true);
    }
    let span = at(limit.span());
    if !told.is_empty() {
        let value = quote_spanned!(span=> <::reliable::Timeout as ::core::convert::From<_>>::from(#limit) #told);
        return Setting { ty: None, value };
    }
    Setting {
        ty: Some(quote_spanned!(mixed=> ::reliable::Timeout)),
        value: quote_spanned!(span=> ::core::convert::From::from(#limit)),
    }
}

/// `2000`, but not `2s`.
fn bare_number(limit: &Expr) -> Option<&LitInt> {
    match limit {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => Some(number).filter(|number| number.suffix().is_empty()),
        _ => None,
    }
}

impl Layer for Timeout {
    // Input:
    //     BODY
    //
    // Output:
    //     let timeout = const { &::reliable::Timeout::ms(2000) };
    //     timeout.run("forecast", async { BODY })
    //
    // Where BODY is `fetch(city).await` and nothing else:
    //     timeout.run("forecast", (fetch(city)))
    //
    // With `deadline` it is another policy:
    //     let timeout = const { &::reliable::Timeout::ms(2000).deadline() };
    //
    // Above a retry, the fault takes along what that failed with last:
    //     timeout.run_with("forecast", async { BODY }, |fault| {
    //         ::reliable::expansion::FromFault::from_fault(last_error.add_to(fault))
    //     })
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let timeout = inner.setting("timeout", &self.0);
        let tool = &function.name;
        let into_error = into_error(inner.kept_last_error(function), function);
        inner.into_timed(function, |span, call| {
            let timeout = Ident::new(&timeout.to_string(), span);
            match &into_error {
                None => quote_spanned!(span=> #timeout.run(#tool, #call)),
                Some(into_error) => quote_spanned!(span=> #timeout.run_with(#tool, #call, #into_error)),
            }
        })
    }
}

/// How the fault becomes an error, if not by `From<Fault>` and nothing else.
fn into_error(last_error: Option<Ident>, function: &Function) -> Option<TokenStream> {
    let Some(last_error) = last_error else {
        return function.into_error.as_ref().map(|into_error| into_error.function.clone());
    };
    let mixed = Span::mixed_site();
    Some(match &function.into_error {
        None => quote_spanned!(function.return_span()=>
            |fault| ::reliable::expansion::FromFault::from_fault(#last_error.add_to(fault))
        ),
        Some(IntoError { error, .. }) => quote_spanned!(mixed=> |fault| {
            let fault = #last_error.add_to(fault);
            #error
        }),
    })
}
