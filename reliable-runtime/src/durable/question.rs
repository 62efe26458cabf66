//! A question in the flow of a run: it and its answer outlive the process.

use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::thread::panicking;
use std::time::Duration;

use crate::agent::run::Run;
use crate::durable::alike::Holds;
use crate::durable::flow::{Flow, Here};
use crate::durable::halt::{Halt, HaltKind};
use crate::durable::leaf::Leaf;
use crate::durable::recorded::{in_words, read, write};
use crate::durable::records::{Asking, Entry, Kind, Place};
use crate::said::decision::Decision;
use crate::said::ids::QuestionId;
use crate::said::name::ToolName;
use crate::said::request::Request;
use crate::said::words;
use crate::seen::emit::tell;

/// An answer, and to which question.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Answered {
    pub(crate) id: QuestionId,
    pub(crate) decision: Decision,
    pub(crate) waited: Duration,
    /// Whether it was the answer to an earlier question.
    pub(crate) remembered: bool,
}

/// What is recorded: the answer, with what was asked.
#[derive(serde::Serialize, serde::Deserialize)]
struct Recorded {
    answered: Answered,
    request: Request,
}

/// A question in the flow of a run.
pub(crate) struct Asked {
    flow: Arc<Flow>,
    /// `None` where it has none: then the run is stopped.
    place: Option<Place>,
    asking: Asking,
}

/// Takes the place of a question, in a flow: the path that it is known by, and what is asked. Inside of a recorded call it
/// stops the run: it would be recorded that nobody answered.
pub(crate) fn asked(question: impl FnOnce() -> (ToolName, Asking)) -> Option<Box<Asked>> {
    let here = Here::now();
    if let Here::Plain = here {
        return None;
    }
    let (path, asking) = question();
    let (flow, place) = match here {
        Here::Plain => return None,
        Here::Flow(flow) => {
            let place = flow.place(Kind::Question, path);
            (flow, Some(place))
        }
        Here::Leaf(flow) => {
            flow.halt(misplaced(&path));
            (flow, None)
        }
    };
    Some(Box::new(Asked { flow, place, asking }))
}

/// How long the store would remember the answer to a question in this flow.
pub(crate) fn holds() -> Holds {
    match Here::now() {
        Here::Flow(flow) => flow.journal.holds(),
        Here::Plain | Here::Leaf(_) => Holds::Never,
    }
}

fn misplaced(tool: &ToolName) -> Halt {
    let message = format!(
        "`{tool}` asks a human inside of a recorded call, where the answer could not outlive the process: ask in the run itself, \
         with `#[requires_approval]` above `#[durable]`"
    );
    Halt::new(HaltKind::Misplaced, message)
}

impl Asked {
    /// The answer that is recorded, or else what `decide` gives, recorded; and whether it was recorded before.
    pub(crate) async fn recorded(&self, decide: impl Future<Output = Answered>) -> (Answered, bool) {
        let Some(place) = self.place.clone() else { return pending().await };
        // Before it is its turn: an earlier life may have asked it, and died when another branch had won.
        let waits = Waits { flow: &self.flow, place: &place };
        if let Some(entry) = self.flow.begin(&place).await {
            std::mem::forget(waits);
            Run::current().book_again(&entry.noted);
            return (self.read_back(&entry, place).await, true);
        }
        let (mut leaf, mut decide) = (Leaf::new(&self.flow), pin!(decide));
        let answered = poll_fn(|cx| leaf.poll(decide.as_mut(), cx)).await;
        std::mem::forget(waits);
        let request = self.asking.request.clone();
        let arguments = in_words(&request.arguments);
        let recorded = Recorded { answered: answered.clone(), request };
        let entry = Entry { arguments, outcome: write(&recorded), noted: leaf.noted, at: self.flow.journal.now() };
        self.flow.hand_out(place, entry).await;
        (answered, false)
    }

