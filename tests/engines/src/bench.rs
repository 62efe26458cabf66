//! What the suite has to know of an engine.

use std::future::Future;
use std::ops::Deref;

use reliable::durable::{Runs, Workflows};
use tokio::task::{JoinHandle, yield_now};

/// An engine under test: a store, and processes that work on it.
///
/// Several cases may share a store: no two use a run's id or a workflow's name alike.
pub trait Bench {
    /// A process that works on submitted runs.
    type Process;

    /// The runs, as somebody sees them who is none of the processes.
    fn runs(&self) -> Runs;

    /// Begins a process that works on these.
    fn start(&self, workflows: Workflows) -> impl Future<Output = Self::Process>;

    /// Kills it, as `kill -9` does. Ready when it is dead.
    fn kill(&self, process: Self::Process) -> impl Future<Output = ()>;

    /// Why this engine can't pass this case (`group::name`), if it is known that it can't: then that is said, and nothing tested.
    fn cannot(&self, case: &str) -> Option<&'static str> {
        let _ = case;
        None
    }
}

/// A process that is a task: for engines that are driven where [`Runs::work`] is called.
#[derive(Debug)]
pub struct Task(JoinHandle<()>);

impl Task {
    /// Works on these runs. What they are is dropped with it.
    pub fn start(runs: impl Deref<Target = Runs> + Send + Sync + 'static, workflows: Workflows) -> Self {
        Task(tokio::spawn(async move {
            let worked = runs.work(&workflows).await;
            panic!("a worker has stopped: {worked:?}");
        }))
    }

    /// Ready when it is dropped, and its runs are.
    pub async fn kill(mut self) {
        self.0.abort();
        let _ = (&mut self.0).await;
        // Its runs are tasks of their own, which are aborted with it: on this thread they are gone when they had their turn.
        for _ in 0..10 {
            yield_now().await;
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
