//! What becomes of a fault, by the return type of the tool: what the model reads, and what machines find.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::rmcp::{FAULT_KEY, tell_faults, tool_outcome};
use reliable::{
    Event, Fault, FaultKind, Recorder, Scope, Transient, circuit_breaker, fallback, requires_approval, retry, timeout,
};
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::tool::ToolCallContext;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorCode, ErrorData, InputRequiredResult,
    IntoContents,
};
use rmcp::service::RequestContext;
use rmcp::{Json, RoleServer, ServerHandler, ServiceError, schemars, tool, tool_handler, tool_router};
use serde_json::{Value, json};

use support::{call, connect, told};

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Paid {
    amount: u32,
}

#[derive(Debug, thiserror::Error)]
enum BankError {
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl IntoContents for BankError {
    fn into_contents(self) -> Vec<ContentBlock> {
        let BankError::Fault(fault) = self;
        fault.into_contents()
    }
}

/// Nobody can approve here: each of these is denied.
#[derive(Clone)]
struct Denied;

#[tool_router]
impl Denied {
    #[requires_approval]
    #[tool]
    async fn text(&self) -> Result<String, CallToolResult> {
        Ok("paid".to_owned())
    }

    #[requires_approval]
    #[tool]
    async fn json(&self) -> Result<Json<Paid>, CallToolResult> {
        Ok(Json(Paid { amount: 40 }))
    }

    #[requires_approval]
    #[tool]
    async fn bare(&self) -> CallToolResult {
        CallToolResult::success("paid".to_owned().into_contents())
    }

    #[requires_approval]
    #[tool]
    async fn response(&self) -> CallToolResponse {
        CallToolResult::success("paid".to_owned().into_contents()).into()
    }

    #[requires_approval]
    #[tool]
    async fn fault(&self) -> Result<String, Fault> {
        Ok("paid".to_owned())
    }

    #[requires_approval]
    #[tool]
    async fn own(&self) -> Result<Json<Paid>, BankError> {
        Ok(Json(Paid { amount: 40 }))
    }

    #[requires_approval]
    #[tool]
    async fn words(&self) -> Result<String, String> {
        Ok("paid".to_owned())
    }

    #[requires_approval]
    #[tool]
    async fn result_or_protocol_error(&self) -> Result<CallToolResult, ErrorData> {
        Ok(CallToolResult::success("paid".to_owned().into_contents()))
    }

    #[requires_approval]
    #[tool]
    async fn response_or_protocol_error(&self) -> Result<CallToolResponse, ErrorData> {
        Ok(CallToolResult::success("paid".to_owned().into_contents()).into())
    }

    #[requires_approval]
    #[tool]
    async fn json_or_protocol_error(&self) -> Result<Json<Paid>, ErrorData> {
        Ok(Json(Paid { amount: 40 }))
    }

    #[tool]
    async fn broken(&self) -> Result<Json<Paid>, ErrorData> {
        Err(ErrorData::internal_error("the disk is full", Some(json!({ "disk": 1 }))))
    }

    #[tool]
    async fn amount(&self, Parameters(amount): Parameters<Amount>) -> Result<Json<Paid>, ErrorData> {
        Ok(Json(Paid { amount: amount.amount }))
    }
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Amount {
    amount: u32,
}

#[tool_handler]
impl ServerHandler for Denied {}

/// The same tools, with their faults told by the router.
#[derive(Clone)]
struct Told(ToolRouter<Denied>);

impl ServerHandler for Told {
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        call: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.0.call(ToolCallContext::new(&Denied, request, call)).await
    }
}

/// And by a `call_tool` of one's own.
#[derive(Clone)]
struct ToldByHand;

impl ServerHandler for ToldByHand {
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        call: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        tool_outcome(Denied::tool_router().call(ToolCallContext::new(&Denied, request, call)).await)
    }
}

const ADVICE: &str = "It did not run. Do not call it again unless the user asks you to.";

fn mark(result: &CallToolResult) -> Option<&str> {
    result.meta.as_ref()?.get(FAULT_KEY)?.as_str()
}

