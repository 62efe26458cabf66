//! An MCP server whose tools survive the services they call.
//!
//! `cargo run --manifest-path examples/mcp_server/Cargo.toml` is the command to give to your MCP client: the server talks over
//! standard input and output. A client of our own, `tests/drive.rs`, goes through all its tools with `cargo test` in place of
//! `cargo run`; the official clients of TypeScript do so from `tests/typescript.rs`, if there is npm.
//!
//! `refund` asks the client's user. Up to MCP 2025-11-25 that happens in the middle of the call; from 2026-07-28 on the call is
//! answered with the question, and made again with the answer. One line below does both.
//!
//! Below: the tools, what they return, and the server. The services are in `services.rs`, and pretend.

mod services;

use reliable::rmcp::ask_client;
use reliable::{Fault, Transient, circuit_breaker, fallback, guarded, requires_approval, retry, timeout};
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{ContentBlock, IntoContents};
use rmcp::{ServerHandler, ServiceExt, schemars, tool, tool_handler, tool_router};

struct Desk;

#[tool_router]
impl Desk {
    /// Tomorrow's weather in a city.
    #[retry(max = 3, base = "20ms")]
    #[timeout(ms = 100)]
    #[tool]
    async fn forecast(&self, Parameters(Place { city }): Parameters<Place>) -> Result<String, ToolError> {
        services::forecast(&city).await
    }

    /// The time of the next high tide.
    #[timeout(ms = 100)]
    #[tool]
    async fn tide(&self) -> Result<String, ToolError> {
        services::tide().await
    }

    /// What a dollar costs.
    #[fallback(Ok("0.92 euros, as of yesterday".to_owned()))]
    #[retry(max = 1, base = "20ms")]
    #[tool]
    async fn dollar(&self) -> Result<String, ToolError> {
        services::dollar().await
    }

    /// The news of the day.
    #[circuit_breaker(failures = 2, cooldown = "30s")]
    #[tool]
    async fn news(&self) -> Result<String, ToolError> {
        services::news().await
    }

    /// Pays money back to a customer.
    #[requires_approval(reason = "it moves money", guarded)]
    #[tool(annotations(destructive_hint = true, idempotent_hint = false))]
    async fn refund(&self, Parameters(Refund { amount, to }): Parameters<Refund>) -> Result<String, ToolError> {
        services::refund(amount, &to).await
    }
}

// If that attribute were missing, or had been dropped by another macro, this would not compile.
guarded!(Desk::refund);

// Its users are asked by their clients, whatever version of the protocol they speak. And a call that the client cancels is
// dropped, with its question, its pauses and its body: without this, it would go on.
#[tool_handler(router = ask_client(Self::tool_router()), name = "desk", version = "1.0.0")]
impl ServerHandler for Desk {}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Place {
    /// For example `Oslo`.
    city: String,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Refund {
    /// In dollars.
    amount: u32,
    /// The customer's email address.
    to: String,
}

#[derive(Debug, thiserror::Error, Transient)]
enum ToolError {
    #[error("the service is busy")]
    #[transient]
    Busy,
    #[error("there is no city `{0}`")]
    NoSuchCity(String),
    #[error(transparent)]
    Fault(#[from] Fault), // what the library itself says: timed out, denied, …
}

/// What the model reads of it. For what the library says, there is a text that tells the model what to do now.
impl IntoContents for ToolError {
    fn into_contents(self) -> Vec<ContentBlock> {
        match self {
            ToolError::Fault(fault) => fault.into_contents(),
            own => own.to_string().into_contents(),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = Desk.serve(rmcp::transport::stdio()).await?;
    server.waiting().await?;
    Ok(())
}
