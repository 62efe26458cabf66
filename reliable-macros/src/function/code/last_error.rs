//! The place where those that try again keep what they failed with last.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use super::{Code, Keeps, Setting, attempts};
use crate::function::{Function, Kept};

impl Code {
    /// Makes the place where the retry around this code keeps what it failed with last: before everything else for those
    /// above it, otherwise by a statement, which is given.
    pub(crate) fn keep_last_error(&mut self, kept: Kept) -> Option<TokenStream> {
        let before = std::mem::replace(&mut self.kept, Keeps::All);
        if kept == Kept::Above {
            self.make_place(before);
            return None;
        }
        let (last_error, value) = (last_error(), place());
        Some(quote_spanned!(Span::mixed_site()=> let #last_error = #value;))
    }

    /// The same for one that keeps it for those above and for nobody else. A retry in this code has done so already.
    pub(crate) fn keep_for_those_above(&mut self, function: &Function) -> Option<Ident> {
        if function.last_error != Some(Kept::Above) || self.kept == Keeps::All {
            return None;
        }
        let before = std::mem::replace(&mut self.kept, Keeps::Before);
        self.make_place(before);
        Some(last_error())
    }

    /// One for all of them.
    fn make_place(&mut self, before: Keeps) {
        if before == Keeps::Nothing {
            self.settings.push((last_error(), Setting { ty: None, value: place() }));
        }
    }

    /// The place where something in this code keeps what it failed with last for those above it.
    pub(crate) fn kept_last_error(&self, function: &Function) -> Option<Ident> {
        (function.last_error == Some(Kept::Above) && self.kept != Keeps::Nothing).then(last_error)
    }

    /// The place where the retry that is yet to come around this code will have kept it.
    pub(crate) fn last_error_before(&self, function: &Function) -> Option<Ident> {
        let kept = function.last_error.filter(|_| self.kept == Keeps::Nothing)?;
        Some(if kept == Kept::Next { attempts() } else { last_error() })
    }
}

fn place() -> TokenStream {
    quote_spanned!(Span::mixed_site()=> ::reliable::expansion::LastError::new())
}

/// What that place is called.
pub(crate) fn last_error() -> Ident {
    Ident::new("last_error", Span::mixed_site())
}
