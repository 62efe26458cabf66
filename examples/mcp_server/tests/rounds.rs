//! `ask_client` with a client of MCP 2026-07-28: the call ends where it asks, and comes again with the answer.

mod support;

use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::rmcp::{Elicitation, FAULT_KEY, ask_client, ask_client_by};
use reliable::{Event, Fault, Grants, Recorder, Scope, fallback, requires_approval, retry};
use rmcp::handler::server::tool::ToolCallContext;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ErrorData, InputRequiredResult, InputResponses,
    ProtocolVersion, RequestStateCodec, SealOptions,
};
use rmcp::service::RequestContext;
use rmcp::{
    ClientHandler, ClientLifecycleMode, Json, Peer, RoleClient, RoleServer, ServerHandler, schemars, tool, tool_router,
};
use serde_json::{Value, json};
use tokio::time::sleep;

use support::{Client, Says, User, connect_as, params, told};

/// What happens is told to the recorder.
#[derive(Clone, Default)]
struct Bank {
    /// How often a body began.
    begun: Arc<AtomicU32>,
    events: Recorder,
    grants: Grants,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Refund {
    amount: u32,
    to: String,
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Receipt {
    text: String,
}

#[tool_router]
impl Bank {
    #[requires_approval(reason = "it moves money")]
    #[tool]
    async fn refund(&self, Parameters(Refund { amount, to }): Parameters<Refund>) -> Result<String, CallToolResult> {
        Ok(self.pay(amount, &to))
    }

    #[requires_approval]
    #[tool]
    async fn chargeback(&self, Parameters(Refund { amount, to }): Parameters<Refund>) -> Result<String, Fault> {
        Ok(self.pay(amount, &to))
    }

    #[requires_approval(within = "20s")]
    #[tool]
    async fn in_a_hurry(&self) -> Result<String, Fault> {
        Ok(self.pay(1, "ana"))
    }

    #[requires_approval(by = Elicitation::during(&call).within(Duration::from_secs(10)))]
    #[tool]
    async fn by_call(&self, call: RequestContext<RoleServer>) -> Result<String, Fault> {
        Ok(self.pay(1, "ana"))
    }

    #[fallback(Ok("paid nothing".to_owned()))]
    #[requires_approval]
    #[retry(max = 3)]
    #[tool]
    async fn with_all(&self) -> Result<String, Fault> {
        Ok(self.pay(1, "ana"))
    }

    #[tool]
    async fn both_at_once(&self) -> Result<String, Fault> {
        let (one, two) = tokio::join!(self.part(1), self.part(2));
        Ok(format!("{one:?} {two:?}"))
    }

    #[tool]
    async fn one_twice_at_once(&self) -> Result<String, Fault> {
        let (one, two) = tokio::join!(self.part(1), self.part(1));
        Ok(format!("{one:?} {two:?}"))
    }

    #[tool]
    async fn one_after_the_other(&self) -> Result<String, Fault> {
        self.part(1).await?;
        self.part(2).await
    }

    #[tool]
    async fn in_a_task(&self) -> Result<String, Fault> {
        let bank = self.clone();
        reliable::spawn(async move { bank.part(1).await }).await.unwrap()
    }

    /// Asks something else each time.
    #[tool]
    async fn changes(&self) -> Result<String, Fault> {
        static TIMES: AtomicU32 = AtomicU32::new(0);
        self.part(TIMES.fetch_add(1, Ordering::SeqCst)).await
    }

    #[requires_approval(remember(to))]
    #[tool]
    async fn remembered(&self, Parameters(Refund { amount, to }): Parameters<Refund>) -> Result<String, Fault> {
        Ok(self.pay(amount, &to))
    }

    /// What it returns can't hold a tool error.
    #[requires_approval]
    #[tool]
    async fn typed(&self) -> Result<Json<Receipt>, ErrorData> {
        Ok(Json(Receipt { text: self.pay(1, "ana") }))
    }

    /// Takes its question back at once.
    #[tool]
    async fn gives_up(&self) -> Result<String, Fault> {
        tokio::select! {
            biased;
            part = self.part(1) => part,
            () = std::future::ready(()) => {
                sleep(Duration::from_secs(1)).await;
                Ok("went on without it".to_owned())
            }
        }
    }

    #[tool]
    async fn harmless(&self) -> String {
        "nothing happened".to_owned()
    }

    #[requires_approval]
    async fn part(&self, number: u32) -> Result<String, Fault> {
        Ok(self.pay(number, "ana"))
    }

    fn pay(&self, amount: u32, to: &str) -> String {
        self.begun.fetch_add(1, Ordering::SeqCst);
        format!("paid ${amount} back to {to}")
    }
}

impl ServerHandler for Bank {
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        call: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let router = ask_client(Self::tool_router());
        let scope = Scope::current().recorder(&self.events).grants(&self.grants);
        scope.run(router.call(ToolCallContext::new(self, request, call))).await
    }
}

impl Bank {
    fn begun(&self) -> u32 {
        self.begun.load(Ordering::SeqCst)
    }

