//! What the server has recorded of a run, read from its journal.

use std::collections::HashMap;

use reliable_runtime::durable::store_error::StoreError;
use serde::Deserialize;
use serde_json::Value;

use crate::client::Client;
use crate::client::rows::{read, text};
use crate::client::text::in_sql;
use crate::run::record::Record;
use crate::wire::{ABOUT, About, RUN, Submitted};

/// A record in the journal, after which its bytes come.
const SUCCESS: &str = "\"result\":{\"Success\":[";

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "Notification")]
    notification: Option<Notification>,
    #[serde(rename = "Command")]
    command: Option<Command>,
}

#[derive(Deserialize)]
struct Notification {
    #[serde(rename = "Completion")]
    completion: Completion,
}

#[derive(Deserialize)]
struct Completion {
    #[serde(rename = "Run")]
    run: Completed,
}

#[derive(Deserialize)]
struct Completed {
    result: Outcome,
}

#[derive(Deserialize)]
struct Outcome {
    #[serde(rename = "Success")]
    success: Vec<u8>,
}

#[derive(Deserialize)]
struct Command {
    #[serde(rename = "Input")]
    input: Input,
}

#[derive(Deserialize)]
struct Input {
    payload: Vec<u8>,
}

impl Client {
    /// The log of a run.
    pub(crate) async fn records(&self, invocation: &str) -> Result<Vec<Record>, StoreError> {
        let query = format!(
            "select entry_json from sys_journal where id = {} and entry_type = 'Notification: Run' order by index",
            in_sql(invocation)
        );
        let rows = self.query(&query).await?;
        rows.iter().map(|row| record(row).ok_or_else(unreadable)).collect()
    }

    /// How many outcomes are recorded of each invocation.
    pub(crate) async fn recorded(&self) -> Result<HashMap<String, u64>, StoreError> {
        let query = "select j.id as id, substr(j.entry_json, 1, 300) as head from sys_journal j join (select id, max(index) as \
                     last from sys_journal where entry_type = 'Notification: Run' group by id) m on j.id = m.id and j.index = \
                     m.last";
        let rows = self.query(query).await?;
        Ok(rows.iter().filter_map(|row| Some((text(row, "id")?, outcomes(&text(row, "head")?)?))).collect())
    }

    /// What each run is about, by its id: those that have begun have said so.
    pub(crate) async fn about(&self) -> Result<HashMap<String, About>, StoreError> {
        let query =
            format!("select service_key, key, value_utf8 from state where service_name = '{RUN}' and key = '{ABOUT}'");
        let rows = self.query(&query).await?;
        // One that can't be read is told without that: no other is to suffer from it.
        Ok(rows.iter().filter_map(|row| Some((text(row, "service_key")?, read(row, "value_utf8").ok()?))).collect())
    }

    /// By which workflow these invocations were submitted.
    pub(crate) async fn submitted_workflows(&self, of: &[&str]) -> Result<HashMap<String, String>, StoreError> {
        if of.is_empty() {
            return Ok(HashMap::new());
        }
        let of: Vec<_> = of.iter().map(|invocation| in_sql(invocation)).collect();
        let query = format!(
            "select id, entry_json from sys_journal where id in ({}) and entry_type = 'Command: Input'",
            of.join(", ")
        );
        let rows = self.query(&query).await?;
        Ok(rows.iter().filter_map(|row| Some((text(row, "id")?, submission(row)?.workflow))).collect())
    }
}

fn record(row: &Value) -> Option<Record> {
    let entry: Entry = serde_json::from_str(&text(row, "entry_json")?).ok()?;
    serde_json::from_slice(&entry.notification?.completion.run.result.success).ok()
}

fn submission(row: &Value) -> Option<Submitted> {
    let entry: Entry = serde_json::from_str(&text(row, "entry_json")?).ok()?;
    serde_json::from_slice(&entry.command?.input.payload).ok()
}

/// The number in front of a record, of which only the head is there.
fn outcomes(head: &str) -> Option<u64> {
    let (_, bytes) = head.split_once(SUCCESS)?;
    let bytes: Vec<u8> = bytes.split(',').map_while(|byte| byte.parse().ok()).collect();
    let (_, number) = std::str::from_utf8(&bytes).ok()?.split_once("\"outcomes\":")?;
    number.split(',').next()?.parse().ok()
}

fn unreadable() -> StoreError {
    StoreError::new(
        "what the Restate server has recorded can't be read: it is of another version of `reliable-restate`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_outcomes_is_read_from_the_head_of_a_record() {
        let bytes = |text: &str| text.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(",");
        let record = serde_json::to_string(&Record { outcomes: 12, items: Vec::new() }).unwrap();
        let head = format!(
            "{{\"Notification\":{{\"Completion\":{{\"Run\":{{\"completion_id\":1,{SUCCESS}{},12",
            bytes(&record)
        );
        assert_eq!(outcomes(&head), Some(12));
        assert_eq!(outcomes("{}"), None);
    }
}
