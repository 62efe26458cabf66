//! `#[durable]`: a call whose outcome is written down once, and read ever after.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::agent::run::Run;
use crate::durable::flow::{Flow, Here};
use crate::durable::leaf::Leaf;
use crate::durable::recorded::{AsItIs, ByWords, Form, Recorded, in_words};
use crate::durable::records::{Entry, Kind, Place, Written};
use crate::said::fault::{ByFn, ByFrom, Fault, FromFault};
use crate::said::idempotency::IdempotencyKey;
use crate::said::name::ToolName;
use crate::said::request::Argument;
use crate::said::told::Told;
use crate::said::words;
use crate::seen::emit::tell;

/// A recorded call of `tool`: its outcome is written down once, and read back whenever the run comes here again. Without an
/// engine, and inside of another recorded call, the body just runs.
///
/// It is what `#[durable]` writes; by hand it looks like this:
///
/// ```
/// use reliable::durable::{self, Memory};
/// # use std::cell::Cell;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let paid = Cell::new(0);
/// let pay = async || durable::call("pay").run(async {
///     paid.set(paid.get() + 1);
///     Ok::<u32, String>(42)
/// }).await;
/// let memory = Memory::new();
/// for life in 1..=2 {
///     assert_eq!(memory.run("trip-42", pay()).await.unwrap(), Ok(42), "in life {life}");
/// }
/// assert_eq!(paid.get(), 1);
/// # }
/// ```
pub fn call(tool: impl Into<ToolName>) -> Call {
    Call {
        live: match Here::now() {
            Here::Plain | Here::Leaf(_) => None,
            Here::Flow(flow) => Some(Box::new(Live::new(flow, tool.into()))),
        },
    }
}

/// The same where it is known that it is in this flow.
pub(super) fn call_in(flow: Arc<Flow>, tool: ToolName) -> Call {
    Call { live: Some(Box::new(Live::new(flow, tool))) }
}

/// A call that is to be recorded; see [`call`] for an example.
#[derive(Debug)]
#[must_use = "nothing runs before `run`"]
pub struct Call {
    live: Option<Box<Live>>,
}

/// The arguments of a recorded call, in words for whoever reads the store; see [`Call::shown`].
#[derive(Debug, Default)]
pub struct Shown(Vec<Argument>);

impl Call {
    /// The module where the function is: with it, two functions of one name in two modules are not the same. It is
    /// `module_path!()` in what `#[durable]` writes, unless it has a `name`.
    ///
    /// ```
    /// # async fn f() -> Result<u32, String> {
    /// reliable::durable::call("pay").in_module(module_path!()).run(async { Ok(42) }).await
    /// # }
    /// ```
    #[inline]
    pub fn in_module(mut self, module: &str) -> Call {
        if let Some(live) = &mut self.live {
            live.is_in(module);
        }
        self
    }

    /// Says what the arguments are. It is called only where the call is recorded.
    ///
    /// ```
    /// # async fn f(booking: u32) -> Result<u32, String> {
    /// reliable::durable::call("pay")
    ///     .shown(|call| call.show("booking", booking.to_string()).redact("card"))
    ///     .run(async { Ok(booking) })
    ///     .await
    /// # }
    /// ```
    pub fn shown(mut self, show: impl FnOnce(Shown) -> Shown) -> Call {
        if let Some(live) = &mut self.live {
            live.arguments = in_words(&show(Shown::default()).0);
        }
        self
    }

    /// Runs the body, or gives what is recorded of it. What it gives is in both cases what was written, and read again.
    pub fn run<T, E, F>(self, body: F) -> impl Future<Output = Result<T, E>> + use<T, E, F>
    where
        F: Future<Output = Result<T, E>>,
        T: Recorded,
        E: Recorded,
    {
        Calling { body, live: self.begun(), form: AsItIs }
    }

    /// The same for an error type that can't be written down: what is recorded of it is its words, of which `error` makes one
    /// again, and the fault in it, if there is one, which comes back as a fault.
    ///
    /// ```
    /// use reliable::durable::{self, Memory};
    /// use reliable::expansion::Inspect;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// type Foreign = Box<dyn std::error::Error + Send + Sync>;
    ///
    /// let fails = || durable::call("pay").run_with(
    ///     async { Err::<u32, Foreign>("503".into()) },
    ///     |words| words.into(),
    ///     |error| Inspect::new(error).told(),
    /// );
    /// let error = Memory::new().run("trip-42", async { fails().await.unwrap_err().to_string() }).await;
    /// assert_eq!(error.unwrap(), "503");
    /// # }
    /// ```
    pub fn run_with<T, E, F, M, L>(
        self,
        body: F,
        error: M,
        look: L,
    ) -> impl Future<Output = Result<T, E>> + use<T, E, F, M, L>
    where
        F: Future<Output = Result<T, E>>,
        T: Recorded,
        E: FromFault,
        M: Fn(String) -> E,
        L: Fn(&E) -> Told,
    {
        Calling { body, live: self.begun(), form: ByWords { error, fault: ByFrom, look } }
    }

