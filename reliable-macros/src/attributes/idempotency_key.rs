//! The option `idempotency_key`, of those attributes that know when a call is the same one again.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use crate::function::Function;
use crate::options::rows::{Row, Takes};
use crate::stack::bound::Binds;

pub(crate) const KEY: Row = Row::beside("idempotency_key", Takes::Nothing);

pub(crate) const BINDS: Binds = Binds {
    option: KEY.key,
    what: "the key",
    stand_in: || quote_spanned!(Span::mixed_site()=> ::reliable::IdempotencyKey::new()),
};

/// `let idempotency_key = ::reliable::IdempotencyKey::of_call(…);`, of the path of the function, or of the name that it was
/// given.
pub(crate) fn made_anew(name: &Ident, function: &Function) -> TokenStream {
    let (mixed, tool) = (Span::mixed_site(), &function.name);
    let path = if function.is_named {
        quote_spanned!(mixed=> #tool)
    } else {
        quote_spanned!(mixed=> ::core::concat!(::core::module_path!(), "::", #tool))
    };
    quote_spanned!(mixed=> let #name = ::reliable::IdempotencyKey::of_call(#path);)
}
