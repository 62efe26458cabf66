//! A tool of rig that is written by hand: its function is called `call`, and a model knows it by another name.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Signature;

use crate::function::tokens::mentions;
use crate::stack::framework::Framework;

pub(crate) struct Rig;

impl Framework for Rig {
    fn tool_name(&self, sig: &Signature) -> Option<TokenStream> {
        if cfg!(feature = "rig") { tool_name(sig) } else { None }
    }
}

/// The name of the tool that a function is the `call` of, known by what rig hands to it. `None` for any other function.
fn tool_name(sig: &Signature) -> Option<TokenStream> {
    let inputs = || sig.inputs.to_token_stream();
    let is_tool = || mentions(inputs(), &|name| name == "ToolContext") || inputs().to_string().contains("Self :: Args");
    (sig.ident == "call" && sig.receiver().is_some() && is_tool())
        .then(|| quote_spanned!(Span::mixed_site()=> ::reliable::expansion::tool_name::<Self>()))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn a_tool_is_known_by_what_is_handed_to_it() {
        let is_tool = |sig: TokenStream| tool_name(&syn::parse2(sig).unwrap()).is_some();
        assert!(is_tool(quote!(async fn call(&self, _: &mut ToolContext, to: String) -> Result<String, MailError>)));
        assert!(is_tool(quote!(async fn call(&self, args: Self::Args) -> Result<Self::Output, Self::Error>)));
        assert!(!is_tool(quote!(async fn call(&mut self, request: Request) -> Result<Response, BoxError>)));
        assert!(!is_tool(quote!(async fn call(&self, args: Args) -> Result<Response, BoxError>)));
        assert!(!is_tool(quote!(async fn call(args: Self::Args) -> Result<Response, BoxError>)));
        assert!(!is_tool(quote!(async fn forecast(&self, _: &mut ToolContext) -> Result<String, ToolExecutionError>)));
    }
}
