//! The blocks at work: offline, and at once, since the clock is paused.

use reliable::approver::Scripted;
use reliable::{Decision, Fault, Grants, Recorder, Scope, Usd};
use rewritten::approvals::{ToolCall, coder};
use rewritten::budget::{Research, researcher};
use rewritten::machine::Machine;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    a_tool_loop().await;
    a_budget().await;
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
