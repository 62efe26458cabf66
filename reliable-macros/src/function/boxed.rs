//! A function that returns a future, as `#[async_trait]` and `#[tool]` make one of an `async fn`: it is opened, so that
//! everything else sees the `async fn` that it stands for, and closed again when its new body is there.
//!
//! What the function does before there is a future, the attributes must be around, too: an `async fn` does nothing before
//! it is polled. So all of it goes into the body. Outside stay the plain moves of parameters that `#[async_trait]` writes.

use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{
    AssocType, Block, Expr, ExprAsync, ExprMacro, FnArg, GenericArgument, Ident, Pat, PatType, PathArguments,
    ReceiverKind, ReturnType, Signature, Stmt, StmtMacro, Token, Type, TypeParamBound,
};

use crate::function::tokens::{at, braced, diverges, mentions, renamed};
use crate::function::types::inferred;
use crate::function::{async_trait, outlived};

/// What is left of a function without the `async fn` in it.
pub(crate) struct Shell {
    sig: Signature,
    /// Where the future is boxed, unless it is returned as it is.
    boxed: Option<Span>,
    /// What the future does before the body: it takes the parameters.
    takes: Vec<Stmt>,
    /// Whether the body does what the function did before there was a future.
    did_more: bool,
}

// Input:
//     fn refund(&self, amount: u32) -> Pin<Box<dyn Future<Output = Result<Receipt, ToolError>> + Send + '_>> {
//         Box::pin(async move { let amount = amount; let __ret: Result<Receipt, ToolError> = { BODY }; __ret })
//     }
//
// Opened:
//     async fn refund(&self, amount: u32) -> Result<Receipt, ToolError> { BODY }
//
// Closed, around the new body:
//     fn refund(&self, amount: u32) -> Pin<Box<dyn Future<Output = Result<Receipt, ToolError>> + Send + '_>> {
//         return ::std::boxed::Box::pin(async move { let amount = amount; NEW_BODY })
//     }
/// Opens a function that returns a future: the shell, and the body in it. `None` for any other function.
pub(crate) fn open(sig: &mut Signature, body: &Group) -> syn::Result<Option<(Shell, Group)>> {
    let returned = sig.output.clone();
    let answer = if sig.asyncness.is_none() { output(&mut sig.output).cloned() } else { None };
    let (Some(answer), ReturnType::Type(_, returned)) = (answer, returned) else { return Ok(None) };
    let statements = Block::parse_within.parse2(body.stream())?;
    let gives_none = !matches!(statements.last(), Some(Stmt::Expr(_, None) | Stmt::Macro(_)));
    if gives_none && !returns(body.stream()) {
        return Err(syn::Error::new(body.span_close(), "expected the future that the signature promises"));
    }
    let value = only_value(&statements);
    let pinned = value.and_then(pinned);
    let boxed = pinned.map(|(span, _)| span).or((!is_opaque(&returned)).then(|| at(body.span())));
    let (takes, inner, did_more) =
        match (pinned.map(|(_, future)| future).or(value), pinned.is_some() || is_opaque(&returned)) {
            (Some(Expr::Async(ExprAsync { attrs, block, .. })), true) if attrs.is_empty() => {
                let (takes, inner) = async_trait::taken_apart(block, sig, &answer);
                (takes, inner, false)
            }
            (future, is_its_own) => {
                outlived::check(sig, &returned, body)?;
                let future = future.and_then(|future| awaited(future, is_its_own));
                (
                    Vec::new(),
                    future.unwrap_or_else(|| awaited_anew(&returned, body, ends_with_value(&statements))),
                    true,
                )
            }
        };
    let shell = Shell { sig: sig.clone(), boxed, takes, did_more };
    shell.undo(sig, answer);
    Ok(Some((shell, inner)))
}

impl Shell {
    pub(crate) fn did_more(&self) -> bool {
        self.did_more
    }

