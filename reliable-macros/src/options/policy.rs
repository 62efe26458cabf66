//! The policy behind an attribute: made of its options, or ready-made and passed in their place.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::Setting;
use crate::function::tokens::{at, mentions};
use crate::options::Options;
use crate::options::rows::{Goes, Row};
use crate::options::values::is_literal;

/// What the messages and the expansion say of the policy. Its options are the attribute's rows that go into it.
pub(crate) struct Policy {
    /// The type in the runtime: `CircuitBreaker`.
    pub(crate) ty: &'static str,
    /// How to say that an option is in a ready-made one already: `the breaker has its own`.
    pub(crate) has_its_own: &'static str,
    /// What to write in the place of a literal, which is certainly no policy: `a policy of type …: write …`.
    pub(crate) takes: Option<&'static str>,
}

impl Policy {
    /// Refuses options beside a ready-made policy that has them already, and a literal that is none.
    pub(crate) fn check(&self, options: &Options, errors: &mut Errors) {
        let Some(value) = &options.positional else { return };
        if let Some(key) = options.first(|row| row.goes != Goes::Elsewhere) {
            errors.add(key, format!("{} `{key}`: set it there, or write all options here", self.has_its_own));
        }
        if let Some(takes) = self.takes.filter(|_| is_literal(value)) {
            errors.add(value, format!("`#[{}]` takes {takes}", options.attribute));
        }
    }

    /// One that belongs to the call.
    pub(crate) fn of_the_call(&self, options: &Options, errors: &mut Errors) -> Setting {
        if let Some(policy) = &options.positional {
            return self.ready_made(policy);
        }
        let mut literal = true;
        let policy = self.made(options, |row, expr| {
            literal &= is_literal(expr);
            row.call(expr, errors)
        });
        built(&policy, literal)
    }

    /// A state that all calls share: of the user's, or one that the function keeps in a `static` of this name; with the
    /// option `key` one for each key.
    pub(crate) fn shared(&self, name: &str, options: &Options, function: &Function, errors: &mut Errors) -> Setting {
        let mixed = Span::mixed_site();
        let ty = self.ty();
        let new = self.made(options, |row, expr| {
            must_be_constant(row.key, expr, function, errors);
            row.call(expr, errors)
        });
        let (one, many) = (Ident::new(name, mixed), Ident::new(&format!("{name}S"), mixed));
        // An error about the key's type points at the key.
        let key = options.value("key").map(|key| quote_spanned!(at(key.span())=> &#key));
        let value = match (&options.positional, key) {
            (Some(shared), None) => {
                let span = at(shared.span());
                return Setting { ty: Some(quote_spanned!(span=> &#ty)), value: quote_spanned!(span=> &#shared) };
            }
            (Some(shared), Some(key)) => quote_spanned!(at(shared.span())=> ::reliable::Keyed::get(&#shared, #key)),
            (None, None) => quote_spanned!(mixed=> { static #one: #ty = #new; &#one }),
            (None, Some(key)) => {
                let get = quote_spanned!(at(key.span())=> #many.get(#key));
                quote_spanned!(mixed=> {
                    static #many: ::reliable::Keyed<#ty> = ::reliable::Keyed::new(|| #new);
                    #get
                })
            }
        };
        Setting { ty: None, value }
    }

    fn ty(&self) -> TokenStream {
        let ty = Ident::new(self.ty, Span::mixed_site());
        quote_spanned!(Span::mixed_site()=> ::reliable::#ty)
    }

    /// `::reliable::Retry::new().max(3)`: the constructor first, then what has a value as it is written, then what has none.
    fn made(&self, options: &Options, mut call: impl FnMut(&Row, &Expr) -> TokenStream) -> TokenStream {
        let mixed = Span::mixed_site();
        let ty = self.ty();
        let mut makers = options.rows.iter().filter(|row| row.goes == Goes::MakesPolicy);
        let maker = makers.find_map(|row| Some((row, options.value(row.key)?)));
        let new = maker.map_or_else(|| quote_spanned!(mixed=> new()), |(row, expr)| call(row, expr));
        let with_value = options.values().filter(|(row, _)| row.goes == Goes::IntoPolicy);
        let calls: TokenStream = with_value
            .map(|(row, expr)| {
                let call = call(row, expr);
                quote_spanned!(mixed=> .#call)
            })
            .collect();
        let flags = options.rows.iter().filter(|row| row.goes == Goes::IntoPolicy && options.flag(row.key));
        let flags = flags.map(|row| Ident::new(row.key, mixed));
        quote_spanned!(mixed=> #ty::#new #calls #(.#flags())*)
    }

    /// One that has a name is there already; any other expression makes one.
    fn ready_made(&self, policy: &Expr) -> Setting {
        let ty = self.ty();
        let span = at(policy.span());
        if let Expr::Path(_) = policy {
            Setting { ty: Some(quote_spanned!(span=> &#ty)), value: quote_spanned!(span=> &#policy) }
        } else {
            Setting { ty: Some(ty), value: quote_spanned!(span=> #policy) }
        }
    }
}

/// A policy made of options. Of literals the compiler makes it, once and for all; of other values each call does.
pub(crate) fn built(policy: &TokenStream, literal: bool) -> Setting {
    let mixed = Span::mixed_site();
    let value = if literal { quote_spanned!(mixed=> const { &#policy }) } else { policy.clone() };
    Setting { ty: None, value }
}

/// Notes an error if a value of a state that outlives the call depends on the call.
fn must_be_constant(key: &str, expr: &Expr, function: &Function, errors: &mut Errors) {
    let of_the_call = |name: &Ident| name == "self" || function.binds(name);
    if mentions(expr.to_token_stream(), &of_the_call) {
        errors.add(
            expr,
            format!("`{key}` belongs to a state that all calls share: write a literal or a constant, or pass a ready-made state instead of options"),
        );
    }
}
