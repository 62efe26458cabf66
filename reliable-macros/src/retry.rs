//! `#[retry]`: runs the body again on a transient error.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Expr, FnArg, Lit, Receiver, Type};

use crate::classify::Classify;
use crate::code::Code;
use crate::errors::Errors;
use crate::function::{Function, at};
use crate::options::{Known, Options};
use crate::setting::Setting;
use crate::stack::Policy;
use crate::values::{self, duration_tokens};

const KNOWN: Known = Known {
    attribute: "retry",
    keys: &["max", "backoff", "base", "factor", "cap", "jitter", "when", "after", "within"],
    lists: &["clone"],
    flags: &["clone"],
};

/// The options that a ready-made policy has already.
const POLICY_KEYS: [&str; 7] = ["max", "backoff", "base", "factor", "cap", "jitter", "within"];

pub(crate) struct Retry {
    policy: Setting,
    classify: Classify,
    clones: Vec<Ident>,
}

impl Retry {
    pub(crate) fn parse(args: TokenStream, function: &Function, errors: &mut Errors) -> Retry {
        let options = Options::parse(&KNOWN, args, errors);
        check_combinations(&options, errors);
        check_parameters(function, errors);
        Retry {
            policy: policy(&options, errors),
            classify: Classify::parse(&options),
            clones: clones(&options, function, errors),
        }
    }
}

