//! The option `stream`: innermost the call waits for the first item, so that all attributes are around that, too; and outermost
//! what they have put around the stream is made the declared type again.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use crate::function::code::{Code, Setting};
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
// Of an `impl Stream`, whose type no expression can name, and that of its items can:
//     ::reliable::stream::begun(::reliable::stream::pinned::<Result<Chunk, ApiError>, _>(outcome)).await
/// The outcome of a call whose stream has not begun, when that has.
pub(crate) fn begun(outcome: &TokenStream, function: &Function) -> TokenStream {
    let span = function.return_span();
    let outcome = if function.returns_opaque() {
        let items = function.opaque_items().map(|items| quote_spanned!(span=> ::<#items, _>));
        quote_spanned!(span=> ::reliable::stream::pinned #items(#outcome))
    } else {
        outcome.clone()
    };
    begun_again(&outcome, function)
}

/// The same of one whose stream has begun once, and was changed.
pub(crate) fn begun_again(outcome: &TokenStream, function: &Function) -> TokenStream {
    let span = function.return_span();
    if let Some(Streamed { counts: Some(counts), .. }) = &function.stream {
        return quote_spanned!(span=> ::reliable::stream::begun_at(#outcome, #counts).await);
    }
    quote_spanned!(span=> ::reliable::stream::begun(#outcome).await)
}

/// A policy for a function that returns a stream, which keeps it for longer than the call: what is the user's own is lent to it.
pub(crate) fn for_stream(policy: &Setting, function: &Function) -> Setting {
    let Some(ty) = policy.ty.clone().filter(|_| function.stream.is_some()) else { return policy.clone() };
    let mut tokens = ty.into_iter();
    // `&::reliable::Bulkhead`, where the user's own stands.
    let span = tokens.next().map_or_else(Span::mixed_site, |and| and.span());
    let (policy, value) = (tokens.collect::<TokenStream>(), &policy.value);
    Setting { ty: None, value: quote_spanned!(span=> ::reliable::stream::lend::<#policy, _>(#value)) }
}

/// What a stream keeps of a policy: its `Arc`, or a reference to it.
pub(crate) fn lent(policy: &Ident) -> TokenStream {
    quote_spanned!(Span::mixed_site()=> ::core::clone::Clone::clone(&#policy))
}
