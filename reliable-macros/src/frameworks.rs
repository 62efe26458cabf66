//! What expansions know of the frameworks that tools are written for.

use quote::ToTokens;
use syn::Type;

use crate::function::tokens::mentions;

pub(crate) mod rig;
pub(crate) mod rmcp;

/// Whether it is something that a framework hands to a tool beside its arguments, and that says nothing to a human.
pub(crate) fn hand_over(ty: &Type) -> bool {
    const HANDED: [&str; 3] = ["RoleServer", "ToolContext", "CancellationToken"];
    mentions(ty.to_token_stream(), &|name| HANDED.iter().any(|handed| name == handed))
}
