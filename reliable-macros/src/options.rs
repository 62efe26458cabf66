//! The options in an attribute's parentheses, read the same way for all: `key = value`, lists, flags, positional values.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Token, parenthesized, token};

use crate::errors::Errors;
use crate::function::Function;

pub(crate) mod classify;
pub(crate) mod repeat;
pub(crate) mod setting;
pub(crate) mod values;

/// What an attribute understands.
pub(crate) struct Known {
    /// The attribute: `retry`.
    pub(crate) attribute: &'static str,
    /// The options with a value: `max = 3`.
    pub(crate) keys: &'static [&'static str],
    /// The options with a list of parameters: `clone(to, body)`.
    pub(crate) lists: &'static [&'static str],
    /// The options that stand alone: `clone`.
    pub(crate) flags: &'static [&'static str],
}

/// The options as written, each checked to be known and to stand there once.
pub(crate) struct Options {
    known: &'static Known,
    pub(crate) positional: Option<Expr>,
    named: Vec<Named>,
    /// Whether some of what is written could not be used.
    faulty: bool,
}

struct Named {
    key: Ident,
    value: Value,
}

enum Value {
    Flag,
    Names(Vec<Ident>),
    Expr(Expr),
}

impl Options {
    pub(crate) fn parse(known: &'static Known, tokens: TokenStream, errors: &mut Errors) -> Options {
        let mut options = Options { known, positional: None, named: Vec::new(), faulty: false };
        let before = errors.count();
        let parsed = (|input: ParseStream<'_>| options.read(input, errors)).parse2(tokens);
        errors.take(parsed);
        options.faulty = errors.count() > before;
        options
    }

    fn read(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        while !input.is_empty() {
            self.read_one(input, errors)?;
            if !input.is_empty() {
                input.parse::<Token![,]>().map_err(|error| {
                    syn::Error::new(error.span(), "options are separated by commas: a `,` is missing here")
                })?;
            }
        }
        Ok(())
    }

    fn read_one(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let Known { lists, flags, .. } = self.known;
        let is =
            |names: &[&str]| input.fork().call(Ident::parse_any).is_ok_and(|key| names.iter().any(|name| key == name));
        if input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            let key = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            if input.is_empty() || input.peek(Token![,]) {
                errors.add(&key, format!("`{key}` needs a value: write `{key} = …`"));
                return Ok(());
            }
            self.add(Named { key, value: Value::Expr(input.parse()?) }, errors);
        } else if is(lists) && input.peek2(token::Paren) {
            let key = input.call(Ident::parse_any)?;
            let names;
            parenthesized!(names in input);
            let names = Punctuated::<Ident, Token![,]>::parse_terminated(&names).map_err(|error| {
                syn::Error::new(error.span(), format!("`{key}(…)` takes names of parameters: write `{key}(a, b)`"))
            })?;
            self.add(Named { key, value: Value::Names(names.into_iter().collect()) }, errors);
        } else if is(flags) && (input.peek2(Token![,]) || input.fork().parse::<Ident>().is_ok_and(|_| is_last(input))) {
            self.add(Named { key: input.call(Ident::parse_any)?, value: Value::Flag }, errors);
        } else {
            self.add_positional(input.parse()?, errors);
        }
        Ok(())
    }

