//! `#[failover]`: the next candidate instead of one that fails.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprArray, ExprMacro, ExprReference};

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::{Code, Setting, ended_by_fault};
use crate::function::tokens::{at, plain, uses};
use crate::options::classify::{Classify, WHEN, WHEN_OK};
use crate::options::policy::ReadyMade;
use crate::options::repeat::{CLONE, Clones, check_parameters};
use crate::options::rows::{Row, Takes};
use crate::options::values::{borrowed, call_or_evaluate, is_literal};
use crate::options::{NAME, Options};
use crate::stack::attribute::{Again, Attribute, LastError, Layer};
use crate::stack::rule::{Moves, Rule};

pub(crate) const FAILOVER: Attribute = Attribute {
    needs_async: true,
    order: &[Rule::below("fallback", Moves::Other, "would leave no failure for which another candidate is called")],
    again: Some(Again::Attempt),
    last_error: Some(LastError::KeptForAbove),
    ..Attribute::new(
        "failover",
        &[
            Row::beside(IN, Takes::Each).also(&["candidates", "models", "providers", "list", "of", "to"]),
            Row::policy("cooldown", Takes::Duration).also(&[
                "timeout",
                "reset",
                "wait",
                "pause",
                "delay",
                "left_out_for",
                "ttl",
            ]),
            Row::beside(KEY, Takes::Expression).also(&["by", "id_of", "hash"]),
            WHEN,
            WHEN_OK,
            CLONE,
        ],
        read,
    )
};

const IN: &str = "in";
const KEY: &str = "key";

const READY_MADE: ReadyMade = ReadyMade {
    ty: "Failover",
    has_its_own: "the failover has its own",
    article: "a failover",
    example: ("cooldown", "\"60s\"", "a time"),
};

struct Failover {
    policy: Setting,
    /// What the body and those below know a candidate by.
    candidate: Ident,
    list: Setting,
    /// What tells one candidate from another.
    key: TokenStream,
    /// Where an error about that points.
    span: Span,
    classify: Classify,
    clones: Clones,
}

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    check_parameters(function, errors);
    let (candidate, list) = candidates(options, function, errors);
    let (key, span) = key(&candidate, options, errors);
    Box::new(Failover {
        policy: READY_MADE.shared_by_all("FAILOVER", options, function, errors),
        candidate,
        list,
        key,
        span,
        classify: Classify::when(options, function, errors),
        clones: Clones::of(options, function, errors),
    })
}

/// What each candidate is called, and the list that they are in.
fn candidates(options: &Options, function: &Function, errors: &mut Errors) -> (Ident, Setting) {
    let Some((candidate, list)) = options.each(IN) else {
        check_policy_without_list(options, errors);
        return (Ident::new("candidate", Span::mixed_site()), Setting { ty: None, value: quote!(&[]) });
    };
    READY_MADE.check(options, function, errors);
    if function.binds(candidate) {
        errors.add(candidate, format!("the candidate would hide the parameter `{candidate}`: rename one of the two"));
    }
    if let Some(name) = options.value(NAME.key).filter(|name| uses(name, candidate)) {
        errors.add(name, "`name` holds for the whole function, and not for one candidate: events have a name for each");
    }
    if is_empty(list) {
        errors.add(list, "this list is empty, and nothing would ever be called: write the candidates into it");
    } else if is_literal(list) {
        errors.add(list, format!("this is no list: write one, such as `{candidate} in [\"large\", \"small\"]`"));
    }
    if let Some(what) = no_list(list) {
        let written = plain(list);
        let whole = if matches!(list, Expr::Range(_)) { format!("({written})") } else { written };
        errors
            .add(list, format!("`#[failover]` needs a list, and this is {what}: write `{whole}.collect::<Vec<_>>()`"));
    }
    let list = Setting { ty: Some(quote_spanned!(at(list.span())=> &[_])), value: borrowed(list) };
    (candidate.clone(), list)
}

/// What stands there without a name is most likely the list.
fn check_policy_without_list(options: &Options, errors: &mut Errors) {
    match &options.positional {
        Some(list) => {
            let written = plain(list);
            errors.add(
                list,
                format!("`#[failover]` needs a name for each candidate: write `#[failover(model in {written})]`"),
            );
        }
        None => {
            options.must_have("`#[failover]` needs its candidates: write `#[failover(model in self.models)]`", errors);
        }
    }
}

