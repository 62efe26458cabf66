//! `#[circuit_breaker]`: stops calling a service that is dead.

use std::time::Duration;

use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote_spanned};
use syn::Expr;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::{Code, Setting, ended_by_fault};
use crate::function::tokens::mentions;
use crate::options::Options;
use crate::options::classify::{Classify, WHEN, WHEN_OK};
use crate::options::policy::{KEY, ReadyMade};
use crate::options::rows::{Row, Takes};
use crate::options::{durations, values};
use crate::stack::attribute::{Attribute, LastError, Layer};
use crate::stack::rule::{Moves, Rule};
use crate::stack::streamed::{for_stream, lent};

pub(crate) const CIRCUIT_BREAKER: Attribute = Attribute {
    order: &[
        Rule::below("fallback", Moves::Other, "would leave no failure to count"),
        Rule::above("timeout", Moves::Other, "would give up on a call that hangs, and the breaker never count it")
            .unless_on_both_sides()
            .note(", or write another `#[timeout]` line there"),
    ],
    last_error: Some(LastError::ToldBelow),
    ..Attribute::new(
        "circuit_breaker",
        &[
            Row::policy("failures", Takes::integer(1)).also(&["threshold", "failure_threshold", "max_failures", "max"]),
            Row::policy("ratio", Takes::Share).also(&["rate", "failure_rate", "error_rate"]),
            Row::policy("window", Takes::CallsOrTime { most: 1024 }).also(&[
                "size",
                "window_size",
                "time_window",
                "sampling_duration",
            ]),
            Row::policy("min_calls", Takes::integer(1)).also(&[
                "minimum_calls",
                "min_throughput",
                "min_requests",
                "volume",
            ]),
            Row::policy("cooldown", Takes::Duration).also(&[
                "timeout",
                "reset",
                "reset_timeout",
                "wait",
                "open_for",
                "recovery",
            ]),
            Row::policy("max_cooldown", Takes::Duration).also(&["cooldown_cap", "max_wait", "cap"]),
            Row::policy("slow", Takes::Duration).also(&[
                "slow_call",
                "slow_after",
                "slow_call_duration",
                "max_duration",
            ]),
            Row::policy("probes", Takes::integer(1)).also(&["half_open", "trials", "max_probes"]),
            WHEN,
            WHEN_OK,
            KEY,
        ],
        read,
    )
};

const READY_MADE: ReadyMade = ReadyMade {
    ty: "CircuitBreaker",
    has_its_own: "the breaker has its own",
    article: "a breaker",
    example: ("failures", "5", "a number of failures"),
};

struct CircuitBreaker {
    breaker: Setting,
    classify: Classify,
    when: Option<Expr>,
    /// Whether there may be a `slow`, and a human in a call whose time is left out of it.
    may_be_slow: bool,
}

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    READY_MADE.check(options, function, errors);
    let contradiction = "`failures` counts failures in a row, `ratio` and `window` a share of them: remove one of them";
    options.contradict("failures", &["ratio", "window"], contradiction, errors);
    check_window(options, errors);
    check_cooldown(options, errors);
    let breaker = READY_MADE.shared("BREAKER", options, function, errors);
    let may_be_slow = function.is_async() && (options.positional.is_some() || options.value("slow").is_some());
    let (classify, when) = (Classify::when(options, function, errors), options.value(WHEN.key).cloned());
    Box::new(CircuitBreaker { breaker, classify, when, may_be_slow })
}

