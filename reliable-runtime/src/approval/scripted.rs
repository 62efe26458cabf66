//! Answers written down beforehand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::approval::approver::Approver;
use crate::said::decision::Decision;
use crate::said::request::Request;

/// Gives the answers it was made with, one after the other, and remembers what it was asked: for tests.
///
/// When the answers are used up it denies. A clone is another handle on the same script.
///
/// ```
/// use reliable::approver::Scripted;
/// use reliable::{Decision, Fault, Scope};
///
/// #[reliable::requires_approval]
/// async fn refund(amount: u32) -> Result<u32, Fault> {
///     Ok(amount)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let script = Scripted::new([Decision::deny("too much"), Decision::approve()]);
/// let scope = Scope::current().approver(script.clone());
/// assert!(scope.clone().run(refund(900)).await.is_err());
/// assert_eq!(scope.run(refund(40)).await, Ok(40));
/// assert_eq!(script.requests()[1].to_string(), "refund(amount = 40)");
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Scripted(Arc<Mutex<Script>>);

#[derive(Debug)]
struct Script {
    answers: VecDeque<Decision>,
    requests: Vec<Request>,
}

impl Scripted {
    /// A script of answers.
    pub fn new(answers: impl IntoIterator<Item = Decision>) -> Self {
        let script = Script { answers: answers.into_iter().collect(), requests: Vec::new() };
        Scripted(Arc::new(Mutex::new(script)))
    }

    /// What it was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.script().requests.clone()
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Approver for Scripted {
    async fn review(&self, request: &Request) -> Decision {
        let mut script = self.script();
        script.requests.push(request.clone());
        script.answers.pop_front().unwrap_or_else(|| Decision::deny("the script has no more answers"))
    }
}