#[tokio::test(start_paused = true)]
async fn the_model_reads_what_went_wrong_and_what_to_do() {
    let client = connect(Denied, ()).await;
    for (tool, marked) in [
        ("text", Some("denied")),
        ("json", Some("denied")),
        ("bare", Some("denied")),
        ("response", Some("denied")),
        ("result_or_protocol_error", Some("denied")),
        ("response_or_protocol_error", Some("denied")),
        ("fault", None),
        ("own", None),
    ] {
        let result = call(&client, tool, json!({})).await.unwrap();
        let expected = format!("`{tool}` was denied: no approver is installed. {ADVICE}");
        assert_eq!((told(&result), mark(&result)), ((&*expected, true), marked));
    }
}

#[tokio::test(start_paused = true)]
async fn a_string_has_the_faults_own_words() {
    let client = connect(Denied, ()).await;
    let result = call(&client, "words", json!({})).await.unwrap();
    assert_eq!(told(&result), ("`words` was denied: no approver is installed", true));
}

#[tokio::test(start_paused = true)]
async fn a_protocol_error_carries_the_kind_in_its_data() {
    let client = connect(Denied, ()).await;
    let error = call(&client, "json_or_protocol_error", json!({})).await.unwrap_err();
    let ServiceError::McpError(error) = error else { panic!("a protocol error: {error:?}") };
    let words = format!("`json_or_protocol_error` was denied: no approver is installed. {ADVICE}");
    let expected = ErrorData::new(ErrorCode::INVALID_REQUEST, words, Some(json!({ FAULT_KEY: "denied" })));
    assert_eq!(error, expected);
    assert_eq!(error.fault(), Some(FaultKind::Denied), "found again, on the other side of the wire");
}

#[tokio::test(start_paused = true)]
async fn a_router_tells_the_faults_of_every_tool() {
    for (client, tools) in [
        (connect(Told(tell_faults(Denied::tool_router())), ()).await, "a router"),
        (connect(ToldByHand, ()).await, "by hand"),
    ] {
        for tool in ["json_or_protocol_error", "text"] {
            let result = call(&client, tool, json!({})).await.unwrap();
            let expected = format!("`{tool}` was denied: no approver is installed. {ADVICE}");
            assert_eq!((told(&result), mark(&result)), ((&*expected, true), Some("denied")), "{tools}");
        }
        // What is no fault stays as it is.
        let error = call(&client, "broken", json!({})).await.unwrap_err();
        let ServiceError::McpError(error) = error else { panic!("a protocol error: {error:?}") };
        assert_eq!(error, ErrorData::internal_error("the disk is full", Some(json!({ "disk": 1 }))));
        let paid = call(&client, "amount", json!({ "amount": 7 })).await.unwrap();
        assert_eq!(paid.structured_content, Some(json!({ "amount": 7 })));
        assert!(told(&call(&client, "amount", json!({})).await.unwrap()).0.starts_with("failed to deserialize"));
        let unknown = call(&client, "nothing", json!({})).await.unwrap_err();
        assert!(matches!(unknown, ServiceError::McpError(error) if error.code == ErrorCode::INVALID_PARAMS));
    }
}

#[test]
fn a_router_keeps_what_it_knows_of_its_tools() {
    let mut router = Denied::tool_router();
    router.disable_route("text");
    let tools = router.list_all();
    let told = tell_faults(router);
    assert!(told.is_disabled("text"));
    assert_eq!(told.list_all(), tools);
}

/// How often the body ran.
#[derive(Default)]
struct Runs(AtomicU32);

