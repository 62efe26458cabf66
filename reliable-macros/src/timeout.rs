//! `#[timeout]`: gives up on a call that takes too long.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprLit, Lit};

use crate::code::Code;
use crate::errors::Errors;
use crate::function::{Function, at};
use crate::options::{Known, Options};
use crate::stack::Policy;
use crate::values::{self, duration_tokens};

const KNOWN: Known = Known { attribute: "timeout", keys: &["ms", "secs"], lists: &[], flags: &[] };

pub(crate) struct Timeout {
    limit: TokenStream,
    literal: bool,
}

impl Timeout {
    pub(crate) fn parse(args: TokenStream, span: Span, errors: &mut Errors) -> Timeout {
        let options = Options::parse(&KNOWN, args, errors);
        let (ms, secs) = (options.value("ms"), options.value("secs"));
        let mixed = Span::mixed_site();
        match (&options.positional, ms, secs) {
            (None, Some(ms), None) => {
                values::count_of("ms", Duration::from_millis(1), ms, errors);
                Timeout { limit: quote_spanned!(mixed=> ::reliable::Timeout::ms(#ms)), literal: values::is_literal(ms) }
            }
            (None, None, Some(secs)) => {
                values::count_of("secs", Duration::from_secs(1), secs, errors);
                Timeout {
                    limit: quote_spanned!(mixed=> ::reliable::Timeout::secs(#secs)),
                    literal: values::is_literal(secs),
                }
            }
            (Some(limit), None, None) => positional(limit, errors),
            (None, None, None) => {
                errors.push(syn::Error::new(span, "`#[timeout]` needs a limit: write `#[timeout(ms = 2000)]`"));
                Timeout { limit: TokenStream::new(), literal: true }
            }
            (_, ms, secs) => {
                errors.add(secs.or(ms), "`#[timeout]` takes one limit: remove one of them");
                Timeout { limit: TokenStream::new(), literal: true }
            }
        }
    }
}

fn positional(limit: &Expr, errors: &mut Errors) -> Timeout {
    let mixed = Span::mixed_site();
    if let Expr::Lit(ExprLit { lit: Lit::Int(ms), .. }) = limit {
        errors.add(limit, format!("the limit needs a unit: write `#[timeout(ms = {})]`", ms.base10_digits()));
    } else if let Some(limit) = values::duration("the limit", limit, errors) {
        let limit = duration_tokens(limit);
        return Timeout { limit: quote_spanned!(mixed=> ::reliable::Timeout::after(#limit)), literal: true };
    }
    Timeout { limit: quote_spanned!(mixed=> ::reliable::Timeout::from(#limit)), literal: false }
}

impl Policy for Timeout {
    // Input:
    //     BODY
    //
    // Output:
    //     const { &::reliable::Timeout::ms(2000) }.run("forecast", async { BODY })
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let limit = if self.literal {
            let limit = &self.limit;
            quote_spanned!(Span::mixed_site()=> const { &#limit })
        } else {
            inner.setting("timeout", self.limit.clone()).into_token_stream()
        };
        let tool = function.name();
        let call = inner.future(function);
        let run = quote_spanned!(at(function.return_span())=> run);
        inner.into_future(quote!(#limit.#run(#tool, #call)))
    }
}
