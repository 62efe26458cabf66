//! A recorded call while it lasts: its place, its body, and what is written of it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::agent::run::Run;
use crate::base::path;
use crate::durable::flow::Flow;
use crate::durable::leaf::Leaf;
use crate::durable::recorded::Form;
use crate::durable::records::{Entry, Kind, Place, Written};
use crate::said::idempotency::IdempotencyKey;
use crate::said::name::ToolName;
use crate::seen::emit::tell;

/// A call in the flow of a run.
#[derive(Debug)]
pub(super) struct Live {
    flow: Arc<Flow>,
    /// What it is called in events.
    tool: ToolName,
    /// The path of a closure in its function.
    pub(super) here: Option<&'static str>,
    /// What it is known by.
    path: ToolName,
    number: u32,
    pub(super) arguments: String,
    stage: Stage,
}

/// Something that happens before or after the body.
type Aside<T> = Pin<Box<dyn Future<Output = T> + Send>>;

enum Stage {
    /// It has no place yet.
    Unplaced,
    /// Its place is looked up.
    Before(Aside<Option<Entry>>),
    /// The body runs.
    During(Leaf),
    /// Its outcome is written.
    After(Aside<Written>),
}

impl Live {
    pub(super) fn new(flow: Arc<Flow>, tool: ToolName) -> Live {
        let (path, arguments) = (tool.clone(), String::new());
        Live { flow, tool, here: None, path, number: 0, arguments, stage: Stage::Unplaced }
    }

    pub(super) fn is_in(&mut self, module: &str) {
        // What is looked up at one place is not to be written at another.
        if let Stage::Unplaced = self.stage {
            self.path = path::known(self.here, module, &self.tool).into();
        }
    }

    /// The key of this call, when it has its place.
    pub(super) fn idempotency_key(&self) -> IdempotencyKey {
        IdempotencyKey::of(self.flow.journal.seed(), &self.path, self.number)
    }

    fn place(&self) -> Place {
        Place { kind: Kind::Call, tool: self.path.clone(), number: self.number }
    }

    /// Takes its place: at the call, and not when it is first polled.
    pub(super) fn begin(&mut self) {
        if !matches!(self.stage, Stage::Unplaced) {
            return;
        }
        self.number = self.flow.place(Kind::Call, self.path.clone()).number;
        let (flow, place) = (Arc::clone(&self.flow), self.place());
        self.stage = Stage::Before(Box::pin(async move { flow.begin(&place).await }));
    }

    /// Polls what comes before the body: what is recorded, or `None` when the body is to run.
    fn poll_before(&mut self, cx: &mut Context<'_>) -> Poll<Option<Written>> {
        let Stage::Before(before) = &mut self.stage else { return Poll::Ready(None) };
        let Some(entry) = ready!(before.as_mut().poll(cx)) else {
            self.stage = Stage::During(Leaf::new(&self.flow));
            return Poll::Ready(None);
        };
        let same_arguments = entry.arguments == self.arguments;
        tell!(ReadBack { tool: self.tool.clone(), number: self.number, same_arguments });
        Run::current().book_again(&entry.noted);
        Poll::Ready(Some(entry.outcome))
    }

    fn finish(&mut self, outcome: Written) {
        let Stage::During(leaf) = &mut self.stage else { return };
        let noted = std::mem::take(&mut leaf.noted);
        let arguments = std::mem::take(&mut self.arguments);
        let entry = Entry { arguments, outcome: outcome.clone(), noted, at: self.flow.journal.now() };
        let handed_out = self.flow.hand_out(self.place(), entry);
        self.stage = Stage::After(Box::pin(async move {
            handed_out.await;
            outcome
        }));
    }

    /// What the caller gets: what was written, and read again.
    fn read<R>(&self, form: &impl Form<R>, written: &Written) -> Poll<R> {
        match form.read(written, &self.place()) {
            Ok(outcome) => Poll::Ready(outcome),
            Err(halt) => {
                self.flow.halt(halt);
                Poll::Pending
            }
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Stage::Before(_) | Stage::During(_) = self.stage {
            self.flow.journal.abandon(&self.place());
        }
    }
}

pin_project! {
    /// A body, and what is recorded of it: one pointer, where nothing is.
    pub(super) struct Calling<F, W> {
        #[pin]
        pub(super) body: F,
        pub(super) live: Option<Box<Live>>,
        pub(super) form: W,
    }
}

impl<F: Future, W: Form<F::Output>> Future for Calling<F, W> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(live) = this.live else { return this.body.poll(cx) };
        if let Some(recorded) = ready!(live.poll_before(cx)) {
            return live.read(this.form, &recorded);
        }
        if let Stage::During(leaf) = &mut live.stage {
            let outcome = ready!(leaf.poll(this.body, cx));
            // Before anything is awaited: so what the body gives need not be `Send`.
            let written = this.form.write(&outcome);
            drop(outcome);
            live.finish(written);
        }
        match &mut live.stage {
            Stage::After(after) => {
                let written = ready!(after.as_mut().poll(cx));
                live.read(this.form, &written)
            }
            Stage::Unplaced | Stage::Before(_) | Stage::During(_) => Poll::Pending,
        }
    }
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Stage::Unplaced => "Unplaced",
            Stage::Before(_) => "Before",
            Stage::During(_) => "During",
            Stage::After(_) => "After",
        })
    }
}
