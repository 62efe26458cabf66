//! What each block promises.

use reliable::approver::{self, Scripted};
use reliable::{Decision, Fault, Grants, Scope, Usd};
use rewritten::approvals::{ToolCall, coder};
use rewritten::budget::{Research, researcher};
use rewritten::machine::Machine;

fn research(model: &'static str) -> Research {
    Research { model, topic: "tides", allowance: Usd::cents(30), pages: Vec::new(), takes: 8 }
}

#[tokio::test(start_paused = true)]
async fn a_program_that_was_allowed_is_not_asked_about_again_and_another_one_is() {
    let calls = [
        ToolCall::Run("cargo", &["check"]),
        ToolCall::Run("cargo", &["test"]),
        ToolCall::Run("rm", &["-rf", "/"]),
        ToolCall::Finish("done"),
    ];
    let ana = Scripted::new([Decision::approve().remember(), Decision::deny("no")]);
    let (machine, mut heard) = (Machine::default(), Vec::new());
    let scope = Scope::current().approver(ana).grants(&Grants::new());
    let answer = scope.run(coder(&machine, &mut calls.to_vec(), &mut heard)).await;
    assert_eq!(answer.unwrap(), "done");
    assert_eq!(machine.done(), ["ran cargo check", "ran cargo test"]);
    assert!(heard[2].contains("denied"), "{heard:?}");
}

#[tokio::test(start_paused = true)]
async fn three_denials_in_a_row_end_it() {
    let calls = ["a", "b", "c", "d"].map(|path| ToolCall::Write(path, "x"));
    let (machine, mut heard) = (Machine::default(), Vec::new());
    let ended = Scope::current().approver(approver::Deny).run(coder(&machine, &mut calls.to_vec(), &mut heard)).await;
    assert!(matches!(ended, Err(Fault::TooManyDenials { .. })), "{ended:?}");
    assert_eq!(machine.done(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_yes_goes_on_with_what_is_there_and_a_no_ends_it() {
    let mut tides = research("large");
    let ana = Scripted::new([Decision::approve(), Decision::deny("that is enough")]);
    let ended = Scope::current().approver(ana).run(researcher(&mut tides)).await;
    assert!(matches!(ended, Err(Fault::Denied { .. })), "{ended:?}");
    let after_two = tides.pages.len();
    assert!(after_two >= 4 && after_two % 2 == 0, "each yes pays for as many pages: {after_two}");

    let ana = Scripted::new([Decision::approve(), Decision::approve(), Decision::approve()]);
    let answer = Scope::current().approver(ana).run(researcher(&mut tides)).await;
    assert_eq!(answer.unwrap(), "8 pages about tides");
}

#[tokio::test(start_paused = true)]
async fn a_model_without_a_price_is_not_free() {
    let mut tides = research("brand-new");
    let ended = Scope::current().approver(Scripted::new([])).run(researcher(&mut tides)).await;
    assert!(matches!(ended, Err(Fault::Unpriced { .. })), "{ended:?}");
    assert_eq!(tides.pages, [""; 0]);
}
