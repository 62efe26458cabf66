//! The stand-in for a model: a server on 127.0.0.1 that speaks `OpenAI`'s API and follows a script.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

/// A tool call that the model makes.
pub type Call = (&'static str, &'static str);

/// A request that the model does not answer.
pub struct Trouble {
    /// Which one, counted from 0.
    pub at: usize,
    pub status: u16,
    pub header: (&'static str, &'static str),
}

/// The running server. It stops with the program.
pub struct Model {
    address: SocketAddr,
    stage: Arc<Stage>,
}

struct Stage {
    script: &'static [Call],
    troubles: &'static [Trouble],
    requests: Mutex<Vec<Value>>,
}

impl Model {
    /// Starts on a free port. It makes one call of the script after the other, and then says what it was told.
    pub async fn start(script: &'static [Call], troubles: &'static [Trouble]) -> std::io::Result<Model> {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let stage = Arc::new(Stage { script, troubles, requests: Mutex::default() });
        let app = Router::new().route("/v1/chat/completions", post(answer)).with_state(Arc::clone(&stage));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Model { address, stage })
    }

    /// What a client takes for the base URL.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What it was sent, request by request.
    pub fn requests(&self) -> Vec<Value> {
        self.stage.requests().clone()
    }
}

impl Stage {
    /// Keeps the request, and says which one it is.
    fn add(&self, request: Value) -> usize {
        let mut requests = self.requests();
        requests.push(request);
        requests.len() - 1
    }

    fn requests(&self) -> MutexGuard<'_, Vec<Value>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(State(stage): State<Arc<Stage>>, Json(request): Json<Value>) -> Response {
    let told = results(&request);
    let number = stage.add(request);
    if let Some(trouble) = stage.troubles.iter().find(|trouble| trouble.at == number) {
        let status = StatusCode::from_u16(trouble.status).unwrap_or_default();
        return (status, [trouble.header], Json(json!({ "error": { "message": "no" } }))).into_response();
    }
    let message = match stage.script.get(told.len()) {
        Some((tool, arguments)) => json!({
            "role": "assistant",
            "content": null,
            "tool_calls": [{
                "id": format!("call_{}", told.len() + 1),
                "type": "function",
                "function": { "name": tool, "arguments": arguments },
            }],
        }),
        None => json!({ "role": "assistant", "content": format!("I was told: {}", told.join(" | ")) }),
    };
    let finish_reason = if message["content"].is_null() { "tool_calls" } else { "stop" };
    Json(json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [{ "index": 0, "message": message, "finish_reason": finish_reason }],
        "usage": { "prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110 },
    }))
    .into_response()
}

/// What the tools answered, as a request tells it to the model.
pub fn results(request: &Value) -> Vec<String> {
    let messages = request["messages"].as_array().into_iter().flatten();
    messages.filter(|message| message["role"] == "tool").map(|message| text(&message["content"])).collect()
}

/// A content is a text or a list of parts.
fn text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        other => other.to_string(),
    }
}
