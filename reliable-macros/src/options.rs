//! The options in an attribute's parentheses, read the same way for all: `key = value`, lists, flags, positional values.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Expr;
use syn::parse::{ParseStream, Parser};

use crate::errors::Errors;
use crate::options::rows::{Row, Takes};

pub(crate) mod classify;
pub(crate) mod durations;
pub(crate) mod max_wait;
mod misspelt;
pub(crate) mod policy;
mod read;
pub(crate) mod repeat;
pub(crate) mod rows;
pub(crate) mod values;

/// The options that every attribute on a function has. One mention of each holds for the whole function.
pub(crate) const SHARED: &[Row] = &[NAME, FAULT, STREAM];

/// What the function is called, in faults, questions and events.
pub(crate) const NAME: Row = Row::beside("name", Takes::Text { such_as: "weather" }).also(&["point", "id", "label"]);

/// How a fault becomes an error, where the error type has no `From<Fault>`.
pub(crate) const FAULT: Row = Row::beside("fault", Takes::Expression);

/// That the attributes are around the stream which the function returns; and which item is its first, where that is not any.
pub(crate) const STREAM: Row = Row::beside("stream", Takes::ExpressionOrNothing);

/// The options as written, each checked to be known and to stand there once.
pub(crate) struct Options {
    /// The attribute: `retry`.
    pub(crate) attribute: &'static str,
    /// The options of its own.
    pub(crate) rows: &'static [Row],
    /// Those that it has beside them, as others do.
    shared: &'static [Row],
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
    /// What each is called, and what they are in.
    Each(Ident, Expr),
    Names(Vec<Ident>),
    Expr(Expr),
}

impl Options {
    pub(crate) fn parse(
        attribute: &'static str,
        rows: &'static [Row],
        shared: &'static [Row],
        args: TokenStream,
        span: Span,
        errors: &mut Errors,
    ) -> Options {
        let (named, unread) = (Vec::new(), Vec::new());
        let mut options = Options { attribute, rows, shared, span, positional: None, named, unread, faulty: false };
        let before = errors.count();
        let read = (|input: ParseStream<'_>| options.read(input, errors)).parse2(args);
        errors.take(read);
        options.faulty = errors.count() > before;
        options
    }

    /// All that the attribute knows.
    fn known(&self) -> impl Iterator<Item = &'static Row> {
        self.rows.iter().chain(self.shared)
    }

    fn row(&self, key: &Ident) -> Option<&'static Row> {
        self.known().find(|row| key == row.key)
    }

    /// The options that have a value, in the order in which they are written: that is the order of evaluation.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&'static Row, &Expr)> {
        self.named.iter().filter_map(|named| match &named.value {
            Value::Expr(value) => Some((self.row(&named.key)?, value)),
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

    /// The name and the list in `name key list`.
    pub(crate) fn each(&self, key: &str) -> Option<(&Ident, &Expr)> {
        match self.find(key)? {
            Value::Each(name, list) => Some((name, list)),
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

    /// Notes an error for each name in a list that is not there to be named, or that is named already.
    pub(crate) fn check_names(&self, key: &str, is_there: impl Fn(&Ident) -> bool, errors: &mut Errors) {
        let names = self.names(key).unwrap_or_default();
        for (i, name) in names.iter().enumerate() {
            if !is_there(name) {
                errors.add(name, format!("no parameter is called `{name}`: `{key}(…)` takes names of parameters"));
            } else if names[..i].contains(name) {
                errors.add(name, format!("`{name}` is named twice: remove one of them"));
            }
        }
    }

    /// Notes that a list is empty that means nothing then.
    pub(crate) fn must_name(&self, key: &str, errors: &mut Errors) {
        if self.names(key).is_some_and(<[Ident]>::is_empty) {
            errors.add(self.first_of(&[key]), format!("`{key}()` names nothing: write a parameter's name into it"));
        }
    }

    /// Notes that something must be given, unless the reason why it is missing was noted already.
    pub(crate) fn must_have(&self, message: &str, errors: &mut Errors) {
        if !self.faulty {
            errors.push(syn::Error::new(self.span, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::rows::{Goes, Takes};

    const ROWS: &[Row] = &[
        Row::policy("max", Takes::integer(0)).also(&["most"]).note(", at most"),
        Row::beside("clone", Takes::NamesOrNothing),
        Row::beside("loud", Takes::Nothing),
    ];

    fn read(args: &str) -> (Options, Vec<String>) {
        let mut errors = Errors::default();
        let options = Options::parse("it", ROWS, &[], args.parse().unwrap(), Span::call_site(), &mut errors);
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
            ("max(3)", "`max` takes its value behind a `=`: write `max = 3`"),
            ("max = 3, max = 4", "`max` is given twice: remove one of them"),
            ("clone = a", "`clone` takes names of parameters: write `clone(a, b)`, or `clone` alone"),
            ("clone[a]", "`clone` takes names of parameters: write `clone(a, b)`, or `clone` alone"),
            ("loud = 3", "`loud` stands alone: write `loud` without a value"),
            ("loud(3)", "`loud` stands alone: write `loud` without a value"),
            ("mux = 3", "`mux` is no option of `#[it]`: did you mean `max`, at most?"),
            ("backoff = 3", "`backoff` is no option of `#[it]`: it has `max`, `clone`, `loud`"),
            ("A, B", "`#[it]` takes one value without a name: remove one of them"),
            ("max: 3", "`max` takes its value behind a `=`: write `max = 3`"),
            ("max == 3", "`max` takes its value behind a `=`: write `max = 3`"),
            ("max 3, loud", "`max` takes its value behind a `=`: write `max = 3`"),
            ("max MOST", "`max` takes its value behind a `=`: write `max = MOST`"),
            ("ma-x = 3", "`ma-x` is no option of `#[it]`: did you mean `max`, at most?"),
            ("most = 3", "`most` is no option of `#[it]`: did you mean `max`, at most?"),
            ("lo = 3", "`lo` is no option of `#[it]`: did you mean `loud`?"),
            ("max = 3 +", "the value of `max` breaks off: write the rest of it"),
            ("max = error., loud", "the value of `max` breaks off: write the rest of it"),
            ("max = 3,, loud", "an option is missing here: remove this comma"),
            ("max = 250 ms", "a time goes in quotes: write \"250ms\""),
            ("max = 3 loud", "options are separated by commas: a `,` is missing here"),
            ("loud max = 3", "options are separated by commas: a `,` is missing here"),
            ("clone loud", "options are separated by commas: a `,` is missing here"),
            ("clone(a) loud", "options are separated by commas: a `,` is missing here"),
        ] {
            assert_eq!(read(args).1, [message]);
        }
    }

    #[test]
    fn an_option_is_mentioned_though_something_is_wrong() {
        for args in ["loud", "loud = 3", "loud =", "max = 3 4, loud", "max = , loud"] {
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
