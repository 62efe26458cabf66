//! Tokens and names: where generated ones stand, what the user's mention, and what a path is known by.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Block, Macro, PathSegment, Type};

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

/// The text of a path or a type, without the spaces that tokens have between them.
pub(crate) fn plain(tokens: impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, plain) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" ::", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" >", ">"),
        ("- >", "->"),
        ("& ", "&"),
        (" ,", ","),
        (" ;", ";"),
        ("' ", "'"),
        (" .. ", ".."),
    ] {
        text = text.replace(spaced, plain);
    }
    text
}

/// A block as the one group that it is.
pub(crate) fn braces(block: &Block) -> Group {
    match block.to_token_stream().into_iter().next() {
        Some(TokenTree::Group(group)) => group,
        _ => braced(TokenStream::new(), block.brace_token.span.join()),
    }
}

/// Tokens in braces that stand at a place.
pub(crate) fn braced(tokens: TokenStream, span: Span) -> Group {
    let mut braces = Group::new(Delimiter::Brace, tokens);
    braces.set_span(span);
    braces
}

/// Whether it is `unreachable!()` or the like: the compiler tells of whatever is to be done with its value.
pub(crate) fn diverges(call: &Macro) -> bool {
    const NEVER: [&str; 4] = ["panic", "todo", "unimplemented", "unreachable"];
    call.path.segments.last().is_some_and(|last| NEVER.iter().any(|name| last.ident == name))
}

/// Whether a name that is `wanted` is anywhere in `tokens`.
pub(crate) fn mentions(tokens: TokenStream, wanted: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => wanted(&name),
        TokenTree::Group(group) => mentions(group.stream(), wanted),
        _ => false,
    })
}

/// Whether an expression uses this name, be it in a format string.
pub(crate) fn uses(tokens: impl ToTokens, name: &Ident) -> bool {
    tokens.into_token_stream().into_iter().any(|token| match token {
        TokenTree::Ident(it) => it == *name,
        TokenTree::Group(group) => uses(group.stream(), name),
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            [format!("{{{name}}}"), format!("{{{name}:")].iter().any(|used| text.contains(used))
        }
        TokenTree::Punct(_) => false,
    })
}

/// What a body knows its receiver by, where it has a clone of it: nothing can hide `self`.
pub(crate) fn this() -> Ident {
    Ident::new("this", Span::mixed_site())
}

/// The same with another name in the place of the receiver's, which is `self` mostly. In an item within it `self` is another one,
/// and in `self::name` it is none.
pub(crate) fn renamed(tokens: TokenStream, receiver: &Ident, new: &Ident) -> TokenStream {
    if !mentions(tokens.clone(), &|name| name == receiver) {
        return tokens;
    }
    let mut in_item = false;
    let mut tokens = tokens.into_iter().peekable();
    let mut written = TokenStream::new();
    while let Some(token) = tokens.next() {
        written.extend([match token {
            TokenTree::Ident(name) if name == *receiver && !in_item && !is_colon(tokens.peek()) => {
                let mut new = new.clone();
                new.set_span(new.span().located_at(name.span()));
                new.into()
            }
            TokenTree::Ident(name) => {
                in_item |= name == "impl" || name == "trait" || name == "fn";
                name.into()
            }
            TokenTree::Group(group) if !in_item => with_inside(&group, renamed(group.stream(), receiver, new)).into(),
            TokenTree::Group(group) => {
                in_item = group.delimiter() != Delimiter::Brace;
                group.into()
            }
            other => other,
        }]);
    }
    written
}

/// A group with something else in it.
pub(crate) fn with_inside(group: &Group, tokens: TokenStream) -> Group {
    let mut inside = Group::new(group.delimiter(), tokens);
    inside.set_span(group.span());
    inside
}

fn is_colon(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(mark)) if mark.as_char() == ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_used_in_a_format_string_too() {
        let name = Ident::new("model", Span::call_site());
        let is_used = |text: &str| uses(text.parse::<TokenStream>().unwrap(), &name);
        for text in ["model.limit", "f(&[model])", "format!(\"{model}\")", "format!(\"{n}, {model:?}\")"] {
            assert!(is_used(text), "{text}");
        }
        for text in ["models", "\"model\"", "format!(\"{models}\")", "self.a"] {
            assert!(!is_used(text), "{text}");
        }
    }

    #[test]
    fn this_takes_the_place_of_self_where_that_is_the_receiver() {
        let body: TokenStream =
            "self.a(&self, [self.b]); self::c(Self::D); struct E; impl E { fn f(self) { self.g() } } { self }"
                .parse()
                .unwrap();
        let expected: TokenStream =
            "this.a(&this, [this.b]); self::c(Self::D); struct E; impl E { fn f(self) { self.g() } } { this }"
                .parse()
                .unwrap();
        let receiver = Ident::new("self", Span::call_site());
        assert_eq!(renamed(body, &receiver, &this()).to_string(), expected.to_string());
    }
}
