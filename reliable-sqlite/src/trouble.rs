//! What goes wrong with a file, in words that say what to do.

use std::path::Path;

use reliable_runtime::durable::halt::{Halt, HaltKind};
use reliable_runtime::durable::store_error::StoreError;
use rusqlite::{Error, ErrorCode};

/// What stopped something that was to be read or written.
#[derive(Debug, Clone)]
pub(crate) struct Trouble {
    halt: Halt,
    /// Only what is written of one run is to blame.
    is_of_one_run: bool,
}

impl Trouble {
    /// The store has failed, in words that say what to do.
    pub(crate) fn store(message: impl Into<String>) -> Self {
        Halt::new(HaltKind::Store, message).into()
    }

    /// Something that is written there can't be read.
    pub(crate) fn row(which: &str, why: impl std::fmt::Display) -> Self {
        let message = format!(
            "{which} can't be read ({why}): mend it there, or bring back a copy of the file, and run it again, or resume it where it is parked"
        );
        Trouble { is_of_one_run: true, ..Trouble::store(message) }
    }

    /// Something of a run can't be written there so that it can be read again.
    pub(crate) fn unreadable(what: &str, why: impl std::fmt::Display) -> Self {
        let message = format!(
            "{what} can't be written down so that it can be read again ({why}): let it be a plainer one, and resume the \
             run where it is parked"
        );
        Trouble { is_of_one_run: true, ..Trouble::store(message) }
    }

    /// What came of reading such a row.
    pub(crate) fn of_row(which: &str, error: Error) -> Self {
        match error.sqlite_error_code() {
            Some(_) => error.into(),
            None => Trouble::row(which, error),
        }
    }

    /// What to park a run with, if nothing but what is written of it is to blame.
    pub(crate) fn of_one_run(self) -> Result<Halt, Self> {
        if self.is_of_one_run { Ok(self.halt) } else { Err(self) }
    }

    /// What the run of which it is is stopped with: if nothing but what is written of that is to blame, so that it is parked,
    /// and no other is to suffer from it.
    pub(crate) fn halt_of_run(self, path: &Path) -> Halt {
        let is_of_one_run = self.is_of_one_run;
        let halt = self.halt(path);
        if is_of_one_run { Halt::new(HaltKind::Mismatch, halt.message) } else { halt }
    }

    pub(crate) fn no_such_run(run: &str) -> Self {
        Trouble::store(format!("there is no run `{run}`"))
    }

    /// What a run is stopped with. What the file has to do with it is told with the file's name.
    pub(crate) fn halt(self, path: &Path) -> Halt {
        let Halt { kind, message, .. } = self.halt;
        match kind {
            HaltKind::Store => Halt::new(kind, in_file(path, &message)),
            _ => Halt::new(kind, message),
        }
    }

    /// The same, where no run is under way.
    pub(crate) fn error(self, path: &Path) -> StoreError {
        StoreError::new(self.halt(path).message)
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.halt.fmt(f)
    }
}

fn in_file(path: &Path, message: &str) -> String {
    format!("{message} (in `{}`)", path.display())
}

impl From<Halt> for Trouble {
    fn from(halt: Halt) -> Self {
        Trouble { halt, is_of_one_run: false }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        let (what, to_do) = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => ("the disk is full", "make room, and run it again"),
            Some(ErrorCode::SystemIoFailure) => {
                ("the file can't be read or written", "look after the disk, and run it again")
            }
            Some(ErrorCode::DatabaseCorrupt) => (
                "the file is damaged",
                "bring back a copy of it, or save what can be read with `sqlite3 FILE .recover`",
            ),
            Some(ErrorCode::NotADatabase) => ("the file is no SQLite database", "give the store a file of its own"),
            Some(ErrorCode::ReadOnly) => {
                ("the file can't be written", "let this user write it and the folder it is in, and run it again")
            }
            Some(ErrorCode::CannotOpen) => {
                ("the file can't be opened", "see that its folder is there, and that this user may write in it")
            }
            Some(ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied) => {
                ("this user may not use the file", "let it read and write the file and its folder")
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => (
                "another program keeps the file locked",
                "end that, such as a transaction that is open in `sqlite3`, and run it again",
            ),
            Some(ErrorCode::OutOfMemory) => {
                ("there is not enough memory for it", "let the call give less, and run it again")
            }
            // It is not smaller the next time.
            Some(ErrorCode::TooBig) => {
                let message = format!(
                    "it is too much for one row ({error}): let the call give less, and run it again, or resume it where it is parked"
                );
                return Trouble { is_of_one_run: true, ..Trouble::store(message) };
            }
            _ => ("the store has failed", "see what is wrong with the file, and run it again"),
        };
        Trouble::store(format!("{what} ({error}): {to_do}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next life would come to the same.
    #[test]
    fn what_is_too_large_for_a_row_is_the_trouble_of_its_run() {
        let too_big = Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_TOOBIG), None);
        let halt = Trouble::from(too_big).halt_of_run(Path::new("agent.db"));
        assert_eq!(halt.kind, HaltKind::Mismatch);
        assert!(halt.message.contains("let the call give less"), "{halt}");
        let full = Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL), None);
        assert_eq!(Trouble::from(full).halt_of_run(Path::new("agent.db")).kind, HaltKind::Store);
    }
}
