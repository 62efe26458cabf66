//! What the question shows: every argument, be it in words, by its name, or as something that is not shown.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::{FnArg, Pat, PatType};

use crate::attributes::approval::Call;
use crate::errors::Errors;
use crate::frameworks;
use crate::function::tokens::plain;
use crate::function::{Binding, Function, bindings_of, cfgs};
use crate::options::Options;

/// Shows the arguments in the order of the signature: those in `show`, or all of them. Names those in `redact` only.
pub(super) fn arguments(options: &Options, function: &Function, errors: &mut Errors) -> Vec<Call> {
    let has = |name: &Ident| function.binds(name) || (name == "self" && function.sig.receiver().is_some());
    for key in ["show", "redact"] {
        options.check_names(key, has, errors);
    }
    // `show()` is for a question that says nothing of the arguments.
    options.must_name("redact", errors);
    let (shown, redacted) = (options.names("show"), options.names("redact").unwrap_or_default());
    if let Some(both) = redacted.iter().find(|name| shown.is_some_and(|shown| shown.contains(name))) {
        errors.add(both, format!("`{both}` can't be both shown and redacted: remove it from one of them"));
    }
    let question = Question { shown, redacted };
    let mut calls = Vec::new();
    for input in &function.sig.inputs {
        match input {
            FnArg::Receiver(receiver) => {
                let call = function.receiver().and_then(|this| question.receiver(&this));
                calls.extend(call.map(|call| Call { cfgs: cfgs(&receiver.attrs), call }));
            }
            FnArg::Typed(typed) => question.parameter(typed, &mut calls),
        }
    }
    calls
}

/// What `show` and `redact` say.
struct Question<'a> {
    shown: Option<&'a [Ident]>,
    redacted: &'a [Ident],
}

impl Question<'_> {
    /// The receiver is shown where it can be shown: it is what all tools of a server have in common.
    fn receiver(&self, this: &Ident) -> Option<TokenStream> {
        self.named("self", this).or_else(|| {
            let known = quote_spanned!(Span::mixed_site()=> ::reliable::expansion::Inspect::new(&#this).known());
            self.shown.is_none().then(|| quote_spanned!(Span::mixed_site()=> .show("self", #known)))
        })
    }

    fn parameter(&self, typed: &PatType, calls: &mut Vec<Call>) {
        let bindings = bindings_of(typed);
        let is_of_all = self.shown.is_none() && !frameworks::hands_over(&typed.ty);
        let rest = is_of_all.then(|| not_shown(typed, bindings.is_empty())).flatten();
        for Binding { pat, cfgs, .. } in bindings {
            let name = &pat.ident;
            let label = name.unraw().to_string();
            let argument = || quote_spanned!(Span::mixed_site()=> .show(#label, ::reliable::expansion::Inspect::new(&#name).argument()));
            let call = self.named(&label, name).or_else(|| is_of_all.then(argument));
            calls.extend(call.map(|call| Call { cfgs, call }));
        }
        calls.extend(rest.map(|call| Call { cfgs: cfgs(&typed.attrs), call }));
    }

    /// What is said of an argument that one of the two names.
    fn named(&self, label: &str, name: &Ident) -> Option<TokenStream> {
        let names = |names: &[Ident]| names.iter().any(|named| named.unraw() == label);
        let mixed = Span::mixed_site();
        if names(self.redacted) {
            Some(quote_spanned!(mixed=> .redact(#label)))
        } else if self.shown.is_some_and(names) {
            Some(quote_spanned!(mixed=> .show(#label, ::reliable::expansion::Inspect::new(&#name).text())))
        } else {
            None
        }
    }
}

/// Stands for what the pattern of a parameter leaves without a name: all of it, or a part.
fn not_shown(PatType { pat, ty, .. }: &PatType, all: bool) -> Option<TokenStream> {
    if !all && !leaves_out(pat) {
        return None;
    }
    let ty = plain(ty.to_token_stream());
    let what = if all { ty } else { format!("the rest of {ty}") };
    Some(quote_spanned!(Span::mixed_site()=> .not_shown("_", #what)))
}

/// Whether something of the value has no name in the pattern.
fn leaves_out(pat: &Pat) -> bool {
    match pat {
        Pat::Ident(_) | Pat::Path(_) => false,
        Pat::Tuple(tuple) => tuple.elems.iter().any(leaves_out),
        Pat::TupleStruct(tuple) => tuple.elems.iter().any(leaves_out),
        Pat::Struct(fields) => fields.rest.is_some() || fields.fields.iter().any(|field| leaves_out(&field.pat)),
        Pat::Slice(slice) => slice.elems.iter().any(leaves_out),
        Pat::Reference(reference) => leaves_out(&reference.pat),
        Pat::Paren(paren) => leaves_out(&paren.pat),
        Pat::Or(or) => or.cases.iter().any(leaves_out),
        _ => true,
    }
}
