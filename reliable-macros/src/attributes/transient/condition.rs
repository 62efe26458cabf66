//! `#[transient(when = …)]`: the fields of a variant say whether it is worth a retry.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Expr, Fields, Member};

use crate::function::tokens::{mentions, visible};
use crate::options::values::{self, Argument};

/// What is looked at, and what it comes to.
pub(crate) struct Condition {
    /// `status, 1: _1,`: the fields that the expression uses, under the names that it knows them by.
    pub(crate) fields: TokenStream,
    /// The expression.
    pub(crate) answer: TokenStream,
}

impl Condition {
    // Input:
    //     #[transient(when = status.is_server_error())]
    //     Status { status: StatusCode, body: String }
    //
    //     #[transient(when = *_0 >= 500)]
    //     Code(u16)
    //
    //     #[transient(when = is_busy)]
    //     Other(u16)
    //
    // Output:
    //     Self::Status { status, .. } => status.is_server_error(),
    //     Self::Code { 0: _0, .. } => *_0 >= 500,
    //     Self::Other { 0: _0, .. } => is_busy(_0),
    /// The condition that is written. A path is called with all fields, unless it names one: then that is the answer.
    pub(crate) fn of(when: &Expr, fields: &Fields) -> Condition {
        let known: Vec<(Member, Ident)> = fields.members().map(|member| (member.clone(), name(&member))).collect();
        let field_of_path = match when {
            Expr::Path(path) => path.path.get_ident().and_then(|path| known.iter().find(|(_, name)| name == path)),
            _ => None,
        };
        let mixed = Span::mixed_site();
        let (used, answer): (Vec<_>, _) = match (when, field_of_path) {
            (_, Some(field)) => (vec![field], quote_spanned!(mixed=> *#when)),
            (Expr::Path(path), None) => {
                let arguments: Vec<_> = known.iter().map(|(_, name)| Argument::of(name)).collect();
                (known.iter().collect(), values::call(path, &arguments))
            }
            _ => {
                let is_used = |(_, name): &&(Member, Ident)| mentions(when.to_token_stream(), &|used| used == name);
                (known.iter().filter(is_used).collect(), when.to_token_stream())
            }
        };
        let field = |(member, name): &(Member, Ident)| match member {
            Member::Named(_) => quote_spanned!(mixed=> #name,),
            Member::Unnamed(_) => quote_spanned!(mixed=> #member: #name,),
        };
        let fields = used.into_iter().map(field).collect();
        Condition { fields, answer }
    }
}

/// What a field is called in the expression: `_0`, where it has no name.
fn name(member: &Member) -> Ident {
    match member {
        Member::Named(name) => name.clone(),
        Member::Unnamed(index) => visible(&format!("_{}", index.index)),
    }
}
