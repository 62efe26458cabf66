//! A body that runs more than once, under a retry, a hedge or a policy of one's own: what it asks of its function.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::{FnArg, Receiver, Type};

use crate::errors::Errors;
use crate::function::tokens::at;
use crate::function::{Binding, Function};
use crate::options::Options;

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

/// A parameter of which each attempt gets a clone.
pub(crate) struct Cloned {
    name: Ident,
    cfgs: TokenStream,
}

/// Gives an attempt clones of its own.
pub(crate) fn cloned(parameters: &[Cloned]) -> TokenStream {
    let clone = |Cloned { name, cfgs }: &Cloned| {
        let clone = quote_spanned!(at(name.span())=> let #name = ::core::clone::Clone::clone(&#name););
        quote!(#cfgs #clone)
    };
    parameters.iter().map(clone).collect()
}

/// The parameters of which each attempt gets a clone: those that are named, where they are named, or all owned ones.
pub(crate) fn clones(options: &Options, function: &Function, errors: &mut Errors) -> Vec<Cloned> {
    options.check_names("clone", function, errors);
    let names = options.names("clone").unwrap_or_default();
    let written = |Binding { pat, ty, cfgs }: Binding<'_>| {
        let owned = options.flag("clone") && !matches!(ty, Type::Reference(_));
        let name = names.iter().find(|name| **name == pat.ident).or_else(|| owned.then_some(&pat.ident))?;
        Some(Cloned { name: name.clone(), cfgs })
    };
    function.bindings().into_iter().filter_map(written).collect()
}
