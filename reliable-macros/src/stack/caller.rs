//! `#[track_caller]` on the same function. A closure or an `async` block does not see the caller, and so it would say
//! another line than the caller's.

use syn::Attribute;

use crate::function::Function;
use crate::function::code::Code;

/// The attribute, if it stands there.
pub(super) fn wanted(attrs: &[Attribute]) -> Option<&Attribute> {
    attrs.iter().find(|attr| attr.path().is_ident("track_caller"))
}

/// An error where the body now stands where it does not see the caller.
pub(super) fn lost(wanted: &Attribute, code: &Code, function: &Function) -> Option<syn::Error> {
    let message = if function.did_more() {
        "what is done before there is a future is done in it, where `#[track_caller]` does not see the caller: remove it"
    } else if !code.is_in_closure() {
        return None;
    } else if function.leaves_early() {
        "this body may leave early, and so it runs in a closure, where `#[track_caller]` does not see the caller: move it to a `#[track_caller]` function of its own, and call that one here"
    } else {
        "this body runs in a closure, where `#[track_caller]` does not see the caller: remove it"
    };
    Some(syn::Error::new_spanned(wanted, message))
}
