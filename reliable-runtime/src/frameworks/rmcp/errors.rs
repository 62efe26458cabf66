//! Faults as MCP knows errors, and found again in them.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use ::rmcp::ErrorData;
use ::rmcp::handler::server::router::tool::ToolRouter;
use ::rmcp::model::{CallToolResponse, CallToolResult, ContentBlock, ErrorCode, IntoContents, JsonObject, MetaObject};
use ::rmcp::serde_json::Value;

use crate::frameworks::rmcp::routes::each;
use crate::said::fault::Fault;
use crate::said::fault_kind::FaultKind;
use crate::seen::outcome::Outcome;
use crate::seen::transient::Transient;

/// Where the kind of a fault stands, by its [name](FaultKind::name): in `_meta` of a tool error, in `data` of a
/// protocol error.
///
/// ```
/// use reliable::{Fault, rmcp::FAULT_KEY};
/// use rmcp::model::CallToolResult;
///
/// let denied = Fault::Denied { tool: "refund".into(), reason: "too much".into() };
/// let error = CallToolResult::from(denied);
/// assert_eq!(error.meta.unwrap().get(FAULT_KEY).unwrap(), "denied");
/// ```
pub const FAULT_KEY: &str = "reliable/fault";

/// Where the [wait](Fault::wait) of a rejection stands beside it, in milliseconds.
///
/// ```
/// use reliable::{Fault, Transient, rmcp::WAIT_KEY};
/// use rmcp::ErrorData;
/// use std::time::Duration;
///
/// let left = Duration::from_secs(30);
/// let error = ErrorData::from(Fault::CircuitOpen { tool: "forecast".into(), left });
/// assert_eq!(error.data.as_ref().unwrap()[WAIT_KEY], 30_000);
/// assert_eq!(error.retry_after(), Some(left), "a retry finds it");
/// ```
pub const WAIT_KEY: &str = "reliable/wait_ms";

/// A tool error: the model reads [`Fault::model_feedback`], and machines find the kind at [`FAULT_KEY`].
impl From<Fault> for CallToolResult {
    fn from(fault: Fault) -> CallToolResult {
        tool_error(fault.model_feedback(), marked(fault.kind(), fault.wait()))
    }
}

/// A protocol error, for functions that return no other. Most clients hide those from the model: see the
/// [module](crate::frameworks::rmcp) for what to do about it.
///
/// Its code is "invalid request" (-32600) where the fault is [final](FaultKind::is_final), else "internal error"
/// (-32603).
impl From<Fault> for ErrorData {
    fn from(fault: Fault) -> ErrorData {
        let kind = fault.kind();
        let code = if kind.is_final() { ErrorCode::INVALID_REQUEST } else { ErrorCode::INTERNAL_ERROR };
        ErrorData::new(code, fault.model_feedback(), Some(Value::Object(marked(kind, fault.wait()))))
    }
}

/// So that a tool may return `Result<T, Fault>`, and a tool's own error type can hand a fault on.
impl IntoContents for Fault {
    fn into_contents(self) -> Vec<ContentBlock> {
        self.model_feedback().into_contents()
    }
}

fn tool_error(words: impl Into<String>, marks: JsonObject) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(words)]).with_meta(Some(MetaObject(marks)))
}

fn marked(kind: FaultKind, wait: Option<Duration>) -> JsonObject {
    let kind = (FAULT_KEY.to_owned(), Value::from(kind.name()));
    // Up: who comes earlier than asked is rejected again.
    let wait = wait.and_then(|wait| u64::try_from(wait.as_micros().div_ceil(1000)).ok());
    [kind].into_iter().chain(wait.map(|wait| (WAIT_KEY.to_owned(), Value::from(wait)))).collect()
}

fn wait_of(object: &JsonObject) -> Option<Duration> {
    mark_of(object)?;
    Some(Duration::from_millis(object.get(WAIT_KEY)?.as_u64()?))
}

fn mark_of(object: &JsonObject) -> Option<FaultKind> {
    FaultKind::named(object.get(FAULT_KEY)?.as_str()?)
}

/// One that carries a fault goes by the fault. Otherwise the code decides: what is wrong with the request stays wrong
/// (parse error, invalid request, method not found, invalid params, and those that MCP adds); an internal error, and
/// every code of a server's own, is worth a retry.
impl Transient for ErrorData {
    fn is_transient(&self) -> bool {
        self.fault().map_or_else(|| !is_of_the_request(self.code), |kind| kind.is_transient())
    }

    fn retry_after(&self) -> Option<Duration> {
        wait_of(self.data.as_ref()?.as_object()?)
    }

    fn fault(&self) -> Option<FaultKind> {
        mark_of(self.data.as_ref()?.as_object()?)
    }

