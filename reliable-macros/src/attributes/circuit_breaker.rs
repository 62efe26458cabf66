//! `#[circuit_breaker]`: stops calling a service that is dead.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::Code;
use crate::options::classify::Classify;
use crate::options::setting::Setting;
use crate::options::values::{self, duration_tokens};
use crate::options::{Known, Options};
use crate::stack::Policy;

const KNOWN: Known = Known {
    attribute: "circuit_breaker",
    keys: &["failures", "ratio", "window", "cooldown", "probes", "when", "key"],
    lists: &[],
    flags: &[],
};

/// The options that a ready-made breaker has already.
const RULES: [&str; 5] = ["failures", "ratio", "window", "cooldown", "probes"];

pub(crate) struct CircuitBreaker {
    breaker: Setting,
    classify: Classify,
}

impl CircuitBreaker {
    pub(crate) fn parse(args: TokenStream, function: &Function, errors: &mut Errors) -> CircuitBreaker {
        let options = Options::parse(&KNOWN, args, errors);
        check_combinations(&options, errors);
        let ty = quote_spanned!(Span::mixed_site()=> ::reliable::CircuitBreaker);
        let calls = builder_calls(&options, function, errors);
        CircuitBreaker {
            breaker: Setting::shared("BREAKER", &ty, &quote!(#ty::new() #calls), &options),
            classify: Classify::parse(&options),
        }
    }
}

impl Policy for CircuitBreaker {
    // Input:
    //     BODY
    //
    // Output:
    //     let breaker = {
    //         static BREAKER: ::reliable::CircuitBreaker = ::reliable::CircuitBreaker::new().failures(5);
    //         &BREAKER
    //     };
    //     let permit = match breaker.admit("forecast") {
    //         ::core::result::Result::Ok(permit) => permit,
    //         ::core::result::Result::Err(fault) => return ::reliable::expansion::Outcome::from_fault(fault),
    //     };
    //     let outcome: Result<Forecast, WeatherError> = { BODY };
    //     permit.settle("forecast", outcome, |error| …)
    //
    // A permit that is dropped on the way, because the call is cancelled or the body panics, gives its place back.
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let breaker = inner.setting("breaker", &self.breaker);
        let tool = function.name();
        let outcome = inner.outcome(function);
        let classify = &self.classify;
        let rejected = function.ended_by_fault();
        let settled = quote_spanned!(function.return_span()=> permit.settle(#tool, outcome, #classify));
        inner.into_returning(|leave| {
            let rejected = leave(&rejected);
            quote_spanned!(Span::mixed_site()=>
                let permit = match #breaker.admit(#tool) {
                    ::core::result::Result::Ok(permit) => permit,
                    ::core::result::Result::Err(fault) => #rejected,
                };
                #outcome
                #settled
            )
        })
    }
}

fn check_combinations(options: &Options, errors: &mut Errors) {
    let own = options.positional.as_ref().and_then(|_| options.first_of(&RULES));
    if let Some(key) = own {
        errors.add(key, format!("the breaker has its own `{key}`: set it there, or write all options here"));
    }
    let of_window = options.first_of(&["ratio", "window"]);
    if let (Some(_), Some(failures)) = (of_window, options.first_of(&["failures"])) {
        errors.add(
            failures,
            "`failures` counts failures in a row, `ratio` and `window` a share of them: remove one of them",
        );
    }
}

/// `.failures(5).cooldown(…)`
fn builder_calls(options: &Options, function: &Function, errors: &mut Errors) -> TokenStream {
    let mut calls = TokenStream::new();
    for (key, expr) in options.values_of(&RULES) {
        function.must_be_constant(key, expr, errors);
        let value = rule(key, expr, errors);
        let method = Ident::new(key, Span::mixed_site());
        calls.extend(quote_spanned!(Span::mixed_site()=> .#method(#value)));
    }
    calls
}

fn rule(key: &str, expr: &Expr, errors: &mut Errors) -> TokenStream {
    match key {
        "ratio" => values::float(values::share(key, expr, errors), expr),
        "cooldown" => {
            values::duration("`cooldown`", expr, errors).map_or_else(|| expr.to_token_stream(), duration_tokens)
        }
        _ => {
            let most = if key == "window" { 1024 } else { u32::MAX.into() };
            values::integer(key, expr, 1, most, errors);
            expr.to_token_stream()
        }
    }
}
