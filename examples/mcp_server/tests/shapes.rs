//! Every shape of a tool, with the attributes above `#[tool]`: it survives, and the client sees the same tool.

mod support;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use reliable::{Fault, Scope, approver, requires_approval, retry, timeout};
use rmcp::handler::server::tool::ToolCallContext;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, IntoContents, JsonObject,
};
use rmcp::service::RequestContext;
use rmcp::{Json, Peer, RoleServer, ServerHandler, schemars, tool, tool_handler, tool_router};
use serde_json::json;

use support::{call, connect, told};

/// How often each service was called. It fails the first two times.
#[derive(Clone, Default)]
struct Services(Arc<Mutex<HashMap<&'static str, u32>>>);

impl Services {
    fn call(&self, service: &'static str) -> Result<String, String> {
        let mut calls = self.0.lock().unwrap();
        let calls = calls.entry(service).and_modify(|calls| *calls += 1).or_insert(1);
        if *calls <= 2 { Err(format!("{service} is busy")) } else { Ok(format!("{service} at call {calls}")) }
    }
}

fn tool_error(words: String) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(words)])
}

#[derive(Clone, serde::Deserialize, schemars::JsonSchema)]
struct Place {
    /// For example `Oslo`.
    city: String,
    #[serde(default)]
    days: Option<u8>,
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Weather {
    text: String,
}

#[derive(Debug, thiserror::Error)]
enum WeatherError {
    #[error("{0}")]
    Service(String),
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl IntoContents for WeatherError {
    fn into_contents(self) -> Vec<ContentBlock> {
        match self {
            WeatherError::Fault(fault) => fault.into_contents(),
            own @ WeatherError::Service(_) => own.to_string().into_contents(),
        }
    }
}

/// The same server, with and without attributes above its tools.
macro_rules! server {
    ($name:ident, { $($around:tt)* }, { $($around_sync:tt)* }) => {
        #[derive(Clone, Default)]
        struct $name(Services);

        #[tool_router(server_handler)]
        impl $name {
            /// Takes its parameters apart.
            $($around)*
            #[tool]
            async fn parameters(
                &self,
                Parameters(Place { city, days }): Parameters<Place>,
            ) -> Result<String, CallToolResult> {
                let text = self.0.call("parameters").map_err(tool_error)?;
                Ok(format!("{text} in {city} for {} days", days.unwrap_or(1)))
            }

            /// Takes its parameters whole.
            $($around)*
            #[tool]
            async fn whole(&self, place: Parameters<Place>) -> Result<String, CallToolResult> {
                let text = self.0.call("whole").map_err(tool_error)?;
                Ok(format!("{text} in {}", place.0.city))
            }

            $($around)*
            #[tool(description = "Takes whatever comes")]
            async fn object(&self, arguments: JsonObject) -> Result<String, CallToolResult> {
                let text = self.0.call("object").map_err(tool_error)?;
                Ok(format!("{text} with {} arguments", arguments.len()))
            }

            $($around)*
            #[tool(name = "by_another_name", annotations(read_only_hint = true))]
            async fn without_receiver(Parameters(Place { city, days: _ }): Parameters<Place>) -> Result<String, CallToolResult> {
                static SERVICES: Mutex<Option<Services>> = Mutex::new(None);
                let services = SERVICES.lock().unwrap().get_or_insert_default().clone();
                let text = services.call("without_receiver").map_err(tool_error)?;
                Ok(format!("{text} in {city}"))
            }

            $($around)*
            #[tool]
            async fn context(
                &self,
                call: RequestContext<RoleServer>,
                Parameters(Place { city, days: _ }): Parameters<Place>,
            ) -> Result<String, CallToolResult> {
                let text = self.0.call("context").map_err(tool_error)?;
                Ok(format!("{text} in {city} for {}", call.client_info().unwrap().name))
            }

            $($around)*
            #[tool]
            async fn peer(&self, client: Peer<RoleServer>) -> Result<String, CallToolResult> {
                let text = self.0.call("peer").map_err(tool_error)?;
                Ok(format!("{text} for {}", client.peer_info().unwrap().client_info.name))
            }

            $($around)*
            #[tool]
            async fn json(&self) -> Result<Json<Weather>, CallToolResult> {
                let text = self.0.call("json").map_err(tool_error)?;
                Ok(Json(Weather { text }))
            }

            $($around)*
            #[tool]
            async fn json_or_protocol_error(&self) -> Result<Json<Weather>, ErrorData> {
                let text = self.0.call("json_or_protocol_error").map_err(|error| ErrorData::internal_error(error, None))?;
                Ok(Json(Weather { text }))
            }

            $($around)*
            #[tool]
            async fn bare(&self) -> CallToolResult {
                match self.0.call("bare") {
                    Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
                    Err(error) => tool_error(error),
                }
            }

            $($around)*
            #[tool]
            async fn response(&self) -> CallToolResponse {
                self.0.call("response").map_or_else(tool_error, |text| CallToolResult::success(text.into_contents())).into()
            }

            $($around)*
            #[tool]
            async fn result_or_protocol_error(&self) -> Result<CallToolResult, ErrorData> {
                let text = self.0.call("result_or_protocol_error").map_err(|error| ErrorData::internal_error(error, None))?;
                Ok(CallToolResult::success(text.into_contents()))
            }

            $($around)*
            #[tool]
            async fn words(&self) -> Result<String, String> {
                self.0.call("words")
            }

            $($around)*
            #[tool]
            async fn own_error(&self) -> Result<String, WeatherError> {
                self.0.call("own_error").map_err(WeatherError::Service)
            }

            $($around_sync)*
            #[tool]
            fn blocking(&self, Parameters(Place { city, days: _ }): Parameters<Place>) -> Result<String, CallToolResult> {
                let text = self.0.call("blocking").map_err(tool_error)?;
                Ok(format!("{text} in {city}"))
            }

            $($around_sync)*
            #[tool]
            fn blocking_bare() -> CallToolResult {
                static SERVICES: Mutex<Option<Services>> = Mutex::new(None);
                let services = SERVICES.lock().unwrap().get_or_insert_default().clone();
                services.call("blocking_bare").map_or_else(tool_error, |text| CallToolResult::success(text.into_contents()))
            }
        }
    };
}

server!(Plain, {}, {});
server!(Surviving, { #[retry(max = 2)] #[timeout(ms = 2000)] }, { #[retry(max = 2, base = "1ms")] });

#[tokio::test(start_paused = true)]
async fn each_shape_survives_two_failures() {
    let client = connect(Surviving::default(), ()).await;
    let name = rmcp::ClientHandler::get_info(&()).client_info.name;
    for (tool, expected) in [
        ("parameters", "parameters at call 3 in Oslo for 2 days"),
        ("whole", "whole at call 3 in Oslo"),
        ("object", "object at call 3 with 2 arguments"),
        ("by_another_name", "without_receiver at call 3 in Oslo"),
        ("context", &format!("context at call 3 in Oslo for {name}")),
        ("peer", &format!("peer at call 3 for {name}")),
        ("json", r#"{"text":"json at call 3"}"#),
        ("json_or_protocol_error", r#"{"text":"json_or_protocol_error at call 3"}"#),
        ("bare", "bare at call 3"),
        ("response", "response at call 3"),
        ("result_or_protocol_error", "result_or_protocol_error at call 3"),
        ("words", "words at call 3"),
        ("own_error", "own_error at call 3"),
        ("blocking", "blocking at call 3 in Oslo"),
        ("blocking_bare", "blocking_bare at call 3"),
    ] {
        let result = call(&client, tool, json!({ "city": "Oslo", "days": 2 })).await.unwrap();
        assert_eq!(told(&result), (expected, false));
        let structured = tool.starts_with("json").then(|| serde_json::from_str(expected).unwrap());
        assert_eq!(result.structured_content, structured, "{tool}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_client_sees_the_same_tools() {
    let (plain, surviving) = (connect(Plain::default(), ()).await, connect(Surviving::default(), ()).await);
    let (plain, surviving) = (plain.list_all_tools().await.unwrap(), surviving.list_all_tools().await.unwrap());
    assert_eq!(plain, surviving);
    let tool = |name: &str| surviving.iter().find(|tool| tool.name == name).unwrap();
    assert_eq!(tool("parameters").description.as_deref(), Some("Takes its parameters apart."));
    assert_eq!(tool("parameters").input_schema["properties"]["city"]["description"], "For example `Oslo`.");
    for name in ["json", "json_or_protocol_error"] {
        let schema = tool(name).output_schema.as_ref().unwrap();
        assert_eq!(schema["properties"]["text"]["type"], "string");
    }
    assert_eq!(tool("by_another_name").annotations.as_ref().unwrap().read_only_hint, Some(true));
}

#[tokio::test(start_paused = true)]
async fn wrong_arguments_never_reach_the_tool() {
    let server = Surviving::default();
    let client = connect(server.clone(), ()).await;
    let result = call(&client, "parameters", json!({ "town": "Oslo" })).await.unwrap();
    assert!(told(&result).0.starts_with("failed to deserialize parameters") && told(&result).1);
    assert!(server.0.0.lock().unwrap().is_empty());
}

/// All of them at once.
#[derive(Clone, Default)]
struct Everything(Services);

#[derive(Default)]
struct Nothing;

impl reliable::Policy for Nothing {
    type Call = ();

    fn before(&self, _: &'static str) -> reliable::Before<()> {
        reliable::Before::Admit(())
    }
}

static NOTHING: Nothing = Nothing;

#[tool_router]
impl Everything {
    #[requires_approval(reason = "it is asked of everyone")]
    #[reliable::fallback(Self::offline)]
    #[reliable::policy(NOTHING)]
    #[retry(max = 3)]
    #[reliable::hedge(after = "20s")]
    #[reliable::rate_limit(per_second = 1000, burst = 1000)]
    #[reliable::bulkhead(max = 4)]
    #[reliable::circuit_breaker(failures = 20)]
    #[timeout(ms = 2000)]
    #[reliable::chaos]
    #[tool(description = "Tomorrow's weather")]
    async fn forecast(
        &self,
        Parameters(Place { city, days }): Parameters<Place>,
    ) -> Result<CallToolResult, CallToolResult> {
        if city == "Atlantis" {
            return Err(tool_error("there is no such city".to_owned()));
        }
        let text = self.0.call("forecast").map_err(tool_error)?;
        Ok(CallToolResult::success(format!("{text} in {city} for {days:?}").into_contents()))
    }

    async fn offline(
        &self,
        Parameters(Place { city, .. }): Parameters<Place>,
    ) -> Result<CallToolResult, CallToolResult> {
        Ok(CallToolResult::success(format!("probably rain in {city}").into_contents()))
    }
}

#[tool_handler]
impl ServerHandler for Everything {
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        call: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let tool = ToolCallContext::new(self, request, call);
        Scope::current().approver(approver::Approve).run(Self::tool_router().call(tool)).await
    }
}

#[tokio::test(start_paused = true)]
async fn all_attributes_stand_above_a_tool() {
    let client = connect(Everything::default(), ()).await;
    let forecast = |city| call(&client, "forecast", json!({ "city": city }));
    assert_eq!(told(&forecast("Oslo").await.unwrap()), ("forecast at call 3 in Oslo for None", false));
    assert_eq!(told(&forecast("Atlantis").await.unwrap()), ("probably rain in Atlantis", false));
}
