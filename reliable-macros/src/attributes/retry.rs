//! `#[retry]`: runs the body again on a transient error.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::attributes::idempotency_key::{self, KEY};
use crate::attributes::retry::attempt::ATTEMPT;
use crate::errors::Errors;
use crate::frameworks::rmcp;
use crate::function::code::last_error::last_error;
use crate::function::code::{Code, Setting, attempts, pause};
use crate::function::tokens::{at, mentions};
use crate::function::{Function, Kept};
use crate::options::classify::{Classify, WHEN, WHEN_OK};
use crate::options::policy::ReadyMade;
use crate::options::repeat::{CLONE, Clones, check_parameters};
use crate::options::rows::{Row, Takes};
use crate::options::{Options, durations, values};
use crate::stack::attribute::{Again, Attribute, LastError, Layer};
use crate::stack::bound::{self, Bound};
use crate::stack::rule::{Moves, Rule};

mod attempt;

pub(crate) const RETRY: Attribute = Attribute {
    order: &[
        Rule::below("fallback", Moves::Other, "would leave no error to retry"),
        Rule::above("hedge", Moves::Other, "would give each of its attempts another key").only_with(KEY.key),
        Rule::above("durable", Moves::Option, "would have another key after a restart").only_with(KEY.key),
    ],
    again: Some(Again::Attempt),
    last_error: Some(LastError::Kept),
    ..Attribute::new(
        "retry",
        &[
            Row::policy("max", Takes::integer(0))
                .also(&["max_attempts", "attempts", "max_retries", "retries", "max_tries", "tries", "times", "count"])
                .note(", the number of retries after the first call"),
            Row::policy("backoff", BACKOFF).also(&["strategy"]),
            Row::policy("base", Takes::Duration).also(&[
                "delay",
                "initial",
                "initial_delay",
                "base_delay",
                "min_delay",
                "wait",
                "interval",
                "pause",
            ]),
            Row::policy("factor", Takes::Number { least: 1.0, most: f64::INFINITY }).also(&["multiplier"]),
            Row::policy("cap", Takes::Duration).also(&["max_delay", "max_backoff", "max_interval", "max_wait"]),
            Row::policy("jitter", Takes::Number { least: 0.0, most: 1.0 }),
            WHEN,
            WHEN_OK,
            Row::beside("after", Takes::Expression).also(&["retry_after"]),
            Row::policy("spread", Takes::Duration).also(&["splay", "stagger"]),
            Row::policy("within", Takes::Duration).also(&[
                "timeout",
                "deadline",
                "max_elapsed",
                "max_elapsed_time",
                "max_duration",
                "total",
            ]),
            Row::beside("budget", Takes::Expression),
            CLONE,
            KEY,
            ATTEMPT,
        ],
        read,
    )
};

const BACKOFF: Takes = Takes::Choice { of: "Backoff", words: WORDS };
const WORDS: &[(&str, &str)] = &[("exp", "Exp"), ("linear", "Linear"), ("fixed", "Fixed"), ("none", "None")];

const READY_MADE: ReadyMade = ReadyMade {
    ty: "Retry",
    has_its_own: "the policy has its own",
    article: "a policy",
    example: ("max", "3", "a number of retries"),
};

struct Retry {
    policy: Setting,
    classify: Classify,
    budget: Option<Setting>,
    key: Bound,
    attempt: Bound,
    clones: Clones,
    /// Whether there may be a `within`, and a human in an attempt whose time is left out of it.
    may_end: bool,
}

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    READY_MADE.check(options, function, errors);
    check_backoff(options, function, errors);
    check_parameters(function, errors);
    let policy = READY_MADE.of_the_call(options, errors);
    if options.positional.is_none() {
        check_durations(options, errors);
    }
    Box::new(Retry {
        policy,
        classify: Classify::when(options, function, errors).and_after(options, errors),
        budget: options.value("budget").map(|expr| budget(expr, errors)),
        key: idempotency_key::BINDS.read(options, function, errors),
        attempt: attempt::read(options, function, errors),
        clones: Clones::of(options, function, errors),
        may_end: function.is_async() && (options.positional.is_some() || options.value("within").is_some()),
    })
}

