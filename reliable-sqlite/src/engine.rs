//! What the file does as an engine.

use std::sync::Arc;

use reliable_runtime::durable::engine::{Claim, Engine, Reply, Wait, Work};
use reliable_runtime::durable::records::{Question, Recording, RunInfo, TrailEntry};
use reliable_runtime::said::decision::Decision;
use reliable_runtime::said::ids::QuestionId;

use crate::claim::{self, Found, Lease, Submitted, Wanted, hold};
use crate::file::OpenFile;
use crate::journal::Claimed;
use crate::owner::is_one_dead;
use crate::trouble::Trouble;
use crate::watch::Of;
use crate::{entries, questions, runs};

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
}

async fn claimed(file: &Arc<OpenFile>, run: String) -> Result<Claim, Trouble> {
    let (path, me, now) = (file.path.clone(), file.owner.key, file.clock.now());
    file.give_back_what_is_left()?;
    let lease = Lease::of_nothing(Arc::clone(file));
    let taken = lease.taken();
    let claimed = file.writers.ask(move |connection| {
        let found = claim::claim(connection, &path, me, &run, now)?;
        if let Found::Taken(of) = &found {
            hold(&taken, Some(of.life.clone()));
        }
        Ok(found)
    });
    match claimed.await? {
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
        file.give_back_what_is_left()?;
        let (sought, path, now) = (wanted.clone(), file.path.clone(), file.clock.now());
        let lease = Lease::of_nothing(Arc::clone(file));
        let taken = lease.taken();
        let claimed = file.writers.ask(move |connection| {
            let found = claim::next(connection, &path, me, &sought, now)?;
            hold(&taken, found.as_ref().map(|found| found.taken.life.clone()));
            Ok(found)
        });
        // Another one may have been quicker.
        if let Some(Submitted { taken, workflow, input }) = claimed.await? {
            let run = taken.life.run.clone();
            let mut claimed = Claimed::new(Arc::clone(file), lease, taken);
            match claimed.read().await.map_err(Trouble::of_one_run) {
                Ok(()) => return Ok(Work::new(run, workflow, input, Arc::new(claimed))),
                Err(halt) => claimed.park(halt?).await?,
            }
        }
    }
}
