//! `#[requires_approval]`: asks a human before the body runs.

use std::any::{TypeId, type_name};
use std::panic::Location;
use std::time::Duration;

use crate::agent::run::Run;
use crate::approval::approver::{Approver, ErasedApprover};
use crate::approval::asks;
use crate::approval::edits::Places;
use crate::approval::memory::{Identity, Memory};
use crate::approval::open::Open;
use crate::approval::whom::Whom;
use crate::base::human_time::asking::asking;
use crate::base::timer;
#[cfg(feature = "durable")]
use crate::durable;
use crate::said::decision::Decision;
use crate::said::edits::{Editable, Edits};
use crate::said::fault::Fault;
use crate::said::ids::QuestionId;
use crate::said::name::ToolName;
use crate::said::request::{Argument, Request};
use crate::said::words;
use crate::seen::digest::digests::Digests;
use crate::seen::emit::tell;
use crate::seen::inspect;
use crate::seen::inspect::digested::{Seen, SeenArgument, Shown};
use crate::seen::span::ApprovalSpan;

/// A question to a human, put together argument by argument and then asked.
///
/// The approver is the one named with [`by`](Approval::by), else that of the innermost [`Scope`](crate::scope::Scope), else the
/// process-wide one ([`approver::install`](crate::approval::approver::install)). Where there is none, the call is denied. In
/// the flow of a durable run each question also waits in the store's inbox, whoever else is asked, and the first answer counts:
/// without an approver it waits there, and is not denied.
///
/// ```
/// use reliable::{Approval, Fault, Scope, approver};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let unasked = Approval::new("refund").show("amount", "40".to_owned()).ask().await;
/// assert!(matches!(unasked, Err(Fault::Denied { .. })), "there is no approver: fail closed");
///
/// let asked = Scope::current().approver(approver::Approve).run(Approval::new("refund").ask()).await;
/// assert_eq!(asked, Ok(()));
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is asked before `ask().await`"]
pub struct Approval<'a> {
    pub(super) request: Request,
    pub(super) within: Option<Duration>,
    pub(super) by: Option<&'a dyn ErasedApprover>,
    places: Places<'a>,
    identity: Identity,
    pub(super) memory: Option<Box<Memory>>,
}

impl<'a> Approval<'a> {
    /// A question about `tool`, with no arguments yet.
    pub fn new(tool: impl Into<ToolName>) -> Self {
        Approval {
            request: Request::new(tool.into()),
            within: None,
            by: None,
            places: Places::none(),
            identity: Identity::default(),
            memory: None,
        }
    }

    /// Which function it is whose arguments follow: the path of this closure, which is never called, tells. It comes first, and
    /// makes that the question has a [digest](Request::digest), if each argument is told by [`argument`](Approval::argument).
    #[track_caller]
    pub fn here<F: FnOnce()>(mut self, here: F) -> Self {
        let _ = here;
        self.identity.of_function(type_name::<F>, &self.request.tool, Location::caller());
        self
    }

    /// The module where the function is: with it, two functions of one name in two modules, and two methods of one name if it
    /// comes after [`here`](Approval::here), have questions of their own in a durable run. It is `module_path!()` in what
    /// `#[requires_approval]` writes.
    ///
    /// ```
    /// # async fn f() -> Result<(), reliable::Fault> {
    /// reliable::Approval::new("refund").in_module(module_path!()).ask().await
    /// # }
    /// ```
    #[inline]
    pub fn in_module(mut self, module: &'static str) -> Self {
        self.identity.in_module(module);
        self
    }

    /// It is known by its name alone, in whichever module the function is: so a durable run goes on with the answer when the
    /// function has moved. It comes after [`here`](Approval::here), and before the arguments. It is what `#[requires_approval]`
    /// writes, too, where there is a `name`. An answer that is remembered holds for the function where it is, all the same.
    ///
    /// ```
    /// # async fn f() -> Result<(), reliable::Fault> {
    /// reliable::Approval::new("refund").here(|| {}).by_name().ask().await
    /// # }
    /// ```
    pub fn by_name(mut self) -> Self {
        self.identity.by_name(&self.request.tool);
        self
    }

    /// The answer may be remembered for the same call: the same function with the same arguments, for the same reason. It comes
    /// before the arguments.
    pub fn remember(mut self) -> Self {
        self.identity.remember(None);
        self
    }

