//! What every attribute asks of its function: that it can be wrapped, and returns something to look at.

use syn::{ReturnType, Signature};

use crate::errors::Errors;
use crate::function::Function;
use crate::stack::attribute::Placed;

pub(crate) fn check(function: &Function, stack: &[Placed], errors: &mut Errors) {
    let Signature { constness, abi, ident, output, .. } = &function.sig;
    let name = stack[0].attribute.name;
    if let Some(constness) = constness {
        errors.add(constness, format!("`#[{name}]` can't work on a `const fn`: remove the `const`"));
    }
    if let Some(abi) = abi {
        errors.add(abi, format!("`#[{name}]` can't work on an `extern` function: call this one from an ordinary `fn`"));
    }
    if matches!(output, ReturnType::Default) {
        let value = stack.iter().find_map(|placed| placed.attribute.answer).unwrap_or("()");
        errors.add(ident, format!("`#[{name}]` needs a function that returns a `Result`, and this one returns nothing: write `-> Result<{value}, YourError>`"));
    }
    if let Some(opaque) = function.boxed_stream().filter(|_| function.stream.is_some()) {
        errors.add(opaque.impl_token, "`stream` puts another stream around the one of the body, which is in no such box: write `impl Stream<…>` without the box, or `dyn Stream<…> + Send` in it");
    }
    if function.is_async() {
        return;
    }
    if let Some(future) = function.returns_unknown_future() {
        errors.add(future, format!("`#[{name}]` can't see what this future gives: write `Pin<Box<dyn Future<Output = Result<…>> + Send>>`, or an `async fn`"));
        return;
    }
    let mut attributes = stack.iter().map(|placed| placed.attribute);
    let Some(name) = attributes.find(|attribute| attribute.needs_async).map(|attribute| attribute.name) else {
        if let Some(stream) = &function.stream {
            let message =
                format!("`stream` waits for the first item, and needs an `async fn`: write `async fn {ident}`");
            errors.push(syn::Error::new(stream.span, message));
        }
        return;
    };
    errors.add(
        function.sig.fn_token,
        if function.mentions("block_on") {
            format!("`#[{name}]` needs an `async fn`, and this one blocks on a future: move `#[{name}]` above the macro that made it so, such as `#[tokio::test]`, or write `async fn {ident}`")
        } else {
            format!("`#[{name}]` needs an `async fn`: write `async fn {ident}`")
        },
    );
}
