//! A body that runs more than once, under a retry, a hedge or a policy of one's own: what it asks of its function.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;
use syn::{FnArg, Receiver, Type};

use crate::errors::Errors;
use crate::function::Function;
use crate::function::tokens::at;
use crate::options::Options;

/// A change made by one attempt would leak into the next.
pub(crate) fn check_parameters(function: &Function, errors: &mut Errors) {
    const WHY: &str = "every attempt would see the changes of the one before";
    for input in &function.sig.inputs {
        if let FnArg::Receiver(Receiver { mutability: Some(mutability), .. }) = input {
            errors.add(mutability, format!("{WHY}: remove this `mut`, and write `let mut this = self;` in the body"));
        }
    }
    for (binding, _) in function.bindings() {
        let name = &binding.ident;
        if let (None, Some(mutability)) = (&binding.by_ref, &binding.mutability) {
            errors
                .add(mutability, format!("{WHY}: remove this `mut`, and write `let mut {name} = {name};` in the body"));
        }
    }
}

/// Gives an attempt clones of its own.
pub(crate) fn cloned(names: &[Ident]) -> TokenStream {
    let clone = |name: &Ident| quote_spanned!(at(name.span())=> let #name = ::core::clone::Clone::clone(&#name););
    names.iter().map(clone).collect()
}

/// The parameters of which each attempt gets a clone.
pub(crate) fn clones(options: &Options, function: &Function, errors: &mut Errors) -> Vec<Ident> {
    options.check_names("clone", function, errors);
    if options.flag("clone") {
        let owned = |ty: &Type| !matches!(ty, Type::Reference(_));
        return function.bindings().into_iter().filter(|(_, ty)| owned(ty)).map(|(b, _)| b.ident.clone()).collect();
    }
    options.names("clone").unwrap_or_default().to_vec()
}
