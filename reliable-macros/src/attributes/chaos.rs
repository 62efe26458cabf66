//! `#[chaos]`: a place where a plan can inject failures. Without the feature `chaos` it is none.

use proc_macro2::Span;
use quote::quote_spanned;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::Code;
use crate::options::Options;
use crate::stack::attribute::{Attribute, Layer};
use crate::stack::streamed::begun_again;

pub(crate) const CHAOS: Attribute = Attribute::new("chaos", &[], read);

struct Chaos;

const PLACE: &str =
    "`#[chaos]` only marks the place: write `name = \"…\"` for a name, and what happens there into a `Chaos` plan";
fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    if let Some(value) = &options.positional {
        errors.add(value, options.misspelt_or_called(function).unwrap_or_else(|| PLACE.to_owned()));
    }
    Box::new(Chaos)
}

impl Layer for Chaos {
    // Input:
    //     BODY
    //
    // Output:
    //     if let ::core::option::Option::Some(outcome) = ::reliable::expansion::strike("forecast").await {
    //         return outcome;
    //     }
    //     BODY
    //
    // With `stream`, which a plan may break:
    //     let outcome = ::reliable::stream::struck("ask", async { BODY }, |items| items.of_fault()).await;
    //     ::reliable::stream::begun(outcome).await
    fn wrap(&self, inner: Code, function: &Function) -> Code {
        if !cfg!(feature = "chaos") {
            return inner;
        }
        if function.stream.is_some() {
            return broken(inner, function);
        }
        let span = function.return_span();
        let name = &function.name;
        let struck = if function.is_async() {
            quote_spanned!(span=> ::reliable::expansion::strike(#name).await)
        } else {
            quote_spanned!(span=> ::reliable::expansion::strike_blocking(#name))
        };
        inner.after(&quote_spanned!(Span::mixed_site()=>
            if let ::core::option::Option::Some(outcome) = #struck {
                return outcome;
            }
        ))
    }
}

fn broken(inner: Code, function: &Function) -> Code {
    let (span, name, call) = (function.return_span(), &function.name, inner.lazy_future(function));
    let struck = quote_spanned!(span=> ::reliable::stream::struck(#name, #call, |items| items.of_fault()).await);
    let begun = begun_again(&quote_spanned!(span=> outcome), function);
    inner.into_block(|last| quote_spanned!(Span::mixed_site()=> let outcome = #struck; #last #begun))
}
