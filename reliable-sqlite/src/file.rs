//! An open file: who reads and writes it, and what all of this process share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reliable_runtime::durable::engine::{Reply, Wait};
use rusqlite::Connection;

use crate::clock::Clock;
use crate::line::Line;
use crate::owner::Owner;
use crate::schema;
use crate::trouble::Trouble;
use crate::watch::{Of, Watch};

pub(crate) struct OpenFile {
    pub(crate) path: PathBuf,
    pub(crate) clock: Clock,
    pub(crate) writers: Arc<Line>,
    pub(crate) readers: Arc<Line>,
    pub(crate) watch: Watch,
    pub(crate) owner: Owner,
    pub(crate) key: u128,
}

impl OpenFile {
    pub(crate) fn new(path: &Path) -> Result<Self, Trouble> {
        // Another folder that this process goes to is not to make a difference.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let clock = Clock::new();
        let connection = schema::open(&path)?;
        let key = schema::key(&connection)?;
        let readers = Line::of_readers(schema::open_again(&path)?);
        let owner = Owner::new(&connection, &path, clock.now())?;
        let writers = Line::of_writers(connection);
        Ok(OpenFile { path, clock, writers, readers, watch: Watch::new(), owner, key })
    }

    /// Writes this for a run: durable when it is ready.
    pub(crate) fn write<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Wait<T> {
        let (file, written) = (Arc::clone(self), self.writers.ask(work));
        Box::pin(async move { written.await.map_err(|trouble| trouble.halt(&file.path)) })
    }

    /// Writes something that others wait for, about this run.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        run: &str,
        work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let changed = self.writers.ask(work).await;
        self.watch.tell(Of::Run(run));
        self.watch.tell(Of::Work);
        changed
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
        self.writers.now(move |connection| Owner::forget(connection, key));
    }
}
