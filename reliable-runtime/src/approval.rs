//! `#[requires_approval]`: asks a human before the body runs.

use std::fmt::{self, Display};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;

use crate::approver::{self, Approver, ErasedApprover};
use crate::event::{Event, emit};
use crate::span::ApprovalSpan;
use crate::{Fault, Run, Scope, ToolName};

/// What a human is asked: may this function run, with these arguments?
///
/// Its `Display` is the call on one line.
///
/// ```
/// use reliable::{Approver, Decision, Request};
///
/// struct SmallSums;
///
/// impl Approver for SmallSums {
///     async fn review(&self, request: &Request) -> Decision {
///         println!("{request}, because {}", request.reason.as_deref().unwrap_or("it is asked"));
///         match request.arguments.iter().find(|argument| argument.name == "amount") {
///             Some(amount) if amount.value.as_deref() == Some("1") => Decision::approve(),
///             _ => Decision::deny("not a small sum"),
///         }
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Request {
    /// The function.
    pub tool: ToolName,
    /// Why a human is asked, in the words of the option `reason`.
    pub reason: Option<String>,
    /// The arguments, in the order of the signature.
    pub arguments: Vec<Argument>,
}

/// An argument of a [`Request`]; see there for an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Argument {
    /// The name of the parameter.
    pub name: ToolName,
    /// Its value in words; `None` where it is redacted.
    pub value: Option<String>,
}

/// What the human said.
///
/// ```
/// use reliable::Decision;
///
/// let yes = Decision::approve().by("ana");
/// let no = Decision::deny("too much").by("ana");
/// let broken: Result<Decision, &str> = Err("the queue is down");
/// assert_eq!(Decision::from(broken), Decision::deny("the approver failed: the queue is down"));
/// # let _ = (yes, no);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Decision {
    /// Yes: the body runs.
    Approved {
        /// Who said so, where that is known.
        by: Option<String>,
    },
    /// No: the body does not run.
    Denied {
        /// Who said so, where that is known.
        by: Option<String>,
        /// Why.
        reason: String,
    },
    /// Nobody answered in time: the body does not run.
    Expired,
}

impl Decision {
    /// Yes.
    pub const fn approve() -> Self {
        Decision::Approved { by: None }
    }

    /// No, and why.
    pub fn deny(reason: impl Into<String>) -> Self {
        Decision::Denied { by: None, reason: reason.into() }
    }

    /// Who decided.
    pub fn by(self, who: impl Into<String>) -> Self {
        let by = Some(who.into());
        match self {
            Decision::Approved { .. } => Decision::Approved { by },
            Decision::Denied { reason, .. } => Decision::Denied { by, reason },
            Decision::Expired => Decision::Expired,
        }
    }
}

impl<E: Display> From<Result<Decision, E>> for Decision {
    /// An approver that fails has not approved.
    fn from(answer: Result<Decision, E>) -> Decision {
        answer.unwrap_or_else(|error| Decision::deny(format!("the approver failed: {error}")))
    }
}

impl Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.tool)?;
        for (i, argument) in self.arguments.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            let value = argument.value.as_deref().unwrap_or("<redacted>");
            write!(f, "{comma}{} = {value}", argument.name)?;
        }
        f.write_str(")")
    }
}

/// A question to a human, put together argument by argument and then asked.
///
/// The approver is the one named with [`by`](Approval::by), else that of the innermost [`Scope`], else the process-wide
/// one ([`approver::install`]). Where there is none, the call is denied.
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
    request: Request,
    within: Option<Duration>,
    by: Option<&'a dyn ErasedApprover>,
}

impl<'a> Approval<'a> {
    /// A question about `tool`, with no arguments yet.
    pub fn new(tool: &'static str) -> Self {
        let request = Request { tool: tool.into(), reason: None, arguments: Vec::new() };
        Approval { request, within: None, by: None }
    }

