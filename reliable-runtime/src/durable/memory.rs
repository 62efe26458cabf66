//! An engine in memory: for tests.

mod kept;
mod store;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::durable::memory::store::Store;
use crate::durable::runs::Runs;

/// An engine that keeps its runs in memory: for tests of what happens when a process dies. A clone is another handle on the
/// same runs.
///
/// It takes the place of a store, with all that one does with [`Runs`]: [`crash_after`](Memory::crash_after) lets the run die
/// at any recorded call, and the next [`run`](Runs::run) of that id is its next life. Its time is tokio's, so that a paused
/// clock makes an hour an instant.
///
/// ```
/// use reliable::durable::{self, HaltKind, Memory};
/// # use std::cell::Cell;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// # let (booked, paid) = (Cell::new(0), Cell::new(0));
/// let book = || durable::call("book").run(async { booked.set(booked.get() + 1); Ok::<_, String>("12A".to_owned()) });
/// let pay = || durable::call("pay").run(async { paid.set(paid.get() + 1); Ok::<_, String>(()) });
/// let trip = async || {
///     let seat = book().await?;
///     pay().await?;
///     Ok::<String, String>(seat)
/// };
/// let memory = Memory::new();
/// memory.crash_after(1);
/// assert_eq!(memory.run("trip-42", trip()).await.unwrap_err().kind, HaltKind::Crashed);
/// assert_eq!(memory.run("trip-42", trip()).await.unwrap(), Ok("12A".to_owned()));
/// assert_eq!((booked.get(), paid.get()), (1, 2), "what was recorded did not run again; what was under way did");
/// # }
/// ```
#[derive(Clone)]
pub struct Memory {
    store: Arc<Store>,
    runs: Runs,
}

impl Memory {
    /// An empty one.
    pub fn new() -> Self {
        let store = Arc::new(Store::new());
        Memory { runs: Runs::of(Arc::<Store>::clone(&store)), store }
    }

    /// How long an answer holds that is remembered for later questions; see
    /// [`StoreGrants`](crate::durable::store_grants::StoreGrants). Default: until somebody revokes it.
    ///
    /// ```
    /// use reliable::durable::Memory;
    /// use std::time::Duration;
    ///
    /// let memory = Memory::new().remember_for(Duration::from_secs(7 * 24 * 3600));
    /// # let _ = memory;
    /// ```
    pub fn remember_for(self, at_most: Duration) -> Self {
        self.store.runs().remember_for = Some(at_most);
        self
    }

    /// Lets the process die, as if by `kill -9`, when so many more outcomes are recorded: the next call runs, and before its
    /// outcome is written its run stops, with [`HaltKind::Crashed`](crate::durable::halt::HaltKind::Crashed). That holds once: the
    /// run's next life goes on.
    pub fn crash_after(&self, outcomes: usize) {
        self.store.runs().left = Some(outcomes);
    }
}

impl Deref for Memory {
    type Target = Runs;

    fn deref(&self) -> &Runs {
        &self.runs
    }
}

impl Default for Memory {
    fn default() -> Self {
        Memory::new()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}
