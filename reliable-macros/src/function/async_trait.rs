//! What `#[async_trait]` writes around the body of an `async fn`, token for token. Whatever else looks like it is the
//! user's own, and belongs to the body.

use proc_macro2::{Group, Ident};
use quote::ToTokens;
use syn::{
    Block, Expr, ExprBlock, ExprIf, ExprLet, FnArg, Local, LocalInit, Pat, PatIdent, PatTupleStruct, Path,
    PathArguments, Signature, Stmt, Type,
};

use crate::function::tokens::braces;
use crate::function::types::is_same;

// Input:
//     if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<R> { return __ret; }
//     let __self = self;
//     let city = city;
//     let (from, to) = { let __arg2 = __arg2; __arg2 };
//     let __ret: R = { BODY };
//     __ret
//
// Output: the three that take the parameters, and
//     { BODY }
/// Tells what a future does before the body from the body. The first line, which says the type, is never taken.
pub(super) fn taken_apart(block: &Block, sig: &Signature, answer: &Type) -> (Vec<Stmt>, Group) {
    let whole = (Vec::new(), braces(block));
    let [before @ .., last, value] = &*block.stmts else { return whole };
    let takes = match before {
        [first, takes @ ..] if says_the_type(first, answer) => takes,
        takes => takes,
    };
    let are_moves = takes.iter().all(|take| taken(take).is_some_and(|(_, parameter)| is_parameter(parameter, sig)));
    match answered(last, value, answer) {
        Some(body) if are_moves => (takes.to_vec(), braces(body)),
        _ => whole,
    }
}

/// A plain move: the pattern, and what is moved. `let city = city;`, `let __self = self;`, or
/// `let (from, to) = { let __arg2 = __arg2; __arg2 };`
pub(super) fn taken(statement: &Stmt) -> Option<(&Pat, &Ident)> {
    let (pat, value) = bound(statement)?;
    if let Expr::Block(ExprBlock { attrs, label: None, block, .. }) = value {
        let [inside, value] = &*block.stmts else { return None };
        let (inner, moved) = bound(inside)?;
        let stays = name(inner) == Some(moved_name(moved)?) && name(inner) == returned(value);
        let is_plain = attrs.is_empty() && stays && !matches!(pat, Pat::Type(_));
        return is_plain.then_some((pat, moved_name(moved)?));
    }
    let (bound, moved) = (name(pat)?, moved_name(value)?);
    (bound == moved || moved == "self").then_some((pat, moved))
}

/// `let PATTERN = VALUE;`, which nothing but a `#[cfg]` stands above.
fn bound(statement: &Stmt) -> Option<(&Pat, &Expr)> {
    match statement {
        Stmt::Local(Local { attrs, pat, init: Some(LocalInit { expr, diverge: None, .. }), .. }) => {
            attrs.iter().all(|attr| attr.path().is_ident("cfg")).then_some((pat, &**expr))
        }
        _ => None,
    }
}

/// `if let Some(__ret) = None::<R> { return __ret; }`
fn says_the_type(statement: &Stmt, answer: &Type) -> bool {
    let Stmt::Expr(Expr::If(ExprIf { attrs, cond, then_branch, else_branch: None, .. }), _) = statement else {
        return false;
    };
    let Expr::Let(ExprLet { pat, expr, .. }) = &**cond else { return false };
    let Pat::TupleStruct(PatTupleStruct { path: some, elems, qself: None, .. }) = &**pat else { return false };
    let Expr::Path(none) = &**expr else { return false };
    let [Stmt::Expr(Expr::Return(leaves), Some(_))] = &*then_branch.stmts else { return false };
    let given = leaves.expr.as_deref().and_then(moved_name);
    let is_returned = elems.len() == 1 && name(&elems[0]).is_some() && name(&elems[0]) == given;
    let says_it = is_option(some, "Some") && is_option(&none.path, "None") && none.qself.is_none();
    attrs.is_empty() && is_returned && says_it && allows(&leaves.attrs) && says(&none.path, answer)
}

/// Whether it is this variant of an `Option`, as far as a name can tell.
fn is_option(path: &Path, variant: &str) -> bool {
    let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    matches!(&*names, [.., last] if last == variant)
        && {
            let before = &names[..names.len() - 1];
            before.is_empty()
                || before == ["Option"]
                || matches!(before, [root, option, of] if (root == "core" || root == "std") && option == "option" && of == "Option")
        }
}

/// Whether the arguments of `None::<R>` are the type that the function declares.
fn says(none: &Path, answer: &Type) -> bool {
    let Some(last) = none.segments.last() else { return false };
    let PathArguments::AngleBracketed(said) = &last.arguments else { return false };
    let Ok(said) = syn::parse2::<Type>(said.args.to_token_stream()) else { return false };
    is_same(&said, answer)
}

