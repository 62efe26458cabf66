//! Code that is being typed. What the compiler says of it by itself is not told again.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::{Block, Stmt};

/// Whether this is no item, and the compiler has refused the attribute on it.
pub(crate) fn is_no_item(tokens: &TokenStream) -> bool {
    let statements = Block::parse_within.parse2(tokens.clone()).unwrap_or_default();
    matches!(statements.first(), Some(Stmt::Local(_) | Stmt::Expr(..)))
}

/// Whether a parameter of this function lacks its type, and the compiler has said so.
pub(crate) fn lacks_a_type(function: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = function.clone().into_iter().skip_while(|token| !is_ident(token, &["fn"])).collect();
    let outside = outside_of_generics(&tokens);
    let parameters = tokens.iter().zip(outside).find_map(|(token, outside)| match token {
        TokenTree::Group(group) if outside && group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
        _ => None,
    });
    let parameters: Vec<TokenTree> = parameters.into_iter().flatten().collect();
    let outside = outside_of_generics(&parameters);
    let ends = parameters.iter().zip(outside).map(|(token, outside)| outside && is_punct(token, ','));
    let mut ends = ends.collect::<Vec<_>>().into_iter();
    parameters.split(|_| ends.next().unwrap_or(false)).any(|parameter| !parameter.is_empty() && !has_a_type(parameter))
}

/// `city: &str`, `self`, `#[cfg(test)] city: &str`; but neither `city` nor `city:`.
fn has_a_type(parameter: &[TokenTree]) -> bool {
    let colon = (0..parameter.len()).find(|&at| {
        let is_colon = |at: usize| parameter.get(at).is_some_and(|token| is_punct(token, ':'));
        is_colon(at) && !is_colon(at + 1) && !(at > 0 && is_colon(at - 1))
    });
    let is_another = parameter.iter().any(|token| is_ident(token, &["self"]) || is_punct(token, '.'));
    is_another || colon.is_some_and(|at| at + 1 < parameter.len())
}

/// For each token, whether it stands in no `<…>`.
fn outside_of_generics(tokens: &[TokenTree]) -> Vec<bool> {
    let (mut depth, mut arrow) = (0_usize, false);
    let outside = tokens.iter().map(|token| {
        if is_punct(token, '<') {
            depth += 1;
        } else if is_punct(token, '>') && !arrow {
            depth = depth.saturating_sub(1);
        }
        arrow = is_punct(token, '-');
        depth == 0
    });
    outside.collect()
}

/// Whether a body breaks off at its end, so that the compiler points at its last brace.
pub(crate) fn breaks_off(body: &TokenStream) -> bool {
    const AWAIT_MORE: [&str; 12] =
        ["let", "match", "if", "while", "for", "in", "as", "mut", "ref", "move", "else", "fn"];
    match body.clone().into_iter().last() {
        Some(TokenTree::Punct(mark)) => !matches!(mark.as_char(), ';' | '?'),
        Some(token) => is_ident(&token, &AWAIT_MORE),
        None => false,
    }
}

fn is_ident(token: &TokenTree, names: &[&str]) -> bool {
    matches!(token, TokenTree::Ident(ident) if names.iter().any(|name| ident == name))
}

fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_without_a_type_is_seen() {
        let lacks = |function: &str| lacks_a_type(&function.parse().unwrap());
        for function in
            ["fn f(city)", "fn f(city: )", "async fn f(a: u32, ci) -> u32 {}", "fn f<T: Fn(u32)>(a: T, mut)"]
        {
            assert!(lacks(function), "{function}");
        }
        for function in [
            "fn f()",
            "fn f(&mut self, a: u32,)",
            "fn f<T: Fn(u32) -> u8>(a: HashMap<T, u8>, (b, c): (u8, std::io::Error))",
            "extern fn f(a: u32, ...)",
            "fn f(#[cfg(test)] a: u32)",
            "struct S",
        ] {
            assert!(!lacks(function), "{function}");
        }
    }

    #[test]
    fn a_body_breaks_off_where_more_must_follow() {
        for (body, expected) in
            [("city.", true), ("let", true), ("a +", true), ("f(a)?", false), ("a;", false), ("", false)]
        {
            assert_eq!(breaks_off(&body.parse().unwrap()), expected, "{body}");
        }
    }
}
