//! A policy as a statement: made before everything else, so that its values are looked at once per call.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Expr;
use syn::spanned::Spanned;

use crate::function::at;

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
