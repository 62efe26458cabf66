//! The option `edit`: which arguments a human may correct, and how the body gets to see what he made of them.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::ext::IdentExt;
use syn::{FnArg, Pat, PatIdent, PatType, Type};

use crate::attributes::approval::Call;
use crate::errors::Errors;
use crate::function::tokens::{at, mentions};
use crate::function::{Binding, Function};
use crate::options::Options;

/// The arguments that may be corrected.
pub(super) struct Edits {
    /// `let mut body_edit = …;`, before the question.
    pub(super) before: TokenStream,
    /// `.edit("body", &mut body_edit.value, …)`, in it.
    pub(super) calls: Vec<Call>,
    /// `let body = body_edit.or(body);`, behind it.
    pub(super) behind: TokenStream,
}

impl Edits {
    pub(super) fn new(options: &Options, function: &Function, errors: &mut Errors) -> Edits {
        let mut edits = Edits { before: TokenStream::new(), calls: Vec::new(), behind: TokenStream::new() };
        options.must_name("edit", errors);
        options.check_names("edit", |name| function.binds(name) || name == "self", errors);
        let bindings = function.bindings();
        for name in options.names("edit").unwrap_or_default() {
            let binding = bindings.iter().find(|binding| binding.pat.ident == *name);
            let refusal = refusal(name, binding, options).or_else(|| borrowing(name, function));
            match (refusal, binding) {
                (Some(message), _) => errors.add(name, message),
                (None, Some(binding)) => edits.add(name, binding),
                (None, None) => {}
            }
        }
        edits
    }

    // Output, in the order of the three places:
    //     let mut body_edit = ::reliable::expansion::EditOf::new(&body).none_yet();
    //     .edit("body", &mut body_edit.value, |body| ::reliable::expansion::Inspect::new(body).text())
    //     let body = body_edit.or(body);
    //
    // A `mut` parameter gets it by an assignment: of another one by that name the compiler says that the first need not be
    // `mut`.
    fn add(
        &mut self,
        written: &Ident,
        Binding { pat: PatIdent { ident: name, mutability, .. }, cfgs, .. }: &Binding<'_>,
    ) {
        let (mixed, there) = (Span::mixed_site(), at(written.span()));
        let label = name.unraw().to_string();
        let edit = format_ident!("{label}_edit", span = there);
        self.before.extend(quote_spanned!(mixed=>
            #cfgs
            let mut #edit = ::reliable::expansion::EditOf::new(&#name).none_yet();
        ));
        // The compiler points there where it has something to say of the type.
        let method = quote_spanned!(there=> edit);
        let call = quote_spanned!(mixed=>
            .#method(#label, &mut #edit.value, |#name| ::reliable::expansion::Inspect::new(#name).text())
        );
        self.calls.push(Call { cfgs: cfgs.clone(), call });
        let binds = mutability.is_none().then(|| quote_spanned!(mixed=> let));
        let edited = quote_spanned!(there=> #edit.or(#name));
        self.behind.extend(quote_spanned!(mixed=> #cfgs #binds #name = #edited;));
    }
}

/// Why an argument can't be corrected, as far as that can be seen.
fn refusal(name: &Ident, binding: Option<&Binding<'_>>, options: &Options) -> Option<String> {
    let is_in = |key| options.names(key).map(|names| names.contains(name));
    let ty = binding.map(|binding| binding.ty);
    if name == "self" {
        Some("`self` can't be corrected, it is not sent with the call: remove it from `edit(…)`".to_owned())
    } else if is_in("redact") == Some(true) {
        Some(format!(
            "`{name}` is redacted, and what is not seen can't be corrected: remove it from `redact(…)` or from `edit(…)`"
        ))
    } else if is_in("show") == Some(false) {
        Some(format!("`{name}` is not shown, and what is not seen can't be corrected: add it to `show(…)`"))
    } else if ty.is_some_and(is_mutable) || binding.is_some_and(|binding| binds_mutably(binding.pat)) {
        Some(format!(
            "`{name}` is borrowed by `&mut`, and a correction would not reach whom it belongs to: take it by value or by `&`, or remove it from `edit(…)`"
        ))
    } else if ty.is_some_and(|ty| mentions(ty.to_token_stream(), &|word| word == "impl")) {
        Some(format!(
            "`{name}` is an `impl …`, of which a correction can't be made: write its type, or a type parameter that is `serde::Serialize` and `serde::de::DeserializeOwned`"
        ))
    } else {
        None
    }
}

/// What stands behind the first `&` may be owned instead: what is borrowed in the midst of a type can't.
fn borrowing(name: &Ident, function: &Function) -> Option<String> {
    let is_it = |pat: &Pat| matches!(pat, Pat::Ident(pat) if pat.ident == *name);
    let ty = function.sig.inputs.iter().find_map(|input| match input {
        FnArg::Typed(PatType { pat, ty, .. }) if is_it(pat) => Some(&**ty),
        _ => None,
    })?;
    let inner = if let Type::Reference(reference) = ty { &reference.elem } else { ty };
    has_reference(inner.to_token_stream()).then(|| {
        format!(
            "`{name}` borrows in the midst of its type, and a correction has nothing to borrow from: take it owned, as in `Option<String>`, or remove it from `edit(…)`"
        )
    })
}

fn has_reference(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Punct(mark) => mark.as_char() == '&',
        TokenTree::Group(group) => has_reference(group.stream()),
        _ => false,
    })
}

fn is_mutable(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => reference.mutability.is_some(),
        Type::Paren(paren) => is_mutable(&paren.elem),
        Type::Group(group) => is_mutable(&group.elem),
        _ => false,
    }
}

fn binds_mutably(pat: &PatIdent) -> bool {
    pat.by_ref.is_some() && pat.mutability.is_some()
}
