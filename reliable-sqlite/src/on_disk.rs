//! Whether a file that is open is still the one that others find under its name.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::trouble::Trouble;

/// The file of a connection. `SQLite` would not notice that it was taken away, or that another one is in its place: what is
/// written is lost then, as soon as nobody has it open any more.
pub(crate) struct OnDisk {
    path: PathBuf,
    which: Which,
}

impl OnDisk {
    /// `None` where nobody can tell.
    pub(crate) fn of(connection: &Connection) -> Option<Self> {
        let path = connection.path().filter(|path| !path.is_empty())?;
        Some(OnDisk { path: path.into(), which: which(path.as_ref()).ok()? })
    }

    pub(crate) fn check(&self) -> Result<(), Trouble> {
        match which(&self.path) {
            Ok(which) if which == self.which => Ok(()),
            Ok(_) => Err(lost("another file is in its place")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(lost("the file is not there any more")),
            // It may be there all the same: SQLite tells what is wrong with it.
            Err(_) => Ok(()),
        }
    }
}

fn lost(what: &str) -> Trouble {
    Trouble::store(format!(
        "{what}, and what is written from here would be lost: put back the one that this process has opened, or open the store again"
    ))
}

#[cfg(unix)]
type Which = (u64, u64);

#[cfg(unix)]
fn which(path: &Path) -> std::io::Result<Which> {
    use std::os::unix::fs::MetadataExt;
    let file = path.metadata()?;
    Ok((file.dev(), file.ino()))
}

/// There is one under this name: elsewhere a file that is open can't be taken away.
#[cfg(not(unix))]
type Which = ();

#[cfg(not(unix))]
fn which(path: &Path) -> std::io::Result<Which> {
    path.metadata().map(drop)
}