impl Layer for Retry {
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
    //             ::core::ops::ControlFlow::Continue(pause) if pause.is_nothing() => continue,
    //             ::core::ops::ControlFlow::Continue(pause) => pause,
    //         };
    //         pause.await;
    //     }
    //
    // Above a breaker, it keeps what it failed with last (with both, in a `LastError` of its own):
    //     let mut attempts = retry.attempts().keeping();
    //     … break attempts.end(outcome)
    //
    // With a `within`, or with a policy that may have one, each attempt is told of the time that a human takes:
    //         let outcome: Result<Forecast, WeatherError> = attempts.run(BODY).await;
    //
    // With `attempt`, and what is below made of it:
    //         let attempt = attempts.number();
    //         let timeout = … limit * attempt …;
    //         let outcome: Result<Forecast, WeatherError> = { BODY };
    //
    // The pause is bound before it is awaited, because a `match` keeps what it looks at alive: an error that is not
    // `Send` would make the whole future so. A pause of nothing is not: to put it into the future takes longer than all else
    // that a failed attempt takes.
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let mixed = Span::mixed_site();
        let attempt = self.attempt.name.as_ref().map(|name| attempt::put_before(name, &mut inner));
        let retry = inner.setting("retry", &self.policy);
        if self.may_end {
            inner = inner.into_timed(function, |span, attempt| {
                let attempts = Ident::new("attempts", span);
                quote_spanned!(span=> #attempts.run(#attempt))
            });
        }
        let outcome = inner.outcome(function);
        let in_place = function.last_error.filter(|kept| *kept != Kept::Next);
        let settle = self.classify.noting(in_place.map(|_| last_error())).settle(function);
        let place = in_place.and_then(|kept| inner.keep_last_error(kept));
        let attempts = attempts();
        let by_itself = function.last_error == Some(Kept::Next);
        let keeping = by_itself.then(|| quote_spanned!(mixed=> .keeping()));
        let ended =
            if by_itself { quote_spanned!(mixed=> #attempts.end(outcome)) } else { quote_spanned!(mixed=> outcome) };
        let budget = self.budget.as_ref().map(|setting| {
            let budget = inner.setting("budget", setting);
            quote_spanned!(mixed=> .budget(#budget))
        });
        let key = self.key.name.as_ref().map(|name| idempotency_key::made_anew(name, function));
        let wait = pause(function);
        inner.into_block(|last| {
            quote_spanned!(mixed=>
                #place
                let mut #attempts = #retry.attempts() #budget #keeping;
                #key
                #last loop {
                    #attempt
                    #outcome
                    let pause = match #attempts.#settle {
                        ::core::ops::ControlFlow::Break(outcome) => break #ended,
                        ::core::ops::ControlFlow::Continue(pause) if pause.is_nothing() => continue,
                        ::core::ops::ControlFlow::Continue(pause) => pause,
                    };
                    #wait;
                }
            )
        })
    }

    fn runs_what_is_below(&self) -> bool {
        self.may_end
    }

    fn before_body(&self) -> TokenStream {
        self.clones.made()
    }

    fn clones_receiver(&self) -> bool {
        self.clones.has_receiver()
    }

    /// It would repeat the effect of a tool that says of itself that it must not be repeated.
    fn check_others(&self, attrs: &[syn::Attribute], errors: &mut Errors) {
        for hint in rmcp::declared_not_idempotent(attrs) {
            errors.add(
                hint,
                "this tool is declared not to be idempotent, and a retry would repeat its effect: remove `#[retry]`, or make the tool idempotent with `#[retry(…, idempotency_key)]` and declare it so",
            );
        }
    }

    /// The body counts on its key, and on the number of the attempt.
    fn in_spite_of_errors(&self, _: &Function) -> Option<Box<dyn Layer>> {
        bound::in_spite_of_errors(&[&self.key, &self.attempt])
    }
}

/// Refuses what has no part in how the pauses grow.
fn check_backoff(options: &Options, function: &Function, errors: &mut Errors) {
    if let Some(word) = options.value("backoff").and_then(|value| unquoted(value, function)) {
        errors.add(options.value("backoff"), format!("`backoff` takes a word in quotes: write `backoff = \"{word}\"`"));
    }
    let backoff = options.value("backoff").and_then(values::word).unwrap_or_default();
    let senseless: &[&str] = match &*backoff {
        "none" if ["after", "spread", "when"].iter().any(|key| options.value(key).is_some()) => {
            &["base", "factor", "jitter"]
        }
        "none" => &["base", "factor", "jitter", "cap"],
        "fixed" | "linear" => &["factor"],
        _ => &[],
    };
    if let Some(key) = options.first_of(senseless) {
        errors.add(key, format!("`{key}` means nothing with `backoff = \"{backoff}\"`: remove one of them"));
    }
}

/// `exp`, where no parameter has that name.
fn unquoted(backoff: &Expr, function: &Function) -> Option<&'static str> {
    let Expr::Path(path) = backoff else { return None };
    let name = path.path.get_ident().filter(|name| !function.binds(name))?.to_string();
    let word = WORDS.iter().map(|(word, _)| *word).find(|word| *word == name);
    word.or_else(|| name.starts_with("exp").then_some("exp")).or_else(|| (name == "constant").then_some("fixed"))
}

fn check_durations(options: &Options, errors: &mut Errors) {
    let of = |key| options.value(key).and_then(durations::of_literal);
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
