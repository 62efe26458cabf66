//! `#[rate_limit]`: so many calls in a second or a minute, and no more.

use proc_macro2::Span;
use quote::quote_spanned;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::{Code, Setting, admit, ended_by_fault};
use crate::options::Options;
use crate::options::policy::Policy;
use crate::options::rows::{Row, Takes};
use crate::stack::attribute::{Attribute, Layer};
use crate::stack::rule::Twice;

pub(crate) const RATE_LIMIT: Attribute = Attribute {
    // One per second, and one per minute.
    twice: Twice::Allowed,
    ..Attribute::new(
        "rate_limit",
        &[
            Row::makes("per_second", CALLS).also(&["rps", "qps", "rate", "per_sec"]),
            Row::makes("per_minute", CALLS).also(&["rpm", "per_min"]),
            Row::policy("burst", CALLS).also(&["capacity", "size"]),
            Row::beside("key", Takes::Expression),
            Row::policy("reject", Takes::Nothing),
        ],
        read,
    )
};

const CALLS: Takes = Takes::integer_up_to(1, 1_000_000);

const POLICY: Policy = Policy {
    ty: "RateLimit",
    has_its_own: "the rate limit has its own",
    article: "a limit",
    example: ("per_second", "10", "a number of calls"),
};

struct RateLimit(Setting);

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    POLICY.check(options, function, errors);
    if options.positional.is_none() {
        check_rate(options, errors);
    }
    Box::new(RateLimit(POLICY.shared("RATE_LIMIT", options, function, errors)))
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
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let rate_limit = inner.setting("rate_limit", &self.0);
        let admitted = admit(&rate_limit, function);
        let rejected = ended_by_fault(function);
        inner.after(&quote_spanned!(Span::mixed_site()=>
            if let ::core::result::Result::Err(fault) = #admitted {
                return #rejected;
            }
        ))
    }
}

fn check_rate(options: &Options, errors: &mut Errors) {
    if options.first_of(&["per_second", "per_minute"]).is_none() {
        options.must_have("`#[rate_limit]` needs a rate: write `per_second = 10` or `per_minute = 600`", errors);
    }
    let two = "`#[rate_limit]` takes one rate: remove one of them, or write a second `#[rate_limit]` line";
    options.contradict("per_minute", &["per_second"], two, errors);
}
