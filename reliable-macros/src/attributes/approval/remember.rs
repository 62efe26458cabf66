//! `remember`, `remember(to)`: for which other calls an answer may be remembered.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;

use crate::errors::Errors;
use crate::function::Function;
use crate::options::Options;

// Input:
//     remember
//     remember(to)
//
// Output:
//     .remember().only_here({ struct Here; ::core::any::TypeId::of::<Here>() })
//     .remember_for(&["to"]).only_here(…)
pub(super) fn remember(options: &Options, function: &Function, errors: &mut Errors) -> Option<TokenStream> {
    let mixed = Span::mixed_site();
    let only_here = quote_spanned!(mixed=>
        .only_here({
            struct Here;
            ::core::any::TypeId::of::<Here>()
        })
    );
    let Some(names) = options.names("remember") else {
        return options.flag("remember").then(|| quote_spanned!(mixed=> .remember() #only_here));
    };
    options.must_name("remember", errors);
    let has = |name: &Ident| function.binds(name) || (name == "self" && function.sig.receiver().is_some());
    options.check_names("remember", has, errors);
    for name in names.iter().filter(|name| has(name)) {
        if let Some(message) = unseen(name, options) {
            errors.add(name, message);
        }
    }
    let labels = names.iter().map(|name| name.unraw().to_string());
    Some(quote_spanned!(mixed=> .remember_for(&[#(#labels),*]) #only_here))
}

/// Nobody can say yes to all calls with the same of something that they don't see.
fn unseen(name: &Ident, options: &Options) -> Option<String> {
    let has = |key| options.names(key).map(|names| names.contains(name));
    if has("redact") == Some(true) {
        Some(format!(
            "`{name}` is redacted, and an answer for all calls with the same `{name}` is given by who sees it: remove it from one of them"
        ))
    } else if has("show") == Some(false) {
        Some(format!(
            "`{name}` is not shown, and an answer for all calls with the same `{name}` is given by who sees it: add it to `show(…)`"
        ))
    } else {
        None
    }
}
