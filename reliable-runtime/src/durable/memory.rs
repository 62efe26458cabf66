//! An engine in memory: for tests.

use std::collections::HashMap;
use std::fmt;
use std::future::{Future, ready};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::time::Instant;

use crate::base::timer;
use crate::durable::engine::{Begun, Claim, End, Engine, Entry, Journal, Place, Wait};
use crate::durable::halt::{Halt, HaltKind};
use crate::durable::recorded::Recorded;
use crate::durable::run::run;

/// An engine that keeps its runs in memory: for tests of what happens when a process dies. A clone is another handle on the
/// same runs.
///
/// It takes the place of a store: [`crash_after`](Memory::crash_after) lets the run die at any recorded call, and the next
/// [`run`](Memory::run) of that id is its next life. Its time is tokio's, so that a paused clock makes an hour an instant.
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
pub struct Memory(Arc<Store>);

struct Store {
    state: Mutex<State>,
    /// One instant on two clocks.
    began: (SystemTime, Instant),
}

#[derive(Default)]
struct State {
    runs: HashMap<String, Kept>,
    /// So many outcomes are recorded before the process dies.
    left: Option<usize>,
}

/// What is kept of a run.
struct Kept {
    seed: u128,
    entries: HashMap<Place, (u64, Entry)>,
    recorded: u64,
    end: Option<End>,
    is_claimed: bool,
}

impl Memory {
    /// An empty one.
    pub fn new() -> Self {
        Memory(Arc::new(Store { state: Mutex::default(), began: (SystemTime::now(), Instant::now()) }))
    }

    /// Runs `work` as the run `id`: from its beginning, or from where it stopped. A run that is ended gives its outcome, and
    /// `work` is dropped.
    ///
    /// # Errors
    /// What stopped it, if not its own outcome: see [`Halt`].
    pub async fn run<F>(&self, id: impl Into<String>, work: F) -> Result<F::Output, Halt>
    where
        F: Future<Output: Recorded>,
    {
        let engine: Arc<dyn Engine> = Arc::<Store>::clone(&self.0);
        run(engine, id.into(), work).await
    }

    /// What is recorded of a run, in that order: for a test of what is written down.
    pub fn calls(&self, id: &str) -> Vec<Entry> {
        let state = self.0.state();
        let mut calls: Vec<_> =
            state.runs.get(id).into_iter().flat_map(|kept| kept.entries.values()).cloned().collect();
        calls.sort_by_key(|(order, _)| *order);
        calls.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Lets the process die, as if by `kill -9`, when so many more outcomes are recorded: the next call runs, and before its
    /// outcome is written its run stops, with [`HaltKind::Crashed`]. That holds once: the run's next life goes on.
    pub fn crash_after(&self, outcomes: usize) {
        self.0.state().left = Some(outcomes);
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

impl Store {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine for Store {
    fn claim(self: Arc<Self>, run: String) -> Wait<Claim> {
        let claimed = self.state().claim(&run);
        let claim = claimed.map(|(seed, ended)| match ended {
            Some(outcome) => Claim::Ended(outcome),
            None => Claim::Mine(Arc::new(Claimed { store: self, run, seed })),
        });
        Box::pin(ready(claim))
    }
}

impl State {
    /// Its seed, and its outcome if it is ended.
    fn claim(&mut self, run: &str) -> Result<(u128, Option<String>), Halt> {
        let kept = self.runs.entry(run.to_owned()).or_insert_with(Kept::new);
        match &kept.end {
            Some(End::Done(outcome)) => return Ok((kept.seed, Some(outcome.clone()))),
            Some(End::Parked(halt)) => return Err(halt.clone()),
            None => {}
        }
        if kept.is_claimed {
            let message = format!("run `{run}` is under way in this process: wait for it, or stop that first");
            return Err(Halt::new(HaltKind::Busy, message));
        }
        kept.is_claimed = true;
        Ok((kept.seed, None))
    }

    fn crash(&mut self) -> Result<(), Halt> {
        match &mut self.left {
            Some(0) => {
                self.left = None;
                Err(Halt::new(HaltKind::Crashed, "the process has died, since a test asked for it: run it again"))
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Kept {
    fn new() -> Self {
        let half = || u128::from(RandomState::new().hash_one(()));
        Kept { seed: half() << 64 | half(), entries: HashMap::new(), recorded: 0, end: None, is_claimed: false }
    }

    fn record(&mut self, place: Place, entry: Entry) -> u64 {
        self.recorded += 1;
        self.entries.insert(place, (self.recorded, entry));
        self.recorded
    }
}

/// A run that this process is at.
struct Claimed {
    store: Arc<Store>,
    run: String,
    seed: u128,
}

impl Claimed {
    fn kept<T>(&self, ask: impl FnOnce(&mut Kept) -> T) -> Result<T, Halt> {
        let mut state = self.store.state();
        let gone = || Halt::new(HaltKind::Store, format!("run `{}` is not there any more", self.run));
        state.runs.get_mut(&self.run).map(ask).ok_or_else(gone)
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        let _ = self.kept(|kept| kept.is_claimed = false);
    }
}

impl Journal for Claimed {
    fn begin(self: Arc<Self>, place: &Place) -> Wait<Begun> {
        let begun = self.kept(|kept| match kept.entries.get(place) {
            Some((order, entry)) => Begun::Recorded { order: *order, entry: entry.clone() },
            None => Begun::Run,
        });
        Box::pin(ready(begun))
    }

    fn finish(self: Arc<Self>, place: Place, entry: Entry) -> Wait<u64> {
        let crashed = self.store.state().crash();
        let finished = crashed.and_then(|()| self.kept(|kept| kept.record(place, entry)));
        Box::pin(ready(finished))
    }

    fn abandon(&self, _: &Place) {}

    fn sleep(self: Arc<Self>, until: SystemTime) -> Wait<()> {
        let left = until.duration_since(self.now()).unwrap_or_default();
        Box::pin(async move {
            timer::sleep(left).await;
            Ok(())
        })
    }

    fn now(&self) -> SystemTime {
        let (time, instant) = self.store.began;
        time + instant.elapsed()
    }

    fn seed(&self) -> u128 {
        self.seed
    }

    fn end(self: Arc<Self>, end: End) -> Wait<()> {
        Box::pin(ready(self.kept(|kept| kept.end = Some(end))))
    }
}
