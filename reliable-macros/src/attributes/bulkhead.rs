//! `#[bulkhead]`: so many calls at once, and no more.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::Code;
use crate::options::setting::Setting;
use crate::options::values;
use crate::options::{Known, Options};
use crate::stack::Policy;

const KNOWN: Known = Known { attribute: "bulkhead", keys: &["max", "queue", "key"], lists: &[], flags: &["reject"] };

pub(crate) struct Bulkhead(Setting);

impl Bulkhead {
    pub(crate) fn parse(args: TokenStream, function: &Function, errors: &mut Errors) -> Bulkhead {
        let options = Options::parse(&KNOWN, args, errors);
        check_combinations(&options, errors);
        let ty = quote_spanned!(Span::mixed_site()=> ::reliable::Bulkhead);
        let calls = builder_calls(&options, function, errors);
        Bulkhead(Setting::shared("BULKHEAD", &ty, &quote!(#ty::new() #calls), &options))
    }
}

impl Policy for Bulkhead {
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
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let mixed = Span::mixed_site();
        let bulkhead = inner.setting("bulkhead", &self.0);
        let tool = function.name();
        let admitted = if function.is_async() {
            quote_spanned!(mixed=> #bulkhead.admit(#tool).await)
        } else {
            quote_spanned!(mixed=> #bulkhead.admit_blocking(#tool))
        };
        let rejected = function.ended_by_fault();
        inner.after(&quote_spanned!(mixed=>
            let _permit = match #admitted {
                ::core::result::Result::Ok(permit) => permit,
                ::core::result::Result::Err(fault) => return #rejected,
            };
        ))
    }
}

fn check_combinations(options: &Options, errors: &mut Errors) {
    if let Some(bulkhead) = &options.positional {
        if let Some(key) = options.first_of(&["max", "queue", "reject"]) {
            errors.add(key, format!("the bulkhead has its own `{key}`: set it there, or write all options here"));
        }
        if values::is_literal(bulkhead) {
            errors.add(
                bulkhead,
                "`#[bulkhead]` takes a bulkhead of type `Bulkhead` here: write `max = 4` for a number of calls",
            );
        }
    }
    if let (Some(reject), Some(_)) = (options.first_of(&["reject"]), options.value("queue")) {
        errors.add(reject, "`reject` lets nobody wait, and `queue` lets some: remove one of them");
    }
}

/// `.max(4).queue(16)`
fn builder_calls(options: &Options, function: &Function, errors: &mut Errors) -> TokenStream {
    let mut calls = TokenStream::new();
    for (key, expr) in options.values_of(&["max", "queue"]) {
        function.must_be_constant(key, expr, errors);
        values::integer(key, expr, u64::from(key == "max"), u32::MAX.into(), errors);
        let method = Ident::new(key, Span::mixed_site());
        calls.extend(quote_spanned!(Span::mixed_site()=> .#method(#expr)));
    }
    if options.flag("reject") {
        calls.extend(quote_spanned!(Span::mixed_site()=> .reject()));
    }
    calls
}
