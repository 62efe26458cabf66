//! The attributes below `#[tool]`, which has made a boxed future of the method by then. Above is the better place.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use reliable::rmcp::Elicitation;
use reliable::{fallback, requires_approval, retry, timeout};
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock, ErrorData as McpError};
use rmcp::service::RequestContext;
use rmcp::{Json, RoleServer, schemars, tool, tool_router};
use serde_json::json;

use support::{Says, User, call, connect, told};

#[derive(Clone, serde::Deserialize, schemars::JsonSchema)]
struct Place {
    city: String,
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Weather {
    text: String,
}

#[derive(Clone, Default)]
struct Server {
    calls: Arc<AtomicU32>,
}

impl Server {
    /// Fails the first two times.
    fn service(&self, city: &str) -> Result<String, String> {
        match self.calls.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => Err("busy".to_owned()),
            _ => Ok(format!("rain in {city}")),
        }
    }
}

#[tool_router(server_handler)]
impl Server {
    #[tool]
    #[retry(max = 3)]
    #[timeout(secs = 2)]
    async fn flaky(&self, Parameters(Place { city }): Parameters<Place>) -> Result<Json<Weather>, String> {
        let text = self.service(&city)?;
        Ok(Json(Weather { text }))
    }

    #[tool]
    #[timeout(secs = 2)]
    async fn hanging(&self) -> Result<CallToolResult, McpError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        std::future::pending().await
    }

    #[tool]
    #[fallback(Ok(format!("nothing is known of {}", place.city)))]
    #[timeout(secs = 2)]
    async fn guessing(Parameters(place): Parameters<Place>) -> Result<String, String> {
        std::future::pending().await
    }

    #[tool]
    #[requires_approval(by = Elicitation::during(&call))]
    #[retry(max = 3)]
    async fn refund(
        &self,
        Parameters(Place { city }): Parameters<Place>,
        call: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, McpError> {
        let text = self.service(&city).map_err(|words| McpError::internal_error(words, None))?;
        Ok(CallToolResult::success(vec![ContentBlock::text(text)]))
    }
}

#[tokio::test(start_paused = true)]
async fn they_do_what_they_do_above() {
    let client = connect(Server::default(), ()).await;
    let oslo = || json!({ "city": "Oslo" });
    let flaky = call(&client, "flaky", oslo()).await.unwrap();
    assert_eq!(flaky.structured_content, Some(json!({ "text": "rain in Oslo" })));
    let late = "`hanging` timed out after 2s. It may have taken effect all the same: if it changes anything, look before you call it again.";
    assert_eq!(told(&call(&client, "hanging", json!({})).await.unwrap()), (late, true));
    assert_eq!(told(&call(&client, "guessing", oslo()).await.unwrap()), ("nothing is known of Oslo", false));
}

#[tokio::test(start_paused = true)]
async fn a_human_sees_the_arguments_and_nothing_of_the_framework() {
    let yes = User::who(Says::Accept(json!({ "approve": true })));
    let server = Server::default();
    let client = connect(server.clone(), yes.clone()).await;
    let refund = call(&client, "refund", json!({ "city": "Oslo" })).await.unwrap();
    assert_eq!(told(&refund), ("rain in Oslo", false));
    assert_eq!(server.calls.load(Ordering::Relaxed), 3);
    let asked = serde_json::to_value(&yes.asked.lock().unwrap()[0]).unwrap();
    assert_eq!(asked["message"], "Run `refund`?\n\ncity = \"Oslo\"");

    let no = User::who(Says::Decline);
    let server = Server::default();
    let client = connect(server.clone(), no).await;
    let denied =
        "`refund` was denied: the user declined. It did not run. Do not call it again unless the user asks you to.";
    let refund = call(&client, "refund", json!({ "city": "Oslo" })).await.unwrap();
    assert_eq!(told(&refund), (denied, true));
    assert_eq!(server.calls.load(Ordering::Relaxed), 0, "the body did not run");
}
