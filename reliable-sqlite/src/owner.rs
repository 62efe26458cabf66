//! Who is at a run: a `Store` that is open, and lives as long as its file is locked.

use std::fs::{File, OpenOptions, TryLockError, remove_file};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use reliable_runtime::durable::halt::{Halt, HaltKind};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::moment;
use crate::trouble::Trouble;

/// This `Store`, among all that are open on the file.
pub(crate) struct Owner {
    pub(crate) key: i64,
    /// Locked as long as this lives. The kernel lets go of it when the process ends, however it ends.
    _lock: File,
    path: PathBuf,
}

impl Owner {
    /// Makes itself known. Its file is there, and locked, before anybody can read its name.
    pub(crate) fn new(connection: &Connection, database: &Path, now: SystemTime) -> Result<Self, Trouble> {
        let random: String = connection.query_row("SELECT lower(hex(randomblob(8)))", [], |row| row.get(0))?;
        let suffix = format!("-owner-{random}");
        let path = beside(database, &suffix);
        let lock = locked(&path).map_err(|error| {
            Trouble::store(format!(
                "`{}` can't be made or locked ({error}): let this user write in that folder",
                path.display()
            ))
        })?;
        let sql = "INSERT INTO owner (suffix, process, host, since) VALUES (?, ?, ?, ?)";
        let written = connection.execute(sql, params![suffix, std::process::id(), host(), moment::written(now)]);
        match written {
            Ok(_) => Ok(Owner { key: connection.last_insert_rowid(), _lock: lock, path }),
            Err(error) => {
                let _ = remove_file(path);
                Err(error.into())
            }
        }
    }

    /// Nobody finds it any more.
    pub(crate) fn forget(connection: &Connection, key: i64) -> Result<(), Trouble> {
        connection.prepare_cached("DELETE FROM owner WHERE key = ?")?.execute([key])?;
        Ok(())
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let _ = remove_file(&self.path);
    }
}

/// By the name that the database has now: of a copy of it nobody is the owner.
fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    database.with_file_name(name)
}

fn locked(path: &Path) -> std::io::Result<File> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.try_lock().map(|()| file).map_err(|error| {
        let _ = remove_file(path);
        error.into()
    })
}

/// Whether another one lives. Of a dead one the file is taken away.
fn lives(database: &Path, suffix: &str) -> Result<bool, Trouble> {
    let path = beside(database, suffix);
    let trouble = |error| {
        Trouble::store(format!(
            "nobody can tell whether `{}` is locked ({error}): let this user read and write it",
            path.display()
        ))
    };
    let lock = match OpenOptions::new().write(true).open(&path) {
        Ok(lock) => lock,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(trouble(error)),
    };
    // Shared with whoever looks at the same moment: else one would take the other for the owner.
    match lock.try_lock_shared() {
        Ok(()) => {
            let _ = remove_file(&path);
            Ok(false)
        }
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(trouble(error)),
    }
}

/// Takes what dead ones have left, but for those of `me`.
pub(crate) fn bury(connection: &Connection, database: &Path, me: i64) -> Result<(), Trouble> {
    let others = others(connection, database, me)?;
    others.into_iter().filter(|(_, lives)| !lives).try_for_each(|(key, _)| Owner::forget(connection, key))
}

/// The same, with one commit.
pub(crate) fn bury_all(connection: &Connection, database: &Path, me: i64) -> Result<(), Trouble> {
    if is_one_dead(connection, database, me)? {
        let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        bury(&transaction, database, me)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Whether one has died, and nobody has taken what it has left.
pub(crate) fn is_one_dead(connection: &Connection, database: &Path, me: i64) -> Result<bool, Trouble> {
    Ok(others(connection, database, me)?.into_iter().any(|(_, lives)| !lives))
}

/// Those that live, `me` among them.
pub(crate) fn living(connection: &Connection, database: &Path, me: i64) -> Result<Vec<i64>, Trouble> {
    let others = others(connection, database, me)?.into_iter().filter(|(_, lives)| *lives);
    Ok(others.map(|(key, _)| key).chain([me]).collect())
}

/// The others, and whether each lives.
fn others(connection: &Connection, database: &Path, me: i64) -> Result<Vec<(i64, bool)>, Trouble> {
    let mut statement = connection.prepare_cached("SELECT key, suffix FROM owner WHERE key <> ?")?;
    let others = statement.query_map([me], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let others: Vec<(i64, String)> = others.collect::<Result<_, _>>()?;
    others.into_iter().map(|(key, suffix)| Ok((key, lives(database, &suffix)?))).collect()
}

/// That it is at this run, if it lives.
pub(crate) fn busy(
    connection: &Connection,
    database: &Path,
    key: i64,
    me: i64,
    run: &str,
) -> Result<Option<Halt>, Trouble> {
    if key == me {
        let message = format!("run `{run}` is under way in this process: wait for it, or stop that first");
        return Ok(Some(Halt::new(HaltKind::Busy, message)));
    }
    let sql = "SELECT suffix, process, host, since FROM owner WHERE key = ?";
    let owner = connection
        .prepare_cached(sql)?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((suffix, process, host, since)): Option<(String, i64, String, String)> = owner else { return Ok(None) };
    if !lives(database, &suffix)? {
        Owner::forget(connection, key)?;
        return Ok(None);
    }
    let message = format!(
        "run `{run}` is under way in process {process} on `{host}`, which has had this store open since {since}: wait for it, or end that process"
    );
    Ok(Some(Halt::new(HaltKind::Busy, message)))
}

/// The name of this computer, for the reader.
fn host() -> String {
    let read =
        std::fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| std::fs::read_to_string("/etc/hostname"));
    let told = read.ok().or_else(|| std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME")).ok());
    let name = told.unwrap_or_default();
    if name.trim().is_empty() { "this computer".to_owned() } else { name.trim().to_owned() }
}
