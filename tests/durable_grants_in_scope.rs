//! `Grants` in scope around a durable run: what they have to do with what is recorded, and with the inbox.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::time::Duration;

use reliable::approver::Scripted;
use reliable::durable::{HaltKind, Memory, Question};
use reliable::{Decision, Fault, Grants, Scope, durable, requires_approval};

#[requires_approval(remember(to))]
#[durable]
async fn send(to: &str, body: &str) -> Result<String, Fault> {
    Ok(format!("{body}, {to}"))
}

fn always() -> Decision {
    Decision::approve().by("ana").remember()
}

/// A scope with these grants, and somebody who has so many answers.
fn scope(grants: &Grants, answers: &[Decision]) -> (Scope, Scripted) {
    let ana = Scripted::new(answers.iter().cloned());
    (Scope::current().grants(grants).approver(ana.clone()), ana)
}

/// One that nobody answers waits for the inbox.
async fn unasked(memory: &Memory, grants: &Grants, run: &str, to: &str) -> Option<Result<String, Fault>> {
    let scope = Scope::current().grants(grants);
    let outcome = tokio::time::timeout(Duration::from_secs(1), scope.run(memory.run(run, send(to, "Hi")))).await;
    outcome.ok().map(Result::unwrap)
}

#[tokio::test(start_paused = true)]
async fn an_answer_holds_outside_of_a_run_and_in_one() {
    let grants = Grants::new();
    let (outside, ana) = scope(&grants, &[always(), Decision::deny("not her").by("ana").remember(), always()]);
    outside.clone().run(send("bob", "Good morning")).await.unwrap();
    outside.clone().run(send("eve", "Good morning")).await.unwrap_err();
    for memory in [Memory::new(), Memory::new()] {
        assert_eq!(unasked(&memory, &grants, "bob", "bob").await, Some(Ok("Hi, bob".to_owned())));
        let denied = Fault::Denied { tool: "send".into(), reason: "not her".into() };
        assert_eq!(unasked(&memory, &grants, "eve", "eve").await, Some(Err(denied)));
        assert_eq!(unasked(&memory, &grants, "cy", "cy").await, None, "of whom nobody has said anything");
    }
    outside.clone().run(Memory::new().run("run", send("dan", "Hi"))).await.unwrap().unwrap();
    outside.run(send("dan", "Good night")).await.unwrap();
    assert_eq!((ana.requests().len(), grants.list().len()), (3, 3));
}

/// In the life that hears it, the answer is recorded and remembered. In later ones what is recorded is read back, whatever is
/// remembered then.
#[tokio::test(start_paused = true)]
async fn what_is_recorded_is_read_back_whatever_is_remembered() {
    let (memory, grants) = (Memory::new(), Grants::new());
    let flow = || async {
        send("bob", "Good morning").await?;
        send("bob", "Good night").await
    };
    let (first, ana) = scope(&grants, &[always()]);
    // Behind two answers and two calls: at its outcome.
    memory.crash_after(3);
    assert_eq!(first.run(memory.run("run", flow())).await.unwrap_err().kind, HaltKind::Crashed);
    assert_eq!((ana.requests().len(), grants.list().len()), (1, 1), "the second one was remembered");
    let anew = Grants::new();
    let (second, bo) = scope(&anew, &[Decision::deny("nobody asks him")]);
    assert_eq!(second.run(memory.run("run", flow())).await.unwrap().unwrap(), "Good night, bob");
    assert_eq!(bo.requests().len(), 0);
}

/// Who has revoked it, or let it expire, is not to find it again because some run has read it back.
#[tokio::test(start_paused = true)]
async fn what_is_read_back_is_not_remembered_anew() {
    for revoke in [true, false] {
        let (memory, grants) = (Memory::new(), Grants::for_at_most(Duration::from_secs(3600)));
        let (first, _) = scope(&grants, &[always()]);
        memory.crash_after(1);
        first.run(memory.run("run", send("bob", "Hi"))).await.unwrap_err();
        assert_eq!(grants.list().len(), 1);
        if revoke {
            assert_eq!(grants.revoke_all(), 1);
        } else {
            tokio::time::advance(Duration::from_secs(3600)).await;
        }
        assert!(unasked(&memory, &grants, "run", "bob").await.unwrap().is_ok(), "it was answered");
        assert_eq!(grants.list(), []);
        assert_eq!(unasked(&memory, &grants, "another", "bob").await, None, "it asks");
    }
}

/// A question of the run, to which a human has said something outside of it since.
async fn open_and_remembered_since(memory: &Memory, grants: &Grants) -> Question {
    assert_eq!(unasked(memory, grants, "run", "bob").await, None, "it asks");
    let question = memory.inbox().pending().await.unwrap().remove(0);
    let (outside, _) = scope(grants, &[always()]);
    outside.run(send("bob", "Good morning")).await.unwrap();
    question
}

/// A human who has seen the question itself goes before one who has said something once.
#[tokio::test(start_paused = true)]
async fn an_answer_to_the_question_itself_goes_before_one_that_is_remembered() {
    let (memory, grants) = (Memory::new(), Grants::new());
    let question = open_and_remembered_since(&memory, &grants).await;
    assert!(memory.inbox().answer(&question.id, Decision::deny("not this one").by("bo")).await.unwrap());
    let denied = Fault::Denied { tool: "send".into(), reason: "not this one".into() };
    assert_eq!(unasked(&memory, &grants, "run", "bob").await, Some(Err(denied)));
}

/// One that is open is answered by what is remembered since, and nobody is asked any more.
#[tokio::test(start_paused = true)]
async fn an_open_question_is_answered_by_what_is_remembered() {
    let (memory, grants) = (Memory::new(), Grants::new());
    let question = open_and_remembered_since(&memory, &grants).await;
    assert!(unasked(&memory, &grants, "run", "bob").await.unwrap().is_ok());
    assert_eq!(memory.inbox().pending().await.unwrap(), []);
    assert!(!memory.inbox().answer(&question.id, Decision::deny("too late")).await.unwrap());
    let trail = memory.trail("run").await.unwrap();
    assert_eq!((trail.len(), trail[0].question.id), (1, question.id));
    assert_eq!(trail[0].decision, Some(Decision::approve().by("ana")), "who once said it");
}
