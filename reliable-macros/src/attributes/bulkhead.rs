//! `#[bulkhead]`: so many calls at once, and no more.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::{Code, Setting, admit, ended_by_fault};
use crate::options::Options;
use crate::options::max_wait::{self, MAX_WAIT, REJECT};
use crate::options::policy::{KEY, ReadyMade};
use crate::options::rows::{Row, Takes};
use crate::options::values;
use crate::stack::attribute::{Attribute, Layer};
use crate::stack::streamed::{for_stream, lent};

pub(crate) const BULKHEAD: Attribute = Attribute::new(
    "bulkhead",
    &[
        Row::policy("max", Takes::integer(1)).also(&[
            "max_concurrent",
            "concurrency",
            "concurrent",
            "permits",
            "limit",
            "size",
            "max_calls",
        ]),
        Row::policy("queue", Takes::integer(0)).also(&["waiting", "max_queue", "max_waiting"]),
        KEY,
        REJECT,
        MAX_WAIT,
    ],
    read,
);

const READY_MADE: ReadyMade = ReadyMade {
    ty: "Bulkhead",
    has_its_own: "the bulkhead has its own",
    article: "a bulkhead",
    example: ("max", "4", "a number of calls"),
};

struct Bulkhead(Setting);

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    READY_MADE.check(options, function, errors);
    max_wait::check(options, errors);
    let contradiction = "`reject` lets nobody wait, and `queue` lets some: remove one of them";
    options.contradict(REJECT.key, &["queue"], contradiction, errors);
    if options.value("queue").and_then(values::whole) == Some(0) {
        let contradiction = "`queue = 0` lets nobody wait, and `max_wait` lets them for a while: remove one of them";
        options.contradict("queue", &["max_wait"], contradiction, errors);
    }
    Box::new(Bulkhead(READY_MADE.shared("BULKHEAD", options, function, errors)))
}

impl Layer for Bulkhead {
    // Input:
    //     BODY
    //
    // Output:
    //     let bulkhead = {
    //         static BULKHEAD: ::reliable::Bulkhead = ::reliable::Bulkhead::new().max(4);
    //         &BULKHEAD
    //     };
    //     let _permit = match bulkhead.admit("forecast").await {
    //         ::core::result::Result::Ok(permit) => permit,
    //         ::core::result::Result::Err(fault) => return ::reliable::expansion::Outcome::from_fault(fault),
    //     };
    //     BODY
    //
    // The permit gives its place back at the end of the block, also when the call is cancelled or the body panics.
    //
    // With `stream`, the stream keeps it:
    //     let permit = match … { … };
    //     let outcome = { BODY };
    //     permit.until_dropped(::core::clone::Clone::clone(&bulkhead), outcome)
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let bulkhead = inner.setting("bulkhead", &for_stream(&self.0, function));
        let admitted = admit(&bulkhead, function);
        let rejected = ended_by_fault(function);
        if function.stream.is_some() {
            return held(inner, &bulkhead, &admitted, &rejected, function);
        }
        inner.after(&quote_spanned!(Span::mixed_site()=>
            let _permit = match #admitted {
                ::core::result::Result::Ok(permit) => permit,
                ::core::result::Result::Err(fault) => return #rejected,
            };
        ))
    }
}

fn held(inner: Code, bulkhead: &Ident, admitted: &TokenStream, rejected: &TokenStream, function: &Function) -> Code {
    let (outcome, lent) = (inner.outcome(function), lent(bulkhead));
    let held = quote_spanned!(function.return_span()=> permit.until_dropped(#lent, outcome));
    inner.into_returning(|leave, last| {
        let rejected = leave(rejected);
        quote_spanned!(Span::mixed_site()=>
            let permit = match #admitted {
                ::core::result::Result::Ok(permit) => permit,
                ::core::result::Result::Err(fault) => #rejected,
            };
            #outcome
            #last #held
        )
    })
}
