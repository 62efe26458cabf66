//! A call that its client cancels is dropped: nothing of it happens afterwards.

mod support;

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::approver::{self, Channel, Inbox};
use reliable::rmcp::{Elicitation, ask_client, drop_cancelled, tell_faults, until_cancelled};
use reliable::{Decision, Fault, Scope, requires_approval, retry};
use rmcp::handler::server::tool::ToolCallContext;
use rmcp::model::{
    CallToolRequest, CallToolRequestParams, CallToolResponse, ClientRequest, ErrorData, ProtocolVersion,
    ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, RequestId,
};
use rmcp::service::{PeerRequestOptions, RequestContext, RequestHandle};
use rmcp::{
    ClientLifecycleMode, Peer, RoleClient, RoleServer, ServerHandler, ServiceExt, tool, tool_handler, tool_router,
};
use serde_json::json;
use tokio::time::{sleep, timeout};

use support::{Says, User, call, connect, connect_as, params, told};

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// What happened to the calls.
#[derive(Clone)]
struct Desk {
    begun: Arc<AtomicU32>,
    ended: Arc<AtomicU32>,
    dropped: Arc<AtomicU32>,
    approver: Channel,
}

impl Desk {
    fn new() -> (Desk, Inbox) {
        let (approver, inbox) = approver::channel();
        (Desk { begun: Arc::default(), ended: Arc::default(), dropped: Arc::default(), approver }, inbox)
    }

    /// How many bodies began, came to their end, and were dropped.
    fn counts(&self) -> (u32, u32, u32) {
        let of = |count: &AtomicU32| count.load(Ordering::SeqCst);
        (of(&self.begun), of(&self.ended), of(&self.dropped))
    }

    fn begin(&self) -> Body<'_> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        Body(self)
    }
}

struct Body<'a>(&'a Desk);

impl Body<'_> {
    fn end(&self) {
        self.0.ended.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for Body<'_> {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

#[tool_router]
impl Desk {
    #[retry(max = 100, backoff = "fixed", base = "8s", jitter = 0)]
    #[tool]
    async fn busy(&self) -> Result<String, String> {
        self.begin();
        Err("busy".to_owned())
    }

    #[requires_approval(by = self.approver)]
    #[tool]
    async fn pay(&self) -> Result<String, Fault> {
        self.begin().end();
        Ok("paid".to_owned())
    }

    #[requires_approval(by = Elicitation::during(&call))]
    #[retry]
    #[tool]
    async fn pay_by_elicitation(&self, call: RequestContext<RoleServer>) -> Result<String, Fault> {
        self.begin().end();
        Ok("paid".to_owned())
    }

    #[tool]
    async fn slow(&self) -> Result<String, Fault> {
        let body = self.begin();
        sleep(secs(60)).await;
        body.end();
        Ok("done".to_owned())
    }

    #[tool]
    async fn hang(&self) -> Result<String, Fault> {
        let _body = self.begin();
        pending().await
    }
}

#[tool_handler(router = drop_cancelled(Self::tool_router()))]
impl ServerHandler for Desk {
    async fn read_resource(
        &self,
        _: ReadResourceRequestParams,
        call: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let read = async {
            self.busy().await.map_err(|words| ErrorData::internal_error(words, None))?;
            Ok(ReadResourceResult::new(vec![]).into())
        };
        until_cancelled(&call, read).await
    }
}

/// The same in a `call_tool` of one's own, with a scope and the faults told.
#[derive(Clone)]
struct ByHand(Desk);

impl ServerHandler for ByHand {
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        call: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let router = tell_faults(drop_cancelled(Desk::tool_router()));
        Scope::current().run(router.call(ToolCallContext::new(&self.0, request, call))).await
    }
}

