//! The option `attempt`: the body finds the number of its attempt.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::{Code, attempts};
use crate::function::tokens::uses;
use crate::options::rows::{Row, Takes};
use crate::options::{NAME, Options};
use crate::stack::bound::{Binds, Bound};

pub(super) const ATTEMPT: Row = Row::beside("attempt", Takes::Nothing)
    .also(&["attempt_number", "number"])
    .note(", or `max = 3` for the number of retries");

const BINDS: Binds = Binds {
    option: ATTEMPT.key,
    what: "the number of the attempt",
    stand_in: || quote_spanned!(Span::mixed_site()=> 1_u32),
};

pub(super) fn read(options: &Options, function: &Function, errors: &mut Errors) -> Bound {
    let bound = BINDS.read(options, function, errors);
    let of_it = |name: &_| bound.name.as_ref().is_some_and(|attempt| uses(name, attempt));
    if let Some(name) = options.value(NAME.key).filter(|name| of_it(name)) {
        errors.add(name, "`name` holds for the whole function, and not for one attempt: write one without `attempt`");
    }
    bound
}

// Output:
//     let attempt = attempts.number();
//     let timeout = … limit * attempt …;
/// Makes it known to the code, and takes the policies that are made of it: they are made anew for each attempt.
pub(super) fn put_before(name: &Ident, code: &mut Code) -> TokenStream {
    let (attempts, made_of_it) = (attempts(), code.made_of(name));
    quote_spanned!(Span::mixed_site()=> let #name = #attempts.number(); #made_of_it)
}
