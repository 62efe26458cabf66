//! `#[chaos]`: a place where a plan can inject failures. Without the feature `chaos` it is none.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Expr, ExprLit, Lit};

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::Code;
use crate::options::values;
use crate::options::{Known, Options};
use crate::stack::Policy;

const KNOWN: Known = Known { attribute: "chaos", keys: &["name"], lists: &[], flags: &[] };

pub(crate) struct Chaos {
    name: TokenStream,
}

impl Chaos {
    pub(crate) fn parse(args: TokenStream, function: &Function, errors: &mut Errors) -> Chaos {
        let options = Options::parse(&KNOWN, args, errors);
        if let Some(value) = &options.positional {
            errors.add(
                value,
                "`#[chaos]` only marks the place: write `name = \"…\"` for a name, and what happens there into a `Chaos` plan",
            );
        }
        let name = options.value("name");
        if let Some(name) = name.filter(|name| values::is_literal(name) && !is_text(name)) {
            errors.add(name, "`name` takes a text, such as `name = \"weather\"`");
        }
        Chaos { name: name.map_or_else(|| function.name(), ToTokens::to_token_stream) }
    }
}

impl Policy for Chaos {
    // Input:
    //     BODY
    //
    // Output:
    //     if let ::core::option::Option::Some(outcome) = ::reliable::expansion::strike("forecast").await {
    //         return outcome;
    //     }
    //     BODY
    fn wrap(&self, inner: Code, function: &Function) -> Code {
        if !cfg!(feature = "chaos") {
            return inner;
        }
        let span = function.return_span();
        let name = &self.name;
        let struck = if function.is_async() {
            quote_spanned!(span=> ::reliable::expansion::strike(#name).await)
        } else {
            quote_spanned!(span=> ::reliable::expansion::strike_blocking(#name))
        };
        inner.after(&quote_spanned!(Span::mixed_site()=>
            if let ::core::option::Option::Some(outcome) = #struck {
                return outcome;
            }
        ))
    }
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(ExprLit { lit: Lit::Str(_), .. }))
}
