//! What expansions know of the frameworks that tools are written for.

use syn::Type;

pub(crate) mod rig;
pub(crate) mod rmcp;

/// Whether it is something that a framework hands to a tool beside its arguments, and that says nothing to a human: known
/// here by its full path. With a framework's feature the runtime knows the types themselves.
pub(crate) fn hands_over(ty: &Type) -> bool {
    const CRATES: [&str; 2] = ["rmcp", "rig"];
    const HANDED: [&str; 3] = ["RequestContext", "Peer", "ToolContext"];
    match ty {
        Type::Reference(reference) => hands_over(&reference.elem),
        Type::Path(path) => {
            let names = || path.path.segments.iter().map(|segment| &segment.ident);
            let is_one_of = |name: Option<_>, known: &[&str]| {
                name.is_some_and(|name: &proc_macro2::Ident| known.iter().any(|known| name == known))
            };
            names().len() > 1 && is_one_of(names().next(), &CRATES) && is_one_of(names().next_back(), &HANDED)
        }
        _ => false,
    }
}
