//! What a worker can run: flows by their names.

use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use serde::de::DeserializeOwned;
use tokio::task::{JoinError, JoinSet};

use crate::durable::engine::{Engine, Journal, Work};
use crate::durable::halt::{Halt, HaltKind};
use crate::durable::recorded::{Recorded, tried};
use crate::durable::records::End;
use crate::durable::run::go_on;
use crate::durable::store_error::StoreError;
use crate::scope::Scope;

/// What a worker can run: flows by their names, each made of what a run was submitted with. The same value serves any engine.
///
/// ```
/// use reliable::durable::{Memory, Workflows};
///
/// async fn trip(city: String) -> Result<String, String> {
///     Ok(format!("a room in {city}"))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let workflows = Workflows::new().add("trip", trip);
/// let memory = Memory::new();
/// memory.submit("trip", "trip-42", &"Oslo").await?;
/// let outcome = async { memory.outcome::<Result<String, String>>("trip-42").await };
/// let outcome = tokio::select! {
///     worked = memory.work(&workflows) => return Ok(worked?),
///     outcome = outcome => outcome?,
/// };
/// assert_eq!(outcome, Ok("a room in Oslo".to_owned()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Workflows {
    flows: BTreeMap<String, Arc<dyn Workflow>>,
    at_once: usize,
    version: Option<String>,
}

/// So many runs a worker is at, at once.
const AT_ONCE: usize = 100;

type Ended = Pin<Box<dyn Future<Output = Result<(), Halt>> + Send>>;

trait Workflow: Send + Sync {
    fn go_on(self: Arc<Self>, run: String, input: &str, journal: Arc<dyn Journal>) -> Ended;
}

impl<I, O, F, W> Workflow for (W, std::marker::PhantomData<fn(I) -> (O, F)>)
where
    I: DeserializeOwned,
    O: Recorded,
    F: Future<Output = O> + Send + 'static,
    I: Send + 'static,
    O: 'static,
    W: Fn(I) -> F + Send + Sync + 'static,
{
    fn go_on(self: Arc<Self>, run: String, input: &str, journal: Arc<dyn Journal>) -> Ended {
        match tried(|| serde_json::from_str(input)) {
            Ok(input) => {
                // It is called in the run: what it records at once has a place in it.
                let flow = async move { (self.0)(input).await };
                Box::pin(async move { go_on(journal, &run, flow).await.map(drop) })
            }
            Err(error) => {
                let message = format!(
                    "what run `{run}` was submitted with can't be read as what its workflow takes ({error}): submit it again, or go on \
                     with the program that it was meant for"
                );
                let halt = Halt::new(HaltKind::Mismatch, message);
                Box::pin(async move {
                    let _ = journal.end(End::Parked(halt.clone())).await;
                    Err(halt)
                })
            }
        }
    }
}

impl Workflows {
    /// None yet.
    pub fn new() -> Self {
        Workflows { flows: BTreeMap::new(), at_once: AT_ONCE, version: None }
    }

    /// One of this name. Runs are submitted by it: so it stays the same while there are any.
    pub fn add<I, O, F>(mut self, name: impl Into<String>, flow: impl Fn(I) -> F + Send + Sync + 'static) -> Self
    where
        I: DeserializeOwned + Send + 'static,
        O: Recorded + 'static,
        F: Future<Output = O> + Send + 'static,
    {
        self.flows.insert(name.into(), Arc::new((flow, std::marker::PhantomData::<fn(I) -> (O, F)>)));
        self
    }

    /// How many runs a worker is at, at once. Default: 100. The others wait.
    pub fn at_once(mut self, runs: usize) -> Self {
        self.at_once = runs.max(1);
        self
    }

    /// The version of this program. A run keeps that of the worker which has begun it, and only workers of the same version go
    /// on with it: so a deploy in the middle of a run leaves it to the program that it fits. Default: none, and any worker
    /// without one goes on with it.
    ///
    /// ```
    /// use reliable::durable::Workflows;
    ///
    /// let workflows = Workflows::new().version(env!("CARGO_PKG_VERSION"));
    /// # let _ = workflows;
    /// ```
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// For an engine that drives its runs itself: the [version](Workflows::version), if it has one.
    ///
    /// ```
    /// use reliable::durable::Workflows;
    ///
    /// assert_eq!(Workflows::new().version("2").its_version(), Some("2"));
    /// ```
    pub fn its_version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// For an engine that drives its runs itself: [so many](Workflows::at_once) a process is at, at once.
    ///
    /// ```
    /// use reliable::durable::Workflows;
    ///
    /// assert_eq!(Workflows::new().at_once(10).its_bound(), 10);
    /// ```
    pub fn its_bound(&self) -> usize {
        self.at_once
    }

    /// For an engine that drives its runs itself: the names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.flows.keys().map(String::as_str)
    }

    /// For an engine that drives its runs itself: goes on with a run that it has claimed, to its end, and gives why it stopped
    /// if it has no outcome. What it came to is what its journal was given with [`Journal::end`].
    ///
    /// ```no_run
    /// # async fn f(workflows: reliable::durable::Workflows, work: reliable::durable::Work) {
    /// if let Err(halt) = workflows.go_on(work).await {
    ///     eprintln!("{halt}");
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    /// What stopped it.
    pub fn go_on(&self, work: Work) -> impl Future<Output = Result<(), Halt>> + Send + use<> {
        let Work { run, workflow, input, journal } = work;
        let going_on = match self.flows.get(&workflow) {
            Some(flow) => Ok(Arc::clone(flow).go_on(run, &input, journal)),
            None => Err(unknown(&workflow)),
        };
        async move { going_on?.await }
    }
}

fn unknown(workflow: &str) -> Halt {
    Halt::new(HaltKind::Mismatch, format!("this worker knows no workflow `{workflow}`: add it, and resume the run"))
}

impl Default for Workflows {
    fn default() -> Self {
        Workflows::new()
    }
}

impl fmt::Debug for Workflows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.flows.keys()).finish()
    }
}

/// Works on the runs of these workflows, new and interrupted, whoever has submitted them. It ends only with an error; dropped, it
/// lets go of its runs.
pub(super) async fn work(engine: Arc<dyn Engine>, workflows: &Workflows) -> Result<(), StoreError> {
    let names: Vec<String> = workflows.names().map(str::to_owned).collect();
    let next = || Arc::clone(&engine).next(names.clone(), workflows.version.clone());
    let (scope, mut under_way, mut coming) = (Scope::current(), JoinSet::new(), next());
    loop {
        let work = poll_fn(|cx| {
            while let Poll::Ready(Some(ended)) = under_way.poll_join_next(cx) {
                store_works(ended)?;
            }
            if under_way.len() < workflows.at_once { coming.as_mut().poll(cx) } else { Poll::Pending }
        });
        let work = work.await?;
        coming = next();
        under_way.spawn(scope.clone().run(workflows.go_on(work)));
    }
}

/// Not if that is why a run has stopped: it would be taken up again at once, and do again what can't be written down. What else
/// stops a run is its own affair; one that panics is parked.
fn store_works(ended: Result<Result<(), Halt>, JoinError>) -> Result<(), StoreError> {
    match ended {
        Ok(Err(Halt { kind: HaltKind::Store, message })) => Err(StoreError::new(message)),
        _ => Ok(()),
    }
}
