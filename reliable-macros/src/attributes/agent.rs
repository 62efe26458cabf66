//! `#[agent]`: the function is one step, and the attribute loops it.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, GenericArgument, PathArguments, ReturnType, Signature, Type, parse_quote_spanned};

use crate::errors::Errors;
use crate::function::code::Code;
use crate::function::{Function, at};
use crate::options::setting::Setting;
use crate::options::values::{self, duration_tokens};
use crate::options::{Known, Options};
use crate::stack::Policy;

const KNOWN: Known = Known { attribute: "agent", keys: &LIMITS, lists: &[], flags: &[] };
const LIMITS: [&str; 5] = ["max_steps", "max_usd", "max_tokens", "within", "max_repeats"];

pub(crate) struct Agent(Setting);

impl Agent {
    pub(crate) fn parse(args: TokenStream, function: &Function, errors: &mut Errors) -> Agent {
        check_step(function, errors);
        let mixed = Span::mixed_site();
        let options = Options::parse(&KNOWN, args, errors);
        if let Some(limits) = &options.positional {
            if let Some(key) = options.first_of(&LIMITS) {
                errors.add(key, format!("the limits have their own `{key}`: set it there, or write all options here"));
            }
            if values::is_literal(limits) {
                errors.add(
                    limits,
                    "`#[agent]` takes limits of type `AgentLimits` here: write `max_steps = 8` for a number of steps",
                );
            }
            return Agent(Setting::ready_made(&quote_spanned!(mixed=> ::reliable::AgentLimits), limits));
        }
        let (calls, literal) = builder_calls(&options, errors);
        Agent(Setting::built(&quote_spanned!(mixed=> ::reliable::AgentLimits::new() #calls), literal))
    }
}

impl Default for Agent {
    /// Without options.
    fn default() -> Agent {
        Agent(Setting::built(&quote_spanned!(Span::mixed_site()=> ::reliable::AgentLimits::new()), true))
    }
}

impl Policy for Agent {
    // Input:
    //     BODY
    //
    // Output:
    //     let limits = const { &::reliable::AgentLimits::new().max_steps(8) };
    //     let run = limits.begin("assistant");
    //     loop {
    //         if let ::core::result::Result::Err(fault) = run.next_step() {
    //             break ::reliable::expansion::Outcome::from_fault(fault);
    //         }
    //         let outcome = run.scope(async { BODY }).await;
    //         let next = ::reliable::expansion::StepOutcome::settle(outcome, &run);
    //         if let ::core::ops::ControlFlow::Break(answer) = next {
    //             break answer;
    //         }
    //     }
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let mixed = Span::mixed_site();
        let limits = inner.setting("limits", &self.0);
        let agent = function.name();
        let step = inner.future(function);
        let stopped = function.ended_by_fault();
        let settled =
            quote_spanned!(function.return_span()=> ::reliable::expansion::StepOutcome::settle(outcome, &run));
        inner.into_block(quote_spanned!(mixed=>
            let run = #limits.begin(#agent);
            loop {
                if let ::core::result::Result::Err(fault) = run.next_step() {
                    break #stopped;
                }
                let outcome = run.scope(#step).await;
                let next = #settled;
                if let ::core::ops::ControlFlow::Break(answer) = next {
                    break answer;
                }
            }
        ))
    }

    /// A step returns `Result<Step<T>, E>`, and the whole run `Result<T, E>`.
    fn change_signature(&self, signature: &mut Signature) {
        if let ReturnType::Type(_, returned) = &mut signature.output
            && !strip_step(returned)
        {
            // An alias hides the `Step`: the compiler looks behind it.
            **returned =
                parse_quote_spanned!(at(returned.span())=> <#returned as ::reliable::expansion::StepOutcome>::Answer);
        }
    }
}

/// Whether the signature shows that the function is a step, so that callers can be shown the whole run.
pub(crate) fn is_step(function: &Function) -> bool {
    function.is_async() && returned(function).is_some_and(|mut returned| strip_step(&mut returned))
}

fn returned(function: &Function) -> Option<Type> {
    match &function.sig.output {
        ReturnType::Type(_, ty) => Some(Type::clone(ty)),
        ReturnType::Default => None,
    }
}

/// Says so where the signature shows that the function is no step. Behind a name of the user's own may be one: there the
/// compiler looks, and says so to each caller, too.
fn check_step(function: &Function, errors: &mut Errors) {
    const PLAIN: [&str; 8] = ["String", "bool", "u32", "u64", "usize", "i32", "i64", "f64"];
    let Some(mut returned) = returned(function) else { return };
    let spelled_out = matches!(&returned, Type::Path(path) if path.path.segments.last().is_some_and(|last| {
        last.ident == "Result" && matches!(&last.arguments, PathArguments::AngleBracketed(two) if two.args.len() == 2)
    }));
    let Some(answer) = first_argument(&mut returned).filter(|_| spelled_out) else { return };
    let is_plain = match answer {
        Type::Path(path) => PLAIN.iter().any(|plain| path.path.is_ident(plain)),
        Type::Tuple(_) | Type::Reference(_) => true,
        _ => false,
    };
    if is_plain {
        errors.add(answer, "a step of an `#[agent]` returns `Result<Step<_>, _>`: write `Step<…>` around this type");
    }
}

/// Takes the `Step<…>` out of `Result<Step<T>, E>`. Whether there was one to see.
fn strip_step(returned: &mut Type) -> bool {
    first_argument(returned).is_some_and(|step| {
        let is_step =
            matches!(step, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Step"));
        let answer = if is_step { first_argument(step).cloned() } else { None };
        answer.map(|answer| *step = answer).is_some()
    })
}

fn first_argument(ty: &mut Type) -> Option<&mut Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &mut path.path.segments.last_mut()?.arguments else { return None };
    arguments.args.iter_mut().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// `.max_steps(8).max_usd(…)`, and whether all of it is literal.
fn builder_calls(options: &Options, errors: &mut Errors) -> (TokenStream, bool) {
    let mut calls = TokenStream::new();
    let mut literal = true;
    for (key, expr) in options.values_of(&LIMITS) {
        literal &= values::is_literal(expr);
        let value = limit(key, expr, errors);
        let method = proc_macro2::Ident::new(key, Span::mixed_site());
        calls.extend(quote_spanned!(Span::mixed_site()=> .#method(#value)));
    }
    (calls, literal)
}

fn limit(key: &str, expr: &Expr, errors: &mut Errors) -> TokenStream {
    match key {
        "max_usd" => {
            if let Some(micros) = values::money(key, expr, errors) {
                let micros = proc_macro2::Literal::u64_unsuffixed(micros);
                return quote_spanned!(Span::mixed_site()=> ::reliable::Usd::micros(#micros));
            }
        }
        "within" => {
            if let Some(within) = values::duration("`within`", expr, errors) {
                return duration_tokens(within);
            }
        }
        "max_tokens" => drop(values::integer(key, expr, 1, u64::MAX, errors)),
        "max_repeats" => drop(values::integer(key, expr, 2, u32::MAX.into(), errors)),
        _ => drop(values::integer(key, expr, 1, u32::MAX.into(), errors)),
    }
    quote!(#expr)
}
