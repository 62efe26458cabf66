//! Names that are no option, and which one was meant.

use syn::ext::IdentExt;
use syn::{Expr, ExprCall};

use crate::function::Function;
use crate::options::Options;
use crate::options::rows::{Row, Takes};

impl Options {
    /// What is said of a name that is no option.
    pub(super) fn unknown(&self, written: &str) -> String {
        format!("`{written}` is no option of `#[{}]`{}", self.attribute, self.suggestion(&written.replace('-', "_")))
    }

    /// The same of one with a value, which may be a list without a name for what is in it.
    pub(super) fn unknown_with(&self, written: &str, value: &Expr) -> String {
        match self.meant(written, written.len() / 3).filter(|row| row.takes.each()) {
            Some(row) => format!("`{written}` is no option of `#[{}]`: write `{}`", self.attribute, row.form_of(value)),
            None => self.unknown(written),
        }
    }

    fn suggestion(&self, written: &str) -> String {
        match self.meant(written, written.len() / 3) {
            Some(row) => did_you_mean(row),
            None => match self.known().map(listed).collect::<Vec<_>>() {
                known if known.is_empty() => ": it has none".to_owned(),
                known => format!(": it has {}", known.join(", ")),
            },
        }
    }

    /// The option that goes by this name elsewhere, begins with it, or differs from it in few characters.
    fn meant(&self, written: &str, differs: usize) -> Option<&'static Row> {
        let called = |row: &&Row| row.also.contains(&written);
        let begins = |row: &&Row| written.len() > 1 && row.key.starts_with(written);
        let near = || {
            let nearest = self.known().min_by_key(|row| distance(row.key, written));
            nearest.filter(|row| distance(row.key, written) <= differs)
        };
        self.known().find(called).or_else(|| self.known().find(begins)).or_else(near)
    }

    /// The option that takes this word: `backoff` of `exp`.
    pub(super) fn row_of_word(&self, word: &str) -> Option<&'static Row> {
        let takes_it = |row: &&Row| matches!(row.takes, Takes::Choice { words, .. } if words.iter().any(|(known, _)| *known == word));
        self.known().find(takes_it)
    }

    /// What is said of a name in the place of a ready-made value, if it is most likely a misspelt option: those values
    /// are constants, or parameters of the function.
    pub(crate) fn misspelt(&self, function: &Function) -> Option<String> {
        let Some(Expr::Path(path)) = &self.positional else { return None };
        let name = path.path.get_ident().filter(|name| !function.binds(name))?.unraw().to_string();
        if let Some(row) = self.row_of_word(&name) {
            return Some(format!("`{name}` is no option of `#[{}]`: write `{} = \"{name}\"`", self.attribute, row.key));
        }
        let row = self.meant(&name, (name.len() / 3).max(1)).filter(|_| name.starts_with(char::is_lowercase))?;
        Some(format!("`{name}` is no option of `#[{}]`{}", self.attribute, did_you_mean(row)))
    }

    /// The same where nothing stands without a name, so that a call is a misspelt option, too.
    pub(crate) fn misspelt_or_called(&self, function: &Function) -> Option<String> {
        let Some(Expr::Call(ExprCall { func, .. })) = &self.positional else { return self.misspelt(function) };
        let Expr::Path(path) = &**func else { return None };
        let name = path.path.get_ident()?.to_string();
        self.meant(&name, name.len() / 3).map(|_| self.unknown(&name))
    }
}

fn did_you_mean(row: &Row) -> String {
    if row.takes.each() {
        return format!(": write {}", listed(row));
    }
    format!(": did you mean {}{}?", listed(row), row.note)
}

fn listed(row: &Row) -> String {
    if row.takes.each() { format!("`{}`", row.form()) } else { format!("`{}`", row.key) }
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
