//! What a worker can run: flows by their names.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use tokio::task::JoinSet;

use crate::durable::engine::{Engine, Journal, Work};
use crate::durable::halt::{Halt, HaltKind};
use crate::durable::recorded::Recorded;
use crate::durable::records::End;
use crate::durable::run::go_on;
use crate::durable::store_error::StoreError;

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
}

/// So many runs a worker is at, at once.
const AT_ONCE: usize = 100;

type Ended = Pin<Box<dyn Future<Output = Option<Halt>> + Send>>;

trait Workflow: Send + Sync {
    /// Goes on with a run: why it stopped, if it has no outcome.
    fn go_on(&self, run: String, input: &str, journal: Arc<dyn Journal>) -> Ended;
}

impl<I, O, F, W> Workflow for (W, std::marker::PhantomData<fn(I) -> (O, F)>)
where
    I: DeserializeOwned,
    O: Recorded,
    F: Future<Output = O> + Send + 'static,
    W: Fn(I) -> F + Send + Sync,
{
    fn go_on(&self, run: String, input: &str, journal: Arc<dyn Journal>) -> Ended {
        match serde_json::from_str(input) {
            Ok(input) => {
                let flow = (self.0)(input);
                Box::pin(async move { go_on(journal, &run, flow).await.err() })
            }
            Err(error) => {
                let message = format!(
                    "what run `{run}` was submitted with can't be read as what its workflow takes ({error}): submit it again, or go on \
                     with the program that it was meant for"
                );
                let halt = Halt::new(HaltKind::Mismatch, message);
                Box::pin(async move {
                    let _ = journal.end(End::Parked(halt.clone())).await;
                    Some(halt)
                })
            }
        }
    }
}

impl Workflows {
    /// None yet.
    pub fn new() -> Self {
        Workflows { flows: BTreeMap::new(), at_once: AT_ONCE }
    }

    /// One of this name. Runs are submitted by it: so it stays the same while there are any.
    pub fn add<I, O, F>(mut self, name: impl Into<String>, flow: impl Fn(I) -> F + Send + Sync + 'static) -> Self
    where
        I: DeserializeOwned + 'static,
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
    let names: Vec<String> = workflows.flows.keys().cloned().collect();
    let mut under_way = JoinSet::new();
    loop {
        while under_way.len() >= workflows.at_once {
            under_way.join_next().await;
        }
        let Work { run, workflow, input, journal } = Arc::clone(&engine).next(names.clone()).await?;
        // One that panics is parked, and no other run is to suffer from it.
        if let Some(flow) = workflows.flows.get(&workflow) {
            under_way.spawn(flow.go_on(run, &input, journal));
        }
        while under_way.try_join_next().is_some() {}
    }
}