impl Runs {
    fn count(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn take(&self) -> u32 {
        self.0.swap(0, Ordering::SeqCst)
    }
}

fn denial() -> Fault {
    Fault::Denied { tool: "pay".into(), reason: "too much".into() }
}

#[fallback(Ok("as good as paid".to_owned()))]
#[retry(max = 3, clone(fault))]
async fn denied_below(runs: &Runs, fault: Fault) -> Result<String, CallToolResult> {
    runs.count();
    Err(fault)?
}

#[fallback(Ok("as good as paid".to_owned()))]
#[retry(max = 3, clone(fault))]
async fn denied_below_protocol_error(runs: &Runs, fault: Fault) -> Result<String, ErrorData> {
    runs.count();
    Err(fault)?
}

#[fallback(CallToolResult::success(vec![]))]
#[retry(max = 3, clone(fault))]
async fn denied_below_bare(runs: &Runs, fault: Fault) -> CallToolResult {
    runs.count();
    fault.into()
}

#[tokio::test(start_paused = true)]
async fn a_denial_stays_final_through_retries_and_fallbacks() {
    let runs = Runs::default();
    let denied = (Some(FaultKind::Denied), 1);
    let error = denied_below(&runs, denial()).await.unwrap_err();
    assert_eq!((error.fault(), runs.take()), denied);
    let error = denied_below_protocol_error(&runs, denial()).await.unwrap_err();
    assert_eq!((error.fault(), runs.take()), denied);
    let result = denied_below_bare(&runs, denial()).await;
    assert_eq!((result.fault(), runs.take()), denied);
    assert_eq!(result.is_error, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_that_passed_is_tried_again_and_then_answered() {
    let runs = Runs::default();
    let late = || Fault::TimedOut { tool: "pay".into(), limit: Duration::from_secs(1) };
    let answered = "as good as paid";
    assert_eq!((denied_below(&runs, late()).await.unwrap(), runs.take()), (answered.to_owned(), 4));
    assert_eq!((denied_below_protocol_error(&runs, late()).await.unwrap(), runs.take()), (answered.to_owned(), 4));
    assert_eq!((denied_below_bare(&runs, late()).await, runs.take()), (CallToolResult::success(vec![]), 4));
}

#[retry(max = 3)]
async fn fails_with(runs: &Runs, code: ErrorCode) -> Result<String, ErrorData> {
    runs.count();
    Err(ErrorData::new(code, "no", Some(json!("denied"))))
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_request_is_not_tried_again() {
    let runs = Runs::default();
    for code in [
        ErrorCode::PARSE_ERROR,
        ErrorCode::INVALID_REQUEST,
        ErrorCode::METHOD_NOT_FOUND,
        ErrorCode::INVALID_PARAMS,
        ErrorCode::RESOURCE_NOT_FOUND,
        ErrorCode::HEADER_MISMATCH,
        ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY,
        ErrorCode::UNSUPPORTED_PROTOCOL_VERSION,
    ] {
        fails_with(&runs, code).await.unwrap_err();
        assert_eq!(runs.take(), 1, "{code:?}");
    }
    for code in [ErrorCode::INTERNAL_ERROR, ErrorCode(-32000), ErrorCode(7)] {
        fails_with(&runs, code).await.unwrap_err();
        assert_eq!(runs.take(), 4, "{code:?}");
    }
}

#[test]
fn what_only_looks_like_a_fault_is_none() {
    let error = |data| ErrorData::internal_error("no", Some(data));
    for data in
        [json!({ FAULT_KEY: "refused" }), json!({ FAULT_KEY: 1 }), json!([FAULT_KEY]), json!({ "fault": "denied" })]
    {
        assert_eq!(error(data).fault(), None);
    }
    assert_eq!(error(json!({ "disk": 1, FAULT_KEY: "expired" })).fault(), Some(FaultKind::Expired));
}

/// A service that fails in the words of the one who asks, told in a bare result.
#[derive(Clone, Default)]
struct Bare(Arc<AtomicU32>);

impl Bare {
    fn calls(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }

    fn fail(&self) -> CallToolResult {
        self.0.fetch_add(1, Ordering::SeqCst);
        CallToolResult::error("it is busy".to_owned().into_contents())
    }
}

#[tool_router(server_handler)]
impl Bare {
    #[retry(max = 2)]
    #[tool]
    async fn retried(&self) -> CallToolResult {
        self.fail()
    }

    #[fallback(if error.is_error == Some(true) { CallToolResult::success("yesterday's".to_owned().into_contents()) } else { error })]
    #[tool]
    async fn replaced(&self) -> CallToolResult {
        self.fail()
    }

    #[timeout(ms = 2000)]
    #[tool]
    async fn hanging(&self) -> CallToolResult {
        std::future::pending().await
    }

    #[circuit_breaker(failures = 2, cooldown = "30s")]
    #[tool]
    async fn breaking(&self) -> CallToolResult {
        self.fail()
    }

    #[requires_approval]
    #[tool]
    async fn gated(&self) -> CallToolResult {
        self.fail()
    }

    #[retry(max = 2)]
    #[tool]
    async fn well(&self) -> CallToolResult {
        self.0.fetch_add(1, Ordering::SeqCst);
        let mut result = CallToolResult::success("fine".to_owned().into_contents());
        result.is_error = None;
        result
    }
}

#[tokio::test(start_paused = true)]
async fn a_bare_result_is_a_failure_if_it_says_so() {
    let bare = Bare::default();
    let client = connect(bare.clone(), ()).await;
    let tell = async |tool, calls| {
        let before = bare.calls();
        let result = call(&client, tool, json!({})).await.unwrap();
        assert_eq!(bare.calls() - before, calls, "{tool}");
        let (text, is_error) = told(&result);
        (text.to_owned(), is_error)
    };
    let busy = ("it is busy".to_owned(), true);
    assert_eq!(tell("retried", 3).await, busy);
    assert_eq!(tell("replaced", 1).await, ("yesterday's".to_owned(), false));
    let late = "`hanging` timed out after 2s. It may have taken effect all the same: if it changes anything, look before you call it again.";
    assert_eq!(tell("hanging", 0).await, (late.to_owned(), true));
    assert_eq!((tell("breaking", 1).await, tell("breaking", 1).await), (busy.clone(), busy));
    let open = "`breaking` was not called: its circuit breaker is open for another 30s. The service keeps failing: call it again after that, or go on without it.";
    assert_eq!(tell("breaking", 0).await, (open.to_owned(), true));
    let denied = format!("`gated` was denied: no approver is installed. {ADVICE}");
    assert_eq!(tell("gated", 0).await, (denied, true));
    assert_eq!(tell("well", 1).await, ("fine".to_owned(), false));
}

#[tokio::test(start_paused = true)]
async fn what_asks_for_input_is_no_failure() {
    #[retry(max = 3)]
    async fn asks(runs: &Runs) -> CallToolResponse {
        runs.count();
        InputRequiredResult::from_request_state("later").into()
    }
    let runs = Runs::default();
    assert!(matches!(asks(&runs).await, CallToolResponse::InputRequired(_)));
    assert_eq!(runs.take(), 1);
}

#[tokio::test(start_paused = true)]
async fn events_tell_the_words_and_nothing_else() {
    #[retry(max = 1)]
    async fn as_protocol_error() -> Result<String, ErrorData> {
        Err(ErrorData::internal_error("the disk is full", Some(json!({ "disk": 1 }))))
    }
    #[retry(max = 1)]
    async fn as_tool_error() -> Result<String, CallToolResult> {
        let picture = ContentBlock::image("aGk=", "image/png");
        Err(CallToolResult::error(vec![picture, ContentBlock::text("the disk is full"), ContentBlock::text("more")]))
    }
    let recorder = Recorder::new();
    let scope = Scope::current().recorder(&recorder);
    scope.run(async { (as_protocol_error().await, as_tool_error().await) }).await.1.unwrap_err();
    let words: Vec<String> = recorder
        .report()
        .entries()
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Retrying { error, .. } | Event::GaveUp { error, .. } => Some(error.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(words, ["the disk is full"; 4]);
}

#[test]
fn each_kind_is_found_again() {
    let (tool, reason) = (|| "pay".into(), || "no".to_owned());
    let faults = [
        Fault::TimedOut { tool: tool(), limit: Duration::from_secs(1) },
        Fault::Denied { tool: tool(), reason: reason() },
        Fault::Expired { tool: tool(), within: None },
        Fault::CircuitOpen { tool: tool(), left: Duration::ZERO },
        Fault::Rejected { tool: tool(), by: "bulkhead".into(), wait: None },
        Fault::Policy { tool: tool(), reason: reason() },
        Fault::CallLimit { tool: tool(), max: 5 },
        Fault::StepLimit { agent: tool(), max_steps: 8 },
        Fault::Unpriced { agent: tool() },
        Fault::Stuck { agent: tool(), repeats: 3 },
        Fault::TooManyDenials { agent: tool(), denials: 3 },
    ];
    for fault in faults {
        let (kind, feedback) = (fault.kind(), fault.model_feedback());
        let (tool_error, error) = (CallToolResult::from(fault.clone()), ErrorData::from(fault.clone()));
        assert_eq!((tool_error.fault(), error.fault()), (Some(kind), Some(kind)));
        assert_eq!((tool_error.is_transient(), error.is_transient()), (kind.is_transient(), kind.is_transient()));
        assert_eq!((told(&tool_error), &*error.message), ((&*feedback, true), &*feedback));
        assert_eq!(error.code == ErrorCode::INVALID_REQUEST, kind.is_final());
        let on_the_wire: Value = serde_json::to_value(&tool_error).unwrap();
        assert_eq!(on_the_wire["_meta"][FAULT_KEY], kind.name());
    }
}
