//! `#[derive(Transient)]`: an error type says itself what is worth a retry.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Attribute, Expr, ExprLit, Field, Fields, Generics, Index, Item, Lit, Member, Meta, Type, WherePredicate,
    parse_quote_spanned,
};

use crate::attributes::transient::condition::Condition;
use crate::errors::Errors;
use crate::function::tokens::{at, last_segment, mentions};
use crate::options::Options;
use crate::options::rows::{Row, Takes};

mod condition;

const OPTIONS: [Row; 3] = [
    Row::beside("when", Takes::Expression).also(&["if", "retry"]),
    Row::beside("after", Takes::Expression).also(&["retry_after", "delay", "wait"]),
    Row::beside("forward", Takes::Nothing).also(&["source", "transparent"]),
];

/// A variant, or a struct as the only one.
struct Variant {
    path: TokenStream,
    verdict: Verdict,
}

enum Verdict {
    /// Not worth a retry.
    Final,
    /// Worth a retry, perhaps only if its fields say so, and after a delay that one of them holds.
    Transient { when: Option<Condition>, after: Option<(Member, Span)> },
    /// What the error in a field says.
    Forward(Member, Box<Type>),
}

// Input:
//     enum WeatherError { #[transient] Busy, #[transient(after = wait)] Limited { wait: Duration }, NoSuchCity, Fault(#[from] Fault) }
//
// Output:
//     impl ::reliable::Transient for WeatherError {
//         fn is_transient(&self) -> bool {
//             match self {
//                 Self::Busy { .. } => true,
//                 Self::Limited { .. } => true,
//                 Self::NoSuchCity { .. } => false,
//                 Self::Fault { 0: wrapped, .. } => ::reliable::Transient::is_transient(wrapped),
//             }
//         }
//         fn retry_after(&self) -> ::core::option::Option<::core::time::Duration> { … the same with delays … }
//         fn fault(&self) -> ::core::option::Option<::reliable::FaultKind> { … what the wrapped error carries … }
//     }
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let parsed = match syn::parse2::<Item>(item) {
        Ok(Item::Enum(item)) => {
            misplaced(&item.attrs, "goes on a variant: move it to the one that is worth a retry", &mut errors);
            let name = |ident: &Ident| quote_spanned!(at(ident.span())=> Self::#ident);
            let variants = item.variants.iter();
            let variants = variants.map(|it| Variant::parse(name(&it.ident), &it.attrs, &it.fields, &mut errors));
            Ok((item.ident.clone(), item.generics.clone(), variants.collect()))
        }
        Ok(Item::Struct(item)) => {
            let path = quote_spanned!(Span::mixed_site()=> Self);
            let only = Variant::parse(path, &item.attrs, &item.fields, &mut errors);
            Ok((item.ident, item.generics, vec![only]))
        }
        Ok(Item::Union(item)) => Err(syn::Error::new_spanned(
            item.union_token,
            "`#[derive(Transient)]` can't tell what a `union` holds: write `impl reliable::Transient` by hand",
        )),
        Ok(other) => Err(syn::Error::new_spanned(other, "`#[derive(Transient)]` goes on an `enum` or a `struct`")),
        Err(error) => Err(error),
    };
    let (name, generics, variants) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return error.to_compile_error(),
    };
    // What is faulty counts as not marked: the impl is there all the same, so that its lack is no second error.
    let errors = errors.finish().err().map(|error| error.to_compile_error());
    let implemented = implementation(&name, generics, &variants);
    quote_spanned!(Span::mixed_site()=> #errors #implemented)
}

fn implementation(name: &Ident, mut generics: Generics, variants: &[Variant]) -> TokenStream {
    let parameters: Vec<Ident> = generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    let bounds: Vec<WherePredicate> = variants.iter().filter_map(|variant| variant.bound(&parameters)).collect();
    if !bounds.is_empty() {
        generics.make_where_clause().predicates.extend(bounds);
    }
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let is_transient = matched(variants, variants.iter().map(Variant::is_transient));
    let retry_after = matched(variants, variants.iter().map(Variant::retry_after));
    let fault = matched(variants, variants.iter().map(Variant::fault));
    quote_spanned!(Span::mixed_site()=>
        #[automatically_derived]
        impl #impl_generics ::reliable::Transient for #name #ty_generics #where_clause {
            fn is_transient(&self) -> bool {
                #is_transient
            }
            fn retry_after(&self) -> ::core::option::Option<::core::time::Duration> {
                #retry_after
            }
            fn fault(&self) -> ::core::option::Option<::reliable::FaultKind> {
                #fault
            }
        }
    )
}

