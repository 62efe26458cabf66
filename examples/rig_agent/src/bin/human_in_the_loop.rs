//! An agent of the crate `rig`, and a human who approves, corrects, denies, and ends it.
//!
//! `cargo run --manifest-path examples/rig_agent/Cargo.toml --bin human_in_the_loop`
//!
//! rig's own way is a hook that decides before each call; here each tool says itself that it asks, whoever calls it.
//!
//! | the human | rig's hook | here |
//! |---|---|---|
//! | approves | goes on | `Decision::approve()` |
//! | denies, with a reason that the model reads | skips the call | `Decision::deny(reason)` |
//! | corrects the call | rewrites the arguments | `Decision::approve().edit("body", text)`, of what `edit(…)` allows |
//! | ends the run | terminates it | the run is dropped: its open question is withdrawn, and a late yes counts for nothing |
//!
//! Who should end it after so many noes in a row, without being asked again, sets `max_denials` of an agent.
//!
//! The human follows a script, as the model does. A real one sits at `approver::Terminal`, or behind the same inbox.

use reliable::{Recorder, Scope, approver};
use rig::http_client::ReqwestClient;
use rig::providers::openai::OpenAIConfig;
use rig::rig_reqwest::reqwest;
use rig::{Agent, AgentBuilder};
use rig_agent_example::human::{DeleteFile, Does, SendEmail, happened, human};
use rig_agent_example::model::{self, Model};

const SCRIPT: [model::Call; 4] = [
    ("send_email", r#"{"to":"alice@example.com","subject":"Budget","body":"The review is at 3pm."}"#),
    ("send_email", r#"{"to":"bob@example.com","subject":"Budget","body":"be there or else"}"#),
    ("delete_file", r#"{"path":"/tmp/old_report.csv"}"#),
    ("delete_file", r#"{"path":"/"}"#),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let model = Model::start(&SCRIPT, &[]).await?;
    let agent = agent(&model.url())?;
    let acts = vec![
        Does::Approves,
        Does::Edits { argument: "body", to: "The review is at 3pm. See you there." },
        Does::Denies { because: "the auditors still need it" },
        Does::Aborts,
    ];

    let recorder = Recorder::new();
    let (asked, inbox) = approver::channel();
    let scope = Scope::current().approver(asked).recorder(&recorder);
    let run = scope.run(agent.prompt("Remind everybody of the budget review, and clean up.").max_turns(10).run());
    let outcome = tokio::select! {
        answer = run => answer?.output(),
        ended = human(inbox, acts) => format!("the run was {ended}"),
    };

    for read in model.requests().last().map(model::results).unwrap_or_default() {
        println!("the model read: {read}");
    }
    println!("{outcome}\n");
    for done in happened() {
        println!("done: {done}");
    }
    println!();
    for row in recorder.report().approvals() {
        println!("trail: {row}");
    }
    Ok(())
}

fn agent(url: &str) -> anyhow::Result<Agent> {
    let http = ReqwestClient::from(reqwest::Client::builder().no_proxy().build()?);
    let model = OpenAIConfig::new("no key").with_base_url(url).connect(http).chat("scripted");
    Ok(AgentBuilder::new(model).preamble("You are an assistant.").tool(SendEmail).tool(DeleteFile).build())
}
