//! `#[retry]`: runs the body again on a transient error.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Lit, Meta};

use crate::errors::Errors;
use crate::frameworks::rmcp::tool_attributes;
use crate::function::code::Code;
use crate::function::{Function, at, mentions};
use crate::options::classify::Classify;
use crate::options::repeat;
use crate::options::setting::Setting;
use crate::options::values::{self, duration_tokens};
use crate::options::{Known, Options};
use crate::stack::{Kind, Layer, Policy};

const KNOWN: Known = Known {
    attribute: "retry",
    keys: &["max", "backoff", "base", "factor", "cap", "jitter", "when", "after", "within", "budget"],
    lists: &["clone"],
    flags: &["clone", "idempotency_key"],
};

/// The options that a ready-made policy has already.
const POLICY_KEYS: [&str; 7] = ["max", "backoff", "base", "factor", "cap", "jitter", "within"];

pub(crate) struct Retry {
    policy: Setting,
    classify: Classify,
    budget: Option<Setting>,
    key: Option<Key>,
    clones: Vec<Ident>,
}

impl Retry {
    pub(crate) fn parse(args: TokenStream, function: &Function, errors: &mut Errors) -> Retry {
        let options = Options::parse(&KNOWN, args, errors);
        check_combinations(&options, errors);
        repeat::check_parameters(function, errors);
        Retry {
            policy: policy(&options, errors),
            classify: Classify::parse(&options),
            budget: options.value("budget").map(|expr| budget(expr, errors)),
            key: key(&options, function, errors),
            clones: repeat::clones(&options, function, errors),
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
    //         let outcome: Result<Forecast, WeatherError> = { BODY };
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
        let outcome = inner.outcome(function);
        let classify = &self.classify;
        let settle = quote_spanned!(function.return_span()=> settle);
        let budget = self.budget.as_ref().map(|setting| {
            let budget = inner.setting("budget", setting);
            quote_spanned!(mixed=> .budget(#budget))
        });
        let key = &self.key;
        let wait = function.pause();
        inner.into_block(quote_spanned!(mixed=>
            let mut attempts = #retry.attempts() #budget;
            #key
            loop {
                #outcome
                let pause = match attempts.#settle(#tool, outcome, #classify) {
                    ::core::ops::ControlFlow::Break(outcome) => break outcome,
                    ::core::ops::ControlFlow::Continue(pause) => pause,
                };
                #wait;
            }
        ))
    }

    fn before_body(&self) -> TokenStream {
        repeat::cloned(&self.clones)
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

/// A budget is a state that calls share: of the user's, and never one that is made anew for each call.
fn budget(expr: &Expr, errors: &mut Errors) -> Setting {
    let of_the_type = |name: &Ident| name == "RetryBudget";
    let makes_one = !matches!(expr, Expr::Path(_)) && mentions(expr.to_token_stream(), &of_the_type);
    if values::is_literal(expr) || makes_one {
        errors.add(
            expr,
            "calls share a budget, and this one would be new at each call: write `static BUDGET: RetryBudget = …;`, and `budget = BUDGET`",
        );
    }
    let span = at(expr.span());
    Setting { ty: Some(quote_spanned!(span=> &::reliable::RetryBudget)), value: quote_spanned!(span=> &#expr) }
}

fn key(options: &Options, function: &Function, errors: &mut Errors) -> Option<Key> {
    let key = options.first_of(&[KEY]).filter(|_| options.flag(KEY))?;
    if function.binds(key) {
        errors
            .add(key, format!("the key would hide the parameter `{key}`: rename the parameter, or remove this option"));
    }
    Some(Key(key.clone()))
}

const KEY: &str = "idempotency_key";

/// The name that the body knows its key by: as written in the attribute, so that the compiler says there if it is unused.
/// As a policy, it is the key without the retries, for a body that counts on it while something else is wrong.
pub(crate) struct Key(Ident);

impl Key {
    pub(crate) fn of(layer: &Layer) -> Option<Key> {
        let is_key = |token| match token {
            TokenTree::Ident(name) if name == KEY => Some(Key(name)),
            _ => None,
        };
        layer.args.clone().into_iter().find_map(is_key).filter(|_| layer.kind == Kind::Retry)
    }

    pub(crate) fn name(&self) -> &Ident {
        &self.0
    }
}

impl Policy for Key {
    fn wrap(&self, inner: Code, _: &Function) -> Code {
        inner
    }

    fn before_body(&self) -> TokenStream {
        let Key(name) = self;
        quote_spanned!(Span::mixed_site()=> #self let _ = #name;)
    }
}

impl ToTokens for Key {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Key(name) = self;
        tokens.extend(quote_spanned!(Span::mixed_site()=> let #name = ::reliable::IdempotencyKey::new();));
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

/// Refuses what would repeat an effect that must not be: below, a tool that says so of itself,
/// `#[tool(annotations(idempotent_hint = false))]`; above, a hedge that would have a key for each of its attempts.
pub(crate) fn check_effects(attrs: &[Attribute], layers: &[Layer], errors: &mut Errors) {
    let Some(retry) = layers.iter().position(|layer| layer.kind == Kind::Retry) else { return };
    for attr in tool_attributes(attrs) {
        let Meta::List(list) = &attr.meta else { continue };
        if let Some(hint) = not_idempotent(list.tokens.clone()) {
            errors.add(
                hint,
                "this tool is declared not to be idempotent, and a retry would repeat its effect: remove `#[retry]`, or make the tool idempotent with `#[retry(…, idempotency_key)]` and declare it so",
            );
        }
    }
    let hedge = layers[..retry].iter().find(|layer| layer.kind == Kind::Hedge);
    if let (Some(hedge), Some(_)) = (hedge, Key::of(&layers[retry])) {
        errors.push(syn::Error::new(
            hedge.span,
            "`#[hedge]` above `#[retry(idempotency_key)]` would give each of its attempts another key: move the `#[hedge]` line below the `#[retry]` line",
        ));
    }
}

/// The tokens `idempotent_hint = false`, however deep.
fn not_idempotent(tokens: TokenStream) -> Option<TokenStream> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |token: &TokenTree, text: &str| token.to_string() == text;
    let here = tokens
        .windows(3)
        .find(|three| is(&three[0], "idempotent_hint") && is(&three[1], "=") && is(&three[2], "false"));
    here.map(|three| three.iter().cloned().collect()).or_else(|| {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Group(group) => not_idempotent(group.stream()),
            _ => None,
        })
    })
}
