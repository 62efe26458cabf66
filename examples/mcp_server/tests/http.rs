//! The rounds of MCP 2026-07-28 over streamable HTTP, where each request stands for itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use http::{Request, StatusCode};
use http_body_util::BodyExt;
use reliable::rmcp::ask_client;
use reliable::{Fault, requires_approval};
use rmcp::transport::StreamableHttpService;
use rmcp::transport::streamable_http_server::StreamableHttpServerConfig;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::{ServerHandler, tool, tool_handler, tool_router};
use serde_json::{Value, json};

#[derive(Clone)]
struct Bank(Arc<AtomicU32>);

#[tool_router]
impl Bank {
    #[requires_approval]
    #[tool]
    async fn pay(&self) -> Result<String, Fault> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok("paid".to_owned())
    }
}

#[tool_handler(router = ask_client(Self::tool_router()))]
impl ServerHandler for Bank {}

type Server = StreamableHttpService<Bank, NeverSessionManager>;

/// Each request has a service of its own.
fn server(bank: &Bank) -> Server {
    let bank = bank.clone();
    StreamableHttpService::new(move || Ok(bank.clone()), Arc::default(), StreamableHttpServerConfig::default())
}

/// Calls `pay` as the client that has logged in with `token`.
async fn pay(server: &Server, token: Option<&str>, answer: Option<(&str, Value)>) -> Value {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "c", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": { "elicitation": { "form": {} } },
    });
    let mut params = json!({ "name": "pay", "arguments": {}, "_meta": meta });
    if let Some((state, answer)) = answer {
        params["requestState"] = json!(state);
        params["inputResponses"] = json!({ "approval-1": answer });
    }
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string();
    let mut request = Request::post("/mcp")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", "pay");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response = server.handle(request.body(body).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let text = std::str::from_utf8(&body).unwrap();
    let message = text.lines().rev().find_map(|line| line.strip_prefix("data: ").filter(|it| it.starts_with('{')));
    serde_json::from_str::<Value>(message.unwrap_or(text)).unwrap()["result"].take()
}

fn state(asked: &Value) -> &str {
    assert_eq!(asked["resultType"], "input_required");
    asked["requestState"].as_str().unwrap()
}

fn told(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}

fn yes() -> Value {
    json!({ "action": "accept", "content": { "approve": true } })
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_of_the_client_that_was_asked() {
    let bank = Bank(Arc::default());
    let server = server(&bank);
    let asked = pay(&server, Some("ana"), None).await;
    for other in [None, Some("bob"), Some("")] {
        let refused = pay(&server, other, Some((state(&asked), yes()))).await;
        assert!(told(&refused).contains("was made for another principal"), "{refused}");
    }
    assert_eq!(bank.0.load(Ordering::SeqCst), 0);
    assert_eq!(told(&pay(&server, Some("ana"), Some((state(&asked), yes()))).await), "paid");
    let spent = pay(&server, Some("ana"), Some((state(&asked), yes()))).await;
    assert!(told(&spent).contains("was used before"), "{spent}");
    assert_eq!(bank.0.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_login_all_clients_are_one() {
    let server = server(&Bank(Arc::default()));
    let asked = pay(&server, None, None).await;
    assert_eq!(told(&pay(&server, None, Some((state(&asked), yes()))).await), "paid");
}
