//! What the server's tables say.

use std::collections::HashMap;
use std::time::Duration;

use reliable_runtime::durable::store_error::StoreError;
use reliable_runtime::durable::store_grant::StoreGrant;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::client::Client;
use crate::client::text::{in_path, in_sql};
use crate::wire::{GRANT, GRANTED, Kept, PARKED, Parked, QUESTION, QUESTIONS, RUN};

/// A run, as the server tells of it.
pub(crate) struct Row {
    pub(crate) id: String,
    /// The server's own id of it.
    pub(crate) invocation: String,
    pub(crate) status: String,
    /// Whether a service has had it.
    pub(crate) is_begun: bool,
    /// Whether it has ended, and well.
    pub(crate) is_done: bool,
    /// Why its handler has failed, where the server is about to call it again, or has paused it.
    pub(crate) failure: Option<String>,
}

const PAUSED: &str = "paused";

impl Row {
    pub(crate) fn is_paused(&self) -> bool {
        self.status == PAUSED
    }
}

/// A server that has just started does not know all of its partitions yet.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(50);
const WAIT: Duration = Duration::from_secs(5);

impl Client {
    /// The rows of a query.
    pub(crate) async fn query(&self, query: &str) -> Result<Vec<Value>, StoreError> {
        let address = format!("{}/query", self.admin);
        let mut tries = 0;
        loop {
            let answer = self.http.post_json(&address, &json!({ "query": query })).await?;
            if answer.is_ok() {
                let rows = answer.json()?.get_mut("rows").map(Value::take);
                return Ok(rows.and_then(|rows| rows.as_array().cloned()).unwrap_or_default());
            }
            tries += 1;
            if tries == TRIES {
                return answer.ok("the Restate server can't be asked about its runs").map(|_| Vec::new());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// All runs, the latest first; or this one.
    pub(crate) async fn rows(&self, run: Option<&str>) -> Result<Vec<Row>, StoreError> {
        let which = run.map(|run| format!(" and target_service_key = {}", in_sql(run))).unwrap_or_default();
        let query = format!(
            "select id, target_service_key, status, completion_result, last_failure, pinned_deployment_id from \
             sys_invocation where target_service_name = '{RUN}' and target_handler_name = 'run'{which} order by created_at desc"
        );
        let mut rows: Vec<Row> = self.query(&query).await?.iter().filter_map(row).collect();
        if rows.iter().any(Row::is_paused) {
            let mut paused = self.paused().await?;
            for row in rows.iter_mut().filter(|row| row.is_paused()) {
                row.failure = paused.remove(&row.invocation);
            }
        }
        Ok(rows)
    }

    /// Why the server has paused runs at last, by its own ids of them. One that was paused by hand is not among them.
    async fn paused(&self) -> Result<HashMap<String, String>, StoreError> {
        let query = "select id, event_json from sys_journal_events where event_type = 'Paused' order by appended_at";
        let why = |row: &Value| {
            let event: Value = serde_json::from_str(&text(row, "event_json")?).ok()?;
            Some((text(row, "id")?, text(event.get("last_failure")?, "error_message")?))
        };
        Ok(self.query(query).await?.iter().filter_map(why).collect())
    }

    pub(crate) async fn row(&self, run: &str) -> Result<Row, StoreError> {
        loop {
            if let Some(row) = self.rows(Some(run)).await?.into_iter().next() {
                return Ok(row);
            }
            // When it has just started, its tables may be behind; its ingress is not.
            if !self.is_known(run).await? {
                return Err(StoreError::new(format!("there is no run `{run}`")));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn is_known(&self, run: &str) -> Result<bool, StoreError> {
        let address = format!("{}/restate/workflow/{RUN}/{}/output", self.ingress, in_path(run));
        let answer = self.http.get_within(&address, WAIT).await?;
        Ok(answer.is_none_or(|answer| answer.status != 404))
    }

    /// The questions of all runs, or of this one, each with its run; in the order in which they were asked.
    pub(crate) async fn kept(&self, run: Option<&str>) -> Result<Vec<Kept>, StoreError> {
        let which = run.map(|run| format!(" and service_key = {}", in_sql(run))).unwrap_or_default();
        let query = format!(
            "select service_key, key, value_utf8 from state where service_name = '{RUN}' and key like '{QUESTIONS}%'{which} \
             order by key"
        );
        let rows = self.query(&query).await?;
        let read = rows.iter().map(|row| read(row, "value_utf8"));
        // Among those of all runs, one that can't be read is left out: no other is to suffer from it. Its own run says so.
        let mut kept: Vec<Kept> =
            if run.is_some() { read.collect::<Result<_, _>>()? } else { read.flatten().collect() };
        kept.sort_by_key(|kept| kept.question.asked_at);
        Ok(kept)
    }

    /// The answers that are remembered, as far as they can be read.
    pub(crate) async fn granted(&self) -> Result<Vec<StoreGrant>, StoreError> {
        let query = format!("select value_utf8 from state where service_name = '{GRANT}' and key = '{GRANTED}'");
        let rows = self.query(&query).await?;
        Ok(rows.iter().filter_map(|row| serde_json::from_str(&text(row, "value_utf8")?).ok()).collect())
    }

    /// The answers that are on their way or have come: the cells that somebody has taken.
    pub(crate) async fn taken(&self) -> Result<Vec<String>, StoreError> {
        let query = format!("select target_service_key from sys_invocation where target_service_name = '{QUESTION}'");
        let rows = self.query(&query).await?;
        Ok(rows.iter().filter_map(|row| text(row, "target_service_key")).collect())
    }

    /// The runs that are parked, or this one if it is.
    pub(crate) async fn parked(&self, run: Option<&str>) -> Result<Vec<(String, Parked)>, StoreError> {
        let which = run.map(|run| format!(" and service_key = {}", in_sql(run))).unwrap_or_default();
        let query = format!(
            "select service_key, value_utf8 from state where service_name = '{RUN}' and key = '{PARKED}'{which}"
        );
        let rows = self.query(&query).await?;
        let parked = |row: &Value| {
            let parked = read(row, "value_utf8").unwrap_or_else(|error| Parked::unreadable(&error));
            Some((text(row, "service_key")?, parked))
        };
        let mut parked: Vec<(String, Parked)> = rows.iter().filter_map(parked).collect();
        if !parked.is_empty() {
            let taken = self.taken().await?;
            parked.retain(|(_, parked)| !taken.contains(&parked.cell()));
        }
        Ok(parked)
    }
}

fn row(row: &Value) -> Option<Row> {
    let result = text(row, "completion_result");
    Some(Row {
        id: text(row, "target_service_key")?,
        invocation: text(row, "id")?,
        status: text(row, "status")?,
        is_begun: text(row, "pinned_deployment_id").is_some(),
        is_done: result.as_deref() == Some("success"),
        failure: text(row, "last_failure"),
    })
}

pub(crate) fn text(row: &Value, column: &str) -> Option<String> {
    row.get(column)?.as_str().map(str::to_owned)
}

pub(crate) fn read<T: DeserializeOwned>(row: &Value, column: &str) -> Result<T, StoreError> {
    let json = text(row, column).unwrap_or_default();
    serde_json::from_str(&json).map_err(|error| {
        let whose = text(row, "service_key").unwrap_or_default();
        let key = text(row, "key").unwrap_or_default();
        StoreError::new(format!("the state `{key}` of run `{whose}` can't be read ({error}): cancel the run"))
    })
}
