//! A policy as a statement: made before everything else, so that its values are looked at once per call.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Expr;
use syn::spanned::Spanned;

use crate::function::at;
use crate::options::Options;

/// The right-hand side of `let retry = …;`.
#[derive(Clone)]
pub(crate) struct Setting {
    /// The type, where the value is the user's own and might be of another one.
    pub(crate) ty: Option<TokenStream>,
    pub(crate) value: TokenStream,
}

impl Setting {
    /// A policy made of options. Of literals the compiler makes it, once and for all; of other values each call does.
    pub(crate) fn built(policy: &TokenStream, literal: bool) -> Setting {
        let mixed = Span::mixed_site();
        let value = if literal { quote_spanned!(mixed=> const { &#policy }) } else { policy.clone() };
        Setting { ty: None, value }
    }

    /// A state that all calls share: of the user's, or one that the function keeps in a `static`; with the option `key`
    /// one for each key. `new` makes one: `::reliable::CircuitBreaker::new().failures(5)`.
    pub(crate) fn shared(name: &str, ty: &TokenStream, new: &TokenStream, options: &Options) -> Setting {
        let mixed = Span::mixed_site();
        let (one, many) = (Ident::new(name, mixed), Ident::new(&format!("{name}S"), mixed));
        // An error about the key's type points at the key.
        let key = options.value("key").map(|key| quote_spanned!(at(key.span())=> &#key));
        let value = match (&options.positional, key) {
            (Some(shared), None) => {
                let span = at(shared.span());
                return Setting { ty: Some(quote_spanned!(span=> &#ty)), value: quote_spanned!(span=> &#shared) };
            }
            (Some(shared), Some(key)) => quote_spanned!(at(shared.span())=> ::reliable::Keyed::get(&#shared, #key)),
            (None, None) => quote_spanned!(mixed=> { static #one: #ty = #new; &#one }),
            (None, Some(key)) => {
                let get = quote_spanned!(at(key.span())=> #many.get(#key));
                quote_spanned!(mixed=> {
                    static #many: ::reliable::Keyed<#ty> = ::reliable::Keyed::new(|| #new);
                    #get
                })
            }
        };
        Setting { ty: None, value }
    }

    /// A policy of the user's. One that has a name is there already; any other expression makes one.
    pub(crate) fn ready_made(ty: &TokenStream, policy: &Expr) -> Setting {
        let span = at(policy.span());
        if let Expr::Path(_) = policy {
            Setting { ty: Some(quote_spanned!(span=> &#ty)), value: quote_spanned!(span=> &#policy) }
        } else {
            Setting { ty: Some(ty.clone()), value: quote_spanned!(span=> #policy) }
        }
    }
}
