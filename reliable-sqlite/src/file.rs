//! An open file: who reads and writes it, and what all of this process share.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reliable_runtime::durable::engine::{Reply, Wait};
use rusqlite::{Connection, params};

use crate::clock::Clock;
use crate::fence::Life;
use crate::line::Line;
use crate::owner::{Owner, bury_all};
use crate::schema;
use crate::trouble::Trouble;
use crate::watch::{Of, Watch};

/// The life of a run that somebody has taken.
pub(crate) type Held = Mutex<Option<Life>>;

type Left = Vec<(Arc<Held>, Trouble)>;

pub(crate) struct OpenFile {
    pub(crate) path: PathBuf,
    pub(crate) clock: Clock,
    pub(crate) writers: Arc<Line>,
    pub(crate) readers: Arc<Line>,
    pub(crate) watch: Watch,
    pub(crate) owner: Owner,
    pub(crate) key: u128,
    /// How long an answer holds that is remembered, if not until it is revoked.
    pub(crate) remember_for: Mutex<Option<Duration>>,
    /// What could not be given back, as on a full disk: it is tried again.
    left: Arc<Mutex<Left>>,
}

impl OpenFile {
    pub(crate) fn new(path: &Path) -> Result<Self, Trouble> {
        // Another folder that this process goes to is not to make a difference.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let clock = Clock::of_this_process();
        let connection = schema::open(&path)?;
        // Two names of one file are to find the same beside it.
        let path = path.canonicalize().unwrap_or(path);
        let key = schema::key(&connection)?;
        let readers = Line::of_readers(schema::open_again(&path)?);
        let owner = Owner::new(&connection, &path, clock.now())?;
        // Where nobody works, nobody else does it. What can't be taken away now is left to the next one.
        let _ = bury_all(&connection, &path, owner.key);
        let writers = Line::of_writers(connection);
        let (watch, remember_for, left) = (Watch::new(), Mutex::default(), Arc::default());
        Ok(OpenFile { path, clock, writers, readers, watch, owner, key, remember_for, left })
    }

    /// Writes this for a run: durable when it is ready.
    pub(crate) fn write<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Wait<T> {
        let (file, written) = (Arc::clone(self), self.writers.ask(work));
        Box::pin(async move { written.await.map_err(|trouble| trouble.halt_of_run(&file.path)) })
    }

    /// Writes something that others wait for, about this run.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        run: &str,
        work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        // If that fails again, this may be possible all the same.
        let _ = self.give_back_what_is_left();
        let changed = self.writers.ask(work).await;
        self.watch.tell(Of::Run(run));
        self.watch.tell(Of::Work);
        changed
    }

    /// The same, for whoever is not a run.
    pub(crate) fn changed<T: Send + 'static>(
        self: Arc<Self>,
        run: String,
        work: impl Fn(&Connection, &str) -> Result<T, Trouble> + Send + 'static,
    ) -> Reply<T> {
        Box::pin(async move {
            let id = run.clone();
            let changed = self.change(&run, move |connection| work(connection, &id)).await;
            changed.map_err(|trouble| trouble.error(&self.path))
        })
    }

    /// Gives back what was taken, if anything was. It is done when this returns, unless the store fails.
    pub(crate) fn give_back(&self, taken: Arc<Held>) {
        let (me, left, again) = (self.owner.key, Arc::clone(&self.left), Arc::clone(&taken));
        let give_back = move |connection: &Connection| {
            let taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(Life { run, key, epoch }) = &*taken {
                let sql = "UPDATE run SET owner = NULL WHERE key = ? AND id = ? AND epoch = ? AND owner = ?";
                connection.prepare_cached(sql)?.execute(params![key, run, epoch, me])?;
            }
            Ok(())
        };
        self.writers.now(give_back, move |given| {
            if let Err(trouble) = given {
                left.lock().unwrap_or_else(PoisonError::into_inner).push((again, trouble));
            }
        });
    }

    /// Tries again what has failed.
    pub(crate) fn give_back_what_is_left(&self) -> Result<(), Trouble> {
        let left = std::mem::take(&mut *self.left.lock().unwrap_or_else(PoisonError::into_inner));
        for (taken, _) in left {
            self.give_back(taken);
        }
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.first().map_or(Ok(()), |(_, trouble)| Err(trouble.clone()))
    }

    /// Whether something could not be given back.
    pub(crate) fn is_anything_left(&self) -> bool {
        !self.left.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Reads this for whoever is not a run.
    pub(crate) fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Reply<T> {
        let file = Arc::clone(self);
        Box::pin(async move { file.readers.ask(work).await.map_err(|trouble| trouble.error(&file.path)) })
    }

    /// What `look` gives, as soon as it gives something.
    pub(crate) async fn when<T: Send + 'static>(
        &self,
        of: Of<'_>,
        look: impl Fn(&Connection) -> Result<Option<T>, Trouble> + Clone + Send + 'static,
    ) -> Result<T, Trouble> {
        self.watch.when(of, &self.readers, || self.readers.ask(look.clone())).await
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        let key = self.owner.key;
        self.writers.now(move |connection| Owner::forget(connection, key), drop);
    }
}

#[cfg(test)]
mod tests;
