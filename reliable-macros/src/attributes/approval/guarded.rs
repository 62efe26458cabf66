//! The flag `guarded`: what it leaves beside a function for `guarded!`, and where it can't hold.
//!
//! Beside a free function it leaves an alias of it. There is none of a method: in its `impl` it leaves a constant.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Visibility};

use crate::attributes::approval::inert;
use crate::errors::Errors;
use crate::frameworks::rmcp;
use crate::function::Function;
use crate::function::tokens::at;

/// The flag `guarded`.
pub(super) struct Flag {
    written: Ident,
    /// It may be one of a trait, whose methods have neither a visibility nor a place for what the flag leaves.
    may_be_of_a_trait: bool,
}

impl Flag {
    pub(super) fn new(written: &Ident, function: &Function) -> Flag {
        let may_be_of_a_trait = is_method(function) && matches!(function.vis, Visibility::Inherited);
        Flag { written: written.clone(), may_be_of_a_trait }
    }

    /// Notes where nobody can know, when the program is compiled, that the question is asked.
    pub(super) fn check(&self, attrs: &[Attribute], errors: &mut Errors) {
        if self.is_refused(attrs) {
            errors.add(&self.written, "`guarded` can't prove a method of a trait: remove it, and show in a test by `reliable::approver::asks` that the method asks (a method of the type itself needs a visibility for it, `pub(self)` if no other)");
        }
        if let Some(other) = inert::may_replace_the_body(attrs) {
            errors.add(&self.written, format!("`guarded` can't vouch for a body that `#[{other}]` may replace: move what needs the approval to a function of its own, or remove `guarded` and show in a test by `reliable::approver::asks` that this one asks"));
        }
    }

    fn is_refused(&self, attrs: &[Attribute]) -> bool {
        self.may_be_of_a_trait && !rmcp::is_tool(attrs)
    }

    /// What it leaves for `guarded!`.
    pub(super) fn leaves(&self, function: &Function, attrs: &[Attribute]) -> Option<TokenStream> {
        if self.is_refused(attrs) {
            return None;
        }
        let left = if is_method(function) { mark(function) } else { alias(function) };
        let cfgs = attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
        Some(quote!(#(#cfgs)* #left))
    }
}

fn is_method(function: &Function) -> bool {
    function.sig.receiver().is_some() || function.names_self()
}

// Input:
//     pub async fn refund(amount: u32) -> Result<(), ToolError> { … }
//
// Output:
//     /// The function behind `#[requires_approval]`: `guarded!` looks whether a path leads to it.
//     #[doc(hidden)]
//     pub use refund as _the_refund_that_requires_approval;
fn alias(function: &Function) -> TokenStream {
    let (vis, name) = (&function.vis, &function.sig.ident);
    let alias = alias_of(name);
    quote_spanned!(at(name.span())=>
        #[doc = " The function behind `#[requires_approval]`: `guarded!` looks whether a path leads to it."]
        #[doc(hidden)]
        #vis use #name as #alias;
    )
}

// Input:
//     pub async fn refund(&self, amount: u32) -> Result<(), ToolError> { … }
//
// Output:
//     /// The method `refund` is behind `#[requires_approval]`: `guarded!` looks for this.
//     #[doc(hidden)]
//     pub const _refund_requires_approval: bool = true;
fn mark(function: &Function) -> TokenStream {
    let (vis, name) = (&function.vis, &function.sig.ident);
    let (mark, doc) =
        (mark_of(name), format!(" The method `{name}` is behind `#[requires_approval]`: `guarded!` looks for this."));
    quote_spanned!(Span::mixed_site()=>
        #[doc = #doc]
        #[doc(hidden)]
        #vis const #mark: bool = true;
    )
}

/// Where it is not the alias of the function that is asked for, the compiler says that this name is ambiguous.
pub(super) fn alias_of(function: &Ident) -> Ident {
    name("_the_", function, "_that_requires_approval")
}

pub(super) fn mark_of(method: &Ident) -> Ident {
    name("_", method, "_requires_approval")
}

pub(super) fn name(before: &str, of: &Ident, behind: &str) -> Ident {
    let span = Span::call_site().located_at(of.span());
    format_ident!("{before}{}{behind}", of.unraw().to_string(), span = span)
}
