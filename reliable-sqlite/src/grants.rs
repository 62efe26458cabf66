//! The answers that hold for later questions, too.

use std::time::SystemTime;

use reliable_runtime::durable::alike::Alike;
use reliable_runtime::durable::store_grant::StoreGrant;
use reliable_runtime::said::decision::Decision;
use reliable_runtime::said::ids::QuestionId;
use rusqlite::{Connection, Row, params};

use crate::json;
use crate::moment;
use crate::trouble::Trouble;

/// Remembers one. A yes does not take the place of a no, nor of one that can't be read.
pub(crate) fn keep(connection: &Connection, grant: &StoreGrant, now: SystemTime) -> Result<(), Trouble> {
    let is_over = r#"DELETE FROM "grant" WHERE expires <= ?"#;
    connection.prepare_cached(is_over)?.execute([moment::written(now)])?;
    let key = grant.alike.key.to_string();
    let before = find(connection, &format!("{COLUMNS} WHERE key = ?"), [&key])?;
    let gives_way = |before: &StoreGrant| match &before.unreadable {
        Some(_) => !grant.is_yes(),
        None => before.gives_way_to(grant),
    };
    if !before.iter().all(gives_way) {
        return Ok(());
    }
    connection.prepare_cached(r#"DELETE FROM "grant" WHERE key = ?"#)?.execute([&key])?;
    let (question, [key, of, run, function, same, answer, by]) = (&grant.question, told(grant));
    let sql = r#"INSERT INTO "grant" (key, question, run, function, same, answer, by, call, given, expires, granted)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"#;
    connection.prepare_cached(sql)?.execute(params![
        key,
        of,
        run,
        function,
        same,
        answer,
        by,
        question.request.to_string(),
        moment::written(grant.given_at),
        grant.expires_at.map(moment::written),
        json::written("an answer that is to be remembered", grant)?,
    ])?;
    Ok(())
}

/// What stands in the columns, too, for the reader: in this order.
const TOLD: [&str; 7] = ["key", "question", "run", "function", "same", "answer", "by"];

fn told(grant: &StoreGrant) -> [Option<String>; 7] {
    let (question, alike) = (&grant.question, &grant.alike);
    let (answer, by) = match &grant.decision {
        Decision::Approved { by, .. } => (Some("approved"), by.clone()),
        Decision::Denied { by, .. } => (Some("denied"), by.clone()),
        _ => (None, None),
    };
    let same = alike.same.as_ref().map(|same| same.iter().map(|name| &**name).collect::<Vec<_>>().join(", "));
    let (key, id) = (alike.key.to_string(), question.id.to_string());
    [Some(key), Some(id), Some(question.run.clone()), Some(alike.function.clone()), same, answer.map(str::to_owned), by]
}

const COLUMNS: &str = r#"SELECT key, question, run, function, same, answer, by, given, expires, granted FROM "grant""#;

/// The one that answers a question like this. One that can't be read answers none: a human is asked.
pub(crate) fn that_answers(
    connection: &Connection,
    alike: &Alike,
    now: SystemTime,
) -> Result<Option<StoreGrant>, Trouble> {
    let sql = format!("{COLUMNS} WHERE key = ?");
    let mut grants = Vec::new();
    for key in alike.keys() {
        grants.extend(find(connection, &sql, [key.to_string()])?);
    }
    // One that can't be read may be a no.
    let is_certain = |grant: &&StoreGrant| !grant.is_yes() || grants.iter().all(|grant| grant.unreadable.is_none());
    Ok(StoreGrant::that_answers(alike, &grants, now).filter(is_certain).cloned())
}

/// Those that hold, the eldest first. Those that can't be read are told as that.
pub(crate) fn list(connection: &Connection, now: SystemTime) -> Result<Vec<StoreGrant>, Trouble> {
    let mut grants = find(connection, &format!("{COLUMNS} ORDER BY given, question"), [])?;
    grants.retain(|grant| grant.unreadable.is_some() || grant.holds(now));
    Ok(grants)
}

/// Forgets one. Whether it was in the list.
pub(crate) fn revoke(connection: &Connection, question: QuestionId, now: SystemTime) -> Result<bool, Trouble> {
    let id = question.to_string();
    let was = find(connection, &format!("{COLUMNS} WHERE question = ?"), [&id])?;
    connection.prepare_cached(r#"DELETE FROM "grant" WHERE question = ?"#)?.execute([&id])?;
    Ok(was.iter().any(|grant| grant.unreadable.is_some() || grant.holds(now)))
}

fn find(connection: &Connection, sql: &str, given: impl rusqlite::Params) -> Result<Vec<StoreGrant>, Trouble> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(given)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row).unwrap_or_else(|why| unreadable(row, &why)));
    }
    Ok(found)
}

/// The times are those of the columns, which a person may have changed. What else differs there can't be trusted.
fn read(row: &Row<'_>) -> Result<StoreGrant, String> {
    let text = |column: &str| row.get::<_, Option<String>>(column).map_err(|error| error.to_string());
    let mut grant: StoreGrant =
        serde_json::from_str(&text("granted")?.unwrap_or_default()).map_err(|error| format!("`granted`: {error}"))?;
    for (column, told) in TOLD.into_iter().zip(told(&grant)) {
        if text(column)? != told {
            return Err(format!("`granted` says something else than `{column}`"));
        }
    }
    grant.given_at = moment::read(&text("given")?.unwrap_or_default())?;
    grant.expires_at = text("expires")?.map(|expires| moment::read(&expires)).transpose()?;
    grant.unreadable = None;
    Ok(grant)
}

fn unreadable(row: &Row<'_>, why: &str) -> StoreGrant {
    let text = |column| row.get::<_, String>(column).unwrap_or_default();
    let why = format!("the row of `{}` in the table `grant` ({why})", text("question"));
    StoreGrant::unreadable(text("question").parse().ok(), text("run"), &text("function"), why)
}
