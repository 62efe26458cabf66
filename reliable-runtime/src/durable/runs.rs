//! What one does with the runs of an engine, whichever it is.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use serde::Serialize;

use crate::durable::engine::Engine;
use crate::durable::halt::Halt;
use crate::durable::inbox::Inbox;
use crate::durable::recorded::{Recorded, read_end};
use crate::durable::records::{Recording, RunInfo, TrailEntry};
use crate::durable::run::run;
use crate::durable::store_error::StoreError;
use crate::durable::store_grants::StoreGrants;
use crate::durable::workflows::{Workflows, work};

/// The runs of an engine: what one does with them is the same on each. A clone is another handle on them.
///
/// An engine's own handle, such as [`Memory`](crate::durable::memory::Memory), derefs to it.
///
/// ```
/// use reliable::durable::{self, Halt, Memory, Runs};
///
/// async fn trip(runs: &Runs) -> Result<Result<String, String>, Halt> {
///     runs.run("trip-42", async { durable::call("book").run(async { Ok("12A".to_owned()) }).await }).await
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let memory = Memory::new();
/// assert_eq!(trip(&memory).await.unwrap(), Ok("12A".to_owned()));
/// # }
/// ```
#[derive(Clone)]
pub struct Runs(Arc<dyn Engine>);

impl Runs {
    /// Those of an engine.
    pub fn of(engine: Arc<dyn Engine>) -> Self {
        Runs(engine)
    }

    /// Runs `work` as the run `id`: from its beginning, or from where it stopped. A run that is ended gives its outcome, and
    /// `work` is dropped. A [`call`](crate::durable::call::call) by hand is made inside of it, in an `async` block: one that was
    /// made before is not the run's, and not recorded.
    ///
    /// # Errors
    /// What stopped it, if not its own outcome: see [`Halt`].
    pub async fn run<F>(&self, id: impl Into<String>, work: F) -> Result<F::Output, Halt>
    where
        F: Future<Output: Recorded>,
    {
        run(self.engine(), id.into(), work).await
    }

    /// Takes a run in that a worker is to begin. Whether it was new: the same id again changes nothing.
    ///
    /// # Errors
    /// If `input` can't be written down, or the store fails.
    pub async fn submit(
        &self,
        workflow: impl Into<String>,
        id: impl Into<String>,
        input: &impl Serialize,
    ) -> Result<bool, StoreError> {
        let input = serde_json::to_string(input).map_err(|error| {
            StoreError::new(format!("what the run is submitted with can't be written down: {error}"))
        })?;
        self.engine().submit(workflow.into(), id.into(), input).await
    }

    /// Works on the submitted runs of these workflows, new and interrupted, whoever has submitted them. It ends only with an
    /// error; dropped, it lets go of them.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn work(&self, workflows: &Workflows) -> Result<(), StoreError> {
        work(self.engine(), workflows).await
    }

    /// Waits until a run has ended, and gives its outcome.
    ///
    /// # Errors
    /// If there is no such run, if it is parked or cancelled, if its outcome is of another type, or if the store fails.
    pub async fn outcome<T: Recorded>(&self, id: &str) -> Result<T, StoreError> {
        let outcome = self.engine().outcome(id.to_owned()).await?;
        read_end(&outcome, id).map_err(|halt| StoreError::new(halt.message))
    }

    /// The questions of all runs.
    pub fn inbox(&self) -> Inbox {
        Inbox::of(self.engine())
    }

    /// The answers that hold for later questions, too.
    pub fn grants(&self) -> StoreGrants {
        StoreGrants::of(self.engine())
    }

    /// All runs, the latest first.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn list(&self) -> Result<Vec<RunInfo>, StoreError> {
        self.engine().list().await
    }

    /// What is recorded of a run, in its order.
    ///
    /// # Errors
    /// If there is no such run, or the store fails.
    pub async fn show(&self, id: &str) -> Result<Vec<Recording>, StoreError> {
        self.engine().show(id.to_owned()).await
    }

    /// Every question that a run has asked, with its answer, the eldest first: who has allowed what, and when.
    ///
    /// # Errors
    /// If there is no such run, or the store fails.
    pub async fn trail(&self, id: &str) -> Result<Vec<TrailEntry>, StoreError> {
        self.engine().trail(id.to_owned()).await
    }

    /// Ends a run from outside. Whether it was still to be ended.
    ///
    /// # Errors
    /// If there is no such run, or the store fails.
    pub async fn cancel(&self, id: &str) -> Result<bool, StoreError> {
        self.engine().cancel(id.to_owned()).await
    }

    /// Lets a run that is parked go on. Whether it was parked.
    ///
    /// # Errors
    /// If there is no such run, or the store fails.
    pub async fn resume(&self, id: &str) -> Result<bool, StoreError> {
        self.engine().resume(id.to_owned()).await
    }

    fn engine(&self) -> Arc<dyn Engine> {
        Arc::clone(&self.0)
    }
}

impl fmt::Debug for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runs").finish_non_exhaustive()
    }
}
