//! A process that is killed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

use reliable::Fault;
use reliable::durable::{HaltKind, Workflows};
use reliable::sqlite::Store;

use crate::drill::agent::{LOG, desk};
use crate::drill::log::Log;

/// The name of the agent's workflow.
pub const WORKFLOW: &str = "desk";

/// What a process ends with when another one is at its run.
pub const BUSY: u8 = 3;

/// What a process has to know.
#[derive(Debug, Clone)]
pub struct Place {
    /// The program: the drill itself.
    pub program: PathBuf,
    /// The file of the store.
    pub store: PathBuf,
    /// The file of what is done.
    pub log: PathBuf,
}

impl Place {
    /// Begins a process that runs the agent as this run.
    pub fn agent(&self, run: &str, life: u32) -> Child {
        self.begin(&["agent", run], life)
    }

    /// Begins a process that works on submitted runs of the agent.
    pub fn worker(&self, life: u32) -> Child {
        self.begin(&["worker", "-"], life)
    }

    fn begin(&self, what: &[&str], life: u32) -> Child {
        let mut command = Command::new(&self.program);
        command.args(what).arg(&self.store).arg(&self.log).arg(life.to_string());
        command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("a process begins")
    }
}

/// What such a process does, with the arguments that [`Place`] gave it.
pub async fn live(what: &str, run: &str, store: &Path, log: &Path, life: u32) -> ExitCode {
    let log = Log::open(log, life).expect("the log is opened");
    assert!(LOG.set(log).is_ok(), "one life is enough for a process");
    let store = Store::open(store).expect("the store is opened");
    if what == "worker" {
        let workflows = Workflows::new().add(WORKFLOW, |(): ()| async { desk(&mut Vec::new()).await });
        let error = store.work(&workflows).await;
        eprintln!("{error:?}");
        return ExitCode::FAILURE;
    }
    match store.run(run, async { desk(&mut Vec::new()).await }).await {
        Ok(outcome) => said(outcome.map(drop)),
        Err(halt) => {
            eprintln!("{halt}");
            if halt.kind == HaltKind::Busy { ExitCode::from(BUSY) } else { ExitCode::FAILURE }
        }
    }
}

fn said(outcome: Result<(), Fault>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}
