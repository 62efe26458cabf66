//! Policies that are made of something which is known only around a part of the code.

use proc_macro2::{Ident, TokenStream};

use super::{Code, Setting, made};
use crate::function::tokens::uses;

impl Code {
    /// Takes the policies that are made of something with this name, which is known only around this code: the statements
    /// that make them there.
    pub(crate) fn made_of(&mut self, name: &Ident) -> TokenStream {
        let is_made_of_it = |(_, Setting { value, .. }): &(Ident, Setting)| uses(value, name);
        let (theirs, others) = self.settings.drain(..).partition::<Vec<_>, _>(is_made_of_it);
        self.settings = others;
        made(&theirs)
    }
}
