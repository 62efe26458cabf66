//! `#[call_limit]`: so many calls of a tool in one run of an agent, and no more.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::{Code, Setting, ended_by_fault};
use crate::options::Options;
use crate::options::policy::{ReadyMade, built};
use crate::options::rows::{Row, Takes};
use crate::stack::attribute::{Attribute, Layer};

pub(crate) const CALL_LIMIT: Attribute = Attribute::new(
    "call_limit",
    &[Row::makes("max", Takes::integer(1)).also(&[
        "max_calls",
        "calls",
        "limit",
        "times",
        "count",
        "max_uses",
        "uses",
        "per_run",
    ])],
    read,
);

const READY_MADE: ReadyMade = ReadyMade {
    ty: "CallLimit",
    has_its_own: "the limit has its own",
    article: "a limit",
    example: ("max", "5", "a number of calls"),
};

struct CallLimit(Setting);

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    READY_MADE.check(options, function, errors);
    if options.positional.is_some() || options.value("max").is_some() {
        return Box::new(CallLimit(READY_MADE.shared_by_all("CALL_LIMIT", options, function, errors)));
    }
    let message = "`#[call_limit]` needs the calls that a run may make: write `#[call_limit(max = 5)]`";
    options.must_have(message, errors);
    Box::new(CallLimit(built(&TokenStream::new(), true)))
}

impl Layer for CallLimit {
    // Input:
    //     BODY
    //
    // Output:
    //     let call_limit = {
    //         static CALL_LIMIT: ::reliable::CallLimit = ::reliable::CallLimit::max(5);
    //         &CALL_LIMIT
    //     };
    //     if let ::core::result::Result::Err(fault) = call_limit.admit("search") {
    //         return ::reliable::expansion::Outcome::from_fault(fault);
    //     }
    //     BODY
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let call_limit = inner.setting("call_limit", &self.0);
        let tool = &function.name;
        let rejected = ended_by_fault(function);
        inner.after(&quote_spanned!(Span::mixed_site()=>
            if let ::core::result::Result::Err(fault) = #call_limit.admit(#tool) {
                return #rejected;
            }
        ))
    }
}
