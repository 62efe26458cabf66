//! What each block promises.

use futures_util::StreamExt;
use reliable::approver::{self, Scripted};
use reliable::{Decision, Fault, Grants, Scope, Usd};
use rewritten::approvals::{ToolCall, coder};
use rewritten::budget::{Research, researcher};
use rewritten::machine::Machine;
use rewritten::provider::{Client, ProviderError};
use rewritten::wire::{Model, Reply};

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

/// Who cools down is known by its name, for all that call the function: so a test has a name of its own.
fn client(name: &'static str, replies: impl IntoIterator<Item = Reply>) -> Client {
    Client { models: vec![Model::new(name, replies), Model::new("small", [])] }
}

fn calls(client: &Client) -> Vec<u32> {
    client.models.iter().map(Model::calls).collect()
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_cut_before_its_first_word_is_opened_again() {
    let client = client("cut", [Reply::IsCut(&[]), Reply::Says(&["It is ", "sunny"])]);
    let words: Vec<_> = client.stream("?").await.unwrap().collect().await;
    assert_eq!(words.into_iter().collect::<Result<Vec<_>, _>>().unwrap(), ["It is ", "sunny"]);
    assert_eq!(calls(&client), [2, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_is_used_up_is_not_tried_again_and_the_next_provider_answers() {
    let client = client("used up", [Reply::Fails(ProviderError::QuotaUsedUp)]);
    for _ in 0..2 {
        assert_eq!(client.complete("?").await.unwrap(), "That is all.");
    }
    assert_eq!(calls(&client), [1, 2], "the second time it is not even asked");
}

#[tokio::test(start_paused = true)]
async fn a_bad_request_is_bad_everywhere() {
    let client = client("strict", [Reply::Fails(ProviderError::BadRequest("no messages"))]);
    assert_eq!(client.stream("?").await.err().unwrap().to_string(), "400 no messages");
    assert_eq!(calls(&client), [1, 0]);
}

#[tokio::test(start_paused = true)]
async fn what_was_said_is_not_said_again() {
    let client = client("cut later", [Reply::IsCut(&["It is "])]);
    let words: Vec<_> = client.stream("?").await.unwrap().collect().await;
    assert!(matches!(words[..], [Ok("It is "), Err(ProviderError::Cut)]), "{words:?}");
    assert_eq!(calls(&client), [1, 0]);
}

#[tokio::test(start_paused = true)]
async fn an_empty_answer_counts_as_none() {
    let client = client("empty", [Reply::Says(&[]), Reply::Says(&["sunny"])]);
    assert_eq!(client.complete("?").await.unwrap(), "sunny");
    assert_eq!(calls(&client), [2, 0]);
}
