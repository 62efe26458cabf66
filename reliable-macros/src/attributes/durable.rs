//! `#[durable]`: the outcome of the call is written down once, and read back ever after.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, FnArg, GenericArgument, PathArguments, ReceiverKind, ReturnType, Type, TypeReference};

use crate::attributes::idempotency_key::{self, KEY};
use crate::errors::Errors;
use crate::frameworks;
use crate::function::code::Code;
use crate::function::tokens::at;
use crate::function::{Binding, Function, IntoError};
use crate::options::Options;
use crate::options::rows::{Row, Takes};
use crate::stack::attribute::{Attribute, Layer};
use crate::stack::bound::{self, Bound};
use crate::stack::rule::{Moves, Rule};

const TO_THE_CALLS: &str = "to the functions that the step calls: the one that asks the model, and the tools";

const EACH_ATTEMPT: &str = "would record each attempt, and not the call";

pub(crate) const DURABLE: Attribute = Attribute {
    needs_async: true,
    order: &[
        Rule::above("agent", Moves::This, "would record a whole step as one call").to(TO_THE_CALLS),
        Rule::below("agent", Moves::This, "would record a whole run as one call").to(TO_THE_CALLS),
        Rule::below("fallback", Moves::This, "would record the last resort, which decides from what is recorded"),
        Rule::above("retry", Moves::This, EACH_ATTEMPT),
        Rule::above("hedge", Moves::This, EACH_ATTEMPT),
        Rule::above("failover", Moves::This, "would record what each candidate gave, and not the call"),
        Rule::above("timeout", Moves::This, "would be ended by a clock of which nothing is recorded"),
        Rule::above("call_limit", Moves::This, "would be counted in each life anew, though it is read back"),
        Rule::above("chaos", Moves::This, "would fail where nothing is recorded"),
        Rule::above_all_but(
            &["fallback", "requires_approval"],
            Moves::This,
            "would depend on a state of which nothing is recorded",
        ),
    ],
    ..Attribute::new(
        "durable",
        &[
            Row::beside("error", Takes::Expression).also(&["err", "from_words", "restore"]),
            Row::beside("redact", Takes::Names).also(&["hide", "secret", "mask", "skip"]),
            KEY,
        ],
        read,
    )
};

struct Durable {
    /// Makes an error again from its words.
    error: Option<TokenStream>,
    key: Bound,
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
    let error = options.value("error").map(|error| {
        if !matches!(error, Expr::Path(_)) {
            errors.add(error, "`error` takes a path to a function that makes an error of its words, a `fn(String) -> E`: write `error = MyError::from_words`");
        }
        // Called here, it is told once if it takes or gives something else.
        quote_spanned!(at(error.span())=> |words| #error(words))
    });
    Box::new(Durable { error, key: idempotency_key::BINDS.read(options, function, errors) })
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

/// Whether there is a `&mut` in it: `Option<&mut Chat>`, `Pin<&mut Self>`.
fn is_mutable(ty: &Type) -> bool {
    reference_in(ty, &|reference| reference.mutability.is_some()).is_some()
}

/// The first reference of that kind in a type.
fn reference_in<'a>(ty: &'a Type, is_it: &impl Fn(&TypeReference) -> bool) -> Option<&'a Type> {
    let within = |ty| reference_in(ty, is_it);
    match ty {
        Type::Reference(reference) if is_it(reference) => Some(ty),
        Type::Reference(reference) => within(&reference.elem),
        Type::Paren(paren) => within(&paren.elem),
        Type::Group(group) => within(&group.elem),
        Type::Array(array) => within(&array.elem),
        Type::Slice(slice) => within(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(within),
        Type::Path(path) => path.path.segments.iter().find_map(|segment| {
            let PathArguments::AngleBracketed(list) = &segment.arguments else { return None };
            list.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => within(ty),
                _ => None,
            })
        }),
        _ => None,
    }
}

impl Layer for Durable {
    // Input:
    //     BODY
    //
    // Output:
    //     ::reliable::durable::call("pay")
    //         .here(|| {})
    //         .in_module(::core::module_path!())
    //         .shown(|call| call.show("booking", …))
    //         .run(async { BODY })
    //         .await
    //
    // With `error = TripError::told`:
    //         .run_with(async { BODY }, |words| TripError::told(words), |error| ::reliable::expansion::Inspect::new(error).told())
    //
    // With `fault = TripError::stopped`, too:
    //         .run_with_fault(async { BODY }, |words| TripError::told(words), TripError::stopped, |error| …)
    //
    // With `idempotency_key`:
    //     let mut call = ::reliable::durable::call("pay") …;
    //     let idempotency_key = call.idempotency_key();
    //     call.run(async { BODY }).await
    fn wrap(&self, inner: Code, function: &Function) -> Code {
        let span = function.return_span();
        // Of what is read back nothing may begin.
        let (call, run) = (call(function, span), self.run(function, span, &inner.lazy_future(function)));
        // Awaited here, and not by those around it: so the compiler says once what it has to say.
        inner.into_block(|last| match &self.key.name {
            None => quote_spanned!(span=> #last #call.#run.await),
            Some(name) => {
                let key = quote_spanned!(Span::mixed_site()=> let #name =);
                let of_call = quote_spanned!(span=> call.idempotency_key());
                quote_spanned!(span=> let mut call = #call; #key #of_call; #last call.#run.await)
            }
        })
    }

    fn check_function(&self, function: &Function, errors: &mut Errors) {
        if let Some(stream) = &function.stream {
            errors.push(syn::Error::new(
                stream.span,
                "a stream can't be recorded: remove `stream`, and read it to its end in the function, which returns what it gave",
            ));
            return;
        }
        for input in &function.sig.inputs {
            check_parameter(input, errors);
        }
        let ReturnType::Type(_, returned) = &function.sig.output else { return };
        if let Some(reference) = reference_in(returned, &|_| true) {
            errors.add(
                reference,
                "what `#[durable]` reads back was made anew, and can't borrow: return a type that owns it, such as `String` \
                 for `&str`",
            );
        }
    }

    fn in_spite_of_errors(&self, _: &Function) -> Option<Box<dyn Layer>> {
        bound::in_spite_of_errors(&[&self.key])
    }
}

impl Durable {
    /// `run(BODY)`
    fn run(&self, function: &Function, span: Span, body: &TokenStream) -> TokenStream {
        let Some(error) = &self.error else { return quote_spanned!(span=> run(#body)) };
        let told = quote_spanned!(span=> |error| ::reliable::expansion::Inspect::new(error).told());
        match &function.into_error {
            None => quote_spanned!(span=> run_with(#body, #error, #told)),
            Some(IntoError { function, .. }) => quote_spanned!(span=> run_with_fault(#body, #error, #function, #told)),
        }
    }
}

/// `::reliable::durable::call("pay").here(|| {}).in_module(::core::module_path!()).shown(…)`, all of it at one place: so the
/// compiler says there once what it has to say.
fn call(function: &Function, span: Span) -> TokenStream {
    let tool = &function.name;
    // A name that was given is all that it is known by.
    let known = (!function.is_named).then(|| quote_spanned!(span=> .here(|| {}).in_module(::core::module_path!())));
    let shown = shown(function).map(|shown| quote_spanned!(span=> .shown(|call| #shown)));
    quote_spanned!(span=> ::reliable::durable::call(#tool) #known #shown)
}

/// `call.show("booking", …).redact("card")`
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
    Some(if calls.is_empty() { last } else { quote!({ #calls #last }) })
}
