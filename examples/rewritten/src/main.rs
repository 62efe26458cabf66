//! The blocks at work: offline, and at once, since the clock is paused.

use futures_util::StreamExt;
use reliable::approver::Scripted;
use reliable::{Decision, Fault, Grants, Recorder, Scope, Usd};
use rewritten::approvals::{ToolCall, coder};
use rewritten::budget::{Research, researcher};
use rewritten::machine::Machine;
use rewritten::provider::{Client, ProviderError};
use rewritten::wire::{Model, Reply};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    a_provider().await;
    a_tool_loop().await;
    a_budget().await;
}

async fn a_provider() {
    println!("A model provider with retries, failover and streams\n");
    let client = Client {
        models: vec![
            Model::new("large", [Reply::Fails(ProviderError::QuotaUsedUp)]),
            Model::new("small", [Reply::Hangs, Reply::Stalls(&["It is ", "sunny "])]),
            Model::new("local", []),
        ],
    };
    let recorder = Recorder::new();
    Scope::current().recorder(&recorder).run(read(&client)).await;
    println!("\n{}", recorder.report());
}

async fn read(client: &Client) {
    match client.stream("How is the weather?").await {
        Ok(mut words) => {
            while let Some(word) = words.next().await {
                println!("  the reader gets: {word:?}");
            }
        }
        Err(error) => println!("  nobody answers: {error}"),
    }
}

async fn a_tool_loop() {
    println!("A tool loop in which a human is asked once\n");
    let mut calls = vec![
        ToolCall::Read("src/main.rs"),
        ToolCall::Run("cargo", &["check"]),
        ToolCall::Write("src/main.rs", "fn main() {}"),
        ToolCall::Run("cargo", &["test"]),
        ToolCall::Run("rm", &["-rf", "target"]),
        ToolCall::Finish("done"),
    ];
    let ana = Scripted::new([
        Decision::approve().remember().by("ana"),
        Decision::approve().by("ana"),
        Decision::deny("use `cargo clean`").by("ana"),
    ]);
    let (machine, mut heard, recorder) = (Machine::default(), Vec::new(), Recorder::new());
    let scope = Scope::current().approver(ana).grants(&Grants::new()).recorder(&recorder);
    let answer = scope.run(coder(&machine, &mut calls, &mut heard)).await;
    for line in &heard {
        println!("  the model reads: {line}");
    }
    println!("  {answer:?}\n\n{}", recorder.report());
}

async fn a_budget() {
    println!("A budget that asks when it is used up\n");
    let ana = Scripted::new([Decision::approve().by("ana"), Decision::deny("that is enough").by("ana")]);
    let mut research =
        Research { model: "large", topic: "tides", allowance: Usd::cents(30), pages: Vec::new(), takes: 8 };
    let answer: Result<String, Fault> = Scope::current().approver(ana).run(researcher(&mut research)).await;
    println!("  {} pages, two times {}; and then: {}", research.pages.len(), research.allowance, said(answer));
}

fn said(answer: Result<String, Fault>) -> String {
    answer.unwrap_or_else(|fault| fault.to_string())
}
