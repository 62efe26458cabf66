//! Tokens and names: where generated ones stand, what the user's mention, and what a path is known by.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{PathSegment, Type};

/// Generated tokens that stand where the user's stand: names of ours stay ours, and the compiler points at theirs.
pub(crate) fn at(location: Span) -> Span {
    Span::mixed_site().located_at(location)
}

/// Generated tokens which the user's expressions can see, such as the name `error`.
pub(crate) fn visible(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// Moves every token to `location`, and leaves what its names mean.
pub(crate) fn relocate(tokens: impl ToTokens, location: Span) -> TokenStream {
    let relocated = tokens.into_token_stream().into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            let mut moved = Group::new(group.delimiter(), relocate(group.stream(), location));
            moved.set_span(group.span());
            token = moved.into();
        }
        token.set_span(token.span().located_at(location));
        token
    });
    relocated.collect()
}

/// What is in an invisible group, which `macro_rules!` leaves around a fragment: the block of `$body:block`.
pub(crate) fn opened(group: Group) -> Group {
    let mut inside = group.stream().into_iter();
    match (group.delimiter(), inside.next(), inside.next()) {
        (Delimiter::None, Some(TokenTree::Group(only)), None) => opened(only),
        _ => group,
    }
}

/// What a type is known by, however it is reached: `ErrorData` of `rmcp::ErrorData`.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        _ => None,
    }
}

/// Whether a name that is `wanted` is anywhere in `tokens`.
pub(crate) fn mentions(tokens: TokenStream, wanted: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => wanted(&name),
        TokenTree::Group(group) => mentions(group.stream(), wanted),
        _ => false,
    })
}
