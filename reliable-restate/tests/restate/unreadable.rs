//! Runs with which nobody can go on until somebody has mended what is wrong: the server does not try them again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reliable::durable::{self, HaltKind, Status, Workflows};
use reliable::{Fault, requires_approval};
use reliable_restate::Endpoint;
use restate_sdk::context::{ContextSideEffects, RunFuture, WorkflowContext};
use restate_sdk::errors::HandlerResult;
use restate_sdk::http_server::HttpServer;
use serde_json::Value;

use crate::process::Process;
use crate::server::{Server, free_port, until};

/// What another version could have written; and it can go on with that.
struct OtherVersion {
    goes_on: Arc<AtomicBool>,
}

#[restate_sdk::workflow(name = "ReliableRun")]
impl OtherVersion {
    #[handler]
    async fn run(&self, ctx: WorkflowContext<'_>, submitted: Vec<u8>) -> HandlerResult<Vec<u8>> {
        let writes: &[u8] = match ctx.key() {
            "of tomorrow" => br#"{"items":["of tomorrow"]}"#,
            _ => b"\xff\0 torn",
        };
        ctx.run(|| async move { Ok(writes.to_vec()) }).name("record 1").await?;
        if self.goes_on.load(Ordering::SeqCst) && !submitted.is_empty() {
            return Ok(br#"{"Ok":42}"#.to_vec());
        }
        std::future::pending().await
    }
}

fn other_version(port: u16, goes_on: &Arc<AtomicBool>) -> Process {
    let other = OtherVersion { goes_on: Arc::clone(goes_on) };
    Process::start(port, |listener| async move {
        let other = restate_sdk::endpoint::Endpoint::builder().bind(other).build();
        HttpServer::new(other).serve(listener).await;
    })
}

fn this_version(port: u16, workflows: &Workflows) -> Process {
    let endpoint = Endpoint::new(workflows);
    Process::start(port, |listener| endpoint.serve(listener))
}

impl Server {
    /// Why this run is parked, when it is.
    async fn parked(&self, run: &str) -> durable::Halt {
        let halt = async || {
            let list = self.restate.list().await.unwrap();
            list.into_iter().find(|info| info.id == run).and_then(|info| match info.status {
                Status::Parked(halt) => Some(halt),
                _ => None,
            })
        };
        until("it is parked", async || halt().await.is_some()).await;
        halt().await.unwrap()
    }

    /// All that the server knows of its runs, as often as it tries them included.
    async fn all_it_knows(&self) -> [Vec<Value>; 3] {
        let runs = "select * from sys_invocation where target_service_name = 'ReliableRun' order by id";
        let logs = "select id, index, entry_json from sys_journal order by id, index";
        let tries =
            "select id, event_json from sys_journal_events where event_type = 'Paused' order by id, appended_at";
        [self.rows(runs).await, self.rows(logs).await, self.rows(tries).await]
    }

    /// Whatever the server would do again and again, it does within this time.
    async fn stands_still(&self) {
        let before = self.all_it_knows().await;
        tokio::time::sleep(Duration::from_millis(2500)).await;
        assert_eq!(self.all_it_knows().await, before);
    }
}

const RUNS: [&str; 3] = ["of tomorrow", "torn", "no submission"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_can_not_be_read_back_stands_still_until_it_is_resumed() {
    let Some(server) = Server::start().await else { return };
    let (port, goes_on) = (free_port(), Arc::new(AtomicBool::new(false)));
    let other = other_version(port, &goes_on);
    server.restate.register(&format!("http://127.0.0.1:{port}")).await.unwrap();
    for run in &RUNS[..2] {
        server.restate.submit("quick", *run, &21).await.unwrap();
    }
    let begun = "select id from sys_journal where entry_type = 'Notification: Run'";
    until("both have written", async || server.rows(begun).await.len() == 2).await;
    other.kill().await;

    let workflows = Workflows::new().add("quick", |n: u32| async move { Ok::<_, String>(2 * n) });
    let this = this_version(port, &workflows);
    let address = format!("{}/ReliableRun/no%20submission/run/send", server.ingress());
    reqwest::Client::new().post(address).json(&["something else"]).send().await.unwrap();
    for run in RUNS {
        let halt = server.parked(run).await;
        assert_eq!(halt.kind, HaltKind::Store);
        let what = if run == RUNS[2] { "what it was submitted with" } else { "record 1 of its log" };
        assert!(halt.message.starts_with(&format!("run `{run}` can't be read back: {what} (")), "{halt}");
        assert!(halt.message.ends_with("and resume it; or cancel it"), "{halt}");
        let error = server.restate.outcome::<Result<u32, String>>(run).await.unwrap_err();
        assert_eq!(error.message, halt.message);
    }
    server.stands_still().await;

    // Resumed where it still can't be read, it is parked again, with one more try; and its log is as it was.
    let [_, logs, tries] = server.all_it_knows().await;
    for run in RUNS {
        assert!(server.restate.resume(run).await.unwrap());
    }
    until("they are parked again", async || server.all_it_knows().await[2].len() == tries.len() + RUNS.len()).await;
    server.stands_still().await;
    assert_eq!(server.all_it_knows().await[1], logs);

    this.kill().await;
    goes_on.store(true, Ordering::SeqCst);
    let other = other_version(port, &goes_on);
    for run in RUNS {
        assert!(server.restate.resume(run).await.unwrap());
        assert_eq!(server.restate.outcome::<Result<u32, String>>(run).await.unwrap(), Ok(42));
    }
    other.kill().await;
}

/// It does not let itself be dropped.
struct Sticks;

impl Drop for Sticks {
    fn drop(&mut self) {
        panic!("it sticks");
    }
}

#[requires_approval]
async fn pay() -> Result<(), Fault> {
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_try_would_change_is_not_tried_again() {
    let Some(server) = Server::start().await else { return };
    let port = free_port();
    let workflows = Workflows::new()
        .add("quick", |n: u32| async move { Ok::<_, String>(2 * n) })
        .add("panics", |(): ()| async {
            assert_eq!(1, 2);
            Ok::<_, String>(())
        })
        .add("sticks", |(): ()| async {
            let _sticks = Sticks;
            // A question in a recorded call parks the run.
            durable::call("asks").run(async { pay().await.map_err(|fault| fault.to_string()) }).await
        });
    let process = this_version(port, &workflows);
    server.restate.register(&format!("http://127.0.0.1:{port}")).await.unwrap();
    server.restate.submit("quick", "another type", &"a city").await.unwrap();
    server.restate.submit("unheard of", "unheard of", &()).await.unwrap();
    server.restate.submit("panics", "panics", &()).await.unwrap();
    server.restate.submit("sticks", "sticks", &()).await.unwrap();
    for (run, why) in [
        ("another type", "can't be read as what its workflow takes"),
        ("unheard of", "knows no workflow `unheard of`"),
        ("panics", "the run panicked"),
        ("sticks", "the run panicked (it sticks)"),
    ] {
        let halt = server.parked(run).await;
        assert!(halt.message.contains(why), "{run}: {halt}");
    }
    server.stands_still().await;
    process.kill().await;
}
