//! `#[rate_limit]`: so many calls in a second or a minute, and no more.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Expr;
use syn::spanned::Spanned;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::{Code, Setting, admit, ended_by_fault};
use crate::function::tokens::at;
use crate::options::Options;
use crate::options::max_wait::{self, MAX_WAIT, REJECT};
use crate::options::policy::{KEY, ReadyMade};
use crate::options::rows::{Row, Takes};
use crate::options::values;
use crate::stack::attribute::{Attribute, Layer};
use crate::stack::bound::{self, Binds, Bound};
use crate::stack::rule::Twice;

pub(crate) const RATE_LIMIT: Attribute = Attribute {
    // One per second, and one per minute.
    twice: Twice::Allowed,
    ..Attribute::new(
        "rate_limit",
        &[
            Row::makes("per_second", CALLS).also(&["rps", "qps", "rate", "per_sec"]),
            Row::makes("per_minute", IN_A_MINUTE).also(&["rpm", "tpm", "per_min"]),
            Row::policy("burst", IN_A_MINUTE).also(&["capacity", "size"]),
            KEY,
            REJECT,
            MAX_WAIT,
            COST,
            RESERVED,
        ],
        read,
    )
};

const CALLS: Takes = Takes::integer_up_to(1, 1_000_000);
/// A model's tokens are more than calls ever are.
const IN_A_MINUTE: Takes = Takes::integer_up_to(1, 100_000_000);
const COST: Row = Row::beside("cost", Takes::integer(0)).also(&["tokens", "weight", "units", "permits", "amount"]);
const RESERVED: Row = Row::beside("reserved", Takes::Nothing).also(&["reservation", "reserve", "permit"]);

const BINDS: Binds = Binds {
    option: RESERVED.key,
    what: "this option",
    stand_in: || quote_spanned!(Span::mixed_site()=> ::reliable::expansion::returns::<::reliable::policies::rate_limit::Reserved<'_>>()),
};

const READY_MADE: ReadyMade = ReadyMade {
    ty: "RateLimit",
    has_its_own: "the rate limit has its own",
    article: "a limit",
    example: ("per_second", "10", "a number of calls"),
};

struct RateLimit {
    limit: Setting,
    cost: Option<Setting>,
    /// What the call has taken.
    reserved: Bound,
}

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    READY_MADE.check(options, function, errors);
    max_wait::check(options, errors);
    if options.positional.is_none() {
        check_rate(options, errors);
        check_cost(options, errors);
    }
    Box::new(RateLimit {
        limit: READY_MADE.shared("RATE_LIMIT", options, function, errors),
        cost: options.value("cost").map(|expr| cost(expr, errors)),
        reserved: reserved(options, function, errors),
    })
}

impl Layer for RateLimit {
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
    //
    // With `cost = tokens`:
    //     let cost: u32 = tokens;
    //     if let ::core::result::Result::Err(fault) = rate_limit.reserve("forecast", cost).await {
    //
    // With `reserved`, too:
    //     let reserved = match rate_limit.reserve("forecast", cost).await {
    //         ::core::result::Result::Ok(reserved) => reserved,
    //         ::core::result::Result::Err(fault) => return ::reliable::expansion::Outcome::from_fault(fault),
    //     };
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let cost = self.cost.as_ref().map(|cost| inner.setting("cost", cost));
        let rate_limit = inner.setting("rate_limit", &self.limit);
        let admitted = match cost {
            None => admit(&rate_limit, function),
            Some(cost) => reserve(&rate_limit, &cost, function),
        };
        let rejected = ended_by_fault(function);
        inner.after(&match &self.reserved.name {
            None => quote_spanned!(Span::mixed_site()=>
                if let ::core::result::Result::Err(fault) = #admitted {
                    return #rejected;
                }
            ),
            Some(name) => quote_spanned!(Span::mixed_site()=>
                let #name = match #admitted {
                    ::core::result::Result::Ok(reserved) => reserved,
                    ::core::result::Result::Err(fault) => return #rejected,
                };
            ),
        })
    }

    /// The body counts on what it takes.
    fn in_spite_of_errors(&self, _: &Function) -> Option<Box<dyn Layer>> {
        bound::in_spite_of_errors(&[&self.reserved])
    }
}

fn reserve(rate_limit: &Ident, cost: &Ident, function: &Function) -> TokenStream {
    let (mixed, tool) = (Span::mixed_site(), &function.name);
    if function.is_async() {
        quote_spanned!(mixed=> #rate_limit.reserve(#tool, #cost).await)
    } else {
        quote_spanned!(mixed=> #rate_limit.reserve_blocking(#tool, #cost))
    }
}

fn cost(expr: &Expr, errors: &mut Errors) -> Setting {
    let ty = quote_spanned!(at(expr.span())=> u32);
    Setting { ty: Some(ty), value: COST.value(expr, errors) }
}

fn reserved(options: &Options, function: &Function, errors: &mut Errors) -> Bound {
    if let (Some(name), None) = (options.first_of(&[RESERVED.key]), options.value("cost")) {
        errors.add(
            name,
            "`reserved` is what a call has taken by its `cost`: write `cost = …` beside it, or remove this option",
        );
    }
    BINDS.read(options, function, errors)
}

fn check_rate(options: &Options, errors: &mut Errors) {
    if options.first_of(&["per_second", "per_minute"]).is_none() {
        options.must_have("`#[rate_limit]` needs a rate: write `per_second = 10` or `per_minute = 600`", errors);
    }
    let two = "`#[rate_limit]` takes one rate: remove one of them, or write a second `#[rate_limit]` line";
    options.contradict("per_minute", &["per_second"], two, errors);
}

/// Of what is known already.
fn check_cost(options: &Options, errors: &mut Errors) {
    let whole = |key| options.value(key).and_then(values::whole);
    let burst = if options.value("burst").is_some() { "burst" } else { "per_second" };
    let key = if options.value(burst).is_some() { burst } else { "per_minute" };
    if let (Some(cost), Some(most)) = (whole("cost"), whole(key)) {
        if cost > most && most > 0 {
            let message =
                format!("`cost` is above `{key}`, so that no call would ever be let through: write a larger `burst`");
            errors.add(options.value("cost"), message);
        }
    }
}
