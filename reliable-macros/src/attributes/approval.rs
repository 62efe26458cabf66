//! `#[requires_approval]`: asks a human before the body runs.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Lit, PatIdent};

use crate::attributes::approval::arguments::arguments;
use crate::attributes::approval::edit::Edits;
use crate::attributes::approval::guarded::Flag;
use crate::attributes::approval::remember::remember;
use crate::errors::Errors;
use crate::function::code::{Code, ended_by_fault};
use crate::function::tokens::at;
use crate::function::{Binding, Function};
use crate::options::classify::Classify;
use crate::options::rows::{Row, Takes};
use crate::options::values::Argument;
use crate::options::{Options, values};
use crate::stack::attribute::{Attribute, Layer};
use crate::stack::rule::{Moves, Rule};

mod arguments;
mod edit;
mod guarded;
mod inert;
pub(crate) mod proof;
mod remember;

pub(crate) const REQUIRES_APPROVAL: Attribute = Attribute {
    needs_async: true,
    order: &[
        Rule::above("retry", Moves::This, "would ask a human again at every attempt"),
        Rule::above("timeout", Moves::This, "would ask a human against the clock").note(" (its own limit is `within`)"),
        Rule::above("policy", Moves::This, "would ask a human again whenever the policy makes the call again"),
        Rule::above("hedge", Moves::This, "would ask a human again for every attempt"),
        Rule::above("failover", Moves::This, "would ask a human again for every candidate"),
        Rule::above("bulkhead", Moves::This, "would keep a place while a human is asked"),
        Rule::above("agent", Moves::This, "would ask a human at every step"),
        Rule::above("circuit_breaker", Moves::This, "would count a denial as a failure of the service"),
        Rule::above("rate_limit", Moves::This, "would spend the rate on calls that are denied"),
        Rule::above("call_limit", Moves::This, "would count calls that are denied"),
        Rule::above("chaos", Moves::This, "would let a plan of failures answer for a human"),
        Rule::above_all_but(&["fallback"], Moves::This, "would do its work before a human has said yes"),
    ],
    ..Attribute::new(
        "requires_approval",
        &[
            Row::beside("reason", Takes::Expression).also(&["message", "why", "description", "text"]),
            Row::beside("when", Takes::Expression).also(&["if", "condition"]),
            Row::beside("within", Takes::HumanTime).also(&["timeout", "deadline", "expires", "ttl"]),
            Row::beside("by", Takes::Expression).also(&["approver", "from", "with", "who"]),
            Row::beside("show", Takes::Names).also(&["args", "arguments", "display", "only"]),
            Row::beside("redact", Takes::Names).also(&["hide", "secret", "mask", "skip"]),
            Row::beside("edit", Takes::Names).also(&["edits", "editable", "correct", "change", "changes", "modify"]),
            Row::beside("remember", Takes::NamesOrNothing)
                .also(&["always", "cache", "keep", "memorize", "persist", "sticky"]),
            Row::beside("guarded", Takes::Nothing).also(&["guard", "gated", "proven", "prove"]),
        ],
        read,
    )
};

struct Approval {
    /// `.remember()`, `.reason(…)`, `.argument(…)`, `.within(…)`, `.edit(…)`
    calls: Vec<Call>,
    edits: Edits,
    /// `.by(&…)`
    by: Option<TokenStream>,
    when: Option<TokenStream>,
    guarded: Option<Flag>,
}

