//! The answers that a store remembers, for whoever looks after them.

use std::fmt;
use std::sync::Arc;

use crate::durable::engine::Engine;
use crate::durable::store_error::StoreError;
use crate::durable::store_grant::StoreGrant;
use crate::said::ids::QuestionId;

/// The answers that a store remembers: who has allowed what once and for all, and for how long.
///
/// An answer to a question of a run is remembered if the attribute allows it (`remember`, `remember(to)`), and if whoever gave
/// it chose it, by [`Decision::remember`](crate::said::decision::Decision::remember). From then on it answers each question of
/// the same call, in any run of the store and in any process, also of a next version of the program: a function is known by its
/// path. Where two may have the same one, as in two blocks, it is known by its place in the source, too (file, line, column),
/// and by what the compiler tells it from others by: it is asked about again when it has moved, or is built otherwise. A no
/// goes before a yes. Where [`Grants`](crate::approval::grants::Grants) are in scope, they remember in place of the store.
///
/// ```
/// use reliable::durable::Memory;
/// use reliable::{Decision, Fault, requires_approval};
///
/// #[requires_approval(remember(to))]
/// async fn send(to: &str, words: &str) -> Result<(), Fault> {
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let memory = Memory::new();
/// let inbox = memory.inbox();
/// let human = async {
///     loop {
///         if let Some(question) = inbox.pending().await?.first() {
///             return inbox.answer(&question.id, Decision::approve().by("ana").remember()).await;
///         }
///         tokio::task::yield_now().await;
///     }
/// };
/// let (sent, _) = tokio::join!(memory.run("first", send("bob", "Good morning")), human);
/// sent??;
/// memory.run("second", send("bob", "Good night")).await??; // and nobody is asked
///
/// let grants = memory.grants().list().await?;
/// assert_eq!(grants[0].to_string(), r#"send(to = "bob", …): yes, by ana"#);
/// assert!(memory.grants().revoke(&grants[0].question.id).await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct StoreGrants(Arc<dyn Engine>);

impl StoreGrants {
    /// Those of an engine.
    pub fn of(engine: Arc<dyn Engine>) -> Self {
        StoreGrants(engine)
    }

    /// All that hold now, the eldest first, and those that [can't be read](field@StoreGrant::unreadable), which answer nothing.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn list(&self) -> Result<Vec<StoreGrant>, StoreError> {
        Arc::clone(&self.0).grants().await
    }

    /// Forgets the answer that was given to this question, and says whether it was there. What was answered with it stays
    /// answered.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn revoke(&self, question: &QuestionId) -> Result<bool, StoreError> {
        Arc::clone(&self.0).revoke(*question).await
    }
}

impl fmt::Debug for StoreGrants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreGrants")
    }
}
