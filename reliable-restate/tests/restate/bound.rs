//! How many runs go on at once in a process, and what stops it from beginning at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reliable::{Decision, Fault, requires_approval};
use reliable_restate::Endpoint;
use reliable_runtime::durable::call::call;
use reliable_runtime::durable::workflows::Workflows;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::server::{Server, until};

/// A service in a task of this process, at an address that the server knows.
async fn serve(server: &Server, workflows: &Workflows) -> JoinHandle<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let service = tokio::spawn(Endpoint::new(workflows).serve(listener));
    server.restate.register(&address).await.unwrap();
    service
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_runs_than_that_go_on_at_once() {
    let Some(server) = Server::start().await else { return };
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let workflows = Workflows::new().at_once(2).add("busy", {
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        move |(): ()| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            call("work").run(async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(100)).await;
                now.fetch_sub(1, Ordering::SeqCst);
                Ok::<_, String>(())
            })
        }
    });
    let service = serve(&server, &workflows).await;
    for run in 0..6 {
        server.restate.submit("busy", format!("busy-{run}"), &()).await.unwrap();
    }
    for run in 0..6 {
        server.restate.outcome::<Result<(), String>>(&format!("busy-{run}")).await.unwrap().unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 2);
    service.abort();
}

#[requires_approval]
async fn pay() -> Result<u32, Fault> {
    Ok(40)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_waits_for_a_human_is_not_among_them() {
    let Some(server) = Server::start().await else { return };
    let workflows = Workflows::new()
        .at_once(1)
        .add("pay", |(): ()| pay())
        .add("quick", |n: u32| async move { call("double").run(async move { Ok::<_, String>(2 * n) }).await });
    let service = serve(&server, &workflows).await;
    server.restate.submit("pay", "order-7", &()).await.unwrap();
    let inbox = server.restate.inbox();
    until("it asks", async || !inbox.pending().await.unwrap().is_empty()).await;
    server.restate.submit("quick", "quick-1", &21).await.unwrap();
    assert_eq!(server.restate.outcome::<Result<u32, String>>("quick-1").await.unwrap(), Ok(42));
    let question = inbox.pending().await.unwrap().remove(0);
    assert!(inbox.answer(&question.id, Decision::approve()).await.unwrap());
    assert_eq!(server.restate.outcome::<Result<u32, Fault>>("order-7").await.unwrap(), Ok(40));
    service.abort();
}

#[tokio::test]
async fn an_address_that_is_taken_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = Endpoint::new(&Workflows::new()).listen(&address).await.unwrap_err();
    let words = error.to_string();
    assert!(words.contains(&address) && words.contains("take another address"), "{words}");
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}
