//! A body that runs more than once, under a retry, a hedge or a policy of one's own: what it asks of its function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{FnArg, Receiver, Token, Type};

use crate::errors::Errors;
use crate::function::tokens::{at, this};
use crate::function::{Binding, Function};
use crate::options::Options;
use crate::options::rows::{Row, Takes};

/// The parameters of which each attempt gets a clone.
pub(crate) const CLONE: Row = Row::beside("clone", Takes::NamesOrNothing);

/// A change made by one attempt would leak into the next.
pub(crate) fn check_parameters(function: &Function, errors: &mut Errors) {
    const WHY: &str = "every attempt would see the changes of the one before";
    for input in &function.sig.inputs {
        if let FnArg::Receiver(Receiver { mutability: Some(mutability), .. }) = input {
            errors.add(mutability, format!("{WHY}: remove this `mut`, and write `let mut this = self;` in the body"));
        }
    }
    for Binding { pat, .. } in function.bindings() {
        let name = &pat.ident;
        if let (None, Some(mutability)) = (&pat.by_ref, &pat.mutability) {
            errors
                .add(mutability, format!("{WHY}: remove this `mut`, and write `let mut {name} = {name};` in the body"));
        }
    }
}

/// What each attempt gets a clone of.
pub(crate) struct Clones {
    /// The receiver, which the body then knows by another name.
    receiver: Option<Token![self]>,
    parameters: Vec<Cloned>,
}

struct Cloned {
    name: Ident,
    cfgs: TokenStream,
}

impl Clones {
    /// Those that are named, where they are named, or all that are owned.
    pub(crate) fn of(options: &Options, function: &Function, errors: &mut Errors) -> Clones {
        options.check_names(CLONE.key, |name| function.binds(name), errors);
        options.must_name(CLONE.key, errors);
        let names = options.names(CLONE.key).unwrap_or_default();
        let written = |Binding { pat, ty, cfgs }: Binding<'_>| {
            // The clone of one that is for a setting alone would be an unused variable.
            let owned = options.flag(CLONE.key) && !matches!(ty, Type::Reference(_)) && function.may_use(&pat.ident);
            let name = names.iter().find(|name| **name == pat.ident).or_else(|| owned.then_some(&pat.ident))?;
            Some(Cloned { name: name.clone(), cfgs })
        };
        let parameters = function.bindings().into_iter().filter_map(written).collect();
        Clones { receiver: function.owned_receiver().filter(|_| options.flag(CLONE.key)), parameters }
    }

    pub(crate) fn has_receiver(&self) -> bool {
        self.receiver.is_some()
    }

    /// Makes them, for one attempt.
    pub(crate) fn made(&self) -> TokenStream {
        let this = self.receiver.map(|receiver| {
            let this = this();
            quote_spanned!(Span::mixed_site()=> let #this = ::core::clone::Clone::clone(&#receiver);)
        });
        let clone = |Cloned { name, cfgs }: &Cloned| {
            let clone = quote_spanned!(at(name.span())=> let #name = ::core::clone::Clone::clone(&#name););
            quote!(#cfgs #clone)
        };
        this.into_iter().chain(self.parameters.iter().map(clone)).collect()
    }
}
