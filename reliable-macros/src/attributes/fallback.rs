//! `#[fallback]`: the last resort when the call has failed.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprPath};

use crate::errors::Errors;
use crate::function::code::Code;
use crate::function::{Function, at, visible};
use crate::options::classify::Classify;
use crate::options::values;
use crate::options::{Known, Options};
use crate::stack::Policy;

const KNOWN: Known = Known { attribute: "fallback", keys: &["when"], lists: &[], flags: &[] };

pub(crate) struct Fallback {
    answer: Answer,
    classify: Classify,
}

enum Answer {
    /// A function with the same signature, and the arguments for it.
    Call(ExprPath, Vec<Expr>),
    /// An expression, which may use `error`.
    Expr(Expr),
    /// None: an error was noted.
    Missing,
}

impl Fallback {
    pub(crate) fn parse(args: TokenStream, span: Span, function: &Function, errors: &mut Errors) -> Fallback {
        let options = Options::parse(&KNOWN, args, errors);
        let classify = Classify::parse(&options);
        let answer = match &options.positional {
            Some(Expr::Path(path)) => Answer::Call(path.clone(), function.arguments(errors)),
            Some(expr) => Answer::Expr(expr.clone()),
            None => {
                let message = "`#[fallback]` needs a function with the same signature: write `#[fallback(name_of_it)]`";
                options.must_have(span, message, errors);
                Answer::Missing
            }
        };
        Fallback { answer, classify }
    }
}

impl Policy for Fallback {
    // Input:
    //     BODY
    //
    // Output:
    //     let outcome: Result<Forecast, WeatherError> = { BODY };
    //     if let ::core::ops::ControlFlow::Break(outcome) = ::reliable::expansion::Fallback::settle("forecast", outcome, |error| …) {
    //         return outcome;
    //     }
    //     offline_forecast(city).await
    //
    // The error is gone before the fallback is awaited: one that is not `Send` would make the whole future so.
    fn wrap(&self, inner: Code, function: &Function) -> Code {
        let mixed = Span::mixed_site();
        let tool = function.name();
        let outcome = inner.outcome(function);
        let classify = &self.classify;
        let settled =
            quote_spanned!(function.return_span()=> ::reliable::expansion::Fallback::settle(#tool, outcome, #classify));
        inner.into_returning(|leave| {
            let answered = leave(&quote_spanned!(mixed=> outcome));
            let unless_answered = quote_spanned!(mixed=>
                #outcome
                if let ::core::ops::ControlFlow::Break(outcome) = #settled {
                    #answered;
                }
            );
            match &self.answer {
                Answer::Call(path, arguments) => {
                    let call = call(path, arguments, function.is_async());
                    quote_spanned!(mixed=> #unless_answered #call)
                }
                Answer::Expr(expr) if mentions_error(&expr.to_token_stream()) => {
                    let error = visible("error");
                    quote_spanned!(mixed=>
                        #outcome
                        let #error = match #settled {
                            ::core::ops::ControlFlow::Break(outcome) => #answered,
                            ::core::ops::ControlFlow::Continue(error) => error,
                        };
                        #expr
                    )
                }
                Answer::Expr(expr) => quote_spanned!(mixed=> #unless_answered #expr),
                Answer::Missing => TokenStream::new(),
            }
        })
    }

    fn leaves_denials_alone(&self) -> bool {
        !self.classify.has_when()
    }
}

fn call(path: &ExprPath, arguments: &[Expr], is_async: bool) -> TokenStream {
    let call = values::call(path, quote!(#(#arguments),*));
    let wait = is_async.then(|| quote_spanned!(at(path.span())=> .await));
    quote!(#call #wait)
}

/// Whether an expression uses the error, by name or in a format string.
fn mentions_error(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(name) => name == "error",
        TokenTree::Group(group) => mentions_error(&group.stream()),
        TokenTree::Literal(literal) => literal.to_string().contains("{error"),
        TokenTree::Punct(_) => false,
    })
}
