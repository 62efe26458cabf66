//! The questions of the runs, and their answers.

use std::time::SystemTime;

use reliable_runtime::durable::alike::Alike;
use reliable_runtime::durable::records::{Asking, Place, Question, TrailEntry};
use reliable_runtime::durable::store_grant::StoreGrant;
use reliable_runtime::said::decision::Decision;
use reliable_runtime::said::ids::QuestionId;
use reliable_runtime::said::request::Request;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::fence::Life;
use crate::grants;
use crate::json;
use crate::moment;
use crate::trouble::Trouble;

/// Puts the question at this place: gives the one that is there, if it is the same; what was asked there before, and was not
/// acted on, is void.
pub(crate) fn ask(
    connection: &Connection,
    life: &Life,
    place: &Place,
    asking: &Asking,
    now: SystemTime,
) -> Result<QuestionId, Trouble> {
    life.goes_on(connection)?;
    if let Some(before) = standing(connection, life, place)? {
        if asking.is_the_same_as(&before.question.request) {
            return Ok(before.question.id);
        }
        let sql = "UPDATE question SET is_void = 1 WHERE id = ? AND is_over = 0";
        connection.prepare_cached(sql)?.execute([before.question.id.to_string()])?;
    }
    let Asking { request, within, alike, .. } = asking;
    let written = json::written(&format!("a question about `{}`", request.tool), request)?;
    let alike = alike.as_ref().map(|alike| json::written("what an answer is to hold for", alike)).transpose()?;
    let sql = "INSERT INTO question (id, run, tool, number, call, reason, request, asked, expires, alike)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![
        request.id.to_string(),
        life.key,
        &*place.tool,
        place.number,
        request.to_string(),
        request.reason,
        written,
        moment::written(now),
        within.and_then(|within| now.checked_add(within)).map(moment::written),
        alike,
    ])?;
    Ok(request.id)
}

/// The question that stands at this place.
fn standing(connection: &Connection, life: &Life, place: &Place) -> Result<Option<TrailEntry>, Trouble> {
    let sql = format!(
        "{COLUMNS} WHERE question.run = ? AND tool = ? AND number = ? AND is_void = 0
         ORDER BY question.key DESC LIMIT 1"
    );
    Ok(find(connection, &sql, params![life.key, &*place.tool, place.number])?.pop())
}

/// Whether an answer is remembered for this question, or was when an earlier life has asked it.
pub(crate) fn is_known(
    connection: &Connection,
    life: &Life,
    place: &Place,
    asking: &Asking,
    now: SystemTime,
) -> Result<bool, Trouble> {
    let Some(alike) = &asking.alike else { return Ok(false) };
    let is_recalled = standing(connection, life, place)?.is_some_and(|before| before.remembered.is_some());
    Ok(is_recalled || grants::that_answers(connection, alike, now)?.is_some())
}

/// The answer that is remembered for this question: with it, the question stands in the trail.
pub(crate) fn recall(
    connection: &Connection,
    life: &Life,
    place: &Place,
    asking: &Asking,
    now: SystemTime,
) -> Result<Option<(QuestionId, Decision)>, Trouble> {
    let Some(alike) = &asking.alike else { return Ok(None) };
    // An earlier life may have died before it was recorded.
    if let Some(TrailEntry { question, decision, remembered: Some(_), .. }) = standing(connection, life, place)?
        && asking.is_the_same_as(&question.request)
    {
        return Ok(decision.map(|decision| (question.id, decision)));
    }
    let Some(grant) = grants::that_answers(connection, alike, now)? else { return Ok(None) };
    let question = ask(connection, life, place, asking, now)?;
    let is_decided = decide(connection, question, &grant.decision, now)?.is_some();
    if is_decided {
        let sql = "UPDATE question SET remembered = ? WHERE id = ?";
        connection.prepare_cached(sql)?.execute([grant.question.id.to_string(), question.to_string()])?;
    }
    // Else somebody has answered it before.
    Ok(is_decided.then_some((question, grant.decision)))
}

