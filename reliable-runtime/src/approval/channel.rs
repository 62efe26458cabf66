//! Questions sent to a user interface.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot, watch};

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
    questions: mpsc::UnboundedSender<Waiting>,
}

/// The answering end of [`channel`]; see there for an example.
#[derive(Debug)]
pub struct Inbox {
    questions: mpsc::UnboundedReceiver<Waiting>,
}

/// A question that waits for its answer; see [`channel`] for an example.
///
/// It ends with its call: when that has expired, was dropped or cancelled, no answer counts any more, and a user interface has
/// [`closed`](Question::closed) to take it off the screen.
///
/// ```
/// use std::time::Duration;
///
/// use reliable::{Decision, Fault, Scope, approver};
///
/// #[reliable::requires_approval(within = "10m")]
/// async fn refund(amount: u32) -> Result<u32, Fault> {
///     Ok(amount)
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let (approver, mut inbox) = approver::channel();
/// let ui = async move {
///     let question = inbox.next().await.unwrap();
///     tokio::select! {
///         () = question.closed() => assert!(!question.answer(Decision::approve()), "it is too late"),
///         () = tokio::time::sleep(Duration::from_secs(3600)) => unreachable!("ana is back from lunch"),
///     }
/// };
/// let (refunded, ()) = tokio::join!(Scope::current().approver(approver).run(refund(40)), ui);
/// assert!(matches!(refunded, Err(Fault::Expired { .. })));
/// # }
/// ```
#[derive(Debug)]
pub struct Question {
    request: Request,
    answer: oneshot::Sender<Decision>,
    /// Its other end is gone when the call is.
    asker: watch::Receiver<()>,
}

/// One of the two hands on a question that waits to be taken out: the inbox has one, who asks the other. Whichever lets go
/// first takes it away, so that nothing is kept of a call that is over, and no call waits for an inbox that is gone.
#[derive(Debug)]
struct Waiting(Arc<Mutex<Option<Question>>>);

impl Waiting {
    fn taken(&self) -> Option<Question> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        drop(self.taken());
    }
}

impl Inbox {
    /// Waits for the next question; `None` when every [`Channel`] is gone.
    ///
    /// A question whose asker has stopped waiting (expired or cancelled) is left out.
    pub async fn next(&mut self) -> Option<Question> {
        loop {
            let question = self.questions.recv().await?.taken();
            if question.as_ref().is_some_and(Question::is_open) {
                return question;
            }
        }
    }
}

impl Question {
    /// What is asked.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Whether an answer still counts.
    pub fn is_open(&self) -> bool {
        self.asker.has_changed().is_ok()
    }

    /// Waits until no answer counts any more: the call has expired, or was dropped or cancelled. It may be dropped and called
    /// again, and wait in several places at once.
    pub async fn closed(&self) {
        let mut asker = self.asker.clone();
        while asker.changed().await.is_ok() {}
    }

    /// Answers. Whether the answer still counted: not, if the asker has stopped waiting.
    pub fn answer(self, decision: Decision) -> bool {
        self.answer.send(decision).is_ok()
    }
}

impl Approver for Channel {
    async fn review(&self, request: &Request) -> Decision {
        // Before the answer's channel, so that it is gone after it: who has heard that nobody waits can't answer any more.
        let (_is_there, asker) = watch::channel(());
        let (answer, answered) = oneshot::channel();
        let question = Arc::new(Mutex::new(Some(Question { request: request.clone(), answer, asker })));
        let _asking = Waiting(Arc::clone(&question));
        if self.questions.send(Waiting(question)).is_err() {
            return Decision::deny("the approver is gone");
        }
        answered.await.unwrap_or_else(|_| Decision::deny("the approver went away without an answer"))
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::sync::Weak;
    use std::task::{Context, Waker};

    use super::*;
    use crate::approval::question::Approval;

    #[test]
    fn what_nobody_waits_for_is_not_kept_until_somebody_looks() {
        let (channel, mut inbox) = channel();
        let request = Approval::new("refund").into_request();
        {
            let mut asking = pin!(channel.review(&request));
            assert!(asking.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        let left = inbox.questions.try_recv().unwrap();
        assert!(left.taken().is_none());
        assert_eq!(Weak::strong_count(&Arc::downgrade(&left.0)), 1);
    }
}
