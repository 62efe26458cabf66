//! The handle on a file.

use std::fmt;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use reliable_runtime::durable::runs::Runs;
use reliable_runtime::durable::store_error::StoreError;

use crate::file::OpenFile;
use crate::forget;

/// Runs that are kept in one SQLite file. A clone is another handle on the same; what one does with it is [`Runs`].
///
/// ```
/// use reliable::{Fault, durable};
/// use reliable::sqlite::Store;
///
/// #[durable]
/// async fn book(city: &str) -> Result<String, Fault> {
///     Ok(format!("a room in {city}"))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("agent.db");
/// let store = Store::open(file)?;
/// assert_eq!(store.run("trip-42", book("Oslo")).await??, "a room in Oslo");
/// // Again after a crash, it goes on where it stopped; and when it has ended, it gives its outcome.
/// assert_eq!(store.run("trip-42", book("Rome")).await??, "a room in Oslo");
/// # Ok(())
/// # }
/// ```
///
/// Two that are opened on one file are two owners, in one process too: one run is the one's or the other's. The file may be
/// open in many processes at once, on one computer.
#[derive(Clone)]
pub struct Store {
    file: Arc<OpenFile>,
    runs: Runs,
}

impl Store {
    /// Opens the file, and makes it where it is not there. A file of an older version is brought forward.
    ///
    /// # Errors
    /// If it can't be read and written, was written by a newer version, or is no file of ours; if this is no path of a file, but
    /// `:memory:`, nothing, or a URI.
    pub fn open(path: impl AsRef<Path>) -> Result<Store, StoreError> {
        let path = path.as_ref();
        if let Some(words) = no_file(path) {
            return Err(StoreError::new(words));
        }
        let file = Arc::new(OpenFile::new(path).map_err(|trouble| trouble.error(path))?);
        Ok(Store { runs: Runs::of(Arc::<OpenFile>::clone(&file)), file })
    }

    /// How long an answer holds that is remembered for later questions, from when it is given: of those that are asked through this
    /// handle and its clones. Default: until somebody revokes it. What is remembered is
    /// [`StoreGrants`](reliable_runtime::durable::store_grants::StoreGrants).
    ///
    /// ```
    /// use reliable::sqlite::Store;
    /// use std::time::Duration;
    ///
    /// # fn f() -> Result<(), reliable::durable::StoreError> {
    /// let store = Store::open("agent.db")?.remember_for(Duration::from_secs(7 * 24 * 3600));
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    pub fn remember_for(self, at_most: Duration) -> Store {
        *self.file.remember_for.lock().unwrap_or_else(PoisonError::into_inner) = Some(at_most);
        self
    }

    /// Forgets the runs that have ended, or were cancelled, so long ago or longer, with all that is recorded of them, and says how
    /// many that were: with `Duration::ZERO` all that are over. A parked one is kept: somebody may resume it.
    ///
    /// The id of a run that was forgotten is free again: submitted again, it runs again. What was answered in it once and for
    /// all is remembered all the same.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # async fn f(store: reliable::sqlite::Store) -> Result<(), reliable::durable::StoreError> {
    /// let forgotten = store.forget(Duration::from_secs(90 * 24 * 3600)).await?;
    /// # let _ = forgotten;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the store fails.
    pub async fn forget(&self, older_than: Duration) -> Result<u64, StoreError> {
        let now = self.file.clock.now();
        let forgotten = forget::forget(&self.file.writers, now.checked_sub(older_than)).await;
        forgotten.map_err(|trouble| trouble.error(&self.file.path))
    }
}

/// What to write instead of what names no file: for SQLite some do, and would be lost with the process.
fn no_file(path: &Path) -> Option<String> {
    let name = path.to_string_lossy();
    let is_uri = name.starts_with("file:");
    if name.is_empty() || name == ":memory:" || (is_uri && (name.contains(":memory:") || name.contains("mode=memory")))
    {
        return Some(format!(
            "`{name}` names no file, and runs are to outlive the process: give the path of one, such as `agent.db`, or, in tests, use \
             `reliable::durable::Memory`"
        ));
    }
    is_uri.then(|| format!("`{name}` is a URI: give the path alone, such as `agent.db`"))
}

impl Deref for Store {
    type Target = Runs;

    fn deref(&self) -> &Runs {
        &self.runs
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("file", &self.file.path).finish_non_exhaustive()
    }
}
