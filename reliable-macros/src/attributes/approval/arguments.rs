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
                let call = function.receiver().map(|this| question.receiver(&this));
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
    fn receiver(&self, this: &Ident) -> TokenStream {
        let is_shown = self.how("self").unwrap_or(if self.shown.is_none() { "known" } else { "hidden" });
        told("self", this, "receiver", is_shown)
    }

    fn parameter(&self, typed: &PatType, calls: &mut Vec<Call>) {
        let bindings = bindings_of(typed);
        let is_no_argument = frameworks::hands_over(&typed.ty);
        let rest = if is_no_argument { None } else { self.rest(typed, bindings.is_empty()) };
        for Binding { pat, cfgs, .. } in bindings {
            let name = &pat.ident;
            let label = name.unraw().to_string();
            let otherwise = || match self.shown {
                _ if is_no_argument => None,
                None => Some("argument"),
                Some(_) => Some("hidden"),
            };
            let how = self.how(&label).or_else(otherwise);
            calls.extend(how.map(|how| Call { cfgs, call: told(&label, name, "digested", how) }));
        }
        calls.extend(rest.map(|call| Call { cfgs: cfgs(&typed.attrs), call }));
    }

    /// How an argument is shown that one of the two names.
    fn how(&self, label: &str) -> Option<&'static str> {
        let names = |names: &[Ident]| names.iter().any(|named| named.unraw() == label);
        match self.shown {
            _ if names(self.redacted) => Some("redacted"),
            Some(shown) if names(shown) => Some("shown"),
            _ => None,
        }
    }

    /// Stands for what the pattern of a parameter leaves without a name: all of it, or a part.
    fn rest(&self, PatType { pat, ty, .. }: &PatType, all: bool) -> Option<TokenStream> {
        if !all && !leaves_out(pat) {
            return None;
        }
        if self.shown.is_some() {
            return Some(quote_spanned!(Span::mixed_site()=> .hidden("_")));
        }
        let ty = plain(ty.to_token_stream());
        let what = if all { ty } else { format!("the rest of {ty}") };
        Some(quote_spanned!(Span::mixed_site()=> .not_shown("_", #what)))
    }
}

/// What the question is told of an argument: what tells it from others, and how it is shown.
fn told(label: &str, name: &Ident, digest: &str, how: &str) -> TokenStream {
    let [digest, how] = [digest, how].map(|method| Ident::new(method, Span::mixed_site()));
    quote_spanned!(Span::mixed_site()=> .argument(#label, ::reliable::expansion::Inspect::new(&#name).#digest().#how()))
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
