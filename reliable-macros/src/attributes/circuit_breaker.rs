//! `#[circuit_breaker]`: stops calling a service that is dead.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote_spanned};
use syn::Expr;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::{Code, Setting, ended_by_fault};
use crate::function::tokens::mentions;
use crate::options::Options;
use crate::options::classify::{Classify, WHEN_OK};
use crate::options::policy::Policy;
use crate::options::rows::{Row, Takes};
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
            Row::policy("window", Takes::integer_up_to(1, 1024)).also(&["size", "window_size"]),
            Row::policy("cooldown", Takes::Duration).also(&[
                "timeout",
                "reset",
                "reset_timeout",
                "wait",
                "open_for",
                "recovery",
            ]),
            Row::policy("probes", Takes::integer(1)).also(&["half_open", "trials", "max_probes"]),
            Row::beside("when", Takes::Expression).also(&["if", "on", "condition"]),
            WHEN_OK,
            Row::beside("key", Takes::Expression),
        ],
        read,
    )
};

const POLICY: Policy = Policy {
    ty: "CircuitBreaker",
    has_its_own: "the breaker has its own",
    article: "a breaker",
    example: ("failures", "5", "a number of failures"),
};

struct CircuitBreaker {
    breaker: Setting,
    classify: Classify,
    when: Option<Expr>,
}

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    POLICY.check(options, function, errors);
    let contradiction = "`failures` counts failures in a row, `ratio` and `window` a share of them: remove one of them";
    options.contradict("failures", &["ratio", "window"], contradiction, errors);
    let breaker = POLICY.shared("BREAKER", options, function, errors);
    Box::new(CircuitBreaker {
        breaker,
        classify: Classify::when(options, errors),
        when: options.value("when").cloned(),
    })
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
    // With `stream`, it is settled when that has ended; the second look is at the errors of its items:
    //     permit.until_end(::core::clone::Clone::clone(&breaker), "forecast", outcome, |error| …, |error| …)
    //
    // A permit that is dropped on the way gives its place back, where the call is cancelled, and counts as a failure, where
    // the body panics.
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let breaker = inner.setting("breaker", &for_stream(&self.breaker, function));
        let tool = &function.name;
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
                let permit = match #breaker.admit(#tool) {
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
