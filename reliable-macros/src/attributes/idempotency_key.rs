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

/// `let idempotency_key = ::reliable::IdempotencyKey::of_call_here("pay", || {}, ::core::module_path!());`, or of the name alone
/// that it was given.
pub(crate) fn made_anew(name: &Ident, function: &Function) -> TokenStream {
    let (mixed, tool) = (Span::mixed_site(), &function.name);
    let made = if function.is_named {
        quote_spanned!(mixed=> of_call(#tool))
    } else {
        quote_spanned!(mixed=> of_call_here(#tool, || {}, ::core::module_path!()))
    };
    quote_spanned!(mixed=> let #name = ::reliable::IdempotencyKey::#made;)
}