/// The run has gone on with the answer at this place.
pub(crate) fn act(connection: &Connection, life: &Life, place: &Place) -> Result<(), Trouble> {
    let sql = "UPDATE question SET is_over = 1 WHERE key =
               (SELECT max(key) FROM question WHERE run = ? AND tool = ? AND number = ?)";
    connection.prepare_cached(sql)?.execute(params![life.key, &*place.tool, place.number])?;
    Ok(())
}

/// The flow has dropped what waited for the answer at this place.
pub(crate) fn abandon(connection: &Connection, life: &Life, place: &Place) -> Result<(), Trouble> {
    life.goes_on(connection)?;
    let sql = "UPDATE question SET is_void = 1 WHERE run = ? AND tool = ? AND number = ? AND is_over = 0";
    connection.prepare_cached(sql)?.execute(params![life.key, &*place.tool, place.number])?;
    Ok(())
}

/// Only who answers first, and in time. Gives the run that has asked, if the answer counts; and remembers it, if it is to be.
/// Where what was asked can't be read, no answer counts.
pub(crate) fn answer(
    connection: &Connection,
    question: QuestionId,
    decision: &Decision,
    now: SystemTime,
) -> Result<Option<String>, Trouble> {
    let sql = format!("{COLUMNS} WHERE question.id = ?");
    let read = |row: &Row<'_>| Ok((read(row), alike(row)));
    let found = connection.prepare_cached(&sql)?.query_row([question.to_string()], read).optional()?;
    let Some((asked, alike)) = found else { return Ok(None) };
    let asked = asked?.question;
    let run = decide(connection, question, decision, now)?;
    if run.is_some()
        && let Some(grant) = StoreGrant::of(&asked, alike.as_ref(), decision, now)
    {
        grants::keep(connection, &grant, now)?;
    }
    Ok(run)
}

/// For which later questions an answer to this one may hold: where that can't be read, for none.
fn alike(row: &Row<'_>) -> Option<Alike> {
    serde_json::from_str(&row.get::<_, Option<String>>("alike").ok()??).ok()
}

fn decide(
    connection: &Connection,
    question: QuestionId,
    decision: &Decision,
    now: SystemTime,
) -> Result<Option<String>, Trouble> {
    let sql = "UPDATE question SET answer = ?, by = ?, decision = ?, decided = ?
               WHERE id = ? AND decision IS NULL AND is_void = 0 AND is_over = 0 AND (expires IS NULL OR expires > ?)
               AND (SELECT status FROM run WHERE run.key = question.run) IN ('open', 'parked')
               RETURNING (SELECT id FROM run WHERE run.key = question.run)";
    let now = moment::written(now);
    let id = question.to_string();
    let (answer, by, decision) = told(decision)?;
    let row = params![answer, by, decision, now, id, now];
    let run = connection.prepare_cached(sql)?.query_row(row, |row| row.get(0)).optional()?;
    Ok(run)
}

