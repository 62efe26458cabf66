//! The client's user as the approver.

use std::time::Duration;

use ::http::header::AUTHORIZATION;
use ::http::request::Parts;
use ::rmcp::model::{ClientResult, ElicitResult, ProtocolVersion, RequestId, ServerRequest};
use ::rmcp::serde_json;
use ::rmcp::service::{PeerRequestOptions, RequestContext, RequestHandle};
use ::rmcp::{ErrorData, Peer, RoleServer, ServiceError};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::approval::approver::Approver;
use crate::approval::asked;
use crate::frameworks::rmcp::form;
use crate::frameworks::rmcp::progress::while_asked;
use crate::frameworks::rmcp::round::Round;
use crate::said::decision::Decision;
use crate::said::request::Request;
use crate::said::words;
use crate::scope::Scope;

const TOO_NEW: &str = "from MCP 2026-07-28 on, a client can't be asked in the middle of a call: ask by `Elicitation::during`, with `reliable::rmcp::ask_client` around the router";
const UNDECLARED: &str = "the client can't ask its user: it has not declared that it supports elicitation";

/// Asks the client's user, by MCP's elicitation: the client shows the call in a form, with a box to tick and a line for
/// the reason.
///
/// ```
/// use std::time::Duration;
///
/// use reliable::{Fault, requires_approval};
/// use reliable::rmcp::{Elicitation, ask_client};
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
///     #[requires_approval(by = Elicitation::during(&call).within(Duration::from_secs(30)), reason = "it moves money")]
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
/// #[tool_handler(router = ask_client(Self::tool_router()))]
/// impl ServerHandler for Server {}
/// ```
///
/// [`ask_client`](crate::frameworks::rmcp::ask_client) around the router, without which clients of MCP 2026-07-28 can't be asked,
/// makes it the approver of all tools that name no other. So the `by` is only for a tool whose question is another one.
///
/// # Only a yes is a yes
/// The call runs if the client says "accept" and its form says `"approve": true`. All else denies it, and the reason
/// says what happened: the user declined, closed the question, or left the box empty (the reason that they gave is then
/// the reason); the client has not declared elicitation, answered with an error or with what can't be understood,
/// cancelled the call, or went away. If nobody answers in time, the approval has [expired](Decision::Expired): the
/// question is withdrawn at the client, and a late answer counts for nothing.
///
/// Where the answer can be [remembered](crate::said::request::Request::remember), the form has a box for that, too. A remembered
/// answer holds for whoever calls with these [`Grants`](crate::approval::grants::Grants) in scope: a server with several users
/// has some for each.
///
/// # Protocol versions
/// A session that began with `initialize`, which all versions up to 2025-11-25 do, is asked in the middle of the call. While
/// it waits, a client that gave the call a progress token hears every 5 seconds that it is alive. Over streamable HTTP this
/// needs `rmcp`'s session mode, which is on by default. A client has a time limit of its own for each call, often a minute,
/// and cancels the call when it has passed, unless progress counts for it.
///
/// From MCP 2026-07-28 on a server asks nothing by itself: see [`ask_client`](crate::frameworks::rmcp::ask_client), without
/// which such a call is denied.
#[derive(Debug, Clone)]
#[must_use = "an approver does nothing until it is asked"]
pub struct Elicitation {
    call: RequestContext<RoleServer>,
    within: Duration,
    principal: Option<String>,
}

impl Elicitation {
    /// Asks the user of this client. [`during`](Elicitation::during) knows more: also when the client cancels the
    /// call, and how a client of MCP 2026-07-28 is asked.
    pub fn new(client: &Peer<RoleServer>) -> Self {
        // As if in a call that has no number, and is never cancelled.
        Elicitation::during(&RequestContext::new(RequestId::Number(0), client.clone()))
    }

    /// Asks the user of the client that made this call, until the client cancels it.
    pub fn during(call: &RequestContext<RoleServer>) -> Self {
        Elicitation { call: call.clone(), within: Duration::from_secs(5 * 60), principal: None }
    }

    /// How long the question stands open. Default: 5 minutes.
    pub fn within(self, within: Duration) -> Self {
        Elicitation { within, ..self }
    }

