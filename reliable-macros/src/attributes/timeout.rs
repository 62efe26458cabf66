//! `#[timeout]`: gives up on a call that takes too long.

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit};

use crate::errors::Errors;
use crate::function::code::Code;
use crate::function::{Function, at};
use crate::options::setting::Setting;
use crate::options::values::{self, duration_tokens};
use crate::options::{Known, Options};
use crate::stack::Policy;

const KNOWN: Known = Known { attribute: "timeout", keys: &["ms", "secs"], lists: &[], flags: &[] };

pub(crate) struct Timeout(Setting);

impl Timeout {
    pub(crate) fn parse(args: TokenStream, span: Span, errors: &mut Errors) -> Timeout {
        let options = Options::parse(&KNOWN, args, errors);
        let (ms, secs) = (options.value("ms"), options.value("secs"));
        Timeout(match (&options.positional, ms, secs) {
            (None, Some(ms), None) => count("ms", Duration::from_millis(1), ms, errors),
            (None, None, Some(secs)) => count("secs", Duration::from_secs(1), secs, errors),
            (Some(limit), None, None) => positional(limit, errors),
            (None, None, None) => {
                options.must_have(span, "`#[timeout]` needs a limit: write `#[timeout(ms = 2000)]`", errors);
                Setting::built(&TokenStream::new(), true)
            }
            _ => {
                errors.add(options.first_of(&["secs", "ms"]), "`#[timeout]` takes one limit: remove one of them");
                Setting::built(&TokenStream::new(), true)
            }
        })
    }
}

/// A limit in whole units.
fn count(unit: &str, one: Duration, expr: &Expr, errors: &mut Errors) -> Setting {
    values::count_of(unit, one, expr, errors);
    let constructor = Ident::new(unit, Span::mixed_site());
    let limit = quote_spanned!(Span::mixed_site()=> ::reliable::Timeout::#constructor(#expr));
    Setting::built(&limit, values::is_literal(expr))
}

/// A text with a unit, or an expression of type `Duration` or `Timeout`.
fn positional(limit: &Expr, errors: &mut Errors) -> Setting {
    let mixed = Span::mixed_site();
    if let Expr::Lit(ExprLit { lit: Lit::Int(ms), .. }) = limit {
        errors.add(limit, format!("the limit needs a unit: write `#[timeout(ms = {})]`", ms.base10_digits()));
    } else if let Some(limit) = values::duration("the limit", limit, errors) {
        let limit = duration_tokens(limit);
        return Setting::built(&quote_spanned!(mixed=> ::reliable::Timeout::after(#limit)), true);
    }
    Setting {
        ty: Some(quote_spanned!(mixed=> ::reliable::Timeout)),
        value: quote_spanned!(at(limit.span())=> ::core::convert::From::from(#limit)),
    }
}

impl Policy for Timeout {
    // Input:
    //     BODY
    //
    // Output:
    //     let timeout = const { &::reliable::Timeout::ms(2000) };
    //     timeout.run("forecast", async { BODY })
    //
    // Where BODY is `fetch(city).await` and nothing else:
    //     timeout.run("forecast", fetch(city))
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let timeout = inner.setting("timeout", &self.0);
        let tool = function.name();
        let call = inner.call(function);
        inner.into_future(quote_spanned!(function.return_span()=> #timeout.run(#tool, #call)))
    }
}