    /// The denials in the trail.
    fn refusals(&self) -> Vec<String> {
        let report = self.events.report();
        let refusals = report.entries().iter().filter_map(|entry| match &entry.event {
            Event::Refused { fault, .. } => Some(fault.to_string()),
            _ => None,
        });
        refusals.collect()
    }

    /// What happened, in short.
    fn trail(&self) -> Vec<String> {
        let report = self.events.report();
        let events = report.entries().iter().filter_map(|entry| match &entry.event {
            Event::Asked { tool, .. } => Some(format!("{tool} asked")),
            Event::Withdrawn { tool, .. } => Some(format!("{tool} withdrawn")),
            Event::Approved { tool, .. } => Some(format!("{tool} approved")),
            Event::Refused { tool, .. } => Some(format!("{tool} refused")),
            _ => None,
        });
        events.collect()
    }

    /// Who approved.
    fn approvals(&self) -> Vec<Option<String>> {
        let report = self.events.report();
        let approvals = report.entries().iter().filter_map(|entry| match &entry.event {
            Event::Approved { by, .. } => Some(by.clone()),
            _ => None,
        });
        approvals.collect()
    }
}

async fn connect<C: ClientHandler>(server: impl ServerHandler, client: C) -> Client<C> {
    connect_as(server, client, newest()).await
}

fn newest() -> ClientLifecycleMode {
    ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] }
}

fn forty() -> Value {
    json!({ "amount": 40, "to": "ana@example.com" })
}

fn yes() -> Value {
    json!({ "action": "accept", "content": { "approve": true } })
}

async fn once(client: &Peer<RoleClient>, params: CallToolRequestParams) -> CallToolResponse {
    client.call_tool_once(params).await.unwrap()
}

/// The first round: what the client is to ask, and its state.
async fn asked(client: &Peer<RoleClient>, params: &CallToolRequestParams) -> (InputRequiredResult, String) {
    let CallToolResponse::InputRequired(result) = once(client, params.clone()).await else { panic!("it asks") };
    let state = result.request_state.clone().unwrap();
    (result, state)
}

fn answered(answers: &[Value]) -> InputResponses {
    (1..).map(|number| format!("approval-{number}")).zip(answers.iter().cloned()).collect()
}

/// The second round.
async fn again(
    client: &Peer<RoleClient>,
    params: &CallToolRequestParams,
    state: &str,
    answers: &[Value],
) -> CallToolResult {
    let params = params.clone().with_request_state(state).with_input_responses(answered(answers));
    let CallToolResponse::Complete(result) = once(client, params).await else { panic!("it is done") };
    result
}

fn denied(tool: &str, reason: &str) -> String {
    format!("`{tool}` was denied: {reason}. It did not run. Do not call it again unless the user asks you to.")
}

#[tokio::test(start_paused = true)]
async fn the_first_round_asks_and_runs_nothing() {
    let bank = Bank::default();
    let client = connect(bank.clone(), User::who(Says::Nothing)).await;
    for tool in ["refund", "chargeback"] {
        let (result, _) = asked(&client, &params(tool, forty())).await;
        let why = if tool == "refund" { "Why you are asked: it moves money\n" } else { "" };
        let question = json!({ "approval-1": { "method": "elicitation/create", "params": {
            "mode": "form",
            "message": format!("Run `{tool}`?\n{why}\namount = 40\nto = \"ana@example.com\""),
            "requestedSchema": {
                "type": "object",
                "properties": {
                    "approve": { "type": "boolean", "title": "Approve", "default": false },
                    "reason": { "type": "string", "title": "Reason", "description": "If not: why not?" },
                },
                "required": ["approve"],
            },
        } } });
        assert_eq!(serde_json::to_value(&result.input_requests).unwrap(), question);
    }
    for tool in ["in_a_hurry", "by_call", "with_all", "both_at_once", "one_after_the_other"] {
        asked(&client, &params(tool, json!({}))).await;
    }
    sleep(Duration::from_secs(600)).await;
    assert_eq!((bank.begun(), bank.refusals(), bank.approvals()), (0, vec![], vec![]));
}

