//! An option that binds a name for the body, as written in the attribute: so that the compiler says there if it is unused.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use crate::errors::Errors;
use crate::function::Function;
use crate::function::code::Code;
use crate::options::Options;
use crate::stack::attribute::Layer;

pub(crate) struct Binds {
    pub(crate) option: &'static str,
    /// How to say what would hide a parameter: `the key`.
    pub(crate) what: &'static str,
    /// A value of its type, for a body that is never run.
    pub(crate) stand_in: fn() -> TokenStream,
}

/// The name that is bound, if the option is there.
#[derive(Clone)]
pub(crate) struct Bound {
    pub(crate) name: Option<Ident>,
    /// The same, though something may be wrong with the option, or before it.
    mentioned: Option<Ident>,
    stand_in: fn() -> TokenStream,
}

impl Binds {
    pub(crate) fn read(&self, options: &Options, function: &Function, errors: &mut Errors) -> Bound {
        let Binds { option, what, stand_in } = *self;
        let name = options.first_of(&[option]).filter(|_| options.flag(option));
        if let Some(name) = name.filter(|name| function.binds(name)) {
            let message =
                format!("{what} would hide the parameter `{name}`: rename the parameter, or remove this option");
            errors.add(name, message);
        }
        let mentioned = options.mention(option).filter(|name| !function.binds(name));
        Bound { name: name.cloned(), mentioned: mentioned.cloned(), stand_in }
    }
}

/// What the body counts on while something is wrong: the names, and nothing else.
pub(crate) fn in_spite_of_errors(bound: &[&Bound]) -> Option<Box<dyn Layer>> {
    let mixed = Span::mixed_site();
    let stand_ins = bound.iter().filter_map(|bound| {
        let (name, value) = (bound.mentioned.as_ref()?, (bound.stand_in)());
        Some(quote_spanned!(mixed=> let #name = #value; let _ = &#name;))
    });
    let stand_ins: TokenStream = stand_ins.collect();
    (!stand_ins.is_empty()).then(|| Box::new(StandIns(stand_ins)) as Box<dyn Layer>)
}

struct StandIns(TokenStream);

impl Layer for StandIns {
    fn wrap(&self, inner: Code, _: &Function) -> Code {
        inner
    }

    fn before_body(&self) -> TokenStream {
        self.0.clone()
    }
}
