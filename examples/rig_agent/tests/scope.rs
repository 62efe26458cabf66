//! What is in force around a run is in force in its tools.

use reliable::approver::Scripted;
use reliable::{AgentLimits, Charge, Decision, Recorder, Run, Scope, Usd, requires_approval, timeout};
use rig::http_client::ReqwestClient;
use rig::providers::openai::OpenAIConfig;
use rig::rig_reqwest::reqwest;
use rig::tool::ToolExecutionError;
use rig::{Agent, AgentBuilder, rig_tool};
use rig_agent_example::model::{Call, Model};

fn agent(model: &Model) -> Agent {
    let http = ReqwestClient::from(reqwest::Client::builder().no_proxy().build().unwrap());
    let model = OpenAIConfig::new("no key").with_base_url(model.url()).connect(http).chat("scripted");
    AgentBuilder::new(model).tool(Pay).tool(Search).build()
}

async fn ask(agent: &Agent) -> String {
    agent.prompt("?").max_turns(4).run().await.unwrap().output()
}

#[timeout(ms = 5)]
async fn hang() -> Result<(), ToolExecutionError> {
    std::future::pending().await
}

#[requires_approval]
#[rig_tool(description = "Pays")]
async fn pay() -> Result<&'static str, ToolExecutionError> {
    Ok("paid")
}

#[rig_tool(description = "Searches")]
async fn search() -> Result<&'static str, ToolExecutionError> {
    // Whatever else runs gets its turn.
    let _ = hang().await;
    Run::current().charge(Charge::usd(Usd::cents(2)))?;
    Ok("found")
}

const TO_PAY: &[Call] = &[("pay", "{}")];
const TO_SEARCH_AND_PAY: &[Call] = &[("search", "{}"), ("pay", "{}")];

#[tokio::test]
async fn the_approver_and_the_recorder() {
    let model = Model::start(TO_PAY, &[]).await.unwrap();
    let agent = agent(&model);
    let recorder = Recorder::new();
    let approver = Scripted::new([Decision::deny("no"), Decision::approve()]);
    let scope = Scope::current().approver(approver).recorder(&recorder);
    let answer = scope.clone().run(ask(&agent)).await;
    assert!(answer.starts_with("I was told: `pay` was denied: no."), "{answer}");
    assert_eq!(scope.run(ask(&agent)).await, "I was told: paid");
    let report = recorder.report();
    let row = report.of("pay").unwrap();
    assert_eq!((row.refused, row.approved), (1, 1));
}

#[tokio::test]
async fn the_budget_of_a_run() {
    const TWICE: &[Call] = &[("search", "{}"), ("search", "{}")];
    let model = Model::start(TWICE, &[]).await.unwrap();
    let agent = agent(&model);
    let run = AgentLimits::new().max_usd(Usd::cents(3)).begin("assistant");
    assert_eq!(
        run.scope(ask(&agent)).await,
        "I was told: found | `assistant` is over budget: $0.02 asked with $0.02 of $0.03 spent. \
         Do not call it again: finish with what you have."
    );
    assert_eq!(run.spent_usd(), Usd::cents(2));
}

#[tokio::test]
async fn two_runs_at_once_do_not_meet_if_each_has_an_agent() {
    let model = Model::start(TO_SEARCH_AND_PAY, &[]).await.unwrap();
    let (one, other) = (agent(&model), agent(&model));
    let with = |decision| Scope::current().approver(Scripted::new([decision]));
    let (yes, no) =
        tokio::join!(with(Decision::approve()).run(ask(&one)), with(Decision::deny("not this one")).run(ask(&other)),);
    assert_eq!(yes, "I was told: found | paid");
    assert!(no.starts_with("I was told: found | `pay` was denied: not this one."), "{no}");
}
