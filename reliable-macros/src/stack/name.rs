//! The option `name`, which every attribute has: what the function is called in faults, questions and events.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::{Code, Setting};
use crate::function::tokens::at;
use crate::options::{self, values};
use crate::stack::attribute::Placed;

/// What the attributes of a function call it.
pub(crate) enum Name {
    Text(TokenStream),
    /// It is known at run time.
    Value(Setting),
}

impl Name {
    /// The name that is given, if there is one: one mention holds for all attributes of the function.
    pub(crate) fn given(stack: &[Placed], function: &Function, errors: &mut Errors) -> Option<Name> {
        let mut given = stack.iter().filter_map(|placed| placed.options.value(options::NAME.key));
        let name = given.next()?;
        let written = |name: &Expr| name.to_token_stream().to_string();
        for other in given.filter(|other| written(other) != written(name)) {
            errors.add(other, "another attribute calls this function otherwise: one `name` holds for all of them");
        }
        let value = options::NAME.value(name, errors);
        Some(if values::is_literal(name) {
            Name::Text(value)
        } else {
            Name::Value(setting(name, &value, &function.name))
        })
    }

    /// Has the name ready before everything else, and gives the expression that the attributes use.
    pub(crate) fn put_before(self, code: &mut Code) -> TokenStream {
        match self {
            Name::Text(text) => text,
            Name::Value(value) => code.setting("tool", &value).into_token_stream(),
        }
    }
}

// Input:
//     name = self.name()
//
// Output:
//     let tool = ::reliable::run_time_name(&self.name(), "call");
fn setting(name: &Expr, value: &TokenStream, own: &TokenStream) -> Setting {
    let text = quote_spanned!(at(name.span())=> &#value);
    Setting { ty: None, value: quote_spanned!(Span::mixed_site()=> ::reliable::run_time_name(#text, #own)) }
}
