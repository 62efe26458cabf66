//! The router that asks the client's user, whatever the protocol.

use std::sync::Arc;

use ::rmcp::RoleServer;
use ::rmcp::handler::server::router::tool::ToolRouter;
use ::rmcp::service::RequestContext;

use crate::frameworks::rmcp::cancelled::drop_cancelled;
use crate::frameworks::rmcp::elicitation::{Elicitation, is_in_rounds};
use crate::frameworks::rmcp::errors::tell_faults;
use crate::frameworks::rmcp::round::Round;
use crate::frameworks::rmcp::routes::each;
use crate::scope::Scope;

/// The router with all that this library does for its tools, in one line: each tool with a `#[requires_approval]` asks the
/// client's user ([`Elicitation`]), a call that the client cancels is dropped ([`drop_cancelled`]), and the model reads
/// every fault ([`tell_faults`]).
///
/// ```
/// use reliable::rmcp::ask_client;
/// use reliable::requires_approval;
/// use rmcp::model::CallToolResult;
/// use rmcp::{ServerHandler, tool, tool_handler, tool_router};
///
/// struct Server;
///
/// #[tool_router]
/// impl Server {
///     #[requires_approval(reason = "nothing brings it back")]
///     #[tool(description = "Deletes everything")]
///     async fn clean_up(&self) -> Result<String, CallToolResult> {
///         Ok("it is all gone".to_owned())
///     }
/// }
///
/// #[tool_handler(router = ask_client(Self::tool_router()))]
/// impl ServerHandler for Server {}
/// ```
///
/// # Both ways of the protocol
/// Up to MCP 2025-11-25 the question goes to the client in the middle of the call. From 2026-07-28 on a server can't do
/// that. There the call ends where it asks, before anything behind the question has run: it is answered with the form
/// (`InputRequiredResult`), and the client, when its user has filled that in, makes the same call again with the answer, which
/// then runs. In the events the question of the first round is withdrawn, and that of the second answered.
///
/// What the client brings back for that is sealed with a key that this process has drawn and keeps. A denial, which says why
/// to the model and in the events, is all that it gets for a state
/// - that was not made here, was changed, or is from before a restart;
/// - that was made for another [principal](Elicitation::principal), another tool or other arguments, or where the question
///   would now be another one;
/// - that was used before.
///
/// One that comes later than [`Elicitation::within`], or than the `within` of the attribute, has
/// [expired](crate::said::decision::Decision::Expired). Of a server that runs as several processes, both rounds have to come to
/// the same one.
///
/// What a tool does before it asks is done in both rounds. So the attribute belongs on the tool itself: there, nothing is.
/// Several questions that a tool asks at once, in a `join!`, go to the user together. One that comes up after an answer was
/// used is denied, since to ask it the first part would have to run twice; make two tools of it. For the same reason a tool
/// that returns an `InputRequiredResult` of its own has no gate: its next round comes with its own state, which is not ours.
pub fn ask_client<S: 'static>(router: ToolRouter<S>) -> ToolRouter<S> {
    ask_client_by(router, Elicitation::during)
}

/// [`ask_client`] with a say in how a call asks: how long its question stands open, and
/// [whose call](Elicitation::principal) it is.
///
/// ```
/// use std::time::Duration;
///
/// use reliable::rmcp::{Elicitation, ask_client_by};
/// use rmcp::{ServerHandler, tool, tool_handler, tool_router};
///
/// struct Server;
///
/// #[tool_router]
/// impl Server {
///     #[reliable::requires_approval]
///     #[tool(description = "Deletes everything")]
///     async fn clean_up(&self) -> Result<String, reliable::Fault> {
///         Ok("it is all gone".to_owned())
///     }
/// }
///
/// #[tool_handler(router = ask_client_by(Self::tool_router(), |call| {
///     Elicitation::during(call).within(Duration::from_secs(60 * 60))
/// }))]
/// impl ServerHandler for Server {}
/// ```
pub fn ask_client_by<S, F>(router: ToolRouter<S>, by: F) -> ToolRouter<S>
where
    S: 'static,
    F: Fn(&RequestContext<RoleServer>) -> Elicitation + Send + Sync + 'static,
{
    let by = Arc::new(by);
    each(tell_faults(drop_cancelled(router)), |call| {
        let by = Arc::clone(&by);
        Arc::new(move |mut context| {
            let elicitation = by(&context.request_context);
            let in_rounds = is_in_rounds(&context.request_context);
            let round = in_rounds.then(|| Round::begin(&mut context, &elicitation.principal_in_words())).flatten();
            let scope = Scope::current().approver(elicitation);
            let outcome = call(context);
            Box::pin(async move {
                match round {
                    Some(round) => round.run(scope.with(Arc::clone(&round)).run(outcome)).await,
                    None => scope.run(outcome).await,
                }
            })
        })
    })
}