/// Nobody has answered in time.
pub(crate) fn expire(connection: &Connection, question: QuestionId, now: SystemTime) -> Result<(), Trouble> {
    let sql = "UPDATE question SET answer = ?, by = ?, decision = ?, decided = ? WHERE id = ? AND decision IS NULL";
    let (answer, by, decision) = told(&Decision::Expired)?;
    let row = params![answer, by, decision, moment::written(now), question.to_string()];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// In the columns for the reader, and as JSON.
fn told(decision: &Decision) -> Result<(&'static str, Option<&String>, String), Trouble> {
    let written = json::written("an answer", decision)?;
    Ok(match decision {
        Decision::Approved { by, .. } => ("approved", by.as_ref(), written),
        Decision::Denied { by, .. } => ("denied", by.as_ref(), written),
        _ => ("expired", None, written),
    })
}

/// What a question has come to, and when it expires.
pub(crate) struct Waiting {
    pub(crate) decision: Option<Decision>,
    pub(crate) expires: Option<SystemTime>,
}

pub(crate) fn waiting(connection: &Connection, question: QuestionId) -> Result<Waiting, Trouble> {
    let sql = format!("{COLUMNS} WHERE question.id = ?");
    match find(connection, &sql, [question.to_string()])?.pop() {
        Some(TrailEntry { question, decision, .. }) => Ok(Waiting { decision, expires: question.expires_at }),
        None => Err(Trouble::store(format!(
            "question {question} is not there any more: run it again, and it is asked again"
        ))),
    }
}

/// Those that wait for an answer, the eldest first.
pub(crate) fn pending(connection: &Connection, now: SystemTime) -> Result<Vec<Question>, Trouble> {
    let sql = format!(
        "{COLUMNS} WHERE decision IS NULL AND is_void = 0 AND is_over = 0 AND (expires IS NULL OR expires > ?)
         AND run.status IN ('open', 'parked') ORDER BY question.key"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([moment::written(now)])?;
    let mut pending = Vec::new();
    while let Some(row) = rows.next()? {
        // One that can't be read is told as that: no other is to suffer from it.
        pending.push(read(row).map_or_else(|trouble| unreadable(row, &trouble), |entry| entry.question));
    }
    Ok(pending)
}

fn unreadable(row: &Row<'_>, trouble: &Trouble) -> Question {
    let text = |column| row.get::<_, String>(column).unwrap_or_default();
    Question::unreadable(text("id").parse().ok(), text("asker"), text("tool").into(), trouble)
}

/// All of one run, the eldest first. One that can't be read is told as that.
pub(crate) fn trail(connection: &Connection, run: i64) -> Result<Vec<TrailEntry>, Trouble> {
    let sql = format!("{COLUMNS} WHERE question.run = ? ORDER BY question.key");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([run])?;
    let mut trail = Vec::new();
    while let Some(row) = rows.next()? {
        trail.push(read(row).unwrap_or_else(|trouble| TrailEntry::new(unreadable(row, &trouble))));
    }
    Ok(trail)
}

const COLUMNS: &str =
    "SELECT question.id, run.id AS asker, tool, request, asked, expires, decision, decided, is_void, remembered, alike
                       FROM question JOIN run ON run.key = question.run";

fn find(connection: &Connection, sql: &str, given: impl rusqlite::Params) -> Result<Vec<TrailEntry>, Trouble> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(given)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn read(row: &Row<'_>) -> Result<TrailEntry, Trouble> {
    entry(row).map_err(|why| {
        let text = |column| row.get::<_, String>(column).unwrap_or_default();
        let which = format!("question `{}` of run `{}` in the table `question`", text("id"), text("asker"));
        Trouble::row(&which, why)
    })
}

fn entry(row: &Row<'_>) -> Result<TrailEntry, String> {
    let text = |column| row.get::<_, Option<String>>(column).map_err(|error| error.to_string());
    let time = |column| text(column)?.map(|time| moment::read(&time)).transpose();
    let need = |column: &'static str| text(column)?.ok_or_else(|| format!("it has no `{column}`"));
    let mut request: Request =
        serde_json::from_str(&need("request")?).map_err(|error| format!("`request`: {error}"))?;
    request.remember = request.remember.filter(|_| alike(row).is_some());
    if need("id")? != request.id.to_string() {
        return Err(format!("`request` is that of question {}", request.id));
    }
    let decision = text("decision")?.map(|decision| serde_json::from_str(&decision)).transpose();
    let question = Question::new(need("asker")?, request, moment::read(&need("asked")?)?, time("expires")?);
    let mut entry = TrailEntry::new(question);
    entry.decision = decision.map_err(|error| format!("`decision`: {error}"))?;
    entry.decided_at = time("decided")?;
    entry.is_void = row.get::<_, i64>("is_void").map_err(|error| error.to_string())? != 0;
    let remembered = text("remembered")?.map(|id| id.parse()).transpose();
    entry.remembered = remembered.map_err(|error| format!("`remembered`: {error}"))?;
    Ok(entry)
}
