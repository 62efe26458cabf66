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
use crate::seen::outcome::{Look, Outcome};

/// A call that a human may have been asked about, and that runs now: `tracing` and `metrics` are told of it as of an
/// execution of a tool, if somebody listens.
///
/// ```
/// use reliable::expansion::{Execution, Inspect};
/// use reliable::{Approval, Fault};
///
/// async fn refund(amount: u32) -> Result<u32, Fault> {
///     let approval = Approval::new("refund").show("amount", Inspect::new(&amount).text());
///     let execution = Execution::of(&approval);
///     approval.ask().await?;
///     execution.run(async { Ok(amount) }, |error| Inspect::new(error).failure()).await
/// }
/// ```
#[derive(Debug)]
#[must_use = "nothing is told of it before the call runs in it"]
pub struct Execution {
    tool: ToolName,
    question: Option<QuestionId>,
}

impl Execution {
    /// What this question is about.
    pub fn of(approval: &Approval<'_>) -> Self {
        let (tool, id) = approval.tool_and_id();
        Execution { tool: tool.clone(), question: Some(id) }
    }

    /// Of a tool which is not asked about this time.
    pub fn unasked(tool: impl Into<ToolName>) -> Self {
        Execution { tool: tool.into(), question: None }
    }

    /// Runs the call, and looks at what it gives.
    pub fn run<F, L>(self, call: F, look: L) -> impl Future<Output = F::Output> + use<F, L>
    where
        F: Future<Output: Outcome>,
        L: Fn(&<F::Output as Outcome>::Error) -> Failure<'_>,
    {
        Executing { call: Some(call), look, watch: Watch::begin(&self.tool, self.question) }
    }
}

pin_project! {
    struct Executing<F, L> {
        // `None` once it was dropped, which is done inside the span.
        #[pin]
        call: Option<F>,
        look: L,
        watch: Watch,
    }

    impl<F, L> PinnedDrop for Executing<F, L> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            this.watch.within(|| this.call.set(None));
        }
    }
}

impl<F, L> Future for Executing<F, L>
where
    F: Future<Output: Outcome>,
    L: Fn(&<F::Output as Outcome>::Error) -> Failure<'_>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let call = this.call.as_pin_mut().expect("a future that has ended is not polled again");
        let outcome = std::task::ready!(this.watch.within(|| call.poll(cx)));
        Poll::Ready(match outcome.into_result() {
            Ok(value) => {
                this.watch.succeeded();
                F::Output::from_result(Ok(value))
            }
            Err(error) => {
                this.watch.failed(|| this.look.look(&error));
                F::Output::from_result(Err(error))
            }
        })
    }
}
