//! Drives the server of this package as an MCP client does: as a child process, over its standard input and output.

mod support;

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rmcp::model::ProtocolVersion;
use rmcp::transport::TokioChildProcess;
use rmcp::{ClientHandler, ClientLifecycleMode, ClientServiceExt};
use serde_json::{Value, json};

use support::{Client, Says, User, params, told};

const SERVER: &str = env!("CARGO_BIN_EXE_mcp_server");

async fn start<C: ClientHandler>(client: C, mode: ClientLifecycleMode) -> Client<C> {
    let server = TokioChildProcess::new(tokio::process::Command::new(SERVER)).unwrap();
    client.serve_with_lifecycle(server, mode).await.unwrap()
}

async fn ask<C: ClientHandler>(client: &Client<C>, tool: &'static str, arguments: Value) -> (String, bool) {
    let result = client.call_tool(params(tool, arguments)).await.unwrap();
    let (text, is_error) = told(&result);
    (text.to_owned(), is_error)
}

fn error(text: &str) -> (String, bool) {
    (text.to_owned(), true)
}

fn answer(text: &str) -> (String, bool) {
    (text.to_owned(), false)
}

#[tokio::test]
async fn the_tools_are_listed_as_they_were_written() {
    let mut client = start((), ClientLifecycleMode::Initialize).await;
    let tools = client.list_all_tools().await.unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| &*tool.name).collect();
    assert_eq!(names, ["dollar", "forecast", "news", "refund", "tide"]);
    let refund = &tools[3];
    assert_eq!(refund.description.as_deref(), Some("Pays money back to a customer."));
    let arguments = json!({
        "amount": { "description": "In dollars.", "type": "integer", "format": "uint32", "minimum": 0 },
        "to": { "description": "The customer's email address.", "type": "string" },
    });
    assert_eq!(refund.input_schema["properties"], arguments);
    assert_eq!(refund.input_schema["required"], json!(["amount", "to"]));
    assert_eq!(refund.annotations.as_ref().unwrap().idempotent_hint, Some(false));
    client.close().await.unwrap();
}

#[tokio::test]
async fn the_model_is_told_what_became_of_its_calls() {
    let mut client = start((), ClientLifecycleMode::Initialize).await;
    assert_eq!(client.peer_info().unwrap().protocol_version, ProtocolVersion::V_2025_11_25);

    let forecast = ask(&client, "forecast", json!({ "city": "Oslo" })).await;
    assert_eq!(forecast, answer("rain in Oslo, said at call 3"));
    let atlantis = ask(&client, "forecast", json!({ "city": "Atlantis" })).await;
    assert_eq!(atlantis, error("there is no city `Atlantis`"));

    let asked = Instant::now();
    let late = "`tide` timed out after 100ms. It may have taken effect all the same: if it changes anything, look before you call it again.";
    assert_eq!(ask(&client, "tide", json!({})).await, error(late));
    assert!(asked.elapsed() >= Duration::from_millis(100));

    assert_eq!(ask(&client, "dollar", json!({})).await, answer("0.92 euros, as of yesterday"));

    for _ in 0..2 {
        assert_eq!(ask(&client, "news", json!({})).await, error("the service is busy"));
    }
    let (open, is_error) = ask(&client, "news", json!({})).await;
    assert!(is_error && open.starts_with("`news` was not called: its circuit breaker is open for another "), "{open}");
    assert!(open.ends_with("s. The service keeps failing: call it again after that, or go on without it."), "{open}");
    client.close().await.unwrap();
}

const ADVICE: &str = "It did not run. Do not call it again unless the user asks you to.";

async fn refund<C: ClientHandler>(client: C, mode: ClientLifecycleMode) -> (String, bool) {
    let mut client = start(client, mode).await;
    let told = ask(&client, "refund", json!({ "amount": 40, "to": "ana@example.com" })).await;
    client.close().await.unwrap();
    told
}

/// Up to 2025-11-25 the question comes in the middle of the call, from 2026-07-28 on as its answer.
fn both_ways() -> [ClientLifecycleMode; 2] {
    let preferred_versions = vec![ProtocolVersion::V_2026_07_28];
    [ClientLifecycleMode::Initialize, ClientLifecycleMode::Discover { preferred_versions }]
}

#[tokio::test]
async fn a_refund_needs_a_yes_of_the_clients_user() {
    for mode in both_ways() {
        let yes = User::who(Says::Accept(json!({ "approve": true })));
        assert_eq!(refund(yes.clone(), mode.clone()).await, answer("paid $40 back to ana@example.com"));
        assert_eq!(yes.questions(), 1);

        let no = User::who(Says::Accept(json!({ "approve": false, "reason": "she was paid already" })));
        let denied = format!("`refund` was denied: she was paid already. {ADVICE}");
        assert_eq!(refund(no, mode.clone()).await, error(&denied));

        let denied = format!("`refund` was denied: the user declined. {ADVICE}");
        assert_eq!(refund(User::who(Says::Decline), mode.clone()).await, error(&denied));

        let denied = format!("`refund` was denied: the user closed the question without an answer. {ADVICE}");
        assert_eq!(refund(User::who(Says::Cancel), mode.clone()).await, error(&denied));

        // `()` is rmcp's client that can do nothing.
        let denied = format!(
            "`refund` was denied: the client can't ask its user: it has not declared that it supports elicitation. {ADVICE}"
        );
        assert_eq!(refund((), mode).await, error(&denied));
    }
}

#[tokio::test]
async fn the_server_says_who_it_is() {
    let mut client = start((), ClientLifecycleMode::Initialize).await;
    let server = client.peer_info().unwrap().server_info.clone().unwrap();
    assert_eq!((&*server.name, &*server.version), ("desk", "1.0.0"));
    client.close().await.unwrap();
}

#[test]
fn nothing_but_the_protocol_is_printed() {
    let hello =
        json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "c", "version": "1" } });
    let mut messages = vec![
        json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello }),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
    ];
    let calls = [
        ("forecast", json!({ "city": "Oslo" })),
        ("tide", json!({})),
        ("dollar", json!({})),
        ("news", json!({})),
        ("refund", json!({ "amount": 40, "to": "ana@example.com" })),
        ("forecast", json!({})),
    ];
    messages.extend((1..).zip(calls).map(|(id, (tool, arguments))| {
        json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": tool, "arguments": arguments } })
    }));
    let mut server =
        Command::new(SERVER).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = server.stdin.take().unwrap();
    for message in &messages {
        writeln!(input, "{message}").unwrap();
    }
    drop(input);
    let output = server.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let answers: Vec<Value> = output
        .stdout
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert!(answers.iter().all(|answer| answer["jsonrpc"] == "2.0"), "{answers:?}");
    assert_eq!(answers.len(), 7, "one for each request: {answers:?}");
}
