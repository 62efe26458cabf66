//! The runs, for whoever looks after them.

use std::path::Path;
use std::time::SystemTime;

use reliable_runtime::durable::halt::Halt;
use reliable_runtime::durable::records::{End, RunInfo, Status};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::fence::{Life, Standing};
use crate::json;
use crate::moment;
use crate::owner::living;
use crate::trouble::Trouble;

/// All, the latest first. One whose process has died is not running.
pub(crate) fn list(connection: &Connection, database: &Path, me: i64) -> Result<Vec<RunInfo>, Trouble> {
    let living = living(connection, database, me)?;
    let sql = "SELECT id, status, outcome, halt, owner, workflow, version,
               (SELECT count(*) FROM entry WHERE entry.run = run.key) AS recorded FROM run ORDER BY key DESC";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        let id = text(row.get_ref("id")?);
        // One that can't be read is told as that: no other is to suffer from it.
        let read =
            info(row, &living).map_err(|error| Trouble::of_row(&format!("run `{id}` in the table `run`"), error));
        runs.push(match read.flatten() {
            Ok(info) => info,
            Err(trouble) => {
                let mut info = RunInfo::new(id);
                info.status = Status::Parked(trouble.of_one_run()?);
                info
            }
        });
    }
    Ok(runs)
}

fn info(row: &Row<'_>, living: &[i64]) -> rusqlite::Result<Result<RunInfo, Trouble>> {
    let mut info = RunInfo::new(row.get("id")?);
    let (status, owner): (String, Option<i64>) = (row.get("status")?, row.get("owner")?);
    (info.workflow, info.version) = (row.get("workflow")?, row.get("version")?);
    info.recorded = row.get::<_, i64>("recorded")?.unsigned_abs();
    let standing = Standing::read(&info.id, &status, row.get("outcome")?, row.get("halt")?);
    Ok(standing.map(|standing| {
        info.status = standing.status(owner.is_some_and(|owner| living.contains(&owner)));
        info
    }))
}

/// As far as it is one.
fn text(value: ValueRef<'_>) -> String {
    value.as_bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
}

/// Which row it is.
pub(crate) fn key(connection: &Connection, run: &str) -> Result<i64, Trouble> {
    let found = connection.prepare_cached("SELECT key FROM run WHERE id = ?")?.query_row([run], |row| row.get(0));
    found.optional()?.ok_or_else(|| Trouble::no_such_run(run))
}

/// Its outcome, if it has ended.
pub(crate) fn outcome(connection: &Connection, run: &str) -> Result<Option<String>, Trouble> {
    let sql = "SELECT status, outcome, halt FROM run WHERE id = ?";
    let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let found: Option<(String, _, _)> = connection.prepare_cached(sql)?.query_row([run], columns).optional()?;
    let (status, outcome, halt) = found.ok_or_else(|| Trouble::no_such_run(run))?;
    match Standing::read(run, &status, outcome, halt)? {
        Standing::Ended(outcome) => Ok(Some(outcome)),
        standing => standing.stopped(run).map_or(Ok(None), |halt| Err(halt.into())),
    }
}

/// Ends it from outside, and its questions with it. Whether it was still to be ended.
pub(crate) fn cancel(connection: &Connection, run: &str, now: SystemTime) -> Result<bool, Trouble> {
    let key = key(connection, run)?;
    let sql = "UPDATE run SET status = 'cancelled', halt = NULL, owner = NULL, ended = ?
               WHERE key = ? AND status IN ('open', 'parked')";
    if connection.prepare_cached(sql)?.execute(params![moment::written(now), key])? == 0 {
        return Ok(false);
    }
    let sql = "UPDATE question SET is_void = 1 WHERE run = ? AND decision IS NULL";
    connection.prepare_cached(sql)?.execute([key])?;
    Ok(true)
}

/// Lets it go on. Whether it was parked.
pub(crate) fn resume(connection: &Connection, run: &str) -> Result<bool, Trouble> {
    let key = key(connection, run)?;
    let sql = "UPDATE run SET status = 'open', halt = NULL, ended = NULL WHERE key = ? AND status = 'parked'";
    Ok(connection.prepare_cached(sql)?.execute([key])? > 0)
}

/// Stops one that can't be taken.
pub(crate) fn park(connection: &Connection, key: i64, halt: &Halt, now: SystemTime) -> Result<(), Trouble> {
    let sql = "UPDATE run SET status = 'parked', halt = ?, ended = ?, owner = NULL WHERE key = ?";
    let row = params![json::written("a halt", halt)?, moment::written(now), key];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// It has ended so, and is given back.
pub(crate) fn end(connection: &Connection, life: &Life, end: &End, now: SystemTime) -> Result<(), Trouble> {
    let (status, outcome, halt) = match end {
        End::Done(outcome) => ("ended", Some(outcome), None),
        End::Parked(halt) => ("parked", None, Some(json::written("a halt", halt)?)),
    };
    let sql = "UPDATE run SET status = ?, outcome = ?, halt = ?, ended = ?, owner = NULL
               WHERE key = ? AND epoch = ? AND status = 'open'";
    let row = params![status, outcome, halt, moment::written(now), life.key, life.epoch];
    match connection.prepare_cached(sql)?.execute(row)? {
        0 => life.refused(connection),
        _ => Ok(()),
    }
}
