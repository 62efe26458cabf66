//! `#[agent]`: the function is one step, and the attribute loops it.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, GenericArgument, PathArguments, ReturnType, Signature, Type, parse_quote};

use crate::code::Code;
use crate::errors::Errors;
use crate::function::{Function, at};
use crate::options::{Known, Options};
use crate::setting::Setting;
use crate::stack::Policy;
use crate::values::{self, duration_tokens};

const KNOWN: Known = Known { attribute: "agent", keys: &LIMITS, lists: &[], flags: &[] };
const LIMITS: [&str; 5] = ["max_steps", "max_usd", "max_tokens", "within", "max_repeats"];

pub(crate) struct Agent(Setting);

impl Agent {
    pub(crate) fn parse(args: TokenStream, errors: &mut Errors) -> Agent {
        let mixed = Span::mixed_site();
        let options = Options::parse(&KNOWN, args, errors);
        if let Some(limits) = &options.positional {
            if let Some(key) = options.first_of(&LIMITS) {
                errors.add(key, format!("the limits have their own `{key}`: set it there, or write all options here"));
            }
            if values::is_literal(limits) {
                errors.add(
                    limits,
                    "`#[agent]` takes limits of type `Limits` here: write `max_steps = 8` for a number of steps",
                );
            }
            return Agent(Setting::ready_made(&quote_spanned!(mixed=> ::reliable::Limits), limits));
        }
        let (calls, literal) = builder_calls(&options, errors);
        Agent(Setting::built(&quote_spanned!(mixed=> ::reliable::Limits::new() #calls), literal))
    }
}

impl Policy for Agent {
    // Input:
    //     BODY
    //
    // Output:
    //     let limits = const { &::reliable::Limits::new().max_steps(8) };
    //     let run = limits.begin("assistant");
    //     loop {
    //         if let ::core::result::Result::Err(fault) = run.next_step() {
    //             break ::core::result::Result::Err(::reliable::FromFault::from_fault(fault));
    //         }
    //         let outcome = run.scope(async { BODY }).await;
    //         if let ::core::ops::ControlFlow::Break(answer) = run.settle(outcome) {
    //             break answer;
    //         }
    //     }
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let mixed = Span::mixed_site();
        let limits = inner.setting("limits", &self.0);
        let agent = function.name();
        let step = inner.future(function);
        let from_fault = quote_spanned!(at(function.return_span())=> ::reliable::FromFault::from_fault);
        let settle = quote_spanned!(at(function.return_span())=> settle);
        inner.into_block(quote_spanned!(mixed=>
            let run = #limits.begin(#agent);
            loop {
                if let ::core::result::Result::Err(fault) = run.next_step() {
                    break ::core::result::Result::Err(#from_fault(fault));
                }
                let outcome = run.scope(#step).await;
                if let ::core::ops::ControlFlow::Break(answer) = run.#settle(outcome) {
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
            **returned = parse_quote!(<#returned as ::reliable::StepOutcome>::Answer);
        }
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
    for key in LIMITS {
        let Some(expr) = options.value(key) else { continue };
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
