//! The options that every attribute has, and that hold for the whole function: what it is called, how a fault becomes
//! its error, and whether the stream that it returns is a part of the call.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;

use crate::errors::Errors;
use crate::function::code::{Code, Setting};
use crate::function::tokens::visible;
use crate::function::{Function, IntoError, Streamed};
use crate::options::classify::WHEN_OK;
use crate::options::rows::Row;
use crate::options::{self, values};
use crate::stack::attribute::Placed;

/// What is given for one of them: one mention holds for all attributes of the function.
fn given<'a>(row: &Row, stack: &'a [Placed], errors: &mut Errors) -> Option<&'a Expr> {
    let mut given = stack.iter().filter_map(|placed| placed.options.value(row.key));
    let first = given.next()?;
    let written = |value: &Expr| value.to_token_stream().to_string();
    for other in given.filter(|other| written(other) != written(first)) {
        let key = row.key;
        errors.add(other, format!("another attribute of this function has another `{key}`, and one `{key}` holds for all of them: remove one"));
    }
    Some(first)
}

/// What the attributes of a function call it.
pub(crate) enum Name {
    Text(TokenStream),
    /// It is known at run time.
    Value(Setting),
}

impl Name {
    pub(crate) fn given(stack: &[Placed], function: &Function, errors: &mut Errors) -> Option<Name> {
        let name = given(&options::NAME, stack, errors)?;
        let value = options::NAME.value(name, errors);
        Some(if values::is_literal(name) { Name::Text(value) } else { Name::Value(setting(name, &function.name)) })
    }

    /// Has the name ready before everything else, and gives the expression that the attributes use.
    pub(crate) fn put_before(self, code: &mut Code) -> TokenStream {
        match self {
            Name::Text(text) => text,
            Name::Value(value) => code.tool(value).into_token_stream(),
        }
    }
}

// Input:
//     name = self.name()
//
// Output:
//     let tool = ::reliable::run_time_name(&self.name(), "call");
fn setting(name: &Expr, own: &TokenStream) -> Setting {
    let text = values::borrowed(name);
    Setting { ty: None, value: quote_spanned!(Span::mixed_site()=> ::reliable::run_time_name(#text, #own)) }
}

// Input:
//     fault = ApiError::stopped
//     fault = ApiError::Stopped(fault.to_string())
//
// Output:
//     ApiError::stopped(fault)
//     { let fault = fault; ApiError::Stopped(fault.to_string()) }
/// How a fault becomes an error of the function, if its attributes say so.
pub(crate) fn into_error(stack: &[Placed], errors: &mut Errors) -> Option<IntoError> {
    let written = given(&options::FAULT, stack, errors)?;
    if values::is_literal(written) || matches!(written, Expr::Closure(_)) {
        errors.add(
            written,
            "`fault` takes a path to a function that makes an error of a `reliable::Fault`, or an expression that uses `fault`",
        );
    }
    let mixed = Span::mixed_site();
    let fault = quote_spanned!(mixed=> fault);
    Some(if let Expr::Path(_) = written {
        let error = values::call_or_evaluate(written, fault);
        IntoError { error, function: written.to_token_stream() }
    } else {
        let seen = visible("fault");
        IntoError {
            error: quote_spanned!(mixed=> { let #seen = #fault; #written }),
            function: quote_spanned!(mixed=> |#seen| #written),
        }
    })
}

// Input:
//     stream = Chunk::has_text
//
// Output:
//     |value| Chunk::has_text(value)
/// Whether the attributes are around the stream that the function returns, and which item of it is the first.
pub(crate) fn stream(stack: &[Placed], function: &Function, errors: &mut Errors) -> Option<Streamed> {
    let key = options::STREAM.key;
    let mut mentions = stack.iter().filter_map(|placed| {
        let written = placed.options.first_of(&[key])?;
        Some((written, placed.options.value(key)))
    });
    let (written, counts) = mentions.next()?;
    let said = |counts: Option<&Expr>| counts.to_token_stream().to_string();
    for (other, _) in mentions.filter(|(_, other)| said(*other) != said(counts)) {
        errors.add(other, "another attribute of this function has another `stream`, and one `stream` holds for all of them: write it at one of them only");
    }
    for when_ok in stack.iter().filter_map(|placed| placed.options.mention(WHEN_OK.key)) {
        errors.add(when_ok, "with `stream` the value is a stream that has hardly begun, and `when_ok` can't judge it: remove it, or give an error in the body instead of such a stream");
    }
    if !cfg!(feature = "stream") {
        errors.add(written, "`stream` needs the feature `stream` of `reliable-tools`: add it in Cargo.toml");
    }
    let counts = counts.map(|counts| {
        values::check_question(key, "`value`", counts, errors);
        values::check_hidden(key, "value", counts, function, errors);
        let value = visible("value");
        let counted = values::call_or_evaluate(counts, &value);
        quote_spanned!(Span::mixed_site()=> |#value| #counted)
    });
    Some(Streamed { counts, span: written.span() })
}

/// The parameters that some attribute redacts: one mention holds for all.
pub(crate) fn redacted(stack: &[Placed]) -> Vec<Ident> {
    let redacts = |placed: &&Placed| placed.attribute.options.iter().any(|row| row.key == REDACT);
    let names = |placed: &Placed| placed.options.names(REDACT).unwrap_or_default().to_vec();
    stack.iter().filter(redacts).flat_map(names).collect()
}

const REDACT: &str = "redact";
