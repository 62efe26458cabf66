//! A client for an LLM API that does everything right, and a server that does everything wrong.
//!
//! `cargo run -p llm_client`
//!
//! The client is in `client.rs`; what an answer of the server means for a retry is in `examples/support`. Here are the
//! scenes: what the server does, and what must come of it. It is a part of this program, listens on 127.0.0.1, and needs
//! no network and no key. Two scenes show why to set your SDK's own retries to 0, and in the last one, with what is in
//! `providers.rs`, one prompt goes to three providers, one of which has nothing left to spend and one does not know the key.

mod client;
mod providers;

use std::collections::HashSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use reliable::{Recorder, Scope};
use reqwest::StatusCode;
use reqwest::retry::Builder as Retries;

use client::{Answer, ChatRequest, LlmClient, Message};
use providers::Providers;
use support::api::{self, ApiError};
use support::server::{Act, Headers, Server, good, status, status_with};

/// What the server does, one request after the other, and what the call must come to.
struct Scene {
    title: &'static str,
    server: &'static [Act],
    outcome: &'static str,
    takes_at_least: Duration,
}

const OK: Act =
    good(r#"{"choices": [{"message": {"role": "assistant", "content": "Rain."}}], "usage": {"total_tokens": 21}}"#);
const ANSWER: &str = "Rain. (21 tokens)";
const LIMIT: Duration = Duration::from_millis(500);

const SCENES: [Scene; 12] = [
    Scene { title: "a good day", server: &[OK], outcome: ANSWER, takes_at_least: Duration::ZERO },
    Scene {
        title: "a rate limit, with the time to wait in milliseconds",
        server: &[status_with(429, "retry-after-ms: 120"), OK],
        outcome: ANSWER,
        takes_at_least: Duration::from_millis(120),
    },
    Scene {
        title: "… in seconds",
        server: &[status_with(429, "retry-after: 0.2"), OK],
        outcome: ANSWER,
        takes_at_least: Duration::from_millis(200),
    },
    Scene {
        title: "… as a date",
        server: &[status_with(429, "retry-after: <date>"), OK],
        outcome: ANSWER,
        takes_at_least: Duration::from_millis(200),
    },
    Scene {
        title: "… of an hour: nobody waits that long, and nobody comes back early",
        server: &[status_with(429, "retry-after: 3600")],
        outcome: "failed: the server said 429 Too Many Requests",
        takes_at_least: Duration::ZERO,
    },
    Scene {
        title: "a 429 that no waiting cures: somebody has to pay",
        server: &[Act::Answer(
            429,
            "retry-after: 1",
            r#"{"error": {"type": "insufficient_quota", "code": "credit_balance_exhausted"}}"#,
        )],
        outcome: "failed: the quota is used up: the server said 429 Too Many Requests (credit_balance_exhausted)",
        takes_at_least: Duration::ZERO,
    },
    Scene {
        title: "a service that is overloaded for a moment",
        server: &[Act::Answer(529, "", r#"{"error": {"type": "overloaded_error"}}"#), status(503), OK],
        outcome: ANSWER,
        takes_at_least: Duration::from_millis(45), // 20 ms and 40 ms, less a quarter
    },
    Scene { title: "an answer that never comes", server: &[Act::Silence, OK], outcome: ANSWER, takes_at_least: LIMIT },
    Scene {
        title: "a connection that breaks",
        server: &[Act::CutOff, Act::HangUp, OK],
        outcome: ANSWER,
        takes_at_least: Duration::ZERO,
    },
    Scene {
        title: "our own mistake: trying again would not help",
        server: &[Act::Answer(401, "", r#"{"error": {"code": "invalid_api_key"}}"#)],
        outcome: "failed: the server said 401 Unauthorized (invalid_api_key)",
        takes_at_least: Duration::ZERO,
    },
    Scene {
        title: "the server says itself that a retry is useless",
        server: &[status_with(503, "x-should-retry: false")],
        outcome: "failed: the server said 503 Service Unavailable",
        takes_at_least: Duration::ZERO,
    },
    Scene {
        title: "… or that it is not",
        server: &[status_with(400, "x-should-retry: true"), OK],
        outcome: ANSWER,
        takes_at_least: Duration::ZERO,
    },
];

const DOWN: Act = status(503);
const NO_ANSWER: &str = "failed: the server said 503 Service Unavailable";

/// Two scenes more: an outage, for a client below which another one retries, and for the same without that.
const TWO_LAYERS: Scene = Scene {
    title: "an SDK that retries twice by itself, below `max = 3`: (1 + 2) × (1 + 3) requests",
    server: &[DOWN; 12],
    outcome: NO_ANSWER,
    takes_at_least: Duration::ZERO,
};
const ONE_LAYER: Scene = Scene {
    title: "the same with the SDK's own retries set to 0: 1 + 3",
    server: &[DOWN; 4],
    outcome: NO_ANSWER,
    takes_at_least: Duration::from_millis(105), // 20 ms, 40 ms and 80 ms, less a quarter
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let server = Server::start().await?;
    let client = |http| LlmClient { http, base_url: server.url(), key: "none".to_owned(), limit: LIMIT };
    let ours = client(api::client().no_proxy().build()?);
    let with_sdk = client(api::client().no_proxy().retry(retries_of_an_sdk()).build()?);

    let mut keys = HashSet::new();
    let mut good = true;
    for scene in &SCENES {
        good &= play(scene, &server, &ours, &mut keys).await;
    }
    good &= play(&TWO_LAYERS, &server, &with_sdk, &mut keys).await;
    good &= play(&ONE_LAYER, &server, &ours, &mut keys).await;

    good &= three_providers().await?;

    println!("\n{} calls, {} idempotency keys.", SCENES.len() + 2, keys.len());
    println!("{}", if good { "Every scene ended as expected." } else { "NOT every scene ended as expected." });
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What many an SDK does unless it is told not to. (`reqwest` plays it here; by itself it does not go by the status.)
fn retries_of_an_sdk() -> Retries {
    let retries = reqwest::retry::for_host("127.0.0.1").no_budget().max_retries_per_request(2);
    retries.classify_fn(|attempt| match attempt.status() {
        Some(StatusCode::SERVICE_UNAVAILABLE) => attempt.retryable(),
        _ => attempt.success(),
    })
}

/// Plays one scene: whether it ended as expected.
async fn play(scene: &Scene, server: &Server, client: &LlmClient, keys: &mut HashSet<String>) -> bool {
    server.will_play(scene.server);
    let started = Instant::now();
    let outcome = ask(client).await;
    let took = started.elapsed();

    let (played, arrived) = (server.played(), server.arrived());
    let key = the_one_key(&arrived);
    let good = played == scene.server
        && key.is_some_and(|key| keys.insert(key.clone()))
        && outcome == scene.outcome
        && took >= scene.takes_at_least;
    println!("{} {}", if good { "ok:" } else { "NOT AS EXPECTED:" }, scene.title);
    println!("    server:  {}", in_words(&played));
    let with = key.map_or("WITHOUT one key for all".to_owned(), |key| format!("with the key {key}"));
    println!("    arrived: {} {with}", requests(arrived.len()));
    println!("    client:  {outcome} (after {took:.0?})");
    good
}

/// One prompt twice: the first two providers can't answer, and the second time nobody asks them any more.
async fn three_providers() -> anyhow::Result<bool> {
    const QUOTA: Act = Act::Answer(429, "", r#"{"error": {"code": "insufficient_quota"}}"#);
    const NO_KEY: Act = Act::Answer(401, "", r#"{"error": {"code": "invalid_api_key"}}"#);
    let scripts: [&'static [Act]; 3] = [&[QUOTA], &[NO_KEY], &[OK, OK]];
    let (mut servers, mut clients) = (Vec::new(), Vec::new());
    for script in scripts {
        let server = Server::start().await?;
        server.will_play(script);
        let http = api::client().no_proxy().build()?;
        clients.push(LlmClient { http, base_url: server.url(), key: "none".to_owned(), limit: LIMIT });
        servers.push(server);
    }
    let (providers, recorder) = (Providers(clients), Recorder::new());
    let scope = Scope::current().recorder(&recorder);
    let outcomes = scope
        .run(async { [in_words_of(providers.chat(&request()).await), in_words_of(providers.chat(&request()).await)] });
    let outcomes = outcomes.await;

    let good =
        outcomes == [ANSWER, ANSWER] && servers.iter().zip(scripts).all(|(server, script)| server.played() == script);
    println!("{} three providers, and a prompt that comes twice", if good { "ok:" } else { "NOT AS EXPECTED:" });
    for (nth, server) in (1..).zip(&servers) {
        println!("    server {nth}: {}", in_words(&server.played()));
    }
    let report = recorder.report();
    for entry in report.entries().iter().filter(|entry| entry.event.name() == "reliable.failed_over") {
        println!("    told:    {}", entry.event);
    }
    println!("    client:  {}", outcomes.join(", then "));
    Ok(good)
}

async fn ask(client: &LlmClient) -> String {
    in_words_of(client.chat(&request()).await)
}

fn request() -> ChatRequest {
    let question = Message { role: "user".to_owned(), content: "How is the weather in Oslo?".to_owned() };
    ChatRequest { model: "scripted", messages: vec![question] }
}

fn in_words_of(outcome: Result<Answer, ApiError>) -> String {
    match outcome {
        Ok(Answer { text, tokens }) => format!("{text} ({tokens} tokens)"),
        Err(error) => format!("failed: {error}"),
    }
}

/// The idempotency key of these requests, if all have one and it is the same.
fn the_one_key(requests: &[Headers]) -> Option<&String> {
    let mut keys = requests.iter().map(|headers| headers.get("idempotency-key"));
    let first = keys.next()?;
    first.filter(|_| keys.all(|key| key == first))
}

fn requests(count: usize) -> String {
    if count == 1 { "1 request".to_owned() } else { format!("{count} requests") }
}

/// `503 (3 times), then 200`
fn in_words(acts: &[Act]) -> String {
    let act = |same: &[Act]| match same.len() {
        1 => same[0].to_string(),
        times => format!("{} ({times} times)", same[0]),
    };
    acts.chunk_by(PartialEq::eq).map(act).collect::<Vec<_>>().join(", then ")
}
