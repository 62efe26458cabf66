//! The option `stream`: innermost the call waits for the first item, so that all attributes are around that, too; and outermost
//! what they have put around the stream is made the declared type again.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use crate::function::code::Code;
use crate::function::{Function, Streamed};
use crate::stack::attribute::Layer;

/// The layers of a function, with those of the option `stream`, if it has that.
pub(crate) fn around(function: &Function, layers: Vec<Box<dyn Layer>>) -> Vec<Box<dyn Layer>> {
    if function.stream.is_none() {
        return layers;
    }
    let boxed = (!function.returns_opaque()).then(|| Box::new(Boxed) as Box<dyn Layer>);
    boxed.into_iter().chain(layers).chain([Box::new(Begun) as Box<dyn Layer>]).collect()
}

struct Begun;

impl Layer for Begun {
    // Input:
    //     BODY
    //
    // Output:
    //     let outcome: Result<BoxStream<'_, Result<Chunk, ApiError>>, ApiError> = { BODY };
    //     ::reliable::stream::begun(outcome).await
    fn wrap(&self, inner: Code, function: &Function) -> Code {
        let outcome = inner.outcome(function);
        let begun = begun(&quote_spanned!(function.return_span()=> outcome), function);
        inner.into_block(|last| quote_spanned!(Span::mixed_site()=> #outcome #last #begun))
    }
}

struct Boxed;

impl Layer for Boxed {
    // Input:
    //     BODY
    //
    // Output:
    //     let outcome = { BODY };
    //     ::reliable::stream::boxed(outcome)
    fn wrap(&self, inner: Code, function: &Function) -> Code {
        let outcome = inner.outcome(function);
        let boxed = quote_spanned!(function.return_span()=> ::reliable::stream::boxed(outcome));
        inner.into_block(|last| quote_spanned!(Span::mixed_site()=> #outcome #last #boxed))
    }
}

// Output:
//     ::reliable::stream::begun(outcome).await
//     ::reliable::stream::begun_at(outcome, |value| Chunk::has_text(value)).await
//
// Of an `impl Stream`:
//     ::reliable::stream::begun(::reliable::stream::pinned(outcome)).await
/// The outcome of a call whose stream has not begun, when that has.
pub(crate) fn begun(outcome: &TokenStream, function: &Function) -> TokenStream {
    let span = function.return_span();
    let outcome = if function.returns_opaque() {
        quote_spanned!(span=> ::reliable::stream::pinned(#outcome))
    } else {
        outcome.clone()
    };
    begun_again(&outcome, function)
}

/// The same of one whose stream has begun once, and was changed.
pub(crate) fn begun_again(outcome: &TokenStream, function: &Function) -> TokenStream {
    let span = function.return_span();
    match &function.stream {
        Some(Streamed { counts: Some(counts), .. }) => {
            quote_spanned!(span=> ::reliable::stream::begun_at(#outcome, #counts).await)
        }
        _ => quote_spanned!(span=> ::reliable::stream::begun(#outcome).await),
    }
}

/// What a policy makes of an outcome, where that is not the last of its statements.
pub(crate) fn lent(policy: &Ident) -> TokenStream {
    quote_spanned!(Span::mixed_site()=> ::core::clone::Clone::clone(&#policy))
}