    fn add(&mut self, named: Named, errors: &mut Errors) {
        let key = &named.key;
        let Known { attribute, keys, lists, flags } = self.known;
        let in_its_form = match named.value {
            Value::Flag => flags.iter().any(|known| key == known),
            Value::Names(_) => lists.iter().any(|known| key == known),
            Value::Expr(_) => keys.iter().any(|known| key == known),
        };
        if !in_its_form {
            let find = |names: &[&'static str]| names.iter().copied().find(|known| key == known);
            errors.add(
                key,
                match (find(lists), find(flags)) {
                    (Some(list), _) => format!("`{list}` takes names of parameters: write `{list}(a, b)`"),
                    (None, Some(flag)) => format!("`{flag}` stands alone: write `{flag}` without a value"),
                    (None, None) => format!("`{key}` is no option of `#[{attribute}]`{}", self.suggestion(key)),
                },
            );
        } else if self.named.iter().any(|earlier| earlier.key == *key) {
            errors.add(key, format!("`{key}` is given twice: remove one of them"));
        } else {
            self.named.push(named);
        }
    }

    fn add_positional(&mut self, value: Expr, errors: &mut Errors) {
        let Known { attribute, keys, .. } = self.known;
        let called = match &value {
            Expr::Call(call) => keys.iter().find(|key| is_name(&call.func, key)),
            _ => None,
        };
        if let Some(name) = self.all_names().find(|name| is_name(&value, name)) {
            errors.add(&value, format!("`{name}` needs a value: write `{name} = …`"));
        } else if let Some(key) = called {
            errors.add(&value, format!("`{key}` takes its value behind a `=`: write `{key} = …`"));
        } else if self.positional.is_some() {
            errors.add(&value, format!("`#[{attribute}]` takes one value without a name: remove one of them"));
        } else {
            self.positional = Some(value);
        }
    }

    fn all_names(&self) -> impl Iterator<Item = &'static str> {
        let Known { keys, lists, flags, .. } = self.known;
        keys.iter().chain(*lists).chain(flags.iter().filter(|flag| !lists.contains(flag))).copied()
    }

    fn suggestion(&self, key: &Ident) -> String {
        let written = key.to_string();
        let near = self.all_names().min_by_key(|known| distance(known, &written));
        match near.filter(|known| distance(known, &written) <= written.len() / 3) {
            Some(near) => format!(": did you mean `{near}`?"),
            None => match self.all_names().map(|known| format!("`{known}`")).collect::<Vec<_>>() {
                known if known.is_empty() => ": it has none".to_owned(),
                known => format!(": it has {}", known.join(", ")),
            },
        }
    }

    /// Those of `keys` that have a value, in the order in which they are written: that is the order of evaluation.
    pub(crate) fn values_of(&self, keys: &[&'static str]) -> Vec<(&'static str, &Expr)> {
        let known = |named: &Named| keys.iter().copied().find(|key| named.key == key);
        let with_value = |named: &'_ Named| Some((known(named)?, self.value(known(named)?)?));
        self.named.iter().filter_map(with_value).collect()
    }

    /// The value of `key = value`.
    pub(crate) fn value(&self, key: &str) -> Option<&Expr> {
        self.named.iter().find_map(|named| match &named.value {
            Value::Expr(value) if named.key == key => Some(value),
            _ => None,
        })
    }

    /// The names in `key(a, b)`.
    pub(crate) fn names(&self, key: &str) -> Option<&[Ident]> {
        self.named.iter().find_map(|named| match &named.value {
            Value::Names(names) if named.key == key => Some(names.as_slice()),
            _ => None,
        })
    }

    pub(crate) fn flag(&self, key: &str) -> bool {
        self.named.iter().any(|named| named.key == key && matches!(named.value, Value::Flag))
    }

    /// The first of `keys` that is there, as written.
    pub(crate) fn first_of(&self, keys: &[&str]) -> Option<&Ident> {
        self.named.iter().map(|named| &named.key).find(|key| keys.iter().any(|known| key == known))
    }

    /// Notes an error for each name in a list that no parameter has, or that is there already.
    pub(crate) fn check_names(&self, key: &str, function: &Function, errors: &mut Errors) {
        let names = self.names(key).unwrap_or_default();
        for (i, name) in names.iter().enumerate() {
            if !function.binds(name) {
                errors.add(name, format!("no parameter is called `{name}`: `{key}(…)` takes names of parameters"));
            } else if names[..i].contains(name) {
                errors.add(name, format!("`{name}` is named twice: remove one of them"));
            }
        }
    }

    /// Notes that something must be given, unless the reason why it is missing was noted already.
    pub(crate) fn must_have(&self, span: Span, message: &str, errors: &mut Errors) {
        if !self.faulty {
            errors.push(syn::Error::new(span, message));
        }
    }
}

fn is_name(expr: &Expr, name: &str) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident(name))
}

fn is_last(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<TokenTree>().is_ok() && ahead.is_empty()
}

/// The number of characters to insert, remove or replace that lead from `a` to `b` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
