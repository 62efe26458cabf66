//! `#[rate_limit]`: so many calls in a second or a minute, and no more.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::Code;
use crate::options::setting::Setting;
use crate::options::values;
use crate::options::{Known, Options};
use crate::stack::Policy;

const KNOWN: Known = Known {
    attribute: "rate_limit",
    keys: &["per_second", "per_minute", "burst", "key"],
    lists: &[],
    flags: &["reject"],
};

pub(crate) struct RateLimit(Setting);

impl RateLimit {
    pub(crate) fn parse(args: TokenStream, span: Span, function: &Function, errors: &mut Errors) -> RateLimit {
        let options = Options::parse(&KNOWN, args, errors);
        check_combinations(&options, span, errors);
        let ty = quote_spanned!(Span::mixed_site()=> ::reliable::RateLimit);
        let new = builder_calls(&ty, &options, function, errors);
        RateLimit(Setting::shared("RATE_LIMIT", &ty, &new, &options))
    }
}

impl Policy for RateLimit {
    // Input:
    //     BODY
    //
    // Output:
    //     let rate_limit = {
    //         static RATE_LIMIT: ::reliable::RateLimit = ::reliable::RateLimit::per_second(10);
    //         &RATE_LIMIT
    //     };
    //     if let ::core::result::Result::Err(fault) = rate_limit.admit("forecast").await {
    //         return ::reliable::expansion::Outcome::from_fault(fault);
    //     }
    //     BODY
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let mixed = Span::mixed_site();
        let rate_limit = inner.setting("rate_limit", &self.0);
        let tool = function.name();
        let admitted = if function.is_async() {
            quote_spanned!(mixed=> #rate_limit.admit(#tool).await)
        } else {
            quote_spanned!(mixed=> #rate_limit.admit_blocking(#tool))
        };
        let rejected = function.ended_by_fault();
        inner.after(&quote_spanned!(mixed=>
            if let ::core::result::Result::Err(fault) = #admitted {
                return #rejected;
            }
        ))
    }
}

fn check_combinations(options: &Options, span: Span, errors: &mut Errors) {
    if let Some(limit) = &options.positional {
        if let Some(key) = options.first_of(&["per_second", "per_minute", "burst", "reject"]) {
            errors.add(key, format!("the rate limit has its own `{key}`: set it there, or write all options here"));
        }
        if values::is_literal(limit) {
            errors.add(
                limit,
                "`#[rate_limit]` takes a limit of type `RateLimit` here: write `per_second = 10` for a number of calls",
            );
        }
        return;
    }
    match (options.value("per_second"), options.first_of(&["per_minute"])) {
        (None, None) => {
            let message = "`#[rate_limit]` needs a rate: write `per_second = 10` or `per_minute = 600`";
            options.must_have(span, message, errors);
        }
        (Some(_), Some(other)) => {
            let message = "`#[rate_limit]` takes one rate: remove one of them, or write a second `#[rate_limit]` line";
            errors.add(other, message);
        }
        _ => {}
    }
}

/// `::reliable::RateLimit::per_second(10).burst(20)`
fn builder_calls(ty: &TokenStream, options: &Options, function: &Function, errors: &mut Errors) -> TokenStream {
    let mixed = Span::mixed_site();
    let mut call = |key: &str| {
        let expr = options.value(key)?;
        function.must_be_constant(key, expr, errors);
        values::integer(key, expr, 1, 1_000_000, errors);
        let method = Ident::new(key, mixed);
        Some(quote_spanned!(mixed=> #method(#expr)))
    };
    let rate = call("per_second").or_else(|| call("per_minute"));
    let burst = call("burst").map(|burst| quote_spanned!(mixed=> .#burst));
    let reject = options.flag("reject").then(|| quote_spanned!(mixed=> .reject()));
    quote_spanned!(mixed=> #ty::#rate #burst #reject)
}
