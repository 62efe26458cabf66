//! The engine: what is said to it from outside.

use std::sync::Arc;

use reliable_runtime::durable::engine::{Claim, Engine, Reply, Wait, Work};
use reliable_runtime::durable::halt::{Halt, HaltKind};
use reliable_runtime::durable::records::{Question, Recording, RunInfo, TrailEntry};
use reliable_runtime::durable::store_error::StoreError;
use reliable_runtime::durable::store_grant::StoreGrant;
use reliable_runtime::said::decision::Decision;
use reliable_runtime::said::ids::QuestionId;

use crate::client::Client;

const DRIVEN: &str =
    "on Restate the server drives the runs: submit it, and serve its workflow with `reliable_restate::Endpoint`";

impl Engine for Client {
    fn claim(self: Arc<Self>, _: String) -> Wait<Claim> {
        Box::pin(async { Err(Halt::new(HaltKind::Busy, DRIVEN)) })
    }

    fn submit(self: Arc<Self>, workflow: String, run: String, input: String) -> Reply<bool> {
        Box::pin(async move { self.submitted(workflow, &run, input).await })
    }

    fn next(self: Arc<Self>, _: Vec<String>, _: Option<String>) -> Reply<Work> {
        Box::pin(async { Err(StoreError::new(DRIVEN)) })
    }

    fn outcome(self: Arc<Self>, run: String) -> Reply<String> {
        Box::pin(async move { self.outcome_of(&run).await })
    }

    fn list(self: Arc<Self>) -> Reply<Vec<RunInfo>> {
        Box::pin(async move { self.all_runs().await })
    }

    fn show(self: Arc<Self>, run: String) -> Reply<Vec<Recording>> {
        Box::pin(async move { self.recordings_of(&run).await })
    }

    fn trail(self: Arc<Self>, run: String) -> Reply<Vec<TrailEntry>> {
        Box::pin(async move { self.trail_of(&run).await })
    }

    fn cancel(self: Arc<Self>, run: String) -> Reply<bool> {
        Box::pin(async move { self.cancelled(&run).await })
    }

    fn resume(self: Arc<Self>, run: String) -> Reply<bool> {
        Box::pin(async move { self.resumed(&run).await })
    }

    fn pending(self: Arc<Self>) -> Reply<Vec<Question>> {
        Box::pin(async move { self.open_questions().await })
    }

    fn answer(self: Arc<Self>, question: QuestionId, decision: Decision) -> Reply<bool> {
        Box::pin(async move { self.answered(question, decision).await })
    }

    fn grants(self: Arc<Self>) -> Reply<Vec<StoreGrant>> {
        Box::pin(async move { self.all_grants().await })
    }

    fn revoke(self: Arc<Self>, question: QuestionId) -> Reply<bool> {
        Box::pin(async move { self.revoked(question).await })
    }
}