/// What looks like a list, and is none.
fn no_list(list: &Expr) -> Option<&'static str> {
    const ITERATORS: [&str; 4] = ["iter", "into_iter", "keys", "values"];
    match list {
        Expr::Range(_) => Some("a range"),
        Expr::MethodCall(call) if call.args.is_empty() => {
            ITERATORS.iter().any(|method| call.method == method).then_some("an iterator")
        }
        _ => None,
    }
}

/// `[]`, `&[]`, `vec![]`
fn is_empty(list: &Expr) -> bool {
    match list {
        Expr::Array(ExprArray { elems, .. }) => elems.is_empty(),
        Expr::Reference(ExprReference { expr, .. }) => is_empty(expr),
        Expr::Macro(ExprMacro { mac, .. }) => mac.path.is_ident("vec") && mac.tokens.is_empty(),
        _ => false,
    }
}

// Input:
//     key = model.name()
//
// Output:
//     |model| model.name()
fn key(candidate: &Ident, options: &Options, errors: &mut Errors) -> (TokenStream, Span) {
    let Some(key) = options.value(KEY) else {
        let span = options.each(IN).map_or(options.span, |(_, list)| at(list.span()));
        // By a name of ours, or it would count as a use of theirs.
        let mut own = candidate.clone();
        own.set_span(at(candidate.span()));
        return (quote_spanned!(at(candidate.span())=> |#own| #own), span);
    };
    let is_the_same = || !uses(key, candidate) && !matches!(key, Expr::Path(_));
    if matches!(key, Expr::Closure(_)) || is_literal(key) || is_the_same() {
        errors.add(
            key,
            format!(
                "`key` tells one candidate from another: write the path of a function, or an expression that uses `{candidate}`"
            ),
        );
    }
    let is_candidate = matches!(key, Expr::Path(path) if path.path.is_ident(candidate));
    let value = if is_candidate { quote!(#key) } else { call_or_evaluate(key, candidate) };
    let span = at(key.span());
    (quote_spanned!(span=> |#candidate| #value), span)
}

impl Layer for Failover {
    // Input:
    //     BODY
    //
    // Output:
    //     let list: &[_] = &self.models;
    //     let failover = {
    //         static FAILOVER: ::reliable::Failover = ::reliable::Failover::new();
    //         &FAILOVER
    //     };
    //     let mut candidates = match failover.candidates(
    //         "ask",
    //         list,
    //         |model| model,
    //         |key| ::reliable::expansion::Inspect::new(key).name(),
    //     ) {
    //         ::core::result::Result::Ok(candidates) => candidates,
    //         ::core::result::Result::Err(fault) => return ::reliable::expansion::Outcome::from_fault(fault),
    //     };
    //     loop {
    //         let model = candidates.current();
    //         let outcome: Result<Answer, ApiError> = { BODY };
    //         if let ::core::ops::ControlFlow::Break(outcome) = candidates.settle("ask", outcome, |error| …) {
    //             break outcome;
    //         }
    //     }
    //
    // The policies below that are made of the candidate are made anew for each: `let timeout = … model.limit …;`
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let mixed = Span::mixed_site();
        let Failover { candidate, key, .. } = self;
        let made_of_it = inner.made_of(candidate);
        let failover = inner.setting("failover", &self.policy);
        let list = inner.setting("list", &self.list);
        let tool = &function.name;
        let outcome = inner.outcome(function);
        let begin = Ident::new("candidates", self.span);
        let none = ended_by_fault(function);
        let settle = self.classify.noting(inner.keep_for_those_above(function)).settle(function);
        inner.into_returning(|leave, last| {
            let none = leave(&none);
            quote_spanned!(mixed=>
                let mut candidates = match #failover.#begin(
                    #tool,
                    #list,
                    #key,
                    |key| ::reliable::expansion::Inspect::new(key).name(),
                ) {
                    ::core::result::Result::Ok(candidates) => candidates,
                    ::core::result::Result::Err(fault) => #none,
                };
                #last loop {
                    let #candidate = candidates.current();
                    #made_of_it
                    #outcome
                    if let ::core::ops::ControlFlow::Break(outcome) = candidates.#settle {
                        break outcome;
                    }
                }
            )
        })
    }

    fn before_body(&self) -> TokenStream {
        self.clones.made()
    }

    fn clones_receiver(&self) -> bool {
        self.clones.has_receiver()
    }
}
