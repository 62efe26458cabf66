//! `Elicitation`: only a yes of the client's user is a yes.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::rmcp::{Elicitation, tool_outcome};
use reliable::{Event, Fault, Recorder, Scope, requires_approval};
use rmcp::handler::server::tool::ToolCallContext;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{
    CallToolRequest, CallToolRequestParams, CallToolResponse, CallToolResult, ClientRequest, ElicitRequestParams,
    ElicitationCapability, ErrorData, FormElicitationCapability, Implementation, ProtocolVersion, RequestMetaObject,
    ServerResult, UrlElicitationCapability,
};
use rmcp::service::{PeerRequestOptions, RequestContext};
use rmcp::{
    ClientLifecycleMode, Peer, RoleServer, ServerHandler, ServiceExt, schemars, tool, tool_handler, tool_router,
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::time::Instant;

use support::{Says, User, call, connect, connect_as, params, told};

/// Each tool asks in a way of its own. What happens is told to the recorder.
#[derive(Clone, Default)]
struct Bank {
    paid: Arc<AtomicU32>,
    events: Recorder,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Refund {
    amount: u32,
    to: String,
    #[serde(default)]
    card: String,
}

#[tool_router]
impl Bank {
    #[requires_approval(by = Elicitation::new(&client), show(amount, to))]
    #[tool]
    async fn by_peer(
        &self,
        Parameters(Refund { amount, to, card: _ }): Parameters<Refund>,
        client: Peer<RoleServer>,
    ) -> Result<String, Fault> {
        Ok(self.pay(amount, &to))
    }

    #[requires_approval(by = Elicitation::during(&call), show(amount, to))]
    #[tool]
    async fn by_call(
        &self,
        Parameters(Refund { amount, to, card: _ }): Parameters<Refund>,
        call: RequestContext<RoleServer>,
    ) -> Result<String, Fault> {
        Ok(self.pay(amount, &to))
    }

    #[requires_approval(by = Elicitation::during(&call).within(Duration::from_secs(10)), show(amount))]
    #[tool]
    async fn in_a_hurry(
        &self,
        Parameters(Refund { amount, to, card: _ }): Parameters<Refund>,
        call: RequestContext<RoleServer>,
    ) -> Result<String, Fault> {
        Ok(self.pay(amount, &to))
    }

    #[requires_approval(within = "20s")]
    #[tool]
    async fn within_20_s(
        &self,
        Parameters(Refund { amount, to, card: _ }): Parameters<Refund>,
    ) -> Result<String, Fault> {
        Ok(self.pay(amount, &to))
    }

    #[requires_approval(reason = "it moves money", redact(card))]
    #[tool]
    async fn refund(
        &self,
        Parameters(Refund { amount, to, card }): Parameters<Refund>,
    ) -> Result<String, CallToolResult> {
        let digits = card.len();
        Ok(format!("{} ({digits} digits)", self.pay(amount, &to)))
    }

    fn pay(&self, amount: u32, to: &str) -> String {
        self.paid.fetch_add(1, Ordering::SeqCst);
        format!("paid ${amount} back to {to}")
    }
}

#[tool_handler]
impl ServerHandler for Bank {
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        call: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let scope = Scope::current().approver(Elicitation::during(&call)).recorder(&self.events);
        let tool = ToolCallContext::new(self, request, call);
        tool_outcome(scope.run(Self::tool_router().call(tool)).await)
    }
}

impl Bank {
    fn paid(&self) -> u32 {
        self.paid.load(Ordering::SeqCst)
    }

    /// Who decided the last question, and how: `None` for a yes.
    fn last(&self) -> (Option<String>, Option<Fault>) {
        let report = self.events.report();
        let last = report.entries().iter().rev().find_map(|entry| match &entry.event {
            Event::Approved { by, .. } => Some((by.clone(), None)),
            Event::Refused { by, fault, .. } => Some((by.clone(), Some(fault.clone()))),
            _ => None,
        });
        last.expect("a question was decided")
    }

    fn decided_by(&self) -> Option<String> {
        self.last().0
    }

    fn refusal(&self) -> Option<Fault> {
        self.last().1
    }
}

const ASKING: [&str; 3] = ["by_peer", "by_call", "refund"];

fn forty() -> Value {
    json!({ "amount": 40, "to": "ana@example.com", "card": "4000" })
}

fn denied(tool: &str, reason: &str) -> String {
    format!("`{tool}` was denied: {reason}. It did not run. Do not call it again unless the user asks you to.")
}

/// Asks in every way, and expects the same denial from each.
async fn each_denies(user: User, reason: &str, questions: usize) {
    for tool in ASKING {
        let (bank, user) = (Bank::default(), user.again());
        let client = connect(bank.clone(), user.clone()).await;
        let result = call(&client, tool, forty()).await.unwrap();
        assert_eq!(told(&result), (&*denied(tool, reason), true));
        assert_eq!((bank.paid(), user.questions()), (0, questions), "{tool}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_yes_runs_the_tool_once() {
    for tool in ASKING {
        let (bank, user) = (Bank::default(), User::who(Says::Accept(json!({ "approve": true }))));
        let client = connect(bank.clone(), user.clone()).await;
        let result = call(&client, tool, forty()).await.unwrap();
        let (text, is_error) = told(&result);
        assert!(text.starts_with("paid $40 back to ana@example.com") && !is_error, "{text}");
        assert_eq!((bank.paid(), user.questions()), (1, 1), "{tool}");
        assert_eq!(bank.decided_by().as_deref(), Some("the user of desk client"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_question_shows_the_call_and_the_form_a_box_to_tick() {
    let user = User::who(Says::Accept(json!({ "approve": true, "reason": "why not", "more": 1 })));
    let client = connect(Bank::default(), user.clone()).await;
    let refund = json!({ "amount": 40, "to": "ana\n\u{1b}[2K\u{202e}\"@example.com", "card": "4000" });
    let result = call(&client, "refund", refund).await.unwrap();
    assert!(!told(&result).1);
    let asked = user.asked.lock().unwrap();
    let [ElicitRequestParams::FormElicitationParams { message, requested_schema, .. }] = &asked[..] else {
        panic!("one form: {asked:?}")
    };
    let shown = "\
        Run `refund`?\n\
        Why you are asked: it moves money\n\
        \n\
        amount = 40\n\
        to = \"ana\\n\\u{1b}[2K\\u{202e}\\\"@example.com\"\n\
        card = <redacted>";
    assert_eq!(message, shown);
    let form = json!({
        "type": "object",
        "properties": {
            "approve": { "type": "boolean", "title": "Approve", "default": false },
            "reason": { "type": "string", "title": "Reason", "description": "If not: why not?" },
        },
        "required": ["approve"],
    });
    assert_eq!(serde_json::to_value(requested_schema).unwrap(), form);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_support_elicitation_is_not_asked() {
    let yes = || User::who(Says::Accept(json!({ "approve": true })));
    let reason = "the client can't ask its user: it has not declared that it supports elicitation";
    each_denies(yes().with(None), reason, 0).await;
    let only_urls = ElicitationCapability::new().with_url(UrlElicitationCapability::new());
    each_denies(yes().with(Some(only_urls)), reason, 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_names_forms_is_asked() {
    let forms = ElicitationCapability::new().with_form(FormElicitationCapability::new());
    let both = forms.clone().with_url(UrlElicitationCapability::new());
    for can in [forms, both] {
        let user = User::who(Says::Accept(json!({ "approve": true }))).with(Some(can));
        let client = connect(Bank::default(), user.clone()).await;
        assert!(!told(&call(&client, "by_peer", forty()).await.unwrap()).1);
        assert_eq!(user.questions(), 1);
    }
}

const TOO_NEW: &str = "from MCP 2026-07-28 on, a client can't be asked in the middle of a call: ask by `Elicitation::during`, with `reliable::rmcp::ask_client` around the router";

#[tokio::test(start_paused = true)]
async fn in_the_newest_protocol_nobody_is_asked_without_ask_client() {
    let newest = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    for tool in ASKING {
        let (bank, user) = (Bank::default(), User::who(Says::Accept(json!({ "approve": true }))));
        let client = connect_as(bank.clone(), user.clone(), newest.clone()).await;
        let result = call(&client, tool, forty()).await.unwrap();
        assert_eq!(told(&result), (&*denied(tool, TOO_NEW), true));
        assert_eq!((bank.paid(), user.questions()), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn nor_can_a_single_request_of_it() {
    for tool in ASKING {
        let (bank, user) = (Bank::default(), User::who(Says::Accept(json!({ "approve": true }))));
        let client = connect(bank.clone(), user.clone()).await;
        let of_the_newest = RequestMetaObject::with_client_context(
            ProtocolVersion::V_2026_07_28,
            Implementation::new("desk client", "1.0.0"),
            rmcp::ClientHandler::get_info(&user).capabilities,
        );
        let request = ClientRequest::CallToolRequest(CallToolRequest::new(params(tool, forty())));
        let options = PeerRequestOptions::no_options().with_meta(of_the_newest);
        let asked = client.send_request_with_option(request, options).await.unwrap();
        let ServerResult::CallToolResult(result) = asked.await_response().await.unwrap() else { panic!("a result") };
        assert_eq!(told(&result), (&*denied(tool, TOO_NEW), true));
        assert_eq!((bank.paid(), user.questions()), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn rmcp_agrees_with_itself_on_a_version_that_can_ask() {
    let client = connect(Bank::default(), User::who(Says::Decline)).await;
    assert_eq!(client.peer_info().unwrap().protocol_version, ProtocolVersion::V_2025_11_25);
}

#[tokio::test(start_paused = true)]
async fn a_no_is_told_in_the_users_words() {
    each_denies(User::who(Says::Decline), "the user declined", 1).await;
    each_denies(User::who(Says::Cancel), "the user closed the question without an answer", 1).await;
    let no = |reason: &str| User::who(Says::Accept(json!({ "approve": false, "reason": reason })));
    each_denies(no(" too much "), "too much", 1).await;
    each_denies(no("no\u{1b}[2K\n\"really\""), "no\\u{1b}[2K\\n\"really\"", 1).await;
    each_denies(no(" "), "the user said no", 1).await;
    each_denies(User::who(Says::Accept(json!({ "approve": false }))), "the user said no", 1).await;
    each_denies(User::who(Says::Accept(json!({ "approve": false, "reason": 7 }))), "the user said no", 1).await;
}

#[tokio::test(start_paused = true)]
async fn who_said_no_is_known() {
    for says in [Says::Decline, Says::Cancel, Says::Accept(json!({ "approve": false }))] {
        let bank = Bank::default();
        let client = connect(bank.clone(), User::who(says)).await;
        call(&client, "refund", forty()).await.unwrap();
        assert_eq!(bank.decided_by().as_deref(), Some("the user of desk client"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_says_neither_yes_nor_no_is_a_no() {
    let neither = "the client's answer could not be understood: its `approve` is neither true nor false";
    for approve in [json!("yes"), json!("true"), json!(1), json!(null), json!([true]), json!({ "approve": true })] {
        each_denies(User::who(Says::Accept(json!({ "approve": approve }))), neither, 1).await;
    }
    let missing = "the client's answer could not be understood: it has no `approve`";
    each_denies(User::who(Says::AcceptWithoutContent), missing, 1).await;
    for content in
        [json!({}), json!({ "ok": true, "reason": "fine" }), json!(true), json!("approve"), json!(["approve"])]
    {
        each_denies(User::who(Says::Accept(content)), missing, 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_is_a_no() {
    let reason = "the client failed to ask its user: no\\u{1b} window";
    each_denies(User::who(Says::Error("no\u{1b} window")), reason, 1).await;
}

#[tokio::test(start_paused = true)]
async fn nobody_answers() {
    for (tool, limit, told_limit) in [
        ("by_peer", 300, "in time"),
        ("by_call", 300, "in time"),
        ("refund", 300, "in time"),
        ("in_a_hurry", 10, "in time"),
        ("within_20_s", 20, "within 20s"),
    ] {
        let (bank, user) = (Bank::default(), User::who(Says::Nothing));
        let client = connect(bank.clone(), user.clone()).await;
        let asked = Instant::now();
        let result = call(&client, tool, forty()).await.unwrap();
        let expired = format!(
            "the approval of `{tool}` expired: nobody answered {told_limit}. It did not run. Tell the user that it needs an approval, and go on without it."
        );
        assert_eq!(told(&result), (&*expired, true));
        assert_eq!(asked.elapsed().as_secs(), limit, "{tool}");
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!((bank.paid(), *user.withdrawn.lock().unwrap()), (0, 1), "{tool}: the question is withdrawn");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_client_cancels_does_not_run() {
    let (bank, user) = (Bank::default(), User::who(Says::Nothing));
    let client = connect(bank.clone(), user.clone()).await;
    let cancelled = tokio::time::timeout(Duration::from_secs(60), call(&client, "refund", forty())).await;
    assert!(cancelled.is_err(), "rmcp's client cancels a call that nobody waits for");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(bank.refusal().unwrap().to_string(), "`refund` was denied: the client cancelled the call, or went away");
    assert_eq!((bank.paid(), *user.withdrawn.lock().unwrap()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_has_not_approved() {
    let gave_up = "the client cancelled the call, or went away";
    let gone = "the client went away without an answer";
    for (tool, reason) in [("by_peer", gone), ("by_call", gave_up), ("refund", gave_up)] {
        let (bank, user) = (Bank::default(), User::who(Says::Nothing));
        let mut client = connect(bank.clone(), user.clone()).await;
        let peer = client.peer().clone();
        let waiting = tokio::spawn(async move { call(&peer, tool, forty()).await });
        while user.questions() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        client.close().await.unwrap();
        assert!(waiting.await.unwrap().is_err());
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(bank.refusal().unwrap().to_string(), format!("`{tool}` was denied: {reason}"));
        assert_eq!(bank.paid(), 0);
    }
}

/// A client that is nothing but lines of JSON.
struct Raw {
    lines: tokio::io::Lines<BufReader<tokio::io::ReadHalf<DuplexStream>>>,
    to: tokio::io::WriteHalf<DuplexStream>,
}

impl Raw {
    async fn connect(bank: &Bank, buffer: usize) -> Raw {
        let (near, far) = tokio::io::duplex(buffer);
        let bank = bank.clone();
        tokio::spawn(async move { bank.serve(far).await.unwrap().waiting().await });
        let (from, to) = tokio::io::split(near);
        let mut raw = Raw { lines: BufReader::new(from).lines(), to };
        let hello = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": { "elicitation": {} },
            "clientInfo": { "name": "", "version": "1" },
        });
        raw.say(json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello })).await;
        raw.hear().await;
        raw.say(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        raw
    }

    async fn say(&mut self, message: Value) {
        self.to.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn hear(&mut self) -> Value {
        serde_json::from_str(&self.lines.next_line().await.unwrap().unwrap()).unwrap()
    }

    /// Calls the tool, and gives the number of the question that follows.
    async fn call(&mut self, id: u32, tool: &str) -> Value {
        self.begin(id, json!({ "name": tool, "arguments": forty() })).await
    }

    async fn call_with(&mut self, meta: Value, tool: &str) -> Value {
        self.begin(10, json!({ "name": tool, "arguments": forty(), "_meta": meta })).await
    }

    async fn begin(&mut self, id: u32, params: Value) -> Value {
        self.say(json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })).await;
        let question = self.hear().await;
        assert_eq!(question["method"], "elicitation/create");
        question["id"].clone()
    }

    async fn answer(&mut self, question: &Value, result: Value) {
        self.say(json!({ "jsonrpc": "2.0", "id": question, "result": result })).await;
    }
}

const YES: fn() -> Value = || json!({ "action": "accept", "content": { "approve": true } });

fn text_of(message: &Value) -> &str {
    message["result"]["content"][0]["text"].as_str().unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_is_no_answer_to_a_question_is_a_no() {
    let bank = Bank::default();
    let mut raw = Raw::connect(&bank, 64 * 1024).await;
    let nonsense = [json!({}), json!({ "action": "approve" }), json!({ "action": true }), json!({ "approve": true })];
    for (id, result) in (10..).zip(nonsense) {
        let question = raw.call(id, "refund").await;
        raw.answer(&question, result).await;
        let reason = "the client's answer could not be understood: it is not one to an elicitation";
        assert_eq!(text_of(&raw.hear().await), denied("refund", reason));
    }
    let question = raw.call(20, "refund").await;
    raw.answer(&question, YES()).await;
    assert_eq!(text_of(&raw.hear().await), "paid $40 back to ana@example.com (4 digits)");
    assert_eq!(bank.decided_by().as_deref(), Some("the client's user"), "this client has no name");
    assert_eq!(bank.paid(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_with_a_token_hears_that_it_is_alive() {
    for (tool, limit) in [("refund", 300), ("by_call", 300), ("in_a_hurry", 10_u32)] {
        let bank = Bank::default();
        let mut raw = Raw::connect(&bank, 64 * 1024).await;
        let began = Instant::now();
        let question = raw.call_with(json!({ "progressToken": "p1" }), tool).await;
        let mut heard = Vec::new();
        let last = loop {
            let message = raw.hear().await;
            if message["method"] != "notifications/progress" {
                break message;
            }
            assert_eq!(message["params"]["progressToken"], "p1");
            assert_eq!(message["params"]["message"], "the user is asked whether it may run");
            heard.push((began.elapsed().as_secs(), message["params"]["progress"].clone()));
        };
        let every_5_s: Vec<(u64, Value)> =
            (0..limit / 5).map(|time| (u64::from(time) * 5, json!(f64::from(time) * 5.0))).collect();
        assert_eq!(heard, every_5_s, "{tool}");
        assert_eq!(began.elapsed().as_secs(), u64::from(limit), "then it has expired: {last}");
        raw.answer(&question, YES()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn it_hears_no_more_when_it_is_answered() {
    let bank = Bank::default();
    let mut raw = Raw::connect(&bank, 64 * 1024).await;
    let question = raw.call_with(json!({ "progressToken": 7 }), "refund").await;
    for progress in [0.0, 5.0] {
        let heard = raw.hear().await;
        assert_eq!(heard["method"], "notifications/progress");
        assert_eq!((&heard["params"]["progressToken"], &heard["params"]["progress"]), (&json!(7), &json!(progress)));
    }
    raw.answer(&question, YES()).await;
    assert_eq!(text_of(&raw.hear().await), "paid $40 back to ana@example.com (4 digits)");
    assert!(tokio::time::timeout(Duration::from_secs(600), raw.hear()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_token_hears_nothing() {
    let bank = Bank::default();
    let mut raw = Raw::connect(&bank, 64 * 1024).await;
    raw.call(10, "refund").await;
    assert!(tokio::time::timeout(Duration::from_secs(299), raw.hear()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_late_yes_answers_nothing() {
    let bank = Bank::default();
    let mut raw = Raw::connect(&bank, 64 * 1024).await;
    let late = raw.call(10, "in_a_hurry").await;
    let (mut withdrawn, mut expired) = (raw.hear().await, raw.hear().await);
    if withdrawn.get("method").is_none() {
        (withdrawn, expired) = (expired, withdrawn);
    }
    assert_eq!(withdrawn["method"], "notifications/cancelled");
    assert_eq!(
        (&withdrawn["params"]["requestId"], &withdrawn["params"]["reason"]),
        (&late, &json!("the question is no longer open"))
    );
    assert!(text_of(&expired).starts_with("the approval of `in_a_hurry` expired"));

    let next = raw.call(11, "in_a_hurry").await;
    raw.answer(&late, YES()).await;
    raw.answer(&late, YES()).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(bank.paid(), 0, "the late yes is for a question that is no longer open");
    raw.answer(&next, json!({ "action": "decline" })).await;
    assert_eq!(text_of(&raw.hear().await), denied("in_a_hurry", "the user declined"));
    assert_eq!(bank.paid(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_yes_together_with_a_cancellation_is_none() {
    let bank = Bank::default();
    let mut raw = Raw::connect(&bank, 64 * 1024).await;
    let question = raw.call(10, "refund").await;
    let yes = json!({ "jsonrpc": "2.0", "id": question, "result": YES() });
    let cancelled = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 10 } });
    raw.to.write_all(format!("{yes}\n{cancelled}\n").as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let reason = bank.refusal().expect("a denial").to_string();
    assert_eq!(reason, "`refund` was denied: the client cancelled the call, or went away");
    assert_eq!(bank.paid(), 0);
}

#[tokio::test(start_paused = true)]
async fn each_of_two_questions_gets_its_own_answer() {
    let bank = Bank::default();
    let mut raw = Raw::connect(&bank, 64 * 1024).await;
    let first = raw.call(10, "by_call").await;
    let second = raw.call(11, "by_peer").await;
    raw.answer(&second, YES()).await;
    let approved = raw.hear().await;
    assert_eq!((approved["id"].clone(), text_of(&approved)), (json!(11), "paid $40 back to ana@example.com"));
    raw.answer(&first, json!({ "action": "decline" })).await;
    let refused = raw.hear().await;
    assert_eq!((refused["id"].clone(), text_of(&refused)), (json!(10), &*denied("by_call", "the user declined")));
    assert_eq!(bank.paid(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_no_longer_reads_does_not_keep_the_call_waiting() {
    let bank = Bank::default();
    // Too small for the question, so that sending it never ends.
    let mut raw = Raw::connect(&bank, 64).await;
    let params = json!({ "name": "in_a_hurry", "arguments": forty() });
    raw.say(json!({ "jsonrpc": "2.0", "id": 10, "method": "tools/call", "params": params })).await;
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert!(matches!(bank.refusal(), Some(Fault::Expired { .. })));
    assert_eq!(bank.paid(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_user_may_take_almost_five_minutes() {
    let bank = Bank::default();
    let mut raw = Raw::connect(&bank, 64 * 1024).await;
    let question = raw.call(10, "refund").await;
    tokio::time::sleep(Duration::from_secs(299)).await;
    raw.answer(&question, YES()).await;
    assert_eq!(text_of(&raw.hear().await), "paid $40 back to ana@example.com (4 digits)");
}