/// One thing that the question says, unless the parameter is not there.
struct Call {
    cfgs: TokenStream,
    call: TokenStream,
}

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    if let Some(value) = &options.positional {
        errors.add(value, options.misspelt_or_called(function).unwrap_or_else(|| without_name(value)));
    }
    let when = options.value("when").map(|when| {
        values::check_question("when", "the parameters", when, errors);
        condition(when, function)
    });
    let by = options.value("by").map(|by| {
        let name = values::borrowed(by);
        quote_spanned!(at(by.span())=> .by(#name))
    });
    let guarded = options.mention("guarded").map(|flag| Flag::new(flag, function));
    let (mut calls, mut edits) = (calls(options, function, errors), Edits::new(options, function, errors));
    calls.append(&mut edits.calls);
    Box::new(Approval { calls, edits, by, when, guarded })
}

fn without_name(value: &Expr) -> String {
    let remedy = match values::literal(value) {
        Some((false, Lit::Str(text))) => format!("`reason = {}` for a reason", text.to_token_stream()),
        _ => "`by = …` for an approver".to_owned(),
    };
    format!("`#[requires_approval]` has only options with a name: write {remedy}")
}

impl Layer for Approval {
    // Input:
    //     BODY
    //
    // Output:
    //     let approval = ::reliable::Approval::new("refund").here(|| {}).in_module(::core::module_path!()).argument("amount", …);
    //     let mut execution = ::reliable::expansion::Execution::of(&approval);
    //     if let ::core::result::Result::Err(fault) = approval.ask().await {
    //         return ::reliable::expansion::Outcome::from_fault(fault);
    //     }
    //     let outcome = execution.run(async move { BODY }).await;
    //     return execution.settle(outcome, |error| …);
    //
    // With `edit(body)` the place for a correction stands before it, and what the body sees behind it.
    //
    // The question is put together before it is asked,
    // so that nothing borrows the arguments while a human thinks. What the attributes below it evaluate comes after it.
    fn wrap(&self, inner: Code, function: &Function) -> Code {
        let mixed = Span::mixed_site();
        let tool = &function.name;
        let Approval { calls, edits: Edits { before, behind, .. }, by, when, .. } = self;
        let refused = ended_by_fault(function);
        let question = question(function, calls);
        let mutable = when.is_none().then(|| quote!(mut));
        let ask = quote_spanned!(mixed=>
            #question
            let #mutable execution = ::reliable::expansion::Execution::of(&approval);
            if let ::core::result::Result::Err(fault) = approval #by.ask().await {
                return #refused;
            }
        );
        let ask = match when {
            Some(when) => quote_spanned!(mixed=>
                let mut execution = if #when {
                    #ask
                    execution
                } else {
                    ::reliable::expansion::Execution::unasked(#tool)
                };
            ),
            None => ask,
        };
        let look = Classify::default();
        let settled = quote_spanned!(function.return_span()=> execution.settle(outcome, #look));
        let executed = inner.into_watched(function, |call| quote_spanned!(mixed=> execution.run(#call)), &settled);
        executed.behind(&quote_spanned!(mixed=> #before #ask #behind))
    }

    /// A denial is no failure that a fallback is to answer: so the question stands outside of it.
    fn hoists_over(&self, above: &dyn Layer) -> bool {
        above.leaves_denials_alone()
    }

    fn check_others(&self, attrs: &[syn::Attribute], errors: &mut Errors) {
        if let Some(flag) = &self.guarded {
            flag.check(attrs, errors);
        }
    }

    /// What `guarded!` looks for.
    fn beside(&self, function: &Function, attrs: &[syn::Attribute]) -> Option<TokenStream> {
        self.guarded.as_ref().and_then(|flag| flag.leaves(function, attrs))
    }
}

/// `let approval = ::reliable::Approval::new("refund").here(|| {}).in_module(::core::module_path!()).argument(…);`, and one
/// more such line for each parameter that may not be there.
fn question(function: &Function, calls: &[Call]) -> TokenStream {
    let (mixed, tool) = (Span::mixed_site(), &function.name);
    // A name that was given is all that it is known by.
    let known = function.is_named.then(|| quote_spanned!(mixed=> .by_name()));
    let mut question = quote_spanned!(mixed=>
        let approval = ::reliable::Approval::new(#tool).here(|| {}).in_module(::core::module_path!()) #known
    );
    let mut always = true;
    for Call { cfgs, call } in calls {
        if !always || !cfgs.is_empty() {
            question.extend(quote_spanned!(mixed=> ; #cfgs let approval = approval));
        }
        always = cfgs.is_empty();
        question.extend(call.clone());
    }
    quote_spanned!(mixed=> #question;)
}

fn calls(options: &Options, function: &Function, errors: &mut Errors) -> Vec<Call> {
    let mut option = |key| options.call(key, errors).map(|call| Call { cfgs: TokenStream::new(), call });
    let (reason, within) = (option("reason"), option("within"));
    let remember = remember(options, function, errors).map(|call| Call { cfgs: TokenStream::new(), call });
    let arguments = arguments(options, function, errors);
    remember.into_iter().chain(reason).chain(arguments).chain(within).collect()
}

/// Whether to ask at all. A path is called with references to the arguments, unless it names a parameter: then it is the
/// answer itself.
fn condition(when: &Expr, function: &Function) -> TokenStream {
    match when {
        Expr::Path(path) if !path.path.get_ident().is_some_and(|name| function.binds(name)) => {
            let this = function.receiver().map(|this| Argument { cfgs: TokenStream::new(), value: quote!(&#this) });
            let names = function
                .bindings()
                .into_iter()
                .map(|Binding { pat: PatIdent { ident, .. }, cfgs, .. }| Argument { cfgs, value: quote!(&#ident) });
            values::call(path, &this.into_iter().chain(names).collect::<Vec<_>>())
        }
        _ => when.to_token_stream(),
    }
}
