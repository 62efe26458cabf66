//! `#[hedge]`: a second attempt beside one that is slow.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, FnArg, Receiver, ReceiverKind, Type, TypeReference};

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::Code;
use crate::options::repeat;
use crate::options::setting::Setting;
use crate::options::values::{self, duration_tokens};
use crate::options::{Known, Options};
use crate::stack::Policy;

const KNOWN: Known = Known { attribute: "hedge", keys: &["after", "max"], lists: &["clone"], flags: &["clone"] };

pub(crate) struct Hedge {
    hedge: Setting,
    clones: Vec<Ident>,
}

impl Hedge {
    pub(crate) fn parse(args: TokenStream, span: Span, function: &Function, errors: &mut Errors) -> Hedge {
        let options = Options::parse(&KNOWN, args, errors);
        repeat::check_parameters(function, errors);
        check_shared(function, errors);
        Hedge { hedge: hedge(&options, span, errors), clones: repeat::clones(&options, function, errors) }
    }
}

impl Policy for Hedge {
    // Input:
    //     BODY
    //
    // Output:
    //     let hedge = const { &::reliable::Hedge::after(::core::time::Duration::from_millis(200)) };
    //     hedge.run("forecast", || async { BODY })
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let hedge = inner.setting("hedge", &self.hedge);
        let tool = function.name();
        let attempt = inner.future(function);
        inner.into_future(quote_spanned!(function.return_span()=> #hedge.run(#tool, || #attempt)))
    }

    fn before_body(&self) -> TokenStream {
        repeat::cloned(&self.clones)
    }
}

fn hedge(options: &Options, span: Span, errors: &mut Errors) -> Setting {
    let ty = quote_spanned!(Span::mixed_site()=> ::reliable::Hedge);
    match (&options.positional, options.value("after")) {
        (Some(hedge), _) => {
            if let Some(key) = options.first_of(&["after", "max"]) {
                errors.add(key, format!("the hedge has its own `{key}`: set it there, or write all options here"));
            }
            if values::is_literal(hedge) {
                let message = "`#[hedge]` takes a hedge of type `Hedge` here: write `after = \"200ms\"` for a time";
                errors.add(hedge, message);
            }
            Setting::ready_made(&ty, hedge)
        }
        (None, Some(after)) => {
            let max = options.value("max");
            if let Some(max) = max {
                values::integer("max", max, 1, u32::MAX.into(), errors);
            }
            let literal = values::is_literal(after) && max.is_none_or(values::is_literal);
            let after = time(after, errors);
            let max = max.map(|max| quote_spanned!(Span::mixed_site()=> .max(#max)));
            Setting::built(&quote_spanned!(Span::mixed_site()=> #ty::after(#after) #max), literal)
        }
        (None, None) => {
            let message =
                "`#[hedge]` needs the time after which a second attempt starts: write `#[hedge(after = \"200ms\")]`";
            options.must_have(span, message, errors);
            Setting::built(&ty, true)
        }
    }
}

fn time(after: &Expr, errors: &mut Errors) -> TokenStream {
    values::duration("`after`", after, errors).map_or_else(|| after.to_token_stream(), duration_tokens)
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
