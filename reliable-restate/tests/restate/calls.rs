//! Recorded calls, one after the other.

use std::time::Duration;

use reliable_runtime::durable::records::Status;
use reliable_runtime::durable::workflows::Workflows;

use crate::server::Server;
use crate::service::{Service, step};

const STEPS: [&str; 5] = ["one", "two", "three", "four", "five"];

pub fn workflows(workflows: Workflows) -> Workflows {
    workflows.add("steps", |millis: u64| async move {
        let mut all = Vec::new();
        for name in STEPS {
            all.push(step(name, Duration::from_millis(millis)).await?);
        }
        Ok::<_, String>(all)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_submitted_driven_and_read() {
    let Some(server) = Server::start().await else { return };
    let service = Service::start(&server).await;
    let restate = &server.restate;
    assert!(restate.submit("steps", "run 1/ä'", &0).await.unwrap());
    assert!(!restate.submit("steps", "run 1/ä'", &0).await.unwrap(), "the same id again changes nothing");
    let outcome: Result<Vec<String>, String> = restate.outcome("run 1/ä'").await.unwrap();
    assert_eq!(outcome.unwrap(), STEPS);
    assert_eq!(service.done().len(), 10);
    let runs = restate.list().await.unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].id, "run 1/ä'");
    assert_eq!(runs[0].status, Status::Ended);
    assert_eq!(runs[0].workflow.as_deref(), Some("steps"));
    assert_eq!(runs[0].recorded, 5);
    let shown = restate.show("run 1/ä'").await.unwrap();
    let tools: Vec<_> = shown.iter().map(|recording| (recording.place.tool.to_string(), recording.order)).collect();
    assert_eq!(tools, STEPS.iter().zip(1..).map(|(tool, order)| ((*tool).to_owned(), order)).collect::<Vec<_>>());
    assert!(restate.outcome::<()>("nobody").await.is_err());
    assert!(restate.show("nobody").await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_service_goes_on_where_it_stopped() {
    let Some(server) = Server::start().await else { return };
    let mut service = Service::start(&server).await;
    server.restate.submit("steps", "run-1", &200).await.unwrap();
    service.until_done("begin three").await;
    service.kill();
    service.start_again().await;
    let outcome: Result<Vec<String>, String> = server.restate.outcome("run-1").await.unwrap();
    assert_eq!(outcome.unwrap(), STEPS);
    for name in STEPS {
        let times = if name == "three" { 2 } else { 1 };
        assert_eq!(service.times(&format!("begin {name}")), times, "{name}: {:?}", service.done());
        assert_eq!(service.times(&format!("end {name}")), 1, "{name}: {:?}", service.done());
    }
}
