//! The runs, as whoever is not at them sees them.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use reliable_runtime::durable::halt::{Halt, HaltKind};
use reliable_runtime::durable::records::{Question, Recording, RunInfo, Status, TrailEntry};
use reliable_runtime::durable::store_error::StoreError;
use reliable_runtime::durable::store_grant::StoreGrant;
use reliable_runtime::said::decision::Decision;
use reliable_runtime::said::ids::QuestionId;
use serde_json::{Value, json};

use crate::client::Client;
use crate::client::rows::{Row, text};
use crate::client::text::in_path;
use crate::run::record::{Item, nonce};
use crate::wire::{About, Answer, GRANT, Kept, Parked, QUESTION, RUN, Submitted, stopped_by};

const PAUSE: Duration = Duration::from_millis(5);
/// So long the server is asked to wait for an outcome, before somebody looks whether there will ever be one.
const WAIT: Duration = Duration::from_millis(500);

impl Client {
    pub(crate) async fn submitted(&self, workflow: String, run: &str, input: String) -> Result<bool, StoreError> {
        let address = format!("{}/{RUN}/{}/run/send", self.ingress, in_path(run));
        let answer = self.http.post_json(&address, &Submitted { workflow, input }).await?;
        if answer.status == 404 {
            return Err(StoreError::new(
                "no endpoint is registered with the Restate server: start one, and `register` its address",
            ));
        }
        let accepted = answer.ok(&format!("run `{run}` can't be submitted"))?.json()?;
        Ok(is_new(&accepted))
    }

    pub(crate) async fn outcome_of(&self, run: &str) -> Result<String, StoreError> {
        let address = format!("{}/restate/workflow/{RUN}/{}/attach", self.ingress, in_path(run));
        loop {
            let row = self.row(run).await?;
            if row.is_cancelled() {
                return Err(cancelled(run));
            }
            if !row.is_done {
                let parked = self.parked(Some(run)).await?.pop();
                if let Some(halt) = parked.map(|(_, Parked { halt, .. })| halt).or_else(|| row.stands_still()) {
                    return Err(StoreError::new(halt.message));
                }
            }
            if let Some(answer) = self.http.get_within(&address, WAIT).await?
                && answer.is_ok()
            {
                return String::from_utf8(answer.body)
                    .map_err(|_| StoreError::new(format!("the outcome of run `{run}` can't be read")));
            }
            // Whatever it said at once, it is not to be asked without end.
            tokio::time::sleep(PAUSE).await;
        }
    }

    pub(crate) async fn all_runs(&self) -> Result<Vec<RunInfo>, StoreError> {
        let rows = self.rows(None).await?;
        let mut parked: HashMap<_, _> = self.parked(None).await?.into_iter().collect();
        let mut recorded = self.recorded().await?;
        let mut about = self.about().await?;
        let unknown = rows.iter().filter(|row| !about.contains_key(&row.id)).map(|row| row.invocation.as_str());
        let mut submitted = self.submitted_workflows(&unknown.collect::<Vec<_>>()).await?;
        let mut runs = Vec::with_capacity(rows.len());
        for row in rows {
            let mut info = RunInfo::new(row.id.clone());
            match about.remove(&row.id) {
                Some(About { workflow, version }) => (info.workflow, info.version) = (Some(workflow), version),
                None => info.workflow = submitted.remove(&row.invocation),
            }
            info.recorded = recorded.remove(&row.invocation).unwrap_or_default();
            let parked = parked.remove(&row.id);
            info.status = row.into_status(parked);
            runs.push(info);
        }
        Ok(runs)
    }

    pub(crate) async fn recordings_of(&self, run: &str) -> Result<Vec<Recording>, StoreError> {
        let row = self.row(run).await?;
        let mut recordings = Vec::new();
        for record in self.records(&row.invocation).await? {
            for item in record.items {
                if let Item::Finished { place, entry } = item {
                    let order = recordings.len() as u64 + 1;
                    recordings.push(Recording::new(place, order, entry));
                }
            }
        }
        Ok(recordings)
    }

    pub(crate) async fn trail_of(&self, run: &str) -> Result<Vec<TrailEntry>, StoreError> {
        let row = self.row(run).await?;
        let kept = self.kept(Some(run)).await?;
        let entry = |kept: Kept| {
            let mut entry = kept.into_trail();
            entry.is_void |= row.is_cancelled() && entry.decision.is_none();
            entry
        };
        Ok(kept.into_iter().map(entry).collect())
    }

    pub(crate) async fn cancelled(&self, run: &str) -> Result<bool, StoreError> {
        let row = self.row(run).await?;
        if row.status == COMPLETED {
            return Ok(false);
        }
        let address = format!("{}/invocations/{}/kill", self.admin, row.invocation);
        let answer = self.http.patch(&address).await?;
        answer.ok(&format!("run `{run}` can't be cancelled"))?;
        self.until(run, |row| row.status == COMPLETED).await.map(|row| row.is_cancelled())
    }