async fn begin(client: &Peer<RoleClient>, tool: &'static str) -> RequestHandle<RoleClient> {
    let request = ClientRequest::CallToolRequest(CallToolRequest::new(params(tool, json!({}))));
    client.send_cancellable_request(request, PeerRequestOptions::no_options()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn in_a_retrys_pause_no_further_attempt_is_made() {
    let (desk, _inbox) = Desk::new();
    let client = connect(desk.clone(), ()).await;
    let call = begin(&client, "busy").await;
    sleep(secs(20)).await;
    assert_eq!(desk.counts().0, 3);
    call.cancel(None).await.unwrap();
    sleep(secs(600)).await;
    assert_eq!(desk.counts().0, 3);
}

#[tokio::test(start_paused = true)]
async fn while_a_question_is_open_a_later_yes_runs_nothing() {
    let (desk, mut inbox) = Desk::new();
    let client = connect(desk.clone(), ()).await;
    let call = begin(&client, "pay").await;
    let question = inbox.next().await.unwrap();
    assert!(question.is_open());
    call.cancel(Some("changed my mind".to_owned())).await.unwrap();
    timeout(secs(1), question.closed()).await.expect("whoever shows the question hears of it");
    assert!(!question.is_open());
    sleep(secs(55)).await;
    assert!(!question.answer(Decision::approve()), "the answer counts no longer");
    sleep(secs(5)).await;
    assert_eq!(desk.counts(), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_yes_that_comes_together_with_it_is_none() {
    let (desk, mut inbox) = Desk::new();
    let (near, far) = tokio::io::duplex(64 * 1024);
    let (server, _client) = tokio::join!(desk.clone().serve(far), ().serve(near));
    let request = RequestContext::new(RequestId::Number(7), server.unwrap().peer().clone());
    let pay = async { desk.pay().await.map_err(ErrorData::from) };
    let (paid, ()) = tokio::join!(until_cancelled(&request, pay), async {
        let question = inbox.next().await.unwrap();
        assert!(question.answer(Decision::approve()));
        request.ct.cancel();
    });
    assert!(paid.is_err());
    assert_eq!(desk.counts(), (0, 0, 0));

    let pay = async { desk.pay().await.map_err(ErrorData::from) };
    assert!(until_cancelled(&request, pay).await.is_err(), "it was cancelled before");
    assert!(timeout(secs(1), inbox.next()).await.is_err(), "so nobody is asked");
}

#[tokio::test(start_paused = true)]
async fn a_question_at_the_clients_user_is_withdrawn() {
    let (desk, _inbox) = Desk::new();
    let user = User::who(Says::Nothing);
    let client = connect(desk.clone(), user.clone()).await;
    let call = begin(&client, "pay_by_elicitation").await;
    sleep(secs(1)).await;
    assert_eq!((user.questions(), *user.withdrawn.lock().unwrap()), (1, 0));
    call.cancel(None).await.unwrap();
    sleep(secs(1)).await;
    assert_eq!((*user.withdrawn.lock().unwrap(), desk.counts()), (1, (0, 0, 0)));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_runs_is_dropped() {
    let (desk, _inbox) = Desk::new();
    let client = connect(desk.clone(), ()).await;
    let call = begin(&client, "slow").await;
    sleep(secs(1)).await;
    assert_eq!(desk.counts(), (1, 0, 0));
    call.cancel(None).await.unwrap();
    sleep(secs(1)).await;
    assert_eq!(desk.counts(), (1, 0, 1));
    sleep(secs(600)).await;
    assert_eq!(desk.counts(), (1, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_any_more() {
    let (desk, _inbox) = Desk::new();
    let client = connect(desk.clone(), ()).await;
    assert!(timeout(secs(20), call(&client, "busy", json!({}))).await.is_err());
    sleep(secs(600)).await;
    assert_eq!(desk.counts().0, 3, "rmcp's client cancels a call that nobody waits for");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_cancels_all_its_calls() {
    let (desk, mut inbox) = Desk::new();
    let mut client = connect(desk.clone(), ()).await;
    for tool in ["busy", "hang", "pay"] {
        begin(&client, tool).await;
    }
    let question = inbox.next().await.unwrap();
    sleep(secs(1)).await;
    assert_eq!(desk.counts().0, 2);
    client.close().await.unwrap();
    sleep(secs(600)).await;
    assert!(!question.answer(Decision::approve()));
    assert_eq!(desk.counts(), (2, 0, 2));
}

#[tokio::test(start_paused = true)]
async fn in_the_newest_protocol_it_is_the_same() {
    let (desk, mut inbox) = Desk::new();
    let newest = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    let client = connect_as(desk.clone(), (), newest).await;
    let calls = [begin(&client, "busy").await, begin(&client, "pay").await];
    let question = inbox.next().await.unwrap();
    sleep(secs(20)).await;
    for call in calls {
        call.cancel(None).await.unwrap();
    }
    timeout(secs(1), question.closed()).await.expect("whoever shows the question hears of it");
    sleep(secs(600)).await;
    assert_eq!(desk.counts().0, 3);
}

#[tokio::test(start_paused = true)]
async fn in_a_call_tool_of_ones_own_it_is_the_same() {
    let (desk, mut inbox) = Desk::new();
    let client = connect(ByHand(desk.clone()), ()).await;
    let calls = [begin(&client, "busy").await, begin(&client, "hang").await, begin(&client, "pay").await];
    let question = inbox.next().await.unwrap();
    sleep(secs(1)).await;
    for call in calls {
        call.cancel(None).await.unwrap();
    }
    sleep(secs(600)).await;
    assert!(!question.answer(Decision::approve()));
    assert_eq!(desk.counts(), (2, 0, 2));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_tool_can_be_dropped_too() {
    let (desk, _inbox) = Desk::new();
    let client = connect(desk.clone(), ()).await;
    let read = client.read_resource(ReadResourceRequestParams::new("desk://1"));
    assert!(timeout(secs(20), read).await.is_err());
    sleep(secs(600)).await;
    assert_eq!(desk.counts().0, 3);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_cancelled_goes_on() {
    let (desk, mut inbox) = Desk::new();
    let client = connect(desk.clone(), ()).await;
    let cancelled = begin(&client, "hang").await;
    let (slow, paid, ()) = tokio::join!(call(&client, "slow", json!({})), call(&client, "pay", json!({})), async {
        let question = inbox.next().await.unwrap();
        cancelled.cancel(None).await.unwrap();
        sleep(secs(1)).await;
        assert!(question.answer(Decision::approve()));
    });
    assert_eq!((told(&slow.unwrap()), told(&paid.unwrap())), (("done", false), ("paid", false)));
    assert_eq!(desk.counts(), (3, 2, 3), "`hang` alone did not come to its end");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_ends_drops_its_calls() {
    let (desk, _inbox) = Desk::new();
    let (near, far) = tokio::io::duplex(64 * 1024);
    let (server, client) = tokio::join!(desk.clone().serve(far), ().serve(near));
    let (server, client) = (server.unwrap(), client.unwrap());
    begin(&client, "hang").await;
    sleep(secs(1)).await;
    server.cancel().await.unwrap();
    sleep(secs(1)).await;
    assert_eq!(desk.counts(), (1, 0, 1));
}

/// With the one line that does all.
#[derive(Clone)]
struct Asking(Desk);

impl ServerHandler for Asking {
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        call: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        ask_client(Desk::tool_router()).call(ToolCallContext::new(&self.0, request, call)).await
    }
}

#[tokio::test(start_paused = true)]
async fn with_ask_client_it_is_the_same() {
    let (desk, _inbox) = Desk::new();
    let user = User::who(Says::Nothing);
    let client = connect(Asking(desk.clone()), user.clone()).await;
    let calls =
        [begin(&client, "busy").await, begin(&client, "hang").await, begin(&client, "pay_by_elicitation").await];
    sleep(secs(1)).await;
    assert_eq!((user.questions(), *user.withdrawn.lock().unwrap()), (1, 0));
    for call in calls {
        call.cancel(None).await.unwrap();
    }
    sleep(secs(600)).await;
    assert_eq!((*user.withdrawn.lock().unwrap(), desk.counts()), (1, (2, 0, 2)));
}

#[test]
fn a_router_keeps_what_it_knows_of_its_tools() {
    let mut router = Desk::tool_router();
    router.disable_route("pay");
    let tools = router.list_all();
    let dropped = drop_cancelled(router);
    assert!(dropped.is_disabled("pay"));
    assert_eq!(dropped.list_all(), tools);
}
