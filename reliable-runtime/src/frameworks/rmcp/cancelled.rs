//! A call that its client cancels is dropped.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use ::rmcp::handler::server::router::tool::ToolRouter;
use ::rmcp::service::RequestContext;
use ::rmcp::{ErrorData, RoleServer};

use crate::frameworks::rmcp::routes::each;

/// The router with [`until_cancelled`] around each of its tools: so a call that its client cancels, or whose client goes
/// away, is dropped, whatever the tool was about to do. An open question is closed, and a late yes runs nothing; a retry
/// makes no further attempt; a body that runs is dropped where it waits.
///
/// ```
/// use reliable::rmcp::drop_cancelled;
/// use reliable::{Fault, requires_approval, retry};
/// use rmcp::{ServerHandler, tool, tool_handler, tool_router};
///
/// struct Server;
///
/// #[tool_router]
/// impl Server {
///     #[requires_approval]
///     #[retry(max = 3)]
///     #[tool(description = "Deletes everything")]
///     async fn clean_up(&self) -> Result<String, Fault> {
///         Ok("it is all gone".to_owned())
///     }
/// }
///
/// #[tool_handler(router = drop_cancelled(Self::tool_router()))]
/// impl ServerHandler for Server {}
/// ```
///
/// Without it `rmcp` only marks the call's token as cancelled, and a tool that does not look at the token goes on.
/// [`tell_faults`](crate::frameworks::rmcp::tell_faults) can stand around the same router.
///
/// `rmcp` cancels the token of a request that was answered, too. A tool which is to go on as a task after its request was
/// answered is called through a router without this.
pub fn drop_cancelled<S: 'static>(router: ToolRouter<S>) -> ToolRouter<S> {
    each(router, |call| {
        Arc::new(move |context| {
            let request = context.request_context.clone();
            let outcome = call(context);
            Box::pin(async move { until_cancelled(&request, outcome).await })
        })
    })
}

/// Runs `work` until the client cancels the call, or goes away. Then `work` is dropped where it waits, which is how
/// everything in this library ends cleanly.
///
/// This is for what is called without a router, such as a prompt, a resource or a `call_tool` of your own; a router has it
/// for all its tools with [`drop_cancelled`].
///
/// ```
/// use reliable::retry;
/// use reliable::rmcp::until_cancelled;
/// use rmcp::model::{ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult};
/// use rmcp::service::RequestContext;
/// use rmcp::{ErrorData, RoleServer, ServerHandler};
///
/// struct Server;
///
/// #[retry(max = 3)]
/// async fn read(uri: &str) -> Result<ReadResourceResponse, ErrorData> {
///     Ok(ReadResourceResult::new(vec![]).into())
/// }
///
/// impl ServerHandler for Server {
///     async fn read_resource(
///         &self,
///         request: ReadResourceRequestParams,
///         call: RequestContext<RoleServer>,
///     ) -> Result<ReadResourceResponse, ErrorData> {
///         until_cancelled(&call, read(&request.uri)).await
///     }
/// }
/// ```
///
/// What `work` has spawned, or blocks a thread with, goes on: nothing but its own future is dropped.
///
/// # Errors
/// Those of `work`; an internal error (-32603) when the call was cancelled, which `rmcp` sends to nobody.
pub async fn until_cancelled<T, F>(call: &RequestContext<RoleServer>, work: F) -> Result<T, ErrorData>
where
    F: Future<Output = Result<T, ErrorData>>,
{
    let mut cancelled = pin!(call.ct.cancelled());
    let mut work = pin!(work);
    let outcome = poll_fn(|cx| match cancelled.as_mut().poll(cx) {
        // It is looked at first: a yes that comes together with it is none.
        Poll::Ready(()) => Poll::Ready(None),
        Poll::Pending => work.as_mut().poll(cx).map(Some),
    });
    outcome.await.unwrap_or_else(|| Err(ErrorData::internal_error("the client cancelled the call, or went away", None)))
}
