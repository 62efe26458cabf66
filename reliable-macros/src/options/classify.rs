//! How an attribute that judges errors looks at one: by its option `when`, and a retry by `after`, too.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;

use crate::errors::Errors;
use crate::function::tokens::visible;
use crate::options::Options;
use crate::options::values::{call_or_evaluate, check_question};

/// Prints as `|error| ::reliable::expansion::Inspect::new(error).failure().when(ApiError::is_busy(error))`.
#[derive(Default, Clone)]
pub(crate) struct Classify {
    when: Option<Expr>,
    after: Option<Expr>,
    noted_in: Option<Ident>,
}

impl Classify {
    /// By the option `when`.
    pub(crate) fn when(options: &Options, errors: &mut Errors) -> Classify {
        Classify { when: asked("when", options, errors), ..Classify::default() }
    }

    /// By the option `after`, too.
    pub(crate) fn and_after(self, options: &Options, errors: &mut Errors) -> Classify {
        Classify { after: asked("after", options, errors), ..self }
    }

    /// Noting what it sees in this place, if there is one.
    pub(crate) fn noting(&self, noted_in: Option<Ident>) -> Classify {
        Classify { noted_in, ..self.clone() }
    }

    pub(crate) fn has_when(&self) -> bool {
        self.when.is_some()
    }
}

fn asked(key: &str, options: &Options, errors: &mut Errors) -> Option<Expr> {
    let question = options.value(key)?;
    check_question(key, "`error`", question, errors);
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
