//! Questions sent to a user interface.

use tokio::sync::{mpsc, oneshot};

use crate::approval::approver::Approver;
use crate::said::decision::Decision;
use crate::said::request::Request;

/// An approver that sends its questions elsewhere, and the inbox where a user interface takes them out.
///
/// ```
/// use reliable::{Decision, Fault, Scope, approver};
///
/// #[reliable::requires_approval]
/// async fn refund(amount: u32) -> Result<u32, Fault> {
///     Ok(amount)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (approver, mut inbox) = approver::channel();
/// let ui = async move {
///     let question = inbox.next().await.unwrap();
///     assert_eq!(question.request().to_string(), "refund(amount = 40)");
///     question.answer(Decision::approve().by("ana"));
/// };
/// let (refunded, ()) = tokio::join!(Scope::current().approver(approver).run(refund(40)), ui);
/// assert_eq!(refunded, Ok(40));
/// # }
/// ```
pub fn channel() -> (Channel, Inbox) {
    let (questions, inbox) = mpsc::unbounded_channel();
    (Channel { questions }, Inbox { questions: inbox })
}

/// The asking end of [`channel`]. When the inbox is gone, or drops a question unanswered, the answer is no.
///
/// ```
/// use reliable::{Approval, Scope, approver};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (approver, inbox) = approver::channel();
/// drop(inbox);
/// let denied = Scope::current().approver(approver).run(Approval::new("refund").ask()).await;
/// assert_eq!(denied.unwrap_err().to_string(), "`refund` was denied: the approver is gone");
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Channel {
    questions: mpsc::UnboundedSender<Question>,
}

/// The answering end of [`channel`]; see there for an example.
#[derive(Debug)]
pub struct Inbox {
    questions: mpsc::UnboundedReceiver<Question>,
}

/// A question that waits for its answer; see [`channel`] for an example.
#[derive(Debug)]
pub struct Question {
    request: Request,
    answer: oneshot::Sender<Decision>,
}

impl Inbox {
    /// Waits for the next question; `None` when every [`Channel`] is gone.
    ///
    /// A question whose asker has stopped waiting (expired or cancelled) is left out.
    pub async fn next(&mut self) -> Option<Question> {
        loop {
            let question = self.questions.recv().await?;
            if !question.answer.is_closed() {
                return Some(question);
            }
        }
    }
}

impl Question {
    /// What is asked.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Answers. Whether the answer still counted: not, if the asker has stopped waiting.
    pub fn answer(self, decision: Decision) -> bool {
        self.answer.send(decision).is_ok()
    }
}

impl Approver for Channel {
    async fn review(&self, request: &Request) -> Decision {
        let (answer, answered) = oneshot::channel();
        let question = Question { request: request.clone(), answer };
        if self.questions.send(question).is_err() {
            return Decision::deny("the approver is gone");
        }
        answered.await.unwrap_or_else(|_| Decision::deny("the approver went away without an answer"))
    }
}
