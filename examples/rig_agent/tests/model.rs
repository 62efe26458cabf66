//! What is worth a retry of what a model call fails with, over real sockets on loopback.

#![allow(
    clippy::large_futures,
    clippy::unnecessary_wraps,
    reason = "a run of rig is one, and its tools return a `Result`"
)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::{Event, FaultKind, Recorder, Scope, retry, timeout};
use rig::completion::PromptError;
use rig::http_client::{HttpClientExt, ReqwestClient};
use rig::providers::openai::OpenAIConfig;
use rig::rig_reqwest::reqwest;
use rig::tool::ToolExecutionError;
use rig::{Agent, AgentBuilder, rig_tool};
use rig_agent_example::model::{Call, Model, Trouble};
use rig_agent_example::patient::Patient;

fn http() -> ReqwestClient {
    ReqwestClient::from(reqwest::Client::builder().no_proxy().build().unwrap())
}

fn agent(url: &str, http: impl HttpClientExt + 'static) -> AgentBuilder {
    AgentBuilder::new(OpenAIConfig::new("no key").with_base_url(url).connect(http).chat("scripted"))
}

#[retry(max = 2)]
async fn ask(agent: &Agent, question: &str) -> Result<String, PromptError> {
    Ok(agent.prompt(question).max_turns(3).run().await?.output())
}

/// Asks a model that has this trouble with the first request: how it ends, after how many requests and what pauses.
async fn ask_in_trouble(troubles: &'static [Trouble]) -> (Result<String, PromptError>, usize, Vec<Duration>) {
    let model = Model::start(&[], troubles).await.unwrap();
    let agent = agent(&model.url(), http()).build();
    let recorder = Recorder::new();
    let outcome = Scope::current().recorder(&recorder).run(ask(&agent, "?")).await;
    let report = recorder.report();
    let pauses = report.entries().iter().filter_map(|entry| match &entry.event {
        Event::Retrying { pause, .. } => Some(*pause),
        _ => None,
    });
    (outcome, model.requests().len(), pauses.collect())
}

#[tokio::test]
async fn too_many_requests_are_repeated_when_the_server_says() {
    let (outcome, requests, pauses) =
        ask_in_trouble(&[Trouble { at: 0, status: 429, header: ("retry-after-ms", "21") }]).await;
    assert_eq!(outcome.unwrap(), "I was told: ");
    assert_eq!((requests, pauses), (2, vec![Duration::from_millis(21)]));
}

#[tokio::test]
async fn a_wrong_key_is_not_tried_again() {
    let (outcome, requests, pauses) =
        ask_in_trouble(&[Trouble { at: 0, status: 401, header: ("x-request-id", "1") }]).await;
    assert_eq!(outcome.unwrap_err().provider_response_status().unwrap(), 401);
    assert_eq!((requests, pauses), (1, vec![]));
}

#[tokio::test]
async fn the_server_says_itself_that_a_retry_is_useless() {
    let (outcome, requests, _) =
        ask_in_trouble(&[Trouble { at: 0, status: 503, header: ("x-should-retry", "false") }]).await;
    assert_eq!(outcome.unwrap_err().provider_response_status().unwrap(), 503);
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn a_model_that_does_not_answer_in_time_is_a_fault() {
    #[timeout(ms = 20)]
    async fn ask(agent: &Agent) -> Result<String, PromptError> {
        Ok(agent.prompt("?").run().await?.output())
    }

    // It takes the connection, and never reads from it.
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let agent = agent(&format!("http://{}/v1", listener.local_addr().unwrap()), http()).build();
    let error = ask(&agent).await.unwrap_err();
    assert_eq!(error.to_string(), "RequestError: `ask` timed out after 20ms");
    assert_eq!(FaultKind::of(&error), Some(FaultKind::TimedOut));
}

const ONE_CALL: &[Call] = &[("count", "{}")];
/// The model fails after the tool has run.
const LATE: &[Trouble] = &[Trouble { at: 1, status: 503, header: ("retry-after-ms", "1") }];

#[tokio::test]
async fn a_retry_of_the_run_calls_its_tools_again() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    #[rig_tool(description = "Counts")]
    fn count() -> Result<u32, ToolExecutionError> {
        Ok(CALLS.fetch_add(1, Ordering::Relaxed) + 1)
    }

    let model = Model::start(ONE_CALL, LATE).await.unwrap();
    let agent = agent(&model.url(), http()).tool(Count).build();
    assert_eq!(ask(&agent, "?").await.unwrap(), "I was told: 2");
    assert_eq!(CALLS.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_retry_of_the_model_call_does_not() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    #[rig_tool(description = "Counts")]
    fn count() -> Result<u32, ToolExecutionError> {
        Ok(CALLS.fetch_add(1, Ordering::Relaxed) + 1)
    }

    let model = Model::start(ONE_CALL, LATE).await.unwrap();
    let agent = agent(&model.url(), Patient(http())).tool(Count).build();
    let answer = agent.prompt("?").max_turns(3).run().await.unwrap().output();
    assert_eq!(answer, "I was told: 1");
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    assert_eq!(model.requests().len(), 3);
}