    /// The answer may be remembered for all calls in which these arguments are the same. It comes before the arguments.
    pub fn remember_for(mut self, same: &'static [&'static str]) -> Self {
        self.identity.remember(Some(same));
        self
    }

    /// A type that no other function has, such as one that stands in its body: where its path and its place in the source may be
    /// those of another one, as of all that one call of a macro writes, an answer that is remembered holds for this one alone. It
    /// comes after [`remember`](Approval::remember). It is what `#[requires_approval]` writes.
    ///
    /// ```
    /// use std::any::TypeId;
    ///
    /// # async fn f() -> Result<(), reliable::Fault> {
    /// struct Here;
    /// reliable::Approval::new("refund").here(|| {}).remember().only_here(TypeId::of::<Here>()).ask().await
    /// # }
    /// ```
    pub fn only_here(mut self, only: TypeId) -> Self {
        self.identity.only_here(only);
        self
    }

    /// Why a human is asked.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.request.reason = Some(words::shown_text(reason.into()));
        self
    }

    /// An argument, with what it is told by: `.argument("to", Inspect::new(&to).digested().argument())`.
    pub fn argument(mut self, name: &'static str, seen: Seen) -> Self {
        let Seen(Some(SeenArgument { shown, digests })) = seen else { return self };
        self.identity.argument(name, digests);
        match shown {
            Shown::InWords(words) => self.list(name, Some(words)),
            Shown::ByName => self.list(name, None),
            Shown::NotAtAll => self,
        }
    }

    /// Stands for something that has no name, and is not shown either: so nothing tells this call from others.
    pub fn hidden(mut self, name: &'static str) -> Self {
        self.identity.argument(name, Digests::default());
        self
    }

    /// Shows an argument, in words: `.show("to", Inspect::new(&to).text())`. What could deceive the eye is escaped, and what is
    /// long is cut, with its length told. With `None` it is left out.
    pub fn show(self, name: &'static str, value: impl Into<Option<String>>) -> Self {
        match value.into() {
            Some(value) => self.hidden(name).list(name, Some(words::shown_text(value))),
            None => self,
        }
    }

    /// Stands for an argument of which nobody can show more than what it is: `.not_shown("_", "Token")` is shown as
    /// `_ = <not shown: Token>`.
    pub fn not_shown(self, name: &'static str, what: &str) -> Self {
        self.show(name, inspect::not_shown(what))
    }

    /// Names an argument without its value, which neither a human nor a log gets to see.
    pub fn redact(self, name: &'static str) -> Self {
        self.hidden(name).list(name, None)
    }

    fn list(mut self, name: &'static str, value: Option<String>) -> Self {
        self.request.arguments.push(Argument { name: name.into(), value, editable: false });
        self
    }

    /// Lets the human put another value in the place of an argument that was shown before, and not redacted. When the answer
    /// is a yes that came with one, `value` has it, and `words` says it in the events; of one that can't be read comes a no.
    /// Needs the feature `serde`. The other end is `edit` of [`Decision`].
    ///
    #[cfg_attr(feature = "serde", doc = "```")]
    #[cfg_attr(not(feature = "serde"), doc = "```ignore")]
    /// use reliable::{Approval, Decision, approver};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), reliable::Fault> {
    /// let less = approver::Scripted::new([Decision::approve().edit("amount", 35)]);
    /// let (amount, mut edited) = (40, None);
    /// let question = Approval::new("refund").show("amount", amount.to_string()).by(&less);
    /// question.edit("amount", &mut edited, ToString::to_string).ask().await?;
    /// assert_eq!(edited.unwrap_or(amount), 35);
    /// # Ok(())
    /// # }
    /// ```
    pub fn edit<T: Editable + Send>(
        mut self,
        name: &'static str,
        value: &'a mut Option<T>,
        words: fn(&T) -> String,
    ) -> Self {
        self.places.add(&mut self.request, name, value, words);
        self
    }

    /// How long the question stands open. Default: for ever.
    pub fn within(mut self, within: Duration) -> Self {
        self.within = Some(within);
        self
    }

    /// Asks this approver and no other.
    pub fn by(mut self, approver: &'a impl Approver) -> Self {
        self.by = Some(approver);
        self
    }

    pub(crate) fn tool_and_id(&self) -> (&ToolName, QuestionId) {
        (&self.request.tool, self.request.id)
    }

    #[cfg(test)]
    pub(crate) fn into_request(self) -> Request {
        self.request
    }

    /// Asks, and waits for the answer. While it waits, the clocks around it stand still: those of a
    /// [`Timeout`](crate::policies::timeout::Timeout), a [`Hedge`](crate::policies::hedge::Hedge) and a `within`.
    ///
    /// # Errors
    /// [`Fault::Denied`] if the answer is no, if there is no approver (outside of a durable run), or if the approver panics, fails
    /// or goes away; [`Fault::Expired`] if there is no answer in time; [`Fault::TooManyDenials`], without a question, if the
    /// agent's run that this is a part of was denied too much
    /// ([`max_denials`](crate::agent::limits::AgentLimits::max_denials)).
    #[expect(clippy::manual_async_fn, reason = "an `async fn` keeps its arguments twice")]
    pub fn ask(mut self) -> impl Future<Output = Result<(), Fault>> + Send + use<'a> {
        async move {
            self.belongs_to(&Run::current());
            self.request.digest = self.identity.digest();
            let memory = Memory::of(&mut self.identity, &mut self.request);
            if let Some(decision) = asks::denied(&self.request).or_else(|| untold(&self.request)) {
                return self.conclude(decision, Duration::ZERO);
            }
            self.may_be_asked()?;
            self.memory = memory;
            #[cfg(feature = "durable")]
            if let Some(asked) = durable::question::asked(|| (self.identity.path(&self.request.tool), self.asking())) {
                return Box::pin(self.ask_in_run(asked)).await;
            }
            if let Some(decision) = self.memory.as_ref().and_then(|memory| memory.recall()) {
                return self.tell(decision, Duration::ZERO, true);
            }
            let whom = Whom::of(self.by);
            if let Some(decision) = whom.at_once(&self.request) {
                self.tell_asked();
                let decision = self.corrected(decision);
                return self.conclude(decision, Duration::ZERO);
            }
            // On the heap: it waits for a human, and the function that asks stays small.
            let question = {
                let span = ApprovalSpan::begin(&self.request);
                Box::pin(span.around(self.wait_for(whom, span.clone())))
            };
            question.await
        }
    }

    fn belongs_to(&mut self, run: &Run) {
        self.request.run = run.id();
        self.request.step = self.request.run.as_ref().map(|_| run.step());
    }

    async fn wait_for(mut self, whom: Whom<'a>, span: ApprovalSpan) -> Result<(), Fault> {
        self.tell_asked();
        let open = Open::new(&self.request);
        let answer = whom.review(&self.request, self.within);
        let decision = match self.within {
            Some(within) => asking(timer::within(within, answer)).await.unwrap_or(Decision::Expired),
            None => asking(answer).await,
        };
        let waited = open.answered();
        let decision = self.corrected(decision);
        span.decided(&decision);
        self.conclude(decision, waited)
    }

    /// Not if this very call was denied before in the agent's run, or too much was.
    fn may_be_asked(&self) -> Result<(), Fault> {
        let Err((fault, by)) = Run::current().may_ask(&self.request) else { return Ok(()) };
        let (Request { id, run, step, tool, arguments, .. }, cause) = (&self.request, &fault);
        tell!(Refused {
            tool: tool.clone(),
            id: *id,
            run: run.clone(),
            step: *step,
            by,
            fault: cause.clone(),
            waited: Duration::ZERO,
            arguments: arguments.clone(),
            remembered: true,
        });
        Err(fault)
    }

    pub(super) fn tell_asked(&self) {
        let Request { id, run, step, tool, reason, arguments, .. } = &self.request;
        tell!(Asked {
            tool: tool.clone(),
            id: *id,
            run: run.clone(),
            step: *step,
            reason: reason.clone(),
            arguments: arguments.clone(),
        });
    }

    /// The answer when its corrections are made: of those that can't be made comes a no, before anybody hears of a yes.
    pub(super) fn corrected(&mut self, decision: Decision) -> Decision {
        let Decision::Approved { by, edits, remember } = decision else { return decision };
        if edits.is_empty() {
            return Decision::Approved { by, edits, remember };
        }
        let corrected = self.places.correct(&mut self.request, &edits);
        let untold = || untold(&self.request).map(|no| if let Some(by) = &by { no.by(by) } else { no });
        match corrected {
            Ok(()) => untold().unwrap_or(Decision::Approved { by, edits, remember }),
            Err(reason) => Decision::Denied { by, reason, remember: false },
        }
    }

    pub(super) fn conclude(self, decision: Decision, waited: Duration) -> Result<(), Fault> {
        self.keep(&decision).tell(decision, waited, false)
    }

    pub(super) fn keep(self, decision: &Decision) -> Self {
        if let Some(memory) = &self.memory {
            memory.keep(decision, &self.request);
        }
        self
    }

    pub(super) fn tell(self, decision: Decision, waited: Duration, remembered: bool) -> Result<(), Fault> {
        let outcome = self.outcome(&decision);
        let Request { id, run, step, tool, arguments, .. } = self.request;
        let (by, edits) = match decision {
            Decision::Approved { by, edits, .. } => (by, edits),
            Decision::Denied { by, .. } => (by, Edits::default()),
            Decision::Expired => (None, Edits::default()),
        };
        match &outcome {
            Ok(()) => tell!(Approved {
                tool,
                id,
                run,
                step,
                by,
                waited,
                edits: arguments.iter().filter(|argument| edits.get(&argument.name).is_some()).cloned().collect(),
                arguments,
                remembered,
            }),
            Err(fault) => {
                tell!(Refused { tool, id, run, step, by, fault: fault.clone(), waited, arguments, remembered });
            }
        }
        outcome
    }

    /// What comes of a decision, without a word to anybody.
    pub(super) fn outcome(&self, decision: &Decision) -> Result<(), Fault> {
        Run::current().decided(decision);
        let tool = || self.request.tool.clone();
        match decision {
            Decision::Approved { .. } => Ok(()),
            Decision::Denied { reason, .. } => Err(Fault::Denied { tool: tool(), reason: reason.clone() }),
            Decision::Expired => Err(Fault::Expired { tool: tool(), within: self.within }),
        }
    }
}

/// Nobody is asked about what can't be shown.
fn untold(request: &Request) -> Option<Decision> {
    let untold = request.arguments.iter().find(|argument| argument.value.as_deref() == Some(words::UNTOLD))?;
    Some(Decision::deny(format!("`{}` can't be shown: its `Debug` or `Display` panicked", untold.name)))
}