    pub(crate) async fn resumed(&self, run: &str) -> Result<bool, StoreError> {
        let row = self.row(run).await?;
        if row.stands_still().is_some() {
            let address = format!("{}/invocations/{}/resume", self.admin, row.invocation);
            return self.http.patch(&address).await?.ok(&format!("run `{run}` can't be resumed")).map(|_| true);
        }
        let parked = self.parked(Some(run)).await?.pop().filter(|_| row.status != COMPLETED);
        let Some((_, parked)) = parked else { return Ok(false) };
        if parked.awakeable.is_empty() {
            return Err(StoreError::new(parked.halt.message));
        }
        self.take(&parked.cell(), Vec::new(), &format!("run `{run}` can't be resumed")).await
    }

    pub(crate) async fn open_questions(&self) -> Result<Vec<Question>, StoreError> {
        let now = SystemTime::now();
        let mut kept = self.kept(None).await?;
        kept.retain(|kept| kept.is_open(now));
        if kept.is_empty() {
            return Ok(Vec::new());
        }
        let taken = self.taken().await?;
        let ended: Vec<_> = self.rows(None).await?.into_iter().filter(|row| row.status == COMPLETED).collect();
        let waits = |kept: &Kept| !taken.contains(&kept.cell()) && !ended.iter().any(|row| row.id == kept.question.run);
        Ok(kept.into_iter().filter(waits).map(|kept| kept.question).collect())
    }

    /// The server takes the first answer, and no other: each question is a workflow that is run by it.
    pub(crate) async fn answered(&self, question: QuestionId, decision: Decision) -> Result<bool, StoreError> {
        let kept = self.kept(None).await?.into_iter().find(|kept| kept.question.id == question);
        let Some(kept) = kept.filter(|kept| kept.is_open(SystemTime::now())) else { return Ok(false) };
        if self.row(&kept.question.run).await?.status == COMPLETED {
            return Ok(false);
        }
        let answer = Answer::to(&kept, decision, SystemTime::now(), nonce());
        let answer = serde_json::to_vec(&answer)
            .map_err(|error| StoreError::new(format!("this answer can't be written down: {error}")))?;
        self.take(&kept.cell(), answer, "the answer can't be given").await
    }

    /// Whether this is the first to take this cell.
    async fn take(&self, cell: &str, with: Vec<u8>, what: &str) -> Result<bool, StoreError> {
        let address = format!("{}/{QUESTION}/{}/run/send", self.ingress, in_path(cell));
        let accepted = self.http.post_bytes(&address, with).await?;
        Ok(is_new(&accepted.ok(what)?.json()?))
    }

    /// Those that hold, the eldest first, as far as they can be read.
    pub(crate) async fn all_grants(&self) -> Result<Vec<StoreGrant>, StoreError> {
        let now = SystemTime::now();
        let mut grants = self.granted().await?;
        grants.retain(|grant| grant.holds(now));
        grants.sort_by_key(|grant| (grant.given_at, grant.question.id));
        Ok(grants)
    }

    /// Whether it was there, and held.
    pub(crate) async fn revoked(&self, question: QuestionId) -> Result<bool, StoreError> {
        let Some(grant) = self.all_grants().await?.into_iter().find(|grant| grant.question.id == question) else {
            return Ok(false);
        };
        // Also while no service is there.
        let address = format!("{}/services/{GRANT}/state", self.admin);
        let emptied = json!({ "object_key": grant.alike.key.to_string(), "new_state": {} });
        self.http.post_json(&address, &emptied).await?.ok("the answer can't be revoked")?;
        while self.granted().await?.iter().any(|grant| grant.question.id == question) {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(true)
    }

    async fn until(&self, run: &str, is_so: impl Fn(&Row) -> bool) -> Result<Row, StoreError> {
        let mut pause = Duration::from_millis(5);
        loop {
            let row = self.row(run).await?;
            if is_so(&row) {
                return Ok(row);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }
}

const COMPLETED: &str = "completed";
/// The server calls it again in a moment.
const FAILING: &str = "backing-off";

impl Row {
    fn is_cancelled(&self) -> bool {
        self.status == COMPLETED && !self.is_done
    }

    /// Why, if the server has paused it, or would, if it knew how.
    fn stands_still(&self) -> Option<Halt> {
        let failure = self.failure.as_deref();
        let unreadable = failure.filter(|_| self.is_paused() || self.status == FAILING).and_then(stopped_by);
        let paused = || {
            let failure = failure.map(|failure| format!(" ({failure})")).unwrap_or_default();
            let words =
                format!("the Restate server has paused run `{}`{failure}: mend what fails, and resume it", self.id);
            self.is_paused().then(|| Halt::new(HaltKind::Store, words))
        };
        unreadable.or_else(paused)
    }

    fn into_status(self, parked: Option<Parked>) -> Status {
        if let Some(halt) = self.stands_still() {
            return Status::Parked(halt);
        }
        match (self.status.as_str(), parked) {
            (COMPLETED, _) if self.is_done => Status::Ended,
            (COMPLETED, _) => Status::Cancelled,
            (_, Some(Parked { halt, .. })) => Status::Parked(halt),
            // Until then the server only tries to reach one.
            ("running", None) if self.is_begun => Status::Running,
            _ => Status::Waiting,
        }
    }
}

/// Whether the server has not had it before.
fn is_new(accepted: &Value) -> bool {
    text(accepted, "status").as_deref() == Some("Accepted")
}

fn cancelled(run: &str) -> StoreError {
    StoreError::new(Halt::cancelled(run).message)
}
