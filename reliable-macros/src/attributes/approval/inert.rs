//! Which attributes leave the body of a function alone.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

use crate::function::tokens::plain;
use crate::stack::is_marker;

/// Those of the language.
const OF_THE_LANGUAGE: [&str; 18] = [
    "allow",
    "cfg",
    "cold",
    "coverage",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "export_name",
    "forbid",
    "inline",
    "link_section",
    "must_use",
    "no_mangle",
    "optimize",
    "target_feature",
    "track_caller",
    "warn",
];

/// Tools that read attributes of their own.
const OF_TOOLS: [&str; 5] = ["clippy", "diagnostic", "miri", "rust_analyzer", "rustfmt"];

/// Macros that are known to keep the body, whatever they put around it: of rmcp, of rig, of `tracing`.
const KEEP_THE_BODY: [&str; 3] = ["tool", "rig_tool", "instrument"];

/// The first of those that are still to be expanded and may put another body in the place of this one.
pub(super) fn may_replace_the_body(attrs: &[Attribute]) -> Option<String> {
    attrs.iter().find_map(|attr| replaces(&attr.meta))
}

fn replaces(meta: &Meta) -> Option<String> {
    let (path, tokens) = match meta {
        Meta::List(list) => (&list.path, list.tokens.clone()),
        _ => (meta.path(), TokenStream::new()),
    };
    let (first, last) = (&path.segments.first()?.ident, &path.segments.last()?.ident);
    let is_one_of = |known: &[&str], name| known.iter().any(|known| name == known);
    if path.is_ident("cfg_attr") {
        let attrs = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens);
        return attrs.map_or_else(|_| Some(plain(path)), |attrs| attrs.iter().skip(1).find_map(replaces));
    }
    let is_harmless = match path.get_ident() {
        Some(only) => is_one_of(&OF_THE_LANGUAGE, only),
        None => is_one_of(&OF_TOOLS, first),
    };
    (!is_harmless && !is_one_of(&KEEP_THE_BODY, last) && !is_marker(&tokens)).then(|| plain(path.to_token_stream()))
}
