//! The options that an attribute knows, as a table: from a row follow the check of its value and the call of the builder.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;

use crate::errors::Errors;
use crate::function::tokens::plain;
use crate::options::durations::Longest;
use crate::options::{durations, values};

/// One option of an attribute.
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) takes: Takes,
    pub(crate) goes: Goes,
    /// What else it is called, by other crates or in other languages: who writes that is told this one.
    pub(crate) also: &'static [&'static str],
    /// What they are told besides.
    pub(crate) note: &'static str,
}

/// What an option takes. A literal is checked here; any other expression is left to the compiler.
#[derive(Clone, Copy)]
pub(crate) enum Takes {
    /// A whole number: `max = 3`.
    Integer { least: u64, most: u64, such_as: u32 },
    /// A number: `factor = 2`.
    Number { least: f64, most: f64 },
    /// A number above 0 and at most 1: `ratio = 0.5`.
    Share,
    /// A text with a unit: `base = "250ms"`.
    Duration,
    /// The same for the time that a human takes: `within = "2d"`.
    HumanTime,
    /// So many of a unit of time, which has so many milliseconds: `secs = 2`.
    Count { millis: u32 },
    /// Calls, or a time, for which the builder has another method: `window = 20`, `window = "10s"`.
    CallsOrTime { most: u32 },
    /// Dollars: `max_usd = 0.25`.
    Money,
    /// A text: `name = "weather"`.
    Text { such_as: &'static str },
    /// One of some words, each of which is a variant of a type of the runtime: `backoff = "exp"`.
    Choice { of: &'static str, words: &'static [(&'static str, &'static str)] },
    /// What the compiler alone can judge: `when = ApiError::is_busy`.
    Expression,
    /// The same, or nothing: `stream`, `stream = Chunk::has_text`.
    ExpressionOrNothing,
    /// What each of several things is called, and what they are in: `model in self.models`.
    Each,
    /// A list of parameters: `show(to, body)`.
    Names,
    /// Nothing: `reject`.
    Nothing,
    /// A list of parameters, or nothing for all of them: `clone`.
    NamesOrNothing,
}

/// Where the value of an option goes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Goes {
    /// Into the policy, by the builder's method of the same name: `Retry::new().max(3)`.
    IntoPolicy,
    /// The same, by the constructor of the same name: `RateLimit::per_second(10)`.
    MakesPolicy,
    /// The attribute itself looks at it.
    Elsewhere,
}

impl Row {
    /// An option of the policy, which a ready-made one has already.
    pub(crate) const fn policy(key: &'static str, takes: Takes) -> Row {
        Row { key, takes, goes: Goes::IntoPolicy, also: &[], note: "" }
    }

    /// One of the options without which there is no policy.
    pub(crate) const fn makes(key: &'static str, takes: Takes) -> Row {
        Row { goes: Goes::MakesPolicy, ..Row::policy(key, takes) }
    }

    /// An option that the attribute itself looks at, beside a ready-made policy, too.
    pub(crate) const fn beside(key: &'static str, takes: Takes) -> Row {
        Row { goes: Goes::Elsewhere, ..Row::policy(key, takes) }
    }

    /// The same, known by other names.
    pub(crate) const fn also(self, also: &'static [&'static str]) -> Row {
        Row { also, ..self }
    }

    /// What is said to those who use another name.
    pub(crate) const fn note(self, note: &'static str) -> Row {
        Row { note, ..self }
    }

    /// How it is written: `max = …`, `show(a, b)`, `reject`.
    pub(crate) fn form(&self) -> String {
        let key = self.key;
        match self.takes {
            Takes::Each => format!("model {key} self.models"),
            Takes::Names => format!("{key}(a, b)"),
            Takes::Nothing | Takes::NamesOrNothing | Takes::ExpressionOrNothing => key.to_owned(),
            _ => format!("{key} = …"),
        }
    }

    /// How one of several things is written that are in this list: `model in MODELS`.
    pub(crate) fn form_of(&self, list: &Expr) -> String {
        format!("model {} {}", self.key, plain(list))
    }

    /// `max(3)`, the value checked.
    pub(crate) fn call(&self, expr: &Expr, errors: &mut Errors) -> TokenStream {
        let method = Ident::new(&self.method(expr), Span::mixed_site());
        let value = self.value(expr, errors);
        quote_spanned!(Span::mixed_site()=> #method(#value))
    }

    /// The builder's method for this value.
    fn method(&self, expr: &Expr) -> String {
        match self.takes {
            Takes::CallsOrTime { .. } if durations::is_time(expr) => format!("time_{}", self.key),
            _ => self.key.to_owned(),
        }
    }

    /// The value as the expansion has it, checked if it is a literal.
    pub(crate) fn value(&self, expr: &Expr, errors: &mut Errors) -> TokenStream {
        let key = self.key;
        let mut duration = |longest| durations::text(&format!("`{key}`"), longest, expr, errors).map(durations::tokens);
        let written = match self.takes {
            Takes::Integer { least, most, such_as } => {
                values::integer(key, expr, least..=most, such_as, errors);
                None
            }
            Takes::Number { least, most } => values::number(key, expr, least..=most, errors).map(values::float),
            Takes::Share => values::share(key, expr, errors).map(values::float),
            Takes::Duration => duration(Longest::Day),
            Takes::HumanTime => duration(Longest::Year),
            Takes::Count { millis } => {
                durations::count(key, millis, expr, errors);
                None
            }
            Takes::CallsOrTime { .. } if durations::is_time(expr) => duration(Longest::Day),
            Takes::CallsOrTime { most } => {
                values::calls_or_time(key, most, expr, errors);
                None
            }
            Takes::Money => values::money(key, expr, errors).map(values::dollars),
            Takes::Text { such_as } => {
                values::text(key, such_as, expr, errors);
                None
            }
            Takes::Choice { of, words } => values::choice(key, of, words, expr, errors),
            Takes::Expression
            | Takes::ExpressionOrNothing
            | Takes::Each
            | Takes::Names
            | Takes::Nothing
            | Takes::NamesOrNothing => None,
        };
        written.unwrap_or_else(|| expr.to_token_stream())
    }
}

