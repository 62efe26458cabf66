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

/// Remembers one. A yes does not take the place of a no.
pub(crate) fn keep(connection: &Connection, grant: &StoreGrant) -> Result<(), Trouble> {
    let (question, alike) = (&grant.question, &grant.alike);
    let given = moment::written(grant.given_at);
    connection.prepare_cached(r#"DELETE FROM "grant" WHERE expires <= ?"#)?.execute([&given])?;
    let (answer, by) = match &grant.decision {
        Decision::Approved { by, .. } => ("approved", by),
        Decision::Denied { by, .. } => ("denied", by),
        _ => return Ok(()),
    };
    let sql = r#"INSERT INTO "grant" (key, question, run, function, call, same, answer, by, given, expires, granted)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT (key) DO UPDATE SET question = excluded.question, run = excluded.run,
                 function = excluded.function, call = excluded.call, same = excluded.same, answer = excluded.answer,
                 by = excluded.by, given = excluded.given, expires = excluded.expires, granted = excluded.granted
                 WHERE "grant".answer = 'approved' OR excluded.answer = 'denied'"#;
    connection.prepare_cached(sql)?.execute(params![
        alike.key.to_string(),
        question.id.to_string(),
        question.run,
        alike.function,
        question.request.to_string(),
        alike.same.as_ref().map(|same| same.iter().map(|name| &**name).collect::<Vec<_>>().join(", ")),
        answer,
        by,
        given,
        grant.expires_at.map(moment::written),
        json::written("an answer that is to be remembered", grant)?,
    ])?;
    Ok(())
}

const COLUMNS: &str = r#"SELECT given, expires, granted FROM "grant""#;

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
    Ok(StoreGrant::that_answers(alike, &grants, now).cloned())
}

/// Those that hold, the eldest first, as far as they can be read.
pub(crate) fn list(connection: &Connection, now: SystemTime) -> Result<Vec<StoreGrant>, Trouble> {
    let mut grants = find(connection, &format!("{COLUMNS} ORDER BY given, question"), [])?;
    grants.retain(|grant| grant.holds(now));
    Ok(grants)
}

/// Forgets one. Whether it held.
pub(crate) fn revoke(connection: &Connection, question: QuestionId, now: SystemTime) -> Result<bool, Trouble> {
    let sql = r#"DELETE FROM "grant" WHERE question = ? RETURNING expires IS NULL OR expires > ?"#;
    let row = params![question.to_string(), moment::written(now)];
    let mut statement = connection.prepare_cached(sql)?;
    let held = statement.query_map(row, |row| row.get(0))?.collect::<Result<Vec<bool>, _>>()?;
    Ok(held.contains(&true))
}

fn find(connection: &Connection, sql: &str, given: impl rusqlite::Params) -> Result<Vec<StoreGrant>, Trouble> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(given)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(grant(row));
    }
    Ok(found)
}

/// `None` where it can't be read. The times are those of the columns, which a person may have changed.
fn grant(row: &Row<'_>) -> Option<StoreGrant> {
    let text = |column: &str| row.get::<_, Option<String>>(column).ok();
    let mut grant: StoreGrant = serde_json::from_str(&text("granted")??).ok()?;
    grant.given_at = moment::read(&text("given")??).ok()?;
    grant.expires_at = match text("expires")? {
        Some(expires) => Some(moment::read(&expires).ok()?),
        None => None,
    };
    Some(grant)
}
