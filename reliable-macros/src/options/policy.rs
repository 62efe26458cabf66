//! The policy behind an attribute: made of its options, or ready-made and passed in their place.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::Setting;
use crate::function::tokens::{at, mentions};
use crate::options::rows::{Goes, Row, Takes};
use crate::options::values::{borrowed, is_literal, word};
use crate::options::{Options, durations};

/// What the messages and the expansion say of the policy. Its options are the attribute's rows that go into it.
pub(crate) struct ReadyMade {
    /// The type in the runtime: `CircuitBreaker`.
    pub(crate) ty: &'static str,
    /// How to say that an option is in a ready-made one already: `the breaker has its own`.
    pub(crate) has_its_own: &'static str,
    /// What to call it in the place of a literal, which is certainly none: `a policy of type`.
    pub(crate) article: &'static str,
    /// The option that a literal was most likely meant for, an example of its value, and what that is.
    pub(crate) example: (&'static str, &'static str, &'static str),
}

/// What has a state of its own, where the calls are to share one only with some of the others: a host, a tenant.
pub(crate) const KEY: Row = Row::beside("key", Takes::Expression);

impl ReadyMade {
    /// Refuses options beside a ready-made policy that has them already, and a literal that is none.
    pub(crate) fn check(&self, options: &Options, function: &Function, errors: &mut Errors) {
        let Some(value) = &options.positional else { return };
        if is_literal(value) {
            errors.add(value, self.instead_of(value, options));
        } else if let Some(message) = options.misspelt(function) {
            errors.add(value, message);
        } else if let Some(key) = options.first(|row| row.goes != Goes::Elsewhere) {
            errors.add(key, format!("{} `{key}`: set it there, or write all options here", self.has_its_own));
        }
    }

    /// What to write instead of a literal: the same one behind its name, if it is of the kind that the option takes.
    fn instead_of(&self, value: &Expr, options: &Options) -> String {
        let ReadyMade { ty, article, example: (key, example, what), .. } = self;
        let (given, example) = (value.to_token_stream().to_string(), (*example).to_owned());
        let attribute = options.attribute;
        if let Some(row) = word(value).and_then(|word| options.row_of_word(&word)) {
            return format!("`#[{attribute}]` takes {article} of type `{ty}` here: write `{} = {given}`", row.key);
        }
        let time = |row: &&Row| row.goes != Goes::Elsewhere && matches!(row.takes, Takes::Duration);
        if let (Some(row), Some(_)) = (options.rows.iter().find(time), durations::of_literal(value)) {
            return format!(
                "`#[{attribute}]` takes {article} of type `{ty}` here: write `{} = {given}` for a time",
                row.key
            );
        }
        let value = if starts_alike(&given, &example) { given } else { example };
        format!("`#[{attribute}]` takes {article} of type `{ty}` here: write `{key} = {value}` for {what}")
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
        self.shared_by(options.value(KEY.key), name, options, function, errors)
    }

    /// The same, where `key` is something else.
    pub(crate) fn shared_by_all(
        &self,
        name: &str,
        options: &Options,
        function: &Function,
        errors: &mut Errors,
    ) -> Setting {
        self.shared_by(None, name, options, function, errors)
    }

    fn shared_by(
        &self,
        key: Option<&Expr>,
        name: &str,
        options: &Options,
        function: &Function,
        errors: &mut Errors,
    ) -> Setting {
        let mixed = Span::mixed_site();
        let ty = self.ty();
        let new = self.made(options, |row, expr| {
            must_be_constant(row.key, expr, function, errors);
            row.call(expr, errors)
        });
        let (one, many) = (Ident::new(name, mixed), Ident::new(&format!("{name}S"), mixed));
        // An error about the key's type points at the key.
        let key = key.map(borrowed);
        let value = match (&options.positional, key) {
            (Some(shared), None) => {
                let span = at(shared.span());
                return Setting { ty: Some(quote_spanned!(span=> &#ty)), value: borrowed(shared) };
            }
            (Some(shared), Some(key)) => {
                let get = quote_spanned!(at(shared.span())=> ::reliable::Keyed::get_named);
                quote_spanned!(mixed=> {
                    let key = #key;
                    #get(&#shared, key, || ::reliable::expansion::Inspect::new(&key).name())
                })
            }
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

/// Whether both are texts, or both are whole numbers.
fn starts_alike(a: &str, b: &str) -> bool {
    let is_whole = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    a.starts_with('"') && b.starts_with('"') || is_whole(a) && is_whole(b)
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