    async fn read_back(&self, entry: &Entry, place: Place) -> Answered {
        let Recorded { answered, request } = match read(&entry.outcome, &place) {
            Ok(recorded) => recorded,
            Err(halt) => return self.halted(halt).await,
        };
        if !self.asking.is_the_same_as(&request) {
            let message = format!(
                "{place} was answered, and the run went on with that; now it would ask something else there ({}): go on with the \
                 program that asked it, or cancel the run",
                differs(&self.asking.request, &request)
            );
            return self.halted(Halt::new(HaltKind::Mismatch, message)).await;
        }
        let tool = &self.asking.request.tool;
        tell!(ReadBack { tool: tool.clone(), number: place.number, same_arguments: true });
        answered
    }

    async fn halted<T>(&self, halt: Halt) -> T {
        self.flow.halt(halt);
        pending().await
    }

    /// The answer that the store remembers for it, if one holds.
    pub(crate) fn recall(&self) -> impl Future<Output = Option<(QuestionId, Decision)>> + Send + use<> {
        let flow = Arc::clone(&self.flow);
        let place = self.place.clone().filter(|_| self.asking.alike.is_some());
        let recalled = place.map(|place| Arc::clone(&flow.journal).recall(place, self.asking.clone()));
        async move {
            let (id, decision) = flow.unless_halted(recalled?).await?;
            Some((id, decision.told()))
        }
    }

    /// Answers it with what is remembered in this process, and gives its id. Not if it was answered before: an earlier life may
    /// have asked it, and whoever has seen the question itself knows better.
    pub(crate) async fn unless_answered(&self, decision: Decision) -> Option<(QuestionId, Decision)> {
        let id = self.open().await;
        let answered = Arc::clone(&self.flow.journal).answer(id, decision.clone());
        self.flow.unless_halted(answered).await.then_some((id, decision))
    }

    /// Puts the question where people find it, and gives its id.
    pub(crate) fn open(&self) -> impl Future<Output = QuestionId> + Send + use<> {
        let flow = Arc::clone(&self.flow);
        let asked = self.place.clone().map(|place| Arc::clone(&flow.journal).ask(place, self.asking.clone()));
        async move {
            match asked {
                Some(asked) => flow.unless_halted(asked).await,
                None => pending().await,
            }
        }
    }

    /// The answer to it from anywhere: from whoever looks into the inbox, or from the approver, if there is one.
    pub(crate) fn answer<A>(&self, question: QuestionId, approver: Option<A>) -> impl Future<Output = Decision> + use<A>
    where
        A: Future<Output = Decision>,
    {
        let flow = Arc::clone(&self.flow);
        async move {
            let mut decided = pin!(flow.unless_halted(Arc::clone(&flow.journal).decided(question)));
            let mut asked = pin!(async {
                if let Some(approver) = approver {
                    let decision = approver.await;
                    flow.unless_halted(Arc::clone(&flow.journal).answer(question, decision)).await;
                }
            });
            let mut is_asked = false;
            poll_fn(|cx| {
                if !is_asked {
                    is_asked = asked.as_mut().poll(cx).is_ready();
                }
                decided.as_mut().poll(cx).map(Decision::told)
            })
            .await
        }
    }
}

/// What is another question now.
fn differs(now: &Request, before: &Request) -> String {
    if now.reason == before.reason {
        return format!("{now}, and not {before}");
    }
    let reason = |request: &Request| words::told(&request.reason.as_deref().unwrap_or("none"));
    format!("{now} with the reason `{}`, and not {before} with the reason `{}`", reason(now), reason(before))
}

/// The question waits for its answer. Dropped by the flow, as by a race that another branch has won, it is void; dropped with the
/// whole run, it is not: the next life goes on with it. A panic takes the whole run with it, unless the flow catches it.
struct Waits<'a> {
    flow: &'a Arc<Flow>,
    place: &'a Place,
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        if !self.flow.is_polled() {
            return;
        }
        if panicking() {
            self.flow.abandon_if_it_goes_on(self.place.clone());
        } else {
            self.flow.journal.abandon(self.place);
        }
    }
}
