//! Recorded calls side by side.

use std::time::Duration;

use reliable_runtime::durable::workflows::Workflows;

use crate::server::Server;
use crate::service::{Service, step};

pub fn workflows(workflows: Workflows) -> Workflows {
    workflows.add("joined", |(): ()| async {
        let first = step("slow", Duration::from_millis(300));
        let second = step("quick", Duration::from_millis(100));
        let third = step("middle", Duration::from_millis(200));
        let (first, second, third) = tokio::join!(first, second, third);
        let last = step("last", Duration::from_millis(10)).await?;
        Ok::<_, String>([first?, second?, third?, last])
    })
}

const OUTCOME: [&str; 4] = ["slow", "quick", "middle", "last"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_in_join_are_under_way_at_the_same_time() {
    let Some(server) = Server::start().await else { return };
    let service = Service::start(&server).await;
    server.restate.submit("joined", "run-1", &()).await.unwrap();
    let outcome: Result<[String; 4], String> = server.restate.outcome("run-1").await.unwrap();
    assert_eq!(outcome.unwrap(), OUTCOME);
    let done = service.done();
    let at = |what: &str| done.iter().position(|done| done == what).unwrap();
    for name in &OUTCOME[..3] {
        assert!(at(&format!("begin {name}")) < at("end quick"), "one after the other: {done:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_branch_gets_what_belongs_to_another_wherever_the_service_is_killed() {
    let Some(server) = Server::start().await else { return };
    let mut service = Service::start(&server).await;
    for millis in [20, 90, 110, 150, 190, 210, 250, 290, 310, 330] {
        let run = format!("run-{millis}");
        let before = service.done().len();
        server.restate.submit("joined", run.clone(), &()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(millis)).await;
        service.kill();
        service.start_again().await;
        let outcome: Result<[String; 4], String> = server.restate.outcome(&run).await.unwrap();
        assert_eq!(outcome.unwrap(), OUTCOME, "killed after {millis} ms");
        let done = &service.done()[before..];
        for name in OUTCOME {
            let ends = done.iter().filter(|done| **done == format!("end {name}")).count();
            // Between its end and its record there is a moment in which a kill lets it run again.
            assert!((1..=2).contains(&ends), "{name} ended {ends} times: {done:?}");
        }
        let again: usize =
            OUTCOME.iter().map(|name| done.iter().filter(|done| **done == format!("end {name}")).count() - 1).sum();
        assert!(again <= 1, "{again} finished calls ran again: {done:?}");
    }
}
