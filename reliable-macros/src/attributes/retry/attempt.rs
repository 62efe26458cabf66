//! The option `attempt`: the body finds the number of its attempt.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::attributes::key::Key;
use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::{Code, attempts};
use crate::function::tokens::uses;
use crate::options::{NAME, Options};
use crate::stack::attribute::Layer;

pub(super) const ATTEMPT: &str = "attempt";

/// The name that the body knows it by: as written in the attribute, so that the compiler says there if it is unused.
#[derive(Clone)]
pub(super) struct Attempt(Ident);

impl Attempt {
    pub(super) fn of(options: &Options, function: &Function, errors: &mut Errors) -> Option<Attempt> {
        let attempt = options.first_of(&[ATTEMPT]).filter(|_| options.flag(ATTEMPT))?;
        if function.binds(attempt) {
            errors.add(
                attempt,
                format!(
                    "the number of the attempt would hide the parameter `{attempt}`: rename the parameter, or remove this option"
                ),
            );
        }
        if let Some(name) = options.value(NAME.key).filter(|name| uses(name, attempt)) {
            errors
                .add(name, "`name` holds for the whole function, and not for one attempt: write one without `attempt`");
        }
        Some(Attempt(attempt.clone()))
    }

    /// The number as it would be known if nothing were wrong.
    pub(super) fn mentioned(options: &Options) -> Option<Attempt> {
        options.mention(ATTEMPT).cloned().map(Attempt)
    }

    // Output:
    //     let attempt = attempts.number();
    //     let timeout = … limit * attempt …;
    /// Makes it known to the code, and takes the policies that are made of it: they are made anew for each attempt.
    pub(super) fn put_before(&self, code: &mut Code) -> TokenStream {
        let Attempt(name) = self;
        let (attempts, made_of_it) = (attempts(), code.made_of(name));
        quote_spanned!(Span::mixed_site()=> let #name = #attempts.number(); #made_of_it)
    }
}

/// What the body counts on while something else is wrong.
pub(super) struct Mentioned {
    attempt: Option<Attempt>,
    key: Option<Box<dyn Layer>>,
}

impl Mentioned {
    pub(super) fn in_spite_of_errors(
        attempt: Option<&Attempt>,
        key: Option<&Key>,
        function: &Function,
    ) -> Option<Box<dyn Layer>> {
        let attempt = attempt.filter(|Attempt(name)| !function.binds(name)).cloned();
        let key = Key::in_spite_of_errors(key, function);
        (attempt.is_some() || key.is_some()).then(|| Box::new(Mentioned { attempt, key }) as Box<dyn Layer>)
    }
}

impl Layer for Mentioned {
    fn wrap(&self, inner: Code, _: &Function) -> Code {
        inner
    }

    fn before_body(&self) -> TokenStream {
        let key = self.key.as_ref().map(|key| key.before_body());
        let attempt = self
            .attempt
            .as_ref()
            .map(|Attempt(name)| quote_spanned!(Span::mixed_site()=> let #name = 1_u32; let _ = #name;));
        quote!(#key #attempt)
    }
}
