//! The client's user as the approver.

use std::time::Duration;

use ::rmcp::model::{
    BooleanSchema, ClientResult, ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction,
    ElicitationSchema, PrimitiveSchemaDefinition, RequestId, ServerRequest, StringSchema,
};
use ::rmcp::serde_json::Value;
use ::rmcp::service::{PeerRequestOptions, RequestContext, RequestHandle};
use ::rmcp::{ErrorData, Peer, RoleServer, ServiceError};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::approval::approver::Approver;
use crate::said::decision::Decision;
use crate::said::request::Request;
use crate::said::words;

const TOO_NEW: &str =
    "the client can't ask its user: from MCP 2026-07-28 on, a server has no way to ask in the middle of a call";
const UNDECLARED: &str = "the client can't ask its user: it has not declared that it supports elicitation";

/// Asks the client's user, by MCP's elicitation: the client shows the call in a form, with a box to tick and a line for
/// the reason.
///
/// ```
/// use reliable::{Fault, requires_approval};
/// use reliable::rmcp::{Elicitation, drop_cancelled};
/// use rmcp::handler::server::wrapper::Parameters;
/// use rmcp::service::RequestContext;
/// use rmcp::{RoleServer, ServerHandler, schemars, tool, tool_handler, tool_router};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Refund {
///     amount: u32,
///     to: String,
/// }
///
/// struct Server;
///
/// #[tool_router]
/// impl Server {
///     #[requires_approval(by = Elicitation::during(&call), reason = "it moves money")]
///     #[tool(description = "Pays money back")]
///     async fn refund(
///         &self,
///         Parameters(Refund { amount, to }): Parameters<Refund>,
///         call: RequestContext<RoleServer>,
///     ) -> Result<String, Fault> {
///         Ok(format!("paid ${amount} back to {to}"))
///     }
/// }
///
/// #[tool_handler(router = drop_cancelled(Self::tool_router()))]
/// impl ServerHandler for Server {}
/// ```
///
/// For all tools of a server at once, put a [`Scope`](crate::scope::Scope) around its `call_tool`, as the
/// [module](crate::frameworks::rmcp#approvals) shows.
///
/// # Only a yes is a yes
/// The call runs if the client says "accept" and its form says `"approve": true`. All else denies it, and the reason
/// says what happened: the user declined, closed the question, or left the box empty (the reason that they gave is then
/// the reason); the client has not declared elicitation, answered with an error or with what can't be understood,
/// cancelled the call, or went away. If nobody answers in time, the approval has [expired](Decision::Expired): the
/// question is withdrawn at the client, and a late answer counts for nothing.
///
/// # Protocol versions
/// It works where the session began with `initialize`: on all versions up to 2025-11-25, which is also what `rmcp`'s
/// client and server agree on by default. MCP 2026-07-28 has no requests from a server to its client; there, every call
/// that needs an approval is denied. Over streamable HTTP it needs `rmcp`'s session mode, which is on by default.
///
/// A client has a time limit of its own for each call, often a minute, and cancels the call when it has passed: see
/// [`drop_cancelled`](crate::frameworks::rmcp::drop_cancelled).
#[derive(Debug, Clone)]
#[must_use = "an approver does nothing until it is asked"]
pub struct Elicitation {
    call: RequestContext<RoleServer>,
    within: Duration,
}

impl Elicitation {
    /// Asks the user of this client. [`during`](Elicitation::during) knows more: also when the client cancels the call.
    pub fn new(client: &Peer<RoleServer>) -> Self {
        // As if in a call that has no number, and is never cancelled.
        Elicitation::during(&RequestContext::new(RequestId::Number(0), client.clone()))
    }

    /// Asks the user of the client that made this call, until the client cancels it.
    pub fn during(call: &RequestContext<RoleServer>) -> Self {
        Elicitation { call: call.clone(), within: Duration::from_secs(5 * 60) }
    }

    /// How long the question stands open. Default: 5 minutes.
    pub fn within(self, within: Duration) -> Self {
        Elicitation { within, ..self }
    }

    /// Whether the client has declared that it shows forms to its user.
    fn shows_forms(&self) -> bool {
        let declared = self.call.client_capabilities().and_then(|capabilities| capabilities.elicitation);
        // A client from before there were URLs names no mode, and means forms.
        declared.is_some_and(|modes| modes.form.is_some() || modes.url.is_none())
    }

