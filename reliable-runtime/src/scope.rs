//! The one ambient place: what the runtime finds around a call instead of in its arguments.

use std::future::Future;
use std::sync::Arc;

use tokio::task::futures::TaskLocalFuture;

use crate::approver::{Approver, ErasedApprover};
#[cfg(feature = "chaos")]
use crate::chaos::{Chaos, Point};
use crate::span::{self, InSpans};
use crate::{Recorder, Run};

tokio::task_local! {
    static SCOPE: Scope;
}

/// What is in force around a call: the approver that is asked, the recorder that is told, the agent's run.
///
/// [`Scope::current`] starts from what is in force already, so that an inner scope only adds to the outer one:
///
/// ```
/// use reliable::{Recorder, Scope, approver};
///
/// # async fn assistant() {}
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let recorder = Recorder::new();
/// Scope::current().approver(approver::Deny).recorder(&recorder).run(assistant()).await;
/// println!("{}", recorder.report());
/// # }
/// ```
///
/// A scope belongs to a task. A spawned task has none, unless it is handed on:
/// `tokio::spawn(Scope::current().run(work))`.
#[derive(Debug, Clone, Default)]
#[must_use = "a scope does nothing unless something runs in it"]
pub struct Scope(Option<Arc<Surroundings>>);

/// Behind one pointer, because every future that runs in a scope carries it.
#[derive(Debug, Clone, Default)]
struct Surroundings {
    approver: Option<Arc<dyn ErasedApprover>>,
    recorder: Option<Recorder>,
    run: Option<Run>,
    #[cfg(feature = "chaos")]
    chaos: Option<Chaos>,
}

impl Scope {
    /// The scope in force here; an empty one where there is none.
    pub fn current() -> Scope {
        SCOPE.try_with(Scope::clone).unwrap_or_default()
    }

    /// Asks this approver, before any of an outer scope and before the process-wide one.
    pub fn approver(self, approver: impl Approver + 'static) -> Scope {
        self.with(|around| around.approver = Some(Arc::new(approver)))
    }

    /// Tells this recorder what happens.
    pub fn recorder(self, recorder: &Recorder) -> Scope {
        self.with(|around| around.recorder = Some(recorder.clone()))
    }

    /// Injects the failures of this plan, wherever a `#[chaos]` stands: see the module [`chaos`](crate::chaos).
    #[cfg(feature = "chaos")]
    pub fn chaos(self, plan: &Chaos) -> Scope {
        self.with(|around| around.chaos = Some(plan.clone()))
    }

    pub(crate) fn agent_run(self, run: &Run) -> Scope {
        self.with(|around| around.run = Some(run.clone()))
    }

    fn with(mut self, change: impl FnOnce(&mut Surroundings)) -> Scope {
        change(Arc::make_mut(self.0.get_or_insert_default()));
        self
    }

    /// Runs `work` in this scope.
    pub fn run<F: Future>(self, work: F) -> Scoped<F> {
        self.run_step(span::in_none(work))
    }

    pub(crate) fn run_step<F: Future>(self, work: InSpans<F>) -> Scoped<F> {
        Scoped { work: SCOPE.scope(self, work) }
    }

    pub(crate) fn current_approver() -> Option<Arc<dyn ErasedApprover>> {
        Scope::look(|around| around.approver.clone())
    }

    pub(crate) fn current_run() -> Option<Run> {
        Scope::look(|around| around.run.clone())
    }

    pub(crate) fn current_recorder() -> Option<Recorder> {
        Scope::look(|around| around.recorder.clone())
    }

    #[cfg(feature = "chaos")]
    pub(crate) fn current_chaos(point: &str) -> Option<Arc<Point>> {
        Scope::look(|around| around.chaos.as_ref()?.point(point).cloned())
    }

    /// `None` outside every scope, and in a thread that is being torn down.
    fn look<T>(at: impl FnOnce(&Surroundings) -> Option<T>) -> Option<T> {
        SCOPE.try_with(|scope| scope.0.as_deref().and_then(at)).ok().flatten()
    }
}

pin_project_lite::pin_project! {
    /// The future of [`Scope::run`]; see there for an example.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Scoped<F> {
        #[pin]
        work: TaskLocalFuture<Scope, InSpans<F>>,
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: std::pin::Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> std::task::Poll<F::Output> {
        self.project().work.poll(cx)
    }
}
