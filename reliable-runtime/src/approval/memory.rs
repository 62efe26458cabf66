//! What a question has to do with the answers to earlier ones.

use std::any::TypeId;
use std::mem::take;
use std::panic::Location;
use std::sync::Arc;

use crate::approval::arguments::Arguments;
use crate::approval::grants::Grants;
use crate::approval::grants::kept::{Call, Same};
#[cfg(feature = "durable")]
use crate::durable;
#[cfg(feature = "durable")]
use crate::durable::alike::{Alike, Holds};
#[cfg(feature = "durable")]
use crate::durable::path;
use crate::said::decision::Decision;
use crate::said::digest::Digest;
#[cfg(feature = "durable")]
use crate::said::name::ToolName;
#[cfg(feature = "durable")]
use crate::said::remember::Remember;
use crate::said::request::Request;
use crate::scope::Scope;
use crate::seen::digest;

#[cfg(test)]
mod tests;

/// What tells a call from others, as far as that is known. It is collected in any order: what comes of it is computed when it is
/// asked for.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    function: Option<Function>,
    /// Where the function is.
    #[cfg(feature = "durable")]
    module: Option<&'static str>,
    /// It is known by its name alone.
    is_named: bool,
    /// What the option `remember` says.
    remembers: Option<Same>,
    /// A type that only this function has.
    only: Option<TypeId>,
    arguments: Arguments,
}

#[derive(Debug)]
struct Function {
    /// A question is to be small.
    path: fn() -> &'static str,
    place: &'static Location<'static>,
}

impl Identity {
    pub(crate) fn of_function(&mut self, path: fn() -> &'static str, place: &'static Location<'static>) {
        self.function = Some(Function { path, place });
    }

    #[cfg_attr(
        not(feature = "durable"),
        expect(unused_variables, clippy::unused_self, reason = "no run records the question")
    )]
    pub(crate) fn in_module(&mut self, module: &'static str) {
        #[cfg(feature = "durable")]
        {
            self.module = Some(module);
        }
    }

    /// What others see of it does not hang on where the function is. What is remembered does.
    pub(crate) fn by_name(&mut self) {
        self.is_named = true;
    }

    pub(crate) fn remember(&mut self, same: Same) {
        self.remembers = Some(same);
    }

    pub(crate) fn only_here(&mut self, only: TypeId) {
        self.only = Some(only);
    }

    pub(crate) fn argument(&mut self, name: &'static str, argument: Option<Digest>) {
        self.arguments.add(name, argument);
    }

    /// The one that others see, of this call of `tool`.
    pub(crate) fn digest(&self, tool: &str) -> Option<Digest> {
        let function = if self.is_named { digest::of(&("name", tool)) } else { self.function.as_ref()?.digest(tool) };
        self.arguments.called_with(function)
    }

    /// What a question about `tool` is known by in a run.
    #[cfg(feature = "durable")]
    pub(crate) fn path(&self, tool: &ToolName) -> ToolName {
        let Some(module) = self.module.filter(|_| !self.is_named) else { return tool.clone() };
        let method = self.function.as_ref().and_then(|function| path::of_method(function.path(), module));
        method.unwrap_or_else(|| format!("{module}::{tool}")).into()
    }
}

impl Function {
    /// How deep an expansion nests closures is no matter of the function.
    fn path(&self) -> &'static str {
        let mut path = (self.path)();
        while let Some(outer) = path.strip_suffix("::{{closure}}") {
            path = outer;
        }
        path
    }

    /// The one that others see: without the place in the source, since lines move with the next version.
    fn digest(&self, tool: &str) -> Digest {
        digest::of(&("function", self.path(), tool))
    }

    /// Two functions may have one path: what stands in a block has that of the block's function. What lives in this process goes
    /// by the place in the source, too, and by a type of its own: all that one call of a macro writes has one place.
    fn in_this_process(&self, tool: &str, only: Option<TypeId>) -> Digest {
        digest::of(&("place", self.digest(tool), self.place, only))
    }

    /// What outlives the process does so only where the path may be that of two: else the function may move.
    #[cfg(feature = "durable")]
    fn in_a_store(&self, tool: &str, identity: &Identity) -> Digest {
        // In a function in a function nothing has this name.
        let is_method = identity.arguments.find("self").is_some();
        let is_known = |module| path::is_of_one_function(self.path(), module, is_method);
        if identity.module.is_some_and(is_known) {
            self.digest(tool)
        } else {
            self.in_this_process(tool, identity.only)
        }
    }
}

/// The answers that are remembered, as one question sees them.
#[derive(Debug)]
pub(crate) enum Memory {
    /// In this process.
    Grants(Arc<Grants>, Call),
    /// In the store of the run.
    #[cfg(feature = "durable")]
    Store(Alike),
}

impl Memory {
    /// `None` where nothing can be remembered. Tells `request`, which has its digest, of the other case.
    pub(crate) fn of(identity: &mut Identity, request: &mut Request) -> Option<Box<Memory>> {
        let same = identity.remembers?;
        let (function, call) = (identity.function.as_ref()?, request.digest);
        // Who is told another reason is asked something else.
        let whole = |function| call.map(|call| digest::of(&("call", function, call, &request.reason)));
        if let Some(grants) = Scope::find::<Grants>() {
            let function = function.in_this_process(&request.tool, identity.only);
            let call = Call { function, whole: whole(function), same, arguments: take(&mut identity.arguments) };
            call.key(same)?;
            request.remember = Some(grants.offer(same));
            return Some(Box::new(Memory::Grants(grants, call)));
        }
        #[cfg(feature = "durable")]
        {
            let at_most = match durable::question::holds() {
                Holds::Never => return None,
                Holds::AtMost(at_most) => Some(at_most),
                Holds::UntilRevoked => None,
            };
            let (path, function) = (function.path(), function.in_a_store(&request.tool, identity));
            let call = Call { function, whole: whole(function), same, arguments: take(&mut identity.arguments) };
            let offer = Remember::of(same, at_most);
            let alike = Alike::new(path, offer.same.clone(), call.key(same)?, call.whole);
            request.remember = Some(offer);
            Some(Box::new(Memory::Store(alike)))
        }
        #[cfg(not(feature = "durable"))]
        None
    }

    /// The answer that holds for this call, too, and is known in this process.
    pub(crate) fn recall(&self) -> Option<Decision> {
        match self {
            Memory::Grants(grants, call) => grants.recall(call),
            #[cfg(feature = "durable")]
            Memory::Store(_) => None,
        }
    }

    /// For which calls the store remembers an answer.
    #[cfg(feature = "durable")]
    pub(crate) fn alike(&self) -> Option<&Alike> {
        match self {
            Memory::Grants(..) => None,
            Memory::Store(alike) => Some(alike),
        }
    }

    /// Keeps the answer, if that is what it says. One that corrects something is an answer to this call alone. A store has kept it
    /// when it was given.
    pub(crate) fn keep(&self, decision: &Decision, request: &Request) {
        #[cfg_attr(not(feature = "durable"), expect(irrefutable_let_patterns, reason = "there is no store"))]
        let Memory::Grants(grants, call) = self else { return };
        match decision {
            Decision::Approved { by, edits, remember: true } if edits.is_empty() => {
                grants.keep(call, request, by.as_deref(), None);
            }
            Decision::Denied { by, reason, remember: true } => {
                grants.keep(call, request, by.as_deref(), Some(reason));
            }
            _ => {}
        }
    }
}
