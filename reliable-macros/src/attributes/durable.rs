//! `#[durable]`: the outcome of the call is written down once, and read back ever after.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, ReceiverKind, Type};

use crate::errors::Errors;
use crate::frameworks;
use crate::function::code::Code;
use crate::function::tokens::at;
use crate::function::{Binding, Function};
use crate::options::Options;
use crate::options::rows::{Row, Takes};
use crate::stack::attribute::{Attribute, Layer};
use crate::stack::rule::{Moves, Rule};

const TO_THE_CALLS: &str = "to the functions that the step calls: the one that asks the model, and the tools";

pub(crate) const DURABLE: Attribute = Attribute {
    needs_async: true,
    order: &[
        Rule::above("agent", Moves::This, "would record a whole step as one call").to(TO_THE_CALLS),
        Rule::below("agent", Moves::This, "would record a whole run as one call").to(TO_THE_CALLS),
        Rule::below("fallback", Moves::This, "would record the last resort, which decides from what is recorded"),
        Rule::above_all_but(
            &["fallback", "requires_approval"],
            Moves::This,
            "would record each attempt, and not the call",
        ),
    ],
    ..Attribute::new(
        "durable",
        &[
            Row::beside("error", Takes::Expression).also(&["err", "from_words", "restore"]),
            Row::beside("redact", Takes::Names).also(&["hide", "secret", "mask", "skip"]),
        ],
        read,
    )
};

struct Durable {
    /// Makes an error again from its words.
    error: Option<TokenStream>,
}

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    if let Some(value) = &options.positional {
        let message = "`#[durable]` takes no value: an engine is found around the call, such as that of `Memory::run`";
        errors.add(value, options.misspelt_or_called(function).unwrap_or_else(|| message.to_owned()));
    }
    if !cfg!(feature = "durable") {
        options.must_have("`#[durable]` needs the feature `durable` of `reliable-tools`: add it in Cargo.toml", errors);
    }
    options.check_names("redact", |name| function.binds(name), errors);
    options.must_name("redact", errors);
    for input in &function.sig.inputs {
        check_parameter(input, errors);
    }
    let error = options.value("error").map(|error| quote_spanned!(at(error.span())=> #error));
    Box::new(Durable { error })
}

/// What the call changes behind a `&mut` would be lost when it is read back.
fn check_parameter(input: &FnArg, errors: &mut Errors) {
    let (name, is_mutable) = match input {
        FnArg::Receiver(receiver) => {
            let is_mutable = match &receiver.kind {
                ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
                ReceiverKind::Typed(_, ty) => is_mutable(ty),
                _ => false,
            };
            ("self".to_owned(), is_mutable)
        }
        FnArg::Typed(typed) => (typed.pat.to_token_stream().to_string(), is_mutable(&typed.ty)),
    };
    if is_mutable {
        errors.add(
            input,
            format!(
                "what `#[durable]` reads back changes nothing behind a `&mut`: take `{name}` by `&` or by value, and return \
                 what is new"
            ),
        );
    }
}

fn is_mutable(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if reference.mutability.is_some())
}

impl Layer for Durable {
    // Input:
    //     BODY
    //
    // Output:
    //     ::reliable::durable::call("pay")
    //         .in_module(::core::module_path!())
    //         .shown(|call| call.show("booking", …))
    //         .run(async { BODY })
    //
    // With `error = TripError::told`:
    //         .run_with(TripError::told, |error| ::reliable::expansion::Inspect::new(error).told(), async { BODY })
    fn wrap(&self, inner: Code, function: &Function) -> Code {
        let (mixed, tool) = (Span::mixed_site(), &function.name);
        // A name that was given is all that it is known by.
        let module = (!function.is_named).then(|| quote_spanned!(mixed=> .in_module(::core::module_path!())));
        let shown = shown(function);
        let run = |span: Span, call: TokenStream| {
            let run = match &self.error {
                None => quote_spanned!(span=> run(#call)),
                Some(error) => {
                    let told = quote_spanned!(mixed=> |error| ::reliable::expansion::Inspect::new(error).told());
                    quote_spanned!(span=> run_with(#error, #told, #call))
                }
            };
            quote_spanned!(mixed=> ::reliable::durable::call(#tool) #module #shown.#run)
        };
        inner.into_timed(function, run)
    }
}

/// `.shown(|call| call.show("booking", …).redact("card"))`
fn shown(function: &Function) -> Option<TokenStream> {
    let mixed = Span::mixed_site();
    let is_redacted = |name: &str| function.redacted.iter().any(|redacted| redacted.unraw() == name);
    let is_handed_over = |binding: &Binding<'_>| frameworks::hands_over(binding.ty);
    let bindings: Vec<_> = function.bindings().into_iter().filter(|binding| !is_handed_over(binding)).collect();
    let (mut calls, mut last) = (TokenStream::new(), quote_spanned!(mixed=> call));
    for Binding { pat, cfgs, .. } in &bindings {
        let (name, label) = (&pat.ident, pat.ident.unraw().to_string());
        let call = if is_redacted(&label) {
            quote_spanned!(mixed=> .redact(#label))
        } else {
            quote_spanned!(mixed=> .show(#label, ::reliable::expansion::Inspect::new(&#name).text()))
        };
        if cfgs.is_empty() {
            last.extend(call);
        } else {
            calls.extend(quote_spanned!(mixed=> let call = #last; #cfgs let call = call #call;));
            last = quote_spanned!(mixed=> call);
        }
    }
    if bindings.is_empty() {
        return None;
    }
    let shown = if calls.is_empty() { last } else { quote!({ #calls #last }) };
    Some(quote_spanned!(mixed=> .shown(|call| #shown)))
}