    fn words(&self) -> Option<&dyn Display> {
        Some(&self.message)
    }
}

fn is_of_the_request(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::PARSE_ERROR
            | ErrorCode::INVALID_REQUEST
            | ErrorCode::METHOD_NOT_FOUND
            | ErrorCode::INVALID_PARAMS
            | ErrorCode::RESOURCE_NOT_FOUND
            | ErrorCode::HEADER_MISMATCH
            | ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY
            | ErrorCode::UNSUPPORTED_PROTOCOL_VERSION
    )
}

/// One that carries a fault goes by the fault. Any other says nothing of its cause, and is worth a retry.
impl Transient for CallToolResult {
    fn is_transient(&self) -> bool {
        self.fault().is_none_or(|kind| kind.is_transient())
    }

    fn retry_after(&self) -> Option<Duration> {
        wait_of(self.meta.as_ref()?)
    }

    fn fault(&self) -> Option<FaultKind> {
        mark_of(self.meta.as_ref()?)
    }

    fn words(&self) -> Option<&dyn Display> {
        self.content.iter().find_map(ContentBlock::as_text).map(|block| &block.text as &dyn Display)
    }
}

/// A result with `is_error` is the error, any other the value.
impl Outcome for CallToolResult {
    type Value = CallToolResult;
    type Error = CallToolResult;

    fn into_result(self) -> Result<CallToolResult, CallToolResult> {
        if self.is_error == Some(true) { Err(self) } else { Ok(self) }
    }

    fn from_result(result: Result<CallToolResult, CallToolResult>) -> Self {
        result.unwrap_or_else(|error| error)
    }
}

/// A complete result with `is_error` is the error. One that asks for input, or that stands for a task, is a value.
impl Outcome for CallToolResponse {
    type Value = CallToolResponse;
    type Error = CallToolResult;

    fn into_result(self) -> Result<CallToolResponse, CallToolResult> {
        match self {
            CallToolResponse::Complete(result) => result.into_result().map(CallToolResponse::from),
            other => Ok(other),
        }
    }

    fn from_result(result: Result<CallToolResponse, CallToolResult>) -> Self {
        result.unwrap_or_else(CallToolResponse::from)
    }
}

/// Makes a tool error, which the model sees, of a protocol error that carries a fault. Everything else stays as it is.
///
/// This is for a `call_tool` of your own; a router can do it for all its tools: [`tell_faults`].
///
/// ```
/// use reliable::{Fault, rmcp::tool_outcome};
/// use rmcp::{ErrorData, model::CallToolResult};
///
/// let late: Result<CallToolResult, ErrorData> =
///     Err(Fault::TimedOut { tool: "forecast".into(), limit: std::time::Duration::from_secs(2) }.into());
/// assert_eq!(tool_outcome(late).unwrap().is_error, Some(true));
///
/// let broken: Result<CallToolResult, ErrorData> = Err(ErrorData::internal_error("the disk is full", None));
/// assert!(tool_outcome(broken).is_err());
/// ```
///
/// # Errors
/// Those that carry no fault.
pub fn tool_outcome<T: From<CallToolResult>>(outcome: Result<T, ErrorData>) -> Result<T, ErrorData> {
    outcome.or_else(|error| match error.fault() {
        Some(kind) => {
            let marks = marked(kind, error.retry_after());
            Ok(tool_error(error.message, marks).into())
        }
        None => Err(error),
    })
}

/// The router with [`tool_outcome`] around each of its tools: for those whose return type can't hold a tool error, such
/// as `Result<Json<T>, ErrorData>`.
///
/// ```
/// use reliable::{Fault, rmcp::{drop_cancelled, tell_faults}};
/// use rmcp::{ErrorData, Json, ServerHandler, schemars, tool, tool_handler, tool_router};
///
/// #[derive(serde::Serialize, schemars::JsonSchema)]
/// struct Warmth {
///     degrees: i32,
/// }
///
/// struct Server;
///
/// #[tool_router]
/// impl Server {
///     #[reliable::timeout(ms = 2000)]
///     #[tool(description = "How warm it is")]
///     async fn warmth(&self) -> Result<Json<Warmth>, ErrorData> {
///         Ok(Json(Warmth { degrees: 4 }))
///     }
/// }
///
/// #[tool_handler(router = tell_faults(drop_cancelled(Self::tool_router())))]
/// impl ServerHandler for Server {}
/// ```
pub fn tell_faults<S: 'static>(router: ToolRouter<S>) -> ToolRouter<S> {
    each(router, |call| {
        Arc::new(move |context| {
            let outcome = call(context);
            Box::pin(async move { tool_outcome(outcome.await) })
        })
    })
}
