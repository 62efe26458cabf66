//! `#[requires_approval]`: asks a human before the body runs.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, FnArg};

use crate::errors::Errors;
use crate::frameworks;
use crate::function::Function;
use crate::function::code::{Code, ended_by_fault};
use crate::function::tokens::at;
use crate::options::rows::{Row, Takes};
use crate::options::{Options, values};
use crate::stack::attribute::{Attribute, Layer};
use crate::stack::rule::{Moves, Rule};

pub(crate) mod guarded;

pub(crate) const REQUIRES_APPROVAL: Attribute = Attribute {
    needs_async: true,
    order: &[
        Rule::above("retry", Moves::This, "would ask a human again at every attempt"),
        Rule::above("timeout", Moves::This, "would ask a human against the clock").note(" (its own limit is `within`)"),
        Rule::above("policy", Moves::This, "would ask a human again whenever the policy makes the call again"),
        Rule::above("hedge", Moves::This, "would ask a human again for every attempt"),
        Rule::above("bulkhead", Moves::This, "would keep a place while a human is asked"),
        Rule::above("agent", Moves::This, "would ask a human at every step"),
    ],
    ..Attribute::new(
        "requires_approval",
        &[
            Row::beside("reason", Takes::Expression),
            Row::beside("when", Takes::Expression),
            Row::beside("within", Takes::Duration),
            Row::beside("by", Takes::Expression),
            Row::beside("show", Takes::Names),
            Row::beside("redact", Takes::Names),
        ],
        read,
    )
};

struct Approval {
    /// `.reason(…).show(…).within(…)`
    calls: TokenStream,
    /// `.by(&…)`
    by: Option<TokenStream>,
    when: Option<TokenStream>,
}

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    if let Some(value) = &options.positional {
        errors.add(value, "`#[requires_approval]` has only options with a name: write `by = …` for an approver");
    }
    let when = options.value("when").map(|when| condition(when, function));
    let by = options.value("by").map(|by| quote_spanned!(at(by.span())=> .by(&#by)));
    Box::new(Approval { calls: calls(options, function, errors), by, when })
}

impl Layer for Approval {
    // Input:
    //     BODY
    //
    // Output:
    //     let approval = ::reliable::Approval::new("refund").show("amount", …);
    //     if let ::core::result::Result::Err(fault) = approval.ask().await {
    //         return ::reliable::expansion::Outcome::from_fault(fault);
    //     }
    //     BODY
    //
    // Nothing happens after the body: so the body stays where it is. The question is put together before it is asked,
    // so that nothing borrows the arguments while a human thinks.
    fn wrap(&self, inner: Code, function: &Function) -> Code {
        let mixed = Span::mixed_site();
        let tool = &function.name;
        let Approval { calls, by, when } = self;
        let refused = ended_by_fault(function);
        let ask = quote_spanned!(mixed=>
            let approval = ::reliable::Approval::new(#tool) #calls;
            if let ::core::result::Result::Err(fault) = approval #by.ask().await {
                return #refused;
            }
        );
        inner.after(&match when {
            Some(when) => quote_spanned!(mixed=> if #when { #ask }),
            None => ask,
        })
    }

    /// A denial is no failure that a fallback is to answer: so the question stands outside of it.
    fn hoists_over(&self, above: &dyn Layer) -> bool {
        above.leaves_denials_alone()
    }

    /// The mark that `guarded!` looks for.
    fn beside(&self, function: &Function, attrs: &[syn::Attribute]) -> Option<TokenStream> {
        guarded::mark(function, attrs)
    }
}

fn calls(options: &Options, function: &Function, errors: &mut Errors) -> TokenStream {
    let reason = options.call("reason", errors);
    let within = options.call("within", errors);
    let arguments = arguments(options, function, errors);
    quote!(#reason #arguments #within)
}

/// Shows the parameters in the order of the signature: those in `show`, or all of them. Names those in `redact` only.
fn arguments(options: &Options, function: &Function, errors: &mut Errors) -> TokenStream {
    for key in ["show", "redact"] {
        options.check_names(key, function, errors);
    }
    let (shown, redacted) = (options.names("show"), options.names("redact").unwrap_or_default());
    if let Some(both) = redacted.iter().find(|name| shown.is_some_and(|shown| shown.contains(name))) {
        errors.add(both, format!("`{both}` can't be both shown and redacted: remove it from one of them"));
    }
    let argument = |name: &Ident| {
        let label = name.unraw().to_string();
        if redacted.contains(name) {
            Some(quote_spanned!(Span::mixed_site()=> .redact(#label)))
        } else if shown.is_none_or(|shown| shown.contains(name)) {
            Some(quote_spanned!(Span::mixed_site()=> .show(#label, ::reliable::expansion::Inspect::new(&#name).text())))
        } else {
            None
        }
    };
    let arguments = function.bindings();
    let arguments = arguments.iter().filter(|(_, ty)| shown.is_some() || !frameworks::hand_over(ty));
    arguments.filter_map(|(binding, _)| argument(&binding.ident)).collect()
}

/// Whether to ask at all. A path is called with references to the arguments, unless it names a parameter: then it is the
/// answer itself.
fn condition(when: &Expr, function: &Function) -> TokenStream {
    match when {
        Expr::Path(path) if !path.path.get_ident().is_some_and(|name| function.binds(name)) => {
            let receiver = function.sig.inputs.iter().find_map(|input| match input {
                FnArg::Receiver(receiver) => Some(receiver.self_token.to_token_stream()),
                FnArg::Typed(_) => None,
            });
            let names = function.bindings().into_iter().map(|(binding, _)| binding.ident.to_token_stream());
            let arguments = receiver.into_iter().chain(names);
            values::call(path, quote!(#(&#arguments),*))
        }
        _ => when.to_token_stream(),
    }
}
