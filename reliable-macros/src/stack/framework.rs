//! What a framework for tools may know of a function, beyond what its attributes say.

use proc_macro2::TokenStream;
use syn::Signature;

use crate::function::Function;
use crate::stack::attribute::Layer;

pub(crate) trait Framework: Sync {
    /// What a model calls this function, if not by its own name.
    fn tool_name(&self, _: &Signature) -> Option<TokenStream> {
        None
    }

    /// What is to be done around all attributes.
    fn outermost(&self, _: &Function, _: &[syn::Attribute]) -> Option<Box<dyn Layer>> {
        None
    }
}
