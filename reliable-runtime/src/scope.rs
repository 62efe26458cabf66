//! The one ambient place: what the runtime finds around a call instead of in its arguments.

use std::future::Future;
use std::sync::Arc;

use tokio::task::futures::TaskLocalFuture;

use crate::approver::{Approver, ErasedApprover};
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
pub struct Scope {
    approver: Option<Arc<dyn ErasedApprover>>,
    recorder: Option<Recorder>,
    run: Option<Run>,
}

impl Scope {
    /// The scope in force here; an empty one where there is none.
    pub fn current() -> Scope {
        SCOPE.try_with(Scope::clone).unwrap_or_default()
    }

    /// Asks this approver, before any of an outer scope and before the process-wide one.
    pub fn approver(mut self, approver: impl Approver + 'static) -> Scope {
        self.approver = Some(Arc::new(approver));
        self
    }

    /// Tells this recorder what happens.
    pub fn recorder(mut self, recorder: &Recorder) -> Scope {
        self.recorder = Some(recorder.clone());
        self
    }

    pub(crate) fn agent_run(mut self, run: &Run) -> Scope {
        self.run = Some(run.clone());
        self
    }

    /// Runs `work` in this scope.
    pub fn run<F: Future>(self, work: F) -> Scoped<F> {
        Scoped { work: SCOPE.scope(self, work) }
    }

    pub(crate) fn current_approver() -> Option<Arc<dyn ErasedApprover>> {
        SCOPE.try_with(|scope| scope.approver.clone()).ok().flatten()
    }

    pub(crate) fn current_run() -> Option<Run> {
        SCOPE.try_with(|scope| scope.run.clone()).ok().flatten()
    }

    pub(crate) fn with_recorder(tell: impl FnOnce(&Recorder)) {
        // Where a task-local is being destroyed there is nobody left to tell.
        let _ = SCOPE.try_with(|scope| scope.recorder.as_ref().map(tell));
    }
}

pin_project_lite::pin_project! {
    /// The future of [`Scope::run`]; see there for an example.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Scoped<F> {
        #[pin]
        work: TaskLocalFuture<Scope, F>,
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: std::pin::Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> std::task::Poll<F::Output> {
        self.project().work.poll(cx)
    }
}
