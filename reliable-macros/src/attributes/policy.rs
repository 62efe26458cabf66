//! `#[policy]`: a policy of the user's own.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::errors::Errors;
use crate::function::code::{Code, Setting, ended_by_fault, pause};
use crate::function::tokens::{at, relocate};
use crate::function::{Function, IntoError};
use crate::options::Options;
use crate::options::classify::Classify;
use crate::options::repeat::{CLONE, Clones, check_parameters};
use crate::stack::attribute::{Again, Attribute, LastError, Layer};
use crate::stack::rule::Twice;

pub(crate) const POLICY: Attribute = Attribute {
    // What two of them do to one call is their own affair.
    twice: Twice::Allowed,
    again: Some(Again::Attempt),
    last_error: Some(LastError::KeptForAbove),
    ..Attribute::new("policy", &[CLONE], read)
};

struct OwnPolicy {
    policy: Setting,
    clones: Clones,
    /// Where an error about the policy's type points.
    span: Span,
}

fn read(options: &Options, function: &Function, errors: &mut Errors) -> Box<dyn Layer> {
    check_parameters(function, errors);
    let (value, span) = if let Some(policy) = &options.positional {
        (quote_spanned!(at(policy.span())=> &#policy), at(policy.span()))
    } else {
        let message = "`#[policy]` needs a value whose type implements `reliable::Policy`: write `#[policy(NAME)]`";
        options.must_have(message, errors);
        (TokenStream::new(), options.span)
    };
    let policy = Setting { ty: None, value };
    Box::new(OwnPolicy { policy, clones: Clones::of(options, function, errors), span })
}

impl Layer for OwnPolicy {
    // Input:
    //     BODY
    //
    // Output:
    //     let policy = &THROTTLE;
    //     let mut waited = ::core::time::Duration::ZERO;
    //     let mut call = loop {
    //         let pause = match ::reliable::expansion::PolicyCall::before(policy, "forecast", &mut waited) {
    //             ::reliable::Before::Admit(call) => break call,
    //             ::reliable::Before::Wait(pause) => ::reliable::expansion::Pause::new(pause),
    //             ::reliable::Before::Reject(fault) => return ::reliable::expansion::Outcome::from_fault(fault),
    //         };
    //         pause.await;
    //     };
    //     loop {
    //         let outcome: Result<Forecast, WeatherError> = { BODY };
    //         let pause = match call.settle(outcome, |error| …) {
    //             ::core::ops::ControlFlow::Break(outcome) => break outcome,
    //             ::core::ops::ControlFlow::Continue(pause) => pause,
    //         };
    //         pause.await;
    //     }
    //
    // What a `match` looks at stays alive until its end: so each pause is bound before it is awaited.
    fn wrap(&self, mut inner: Code, function: &Function) -> Code {
        let mixed = Span::mixed_site();
        let policy = inner.setting("policy", &self.policy);
        let tool = &function.name;
        let outcome = inner.outcome(function);
        let classify = Classify::default().noting(inner.keep_for_those_above(function));
        let before = quote_spanned!(mixed=> ::reliable::expansion::PolicyCall::before(#policy, #tool, &mut waited));
        let before = relocate(before, self.span);
        let refused = ended_by_fault(function);
        let call = Ident::new("call", self.span);
        let settled = match &function.into_error {
            None => quote_spanned!(mixed=> settle(outcome, #classify)),
            Some(IntoError { function, .. }) => quote_spanned!(mixed=> settle_with(outcome, #classify, #function)),
        };
        let settled = relocate(settled, function.return_span());
        let wait = pause(function);
        inner.into_returning(|leave, last| {
            let refused = leave(&refused);
            quote_spanned!(mixed=>
                let mut waited = ::core::time::Duration::ZERO;
                let mut call = loop {
                    let pause = match #before {
                        ::reliable::Before::Admit(call) => break call,
                        ::reliable::Before::Wait(pause) => ::reliable::expansion::Pause::new(pause),
                        ::reliable::Before::Reject(fault) => #refused,
                    };
                    #wait;
                };
                #last loop {
                    #outcome
                    let pause = match #call.#settled {
                        ::core::ops::ControlFlow::Break(outcome) => break outcome,
                        ::core::ops::ControlFlow::Continue(pause) => pause,
                    };
                    #wait;
                }
            )
        })
    }

    fn before_body(&self) -> TokenStream {
        self.clones.made()
    }

    fn clones_receiver(&self) -> bool {
        self.clones.has_receiver()
    }
}