    async fn ask(&self, request: &Request) -> Decision {
        let form = ElicitRequestParams::FormElicitationParams {
            meta: None,
            message: message(request),
            requested_schema: form(),
        };
        let question = ServerRequest::ElicitRequest(ElicitRequest::new(form));
        let asked = self.call.peer.send_cancellable_request(question, PeerRequestOptions::no_options()).await;
        match asked {
            Ok(handle) => self.decision(Question(Some(handle)).answer().await),
            // Not the client's: `rmcp` knows the session's protocol, and that this request may not be sent in it.
            Err(ServiceError::McpError(_)) => Decision::deny(TOO_NEW),
            Err(error) => failed(&error),
        }
    }

    fn decision(&self, answer: Result<ClientResult, ServiceError>) -> Decision {
        match answer {
            Ok(ClientResult::ElicitResult(result)) => self.said(&result),
            Ok(_) => misunderstood("it is not one to an elicitation"),
            Err(error) => failed(&error),
        }
    }

    fn said(&self, result: &ElicitResult) -> Decision {
        let said = match result.action {
            ElicitationAction::Accept => match field(result, "approve") {
                Some(Value::Bool(true)) => Decision::approve(),
                Some(Value::Bool(false)) => Decision::deny(reason(result)),
                Some(_) => return misunderstood("its `approve` is neither true nor false"),
                None => return misunderstood("it has no `approve`"),
            },
            ElicitationAction::Decline => Decision::deny("the user declined"),
            ElicitationAction::Cancel => Decision::deny("the user closed the question without an answer"),
            _ => return misunderstood("it is neither accept nor decline nor cancel"),
        };
        said.by(self.user())
    }

    fn user(&self) -> String {
        match self.call.client_info() {
            Some(client) if !client.name.is_empty() => format!("the user of {}", words::shown(&client.name)),
            _ => "the client's user".to_owned(),
        }
    }
}

impl Approver for Elicitation {
    async fn review(&self, request: &Request) -> Decision {
        if !self.shows_forms() {
            return Decision::deny(UNDECLARED);
        }
        let answer = timeout(self.within, self.ask(request));
        match self.call.ct.run_until_cancelled(answer).await {
            // A yes that came together with the cancellation is none.
            Some(answer) if !self.call.ct.is_cancelled() => answer.unwrap_or(Decision::Expired),
            _ => Decision::deny("the client cancelled the call, or went away"),
        }
    }
}

/// A question that stands open at the client. Dropped unanswered it is withdrawn there, and a late answer finds nobody.
struct Question(Option<RequestHandle<RoleServer>>);

impl Question {
    async fn answer(mut self) -> Result<ClientResult, ServiceError> {
        let Some(handle) = &mut self.0 else { return Err(ServiceError::TransportClosed) };
        let answer = (&mut handle.rx).await.unwrap_or(Err(ServiceError::TransportClosed));
        self.0 = None;
        answer
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        if let (Some(handle), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            // In the background: a client that no longer reads must not keep the call waiting.
            runtime.spawn(handle.cancel(Some("the question is no longer open".to_owned())));
        }
    }
}

fn message(request: &Request) -> String {
    let why = request.reason.iter().map(|reason| format!("Why you are asked: {}", words::shown(reason)));
    let arguments = request.arguments.iter().map(|argument| {
        let value = argument.value.as_ref().map_or_else(|| "<redacted>".to_owned(), |value| words::shown(value));
        format!("{} = {value}", argument.name)
    });
    let space = (!request.arguments.is_empty()).then(String::new);
    let lines = [format!("Run `{}`?", request.tool)].into_iter().chain(why).chain(space).chain(arguments);
    lines.collect::<Vec<_>>().join("\n")
}

/// What is not ticked is not approved, so that to send the form as it came is a no.
fn form() -> ElicitationSchema {
    let approve = BooleanSchema::new().title("Approve").with_default(false);
    let reason = StringSchema::new().title("Reason").description("If not: why not?");
    ElicitationSchema::builder()
        .required_property("approve", PrimitiveSchemaDefinition::Boolean(approve))
        .property("reason", PrimitiveSchemaDefinition::String(reason))
        .build_unchecked()
}

fn field<'a>(result: &'a ElicitResult, name: &str) -> Option<&'a Value> {
    result.content.as_ref()?.get(name)
}

fn reason(result: &ElicitResult) -> String {
    let said = field(result, "reason").and_then(Value::as_str).map_or("", str::trim);
    if said.is_empty() { "the user said no".to_owned() } else { words::told(&said) }
}

fn misunderstood(why: &str) -> Decision {
    Decision::deny(format!("the client's answer could not be understood: {why}"))
}

fn failed(error: &ServiceError) -> Decision {
    Decision::deny(match error {
        ServiceError::McpError(ErrorData { message, .. }) => {
            format!("the client failed to ask its user: {}", words::told(message))
        }
        ServiceError::TransportClosed => "the client went away without an answer".to_owned(),
        other => format!("the client could not be asked: {}", words::told(other)),
    })
}
