//! What a question has to do with the answers to earlier ones.

use std::panic::Location;
use std::sync::Arc;

use crate::approval::grants::Grants;
use crate::approval::grants::kept::{Call, Same};
use crate::said::decision::Decision;
use crate::said::digest::Digest;
use crate::said::request::Request;
use crate::scope::Scope;
use crate::seen::digest;

/// What tells a call from others, as far as that is known.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    function: Option<Digest>,
    /// The function and all arguments so far.
    call: Option<Digest>,
    option: Option<Box<Remembers>>,
}

/// What the option `remember` needs to know.
#[derive(Debug)]
struct Remembers {
    same: Same,
    arguments: Vec<(&'static str, Option<Digest>)>,
}

impl Identity {
    /// Two functions may have one path: what stands in a block has that of the block's function. What lives in this process goes
    /// by the place in the source, too; the digest that others see does not, since lines move with the next version.
    pub(crate) fn of_function(&mut self, path: &str, tool: &str, place: &Location<'_>) {
        let function = digest::of(&("function", path, tool));
        self.function = Some(digest::of(&("place", function, place)));
        self.call = Some(function);
    }

    pub(crate) fn remember(&mut self, same: Same) {
        self.option = Some(Box::new(Remembers { same, arguments: Vec::new() }));
    }

    pub(crate) fn argument(&mut self, name: &'static str, argument: Option<Digest>) {
        let with = |call, argument| digest::of(&("argument", call, name, argument));
        self.call = self.call.zip(argument).map(|(call, argument)| with(call, argument));
        if let Some(option) = &mut self.option {
            option.arguments.push((name, argument));
        }
    }

    pub(crate) fn digest(&self) -> Option<Digest> {
        self.call
    }
}

/// The answers that are remembered, as one question sees them.
#[derive(Debug)]
pub(crate) struct Memory {
    grants: Arc<Grants>,
    call: Call,
}

impl Memory {
    /// `None` where nothing can be remembered. Tells `request` of the other case.
    pub(crate) fn of(identity: &mut Identity, request: &mut Request) -> Option<Box<Memory>> {
        let Remembers { same, arguments } = *identity.option.take()?;
        let grants = Scope::find::<Grants>()?;
        // Who is told another reason is asked something else.
        let whole = identity.call.map(|call| digest::of(&("call", call, &request.reason)));
        let call = Call { function: identity.function?, whole, same, arguments };
        call.key(same)?;
        request.remember = Some(grants.offer(same));
        Some(Box::new(Memory { grants, call }))
    }

    /// The answer that holds for this call, too.
    pub(crate) fn recall(&self) -> Option<Decision> {
        self.grants.recall(&self.call)
    }

    /// Keeps the answer, if that is what it says. One that corrects something is an answer to this call alone.
    pub(crate) fn keep(&self, decision: &Decision, request: &Request) {
        match decision {
            Decision::Approved { by, edits, remember: true } if edits.is_empty() => {
                self.grants.keep(&self.call, request, by.as_deref(), None);
            }
            Decision::Denied { by, reason, remember: true } => {
                self.grants.keep(&self.call, request, by.as_deref(), Some(reason));
            }
            _ => {}
        }
    }
}
