//! The suite on the engine in memory: a process is a task.

use engines::bench::{Bench, Task};
use reliable::durable::{Memory, Runs, Workflows};

struct InMemory(Memory);

impl Bench for InMemory {
    type Process = Task;

    fn runs(&self) -> Runs {
        (*self.0).clone()
    }

    async fn start(&self, workflows: Workflows) -> Task {
        Task::start(self.0.clone(), workflows)
    }

    async fn kill(&self, process: Task) {
        process.kill().await;
    }
}

engines::suite!(InMemory(Memory::new()), Paused, workers, remembers, in_place);
