//! `#[agent]`: the function is one step, and the attribute loops it.

use proc_macro2::Span;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, ReturnType, Signature, Type, parse_quote_spanned};

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::{Code, Setting, ended_by_fault};
use crate::function::tokens::at;
use crate::options::Options;
use crate::options::policy::ReadyMade;
use crate::options::rows::{Row, Takes};
use crate::stack::attribute::{Again, Attribute, Layer};
use crate::stack::rule::{Moves, Rule};

pub(crate) const AGENT: Attribute = Attribute {
    needs_async: true,
    order: &[
        Rule::above("retry", Moves::Other, "would pay for the whole run again").note(", where it retries a step"),
        Rule::above("failover", Moves::Other, "would pay for the whole run again with each candidate")
            .note(", where each step has its candidates"),
        Rule::below("call_limit", Moves::Other, "would count the steps of the run")
            .note(", where it counts the runs in the agent around it (steps have `max_steps`)"),
        Rule::above("hedge", Moves::Other, "would pay for the whole run twice").to("to the function that a step calls"),
    ],
    answer: Some("Step<…>"),
    again: Some(Again::Step),
    ..Attribute::new(
        "agent",
        &[
            Row::policy("max_steps", Takes::Integer { least: 1, most: MOST, such_as: 8 }).also(&[
                "steps",
                "max_iterations",
                "iterations",
                "max_turns",
                "turns",
                "max",
                "limit",
            ]),
            Row::policy("max_total_steps", Takes::Integer { least: 1, most: MOST, such_as: 30 }).also(&[
                "total_steps",
                "max_all_steps",
                "max_tree_steps",
            ]),
            Row::policy("max_usd", Takes::Money).also(&["usd", "budget", "cost", "max_cost"]),
            Row::policy("max_tokens", Takes::Integer { least: 1, most: u64::MAX, such_as: 2000 }).also(&["tokens"]),
            Row::policy("within", Takes::Duration).also(&["timeout", "deadline"]),
            Row::policy("max_repeats", Takes::integer(2)).also(&["repeats"]),
            Row::policy("max_denials", Takes::integer(1)).also(&["denials", "max_refusals"]),
        ],
        read,
    )
};

const MOST: u64 = u32::MAX as u64;

const READY_MADE: ReadyMade = ReadyMade {
    ty: "AgentLimits",
    has_its_own: "the limits have their own",
    article: "limits",
    example: ("max_steps", "8", "a number of steps"),
};

struct Agent(Setting);

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    check_step(function, errors);
    READY_MADE.check(options, function, errors);
    Box::new(Agent(READY_MADE.of_the_call(options, errors)))
}

impl Layer for Agent {
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
        let agent = &function.name;
        let begun_anew =
            inner.kept_last_error(function).map(|last_error| quote_spanned!(mixed=> #last_error.forget();));
        let step = inner.future(function);
        let stopped = ended_by_fault(function);
        let settled =
            quote_spanned!(function.return_span()=> ::reliable::expansion::StepOutcome::settle(outcome, &run));
        inner.into_block(|last| {
            quote_spanned!(mixed=>
                let run = #limits.begin(#agent);
                #last loop {
                    if let ::core::result::Result::Err(fault) = run.next_step() {
                        break #stopped;
                    }
                    #begun_anew
                    let outcome = run.scope(#step).await;
                    let next = #settled;
                    if let ::core::ops::ControlFlow::Break(answer) = next {
                        break answer;
                    }
                }
            )
        })
    }

    fn change_signature(&self, signature: &mut Signature) {
        answer_of_the_run(signature);
    }

    fn check_function(&self, function: &Function, errors: &mut Errors) {
        if let Some(stream) = &function.stream {
            errors.push(syn::Error::new(
                stream.span,
                "an agent gives an answer, and no stream: write `stream` at the function that its step asks the model by",
            ));
        }
    }

    /// Its callers expect the answer, and not the step.
    fn in_spite_of_errors(&self, function: &Function) -> Option<Box<dyn Layer>> {
        is_step(function).then(|| Box::new(OneStep) as Box<dyn Layer>)
    }
}

/// The agent while something is wrong: one step, with nothing around it in which the compiler could find more.
struct OneStep;

impl Layer for OneStep {
    fn wrap(&self, inner: Code, function: &Function) -> Code {
        let step = inner.future(function);
        inner.into_block(|last| {
            quote_spanned!(Span::mixed_site()=>
                let run = ::reliable::AgentLimits::new().begin("");
                #last match ::reliable::expansion::StepOutcome::settle(run.scope(#step).await, &run) {
                    ::core::ops::ControlFlow::Break(answer) => answer,
                    ::core::ops::ControlFlow::Continue(()) => ::core::unreachable!(),
                }
            )
        })
    }

    fn change_signature(&self, signature: &mut Signature) {
        answer_of_the_run(signature);
    }
}

/// A step returns `Result<Step<T>, E>`, and the whole run `Result<T, E>`.
fn answer_of_the_run(signature: &mut Signature) {
    let ReturnType::Type(_, returned) = &mut signature.output else { return };
    if !strip_step(returned) {
        // An alias hides the `Step`: the compiler looks behind it.
        **returned =
            parse_quote_spanned!(at(returned.span())=> <#returned as ::reliable::expansion::StepOutcome>::Answer);
    }
}

/// Whether the signature shows that the function is a step, so that callers can be shown the whole run.
fn is_step(function: &Function) -> bool {
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