/// The body of `let __ret: R = { BODY }; __ret`.
fn answered<'a>(statement: &'a Stmt, value: &Stmt, answer: &Type) -> Option<&'a Block> {
    let (Pat::Type(bound), Expr::Block(ExprBlock { attrs, label: None, block, .. })) = bound(statement)? else {
        return None;
    };
    let is_it = name(&bound.pat).is_some() && name(&bound.pat) == returned(value);
    let is_plain = matches!(statement, Stmt::Local(local) if local.attrs.is_empty()) && attrs.is_empty();
    (is_it && is_plain && is_same(&bound.ty, answer)).then_some(block)
}

/// The name that a block ends with.
fn returned(statement: &Stmt) -> Option<&Ident> {
    match statement {
        Stmt::Expr(Expr::Path(path), None) if allows(&path.attrs) && path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}

fn moved_name(value: &Expr) -> Option<&Ident> {
    match value {
        Expr::Path(path) if path.attrs.is_empty() && path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}

/// A name by itself: it takes the value as it is.
fn name(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(PatIdent { attrs, by_ref: None, ident, subpat: None, .. }) if attrs.is_empty() => Some(ident),
        _ => None,
    }
}

fn allows(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().all(|attr| attr.path().is_ident("allow"))
}

fn is_parameter(name: &Ident, sig: &Signature) -> bool {
    sig.inputs.iter().any(|input| match input {
        FnArg::Receiver(_) => name == "self",
        FnArg::Typed(typed) => matches!(&*typed.pat, Pat::Ident(pat) if pat.ident == *name),
    })
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    /// What is taken before the body of `async { … }`, if it is told from it.
    fn takes(inside: &str) -> Option<usize> {
        let sig = parse_quote!(async fn f(&self, city: String, __arg2: (u32, u32)) -> Result<u32, E>);
        let block = syn::parse_str(&format!("{{ {inside} }}")).unwrap();
        let (takes, body) = taken_apart(&block, &sig, &parse_quote!(Result<u32, E>));
        match &*body.to_string() {
            "{ BODY }" => Some(takes.len()),
            whole => {
                assert_eq!(whole, block.to_token_stream().to_string(), "nothing is lost of it");
                None
            }
        }
    }

    const BODY: &str = "let __ret: Result<u32, E> = { BODY }; #[allow(unreachable_code)] __ret";

    #[test]
    fn what_async_trait_writes_is_told_from_the_body() {
        const TYPE: &str =
            "if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<Result<u32, E>> {
            #[allow(unreachable_code)] return __ret; }";
        const MOVES: &str = "let __self = self; let mut city = city; #[cfg(all())] let city = city;
            let (from, _) = { let __arg2 = __arg2; __arg2 };";
        assert_eq!(takes(BODY), Some(0));
        assert_eq!(takes(&format!("{TYPE} {MOVES} {BODY}")), Some(4));
        assert_eq!(takes("let r: Result<u32, E> = { BODY }; r"), Some(0));
    }

    #[test]
    fn what_only_looks_like_it_is_the_users() {
        for before in [
            "let __self = { send(); self };",
            "let city: &str = city;",
            "let ref city = city;",
            "let (a, b) = __arg2;",
            "let city = town;",
            "let city = CITY;",
            "let town = city;",
            "let city = city.into();",
            "let city = self.city;",
            "let _ = city;",
            "let city = city else { send() };",
            "let city;",
            "#[send] let city = city;",
            "let city = { let city = { send(); city }; city };",
            "let city = { send(); let city = city; city };",
            "let city = 'a: { let city = city; city };",
            "let a: A = { let __arg2 = __arg2; __arg2 };",
            "let (a, b) = { let __arg2 = __arg2; __arg3 };",
            "let __self = self; send();",
            "send!();",
            "fn city() {}",
            "if let Some(_) = None::<u32> {} else { send(); }",
            "if let Some(r) = None::<Result<u32, E>> { return r; } else { send(); }",
            "if let Some(r) = None::<Result<u8, E>> { return r; }",
            "if let Some(r) = None::<Result<u32, E>> { send(); return r; }",
            "if let Some(r) = None::<Result<u32, E>> { return other; }",
            "if let Some(r) = mine::None::<Result<u32, E>> { return r; }",
            "if let Some(r) = None { return r; }",
            "if let Mine(r) = None::<Result<u32, E>> { return r; }",
            "if let Some(r) = None::<Result<u32, E>> && send() { return r; }",
            "let city = city; if let Some(r) = None::<Result<u32, E>> { return r; }",
        ] {
            assert_eq!(takes(&format!("{before} {BODY}")), None, "{before}");
        }
        for whole in [
            "let r: Result<u8, E> = { BODY }; r",
            "let r = { BODY }; r",
            "let r: Result<u32, E> = { BODY }; other",
            "let r: Result<u32, E> = 'a: { BODY }; r",
            "let r: Result<u32, E> = unsafe { BODY }; r",
            "let r: Result<u32, E> = { BODY }; #[send] r",
            "let r: Result<u32, E> = { BODY }; r;",
        ] {
            assert_eq!(takes(whole), None, "{whole}");
        }
    }
}
