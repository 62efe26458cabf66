//! `#[timeout]`: gives up on a call that takes too long.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
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
    ..Attribute::new("timeout", &[MS, SECS, IDLE, DEADLINE], read)
};

const MS: Row = Row::makes("ms", Takes::Count { millis: 1 })
    .also(&["millis", "milliseconds", "msecs", "limit", "duration", "time", "after", "timeout", "max"])
    .note(", or a limit without a name, such as `#[timeout(\"2s\")]`");
const SECS: Row = Row::makes("secs", Takes::Count { millis: 1000 }).also(&["seconds"]);

const DEADLINE: Row =
    Row::policy("deadline", Takes::Nothing).also(&["time_left", "propagate"]).note(", beside a limit such as `\"2s\"`");

const IDLE: Row = Row::policy("idle", Takes::Duration).also(&["idle_timeout", "stall", "gap", "gaps", "read_timeout"]);

struct Timeout {
    policy: Setting,
    /// Whether it limits the call, and not only the gaps in its stream.
    limits_call: bool,
    /// Whether it may limit those: a ready-made one may, too.
    limits_gaps: bool,
    /// Where `idle` is written.
    idle: Option<Ident>,
}

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    let idle = options.value(IDLE.key).map(|idle| (IDLE.call(idle, errors), values::is_literal(idle)));
    let given = [options.positional.is_some(), options.value(MS.key).is_some(), options.value(SECS.key).is_some()];
    let limit = limit(options, function, errors);
    let may_have_idle = matches!(limit, Limit::Given(_));
    let literal = idle.as_ref().is_none_or(|(_, literal)| *literal);
    let calls = idle.iter().map(|(idle, _)| quote_spanned!(Span::mixed_site()=> .#idle));
    let told = options.flag(DEADLINE.key).then(|| quote_spanned!(Span::mixed_site()=> .deadline()));
    let calls: TokenStream = calls.chain(told).collect();
    let policy = match limit {
        Limit::Made(made, is_literal) => built(&quote!(#made #calls), is_literal && literal),
        Limit::Given(limit) => ready_made(&limit, &calls),
    };
    Box::new(Timeout {
        policy,
        limits_call: given.contains(&true),
        limits_gaps: idle.is_some() || may_have_idle,
        idle: options.first_of(&[IDLE.key]).cloned(),
    })
}

enum Limit {
    /// A `Timeout` made of literals and such, and whether the compiler can make it.
    Made(TokenStream, bool),
    /// A `Duration`, or a `Timeout`.
    Given(Expr),
}

fn limit(options: &Options, function: &Function, errors: &mut Errors) -> Limit {
    let (ms, secs) = (options.value(MS.key), options.value(SECS.key));
    match (&options.positional, ms, secs) {
        (None, Some(ms), None) => count(&MS, ms, errors),
        (None, None, Some(secs)) => count(&SECS, secs, errors),
        (Some(limit), None, None) => {
            if let Some(message) = options.misspelt(function) {
                errors.add(limit, message);
            }
            positional(limit, errors)
        }
        (None, None, None) => {
            if options.value(IDLE.key).is_none() || options.flag(DEADLINE.key) {
                options.must_have("`#[timeout]` needs a limit: write `#[timeout(ms = 2000)]`", errors);
            }
            Limit::Made(quote_spanned!(Span::mixed_site()=> ::reliable::Timeout::unlimited()), true)
        }
        _ => {
            errors.add(options.first_of(&["secs", "ms"]), "`#[timeout]` takes one limit: remove one of them");
            Limit::Made(TokenStream::new(), true)
        }
    }
}

/// A limit in whole units.
fn count(unit: &Row, count: &Expr, errors: &mut Errors) -> Limit {
    let limit = unit.call(count, errors);
    Limit::Made(quote_spanned!(Span::mixed_site()=> ::reliable::Timeout::#limit), values::is_literal(count))
}

/// A text with a unit, or an expression of type `Duration` or `Timeout`.
fn positional(limit: &Expr, errors: &mut Errors) -> Limit {
    if let Some(ms) = bare_number(limit) {
        let ms = ms.base10_digits();
        errors
            .add(limit, format!("the limit needs a unit: write `#[timeout(ms = {ms})]` or `#[timeout(secs = {ms})]`"));
    } else if let Some(limit) = durations::text("the limit", Longest::Day, limit, errors) {
        let limit = durations::tokens(limit);
        return Limit::Made(quote_spanned!(Span::mixed_site()=> ::reliable::Timeout::after(#limit)), true);
    }
    Limit::Given(limit.clone())
}

fn ready_made(limit: &Expr, calls: &TokenStream) -> Setting {
    let (timeout, span) = (quote_spanned!(Span::mixed_site()=> ::reliable::Timeout), at(limit.span()));
    if calls.is_empty() {
        return Setting { ty: Some(timeout), value: quote_spanned!(span=> ::core::convert::From::from(#limit)) };
    }
    let made = quote_spanned!(span=> <#timeout as ::core::convert::From<_>>::from(#limit));
    Setting { ty: None, value: quote!(#made #calls) }
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
    //
    // With `stream`, and `idle` or a ready-made limit, which may have one:
    //     let outcome = timeout.run("forecast", async { BODY }).await;
    //     timeout.gaps("forecast", outcome)
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let timeout = inner.setting("timeout", &self.policy);
        let tool = &function.name;
        if self.limits_call {
            let into_error = into_error(inner.kept_last_error(function), function);
            inner = inner.into_timed(function, |span, call| {
                let timeout = Ident::new(&timeout.to_string(), span);
                match &into_error {
                    None => quote_spanned!(span=> #timeout.run(#tool, #call)),
                    Some(into_error) => quote_spanned!(span=> #timeout.run_with(#tool, #call, #into_error)),
                }
            });
        }
        if function.stream.is_none() || !self.limits_gaps {
            return inner;
        }
        let (span, outcome) = (function.return_span(), inner.outcome(function));
        let gaps = match &function.into_error {
            None => quote_spanned!(span=> #timeout.gaps(#tool, outcome)),
            Some(IntoError { function, .. }) => quote_spanned!(span=> #timeout.gaps_with(#tool, outcome, #function)),
        };
        inner.into_block(|last| quote_spanned!(Span::mixed_site()=> #outcome #last #gaps))
    }

    fn check_function(&self, function: &Function, errors: &mut Errors) {
        if let (Some(idle), None) = (&self.idle, &function.stream) {
            errors.add(
                idle,
                "`idle` limits the gaps between the items of a stream: write `#[timeout(…, stream)]`, or remove `idle`",
            );
        }
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
