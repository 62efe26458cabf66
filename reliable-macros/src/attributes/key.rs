//! The option `idempotency_key`, of those attributes that know when a call is the same one again.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::Code;
use crate::options::Options;
use crate::stack::attribute::Layer;

pub(crate) const KEY: &str = "idempotency_key";

/// The name that the body knows its key by: as written in the attribute, so that the compiler says there if it is unused.
/// As a layer, it is a key and nothing else, for a body that counts on it while something else is wrong.
#[derive(Clone)]
pub(crate) struct Key(Ident);

impl Key {
    pub(crate) fn of(options: &Options, function: &Function, errors: &mut Errors) -> Option<Key> {
        let key = options.first_of(&[KEY]).filter(|_| options.flag(KEY))?;
        if function.binds(key) {
            let message =
                format!("the key would hide the parameter `{key}`: rename the parameter, or remove this option");
            errors.add(key, message);
        }
        Some(Key(key.clone()))
    }

    /// The key as it would be if nothing were wrong.
    pub(crate) fn mentioned(options: &Options) -> Option<Key> {
        options.mention(KEY).cloned().map(Key)
    }

    /// What the body needs of it in spite of errors.
    pub(crate) fn in_spite_of_errors(mentioned: Option<&Key>, function: &Function) -> Option<Box<dyn Layer>> {
        let key = mentioned.filter(|key| !function.binds(&key.0))?;
        Some(Box::new(key.clone()))
    }

    /// `let idempotency_key = …;`
    pub(crate) fn made(&self, value: &TokenStream) -> TokenStream {
        let Key(name) = self;
        quote_spanned!(Span::mixed_site()=> let #name = #value;)
    }

    /// `let idempotency_key = ::reliable::IdempotencyKey::of_call_here("pay", || {}, ::core::module_path!());`, or of the name alone
    /// that it was given.
    pub(crate) fn made_anew(&self, function: &Function) -> TokenStream {
        let (mixed, tool) = (Span::mixed_site(), &function.name);
        self.made(&if function.is_named {
            quote_spanned!(mixed=> ::reliable::IdempotencyKey::of_call(#tool))
        } else {
            quote_spanned!(mixed=> ::reliable::IdempotencyKey::of_call_here(#tool, || {}, ::core::module_path!()))
        })
    }
}

impl Layer for Key {
    fn wrap(&self, inner: Code, _: &Function) -> Code {
        inner
    }

    fn before_body(&self) -> TokenStream {
        let Key(name) = self;
        let made = self.made(&quote_spanned!(Span::mixed_site()=> ::reliable::IdempotencyKey::new()));
        quote_spanned!(Span::mixed_site()=> #made let _ = #name;)
    }
}