#[tokio::test(start_paused = true)]
async fn a_yes_runs_the_tool_once() {
    for tool in ["refund", "chargeback", "in_a_hurry", "by_call", "with_all", "in_a_task"] {
        let (bank, user) = (Bank::default(), User::who(Says::Accept(json!({ "approve": true }))));
        let client = connect(bank.clone(), user.clone()).await;
        let result = client.call_tool(params(tool, forty())).await.unwrap();
        let (text, is_error) = told(&result);
        assert!(text.starts_with("paid $") && !is_error, "{tool}: {text}");
        assert_eq!((bank.begun(), user.questions()), (1, 1), "{tool}");
        assert_eq!(bank.approvals(), [Some("the user of desk client".to_owned())]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_trail_tells_of_both_rounds() {
    let bank = Bank::default();
    let client = connect(bank.clone(), User::who(Says::Accept(json!({ "approve": true })))).await;
    client.call_tool(params("refund", forty())).await.unwrap();
    assert_eq!(bank.trail(), ["refund asked", "refund withdrawn", "refund asked", "refund approved"]);
}

#[tokio::test(start_paused = true)]
async fn all_else_is_a_no() {
    let no = |reason: &str| Says::Accept(json!({ "approve": false, "reason": reason }));
    for (says, reason) in [
        (no(" too much "), "too much"),
        (no(""), "the user said no"),
        (Says::Decline, "the user declined"),
        (Says::Cancel, "the user closed the question without an answer"),
        (Says::AcceptWithoutContent, "the client's answer could not be understood: it has no `approve`"),
        (
            Says::Accept(json!({ "approve": "yes" })),
            "the client's answer could not be understood: its `approve` is neither true nor false",
        ),
    ] {
        let (bank, user) = (Bank::default(), User::who(says));
        let client = connect(bank.clone(), user.clone()).await;
        let result = client.call_tool(params("refund", forty())).await.unwrap();
        assert_eq!(told(&result), (&*denied("refund", reason), true));
        assert_eq!((bank.begun(), user.questions()), (0, 1));
        assert_eq!(bank.refusals(), [format!("`refund` was denied: {reason}")]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_model_reads_the_no_whatever_the_tool_returns() {
    let client = connect(Bank::default(), User::who(Says::Decline)).await;
    let result = client.call_tool(params("typed", json!({}))).await.unwrap();
    assert_eq!(told(&result), (&*denied("typed", "the user declined"), true));
    assert_eq!(result.meta.unwrap().get(FAULT_KEY).unwrap(), "denied");
}

#[tokio::test(start_paused = true)]
async fn an_answer_can_be_remembered_where_the_attribute_says_so() {
    for mode in [ClientLifecycleMode::Initialize, newest()] {
        for (approve, remember, questions) in
            [(true, json!(true), 1), (false, json!(true), 1), (true, json!(false), 2), (true, json!("true"), 2)]
        {
            let bank = Bank::default();
            let user = User::who(Says::Accept(json!({ "approve": approve, "remember": remember })));
            let client = connect_as(bank.clone(), user.clone(), mode.clone()).await;
            for amount in [40, 41] {
                let refund = json!({ "amount": amount, "to": "ana@example.com" });
                let result = client.call_tool(params("remembered", refund)).await.unwrap();
                assert_eq!(told(&result).1, !approve);
            }
            assert_eq!(user.questions(), questions, "{approve} {remember}");
            let asked = serde_json::to_value(&user.asked.lock().unwrap()[0]).unwrap();
            let remember = json!({
                "type": "boolean",
                "title": "Remember the answer",
                "description": "For every call with the same `to`",
                "default": false,
            });
            assert_eq!(asked["requestedSchema"]["properties"]["remember"], remember);
            // Where the attribute says nothing, it is asked again.
            for _ in 0..2 {
                client.call_tool(params("refund", forty())).await.unwrap();
            }
            assert_eq!(user.questions(), questions + 2);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_can_not_ask_is_not_asked() {
    let bank = Bank::default();
    let client = connect(bank.clone(), User::who(Says::Decline).with(None)).await;
    let result = client.call_tool(params("refund", forty())).await.unwrap();
    let reason = "the client can't ask its user: it has not declared that it supports elicitation";
    assert_eq!(told(&result), (&*denied("refund", reason), true));
    assert_eq!((bank.begun(), bank.refusals().len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn an_answer_counts_once() {
    let spent = denied("refund", "the answer that came with the call was used before, and counts once");
    for first in [yes(), json!({ "action": "decline" })] {
        let bank = Bank::default();
        let client = connect(bank.clone(), User::who(Says::Nothing)).await;
        let call = params("refund", forty());
        let (_, state) = asked(&client, &call).await;
        again(&client, &call, &state, slice::from_ref(&first)).await;
        let begun = bank.begun();
        for _ in 0..3 {
            assert_eq!(told(&again(&client, &call, &state, &[yes()]).await), (&*spent, true));
        }
        assert_eq!((bank.begun(), begun), (u32::from(first == yes()), begun));
        assert!(bank.refusals().last().unwrap().ends_with("was used before, and counts once"));
    }
}

#[tokio::test(start_paused = true)]
async fn of_many_at_once_one_runs() {
    let bank = Bank::default();
    let client = connect(bank.clone(), User::who(Says::Nothing)).await;
    let call = params("refund", forty());
    let (_, state) = asked(&client, &call).await;
    let answers = [yes()];
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (client, call, state, answers) = (client.peer().clone(), call.clone(), state.clone(), answers.clone());
        calls.spawn(async move { again(&client, &call, &state, &answers).await.is_error == Some(true) });
    }
    let errors = calls.join_all().await.into_iter().filter(|&is_error| is_error).count();
    assert_eq!((errors, bank.begun(), bank.approvals().len()), (7, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_forged_state_is_a_denial() {
    let bank = Bank::default();
    let client = connect(bank.clone(), User::who(Says::Nothing)).await;
    let call = params("refund", forty());
    let (_, state) = asked(&client, &call).await;
    let codec = RequestStateCodec::try_new([7; 32]).unwrap();
    let body = state.split('.').nth(1).unwrap();
    let resealed = codec.seal_with(body.as_bytes(), &SealOptions::new().associated_data(b"reliable/approval/state"));
    let (first, last) = state.split_at(state.len() - 2);
    let changed = format!("{first}{}", if last == "AA" { "BA" } else { "AA" });
    let forged =
        ["", "forged", "rs1..", "rs1.e30.e30", &changed, &resealed, &format!("{state}x"), &state.to_lowercase()];
    for (number, state) in (1..).zip(forged) {
        let reason = "the state that came with the call was not made by this server, was changed, or is from before it was restarted";
        assert_eq!(told(&again(&client, &call, state, &[yes()]).await), (&*denied("refund", reason), true), "{state}");
        assert_eq!((bank.begun(), bank.refusals().len()), (0, number));
    }
    assert!(!told(&again(&client, &call, &state, &[yes()]).await).1, "the true one still counts");
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_for_one_call() {
    let bank = Bank::default();
    let client = connect(bank.clone(), User::who(Says::Nothing)).await;
    let call = params("refund", forty());
    let (_, state) = asked(&client, &call).await;
    let others = [
        ("refund", json!({ "amount": 41, "to": "ana@example.com" })),
        ("refund", json!({ "amount": 40, "to": "bob@example.com" })),
        ("refund", json!({ "amount": 40, "to": "ana@example.com", "and": "more" })),
        ("chargeback", forty()),
    ];
    for (tool, arguments) in others {
        let reason = "the call is not the one that the user was asked about: its tool or its arguments are others";
        let result = again(&client, &params(tool, arguments), &state, &[yes()]).await;
        assert_eq!(told(&result), (&*denied(tool, reason), true));
    }
    assert_eq!((bank.begun(), bank.refusals().len()), (0, 4));
    let in_another_order = params("refund", json!({ "to": "ana@example.com", "amount": 40 }));
    assert!(!told(&again(&client, &in_another_order, &state, &[yes()]).await).1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_for_one_question() {
    let bank = Bank::default();
    let client = connect(bank.clone(), User::who(Says::Nothing)).await;
    let call = params("changes", json!({}));
    let (_, state) = asked(&client, &call).await;
    let result = again(&client, &call, &state, &[yes()]).await;
    assert_eq!(told(&result), (&*denied("part", "what would run now is not what the user was asked about"), true));
    assert_eq!(bank.begun(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_has_expired() {
    for (tool, limit, told_limit) in
        [("refund", 300, "in time"), ("in_a_hurry", 20, "within 20s"), ("by_call", 10, "in time")]
    {
        let bank = Bank::default();
        let client = connect(bank.clone(), User::who(Says::Nothing)).await;
        let call = params(tool, forty());
        let (_, in_time) = asked(&client, &call).await;
        let (_, late) = asked(&client, &call).await;
        sleep(Duration::from_millis(limit * 1000 - 500)).await;
        assert!(!told(&again(&client, &call, &in_time, &[yes()]).await).1, "{tool}");
        sleep(Duration::from_secs(1)).await;
        let expired = format!(
            "the approval of `{tool}` expired: nobody answered {told_limit}. It did not run. Tell the user that it needs an approval, and go on without it."
        );
        assert_eq!(told(&again(&client, &call, &late, &[yes()]).await), (&*expired, true));
        assert_eq!((bank.begun(), bank.refusals().len()), (1, 1));
        let spent = told(&again(&client, &call, &in_time, &[yes()]).await).1;
        assert!(spent && bank.begun() == 1, "one that was used is used, also when its time is over");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_answer_is_a_no() {
    let bank = Bank::default();
    let client = connect(bank.clone(), User::who(Says::Nothing)).await;
    let call = params("refund", forty());
    let not_understood = "the client's answer could not be understood: it is not one to an elicitation";
    for (answers, reason) in [
        (vec![], "the call came again without an answer of the user"),
        (vec![json!({})], not_understood),
        (vec![json!(true)], not_understood),
        (vec![json!({ "action": "approve" })], not_understood),
        (vec![json!({ "approve": true })], not_understood),
    ] {
        let (_, state) = asked(&client, &call).await;
        let result = again(&client, &call, &state, &answers).await;
        assert_eq!(told(&result), (&*denied("refund", reason), true));
    }
    // Without a state an answer is none at all.
    let unasked = call.clone().with_input_responses(answered(&[yes()]));
    assert!(matches!(once(&client, unasked).await, CallToolResponse::InputRequired(_)));
    assert_eq!(bank.begun(), 0);
}

#[tokio::test(start_paused = true)]
async fn questions_that_are_asked_at_once_are_answered_at_once() {
    let no = json!({ "action": "decline" });
    let bank = Bank::default();
    let client = connect(bank.clone(), User::who(Says::Nothing)).await;
    for (tool, answers, text, begun) in [
        ("both_at_once", [yes(), yes()], r#"Ok("paid $1 back to ana") Ok("paid $2 back to ana")"#, 2),
        (
            "both_at_once",
            [no.clone(), yes()],
            r#"Err(Denied { tool: "part", reason: "the user declined" }) Ok("paid $2 back to ana")"#,
            3,
        ),
        ("one_twice_at_once", [yes(), yes()], r#"Ok("paid $1 back to ana") Ok("paid $1 back to ana")"#, 5),
    ] {
        let call = params(tool, json!({}));
        let (result, state) = asked(&client, &call).await;
        assert_eq!(result.input_requests.unwrap().len(), 2);
        let result = again(&client, &call, &state, &answers).await;
        assert_eq!((told(&result), bank.begun()), ((text, false), begun));
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_after_an_answer_is_denied() {
    let bank = Bank::default();
    let client = connect(bank.clone(), User::who(Says::Accept(json!({ "approve": true })))).await;
    let result = client.call_tool(params("one_after_the_other", json!({}))).await.unwrap();
    let reason = "it asks once more after an answer was used: from MCP 2026-07-28 on, all questions of a call are asked before any of it runs";
    assert_eq!(told(&result), (&*denied("part", reason), true));
    assert_eq!(bank.begun(), 1, "the first part has run, and does not run again");
}

#[tokio::test(start_paused = true)]
async fn who_asks_from_another_task_is_not_left_waiting() {
    let bank = Bank::default();
    let client = connect(bank.clone(), User::who(Says::Nothing)).await;
    let call = params("in_a_task", json!({}));
    asked(&client, &call).await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(bank.refusals(), ["`part` was denied: its call has ended, and nobody is asked any more"]);
    assert_eq!(bank.begun(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_was_taken_back_is_not_asked() {
    let bank = Bank::default();
    let client = connect(bank.clone(), User::who(Says::Nothing)).await;
    let CallToolResponse::Complete(result) = once(&client, params("gives_up", json!({}))).await else {
        panic!("asked")
    };
    assert_eq!(told(&result), ("went on without it", false));
    assert_eq!(bank.trail(), ["part asked", "part withdrawn"]);
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_asks_nothing_needs_no_state() {
    let client = connect(Bank::default(), ()).await;
    let call = params("harmless", json!({}));
    let result = client.call_tool(call.clone()).await.unwrap();
    assert_eq!(told(&result), ("nothing happened", false));
    let result = again(&client, &call, "of another server", &[yes()]).await;
    assert_eq!(told(&result), ("nothing happened", false));
}

/// Knows its users by the name of their client, or by their header.
#[derive(Clone)]
struct Known(Bank, Option<&'static str>);

impl ServerHandler for Known {
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        mut call: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let router = match self.1 {
            Some(header) => {
                let (parts, ()) =
                    http::Request::builder().header("authorization", header).body(()).unwrap().into_parts();
                call.extensions.insert(parts);
                ask_client(Bank::tool_router())
            }
            None => ask_client_by(Bank::tool_router(), |call| {
                Elicitation::during(call).principal(call.client_info().unwrap().name)
            }),
        };
        Scope::current().recorder(&self.0.events).run(router.call(ToolCallContext::new(&self.0, request, call))).await
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_of_the_principal_who_was_asked() {
    let bank = Bank::default();
    let named = |name: &'static str| connect(Known(bank.clone(), None), User::who(Says::Nothing).named(name));
    let with_header = |it: &'static str| connect(Known(bank.clone(), Some(it)), User::who(Says::Nothing));
    let call = params("refund", forty());
    let mut begun = 0;
    for [ana, ana_again, bob] in [
        [named("ana").await, named("ana").await, named("bob").await],
        [with_header("Bearer ana").await, with_header("Bearer ana").await, with_header("Bearer bob").await],
    ] {
        let (_, state) = asked(&ana, &call).await;
        let reason = "the state that came with the call was made for another principal";
        let result = again(&bob, &call, &state, &[yes()]).await;
        assert_eq!((told(&result), bank.begun()), ((&*denied("refund", reason), true), begun));
        assert_eq!(bank.refusals().last().unwrap(), &format!("`refund` was denied: {reason}"));
        assert!(!told(&again(&ana_again, &call, &state, &[yes()]).await).1, "it was not spent by that");
        begun += 1;
        assert_eq!(bank.begun(), begun);
    }
}

#[tokio::test(start_paused = true)]
async fn the_state_tells_the_client_nothing_that_it_does_not_know() {
    let client = connect(Known(Bank::default(), Some("Bearer 5ecret")), User::who(Says::Nothing)).await;
    let (_, state) = asked(&client, &params("refund", forty())).await;
    // Any codec reads what is not encrypted.
    let body = base64_text(state.split('.').nth(1).unwrap());
    assert!(body.contains("principal") && !body.contains("5ecret") && !body.contains("ana@"), "{body}");
}

/// Enough of base64 to look into a state.
fn base64_text(text: &str) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: Vec<usize> = text.chars().map(|it| alphabet.find(it).unwrap()).collect();
    let bytes = bits.chunks(4).flat_map(|four| {
        let joined = four.iter().fold(0, |joined, six| joined << 6 | six) << (6 * (4 - four.len()));
        [joined >> 16, joined >> 8, joined].map(|byte| u8::try_from(byte & 255).unwrap())
    });
    String::from_utf8_lossy(&bytes.collect::<Vec<_>>()).into_owned()
}
