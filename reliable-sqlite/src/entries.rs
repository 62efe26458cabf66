//! What is recorded of a run.

use std::collections::HashMap;

use reliable_runtime::durable::records::{Entry, Kind, Place, Recording, Written};
use reliable_runtime::scope::noted::Noted;
use rusqlite::{Connection, Row, params};

use crate::fence::Life;
use crate::json;
use crate::moment;
use crate::trouble::Trouble;

/// What is recorded of a run, until its flow comes to it.
#[derive(Default)]
pub(crate) struct Recorded(HashMap<String, OfTool>);

type OfTool = HashMap<(Kind, u32), (u64, Entry)>;

impl Recorded {
    /// By the names as they were written: as a [`ToolName`](reliable_runtime::said::name::ToolName) that comes from outside
    /// they may be others.
    pub(crate) fn of(recordings: Vec<(String, Recording)>) -> Self {
        let mut recorded = Recorded::default();
        for (tool, Recording { place, order, entry, .. }) in recordings {
            recorded.0.entry(tool).or_default().insert((place.kind, place.number), (order, entry));
        }
        recorded
    }

    /// A flow comes to each place once.
    pub(crate) fn take(&mut self, place: &Place) -> Option<(u64, Entry)> {
        self.0.get_mut(&*place.tool)?.remove(&(place.kind, place.number))
    }
}

/// Writes one, as the `order`th of its run.
pub(crate) fn write(
    connection: &Connection,
    life: &Life,
    place: &Place,
    order: i64,
    entry: &Entry,
) -> Result<(), Trouble> {
    let (outcome, unwritable) = match &entry.outcome {
        Written::Json(json) => (Some(json), None),
        Written::Unwritable(why) => (None, Some(why)),
    };
    let sql = "INSERT INTO entry (run, kind, tool, number, place, arguments, outcome, unwritable, noted, at)
               SELECT key, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM run WHERE key = ? AND epoch = ? AND status = 'open'";
    let row = params![
        kind(place.kind),
        &*place.tool,
        place.number,
        order,
        entry.arguments,
        outcome,
        unwritable,
        noted(&entry.noted)?,
        moment::written(entry.at),
        life.key,
        life.epoch,
    ];
    match connection.prepare_cached(sql)?.execute(row)? {
        0 => life.refused(connection),
        _ => Ok(()),
    }
}

fn noted(noted: &Noted) -> Result<Option<String>, Trouble> {
    if noted.charges.is_empty() && noted.observed.is_empty() {
        return Ok(None);
    }
    json::written("what a call has spent", noted).map(Some)
}

pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Call => "call",
        Kind::Question => "question",
    }
}

/// All that is recorded of a run, in its order.
pub(crate) fn read(connection: &Connection, run: &str, key: i64) -> Result<Vec<(String, Recording)>, Trouble> {
    let sql = "SELECT key, kind, tool, number, place, arguments, outcome, unwritable, noted, at FROM entry WHERE run = ? ORDER BY place";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([key])?;
    let mut recordings = Vec::new();
    while let Some(row) = rows.next()? {
        let which = || {
            let key = row.get::<_, i64>(0).unwrap_or_default();
            format!("row {key} of the table `entry`, of run `{run}`,")
        };
        recordings.push(recording(row).map_err(|why| Trouble::row(&which(), why))?);
    }
    Ok(recordings)
}

fn recording(row: &Row<'_>) -> Result<(String, Recording), String> {
    let words = |error: rusqlite::Error| error.to_string();
    let kind: String = row.get("kind").map_err(words)?;
    let kind = match &*kind {
        "call" => Kind::Call,
        "question" => Kind::Question,
        _ => return Err(format!("its kind is `{kind}`")),
    };
    let tool: String = row.get("tool").map_err(words)?;
    let place = Place { kind, tool: tool.clone().into(), number: row.get("number").map_err(words)? };
    let outcome = match (row.get("outcome").map_err(words)?, row.get("unwritable").map_err(words)?) {
        (Some(json), None) => Written::Json(json),
        (None, Some(why)) => Written::Unwritable(why),
        _ => return Err("it has no outcome".to_owned()),
    };
    let noted: Option<String> = row.get("noted").map_err(words)?;
    let noted =
        noted.map(|noted| serde_json::from_str(&noted)).transpose().map_err(|error| format!("`noted`: {error}"))?;
    let at: String = row.get("at").map_err(words)?;
    let entry = Entry {
        arguments: row.get("arguments").map_err(words)?,
        outcome,
        noted: noted.unwrap_or_default(),
        at: moment::read(&at)?,
    };
    let order: i64 = row.get("place").map_err(words)?;
    Ok((tool, Recording::new(place, order.unsigned_abs(), entry)))
}