impl Takes {
    /// A whole number of at least `least` that the runtime keeps in a `u32`.
    pub(crate) const fn integer(least: u32) -> Takes {
        Takes::integer_up_to(least, u32::MAX)
    }

    pub(crate) const fn integer_up_to(least: u32, most: u32) -> Takes {
        // Not `into`: a constant can't call it yet.
        Takes::Integer { least: least as u64, most: most as u64, such_as: 3 }
    }

    /// Whether it is written `key = value`.
    pub(crate) fn a_value(self) -> bool {
        matches!(self, Takes::ExpressionOrNothing) || !self.names() && !self.nothing() && !self.each()
    }

    /// Whether it is written `name key value`.
    pub(crate) fn each(self) -> bool {
        matches!(self, Takes::Each)
    }

    /// Whether it is written `key(a, b)`.
    pub(crate) fn names(self) -> bool {
        matches!(self, Takes::Names | Takes::NamesOrNothing)
    }

    /// Whether it is written `key`.
    pub(crate) fn nothing(self) -> bool {
        matches!(self, Takes::Nothing | Takes::NamesOrNothing | Takes::ExpressionOrNothing)
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn called(row: &Row, expr: &Expr) -> Result<String, String> {
        let mut errors = Errors::default();
        let call = row.call(expr, &mut errors).to_string().replace(' ', "");
        errors.finish().map(|()| call).map_err(|error| error.to_string())
    }

    #[test]
    fn a_literal_is_checked_and_written_as_the_builder_takes_it() {
        let backoff = Takes::Choice { of: "Backoff", words: &[("exp", "Exp"), ("none", "None")] };
        let cases: [(Row, Expr, &str); 8] = [
            (Row::policy("max", Takes::integer(0)), parse_quote!(3), "max(3)"),
            (Row::policy("factor", Takes::Number { least: 1.0, most: 9.0 }), parse_quote!(2), "factor(2.0)"),
            (Row::policy("ratio", Takes::Share), parse_quote!(0.5), "ratio(0.5)"),
            (Row::policy("base", Takes::Duration), parse_quote!("2s"), "base(::core::time::Duration::from_secs(2))"),
            (Row::makes("secs", Takes::Count { millis: 1000 }), parse_quote!(2), "secs(2)"),
            (Row::policy("max_usd", Takes::Money), parse_quote!("$0.25"), "max_usd(::reliable::Usd::micros(250000))"),
            (Row::policy("backoff", backoff), parse_quote!("exp"), "backoff(::reliable::Backoff::Exp)"),
            (Row::beside("name", Takes::Text { such_as: "weather" }), parse_quote!("mail"), "name(\"mail\")"),
        ];
        for (row, expr, expected) in cases {
            assert_eq!(called(&row, &expr).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn a_literal_out_of_range_is_told_and_what_is_no_literal_is_left_to_the_compiler() {
        let refused: [(Takes, Expr, &str); 8] = [
            (
                Takes::Number { least: 1.0, most: f64::INFINITY },
                parse_quote!(1e400),
                "`it` is larger than any number can be: write a smaller one",
            ),
            (Takes::integer(1), parse_quote!(0), "`it` must be 1 or more"),
            (Takes::integer_up_to(1, 9), parse_quote!(10), "`it` must be 9 or less"),
            (Takes::integer(1), parse_quote!("3"), "`it` takes a whole number, such as `it = 3`"),
            (Takes::Share, parse_quote!(0), "`it` must be above 0 and at most 1"),
            (Takes::Count { millis: 1000 }, parse_quote!(86_401), "`it` must be 24 hours or less"),
            (Takes::Text { such_as: "weather" }, parse_quote!(3), "`it` takes a text, such as `it = \"weather\"`"),
            (
                Takes::Choice { of: "Backoff", words: &[("exp", "Exp"), ("fixed", "Fixed"), ("none", "None")] },
                parse_quote!("fast"),
                "`it` must be \"exp\", \"fixed\" or \"none\"",
            ),
        ];
        for (takes, expr, message) in refused {
            assert_eq!(called(&Row::policy("it", takes), &expr), Err(message.to_owned()));
            assert_eq!(called(&Row::policy("it", takes), &parse_quote!(self.it)).as_deref(), Ok("it(self.it)"));
        }
    }
}
