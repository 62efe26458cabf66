//! How an attribute that judges outcomes looks at one: at an error by its option `when`, and a retry by `after`, too; at a value by
//! `when_ok`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::tokens::visible;
use crate::options::Options;
use crate::options::rows::{Row, Takes};
use crate::options::values::{call_or_evaluate, check_hidden, check_question};

/// Which errors count as failures.
pub(crate) const WHEN: Row = Row::beside("when", Takes::Expression).also(&[
    "if",
    "on",
    "condition",
    "predicate",
    "retry_if",
    "retry_on",
    "retry_when",
]);

/// Which values count as failures.
pub(crate) const WHEN_OK: Row = Row::beside("when_ok", Takes::Expression).also(&[
    "if_ok",
    "on_ok",
    "when_value",
    "if_value",
    "retry_if_ok",
    "if_result",
]);

/// Prints as `|error| ::reliable::expansion::Inspect::new(error).failure().when(ApiError::is_busy(error))`.
#[derive(Default, Clone)]
pub(crate) struct Classify {
    when: Option<Expr>,
    when_ok: Option<Expr>,
    after: Option<Expr>,
    noted_in: Option<Ident>,
}

impl Classify {
    /// By the options `when` and `when_ok`.
    pub(crate) fn when(options: &Options, function: &Function, errors: &mut Errors) -> Classify {
        let when = asked(WHEN.key, "`error`", options, errors);
        let when_ok = asked(WHEN_OK.key, "`value`", options, errors);
        if let Some(question) = &when_ok {
            check_hidden(WHEN_OK.key, "value", question, function, errors);
        }
        Classify { when, when_ok, ..Classify::default() }
    }

    /// By the option `after`, too.
    pub(crate) fn and_after(self, options: &Options, errors: &mut Errors) -> Classify {
        Classify { after: asked("after", "`error`", options, errors), ..self }
    }

    /// Noting what it sees in this place, if there is one.
    pub(crate) fn noting(&self, noted_in: Option<Ident>) -> Classify {
        Classify { noted_in, ..self.clone() }
    }

    pub(crate) fn has_when(&self) -> bool {
        self.when.is_some()
    }

    pub(crate) fn has_when_ok(&self) -> bool {
        self.when_ok.is_some()
    }

    // Output:
    //     settle("forecast", outcome, |error| …)
    //
    // With `when_ok`:
    //     settle_ok("forecast", outcome, |error| …, |value| Forecast::is_empty(value))
    pub(crate) fn settle(&self, function: &Function) -> TokenStream {
        let (tool, span) = (&function.name, function.return_span());
        match self.values() {
            None => quote_spanned!(span=> settle(#tool, outcome, #self)),
            Some(values) => quote_spanned!(span=> settle_ok(#tool, outcome, #self, #values)),
        }
    }

    /// How it looks at a value: `|value| Forecast::is_empty(value)`.
    pub(crate) fn values(&self) -> Option<TokenStream> {
        let value = visible("value");
        let refuses = call_or_evaluate(self.when_ok.as_ref()?, &value);
        let refuses = match &self.noted_in {
            Some(last_error) => quote_spanned!(Span::mixed_site()=> #last_error.note_refused(#refuses)),
            None => refuses,
        };
        Some(quote_spanned!(Span::mixed_site()=> |#value| #refuses))
    }
}

fn asked(key: &str, uses: &str, options: &Options, errors: &mut Errors) -> Option<Expr> {
    let question = options.value(key)?;
    check_question(key, uses, question, errors);
    Some(question.clone())
}

impl ToTokens for Classify {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let error = visible("error");
        let call = |method: &str, expr: &Option<Expr>| {
            let method = Ident::new(method, Span::mixed_site());
            let value = call_or_evaluate(expr.as_ref()?, &error);
            Some(quote_spanned!(Span::mixed_site()=> .#method(#value)))
        };
        let when = call("when", &self.when);
        let after = call("after", &self.after);
        let seen = quote_spanned!(Span::mixed_site()=> ::reliable::expansion::Inspect::new(#error).failure());
        let seen = match &self.noted_in {
            Some(last_error) => quote_spanned!(Span::mixed_site()=> #last_error.note(#seen)),
            None => seen,
        };
        tokens.extend(quote_spanned!(Span::mixed_site()=> |#error| #seen #when #after));
    }
}
