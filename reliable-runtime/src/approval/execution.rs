//! What stands around the body of `#[requires_approval]`: an execution of a tool, from the yes to its end.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::approval::question::Approval;
use crate::said::ids::QuestionId;
use crate::said::name::ToolName;
use crate::seen::execution::Watch;
use crate::seen::failure::Failure;
use crate::seen::outcome::Outcome;

/// A call that a human may have been asked about, and that runs now: `tracing` and `metrics` are told of it as of an
/// execution of a tool, if somebody listens.
///
/// ```
/// use reliable::expansion::{Execution, Inspect};
/// use reliable::{Approval, Fault};
///
/// async fn refund(amount: u32) -> Result<u32, Fault> {
///     let approval = Approval::new("refund").show("amount", Inspect::new(&amount).text());
///     let mut execution = Execution::of(&approval);
///     approval.ask().await?;
///     let outcome = execution.run(async { Ok(amount) }).await;
///     execution.settle(outcome, |error| Inspect::new(error).failure())
/// }
/// ```
#[derive(Debug)]
#[must_use = "nothing is told of it before the call runs in it"]
pub struct Execution {
    tool: ToolName,
    question: Option<QuestionId>,
    watch: Watch,
}

impl Execution {
    /// What this question is about.
    pub fn of(approval: &Approval<'_>) -> Self {
        let (tool, id) = approval.tool_and_id();
        Execution { tool: tool.clone(), question: Some(id), watch: Watch::NONE }
    }

    /// Of a tool which is not asked about this time.
    pub fn unasked(tool: impl Into<ToolName>) -> Self {
        Execution { tool: tool.into(), question: None, watch: Watch::NONE }
    }

    /// Runs the call, which begins now. Dropped before its outcome is [settled](Execution::settle), it is told as cancelled.
    pub fn run<F: Future>(&mut self, call: F) -> impl Future<Output = F::Output> {
        self.watch = Watch::begin(&self.tool, self.question);
        Executing { call: Some(call), watch: &self.watch }
    }

    /// Tells how it ended.
    pub fn settle<R: Outcome>(self, outcome: R, look: impl Fn(&R::Error) -> Failure<'_>) -> R {
        match outcome.into_result() {
            Ok(value) => {
                self.watch.succeeded();
                R::from_result(Ok(value))
            }
            Err(error) => {
                self.watch.failed(|| look(&error));
                R::from_result(Err(error))
            }
        }
    }
}

pin_project! {
    struct Executing<'a, F> {
        // `None` once it was dropped, which is done inside the span.
        #[pin]
        call: Option<F>,
        watch: &'a Watch,
    }

    impl<F> PinnedDrop for Executing<'_, F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            this.watch.within(|| this.call.set(None));
        }
    }
}

impl<F: Future> Future for Executing<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let call = this.call.as_pin_mut().expect("a future that was dropped is not polled");
        this.watch.within(|| call.poll(cx))
    }
}
