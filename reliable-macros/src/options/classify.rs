//! How an attribute that judges errors looks at one: by its option `when`, and a retry by `after`, too.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;

use crate::function::tokens::visible;
use crate::options::Options;
use crate::options::values::call_or_evaluate;

/// Prints as `|error| ::reliable::expansion::Inspect::new(error).failure().when(ApiError::is_busy(error))`.
#[derive(Default)]
pub(crate) struct Classify {
    when: Option<Expr>,
    after: Option<Expr>,
}

impl Classify {
    /// By the option `when`.
    pub(crate) fn when(options: &Options) -> Classify {
        Classify { when: options.value("when").cloned(), after: None }
    }

    /// By the option `after`, too.
    pub(crate) fn and_after(self, options: &Options) -> Classify {
        Classify { after: options.value("after").cloned(), ..self }
    }

    pub(crate) fn has_when(&self) -> bool {
        self.when.is_some()
    }
}

impl ToTokens for Classify {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let error = visible("error");
        let call = |method: &str, expr: &Option<Expr>| {
            let method = proc_macro2::Ident::new(method, Span::mixed_site());
            let value = call_or_evaluate(expr.as_ref()?, &error);
            Some(quote_spanned!(Span::mixed_site()=> .#method(#value)))
        };
        let when = call("when", &self.when);
        let after = call("after", &self.after);
        tokens.extend(quote_spanned!(Span::mixed_site()=>
            |#error| ::reliable::expansion::Inspect::new(#error).failure() #when #after
        ));
    }
}
