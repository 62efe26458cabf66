//! `#[requires_approval]`: asks a human before the body runs.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, FnArg, Type};

use crate::errors::Errors;
use crate::function::code::Code;
use crate::function::{Function, at, mentions};
use crate::options::values::{self, duration_tokens};
use crate::options::{Known, Options};
use crate::stack::Policy;

pub(crate) mod guarded;

const KNOWN: Known = Known {
    attribute: "requires_approval",
    keys: &["reason", "when", "within", "by"],
    lists: &["show", "redact"],
    flags: &[],
};

pub(crate) struct Approval {
    /// `.reason(…).show(…).within(…)`
    calls: TokenStream,
    /// `.by(&…)`
    by: Option<TokenStream>,
    when: Option<TokenStream>,
}

impl Approval {
    pub(crate) fn parse(args: TokenStream, function: &Function, errors: &mut Errors) -> Approval {
        let options = Options::parse(&KNOWN, args, errors);
        if let Some(value) = &options.positional {
            errors.add(value, "`#[requires_approval]` has only options with a name: write `by = …` for an approver");
        }
        let when = options.value("when").map(|when| condition(when, function));
        let by = options.value("by").map(|by| quote_spanned!(at(by.span())=> .by(&#by)));
        Approval { calls: calls(&options, function, errors), by, when }
    }
}

impl Policy for Approval {
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
        let tool = function.name();
        let Approval { calls, by, when } = self;
        let refused = function.ended_by_fault();
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
    fn hoists_over(&self, above: &dyn Policy) -> bool {
        above.leaves_denials_alone()
    }
}

fn calls(options: &Options, function: &Function, errors: &mut Errors) -> TokenStream {
    let mixed = Span::mixed_site();
    let reason = options.value("reason").map(|reason| quote_spanned!(mixed=> .reason(#reason)));
    let within = options.value("within").map(|within| {
        let limit =
            values::duration("`within`", within, errors).map_or_else(|| within.to_token_stream(), duration_tokens);
        quote_spanned!(mixed=> .within(#limit))
    });
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
    let arguments = arguments.iter().filter(|(_, ty)| shown.is_some() || !is_of_the_framework(ty));
    arguments.filter_map(|(binding, _)| argument(&binding.ident)).collect()
}

/// What a framework hands to a tool beside its arguments, and says nothing to a human.
fn is_of_the_framework(ty: &Type) -> bool {
    const HANDED: [&str; 3] = ["RoleServer", "ToolContext", "CancellationToken"];
    mentions(ty.to_token_stream(), &|name| HANDED.iter().any(|handed| name == handed))
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
