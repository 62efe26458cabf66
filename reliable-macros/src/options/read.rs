//! Reads the options in an attribute's parentheses. A syntax error is told where it stands, in words of ours.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Expr, ExprCall, ExprGroup, ExprLit, Lit, Token, parenthesized, token};

use crate::errors::Errors;
use crate::options::rows::{Row, Takes};
use crate::options::{Named, Options, Value, durations};

impl Options {
    pub(super) fn read(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let read = self.read_all(input, errors);
        self.skim(input)?;
        read
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

    fn read_all(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        while !input.is_empty() {
            self.read_one(input, errors)?;
            if !input.is_empty() {
                input.parse::<Token![,]>().map_err(|error| self.unseparated(input, &error))?;
            }
        }
        Ok(())
    }

    fn read_one(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let ahead = input.fork().call(Ident::parse_any).ok();
        let takes = ahead.as_ref().and_then(|key| self.row(key)).map(|row| row.takes);
        if self.rows.iter().any(|row| row.takes.each()) && has_in(input) {
            self.read_each(input, errors)?;
        } else if ahead.is_none() {
            self.add_positional(expression(input, "this value")?, errors);
        } else if input.peek2(Token![=]) && !input.peek2(Token![==]) && !input.peek2(Token![=>]) {
            self.read_value(input, errors)?;
        } else if has_another_sign(input)
            || self.has_no_sign(input)
            || (takes.is_some_and(Takes::names) && has_other_brackets(input))
        {
            self.read_behind_another_sign(input, errors)?;
        } else if let Some(name) = with_dashes(input) {
            errors.add(&name, self.unknown(&name.to_token_stream().to_string().replace(' ', "")));
            self.unread.extend(name);
            up_to_comma(input);
        } else if takes.is_some_and(Takes::names) && input.peek2(token::Paren) {
            self.read_names(input, errors)?;
        } else if takes.is_some_and(Takes::nothing) && (input.peek2(Token![,]) || is_last(input) || lacks_comma(input))
        {
            self.add(Named { key: input.call(Ident::parse_any)?, value: Value::Flag }, errors);
        } else {
            self.add_positional(expression(input, "this value")?, errors);
        }
        Ok(())
    }

    /// `max = 3`
    fn read_value(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let key = input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            errors.add(&key, format!("`{key}` needs a value: write `{key} = …`"));
            self.unread.push(key);
            return Ok(());
        }
        let value = expression(input, &format!("the value of `{key}`"));
        match value {
            Ok(value) => self.add(Named { key, value: Value::Expr(value) }, errors),
            Err(error) => {
                self.unread.push(key);
                return Err(error);
            }
        }
        Ok(())
    }

    /// `model in self.models`
    fn read_each(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let mut written = TokenStream::new();
        while !input.peek(Token![in]) {
            written.extend(input.parse::<TokenTree>());
        }
        let key = input.call(Ident::parse_any)?;
        let name = syn::parse2::<Ident>(written.clone()).map_err(|_| {
            let at = if written.is_empty() { key.to_token_stream() } else { written };
            syn::Error::new_spanned(at, "each candidate is called by one name: write `model in self.models`")
        })?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(syn::Error::new_spanned(
                quote!(#name #key),
                format!("`{name} in` needs a list: write `{name} in …`"),
            ));
        }
        let list = expression(input, &format!("the list of `{name} in`"))?;
        self.add(Named { key, value: Value::Each(name, list) }, errors);
        Ok(())
    }

    /// `max 3`
    fn has_no_sign(&self, input: ParseStream<'_>) -> bool {
        let ahead = input.fork();
        let row = ahead.call(Ident::parse_any).ok().and_then(|key| self.row(&key));
        let value = ahead.peek(Lit) || ahead.parse::<Ident>().is_ok_and(|value| self.row(&value).is_none());
        value && row.is_some_and(|row| row.takes.a_value() && !row.takes.nothing())
    }

