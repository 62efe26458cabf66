//! `#[fallback]`: the last resort when the call has failed.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprPath, FnArg, Pat, PatIdent, PatType, ReturnType, parse_quote};

use crate::errors::Errors;
use crate::function::code::Code;
use crate::function::tokens::{at, diverges, last_segment, plain, visible};
use crate::function::{Function, cfgs};
use crate::options::classify::{Classify, WHEN, WHEN_OK};
use crate::options::values::Argument;
use crate::options::{Options, values};
use crate::stack::attribute::{Attribute, Layer};
use crate::stack::rule::Twice;
use crate::stack::streamed::begun;

pub(crate) const FALLBACK: Attribute = Attribute {
    // The upper one answers what the lower one could not.
    twice: Twice::Allowed,
    ..Attribute::new("fallback", &[WHEN, WHEN_OK], read)
};

struct Fallback {
    answer: Answer,
    classify: Classify,
}

/// Types that everybody knows to be no `Result`.
const NO_RESULTS: [&str; 13] =
    ["Option", "String", "Vec", "bool", "char", "u8", "u16", "u32", "u64", "usize", "i32", "i64", "f64"];

enum Answer {
    /// A function with the same signature, and the arguments for it.
    Call(ExprPath, Vec<Argument>),
    /// An expression, which may use `error`.
    Expr(Expr),
    /// None: an error was noted.
    Missing,
}

impl Answer {
    fn diverges(&self) -> bool {
        matches!(self, Answer::Expr(Expr::Macro(call)) if diverges(&call.mac))
    }
}

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    let answer = match &options.positional {
        Some(Expr::Path(path)) if !path.path.is_ident("None") => {
            Answer::Call(path.clone(), arguments(function, errors))
        }
        Some(expr) => {
            check_answer(expr, errors);
            Answer::Expr(expr.clone())
        }
        None => {
            let message = "`#[fallback]` needs a function with the same signature: write `#[fallback(name_of_it)]`";
            options.must_have(message, errors);
            Answer::Missing
        }
    };
    let classify = Classify::when(options, function, errors);
    if let (Answer::Expr(expr), true) = (&answer, classify.has_when_ok()) {
        check_error(expr, function, errors);
    }
    Box::new(Fallback { answer, classify })
}

/// Notes an error for an answer that uses the error, where what it answers may be a value.
fn check_error(expr: &Expr, function: &Function, errors: &mut Errors) {
    if let Some(error) = mention_of_error(&expr.to_token_stream()).filter(|_| !function.binds(&visible("error"))) {
        errors.push(syn::Error::new(
            error,
            "with `when_ok` a fallback answers values too, and so there is no `error` in it: write an expression without `error`",
        ));
    }
}

/// Notes an error for what is no outcome: a closure, a literal.
fn check_answer(expr: &Expr, errors: &mut Errors) {
    let path = values::word(expr).filter(|text| syn::parse_str::<ExprPath>(text).is_ok());
    let written = expr.to_token_stream();
    let message = match (expr, path) {
        (Expr::Closure(_), _) => "`#[fallback]` takes no closure: write the path of a function with the same signature, or an expression, in which the parameters are in scope".to_owned(),
        (_, Some(path)) => format!("`#[fallback]` takes a path without quotes: write `#[fallback({path})]`, or `Ok({written}.into())` for a value"),
        _ if values::word(expr).is_some() => format!("a fallback gives a `Result`: write `Ok({written}.into())`"),
        _ if written.to_string() == "None" => "a fallback gives a `Result`: write `Ok(None)`".to_owned(),
        _ if values::is_literal(expr) => format!("a fallback gives a `Result`: write `Ok({written})`"),
        _ => return,
    };
    errors.add(expr, message);
}