    /// Whose call it is, as the server knows them: the account that has logged in, say. It matters from MCP 2026-07-28 on,
    /// where an answer comes with a call of its own: that one must be of the same principal.
    ///
    /// Default: the `Authorization` header of the HTTP request. Where there is none, as on standard input and output, all
    /// clients are one principal: who gets hold of the state that was sent to another one can answer in its place.
    ///
    /// ```
    /// use reliable::rmcp::{Elicitation, ask_client_by};
    /// use rmcp::service::RequestContext;
    /// use rmcp::{RoleServer, ServerHandler, tool, tool_handler, tool_router};
    ///
    /// /// What the server's own login has left in the request.
    /// #[derive(Clone)]
    /// struct Account(String);
    ///
    /// fn elicitation(call: &RequestContext<RoleServer>) -> Elicitation {
    ///     let elicitation = Elicitation::during(call);
    ///     match call.extensions.get::<Account>() {
    ///         Some(Account(name)) => elicitation.principal(name),
    ///         None => elicitation,
    ///     }
    /// }
    ///
    /// struct Server;
    ///
    /// #[tool_router]
    /// impl Server {
    /// #     #[reliable::requires_approval]
    ///     #[tool(description = "Deletes everything")]
    ///     async fn clean_up(&self) -> Result<String, reliable::Fault> {
    ///         Ok("it is all gone".to_owned())
    ///     }
    /// }
    ///
    /// #[tool_handler(router = ask_client_by(Self::tool_router(), elicitation))]
    /// impl ServerHandler for Server {}
    /// ```
    pub fn principal(self, principal: impl Into<String>) -> Self {
        Elicitation { principal: Some(principal.into()), ..self }
    }

    /// In words that no other one has.
    pub(super) fn principal_in_words(&self) -> String {
        let header = || self.call.extensions.get::<Parts>()?.headers.get(AUTHORIZATION);
        match &self.principal {
            Some(named) => format!("named {named}"),
            None => header().map_or_else(String::new, |it| format!("header {}", it.as_bytes().escape_ascii())),
        }
    }

    /// Whether the client has declared that it shows forms to its user.
    fn shows_forms(&self) -> bool {
        let declared = self.call.client_capabilities().and_then(|capabilities| capabilities.elicitation);
        // A client from before there were URLs names no mode, and means forms.
        declared.is_some_and(|modes| modes.form.is_some() || modes.url.is_none())
    }

    /// In the middle of the call, which waits.
    async fn live(&self, request: &Request) -> Decision {
        let question = ServerRequest::ElicitRequest(form::question(request));
        let asked = self.call.peer.send_cancellable_request(question, PeerRequestOptions::no_options()).await;
        match asked {
            Ok(handle) => match Question(Some(handle)).answer().await {
                Ok(ClientResult::ElicitResult(result)) => form::said(&result, self.user()),
                Ok(_) => form::no_answer_to_it(),
                Err(error) => failed(&error),
            },
            // Not the client's: `rmcp` knows the request's protocol, and that this may not be sent in it.
            Err(ServiceError::McpError(_)) => Decision::deny(TOO_NEW),
            Err(error) => failed(&error),
        }
    }

    async fn within_the_call(&self, request: &Request) -> Decision {
        let answer = while_asked(&self.call, timeout(self.within, self.live(request)));
        match self.call.ct.run_until_cancelled(answer).await {
            // A yes that came together with the cancellation is none.
            Some(answer) if !self.call.ct.is_cancelled() => answer.unwrap_or(Decision::Expired),
            _ => Decision::deny("the client cancelled the call, or went away"),
        }
    }

    /// By the answer of the call, and the next call.
    async fn between_calls(&self, request: &Request) -> Decision {
        let round = Scope::find::<Round>().filter(|round| round.id == self.call.id);
        let Some(round) = round else { return Decision::deny(TOO_NEW) };
        let within = asked::within().map_or(self.within, |within| within.min(self.within));
        match round.answer(request, within).await.map(serde_json::from_value::<ElicitResult>) {
            Ok(Ok(result)) => form::said(&result, self.user()),
            Ok(Err(_)) => form::no_answer_to_it(),
            Err(decision) => decision,
        }
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
        if self.call.protocol_version().is_none() {
            // Each request tells it for itself, and this was made without one.
            Decision::deny(TOO_NEW)
        } else if !self.shows_forms() {
            Decision::deny(UNDECLARED)
        } else if is_in_rounds(&self.call) {
            self.between_calls(request).await
        } else {
            self.within_the_call(request).await
        }
    }
}

/// Whether this client is asked by an answer and not by a question.
pub(super) fn is_in_rounds(call: &RequestContext<RoleServer>) -> bool {
    call.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28)
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

fn failed(error: &ServiceError) -> Decision {
    Decision::deny(match error {
        ServiceError::McpError(ErrorData { message, .. }) => {
            format!("the client failed to ask its user: {}", words::told(message))
        }
        ServiceError::TransportClosed => "the client went away without an answer".to_owned(),
        other => format!("the client could not be asked: {}", words::told(other)),
    })
}
