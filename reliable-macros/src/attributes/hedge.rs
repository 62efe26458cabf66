//! `#[hedge]`: a second attempt beside one that is slow.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::{FnArg, Receiver, ReceiverKind, Type, TypeReference};

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::{Code, Setting};
use crate::options::Options;
use crate::options::classify::{Classify, WHEN, WHEN_OK};
use crate::options::policy::{ReadyMade, built};
use crate::options::repeat::{CLONE, Clones, check_parameters};
use crate::options::rows::{Row, Takes};
use crate::stack::attribute::{Again, Attribute, LastError, Layer};

pub(crate) const HEDGE: Attribute = Attribute {
    needs_async: true,
    again: Some(Again::Attempt),
    last_error: Some(LastError::KeptForAbove),
    ..Attribute::new(
        "hedge",
        &[
            Row::makes("after", Takes::Duration).also(&["delay", "wait", "timeout"]),
            Row::policy("max", Takes::integer(1))
                .also(&["attempts", "max_attempts", "hedges", "max_hedges"])
                .note(", the number of attempts besides the first"),
            WHEN,
            WHEN_OK,
            CLONE,
        ],
        read,
    )
};

const READY_MADE: ReadyMade = ReadyMade {
    ty: "Hedge",
    has_its_own: "the hedge has its own",
    article: "a hedge",
    example: ("after", "\"200ms\"", "a time"),
};

struct Hedge {
    policy: Setting,
    classify: Classify,
    clones: Clones,
}

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    check_parameters(function, errors);
    check_shared(function, errors);
    Box::new(Hedge {
        policy: hedge(options, function, errors),
        classify: Classify::when(options, function, errors),
        clones: Clones::of(options, function, errors),
    })
}

fn hedge(options: &Options, function: &Function, errors: &mut Errors) -> Setting {
    READY_MADE.check(options, function, errors);
    if options.positional.is_some() || options.value("after").is_some() {
        return READY_MADE.of_the_call(options, errors);
    }
    options.must_have(
        "`#[hedge]` needs the time after which a second attempt starts: write `#[hedge(after = \"200ms\")]`",
        errors,
    );
    built(&TokenStream::new(), true)
}

impl Layer for Hedge {
    // Input:
    //     BODY
    //
    // Output:
    //     let hedge = const { &::reliable::Hedge::after(::core::time::Duration::from_millis(200)) };
    //     hedge.run_judged("forecast", || async { BODY }, |error| …)
    //
    // With `when_ok`:
    //     hedge.run_judged_ok("forecast", || async { BODY }, |error| …, |value| …)
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let hedge = inner.setting("hedge", &self.policy);
        let tool = &function.name;
        let attempt = inner.future(function);
        let span = function.return_span();
        let hedge = Ident::new(&hedge.to_string(), span);
        let classify = self.classify.noting(inner.keep_for_those_above(function));
        inner.into_future(match classify.values() {
            None => quote_spanned!(span=> #hedge.run_judged(#tool, || #attempt, #classify)),
            Some(values) => quote_spanned!(span=> #hedge.run_judged_ok(#tool, || #attempt, #classify, #values)),
        })
    }

    fn before_body(&self) -> TokenStream {
        self.clones.made()
    }

    fn clones_receiver(&self) -> bool {
        self.clones.has_receiver()
    }
}

/// Two attempts that run at once can't both have the only access to something.
fn check_shared(function: &Function, errors: &mut Errors) {
    const WHY: &str = "`#[hedge]` runs two attempts at once, and they can't share a `&mut`";
    for input in &function.sig.inputs {
        match input {
            FnArg::Receiver(Receiver { kind: ReceiverKind::Reference(and, lifetime, Some(mutability)), .. }) => {
                let message = format!("{WHY}: write `&self`, and a `Mutex` or an atomic around what changes");
                errors.add(quote!(#and #lifetime #mutability), message);
            }
            FnArg::Receiver(Receiver { kind: ReceiverKind::Typed(_, ty), .. }) => check_type(ty, WHY, errors),
            FnArg::Typed(parameter) => check_type(&parameter.ty, WHY, errors),
            FnArg::Receiver(_) => {}
        }
    }
}

fn check_type(ty: &Type, why: &str, errors: &mut Errors) {
    if let Type::Reference(TypeReference { and_token, lifetime, mutability: Some(mutability), .. }) = ty {
        let message = format!("{why}: write `&`, and a `Mutex` or an atomic around what changes");
        errors.add(quote!(#and_token #lifetime #mutability), message);
    }
}
