//! `guarded!`: proof that a function is behind `#[requires_approval]`.
//!
//! The attribute leaves a constant beside the function, and the macro looks for it. An attribute that some other macro
//! has dropped leaves none.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, ExprPath, PathSegment, Token, Visibility};

use crate::errors::Errors;
use crate::frameworks::rmcp;
use crate::function::Function;
use crate::function::tokens::at;

/// The constant for a function of this name.
fn mark_of(name: &Ident) -> Ident {
    let span = Span::call_site().located_at(name.span());
    format_ident!("_{}_REQUIRES_APPROVAL", name.unraw().to_string().to_uppercase(), span = span)
}

// Input:
//     pub async fn refund(amount: u32) -> Result<(), ToolError> { … }
//
// Output:
//     /// Says that a human is asked before the function runs: `guarded!` looks for it.
//     #[doc(hidden)]
//     pub const _REFUND_REQUIRES_APPROVAL: ::reliable::expansion::Guarded = ::reliable::expansion::Guarded;
/// The constant beside a guarded function. There is none in the `impl` of a trait, where no constant may be added: so a
/// method has one only if it shows that it is elsewhere, by a visibility or the attribute `#[tool]`.
pub(crate) fn mark(function: &Function, attrs: &[Attribute]) -> Option<TokenStream> {
    let is_method = function.sig.receiver().is_some() || function.names_self();
    let is_tool = rmcp::is_tool(attrs);
    if is_method && matches!(function.vis, Visibility::Inherited) && !is_tool {
        return None;
    }
    let cfgs = attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let (vis, mark) = (&function.vis, mark_of(&function.sig.ident));
    Some(quote_spanned!(Span::mixed_site()=>
        #(#cfgs)*
        #[doc = " Says that a human is asked before the function runs: `guarded!` looks for it."]
        #[doc(hidden)]
        #vis const #mark: ::reliable::expansion::Guarded = ::reliable::expansion::Guarded;
    ))
}

/// Proof for each of the functions named, or a message at those that lack it.
pub(crate) fn prove(functions: TokenStream) -> TokenStream {
    let parsed = Punctuated::<ExprPath, Token![,]>::parse_terminated.parse2(functions);
    let functions = match parsed {
        Ok(functions) if functions.is_empty() => {
            let message = "`guarded!` proves nothing without a function: write `guarded!(send_email, refund)`";
            return syn::Error::new(Span::call_site(), message).to_compile_error();
        }
        Ok(functions) => functions,
        Err(error) => {
            let message = "`guarded!` takes the paths of functions: write `guarded!(send_email, mail::forward)`";
            return syn::Error::new(error.span(), message).to_compile_error();
        }
    };
    let mut errors = Errors::default();
    let proofs: Vec<TokenStream> = functions.into_iter().filter_map(|function| errors.take(proof(function))).collect();
    let errors = errors.finish().err().map(|error| error.to_compile_error());
    quote!(#errors #(#proofs)*)
}

// Input:
//     tools::refund
//
// Output, where the inner scope goes before the outer one:
//     const _: () = {
//         const _REFUND_REQUIRES_APPROVAL: ::reliable::expansion::Unguarded = ::reliable::expansion::Unguarded;
//         {
//             use tools::*;
//             ::reliable::expansion::guarded(_REFUND_REQUIRES_APPROVAL)
//         }
//     };
//
// Input:
//     Bank::refund
//
// Output, where a constant of the type goes before one of a trait:
//     const _: () = {
//         trait Marks { const _REFUND_REQUIRES_APPROVAL: ::reliable::expansion::Unguarded = ::reliable::expansion::Unguarded; }
//         impl<T: ?Sized> Marks for T {}
//         ::reliable::expansion::guarded(Bank::_REFUND_REQUIRES_APPROVAL)
//     };
fn proof(function: ExprPath) -> syn::Result<TokenStream> {
    let mixed = Span::mixed_site();
    let ExprPath { qself, mut path, .. } = function.clone();
    let name = match path.segments.pop() {
        Some(PathSegment { ident, .. }) if qself.is_none() => ident,
        _ => {
            return Err(syn::Error::new_spanned(
                function,
                "a method of a trait can't be proven: move its body to a function of its own, and name that one",
            ));
        }
    };
    path.segments.pop_punct();
    let mark = mark_of(&name);
    let here = at(name.span());
    let lacking = quote_spanned!(mixed=> #mark: ::reliable::expansion::Unguarded = ::reliable::expansion::Unguarded);
    Ok(match path.segments.last() {
        Some(PathSegment { ident, .. }) if ident == "Self" => {
            return Err(syn::Error::new_spanned(ident, "`Self` means nothing here: write the name of the type"));
        }
        Some(PathSegment { ident, .. }) if ident.to_string().starts_with(char::is_uppercase) => {
            let proof = quote_spanned!(here=> ::reliable::expansion::guarded(#path::#mark));
            quote_spanned!(mixed=>
                const _: () = {
                    trait _Marks { const #lacking; }
                    impl<T: ?::core::marker::Sized> _Marks for T {}
                    #proof
                };
            )
        }
        segment => {
            let module = if segment.is_some() { quote!(#path) } else { quote!(self) };
            let proof = quote_spanned!(here=> ::reliable::expansion::guarded(#mark));
            quote_spanned!(mixed=>
                const _: () = {
                    #[allow(dead_code)]
                    const #lacking;
                    {
                        #[allow(unused_imports)]
                        use #module::*;
                        #proof
                    }
                };
            )
        }
    })
}