    /// Why a human is asked.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.request.reason = Some(reason.into());
        self
    }

    /// Shows an argument, in words: `.show("to", Inspect::new(&to).text())`.
    pub fn show(self, name: &'static str, value: String) -> Self {
        self.argument(name, Some(value))
    }

    /// Names an argument without its value, which neither a human nor a log gets to see.
    pub fn redact(self, name: &'static str) -> Self {
        self.argument(name, None)
    }

    fn argument(mut self, name: &'static str, value: Option<String>) -> Self {
        self.request.arguments.push(Argument { name: name.into(), value });
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

    #[cfg(test)]
    pub(crate) fn into_request(self) -> Request {
        self.request
    }

    /// Asks, and waits for the answer. The time of waiting does not count against an agent's `within`.
    ///
    /// # Errors
    /// [`Fault::Denied`] if the answer is no, if there is no approver, or if the approver panics, fails or goes away;
    /// [`Fault::Expired`] if there is no answer in time.
    #[expect(clippy::manual_async_fn, reason = "an `async fn` keeps its arguments twice")]
    pub fn ask(self) -> impl Future<Output = Result<(), Fault>> + Send + use<'a> {
        async move {
            let whom = Whom::of(self.by);
            if let Some(decision) = whom.at_once(&self.request) {
                return self.conclude(decision, Duration::ZERO);
            }
            // On the heap: it waits for a human, and the function that asks stays small.
            let question = {
                let span = ApprovalSpan::begin(&self.request.tool);
                Box::pin(span.around(self.wait_for(whom, span.clone())))
            };
            question.await
        }
    }

    async fn wait_for(self, whom: Whom<'a>, span: ApprovalSpan) -> Result<(), Fault> {
        let asked = Instant::now();
        let human = Run::current().human_is_asked();
        let answer = whom.review(&self.request);
        let decision = match self.within {
            Some(within) => tokio::time::timeout(within, answer).await.unwrap_or(Decision::Expired),
            None => answer.await,
        };
        drop(human);
        span.decided(&decision);
        self.conclude(decision, asked.elapsed())
    }

    fn conclude(self, decision: Decision, waited: Duration) -> Result<(), Fault> {
        let tool = self.request.tool;
        let (fault, by) = match decision {
            Decision::Approved { by } => {
                emit(|| Event::Approved { tool, by, waited });
                return Ok(());
            }
            Decision::Denied { by, reason } => (Fault::Denied { tool: tool.clone(), reason }, by),
            Decision::Expired => (Fault::Expired { tool: tool.clone(), within: self.within }, None),
        };
        emit(|| Event::Refused { tool, fault: fault.clone(), by, waited });
        Err(fault)
    }
}

/// The approver that a question is for. It is foreign code: its panic is a denial, not a crash of the tool.
enum Whom<'a> {
    Named(&'a dyn ErasedApprover),
    Ambient(Arc<dyn ErasedApprover>),
}

impl<'a> Whom<'a> {
    fn of(by: Option<&'a dyn ErasedApprover>) -> Self {
        let ambient = || Scope::current_approver().or_else(approver::installed);
        by.map(Whom::Named).or_else(|| ambient().map(Whom::Ambient)).unwrap_or(Whom::Named(&Nobody))
    }

    fn approver(&self) -> &dyn ErasedApprover {
        match self {
            Whom::Named(approver) => *approver,
            Whom::Ambient(approver) => &**approver,
        }
    }

    fn at_once(&self, request: &Request) -> Option<Decision> {
        caught(|| self.approver().at_once_erased(request)).unwrap_or_else(Some)
    }

    async fn review(&self, request: &Request) -> Decision {
        match caught(|| self.approver().review_erased(request)) {
            Ok(mut answer) => poll_fn(|cx| caught(|| answer.as_mut().poll(cx)).unwrap_or_else(Poll::Ready)).await,
            Err(denial) => denial,
        }
    }
}

struct Nobody;

impl Approver for Nobody {
    async fn review(&self, _: &Request) -> Decision {
        Decision::deny("no approver is installed")
    }
}

fn caught<T>(call: impl FnOnce() -> T) -> Result<T, Decision> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| panicked(panic.as_ref()))
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Decision {
    let words = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Decision::deny(format!("the approver panicked: {}", words.unwrap_or("no message")))
}
