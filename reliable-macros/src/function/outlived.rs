//! A function that borrows, and returns a future that may not: `fn f(&self) -> Pin<Box<dyn Future<Output = R>>>`. Without
//! attributes it may read what it borrows before it makes the future; with them, that happens in the future.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use syn::visit_mut::{self, VisitMut};
use syn::{
    FnArg, GenericArgument, Lifetime, Pat, PathArguments, Receiver, ReceiverKind, Signature, Type, TypeParamBound,
    TypeReference,
};

/// An error at the first mention of a parameter that the future would have to borrow, and may not.
pub(super) fn check(sig: &Signature, returned: &Type, body: &Group) -> syn::Result<()> {
    if !is_static(returned) {
        return Ok(());
    }
    let borrowed: Vec<Ident> = sig.inputs.iter().filter_map(borrowed).collect();
    let Some(name) = mention(body.stream(), &borrowed) else { return Ok(()) };
    Err(syn::Error::new(
        name.span(),
        format!(
            "what is done before there is a future is done in it, and this future may not borrow `{name}`: write `+ '_` in its type, as in `Pin<Box<dyn Future<Output = …> + Send + '_>>`, or an `async fn`"
        ),
    ))
}

/// Whether it is a boxed future that lives for ever.
fn is_static(returned: &Type) -> bool {
    match returned {
        Type::Group(group) => is_static(&group.elem),
        Type::Paren(paren) => is_static(&paren.elem),
        Type::TraitObject(future) => future.bounds.iter().all(|bound| match bound {
            TypeParamBound::Lifetime(lifetime) => lifetime.ident == "static",
            _ => true,
        }),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return false };
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return false };
            let mut arguments = arguments.args.iter();
            match &*last.ident.to_string() {
                "Pin" | "Box" => {
                    arguments.any(|argument| matches!(argument, GenericArgument::Type(ty) if is_static(ty)))
                }
                _ => arguments.any(
                    |argument| matches!(argument, GenericArgument::Lifetime(lifetime) if lifetime.ident == "static"),
                ),
            }
        }
        _ => false,
    }
}

/// The name of a parameter that is borrowed from the caller.
fn borrowed(input: &FnArg) -> Option<Ident> {
    let name = match input {
        FnArg::Receiver(receiver) => Ident::new("self", receiver.self_token.span),
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => name.ident.clone(),
            _ => return None,
        },
    };
    let mut borrows = Borrows(false);
    borrows.visit_fn_arg_mut(&mut input.clone());
    borrows.0.then_some(name)
}

/// Whether a lifetime of the caller's is found in a type.
struct Borrows(bool);

impl VisitMut for Borrows {
    fn visit_receiver_mut(&mut self, receiver: &mut Receiver) {
        self.0 |= matches!(receiver.kind, ReceiverKind::Reference(_, None, _));
        visit_mut::visit_receiver_mut(self, receiver);
    }

    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        self.0 |= reference.lifetime.is_none();
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        self.0 |= lifetime.ident != "static";
    }
}

/// Where one of these is used: not the name in `let city`, nor a field in `self.city`.
fn mention(tokens: TokenStream, names: &[Ident]) -> Option<Ident> {
    let mut is_other = false;
    tokens.into_iter().find_map(|token| {
        let was_other = std::mem::replace(&mut is_other, begins_another(&token));
        match token {
            TokenTree::Ident(name) if !was_other && names.contains(&name) => Some(name),
            TokenTree::Group(group) => mention(group.stream(), names),
            _ => None,
        }
    })
}

fn begins_another(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(name) => name == "let" || name == "mut",
        TokenTree::Punct(mark) => mark.as_char() == '.',
        _ => false,
    }
}