impl Layer for Fallback {
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
    // With `stream`, one of two streams is given:
    //     return ::reliable::stream::left(outcome);
    //     …
    //     { let answer: … = offline_forecast(city).await; ::reliable::stream::right(::reliable::stream::begun(answer).await) }
    //
    // The error is gone before the fallback is awaited: one that is not `Send` would make the whole future so.
    fn wrap(&self, inner: Code, function: &Function) -> Code {
        let mixed = Span::mixed_site();
        let outcome = inner.outcome(function);
        let settle = self.classify.settle(function);
        let settled = quote_spanned!(function.return_span()=> ::reliable::expansion::Fallback::#settle);
        let is_streamed = function.stream.is_some() && !self.answer.diverges();
        inner.into_returning(|leave, last| {
            let kept = if is_streamed {
                quote_spanned!(mixed=> ::reliable::stream::left(outcome))
            } else {
                quote_spanned!(mixed=> outcome)
            };
            let stands_in = |answer: TokenStream| if is_streamed { stands_in(&answer, function) } else { answer };
            let answered = leave(&kept);
            let unless_answered = quote_spanned!(mixed=>
                #outcome
                if let ::core::ops::ControlFlow::Break(outcome) = #settled {
                    #answered;
                }
            );
            let none = TokenStream::new();
            let last = if self.answer.diverges() { &none } else { last };
            match &self.answer {
                Answer::Call(path, arguments) => {
                    let call = stands_in(call(path, arguments, function.is_async()));
                    quote_spanned!(mixed=> #unless_answered #last #call)
                }
                Answer::Expr(expr) if self.uses_error(expr) => {
                    let (error, answer) = (visible("error"), stands_in(expr.to_token_stream()));
                    quote_spanned!(mixed=>
                        #outcome
                        let #error = match #settled {
                            ::core::ops::ControlFlow::Break(outcome) => #answered,
                            ::core::ops::ControlFlow::Continue(error) => error,
                        };
                        #last #answer
                    )
                }
                Answer::Expr(expr) => {
                    let answer = stands_in(expr.to_token_stream());
                    quote_spanned!(mixed=> #unless_answered #last #answer)
                }
                Answer::Missing => TokenStream::new(),
            }
        })
    }

    fn leaves_denials_alone(&self) -> bool {
        !self.classify.has_when()
    }

    /// An answer that is a `Result` would be a second error of the compiler's.
    fn check_function(&self, function: &Function, errors: &mut Errors) {
        let (Answer::Expr(_), ReturnType::Type(_, returned)) = (&self.answer, &function.sig.output) else { return };
        if last_segment(returned).is_some_and(|last| NO_RESULTS.iter().any(|name| last.ident == name)) {
            let returned_text = plain(returned);
            errors.add(
                returned,
                format!("`#[fallback]` needs a function that returns a `Result`, and this one returns `{returned_text}`: write `Result<{returned_text}, YourError>`"),
            );
        }
    }
}

// Output:
//     {
//         let answer: Result<BoxStream<'_, Result<Chunk, ApiError>>, ApiError> = offline(prompt).await;
//         ::reliable::stream::right(::reliable::stream::begun(answer).await)
//     }
/// What stands in for a stream, when it has begun.
fn stands_in(answer: &TokenStream, function: &Function) -> TokenStream {
    let mixed = Span::mixed_site();
    let returned = function.return_hint();
    let begun = begun(&quote_spanned!(function.return_span()=> answer), function);
    quote_spanned!(mixed=> { let answer: #returned = #answer; ::reliable::stream::right(#begun) })
}

impl Fallback {
    fn uses_error(&self, answer: &Expr) -> bool {
        !self.classify.has_when_ok() && mention_of_error(&answer.to_token_stream()).is_some()
    }
}

fn call(path: &ExprPath, arguments: &[Argument], is_async: bool) -> TokenStream {
    let call = values::call(path, arguments);
    let wait = is_async.then(|| quote_spanned!(at(path.span())=> .await));
    quote!(#call #wait)
}

/// Where an expression uses the error, by name or in a format string.
fn mention_of_error(tokens: &TokenStream) -> Option<Span> {
    tokens.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(name) => (name == "error").then(|| name.span()),
        TokenTree::Group(group) => mention_of_error(&group.stream()),
        TokenTree::Literal(literal) => literal.to_string().contains("{error").then(|| literal.span()),
        TokenTree::Punct(_) => None,
    })
}

/// What a call with the same signature is passed: the receiver first, then each parameter.
fn arguments(function: &Function, errors: &mut Errors) -> Vec<Argument> {
    let arguments = function.sig.inputs.iter().map(|input| match input {
        FnArg::Receiver(receiver) => {
            Ok(Argument { cfgs: TokenStream::new(), value: receiver.self_token.to_token_stream() })
        }
        FnArg::Typed(PatType { attrs, pat, .. }) => {
            argument(pat).map(|value| Argument { cfgs: cfgs(attrs), value: value.into_token_stream() })
        }
    });
    arguments.filter_map(|argument| errors.take(argument)).collect()
}

/// The expression that puts a destructured parameter together again.
fn argument(pat: &Pat) -> syn::Result<Expr> {
    match pat {
        Pat::Ident(PatIdent { ident, subpat: None, .. }) => Ok(parse_quote!(#ident)),
        Pat::Tuple(tuple) => {
            let elems = tuple.elems.iter().map(argument).collect::<syn::Result<Vec<_>>>()?;
            Ok(parse_quote!((#(#elems,)*)))
        }
        Pat::TupleStruct(tuple) => {
            let path = &tuple.path;
            let elems = tuple.elems.iter().map(argument).collect::<syn::Result<Vec<_>>>()?;
            Ok(parse_quote!(#path(#(#elems),*)))
        }
        Pat::Struct(fields) if fields.rest.is_none() => {
            let path = &fields.path;
            let members = fields.fields.iter().map(|field| &field.member);
            let values = fields.fields.iter().map(|field| argument(&field.pat)).collect::<syn::Result<Vec<_>>>()?;
            Ok(parse_quote!(#path { #(#members: #values),* }))
        }
        Pat::Paren(paren) => argument(&paren.pat),
        _ => Err(syn::Error::new_spanned(
            pat,
            "this parameter can't be passed on to the fallback: give it a name, and take it apart in the body",
        )),
    }
}
