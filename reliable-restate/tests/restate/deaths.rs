//! `kill -9` of the server, of the service, and of both.

use std::time::Duration;

use reliable::Decision;
use reliable_runtime::durable::records::Status;

use crate::server::{Server, until};
use crate::service::{Service, VERSION};
use crate::waits::the_question;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_dies_in_the_middle_of_a_run() {
    let Some(mut server) = Server::start().await else { return };
    let service = Service::start(&server).await;
    server.restate.submit("steps", "run-1", &200).await.unwrap();
    service.until_done("begin three").await;
    server.kill();
    server.start_again().await;
    let outcome: Result<Vec<String>, String> = server.restate.outcome("run-1").await.unwrap();
    assert_eq!(outcome.unwrap().len(), 5);
    for name in ["one", "two"] {
        assert_eq!(service.times(&format!("end {name}")), 1, "{:?}", service.done());
    }
    for name in ["three", "four", "five"] {
        assert!(service.times(&format!("end {name}")) <= 2, "{:?}", service.done());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_die_while_a_question_waits_and_it_is_answered_before_the_service_is_back() {
    let Some(mut server) = Server::start().await else { return };
    let mut service = Service::start(&server).await;
    server.restate.submit("asks", "run-1", &40).await.unwrap();
    let question = the_question(&server).await;
    assert_eq!(question.request.to_string(), "pay(amount = 40)");
    service.kill();
    server.kill();
    server.start_again().await;
    let inbox = server.restate.inbox();
    assert_eq!(inbox.pending().await.unwrap(), std::slice::from_ref(&question));
    assert!(inbox.answer(&question.id, Decision::approve().by("ana")).await.unwrap());
    assert!(!inbox.answer(&question.id, Decision::deny("too late").by("bo")).await.unwrap(), "the first one counts");
    assert_eq!(inbox.pending().await.unwrap(), []);
    service.start_again().await;
    assert_eq!(server.restate.outcome::<Result<u32, String>>("run-1").await.unwrap(), Ok(40));
    assert_eq!((service.times("end before"), service.times("end behind")), (1, 1));
    let trail = server.restate.trail("run-1").await.unwrap();
    assert_eq!(trail.len(), 1);
    assert_eq!(trail[0].decision, Some(Decision::approve().by("ana")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_of_another_version_leaves_a_run_alone() {
    let Some(server) = Server::start().await else { return };
    let mut service = Service::start(&server).await;
    service.kill();
    service.with(VERSION, "1");
    service.start_again().await;
    server.restate.submit("steps", "run-1", &100).await.unwrap();
    service.until_done("end two").await;
    service.kill();
    service.with(VERSION, "2");
    service.start_again().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    // Once in a second the server looks whether it is that version now.
    until("it waits", async || server.restate.list().await.unwrap()[0].status == Status::Waiting).await;
    assert_eq!(server.restate.list().await.unwrap()[0].version.as_deref(), Some("1"));
    assert_eq!(service.times("end four"), 0);
    service.kill();
    service.with(VERSION, "1");
    service.start_again().await;
    assert!(server.restate.outcome::<Result<Vec<String>, String>>("run-1").await.unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_cancelled_while_nothing_serves_it_never_goes_on() {
    let Some(server) = Server::start().await else { return };
    let mut service = Service::start(&server).await;
    server.restate.submit("steps", "run-1", &100).await.unwrap();
    service.until_done("end two").await;
    service.kill();
    assert!(server.restate.cancel("run-1").await.unwrap());
    assert!(!server.restate.cancel("run-1").await.unwrap());
    service.start_again().await;
    until("it is cancelled", async || server.restate.list().await.unwrap()[0].status == Status::Cancelled).await;
    assert!(server.restate.outcome::<Result<Vec<String>, String>>("run-1").await.is_err());
    assert_eq!(service.times("end four"), 0);
}
