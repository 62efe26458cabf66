//! What an attribute is: a few facts, and how its options are read. What it does is a [`Layer`].

use proc_macro2::TokenStream;
use syn::Signature;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::Code;
use crate::options::Options;
use crate::options::rows::Row;
use crate::stack::rule::{Rule, Twice};

/// An attribute of the family: all that is known of it before its options are read.
pub(crate) struct Attribute {
    /// As users write it: `retry`.
    pub(crate) name: &'static str,
    /// Its options, in the order in which a message lists them.
    pub(crate) options: &'static [Row],
    /// Reads the options, checks them, and makes of them what is put around the body.
    pub(crate) read: Read,
    /// Whether it can't do its work without waiting.
    pub(crate) needs_async: bool,
    /// Whether it may stand on one function twice.
    pub(crate) twice: Twice,
    /// What it says of the attributes above it and below it.
    pub(crate) order: &'static [Rule],
    /// Whether it runs the body more than once, and what for.
    pub(crate) again: Option<Again>,
    /// What its function has in its `Result`, if not just anything: `Step<…>`.
    pub(crate) answer: Option<&'static str>,
    /// What it has to do with the last error of one that tries again.
    pub(crate) last_error: Option<LastError>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Again {
    /// For another attempt, which may get clones of the parameters by the option `clone`.
    Attempt,
    /// For the next step, which goes on with what the one before has left.
    Step,
}

/// What an attribute has to do with the last error of one that tries again.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum LastError {
    /// It tries again, and keeps what it failed with.
    Kept,
    /// The same, but only for those above it.
    KeptForAbove,
    /// Above one that does, it ends the call by a fault of its own.
    ToldAbove,
    /// The same, below.
    ToldBelow,
}

pub(crate) type Read = fn(&Options, &Function, &mut Errors) -> Box<dyn Layer>;

/// An attribute on a function, with its options read.
pub(crate) struct Placed {
    pub(crate) attribute: &'static Attribute,
    pub(crate) options: Options,
    pub(crate) layer: Box<dyn Layer>,
}

impl Attribute {
    /// One that works on any function, stands there once, and next to every other.
    pub(crate) const fn new(name: &'static str, options: &'static [Row], read: Read) -> Attribute {
        Attribute {
            name,
            options,
            read,
            needs_async: false,
            twice: Twice::Refused,
            order: &[],
            again: None,
            answer: None,
            last_error: None,
        }
    }
}

/// What an attribute does to one function, once its options are read and checked.
pub(crate) trait Layer {
    /// Puts it around the code so far.
    fn wrap(&self, inner: Code, function: &Function) -> Code;

    /// Whether it lends itself to the call while that runs: then what is below can't speak to it.
    fn runs_what_is_below(&self) -> bool {
        false
    }

    /// Statements to run before the body at each attempt.
    fn before_body(&self) -> TokenStream {
        TokenStream::new()
    }

    /// Whether those statements make a clone of the receiver, which the body then knows as `this`.
    fn clones_receiver(&self) -> bool {
        false
    }

    /// Whether this layer, written below `above`, means the same around it, and is better there.
    fn hoists_over(&self, _above: &dyn Layer) -> bool {
        false
    }

    /// Whether a denial passes through unchanged.
    fn leaves_denials_alone(&self) -> bool {
        false
    }

    /// Changes what callers see of the function.
    fn change_signature(&self, _: &mut Signature) {}

    /// Notes an error if it does not go with an attribute of somebody else's on the same function.
    fn check_others(&self, _: &[syn::Attribute], _: &mut Errors) {}

    /// Notes an error if it can't do its work on this function. It is asked only where it may stand.
    fn check_function(&self, _: &Function, _: &mut Errors) {}

    /// Items to stand beside the function.
    fn beside(&self, _: &Function, _: &[syn::Attribute]) -> Option<TokenStream> {
        None
    }

    /// What must stay of it when there is an error, so that neither a caller nor the body has a second one.
    fn in_spite_of_errors(&self, _: &Function) -> Option<Box<dyn Layer>> {
        None
    }
}