impl Layer for CircuitBreaker {
    // Input:
    //     BODY
    //
    // Output:
    //     let breaker = {
    //         static BREAKER: ::reliable::CircuitBreaker = ::reliable::CircuitBreaker::new().failures(5);
    //         &BREAKER
    //     };
    //     let permit = match breaker.admit("forecast") {
    //         ::core::result::Result::Ok(permit) => permit,
    //         ::core::result::Result::Err(fault) => return ::reliable::expansion::Outcome::from_fault(fault),
    //     };
    //     let outcome: Result<Forecast, WeatherError> = { BODY };
    //     permit.settle("forecast", outcome, |error| …)
    //
    // Below a retry, the fault takes along what that failed with last:
    //     ::core::result::Result::Err(fault) => {
    //         let fault = last_error.add_to(fault);
    //         return …
    //     }
    //
    // With `slow`, or with a breaker that may have one, the call is told of the time that a human takes:
    //     let mut permit = match …;
    //     let outcome: Result<Forecast, WeatherError> = permit.run(BODY).await;
    //
    // With `stream`, it is settled when that has ended; the second look is at the errors of its items:
    //     permit.until_end(::core::clone::Clone::clone(&breaker), "forecast", outcome, |error| …, |error| …)
    //
    // A permit that is dropped on the way gives its place back, where the call is cancelled, and counts as a failure, where
    // the body panics.
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let breaker = inner.setting("breaker", &for_stream(&self.breaker, function));
        let tool = &function.name;
        let mutable = self.may_be_slow.then(|| quote_spanned!(Span::mixed_site()=> mut));
        if self.may_be_slow {
            inner = inner.into_timed(function, |span, call| {
                let permit = Ident::new("permit", span);
                quote_spanned!(span=> #permit.run(#call))
            });
        }
        let outcome = inner.outcome(function);
        let fault = inner.last_error_before(function);
        let fault = fault.map(|last_error| quote_spanned!(Span::mixed_site()=> let fault = #last_error.add_to(fault);));
        let rejected = ended_by_fault(function);
        let settled = if function.stream.is_some() {
            let (classify, lent) = (&self.classify, lent(&breaker));
            quote_spanned!(function.return_span()=> until_end(#lent, #tool, outcome, #classify, #classify))
        } else {
            self.classify.settle(function)
        };
        inner.into_returning(|leave, last| {
            let rejected = leave(&rejected);
            let rejected = match &fault {
                Some(fault) => quote_spanned!(Span::mixed_site()=> { #fault #rejected }),
                None => rejected,
            };
            quote_spanned!(Span::mixed_site()=>
                let #mutable permit = match #breaker.admit(#tool) {
                    ::core::result::Result::Ok(permit) => permit,
                    ::core::result::Result::Err(fault) => #rejected,
                };
                #outcome
                #last permit.#settled
            )
        })
    }

    /// The stream looks at its items when the call is over, and its parameters with it.
    fn check_function(&self, function: &Function, errors: &mut Errors) {
        let (Some(when), Some(_)) = (&self.when, &function.stream) else { return };
        let is_parameter = |name: &Ident| name == "self" || function.binds(name);
        if !matches!(when, Expr::Path(_)) && mentions(when.to_token_stream(), &is_parameter) {
            errors.add(
                when,
                "with `stream`, `when` looks at the errors of items, too, after the call: it can use `error` and constants, but no parameter",
            );
        }
    }
}

/// Of a window of so many calls it is known when there are enough.
fn check_window(options: &Options, errors: &mut Errors) {
    let Some(min_calls) = options.first_of(&["min_calls"]) else { return };
    let message = match options.value("window") {
        Some(window) if durations::is_time(window) => return,
        Some(window) if !values::is_literal(window) => {
            "`min_calls` is for a window of time, and a `window` that does not name `Duration` is taken for a number of calls: write it like `window = \"10s\"` or `window = Duration::from_secs(10)`, or remove `min_calls`"
        }
        _ => {
            "`min_calls` is the least number of calls in a window of time: write one, such as `window = \"10s\"`, or remove this option"
        }
    };
    errors.add(min_calls, message);
}

fn check_cooldown(options: &Options, errors: &mut Errors) {
    const DEFAULT: Duration = Duration::from_secs(30);
    let of = |key| options.value(key).and_then(durations::of_literal);
    let is_given = options.value("cooldown").is_some();
    let cooldown = if is_given { of("cooldown") } else { Some(DEFAULT) };
    if let (Some(max_cooldown), Some(cooldown)) = (of("max_cooldown"), cooldown) {
        if max_cooldown < cooldown {
            let which = if is_given { "`cooldown`" } else { "`cooldown`, which is 30 s where nothing is said" };
            errors.add(
                options.value("max_cooldown"),
                format!("`max_cooldown` is shorter than {which}, and the cooldown only grows: write a longer one"),
            );
        }
    }
}
