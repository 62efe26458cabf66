//! The options in an attribute's parentheses, read the same way for all: `key = value`, lists, flags, positional values.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Token, parenthesized, token};

use crate::errors::Errors;
use crate::function::Function;
use crate::options::rows::{Row, Takes};

pub(crate) mod classify;
pub(crate) mod durations;
pub(crate) mod policy;
pub(crate) mod repeat;
pub(crate) mod rows;
pub(crate) mod values;

/// What the function is called, in faults, questions and events. Every attribute knows it, and one mention holds for all.
pub(crate) const NAME: Row = Row::beside("name", Takes::Text { such_as: "weather" });

/// The options as written, each checked to be known and to stand there once.
pub(crate) struct Options {
    /// The attribute: `retry`.
    pub(crate) attribute: &'static str,
    /// The options that it knows.
    pub(crate) rows: &'static [Row],
    /// Where errors about the attribute itself point.
    pub(crate) span: Span,
    pub(crate) positional: Option<Expr>,
    named: Vec<Named>,
    /// Names in which something is wrong, and all that stand behind a syntax error.
    unread: Vec<Ident>,
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
    Expr(Box<Expr>),
}

impl Options {
    pub(crate) fn parse(
        attribute: &'static str,
        rows: &'static [Row],
        args: TokenStream,
        span: Span,
        errors: &mut Errors,
    ) -> Options {
        let (named, unread) = (Vec::new(), Vec::new());
        let mut options = Options { attribute, rows, span, positional: None, named, unread, faulty: false };
        let before = errors.count();
        let parsed = (|input: ParseStream<'_>| {
            let read = options.read(input, errors);
            options.skim(input)?;
            read
        })
        .parse2(args);
        errors.take(parsed);
        options.faulty = errors.count() > before;
        options
    }

    /// Takes the names from what a syntax error left.
    fn skim(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            if let TokenTree::Ident(name) = input.parse()? {
                self.unread.push(name);
            }
        }
        Ok(())
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
        let ahead = input.fork().call(Ident::parse_any).ok();
        let takes = ahead.and_then(|key| self.row(&key)).map(|row| row.takes);
        if input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            let key = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            if input.is_empty() || input.peek(Token![,]) {
                errors.add(&key, format!("`{key}` needs a value: write `{key} = …`"));
                self.unread.push(key);
                return Ok(());
            }
            self.add(Named { key, value: Value::Expr(Box::new(input.parse()?)) }, errors);
        } else if takes.is_some_and(Takes::names) && input.peek2(token::Paren) {
            let key = input.call(Ident::parse_any)?;
            let names;
            parenthesized!(names in input);
            let names = Punctuated::<Ident, Token![,]>::parse_terminated(&names).map_err(|error| {
                syn::Error::new(error.span(), format!("`{key}(…)` takes names of parameters: write `{key}(a, b)`"))
            })?;
            self.add(Named { key, value: Value::Names(names.into_iter().collect()) }, errors);
        } else if takes.is_some_and(Takes::nothing) && (input.peek2(Token![,]) || is_last(input)) {
            self.add(Named { key: input.call(Ident::parse_any)?, value: Value::Flag }, errors);
        } else {
            self.add_positional(input.parse()?, errors);
        }
        Ok(())
    }

    fn add(&mut self, named: Named, errors: &mut Errors) {
        let key = &named.key;
        let takes = self.row(key).map(|row| row.takes);
        let in_its_form = takes.is_some_and(|takes| match named.value {
            Value::Flag => takes.nothing(),
            Value::Names(_) => takes.names(),
            Value::Expr(_) => takes.a_value(),
        });
        if !in_its_form {
            let message = match takes {
                Some(takes) if takes.names() => format!("`{key}` takes names of parameters: write `{key}(a, b)`"),
                Some(_) => format!("`{key}` stands alone: write `{key}` without a value"),
                None => format!("`{key}` is no option of `#[{}]`{}", self.attribute, self.suggestion(key)),
            };
            errors.add(key, message);
            self.unread.push(named.key);
        } else if self.named.iter().any(|earlier| earlier.key == *key) {
            errors.add(key, format!("`{key}` is given twice: remove one of them"));
        } else {
            self.named.push(named);
        }
    }

    fn add_positional(&mut self, value: Expr, errors: &mut Errors) {
        let called = match &value {
            Expr::Call(call) => self.known().find(|row| row.takes.a_value() && is_name(&call.func, row.key)),
            _ => None,
        };
        if let Some(Row { key, .. }) = self.known().find(|row| is_name(&value, row.key)) {
            errors.add(&value, format!("`{key}` needs a value: write `{key} = …`"));
        } else if let Some(Row { key, .. }) = called {
            errors.add(&value, format!("`{key}` takes its value behind a `=`: write `{key} = …`"));
        } else if self.positional.is_some() {
            errors.add(&value, format!("`#[{}]` takes one value without a name: remove one of them", self.attribute));
        } else {
            self.positional = Some(value);
        }
    }

    /// The options that the attribute knows, and what all of them know.
    fn known(&self) -> impl Iterator<Item = &'static Row> {
        self.rows.iter().chain([&NAME])
    }

    fn row(&self, key: &Ident) -> Option<&'static Row> {
        self.known().find(|row| key == row.key)
    }

    fn suggestion(&self, key: &Ident) -> String {
        let written = key.to_string();
        let known = || self.known().map(|row| row.key);
        let near = known().min_by_key(|known| distance(known, &written));
        match near.filter(|known| distance(known, &written) <= written.len() / 3) {
            Some(near) => format!(": did you mean `{near}`?"),
            None => match known().map(|known| format!("`{known}`")).collect::<Vec<_>>() {
                known if known.is_empty() => ": it has none".to_owned(),
                known => format!(": it has {}", known.join(", ")),
            },
        }
    }

    /// The options that have a value, in the order in which they are written: that is the order of evaluation.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&'static Row, &Expr)> {
        self.named.iter().filter_map(|named| match &named.value {
            Value::Expr(value) => Some((self.row(&named.key)?, &**value)),
            _ => None,
        })
    }

    /// Asking for an option that the attribute does not know is a slip of ours.
    fn must_know(&self, key: &str) {
        debug_assert!(self.known().any(|row| row.key == key), "`{key}` is no option of `#[{}]`", self.attribute);
    }

    fn find(&self, key: &str) -> Option<&Value> {
        self.must_know(key);
        self.named.iter().find(|named| named.key == key).map(|named| &named.value)
    }

    /// The value of `key = value`.
    pub(crate) fn value(&self, key: &str) -> Option<&Expr> {
        match self.find(key)? {
            Value::Expr(value) => Some(value),
            _ => None,
        }
    }

    /// `.key(value)`, the value checked.
    pub(crate) fn call(&self, key: &str, errors: &mut Errors) -> Option<TokenStream> {
        let (row, value) = self.values().find(|(row, _)| row.key == key)?;
        let call = row.call(value, errors);
        Some(quote_spanned!(Span::mixed_site()=> .#call))
    }

    /// The names in `key(a, b)`.
    pub(crate) fn names(&self, key: &str) -> Option<&[Ident]> {
        match self.find(key)? {
            Value::Names(names) => Some(names.as_slice()),
            _ => None,
        }
    }

    pub(crate) fn flag(&self, key: &str) -> bool {
        matches!(self.find(key), Some(Value::Flag))
    }

    /// The first option of which `is_it` holds, as written.
    pub(crate) fn first(&self, is_it: impl Fn(&Row) -> bool) -> Option<&Ident> {
        self.named.iter().map(|named| &named.key).find(|key| self.row(key).is_some_and(&is_it))
    }

    /// The first of `keys` that is there, as written.
    pub(crate) fn first_of(&self, keys: &[&str]) -> Option<&Ident> {
        for key in keys {
            self.must_know(key);
        }
        self.first(|row| keys.contains(&row.key))
    }

    /// Where a key is written, even if something is wrong with it or before it.
    pub(crate) fn mention(&self, key: &str) -> Option<&Ident> {
        self.named.iter().map(|named| &named.key).chain(&self.unread).find(|written| *written == key)
    }

    /// Notes that an option means nothing beside any of some others.
    pub(crate) fn contradict(&self, key: &str, others: &[&str], message: &str, errors: &mut Errors) {
        if let (Some(key), Some(_)) = (self.first_of(&[key]), self.first_of(others)) {
            errors.add(key, message);
        }
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
    pub(crate) fn must_have(&self, message: &str, errors: &mut Errors) {
        if !self.faulty {
            errors.push(syn::Error::new(self.span, message));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::rows::Goes;

    const ROWS: &[Row] = &[
        Row::policy("max", Takes::integer(0)),
        Row::beside("clone", Takes::NamesOrNothing),
        Row::beside("loud", Takes::Nothing),
    ];

    fn read(args: &str) -> (Options, Vec<String>) {
        let mut errors = Errors::default();
        let options = Options::parse("it", ROWS, args.parse().unwrap(), Span::call_site(), &mut errors);
        (options, errors.finish().err().into_iter().flatten().map(|error| error.to_string()).collect())
    }

    #[test]
    fn each_option_has_its_form() {
        let (options, errors) = read("POLICY, loud, max = 3, clone(a, b)");
        assert!(errors.is_empty(), "{errors:?}");
        assert!(options.positional.is_some() && options.flag("loud") && !options.flag("clone"));
        assert_eq!(options.names("clone").unwrap().len(), 2);
        assert_eq!(options.values().map(|(row, _)| row.key).collect::<Vec<_>>(), ["max"]);
        assert_eq!(options.first(|row| row.goes == Goes::Elsewhere).unwrap(), "loud");
        assert!(read("clone").0.flag("clone"));
        for (args, message) in [
            ("max", "`max` needs a value: write `max = …`"),
            ("max =", "`max` needs a value: write `max = …`"),
            ("max(3)", "`max` takes its value behind a `=`: write `max = …`"),
            ("max = 3, max = 4", "`max` is given twice: remove one of them"),
            ("clone = a", "`clone` takes names of parameters: write `clone(a, b)`"),
            ("loud = 3", "`loud` stands alone: write `loud` without a value"),
            ("mux = 3", "`mux` is no option of `#[it]`: did you mean `max`?"),
            ("backoff = 3", "`backoff` is no option of `#[it]`: it has `max`, `clone`, `loud`"),
            ("A, B", "`#[it]` takes one value without a name: remove one of them"),
            ("max = 3 loud", "options are separated by commas: a `,` is missing here"),
        ] {
            assert_eq!(read(args).1, [message]);
        }
    }

    #[test]
    fn an_option_is_mentioned_though_something_is_wrong() {
        for args in ["loud", "loud = 3", "loud =", "max 3, loud", "max = , loud"] {
            assert!(read(args).0.mention("loud").is_some(), "{args}");
        }
        assert!(read("max = loud").0.mention("loud").is_none(), "a value is no option");
    }

    #[test]
    fn two_options_may_contradict_each_other() {
        let told = |args: &str| {
            let mut errors = Errors::default();
            read(args).0.contradict("loud", &["max", "clone"], "not both", &mut errors);
            errors.count()
        };
        assert_eq!(["loud", "max = 3", "loud, max = 3", "clone(a), loud"].map(told), [0, 0, 1, 1]);
    }
}