    /// The same for an error type that has no `From<Fault>` either: `fault` makes an error of the fault.
    ///
    /// ```
    /// use reliable::durable::{self, Memory};
    /// use reliable::expansion::Inspect;
    /// use reliable::Fault;
    ///
    /// #[derive(Debug, thiserror::Error)]
    /// enum BankError {
    ///     #[error("{0}")]
    ///     Said(String),
    ///     #[error("stopped: {0}")]
    ///     Stopped(#[source] Fault),
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let fault = Fault::StepLimit { agent: "assistant".into(), max_steps: 8 };
    /// let fails = || durable::call("pay").run_with_fault(
    ///     async { Err::<u32, _>(BankError::Stopped(fault.clone())) },
    ///     BankError::Said,
    ///     BankError::Stopped,
    ///     |error| Inspect::new(error).told(),
    /// );
    /// let error = Memory::new().run("trip-42", async { fails().await.unwrap_err().to_string() }).await;
    /// assert_eq!(error.unwrap(), "stopped: `assistant` stopped at its limit of 8 steps");
    /// # }
    /// ```
    pub fn run_with_fault<T, E, F, M, I, L>(
        self,
        body: F,
        error: M,
        fault: I,
        look: L,
    ) -> impl Future<Output = Result<T, E>> + use<T, E, F, M, I, L>
    where
        F: Future<Output = Result<T, E>>,
        T: Recorded,
        M: Fn(String) -> E,
        I: Fn(Fault) -> E,
        L: Fn(&E) -> Told,
    {
        Calling { body, live: self.begun(), form: ByWords { error, fault: ByFn(fault), look } }
    }

    /// What tells a service that a request is the same one again: the key of this call, the same after a restart, and another
    /// one for each other call. It comes of the random seed of the run, and of the place of the call in it. Without an
    /// engine, and inside of another recorded call, it is a new one.
    ///
    /// It is what `#[durable(idempotency_key)]` writes:
    ///
    /// ```
    /// use reliable::durable::{self, Memory};
    ///
    /// async fn pay() -> Result<String, String> {
    ///     let mut call = durable::call("pay");
    ///     let idempotency_key = call.idempotency_key();
    ///     call.run(async { Ok(idempotency_key.to_string()) }).await
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// assert_ne!(Memory::new().run("trip-42", pay()).await.unwrap(), Memory::new().run("trip-42", pay()).await.unwrap());
    /// # }
    /// ```
    pub fn idempotency_key(&mut self) -> IdempotencyKey {
        self.live.as_mut().map_or_else(IdempotencyKey::new, |live| {
            live.begin();
            IdempotencyKey::of(live.flow.journal.seed(), &live.path, live.number)
        })
    }

    /// Takes its place.
    #[inline]
    fn begun(self) -> Option<Box<Live>> {
        self.live.map(|mut live| {
            live.begin();
            live
        })
    }
}

impl Shown {
    /// An argument, in words.
    pub fn show(self, name: &'static str, value: impl Into<Option<String>>) -> Self {
        match value.into() {
            Some(value) => self.argument(name, Some(words::shown_text(value))),
            None => self,
        }
    }

    /// An argument by its name, without its value.
    pub fn redact(self, name: &'static str) -> Self {
        self.argument(name, None)
    }

    fn argument(mut self, name: &'static str, value: Option<String>) -> Self {
        self.0.push(Argument { name: name.into(), value, editable: false });
        self
    }
}

/// A call in the flow of a run.
#[derive(Debug)]
struct Live {
    flow: Arc<Flow>,
    /// What it is called in events.
    tool: ToolName,
    /// What it is known by.
    path: ToolName,
    number: u32,
    arguments: String,
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
    fn new(flow: Arc<Flow>, tool: ToolName) -> Live {
        Live { flow, path: tool.clone(), tool, number: 0, arguments: String::new(), stage: Stage::Unplaced }
    }

    fn is_in(&mut self, module: &str) {
        self.path = format!("{module}::{}", self.tool).into();
    }

    fn place(&self) -> Place {
        Place { kind: Kind::Call, tool: self.path.clone(), number: self.number }
    }

    /// Takes its place: at the call, and not when it is first polled.
    fn begin(&mut self) {
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
    struct Calling<F, W> {
        #[pin]
        body: F,
        live: Option<Box<Live>>,
        form: W,
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