    /// The signature of the function, and its body around that of the `async fn`.
    pub(crate) fn close(&self, inner: &Signature, body: impl ToTokens) -> (Signature, TokenStream) {
        let Shell { boxed, takes, .. } = self;
        let body = self.knowing_receiver(body.to_token_stream());
        let mut future = quote_spanned!(Span::mixed_site()=> async move { #(#takes)* #body });
        if let Some(span) = boxed {
            future = quote_spanned!(*span=> ::std::boxed::Box::pin(#future));
        }
        let mut sig = self.sig.clone();
        if let (Some(output), ReturnType::Type(_, answer)) = (output(&mut sig.output), &inner.output) {
            *output = Type::clone(answer);
        }
        (sig, quote_spanned!(Span::mixed_site()=> return #future))
    }

    /// The same, where the future has moved the receiver before: what the attributes say of `self` means the new name then.
    fn knowing_receiver(&self, body: TokenStream) -> TokenStream {
        match (self.sig.receiver(), self.receiver()) {
            (Some(receiver), Some(moved_to)) if !is_shared(&receiver.kind) => {
                let receiver = Ident::new("self", receiver.self_token.span);
                renamed(body, &receiver, moved_to)
            }
            _ => body,
        }
    }

    /// The name that the future has moved the receiver to.
    pub(crate) fn receiver(&self) -> Option<&Ident> {
        self.takes.iter().filter_map(async_trait::taken).find_map(|(pat, moved)| match pat {
            Pat::Ident(name) if moved == "self" => Some(&name.ident),
            _ => None,
        })
    }

    /// Makes the signature that of the `async fn`, with the parameters as they were before the future took them.
    fn undo(&self, sig: &mut Signature, answer: Type) {
        if let ReturnType::Type(_, ty) = &mut sig.output {
            **ty = answer;
        }
        sig.asyncness = Some(Token![async](sig.fn_token.span));
        for (pat, parameter) in self.takes.iter().filter_map(async_trait::taken) {
            if let Some(typed) = sig.inputs.iter_mut().find_map(|input| named(input, parameter)) {
                *typed.pat = pat.clone();
            }
        }
    }
}

/// Whether it is there still when it has been moved.
fn is_shared(receiver: &ReceiverKind) -> bool {
    match receiver {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_none(),
        ReceiverKind::Typed(_, ty) => matches!(&**ty, Type::Reference(reference) if reference.mutability.is_none()),
        _ => false,
    }
}

fn named<'a>(input: &'a mut FnArg, parameter: &Ident) -> Option<&'a mut PatType> {
    match input {
        FnArg::Typed(typed) => {
            let is_it = matches!(&*typed.pat, Pat::Ident(name) if name.ident == *parameter);
            is_it.then_some(typed)
        }
        FnArg::Receiver(_) => None,
    }
}

/// What the future gives: `R` of `Pin<Box<dyn Future<Output = R>>>`, `BoxFuture<'_, R>` or `impl Future<Output = R>`.
fn output(returned: &mut ReturnType) -> Option<&mut Type> {
    match returned {
        ReturnType::Type(_, ty) => output_of(ty),
        ReturnType::Default => None,
    }
}

fn output_of(ty: &mut Type) -> Option<&mut Type> {
    match ty {
        Type::ImplTrait(future) => future.bounds.iter_mut().find_map(bound),
        Type::TraitObject(future) => future.bounds.iter_mut().find_map(bound),
        Type::Group(group) => output_of(&mut group.elem),
        Type::Paren(paren) => output_of(&mut paren.elem),
        Type::Path(path) => {
            let last = path.path.segments.last_mut()?;
            let is_alias = last.ident == "BoxFuture" || last.ident == "LocalBoxFuture";
            let PathArguments::AngleBracketed(arguments) = &mut last.arguments else { return None };
            let ty = arguments.args.iter_mut().rev().find_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })?;
            match &*last.ident.to_string() {
                "Pin" | "Box" => output_of(ty),
                _ => is_alias.then_some(ty),
            }
        }
        _ => None,
    }
}

fn bound(bound: &mut TypeParamBound) -> Option<&mut Type> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    let last = bound.path.segments.last_mut().filter(|last| last.ident == "Future")?;
    let PathArguments::AngleBracketed(arguments) = &mut last.arguments else { return None };
    arguments.args.iter_mut().find_map(|argument| match argument {
        GenericArgument::AssocType(AssocType { ident, ty, .. }) if ident == "Output" => Some(ty),
        _ => None,
    })
}

/// The value that is all there is in a body, or in a block of its own.
fn only_value(statements: &[Stmt]) -> Option<&Expr> {
    match statements {
        [Stmt::Expr(Expr::Block(block), None)] if block.label.is_none() && block.attrs.is_empty() => {
            only_value(&block.block.stmts)
        }
        [Stmt::Expr(value, None)] => Some(value),
        _ => None,
    }
}

/// Where `Box::pin(…)` stands, and the future in it.
fn pinned(value: &Expr) -> Option<(Span, &Expr)> {
    let Expr::Call(call) = value else { return None };
    let Expr::Path(path) = &*call.func else { return None };
    let names: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let is_std = |root: &str| root == "std" || root == "alloc";
    // Any other path leads to a `Box` of the user's own, whose `pin` may do more.
    let is_box_pin = match &*names {
        [of, pin] => of == "Box" && pin == "pin",
        [root, boxed, of, pin] => is_std(root) && boxed == "boxed" && of == "Box" && pin == "pin",
        _ => false,
    };
    let is_bare = call.attrs.is_empty() && path.attrs.is_empty() && path.qself.is_none();
    (is_box_pin && is_bare && call.args.len() == 1).then(|| (at(path.span()), &call.args[0]))
}

/// Whether the future is returned as it is.
fn is_opaque(returned: &Type) -> bool {
    match returned {
        Type::ImplTrait(_) => true,
        Type::Group(group) => is_opaque(&group.elem),
        Type::Paren(paren) => is_opaque(&paren.elem),
        _ => false,
    }
}

// Input:
//     self.fetch(city)
//     self.fetch(self.settings.lock().unwrap().city.clone())
//
// Output:
//     { self.fetch(city).await }
//     { let future = self.fetch(self.settings.lock().unwrap().city.clone()); future.await }
//
// What the second one needed for the call is gone before the future is awaited, as it was in the function.
/// A future from elsewhere, asked for anew at each attempt. `None` if it is not known to be one without the declared type.
fn awaited(future: &Expr, is_its_own: bool) -> Option<Group> {
    let span = at(future.span());
    let is_bare = !matches!(future, Expr::Async(_)) && !returns(future.to_token_stream());
    let is_call = match future {
        Expr::Call(call) => call.attrs.is_empty() && call.args.iter().all(is_place),
        Expr::MethodCall(call) => {
            let is_known = is_its_own || call.method != "into";
            call.attrs.is_empty() && is_known && is_place(&call.receiver) && call.args.iter().all(is_place)
        }
        _ => false,
    };
    if is_bare && is_call {
        return Some(braced(quote_spanned!(span=> #future.await), future.span()));
    }
    let is_bare = is_bare && matches!(future, Expr::Call(_) | Expr::MethodCall(_) | Expr::Path(_));
    let tokens = quote_spanned!(span=> let future = #future; future.await);
    (is_bare && is_its_own).then(|| braced(tokens, future.span()))
}

/// Whether it makes nothing that has an end of its own: `city`, `&self.city`, `3`.
fn is_place(value: &Expr) -> bool {
    match value {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Field(field) => is_place(&field.base),
        Expr::Reference(reference) => is_place(&reference.expr),
        _ => false,
    }
}

// Input:
//     let id = begin(amount);
//     Box::pin(async move { finish(id).await })
//
// Output:
//     async {
//         if false { return ::reliable::expansion::returns::<Pin<Box<dyn Future<…>>>>(); }
//         return {
//             let id = begin(amount);
//             Box::pin(async move { finish(id).await })
//         };
//     }.await.await
//
// It ends with `return`, so that clippy has nothing to say of a future that is what a future gives.
/// All that the function does, done anew at each attempt: it gives the future, which is awaited then.
fn awaited_anew(returned: &Type, body: &Group, ends_with_value: bool) -> Group {
    let mixed = Span::mixed_site();
    let hint = (!is_opaque(returned)).then(|| {
        let returned = inferred(returned);
        quote_spanned!(mixed=> if false { return ::reliable::expansion::returns::<#returned>(); })
    });
    let future = if ends_with_value { quote_spanned!(mixed=> return #body;) } else { body.stream() };
    braced(quote_spanned!(mixed=> async { #hint #future }.await.await), body.span())
}

fn ends_with_value(statements: &[Stmt]) -> bool {
    match statements.last() {
        Some(
            Stmt::Expr(Expr::Macro(ExprMacro { mac, .. }), None) | Stmt::Macro(StmtMacro { mac, semi_token: None, .. }),
        ) => !diverges(mac),
        Some(Stmt::Expr(value, None)) => !matches!(value, Expr::Return(_)),
        _ => false,
    }
}

fn returns(tokens: TokenStream) -> bool {
    mentions(tokens, &|name| name == "return")
}
