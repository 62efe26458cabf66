//! The suite that every engine passes.

use std::collections::HashMap;

use engines::bench::Bench;
use reliable::durable::{Runs, Workflows};
use reliable_restate::Endpoint;
use tokio::sync::Mutex;

use crate::pool::Lent;
use crate::process::Process;
use crate::server::free_port;

struct OnRestate {
    server: Option<Lent>,
    /// Each version of the workflows is a deployment, with an address of its own.
    deployments: Mutex<HashMap<String, u16>>,
}

impl OnRestate {
    async fn new() -> Self {
        OnRestate { server: Lent::new().await, deployments: Mutex::default() }
    }

    fn server(&self) -> &Lent {
        self.server.as_ref().expect("without a server nothing is tested")
    }
}

impl Bench for OnRestate {
    type Process = Process;

    fn runs(&self) -> Runs {
        (*self.server().restate).clone()
    }

    async fn start(&self, workflows: Workflows) -> Process {
        let version = workflows.its_version().map(str::to_owned);
        let serve = move |listener| async move { Endpoint::new(&workflows).serve(listener).await };
        let Some(version) = version else { return Process::start(self.server().port, serve) };
        let mut deployments = self.deployments.lock().await;
        if let Some(port) = deployments.get(&version) {
            return Process::start(*port, serve);
        }
        let port = free_port();
        deployments.insert(version, port);
        let process = Process::start(port, serve);
        self.server().is_used_up();
        self.server().restate.register(&format!("http://127.0.0.1:{port}")).await.unwrap();
        process
    }

    async fn kill(&self, process: Process) {
        process.kill().await;
    }

    fn cannot(&self, case: &str) -> Option<&'static str> {
        match case {
            "workers::rule_9_they_are_at_so_many_runs_at_once" => Some(
                "a run that waits for a time is with the server, and no process is at it (what runs is tested in `bound`)",
            ),
            _ => self.server.is_none().then_some("there is no Restate server"),
        }
    }
}

engines::suite!(OnRestate::new().await, Real, workers, remembers);
