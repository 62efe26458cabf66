//! Runs that wait: for a human, for an instant.

use std::time::{Duration, Instant};

use reliable::{Decision, Fault, requires_approval};
use reliable_runtime::durable::records::{Question, Status};
use reliable_runtime::durable::time::sleep;
use reliable_runtime::durable::workflows::Workflows;

use crate::server::{Server, until};
use crate::service::{Service, did, step};

#[requires_approval(within = "1h")]
async fn pay(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

pub fn workflows(workflows: Workflows) -> Workflows {
    let asks = |amount: u32| async move {
        step("before", Duration::from_millis(1)).await?;
        let paid = pay(amount).await.map_err(|fault| fault.to_string())?;
        step("behind", Duration::from_millis(1)).await?;
        Ok::<_, String>(paid)
    };
    let naps = |millis: u64| async move {
        did("lies down");
        sleep(Duration::from_millis(millis)).await;
        step("behind", Duration::from_millis(1)).await
    };
    let takes_its_time = |[shorter, longer]: [u64; 2]| async move {
        let (shorter, longer) =
            (step("shorter", Duration::from_secs(shorter)), step("longer", Duration::from_secs(longer)));
        let (shorter, longer) = tokio::join!(shorter, longer);
        shorter.and(longer).map(drop)
    };
    workflows.add("asks", asks).add("naps", naps).add("takes its time", takes_its_time)
}

pub async fn the_question(server: &Server) -> Question {
    until("it asks", async || !server.restate.inbox().pending().await.unwrap().is_empty()).await;
    server.restate.inbox().pending().await.unwrap().remove(0)
}

/// A run that is silent for so long is suspended.
async fn suspend_after(server: &Server, silence: &str) {
    let address = format!("{}/services/ReliableRun", server.admin());
    let body = serde_json::json!({ "inactivity_timeout": silence });
    let answer = reqwest::Client::new().patch(address).json(&body).send().await.unwrap();
    assert!(answer.status().is_success(), "{answer:?}");
}

async fn is_suspended(server: &Server, run: &str) -> bool {
    let runs = server.restate.list().await.unwrap();
    runs.iter().any(|info| info.id == run && info.status == Status::Waiting)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_held_while_a_human_takes_his_time() {
    let Some(server) = Server::start().await else { return };
    let service = Service::start(&server).await;
    suspend_after(&server, "500ms").await;
    server.restate.submit("asks", "run-1", &40).await.unwrap();
    let question = the_question(&server).await;
    until("it is suspended", async || is_suspended(&server, "run-1").await).await;
    assert!(server.restate.inbox().answer(&question.id, Decision::approve()).await.unwrap());
    assert_eq!(server.restate.outcome::<Result<u32, String>>("run-1").await.unwrap(), Ok(40));
    assert_eq!((service.times("end before"), service.times("end behind")), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_is_over_when_its_time_has_come_and_nothing_is_held_in_it() {
    let Some(server) = Server::start().await else { return };
    let service = Service::start(&server).await;
    suspend_after(&server, "500ms").await;
    let began = Instant::now();
    server.restate.submit("naps", "run-1", &3000).await.unwrap();
    service.until_done("lies down").await;
    until("it is suspended", async || is_suspended(&server, "run-1").await).await;
    assert!(server.restate.outcome::<Result<String, String>>("run-1").await.unwrap().is_ok());
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(3), "it took {took:?}");
    assert_eq!(service.times("lies down"), 2, "it was woken by the server");
}

/// The server suspends what is silent for a minute: but not while a body runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes 80 seconds"]
async fn bodies_that_take_longer_than_a_minute_run_once() {
    let Some(server) = Server::start().await else { return };
    let service = Service::start(&server).await;
    server.restate.submit("takes its time", "run-1", &[65_u64, 75]).await.unwrap();
    assert!(server.restate.outcome::<Result<(), String>>("run-1").await.unwrap().is_ok());
    for name in ["begin shorter", "end shorter", "begin longer", "end longer"] {
        assert_eq!(service.times(name), 1, "{:?}", service.done());
    }
}
