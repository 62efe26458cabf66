//! What the file does as an engine.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use reliable_runtime::durable::engine::{Claim, Engine, Reply, Wait, Work};
use reliable_runtime::durable::records::{Question, Recording, RunInfo, TrailEntry};
use reliable_runtime::durable::store_grant::StoreGrant;
use reliable_runtime::said::decision::Decision;
use reliable_runtime::said::ids::QuestionId;
use rusqlite::Connection;

use crate::claim::{self, Found, Lease, Submitted, Wanted, hold};
use crate::fence::Life;
use crate::file::OpenFile;
use crate::journal::Claimed;
use crate::owner::is_one_dead;
use crate::trouble::Trouble;
use crate::watch::Of;
use crate::{entries, grants, questions, runs};

impl Engine for OpenFile {
    fn claim(self: Arc<Self>, run: String) -> Wait<Claim> {
        Box::pin(async move {
            let claimed = claimed(&self, run).await;
            claimed.map_err(|trouble| trouble.halt(&self.path))
        })
    }

    fn submit(self: Arc<Self>, workflow: String, run: String, input: String) -> Reply<bool> {
        let now = self.clock.now();
        self.changed(run, move |connection, run| claim::insert(connection, run, Some((&workflow, &input)), now))
    }

    fn next(self: Arc<Self>, workflows: Vec<String>, version: Option<String>) -> Reply<Work> {
        Box::pin(async move {
            let worked = next(&self, &workflows, version).await;
            worked.map_err(|trouble| trouble.error(&self.path))
        })
    }

    fn outcome(self: Arc<Self>, run: String) -> Reply<String> {
        Box::pin(async move {
            let id = run.clone();
            let outcome = self.when(Of::Run(&run), move |connection| runs::outcome(connection, &id)).await;
            outcome.map_err(|trouble| trouble.error(&self.path))
        })
    }

    fn list(self: Arc<Self>) -> Reply<Vec<RunInfo>> {
        let (path, me) = (self.path.clone(), self.owner.key);
        self.read(move |connection| runs::list(connection, &path, me))
    }

    fn show(self: Arc<Self>, run: String) -> Reply<Vec<Recording>> {
        self.read(move |connection| {
            let entries = entries::read(connection, &run, runs::key(connection, &run)?)?;
            Ok(entries.into_iter().map(|(_, recording)| recording).collect())
        })
    }

    fn trail(self: Arc<Self>, run: String) -> Reply<Vec<TrailEntry>> {
        self.read(move |connection| questions::trail(connection, runs::key(connection, &run)?))
    }

    fn cancel(self: Arc<Self>, run: String) -> Reply<bool> {
        let now = self.clock.now();
        self.changed(run, move |connection, run| runs::cancel(connection, run, now))
    }

    fn resume(self: Arc<Self>, run: String) -> Reply<bool> {
        self.changed(run, runs::resume)
    }

    fn pending(self: Arc<Self>) -> Reply<Vec<Question>> {
        let now = self.clock.now();
        self.read(move |connection| questions::pending(connection, now))
    }

    fn answer(self: Arc<Self>, question: QuestionId, decision: Decision) -> Reply<bool> {
        Box::pin(async move {
            let now = self.clock.now();
            let answered = self
                .writers
                .ask(move |connection| questions::answer(connection, question, &decision, now))
                .await
                .map_err(|trouble| trouble.error(&self.path))?;
            if let Some(run) = &answered {
                self.watch.tell(Of::Run(run));
            }
            Ok(answered.is_some())
        })
    }

    fn grants(self: Arc<Self>) -> Reply<Vec<StoreGrant>> {
        let now = self.clock.now();
        self.read(move |connection| grants::list(connection, now))
    }

    fn revoke(self: Arc<Self>, question: QuestionId) -> Reply<bool> {
        Box::pin(async move {
            let now = self.clock.now();
            let revoked = self.writers.ask(move |connection| grants::revoke(connection, question, now)).await;
            revoked.map_err(|trouble| trouble.error(&self.path))
        })
    }
}

/// Takes what `take` finds, with a lease on the life that is in it.
async fn leased<T: Send + 'static>(
    file: &Arc<OpenFile>,
    take: impl Fn(&Connection, &Path, i64, SystemTime) -> Result<T, Trouble> + Send + 'static,
    life: fn(&T) -> Option<&Life>,
) -> Result<(Lease, T), Trouble> {
    file.give_back_what_is_left()?;
    let (path, me, now) = (file.path.clone(), file.owner.key, file.clock.now());
    let lease = Lease::of_nothing(Arc::clone(file));
    let taken = lease.taken();
    let found = file.writers.ask(move |connection| {
        let found = take(connection, &path, me, now)?;
        hold(&taken, life(&found).cloned());
        Ok(found)
    });
    Ok((lease, found.await?))
}

async fn claimed(file: &Arc<OpenFile>, run: String) -> Result<Claim, Trouble> {
    let take = move |connection: &Connection, path: &Path, me, now| claim::claim(connection, path, me, &run, now);
    let (lease, found) = leased(file, take, Found::life).await?;
    match found {
        Found::Ended(outcome) => {
            lease.is_void();
            Ok(Claim::Ended(outcome))
        }
        Found::Taken(taken) => {
            let mut claimed = Claimed::new(Arc::clone(file), lease, taken);
            claimed.read().await?;
            Ok(Claim::Mine(Arc::new(claimed)))
        }
    }
}

async fn next(file: &Arc<OpenFile>, workflows: &[String], version: Option<String>) -> Result<Work, Trouble> {
    let workflows = serde_json::to_string(workflows)
        .map_err(|error| Trouble::store(format!("the names of the workflows can't be written down: {error}")))?;
    let wanted = Wanted { workflows, version };
    loop {
        let (sought, path, me) = (wanted.clone(), file.path.clone(), file.owner.key);
        let of = Arc::downgrade(file);
        let any = file.when(Of::Work, move |connection| {
            let is_anything_left = of.upgrade().is_some_and(|file| file.is_anything_left());
            let any =
                is_anything_left || claim::is_there_any(connection, &sought)? || is_one_dead(connection, &path, me)?;
            Ok(any.then_some(()))
        });
        any.await?;
        let sought = wanted.clone();
        let take = move |connection: &Connection, path: &Path, me, now| claim::next(connection, path, me, &sought, now);
        let (lease, found) = leased(file, take, |found| Some(&found.as_ref()?.taken.life)).await?;
        // Another one may have been quicker.
        if let Some(Submitted { taken, workflow, input }) = found {
            let run = taken.life.run.clone();
            let mut claimed = Claimed::new(Arc::clone(file), lease, taken);
            match claimed.read().await.map_err(Trouble::of_one_run) {
                Ok(()) => return Ok(Work::new(run, workflow, input, Arc::new(claimed))),
                Err(halt) => claimed.park(halt?).await?,
            }
        }
    }
}
