//! A tool over real sockets, against a server that misbehaves: with retries, a fallback, and a timeline of all that.
//!
//! `cargo run -p http_tools`
//!
//! What a server can say about a retry, and how a client obeys, is in the example `llm_client`.
//!
//! The server is a part of this program and needs no network: it listens on 127.0.0.1, and does to each request what
//! the script of the scene says. Below, in this order: the tools, the scenes, and the stage they are played on.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use reliable::{Recorder, Report, Scope, Transient, fallback, retry, timeout};
use serde::Deserialize;

use support::api::{self, ApiError};
use support::server::{Act, Server, good, status, status_with};

/// A weather service, as its users see it.
struct Weather {
    http: reqwest::Client,
    url: String,
}

#[derive(Deserialize)]
struct Temperature {
    celsius: i32,
}

/// The tool: at most 4 attempts of half a second each. What is worth another one, and how long to wait for it, is in the
/// error. If all of them failed, a stale answer is better than none; but a city that does not exist has no stale one,
/// either.
#[fallback(Ok(last_known(city)), when = ApiError::is_transient)]
#[retry(max = 3, base = "50ms")]
#[timeout(ms = 500)]
async fn temperature(weather: &Weather, city: &str) -> Result<String, ApiError> {
    let request = weather.http.get(format!("{}/temperature/{city}", weather.url));
    let now: Temperature = api::json(request).await?;
    Ok(format!("{} degrees in {city}", now.celsius))
}

fn last_known(city: &str) -> String {
    format!("3 degrees in {city} yesterday; the service is down")
}

/// What the server does, one request after the other, and what the tool call must come to.
struct Scene {
    title: &'static str,
    server: &'static [Act],
    outcome: &'static str,
    takes_at_least: Duration,
}

const NOW: Act = good(r#"{"celsius": 4}"#);

const SCENES: [Scene; 6] = [
    Scene {
        title: "too many requests: wait as long as the server asks",
        server: &[status_with(429, "retry-after: 1"), NOW],
        outcome: "4 degrees in Oslo",
        takes_at_least: Duration::from_secs(1),
    },
    Scene {
        title: "a service that is down for a moment",
        server: &[status(503), status(503), NOW],
        outcome: "4 degrees in Oslo",
        takes_at_least: Duration::from_millis(100),
    },
    Scene {
        title: "an answer that never comes",
        server: &[Act::Silence, NOW],
        outcome: "4 degrees in Oslo",
        takes_at_least: Duration::from_millis(500),
    },
    Scene {
        title: "a connection that breaks",
        server: &[Act::CutOff, Act::HangUp, NOW],
        outcome: "4 degrees in Oslo",
        takes_at_least: Duration::ZERO,
    },
    Scene {
        title: "our own mistake: trying again would not help",
        server: &[Act::Answer(404, "", r#"{"error": {"code": "unknown_city", "message": "There is no city Oslo."}}"#)],
        outcome: r#"failed: the server said 404 Not Found (unknown_city): "There is no city Oslo.""#,
        takes_at_least: Duration::ZERO,
    },
    Scene {
        title: "a full outage: the fallback answers",
        server: &[status(503), Act::HangUp, Act::Silence, status(500)],
        outcome: "3 degrees in Oslo yesterday; the service is down",
        takes_at_least: Duration::from_millis(500),
    },
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let server = Server::start().await?;
    let weather = Weather { http: api::client().no_proxy().build()?, url: server.url() };

    let recorder = Recorder::new();
    let good = Scope::current().recorder(&recorder).run(play_all(&server, &weather)).await;

    print_timeline(&recorder.report());
    println!("\n{}", recorder.report());
    println!("{}", if good { "Every scene ended as expected." } else { "NOT every scene ended as expected." });
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn play_all(server: &Server, weather: &Weather) -> bool {
    let mut good = true;
    for scene in &SCENES {
        good &= play(scene, server, weather).await;
    }
    good
}

/// Plays one scene: whether it ended as expected.
async fn play(scene: &Scene, server: &Server, weather: &Weather) -> bool {
    server.will_play(scene.server);
    let started = Instant::now();
    let outcome = temperature(weather, "Oslo").await.unwrap_or_else(|error| format!("failed: {error}"));
    let took = started.elapsed();

    let played = server.played();
    let good = played == scene.server && outcome == scene.outcome && took >= scene.takes_at_least;
    println!("{} {}", if good { "ok:" } else { "NOT AS EXPECTED:" }, scene.title);
    println!("    server: {}", played.iter().map(Act::to_string).collect::<Vec<_>>().join(", then "));
    println!("    tool:   {outcome} (after {took:.0?})");
    good
}

fn print_timeline(report: &Report) {
    println!("\nWhat happened, by the clock:");
    for entry in report.entries() {
        println!("{:>6} ms  {}: {}", entry.at.as_millis(), entry.event.tool(), entry.event);
    }
}
