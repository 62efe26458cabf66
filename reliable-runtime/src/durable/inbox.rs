//! The questions of all runs, for whoever answers them.

use std::fmt;
use std::sync::Arc;

use crate::durable::engine::Engine;
use crate::durable::records::Question;
use crate::durable::store_error::StoreError;
use crate::said::decision::Decision;
use crate::said::ids::QuestionId;

/// The questions that the runs of an engine have asked, to be answered from anywhere: also while nothing runs.
///
/// ```
/// use reliable::durable::Memory;
/// use reliable::{Decision, Fault, requires_approval};
///
/// #[requires_approval]
/// async fn refund(amount: u32) -> Result<u32, Fault> {
///     Ok(amount)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let memory = Memory::new();
/// let inbox = memory.inbox();
/// let human = async {
///     loop {
///         if let Some(question) = inbox.pending().await?.first() {
///             assert_eq!(question.request.to_string(), "refund(amount = 40)");
///             return inbox.answer(&question.id, Decision::approve().by("ana")).await;
///         }
///         tokio::task::yield_now().await;
///     }
/// };
/// let (refunded, counts) = tokio::join!(memory.run("order-7", refund(40)), human);
/// assert_eq!((refunded?, counts?), (Ok(40), true));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Inbox(Arc<dyn Engine>);

impl Inbox {
    /// That of an engine.
    pub fn of(engine: Arc<dyn Engine>) -> Self {
        Inbox(engine)
    }

    /// The questions that wait for an answer, the eldest first.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn pending(&self) -> Result<Vec<Question>, StoreError> {
        Arc::clone(&self.0).pending().await
    }

    /// Answers a question. Whether the answer counts: not, if somebody was quicker, if its time was up, or if there is no such
    /// question.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn answer(&self, question: &QuestionId, decision: Decision) -> Result<bool, StoreError> {
        Arc::clone(&self.0).answer(*question, decision).await
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inbox")
    }
}
