//! An agent of the crate `rig`, and every failure of its tools.
//!
//! `cargo run --manifest-path examples/rig_agent/Cargo.toml`
//!
//! The model is a part of this program: a server on 127.0.0.1, which follows a script. It needs no network and no key.

use std::process::ExitCode;

use reliable::approver::Scripted;
use reliable::{Decision, Recorder, Scope};
use rig::http_client::ReqwestClient;
use rig::providers::openai::OpenAIConfig;
use rig::rig_reqwest::reqwest;
use rig::{Agent, AgentBuilder};
use rig_agent_example::model::{self, Model, Trouble};
use rig_agent_example::patient::Patient;
use rig_agent_example::tools;

const SCRIPT: [model::Call; 7] = [
    ("forecast", r#"{"city":"Oslo"}"#),
    ("traffic", r#"{"from":"Bygdøy allé","to":"Karl Johans gate"}"#),
    ("exchange_rate", r#"{"currency":"NOK"}"#),
    ("share_price", r#"{"symbol":"EQNR"}"#),
    ("share_price", r#"{"symbol":"EQNR"}"#),
    ("share_price", r#"{"symbol":"EQNR"}"#),
    ("transfer", r#"{"to":"Ana","euros":900}"#),
];

/// Before all that, there were too many requests.
const TROUBLE: [Trouble; 1] = [Trouble { at: 0, status: 429, header: ("retry-after-ms", "20") }];

/// What the model must read in answer to each. An … stands for a time that is not always the same.
const READS: [&str; 7] = [
    "rain in Oslo",
    "`traffic` timed out after 100ms. It may have taken effect all the same: if it changes anything, look before you \
     call it again.",
    "it was 11.8 NOK yesterday; today's rate can't be had",
    "the tool failed",
    "the tool failed",
    "`share_price` was not called: its circuit breaker is open for another …. The service keeps failing: call it again \
     after that, or go on without it.",
    "`transfer` was denied: not without a receipt. It did not run. Do not call it again unless the user asks you to.",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let model = Model::start(&SCRIPT, &TROUBLE).await?;
    let agent = agent(&model.url())?;

    let recorder = Recorder::new();
    let approver = Scripted::new([Decision::deny("not without a receipt")]);
    let run = agent.prompt("Plan my day in Oslo, and pay Ana.").max_turns(10).run();
    let answer = Scope::current().approver(approver).recorder(&recorder).run(run).await?.output();

    let requests = model.requests();
    let read = requests.last().map(model::results).unwrap_or_default();
    for ((tool, arguments), read) in SCRIPT.iter().zip(&read) {
        println!("the model calls {tool} {arguments}\n    and reads: {read}");
    }
    println!("\nIt answers: {answer}\n\n{}", recorder.report());

    let good = read.len() == READS.len() && READS.iter().zip(&read).all(|(expected, read)| is_like(expected, read));
    println!(
        "{}",
        if good { "It was told what it should be told." } else { "It was NOT told what it should be told." }
    );
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn agent(url: &str) -> anyhow::Result<Agent> {
    let http = Patient(ReqwestClient::from(reqwest::Client::builder().no_proxy().build()?));
    let model = OpenAIConfig::new("no key").with_base_url(url).connect(http).chat("scripted");
    Ok(AgentBuilder::new(model)
        .preamble("You are an assistant.")
        .tool(tools::Forecast)
        .tool(tools::Traffic)
        .tool(tools::ExchangeRate)
        .tool(tools::SharePrice)
        .tool(tools::Transfer { account: "NO93 8601" })
        .build())
}

fn is_like(expected: &str, read: &str) -> bool {
    match expected.split_once('…') {
        Some((start, end)) => read.starts_with(start) && read.ends_with(end),
        None => read == expected,
    }
}
