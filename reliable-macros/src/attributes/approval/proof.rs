//! `guarded!`: proof that a function is behind `#[requires_approval(guarded)]`.
//!
//! The compiler looks whether the path leads to the function whose alias the flag has left, or, for a method, whether its
//! constant is there at exactly the type that the path names.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{ExprPath, Path, PathArguments, PathSegment, Token};

use crate::attributes::approval::guarded::{alias_of, mark_of, name as named};
use crate::errors::Errors;
use crate::function::tokens::{at, plain};

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

fn proof(function: ExprPath) -> syn::Result<TokenStream> {
    let ExprPath { qself, mut path, .. } = function.clone();
    let Some(PathSegment { ident: name, .. }) = path.segments.pop() else {
        return Err(syn::Error::new_spanned(function, "expected the path of a function"));
    };
    path.segments.pop_punct();
    if let Some(qself) = qself {
        return if path.segments.is_empty() {
            Ok(of_method(&qself.ty, &name))
        } else {
            Err(syn::Error::new_spanned(
                function,
                "a method of a trait can't be proven: move its body to a function of its own and name that one, or show in a test by `reliable::approver::asks` that it asks",
            ))
        };
    }
    match path.segments.last() {
        Some(PathSegment { ident, .. }) if ident == "Self" => {
            Err(syn::Error::new_spanned(ident, "`Self` means nothing here: write the name of the type"))
        }
        Some(last) if is_type(last) => Ok(of_method(&path, &name)),
        _ => Ok(of_function(&path, &name)),
    }
}

/// Whether it is a type and no module, as far as that can be seen.
fn is_type(segment: &PathSegment) -> bool {
    let name = segment.ident.unraw().to_string();
    !matches!(segment.arguments, PathArguments::None) || name.trim_start_matches('_').starts_with(char::is_uppercase)
}

// Input:
//     tools::refund
//
// Output:
//     const _: () = {
//         use tools as _what_tools_means_here;
//         mod _proof {
//             pub(super) use super::tools as _what_tools_means_here;
//             pub(super) use super::tools;
//             use tools::refund as _the_refund_that_requires_approval;
//             const _: () = {
//                 use tools::*;
//                 use _the_refund_that_requires_approval as _;
//             };
//             const _: () = {
//                 const _the_refund_that_requires_approval: bool = true;
//                 {
//                     use tools::*;
//                     match false {
//                         _the_refund_that_requires_approval => {}
//                         _ => ::core::panic!("nothing proves that …"),
//                     }
//                 }
//             };
//         }
//         {
//             use _proof::*;
//             use _what_tools_means_here as _;
//         }
//     };
/// An import of a name that a glob has brought, too, is an error (E0659) unless the two are one: so the first block holds
/// the function that the path leads to against the alias, if there is any. The second tells what to do if there is none:
/// a name of a function is a fresh one in a pattern, and that of a constant is the constant. The third looks whether the
/// path leads to the same in a function, where it may be hidden by something in the body.
///
/// All is in a module, so that nothing else is called like the alias.
fn of_function(module: &Path, name: &Ident) -> TokenStream {
    let here = at(name.span());
    let alias = alias_of(name);
    let written = if module.segments.is_empty() { name.to_token_stream() } else { quote!(#module::#name) };
    let place = Place::of(module, name);
    let Place { module, function, .. } = &place;
    let lacking = lacking(&written);
    let (outside, inside, same) = place.means_the_same();
    quote_spanned!(here=>
        const _: () = {
            #outside
            mod _proof {
                #inside
                use #function as #alias;
                const _: () = {
                    use #module::*;
                    use #alias as _;
                };
                const _: () = {
                    const #alias: bool = true;
                    {
                        use #module::*;
                        match false {
                            #alias => {}
                            _ => ::core::panic!(#lacking),
                        }
                    }
                };
            }
            #same
        };
    )
}

/// Where a function is, as seen from the module that holds the proof.
struct Place {
    module: TokenStream,
    function: TokenStream,
    /// The name that the path begins with, unless it says itself where to begin.
    first: Option<Ident>,
}

impl Place {
    fn of(module: &Path, name: &Ident) -> Place {
        let above = quote_spanned!(at(name.span())=> super);
        let segments = module.segments.iter().map(|segment| &segment.ident);
        let first = segments.clone().next();
        let says_itself =
            module.leading_colon.is_some() || first.is_some_and(|first| first == "crate" || first == "$crate");
        let module = match first {
            None => return Place { module: above, function: name.to_token_stream(), first: Some(name.clone()) },
            Some(_) if says_itself => module.to_token_stream(),
            Some(first) if first == "self" => {
                let rest = segments.skip(1);
                quote!(#above #(::#rest)*)
            }
            Some(first) if first == "super" => quote!(#above::#module),
            Some(first) => {
                let first = Some(first.clone());
                return Place { module: module.to_token_stream(), function: quote!(#module::#name), first };
            }
        };
        Place { function: quote!(#module::#name), module, first: None }
    }

    /// What has the compiler look whether the first name of the path means the same outside of a body.
    fn means_the_same(&self) -> (TokenStream, TokenStream, TokenStream) {
        let nothing = TokenStream::new;
        let Some(first) = &self.first else { return (nothing(), nothing(), nothing()) };
        let here = at(first.span());
        let means = named("_what_", first, "_means_here");
        (
            quote_spanned!(here=> use #first as #means;),
            quote_spanned!(here=>
                pub(super) use super::#first as #means;
                pub(super) use super::#first;
            ),
            quote_spanned!(here=> {
                use _proof::*;
                use #means as _;
            }),
        )
    }
}

// Input:
//     Bank::<u8>::refund
//
// Output, where a constant of the type goes before one of a trait:
//     const _: () = {
//         trait _Unproven { const _refund_requires_approval: bool = false; }
//         impl<T: ?Sized> _Unproven for T {}
//         trait _Proof { const IS_THERE: bool; }
//         impl _Proof for Bank::<u8> { const IS_THERE: bool = Self::_refund_requires_approval; }
//         if !<Bank::<u8> as _Proof>::IS_THERE { ::core::panic!("nothing proves that …") }
//     };
/// The head of an `impl` names the whole type: in an expression the constant itself would choose what is left open.
fn of_method(of: &impl ToTokens, name: &Ident) -> TokenStream {
    let mixed = Span::mixed_site();
    let mark = mark_of(name);
    let lacking = lacking(&quote!(#of::#name));
    let proof = quote_spanned!(at(name.span())=>
        if !<#of as _Proof>::IS_THERE {
            ::core::panic!(#lacking)
        }
    );
    quote_spanned!(mixed=>
        const _: () = {
            trait _Unproven {
                const #mark: bool = false;
            }
            impl<T: ?::core::marker::Sized> _Unproven for T {}
            trait _Proof {
                const IS_THERE: bool;
            }
            impl _Proof for #of {
                const IS_THERE: bool = Self::#mark;
            }
            #proof
        };
    )
}

/// What to do where no proof is found.
fn lacking(function: &TokenStream) -> String {
    let function = plain(function);
    format!(
        "nothing proves that `{function}` asks before it runs: write `#[requires_approval(guarded)]` on it, and here the path where it is defined; where that flag can't stand, show it in a test by `reliable::approver::asks`"
    )
}
