//! A tool of an MCP server: what its model is told of a fault.

use proc_macro2::Span;
use quote::quote_spanned;
use syn::{Attribute, GenericArgument, PathArguments, ReturnType};

use crate::function::code::Code;
use crate::function::{Function, at, last_segment};
use crate::stack::Policy;

/// The attributes `#[tool]` below ours, known by their last name.
pub(crate) fn tool_attributes(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|attr| attr.path().segments.last().is_some_and(|last| last.ident == "tool"))
}

/// Makes a fault a result of the tool. As an `ErrorData` it would be an error of the protocol, which many clients keep
/// from the model.
pub(crate) struct ToolOutcome;

impl ToolOutcome {
    /// Whether this is a tool whose faults would be errors of the protocol, though its results have a place for them.
    pub(crate) fn is_needed(function: &Function, attrs: &[Attribute]) -> bool {
        let is_call =
            tool_attributes(attrs).next().is_some() || function.is_opened() || function.sig.ident == "call_tool";
        is_call && tells_by_protocol(&function.sig.output)
    }
}

impl Policy for ToolOutcome {
    // Input:
    //     BODY
    //
    // Output:
    //     let outcome: Result<CallToolResult, ErrorData> = { BODY };
    //     ::reliable::expansion::tool_outcome(outcome)
    fn wrap(&self, inner: Code, function: &Function) -> Code {
        let outcome = inner.outcome(function);
        let told = quote_spanned!(at(function.return_span())=> ::reliable::expansion::tool_outcome(outcome));
        inner.into_block(quote_spanned!(Span::mixed_site()=> #outcome #told))
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
    use proc_macro2::TokenStream;
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
                ::reliable::expansion::tool_outcome(outcome)
            }
        "]];
        expected.assert_eq(&prettyplease::unparse(&syn::parse2(expanded).unwrap()));
    }
}