impl Policy for Retry {
    // Input:
    //     BODY
    //
    // Output:
    //     let retry = const { &::reliable::Retry::new().max(3) };
    //     let mut attempts = retry.attempts();
    //     loop {
    //         let outcome = async { BODY }.await;
    //         let pause = match attempts.settle("forecast", outcome, |error| …) {
    //             ::core::ops::ControlFlow::Break(outcome) => break outcome,
    //             ::core::ops::ControlFlow::Continue(pause) => pause,
    //         };
    //         pause.await;
    //     }
    //
    // The pause is bound before it is awaited, because a `match` keeps what it looks at alive: an error that is not
    // `Send` would make the whole future so.
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let mixed = Span::mixed_site();
        let retry = inner.setting("retry", &self.policy);
        let tool = function.name();
        let attempt = inner.value(function);
        let classify = &self.classify;
        let settle = quote_spanned!(function.return_span()=> settle);
        let wait = if function.is_async() {
            quote_spanned!(mixed=> pause.await)
        } else {
            quote_spanned!(mixed=> pause.block())
        };
        inner.into_block(quote_spanned!(mixed=>
            let mut attempts = #retry.attempts();
            loop {
                let outcome = #attempt;
                let pause = match attempts.#settle(#tool, outcome, #classify) {
                    ::core::ops::ControlFlow::Break(outcome) => break outcome,
                    ::core::ops::ControlFlow::Continue(pause) => pause,
                };
                #wait;
            }
        ))
    }

    fn before_body(&self) -> TokenStream {
        self.clones
            .iter()
            .map(|name| quote_spanned!(at(name.span())=> let #name = ::core::clone::Clone::clone(&#name);))
            .collect()
    }
}

fn check_combinations(options: &Options, errors: &mut Errors) {
    let own = options.positional.as_ref().and_then(|_| options.first_of(&POLICY_KEYS));
    if let Some(key) = own {
        errors.add(key, format!("the policy has its own `{key}`: set it there, or write all options here"));
    }
    let senseless: &[&str] = match text(options.value("backoff")).as_deref() {
        Some("none") if options.value("after").is_some() => &["base", "factor", "jitter"],
        Some("none") => &["base", "factor", "jitter", "cap"],
        Some("fixed" | "linear") => &["factor"],
        _ => &[],
    };
    if let Some(key) = options.first_of(senseless) {
        let backoff = text(options.value("backoff")).unwrap_or_default();
        errors.add(key, format!("`{key}` means nothing with `backoff = \"{backoff}\"`: remove one of them"));
    }
}

/// A change made by one attempt would leak into the next.
fn check_parameters(function: &Function, errors: &mut Errors) {
    const WHY: &str = "every attempt would see the changes of the one before";
    for input in &function.sig.inputs {
        if let FnArg::Receiver(Receiver { mutability: Some(mutability), .. }) = input {
            errors.add(mutability, format!("{WHY}: remove this `mut`, and write `let mut this = self;` in the body"));
        }
    }
    for (binding, _) in function.bindings() {
        let name = &binding.ident;
        if let (None, Some(mutability)) = (&binding.by_ref, &binding.mutability) {
            errors
                .add(mutability, format!("{WHY}: remove this `mut`, and write `let mut {name} = {name};` in the body"));
        }
    }
}

fn policy(options: &Options, errors: &mut Errors) -> Setting {
    let mixed = Span::mixed_site();
    if let Some(policy) = &options.positional {
        if values::is_literal(policy) {
            errors
                .add(policy, "`#[retry]` takes a policy of type `Retry` here: write `max = 3` for a number of retries");
        }
        return Setting::ready_made(&quote_spanned!(mixed=> ::reliable::Retry), policy);
    }
    let (calls, literal) = builder_calls(options, errors);
    Setting::built(&quote_spanned!(mixed=> ::reliable::Retry::new() #calls), literal)
}

/// `.max(3).backoff(…)`, and whether all of it is literal.
fn builder_calls(options: &Options, errors: &mut Errors) -> (TokenStream, bool) {
    let mut calls = TokenStream::new();
    let mut literal = true;
    let mut durations = Vec::new();
    for (key, expr) in options.values_of(&POLICY_KEYS) {
        literal &= values::is_literal(expr);
        let value = match key {
            "max" => {
                values::integer(key, expr, 0, u32::MAX.into(), errors);
                expr.to_token_stream()
            }
            "factor" => values::float(values::number(key, expr, 1.0, f64::INFINITY, errors), expr),
            "jitter" => values::float(values::number(key, expr, 0.0, 1.0, errors), expr),
            "backoff" => backoff(expr, errors),
            _ => {
                let checked = values::duration(&format!("`{key}`"), expr, errors);
                durations.extend(checked.map(|duration| (key, duration)));
                checked.map_or_else(|| expr.to_token_stream(), duration_tokens)
            }
        };
        let method = Ident::new(key, Span::mixed_site());
        calls.extend(quote_spanned!(Span::mixed_site()=> .#method(#value)));
    }
    check_durations(&durations, options, errors);
    (calls, literal)
}

fn check_durations(durations: &[(&str, std::time::Duration)], options: &Options, errors: &mut Errors) {
    let of = |name| durations.iter().find(|(key, _)| *key == name).map(|(_, duration)| *duration);
    let Some(base) = of("base") else { return };
    if of("cap").is_some_and(|cap| base > cap) {
        errors.add(
            options.value("base"),
            "`base` is longer than `cap`, so that every pause would be cut down: write a shorter `base`",
        );
    }
    if of("within").is_some_and(|within| base >= within) {
        errors.add(
            options.value("base"),
            "`base` is not shorter than `within`, so that no retry would ever begin: write a shorter `base`",
        );
    }
}

fn backoff(expr: &Expr, errors: &mut Errors) -> TokenStream {
    let variant = match text(Some(expr)).as_deref() {
        Some("exp") => "Exp",
        Some("linear") => "Linear",
        Some("fixed") => "Fixed",
        Some("none") => "None",
        None if !values::is_literal(expr) => return expr.to_token_stream(),
        _ => {
            errors.add(expr, "`backoff` must be \"exp\", \"linear\", \"fixed\" or \"none\"");
            return TokenStream::new();
        }
    };
    let variant = Ident::new(variant, Span::mixed_site());
    quote_spanned!(Span::mixed_site()=> ::reliable::Backoff::#variant)
}

fn text(expr: Option<&Expr>) -> Option<String> {
    match expr {
        Some(Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. })) => Some(text.value()),
        _ => None,
    }
}

/// The parameters of which each attempt gets a clone.
fn clones(options: &Options, function: &Function, errors: &mut Errors) -> Vec<Ident> {
    options.check_names("clone", function, errors);
    if options.flag("clone") {
        let owned = |ty: &Type| !matches!(ty, Type::Reference(_));
        return function.bindings().into_iter().filter(|(_, ty)| owned(ty)).map(|(b, _)| b.ident.clone()).collect();
    }
    options.names("clone").unwrap_or_default().to_vec()
}