    /// `max: 3`, `max == 3`, `max 3`, `show[to]`
    fn read_behind_another_sign(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let key = input.call(Ident::parse_any)?;
        let is_sign = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if ":=>".contains(mark.as_char()));
        let value = up_to_comma(input).into_iter().skip_while(is_sign).collect();
        errors.add(&key, self.row(&key).map_or_else(|| self.unknown(&key.to_string()), |row| in_its_form(row, &value)));
        self.unread.push(key);
        Ok(())
    }

    /// `show(to, body)`
    fn read_names(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let key = input.call(Ident::parse_any)?;
        let names;
        parenthesized!(names in input);
        let names =
            Punctuated::<Ident, Token![,]>::parse_terminated_with(&names, Ident::parse_any).map_err(|error| {
                syn::Error::new(error.span(), format!("`{key}(…)` takes names of parameters: write `{key}(a, b)`"))
            })?;
        self.add(Named { key, value: Value::Names(names.into_iter().collect()) }, errors);
        Ok(())
    }

    fn add(&mut self, named: Named, errors: &mut Errors) {
        let key = &named.key;
        let takes = self.row(key).map(|row| row.takes);
        let in_its_form = takes.is_some_and(|takes| match named.value {
            Value::Flag => takes.nothing(),
            Value::Each(..) => takes.each(),
            Value::Names(_) => takes.names(),
            Value::Expr(_) => takes.a_value(),
        });
        if !in_its_form {
            let message = match takes {
                Some(takes) if takes.names() => takes_names(&key.to_string(), takes),
                Some(_) => {
                    let note = self.row(key).map_or("", |row| row.note);
                    format!("`{key}` stands alone: write `{key}` without a value{note}")
                }
                None => match &named.value {
                    Value::Expr(list) => self.unknown_with(&key.to_string(), list),
                    _ => self.unknown(&key.to_string()),
                },
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
            Expr::Call(ExprCall { func, args, .. }) => {
                let row =
                    self.known().find(|row| (row.takes.a_value() || row.takes.nothing()) && is_name(func, row.key));
                row.map(|row| in_its_form(row, &args.to_token_stream()))
            }
            _ => None,
        };
        if let Some(row) = self.known().find(|row| is_name(&value, row.key)) {
            let needs = if row.takes.names() { "names of parameters" } else { "a value" };
            errors.add(&value, format!("`{}` needs {needs}: write `{}`", row.key, row.form()));
        } else if let Some(message) = called {
            errors.add(&value, message);
        } else if self.positional.is_some() {
            errors.add(&value, format!("`#[{}]` takes one value without a name: remove one of them", self.attribute));
        } else {
            self.positional = Some(value);
        }
    }

    /// What is wrong where a comma should be. The value before it may be only the half of one: nothing is said of it.
    fn unseparated(&mut self, input: ParseStream<'_>, error: &syn::Error) -> syn::Error {
        let value = match self.named.pop() {
            Some(Named { key, value }) => {
                self.unread.push(key);
                Some(value)
            }
            None => self.positional.take().map(Value::Expr),
        };
        let unit = input.fork().call(Ident::parse_any).ok();
        match (value, unit) {
            (Some(Value::Expr(number)), Some(unit)) => time_in_two_words(&number, &unit),
            _ => None,
        }
        .unwrap_or_else(|| syn::Error::new(error.span(), "options are separated by commas: a `,` is missing here"))
    }
}

/// `250 ms`
fn time_in_two_words(number: &Expr, unit: &Ident) -> Option<syn::Error> {
    let Expr::Lit(ExprLit { lit: Lit::Int(_) | Lit::Float(_), .. }) = number else { return None };
    let text = durations::quoted(&format!("{}{unit}", number.to_token_stream()))?;
    Some(syn::Error::new_spanned(quote!(#number #unit), format!("a time goes in quotes: write {text}")))
}

/// How the option is to be written that has this value in another form.
fn in_its_form(row: &Row, value: &TokenStream) -> String {
    let key = row.key;
    match row.takes {
        takes if takes.names() => takes_names(key, takes),
        takes if takes.nothing() && !takes.a_value() => {
            format!("`{key}` stands alone: write `{key}` without a value")
        }
        _ if value.is_empty() => format!("`{key}` takes its value behind a `=`: write `{key} = …`"),
        _ => format!("`{key}` takes its value behind a `=`: write `{key} = {value}`"),
    }
}

fn takes_names(key: &str, takes: Takes) -> String {
    let alone = if takes.nothing() { format!(", or `{key}` alone") } else { String::new() };
    format!("`{key}` takes names of parameters: write `{key}(a, b)`{alone}")
}

/// An expression. An invisible group, which `macro_rules!` leaves around a fragment, is opened.
fn expression(input: ParseStream<'_>, what: &str) -> syn::Result<Expr> {
    let written = up_to_comma(&input.fork());
    input.parse().map(opened).map_err(|error| {
        let alone = syn::parse2::<Expr>(written.clone()).map_err(|error| error.to_string());
        if written.is_empty() {
            syn::Error::new(error.span(), "an option is missing here: remove this comma")
        } else if alone.is_err_and(|error| error.starts_with("unexpected end of input")) {
            syn::Error::new_spanned(written, format!("{what} breaks off: write the rest of it"))
        } else {
            syn::Error::new(
                error.span(),
                format!("{what} is no expression: write one, such as `3`, `\"2s\"` or `NAME`"),
            )
        }
    })
}

fn opened(expr: Expr) -> Expr {
    match expr {
        Expr::Group(ExprGroup { expr, .. }) => opened(*expr),
        expr => expr,
    }
}

fn up_to_comma(input: ParseStream<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend(input.parse::<TokenTree>());
    }
    tokens
}

/// `model in self.models`, before the next comma.
fn has_in(input: ParseStream<'_>) -> bool {
    up_to_comma(&input.fork()).into_iter().any(|token| matches!(token, TokenTree::Ident(name) if name == "in"))
}

/// `max: 3`, `max == 3`, `max => 3`, `max := 3`
fn has_another_sign(input: ParseStream<'_>) -> bool {
    let colon = input.peek2(Token![:]) && !input.peek2(Token![::]);
    colon || input.peek2(Token![==]) || input.peek2(Token![=>])
}

/// `show[to]`
fn has_other_brackets(input: ParseStream<'_>) -> bool {
    input.peek2(token::Bracket) || input.peek2(token::Brace)
}

/// `reject max = 3`
fn lacks_comma(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.call(Ident::parse_any).is_ok() && ahead.call(Ident::parse_any).is_ok()
}

/// `max-retries` of `max-retries = 3`
fn with_dashes(input: ParseStream<'_>) -> Option<Punctuated<Ident, Token![-]>> {
    if !input.peek2(Token![-]) {
        return None;
    }
    let ahead = input.fork();
    let name = Punctuated::parse_separated_nonempty_with(&ahead, Ident::parse_any).ok()?;
    (ahead.peek(Token![=]) && !ahead.peek(Token![==])).then_some(name)
}

fn is_name(expr: &Expr, name: &str) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident(name))
}

fn is_last(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<TokenTree>().is_ok() && ahead.is_empty()
}
