//! Collects every error of one function, so that one build shows them all.

use std::fmt::Display;

use quote::ToTokens;

/// The errors found so far.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    /// Adds an error at the user's own tokens.
    pub(crate) fn add(&mut self, at: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(at, message));
    }

    /// Two attributes may find the same mistake in their function: it is told once.
    pub(crate) fn push(&mut self, error: syn::Error) {
        let words = |error: &syn::Error| (error.to_string(), format!("{:?}", error.span()));
        if !self.0.iter().any(|known| words(known) == words(&error)) {
            self.0.push(error);
        }
    }

    /// Notes the error of `result`, if it is one.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Adds those that were found elsewhere.
    pub(crate) fn append(&mut self, others: Errors) {
        others.0.into_iter().for_each(|error| self.push(error));
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// All errors as one, if there are any.
    pub(crate) fn finish(self) -> syn::Result<()> {
        let all = self.0.into_iter().reduce(|mut all, error| {
            all.combine(error);
            all
        });
        all.map_or(Ok(()), Err)
    }
}
