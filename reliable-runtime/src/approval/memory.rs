//! What a question has to do with the answers to earlier ones.

use std::any::TypeId;
use std::panic::Location;
use std::sync::Arc;

use crate::approval::grants::Grants;
use crate::approval::grants::kept::{Call, Same};
#[cfg(feature = "durable")]
use crate::base::path;
#[cfg(feature = "durable")]
use crate::durable;
#[cfg(feature = "durable")]
use crate::durable::alike::{Alike, Holds};
use crate::said::decision::Decision;
use crate::said::digest::Digest;
#[cfg(feature = "durable")]
use crate::said::name::ToolName;
#[cfg(feature = "durable")]
use crate::said::remember::Remember;
use crate::said::request::Request;
use crate::scope::{Scope, digest_key};
use crate::seen::digest;
use crate::seen::digest::digests::Digests;

/// What tells a call from others, as far as that is known.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    function: Option<Function>,
    /// Where the function is.
    #[cfg(feature = "durable")]
    module: Option<&'static str>,
    /// In a run it is known by its name alone.
    #[cfg(feature = "durable")]
    is_named: bool,
    has_arguments: bool,
    /// The function and all arguments so far.
    call: Option<Digest>,
    option: Option<Box<Remembers>>,
}

#[derive(Debug)]
struct Function {
    /// A question is to be small.
    path: fn() -> &'static str,
    place: &'static Location<'static>,
}

/// What the option `remember` needs to know.
#[derive(Debug)]
struct Remembers {
    same: Same,
    /// A type that only this function has.
    only: Option<TypeId>,
    arguments: Vec<(&'static str, Digests)>,
    /// All of them so far, in this process. `None` where that can't be known.
    all: Option<Digest>,
}

impl Identity {
    pub(crate) fn of_function(&mut self, path: fn() -> &'static str, tool: &str, place: &'static Location<'static>) {
        let function = Function { path, place };
        self.begins_with(function.digest(tool));
        self.function = Some(function);
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
    pub(crate) fn by_name(&mut self, tool: &str) {
        self.begins_with(digest::of(&("name", tool)));
        #[cfg(feature = "durable")]
        {
            self.is_named = true;
        }
    }

    /// The arguments follow. What was told before would be left out: then there is no digest, and nothing is remembered.
    fn begins_with(&mut self, function: Digest) {
        self.call = (!self.has_arguments).then_some(function);
    }

    pub(crate) fn remember(&mut self, same: Same) {
        // What was told before is not among them.
        let all = (!self.has_arguments).then(|| digest_key::in_this_process(|| digest::of(&"arguments")));
        self.option = Some(Box::new(Remembers { same, only: None, arguments: Vec::new(), all }));
    }

    pub(crate) fn only_here(&mut self, only: TypeId) {
        if let Some(option) = &mut self.option {
            option.only = Some(only);
        }
    }

    pub(crate) fn argument(&mut self, name: &'static str, argument: Digests) {
        let with = |call, argument| digest::of(&("argument", call, name, argument));
        self.has_arguments = true;
        self.call = self.call.zip(argument.here).map(|(call, argument)| with(call, argument));
        if let Some(option) = &mut self.option {
            let both = option.all.zip(argument.in_this_process);
            option.all = both.map(|(all, argument)| digest_key::in_this_process(|| with(all, argument)));
            option.arguments.push((name, argument));
        }
    }

    pub(crate) fn digest(&self) -> Option<Digest> {
        self.call
    }

    /// What a question about `tool` is known by in a run.
    #[cfg(feature = "durable")]
    pub(crate) fn path(&self, tool: &ToolName) -> ToolName {
        let Some(module) = self.module.filter(|_| !self.is_named) else { return tool.clone() };
        let here = self.function.as_ref().map(|function| (function.path)());
        path::known(here, module, tool).into()
    }
}

impl Remembers {
    /// The call, by digests of the one key or the other. `None` where nothing of it can be remembered.
    fn call(
        &self,
        function: Digest,
        all: Option<Digest>,
        request: &Request,
        by: impl Fn(&Digests) -> Option<Digest>,
    ) -> Option<Call> {
        // Who is told another reason is asked something else.
        let whole = all.map(|all| digest::of(&("call", function, all, &request.reason)));
        let arguments = self.arguments.iter().map(|(name, argument)| (*name, by(argument))).collect();
        let call = Call { function, whole, same: self.same, arguments };
        call.key(self.same).map(|_| call)
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
    fn in_a_store(&self, tool: &str, module: Option<&str>, option: &Remembers) -> Digest {
        // In a function in a function nothing has this name.
        let is_method = option.arguments.iter().any(|(name, _)| *name == "self");
        let is_known = |module| path::is_of_one_function(self.path(), module, is_method);
        if module.is_some_and(is_known) { self.digest(tool) } else { self.in_this_process(tool, option.only) }
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
    /// `None` where nothing can be remembered. Tells `request` of the other case.
    pub(crate) fn of(identity: &mut Identity, request: &mut Request) -> Option<Box<Memory>> {
        let option = *identity.option.take()?;
        let same = option.same;
        let function = identity.function.as_ref()?;
        if let Some(grants) = Scope::find::<Grants>() {
            // What they hold for is the same inside of a run and outside.
            let call = digest_key::in_this_process(|| {
                let function = function.in_this_process(&request.tool, option.only);
                option.call(function, option.all, request, |argument| argument.in_this_process)
            })?;
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
            let (path, function) = (function.path(), function.in_a_store(&request.tool, identity.module, &option));
            let call = option.call(function, identity.call, request, |argument| argument.here)?;
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