/// Without variants there is no value to match either, and a reference must not hide that.
fn matched(variants: &[Variant], arms: impl Iterator<Item = TokenStream>) -> TokenStream {
    let value = if variants.is_empty() {
        quote_spanned!(Span::mixed_site()=> *self)
    } else {
        quote_spanned!(Span::mixed_site()=> self)
    };
    quote_spanned!(Span::mixed_site()=> match #value { #(#arms)* })
}

impl Variant {
    fn parse(path: TokenStream, attrs: &[Attribute], fields: &Fields, errors: &mut Errors) -> Variant {
        for field in fields {
            misplaced(
                &field.attrs,
                "goes on a variant, and names a field like this: `#[transient(after = field)]`",
                errors,
            );
        }
        let mut marks = attrs.iter().filter(|attr| attr.path().is_ident("transient"));
        let verdict = match (marks.next(), marks.next()) {
            (None, _) => {
                let fault = wrapped(fields).filter(|(_, field)| is_fault(&field.ty));
                fault.map_or(Verdict::Final, |(member, field)| Verdict::forward(member, field))
            }
            (Some(mark), None) => Verdict::parse(mark, fields, errors).unwrap_or(Verdict::Final),
            (Some(_), Some(second)) => {
                errors.add(second, "`#[transient]` stands here twice: remove one of them");
                Verdict::Final
            }
        };
        Variant { path, verdict }
    }

    /// What a generic variant demands of its parameters, so that it can be asked.
    fn bound(&self, parameters: &[Ident]) -> Option<WherePredicate> {
        let Verdict::Forward(_, ty) = &self.verdict else { return None };
        mentions(ty.to_token_stream(), &|name| parameters.contains(name))
            .then(|| parse_quote_spanned!(at(ty.span())=> #ty: ::reliable::Transient))
    }

    fn is_transient(&self) -> TokenStream {
        let Variant { path, verdict } = self;
        let mixed = Span::mixed_site();
        match verdict {
            Verdict::Final => quote_spanned!(mixed=> #path { .. } => false,),
            Verdict::Transient { when: Some(Condition { fields, answer }), .. } => {
                quote_spanned!(mixed=> #path { #fields .. } => #answer,)
            }
            Verdict::Transient { when: None, .. } => quote_spanned!(mixed=> #path { .. } => true,),
            Verdict::Forward(member, ty) => self.forwarded(member, ty, "is_transient"),
        }
    }

    fn retry_after(&self) -> TokenStream {
        let Variant { path, verdict } = self;
        let mixed = Span::mixed_site();
        match verdict {
            Verdict::Transient { after: Some((member, span)), .. } => {
                let asked = quote_spanned!(at(*span)=> ::reliable::expansion::AskedDelay::asked_delay(after));
                quote_spanned!(mixed=> #path { #member: after, .. } => #asked,)
            }
            Verdict::Final | Verdict::Transient { after: None, .. } => {
                quote_spanned!(mixed=> #path { .. } => ::core::option::Option::None,)
            }
            Verdict::Forward(member, ty) => self.forwarded(member, ty, "retry_after"),
        }
    }

    fn fault(&self) -> TokenStream {
        match &self.verdict {
            Verdict::Forward(member, ty) => self.forwarded(member, ty, "fault"),
            Verdict::Final | Verdict::Transient { .. } => {
                let path = &self.path;
                quote_spanned!(Span::mixed_site()=> #path { .. } => ::core::option::Option::None,)
            }
        }
    }

    /// Leaves the answer to the error in a field.
    fn forwarded(&self, member: &Member, ty: &Type, question: &str) -> TokenStream {
        let path = &self.path;
        let question = Ident::new(question, at(ty.span()));
        let asked = quote_spanned!(at(ty.span())=> ::reliable::Transient::#question(wrapped));
        quote_spanned!(Span::mixed_site()=> #path { #member: wrapped, .. } => #asked,)
    }
}

impl Verdict {
    fn forward(member: Member, field: &Field) -> Verdict {
        Verdict::Forward(member, Box::new(field.ty.clone()))
    }

    fn parse(mark: &Attribute, fields: &Fields, errors: &mut Errors) -> Option<Verdict> {
        let args = match &mark.meta {
            Meta::Path(_) => TokenStream::new(),
            Meta::List(list) => list.tokens.clone(),
            Meta::NameValue(_) => {
                errors.add(
                    &mark.meta,
                    "`#[transient]` takes its options in parentheses: write `#[transient(after = field)]`",
                );
                return None;
            }
        };
        let options = Options::parse("transient", &OPTIONS, &[], args, mark.span(), errors);
        if let Some(value) = &options.positional {
            errors.add(
                value,
                "`#[transient]` takes `after = field` or `forward`: write `#[transient]` for a variant that is always worth a retry",
            );
            return None;
        }
        let when = options.value("when").map(|when| Condition::of(when, fields));
        match (options.value("after"), options.flag("forward")) {
            (_, true) if when.is_some() => {
                let message = "the wrapped error says itself what is worth a retry: remove `when`, or `forward`";
                errors.add(options.first_of(&["when"]), message);
                None
            }
            (Some(_), true) => {
                let message = "the wrapped error knows the delay, too: remove `after`, or `forward`";
                errors.add(options.first_of(&["after"]), message);
                None
            }
            (Some(field), false) => {
                let member = errors.take(named(field, fields))?;
                let ty = fields.iter().zip(fields.members()).find(|(_, it)| *it == member).map(|(field, _)| &field.ty);
                Some(Verdict::Transient { when, after: Some((member, ty.map_or(field.span(), Spanned::span))) })
            }
            (None, true) => {
                let forward = wrapped(fields).map(|(member, field)| Verdict::forward(member, field));
                if forward.is_none() {
                    errors.add(
                        options.first_of(&["forward"]),
                        "`forward` asks the wrapped error, and none is marked here: write `#[source]` on its field",
                    );
                }
                forward
            }
            (None, false) => Some(Verdict::Transient { when, after: None }),
        }
    }
}

/// The field that wraps another error: the one marked so for `thiserror`, or the only one.
fn wrapped(fields: &Fields) -> Option<(Member, &Field)> {
    let marks = ["from", "source"];
    let is_marked = |field: &Field| field.attrs.iter().any(|attr| marks.iter().any(|mark| attr.path().is_ident(mark)));
    let mut all = fields.members().zip(fields);
    if fields.len() == 1 { all.next() } else { all.find(|(_, field)| is_marked(field)) }
}

/// Known by the last segment, so that `reliable::Fault` is found too.
fn is_fault(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|last| last.ident == "Fault")
}

/// The field that `after = …` names: by its name, or by its place.
fn named(field: &Expr, fields: &Fields) -> syn::Result<Member> {
    let member = match field {
        Expr::Path(path) => path.path.get_ident().cloned().map(Member::Named),
        Expr::Lit(ExprLit { lit: Lit::Int(index), .. }) => {
            Some(Member::Unnamed(Index { index: index.base10_parse()?, span: index.span() }))
        }
        _ => None,
    };
    let known: Vec<Member> = fields.members().collect();
    if let Some(member) = known.iter().find(|known| Some(*known) == member.as_ref()) {
        return Ok(member.clone());
    }
    let names: Vec<String> = known.iter().map(|member| format!("`{}`", member.to_token_stream())).collect();
    let message = match names.as_slice() {
        [] => "`after` names the field that holds the delay, and there is no field here: remove `after`".to_owned(),
        [only] => format!("`after` names the field that holds the delay: write {only}"),
        names => format!("`after` names the field that holds the delay: write one of {}", names.join(", ")),
    };
    Err(syn::Error::new_spanned(field, message))
}

fn misplaced(attrs: &[Attribute], remedy: &str, errors: &mut Errors) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("transient")) {
        errors.add(attr, format!("`#[transient]` {remedy}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_impl_is_what_a_person_would_write() {
        let item = quote::quote! {
            enum WeatherError<E> {
                #[transient]
                Busy,
                #[transient(after = wait)]
                RateLimited { model: String, wait: Duration },
                NoSuchCity(String),
                #[transient(forward)]
                Transport(E),
                Fault(#[from] reliable::Fault),
            }
        };
        let expected = expect_test::expect![[r"
            #[automatically_derived]
            impl<E> ::reliable::Transient for WeatherError<E>
            where
                E: ::reliable::Transient,
            {
                fn is_transient(&self) -> bool {
                    match self {
                        Self::Busy { .. } => true,
                        Self::RateLimited { .. } => true,
                        Self::NoSuchCity { .. } => false,
                        Self::Transport { 0: wrapped, .. } => {
                            ::reliable::Transient::is_transient(wrapped)
                        }
                        Self::Fault { 0: wrapped, .. } => {
                            ::reliable::Transient::is_transient(wrapped)
                        }
                    }
                }
                fn retry_after(&self) -> ::core::option::Option<::core::time::Duration> {
                    match self {
                        Self::Busy { .. } => ::core::option::Option::None,
                        Self::RateLimited { wait: after, .. } => {
                            ::reliable::expansion::AskedDelay::asked_delay(after)
                        }
                        Self::NoSuchCity { .. } => ::core::option::Option::None,
                        Self::Transport { 0: wrapped, .. } => {
                            ::reliable::Transient::retry_after(wrapped)
                        }
                        Self::Fault { 0: wrapped, .. } => ::reliable::Transient::retry_after(wrapped),
                    }
                }
                fn fault(&self) -> ::core::option::Option<::reliable::FaultKind> {
                    match self {
                        Self::Busy { .. } => ::core::option::Option::None,
                        Self::RateLimited { .. } => ::core::option::Option::None,
                        Self::NoSuchCity { .. } => ::core::option::Option::None,
                        Self::Transport { 0: wrapped, .. } => ::reliable::Transient::fault(wrapped),
                        Self::Fault { 0: wrapped, .. } => ::reliable::Transient::fault(wrapped),
                    }
                }
            }
        "]];
        expected.assert_eq(&prettyplease::unparse(&syn::parse2(derive(item)).unwrap()));
    }
}
