//! A function that returns a future, as `#[async_trait]` and `#[tool]` make one of an `async fn`: it is opened, so that
//! everything else sees the `async fn` that it stands for, and closed again when its new body is there.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{
    AssocType, Block, Expr, ExprAsync, ExprCall, ExprLet, FnArg, GenericArgument, Ident, Local, Pat, PatType,
    PathArguments, ReturnType, Signature, Stmt, Token, Type, TypeParamBound, parse_quote,
};

use crate::function::tokens::at;

/// What is left of a function without the `async fn` in it.
pub(crate) struct Shell {
    sig: Signature,
    /// What the function does before it makes the future.
    before: Vec<Stmt>,
    /// `Box::pin`, unless the future is returned as it is.
    boxed: Option<Expr>,
    /// What the future does before the body: it takes the parameters.
    within: Vec<Stmt>,
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
//         Box::pin(async move { let amount = amount; NEW_BODY })
//     }
/// Opens a function that returns a future: the shell, and the body in it. `None` for any other function.
pub(crate) fn open(sig: &mut Signature, body: &Group) -> syn::Result<Option<(Shell, Group)>> {
    let answer = if sig.asyncness.is_none() { output(&mut sig.output).cloned() } else { None };
    let Some(answer) = answer else { return Ok(None) };
    let (before, future) = split(Block::parse_within.parse2(body.stream())?);
    let Some(future) = future else {
        return Err(syn::Error::new(body.span_close(), "expected the future that the signature promises"));
    };
    let (boxed, future) = unboxed(future, &sig.output);
    let (within, body) = match future {
        Expr::Async(ExprAsync { block, .. }) => taken_apart(&block),
        // A future from elsewhere is asked for anew at each attempt.
        future => (Vec::new(), braced(quote_spanned!(at(future.span())=> #future.await), future.span())),
    };
    let shell = Shell { sig: sig.clone(), before, boxed, within };
    shell.undo(sig, answer);
    Ok(Some((shell, body)))
}

impl Shell {
    /// The signature of the function, and its body around that of the `async fn`.
    pub(crate) fn close(&self, inner: &Signature, body: impl ToTokens) -> (Signature, TokenStream) {
        let Shell { before, boxed, within, .. } = self;
        let future = quote_spanned!(Span::mixed_site()=> async move { #(#within)* #body });
        let future = boxed.as_ref().map_or_else(|| future.clone(), |boxed| quote!(#boxed(#future)));
        let mut sig = self.sig.clone();
        if let (Some(output), ReturnType::Type(_, answer)) = (output(&mut sig.output), &inner.output) {
            *output = Type::clone(answer);
        }
        (sig, quote!(#(#before)* #future))
    }

    /// The name that the future has moved the receiver to.
    pub(crate) fn receiver(&self) -> Option<&Ident> {
        self.within.iter().filter_map(taken).find(|(_, parameter)| *parameter == "self").and_then(|(pat, _)| name(pat))
    }

    /// Makes the signature that of the `async fn`, with the parameters as they were before the future took them.
    fn undo(&self, sig: &mut Signature, answer: Type) {
        if let ReturnType::Type(_, ty) = &mut sig.output {
            **ty = answer;
        }
        sig.asyncness = Some(Token![async](sig.fn_token.span));
        for (pat, parameter) in self.within.iter().filter_map(taken) {
            let is_it = |typed: &PatType| matches!(&*typed.pat, Pat::Ident(name) if name.ident == *parameter);
            let typed = sig.inputs.iter_mut().find_map(|input| match input {
                FnArg::Typed(typed) if is_it(typed) => Some(typed),
                _ => None,
            });
            if let Some(typed) = typed {
                *typed.pat = pat.clone();
            }
        }
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

/// The statements, and the value that they end with. A block that is all there is, is entered.
fn split(mut statements: Vec<Stmt>) -> (Vec<Stmt>, Option<Expr>) {
    match statements.pop() {
        Some(Stmt::Expr(Expr::Block(block), None)) if statements.is_empty() && block.label.is_none() => {
            split(block.block.stmts)
        }
        Some(Stmt::Expr(value, None)) => (statements, Some(value)),
        last => {
            statements.extend(last);
            (statements, None)
        }
    }
}

/// `Box::pin` and the future in it.
fn unboxed(future: Expr, returned: &ReturnType) -> (Option<Expr>, Expr) {
    let is_opaque = matches!(returned, ReturnType::Type(_, ty) if matches!(**ty, Type::ImplTrait(_)));
    match future {
        Expr::Call(ExprCall { func, args, .. }) if args.len() == 1 && is_box_pin(&func) => {
            (Some(*func), args[0].clone())
        }
        future if is_opaque => (None, future),
        // What made the future boxed is not known, and so it is done here.
        future => (Some(parse_quote!(::std::boxed::Box::pin)), future),
    }
}

fn is_box_pin(func: &Expr) -> bool {
    let Expr::Path(path) = func else { return false };
    let mut names = path.path.segments.iter().rev().map(|segment| &segment.ident);
    names.next().is_some_and(|last| last == "pin") && names.next().is_some_and(|of| of == "Box")
}

/// Tells what a future does before the body from the body: `#[async_trait]` first says the type in a branch that is never
/// taken, then takes the parameters, and ends with `let ret: R = { BODY }; ret`.
fn taken_apart(block: &Block) -> (Vec<Stmt>, Group) {
    let whole = (Vec::new(), braces(block));
    let [first @ .., Stmt::Local(local), Stmt::Expr(value, None)] = &*block.stmts else { return whole };
    let Some(Expr::Block(body)) = local.init.as_ref().map(|init| &*init.expr) else { return whole };
    let returns_it = name(&local.pat).is_some_and(|bound| path_name(value) == Some(bound));
    let (takes, others): (Vec<_>, Vec<_>) = first.iter().partition(|statement| taken(statement).is_some());
    if returns_it && others.into_iter().all(says_the_type) {
        (takes.into_iter().cloned().collect(), braces(&body.block))
    } else {
        whole
    }
}

/// `if let Some(ret) = None::<R> { return ret; }`
fn says_the_type(statement: &Stmt) -> bool {
    let Stmt::Expr(Expr::If(never), _) = statement else { return false };
    let Expr::Let(ExprLet { expr, .. }) = &*never.cond else { return false };
    matches!(&**expr, Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "None"))
}

/// A block as the one group that it is.
fn braces(block: &Block) -> Group {
    match block.to_token_stream().into_iter().next() {
        Some(TokenTree::Group(group)) => group,
        _ => braced(TokenStream::new(), block.brace_token.span.join()),
    }
}

fn braced(tokens: TokenStream, span: Span) -> Group {
    let mut braces = Group::new(Delimiter::Brace, tokens);
    braces.set_span(span);
    braces
}

/// `let PATTERN = parameter;`, or the same with the parameter in a block of its own.
fn taken(statement: &Stmt) -> Option<(&Pat, &Ident)> {
    let Stmt::Local(Local { pat, init: Some(init), .. }) = statement else { return None };
    let parameter = match &*init.expr {
        Expr::Block(block) => match block.block.stmts.last()? {
            Stmt::Expr(value, None) => path_name(value),
            _ => None,
        },
        value => path_name(value),
    };
    parameter.map(|parameter| (pat, parameter))
}

fn path_name(value: &Expr) -> Option<&Ident> {
    let Expr::Path(path) = value else { return None };
    path.path.get_ident()
}

fn name(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(name) => Some(&name.ident),
        Pat::Type(typed) => name(&typed.pat),
        _ => None,
    }
}
