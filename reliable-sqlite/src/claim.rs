//! Taking a run, and giving it back.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::fence::{Life, Standing};
use crate::file::{Held, OpenFile};
use crate::moment;
use crate::owner::{bury, busy};
use crate::runs;
use crate::schema::bits;
use crate::trouble::Trouble;
use crate::watch::Of;

/// A run that was taken.
pub(crate) struct Taken {
    pub(crate) life: Life,
    pub(crate) seed: u128,
    pub(crate) began: SystemTime,
}

/// What there was to take.
pub(crate) enum Found {
    Ended(String),
    Taken(Taken),
}

impl Found {
    pub(crate) fn life(&self) -> Option<&Life> {
        match self {
            Found::Ended(_) => None,
            Found::Taken(taken) => Some(&taken.life),
        }
    }
}

/// A run that a worker has taken.
pub(crate) struct Submitted {
    pub(crate) taken: Taken,
    pub(crate) workflow: String,
    pub(crate) input: String,
}

/// As long as this lives, the run is this process's. It is there before anything is taken: so what is taken is given back also if
/// whoever has asked for it has gone away in between.
pub(crate) struct Lease {
    file: Arc<OpenFile>,
    taken: Arc<Held>,
    is_void: AtomicBool,
}

impl Lease {
    pub(crate) fn of_nothing(file: Arc<OpenFile>) -> Self {
        Lease { file, taken: Arc::default(), is_void: AtomicBool::new(false) }
    }

    /// For whoever takes a run: where it is to say what was taken.
    pub(crate) fn taken(&self) -> Arc<Held> {
        Arc::clone(&self.taken)
    }

    /// Nothing was taken, or it was given back with the end of the run.
    pub(crate) fn is_void(&self) {
        self.is_void.store(true, Ordering::Relaxed);
    }
}

/// The run that a lease is for.
pub(crate) fn hold(lease: &Held, life: Option<Life>) {
    *lease.lock().unwrap_or_else(PoisonError::into_inner) = life;
}

impl Drop for Lease {
    /// It is given back when this returns: so whoever comes next finds it.
    fn drop(&mut self) {
        if !*self.is_void.get_mut() {
            // Behind whatever takes it, and waits in the line.
            self.file.give_back(self.taken());
            self.file.watch.tell(Of::Work);
        }
    }
}

/// Takes this run, and makes it where it is not there.
pub(crate) fn claim(
    connection: &Connection,
    database: &Path,
    me: i64,
    run: &str,
    now: SystemTime,
) -> Result<Found, Trouble> {
    let sql = "SELECT key, status, outcome, halt, owner FROM run WHERE id = ?";
    let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?));
    let found: Option<(_, String, _, _, Option<i64>)> =
        connection.prepare_cached(sql)?.query_row([run], columns).optional()?;
    let Some((key, status, outcome, halt, owner)) = found else {
        insert(connection, run, None, now)?;
        return Ok(Found::Taken(take(connection, connection.last_insert_rowid(), run, me, now)?));
    };
    match Standing::read(run, &status, outcome, halt)? {
        Standing::Ended(outcome) => Ok(Found::Ended(outcome)),
        Standing::Open => {
            if let Some(owner) = owner
                && let Some(halt) = busy(connection, database, owner, me, run)?
            {
                return Err(halt.into());
            }
            Ok(Found::Taken(take(connection, key, run, me, now)?))
        }
        standing => Err(standing.stopped(run).map_or_else(|| Trouble::no_such_run(run), Trouble::from)),
    }
}

/// Makes a run, of a workflow and its input where it is submitted. Whether it was new.
pub(crate) fn insert(
    connection: &Connection,
    run: &str,
    submitted: Option<(&str, &str)>,
    now: SystemTime,
) -> Result<bool, Trouble> {
    let (workflow, input) = submitted.unzip();
    let sql = "INSERT INTO run (id, workflow, input, seed, created) VALUES (?, ?, ?, lower(hex(randomblob(16))), ?)
               ON CONFLICT (id) DO NOTHING";
    let row = params![run, workflow, input, moment::written(now)];
    Ok(connection.prepare_cached(sql)?.execute(row)? > 0)
}

/// Begins another life of it.
fn take(connection: &Connection, key: i64, run: &str, me: i64, now: SystemTime) -> Result<Taken, Trouble> {
    let sql = "UPDATE run SET owner = ?, epoch = epoch + 1, began = coalesce(began, ?) WHERE key = ?
               RETURNING epoch, seed, began";
    let row = params![me, moment::written(now), key];
    let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let which = || format!("run `{run}` in the table `run`");
    let taken = connection.prepare_cached(sql)?.query_row(row, columns);
    let (epoch, seed, began): (_, String, String) = taken.map_err(|error| Trouble::of_row(&which(), error))?;
    Ok(Taken {
        life: Life { run: run.to_owned(), key, epoch },
        seed: bits(&seed).ok_or_else(|| Trouble::row(&which(), "its seed is no number of 32 digits"))?,
        began: moment::read(&began).map_err(|why| Trouble::row(&which(), why))?,
    })
}

/// What a worker is to look for: the names of its workflows, as JSON, and its version.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub(crate) workflows: String,
    pub(crate) version: Option<String>,
}

const TO_DO: &str = "SELECT key, id, workflow, input FROM run
                     WHERE status = 'open' AND owner IS NULL AND workflow IN (SELECT value FROM json_each(?))
                     AND (is_worked = 0 OR version IS ?) ORDER BY key LIMIT 1";

/// Whether there may be something to take.
pub(crate) fn is_there_any(connection: &Connection, wanted: &Wanted) -> Result<bool, Trouble> {
    let row = params![wanted.workflows, wanted.version];
    Ok(connection.prepare_cached(TO_DO)?.exists(row)?)
}

/// Takes the eldest of those that nobody is at. One that can't be read is parked: no other is to suffer from it.
pub(crate) fn next(
    connection: &Connection,
    database: &Path,
    me: i64,
    wanted: &Wanted,
    now: SystemTime,
) -> Result<Option<Submitted>, Trouble> {
    bury(connection, database, me)?;
    let to_do = || {
        let row = params![wanted.workflows, wanted.version];
        let columns = |row: &Row<'_>| Ok((row.get(0)?, submitted(row)));
        connection.prepare_cached(TO_DO)?.query_row(row, columns).optional()
    };
    while let Some((key, found)) = to_do()? {
        let which = || format!("row {key} of the table `run`");
        let found = found.map_err(|error| Trouble::of_row(&which(), error));
        let begun = found.and_then(|(run, workflow, input)| {
            let taken = begin(connection, key, &run, me, wanted, now)?;
            Ok(Submitted { taken, workflow, input: input.unwrap_or_else(|| "null".to_owned()) })
        });
        match begun.map_err(Trouble::of_one_run) {
            Ok(submitted) => return Ok(Some(submitted)),
            Err(halt) => runs::park(connection, key, &halt?, now)?,
        }
    }
    Ok(None)
}

fn submitted(row: &Row<'_>) -> rusqlite::Result<(String, String, Option<String>)> {
    Ok((row.get(1)?, row.get(2)?, row.get(3)?))
}

fn begin(
    connection: &Connection,
    key: i64,
    run: &str,
    me: i64,
    wanted: &Wanted,
    now: SystemTime,
) -> Result<Taken, Trouble> {
    let sql = "UPDATE run SET is_worked = 1, version = ? WHERE key = ? AND is_worked = 0";
    connection.prepare_cached(sql)?.execute(params![wanted.version, key])?;
    take(connection, key, run, me, now)
}
