//! A tool of an MCP server: what it says of itself, and what its model is told of a fault.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::{Attribute, GenericArgument, Meta, PathArguments, ReturnType};

use crate::function::Function;
use crate::function::code::Code;
use crate::function::tokens::{at, last_segment};
use crate::stack::attribute::Layer;
use crate::stack::framework::Framework;

pub(crate) struct Rmcp;

impl Framework for Rmcp {
    fn outermost(&self, function: &Function, attrs: &[Attribute]) -> Option<Box<dyn Layer>> {
        (cfg!(feature = "rmcp") && ToolOutcome::is_needed(function, attrs))
            .then(|| Box::new(ToolOutcome) as Box<dyn Layer>)
    }
}

/// Whether there is an attribute `#[tool]` below ours.
pub(crate) fn is_tool(attrs: &[Attribute]) -> bool {
    tool_attributes(attrs).next().is_some()
}

/// Where tools say of themselves that they must not be repeated: `#[tool(annotations(idempotent_hint = false))]`.
pub(crate) fn declared_not_idempotent(attrs: &[Attribute]) -> impl Iterator<Item = TokenStream> {
    tool_attributes(attrs).filter_map(|attr| match &attr.meta {
        Meta::List(list) => not_idempotent(list.tokens.clone()),
        _ => None,
    })
}

/// The tokens `idempotent_hint = false`, however deep.
fn not_idempotent(tokens: TokenStream) -> Option<TokenStream> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |token: &TokenTree, text: &str| token.to_string() == text;
    let here = tokens
        .windows(3)
        .find(|three| is(&three[0], "idempotent_hint") && is(&three[1], "=") && is(&three[2], "false"));
    here.map(|three| three.iter().cloned().collect()).or_else(|| {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Group(group) => not_idempotent(group.stream()),
            _ => None,
        })
    })
}

/// The attributes `#[tool]`, known by their last name.
fn tool_attributes(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|attr| attr.path().segments.last().is_some_and(|last| last.ident == "tool"))
}

/// Makes a fault a result of the tool. As an `ErrorData` it would be an error of the protocol, which many clients keep
/// from the model.
struct ToolOutcome;

impl ToolOutcome {
    /// Whether this is a tool whose faults would be errors of the protocol, though its results have a place for them.
    fn is_needed(function: &Function, attrs: &[Attribute]) -> bool {
        let is_call = is_tool(attrs) || function.is_opened() || function.sig.ident == "call_tool";
        is_call && tells_by_protocol(&function.sig.output)
    }
}

impl Layer for ToolOutcome {
    // Input:
    //     BODY
    //
    // Output:
    //     let outcome: Result<CallToolResult, ErrorData> = { BODY };
    //     ::reliable::rmcp::tool_outcome(outcome)
    fn wrap(&self, inner: Code, function: &Function) -> Code {
        let outcome = inner.outcome(function);
        let told = quote_spanned!(at(function.return_span())=> ::reliable::rmcp::tool_outcome(outcome));
        inner.into_block(|last| quote_spanned!(Span::mixed_site()=> #outcome #last #told))
    }
}

/// `Result<CallToolResult, ErrorData>`, under the names that `rmcp` and its users have for it.
fn tells_by_protocol(returned: &ReturnType) -> bool {
    let ReturnType::Type(_, ty) = returned else { return false };
    let Some(result) = last_segment(ty).filter(|last| last.ident == "Result") else { return false };
    let PathArguments::AngleBracketed(arguments) = &result.arguments else { return false };
    let mut names = arguments.args.iter().map(|argument| match argument {
        GenericArgument::Type(ty) => last_segment(ty).map(|last| &last.ident),
        _ => None,
    });
    let mut next_is =
        |known: [&str; 2]| names.next().flatten().is_some_and(|name| known.iter().any(|known| name == known));
    next_is(["CallToolResult", "CallToolResponse"]) && next_is(["ErrorData", "McpError"])
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn is_needed(attrs: &[Attribute], function: TokenStream) -> bool {
        ToolOutcome::is_needed(&syn::parse2(function).unwrap(), attrs)
    }

    #[test]
    fn a_tool_is_known_by_its_attribute_or_its_shape() {
        let tool = [syn::parse_quote!(#[rmcp::tool(name = "refund")])];
        let asks = quote!(
            async fn refund(&self) -> Result<CallToolResult, McpError> {}
        );
        assert!(is_needed(&tool, asks.clone()));
        assert!(!is_needed(&[], asks), "a helper, perhaps under a retry that must see the fault");
        assert!(is_needed(
            &[],
            quote!(
                async fn call_tool(&self) -> Result<rmcp::model::CallToolResponse, ErrorData> {}
            )
        ));
        assert!(is_needed(
            &[],
            quote!(
                fn refund(&self) -> Pin<Box<dyn Future<Output = Result<CallToolResult, rmcp::ErrorData>> + Send + '_>> {
                    Box::pin(async move {})
                }
            )
        ));
        for told in [
            quote!(CallToolResult),
            quote!(Result<CallToolResult, String>),
            quote!(Result<Json<Report>, ErrorData>),
            quote!(Result<CallToolResult>),
        ] {
            assert!(!is_needed(&tool, quote!(async fn refund(&self) -> #told {})), "{told}");
        }
    }

    #[test]
    fn the_outcome_is_seen_last() {
        let function: Function = syn::parse2(quote!(
            async fn refund() -> Result<CallToolResult, McpError> {
                pay().await
            }
        ))
        .unwrap();
        let code = ToolOutcome.wrap(Code::body(&TokenStream::new(), &function), &function);
        let expanded = function.with_body(&[], &code);
        let expected = expect_test::expect![[r"
            async fn refund() -> Result<CallToolResult, McpError> {
                let outcome: Result<CallToolResult, McpError> = { pay().await };
                return ::reliable::rmcp::tool_outcome(outcome);
            }
        "]];
        expected.assert_eq(&prettyplease::unparse(&syn::parse2(expanded).unwrap()));
    }
}
