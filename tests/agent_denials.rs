//! What a human denies in a run of an agent: after too many denials in a row it stops.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use reliable::approver::{self, Grants, Scripted};
use reliable::{AgentLimits, Approver, Decision, Event, Fault, FaultKind, Recorder, Request, Run, Scope, Step};
use reliable::{CircuitBreaker, CircuitState, agent, circuit_breaker, fallback, requires_approval, retry};

fn too_many(agent: &'static str, denials: u32) -> Fault {
    Fault::TooManyDenials { agent: agent.into(), denials }
}

fn no() -> Decision {
    Decision::deny("no")
}

fn yes() -> Decision {
    Decision::approve()
}

#[requires_approval]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

/// How each of the calls ended, in a run that stops after three denials, and whether another step may begin.
async fn calls(answers: impl IntoIterator<Item = Decision>) -> (Vec<&'static str>, Result<(), Fault>) {
    let run = AgentLimits::new().max_denials(3).begin("desk");
    let count = async {
        let mut ended = Vec::new();
        for amount in 0..6 {
            let outcome = refund(amount).await;
            ended.push(outcome.err().map_or("ran", |fault| fault.kind().name()));
        }
        ended
    };
    let calls = async { run.scope(count).await };
    let ended = Scope::current().approver(Scripted::new(answers)).run(calls).await;
    (ended, run.next_step())
}

#[tokio::test]
async fn after_so_many_in_a_row_nobody_is_asked_and_no_step_begins() {
    let (ended, next) = calls([no(), no(), no(), yes(), yes(), yes()]).await;
    assert_eq!(ended, ["denied", "denied", "denied", "too_many_denials", "too_many_denials", "too_many_denials"]);
    assert_eq!(next, Err(too_many("desk", 3)));
}

#[tokio::test]
async fn an_approval_in_between_starts_the_count_anew() {
    let (ended, next) = calls([no(), no(), yes(), no(), no(), yes()]).await;
    assert_eq!(ended, ["denied", "denied", "ran", "denied", "denied", "ran"]);
    assert_eq!(next, Ok(()));
}

#[tokio::test]
async fn a_question_that_expired_was_not_denied_and_not_approved() {
    let (ended, next) = calls([no(), Decision::Expired, Decision::Expired, no(), Decision::Expired, no()]).await;
    assert_eq!(ended, ["denied", "expired", "expired", "denied", "expired", "denied"]);
    assert_eq!(next, Err(too_many("desk", 3)));
}

#[tokio::test]
async fn without_the_limit_there_is_none() {
    let run = AgentLimits::new().begin("desk");
    let denied = async {
        for amount in 0..100 {
            assert_eq!(refund(amount).await.unwrap_err().kind(), FaultKind::Denied);
        }
    };
    run.scope(denied).await;
    assert_eq!(run.next_step(), Ok(()));
}

#[tokio::test]
async fn a_denial_without_an_approver_is_one() {
    #[agent(max_denials = 2, max_steps = 5)]
    async fn desk(steps: &mut u32) -> Result<Step<()>, Fault> {
        *steps += 1;
        assert_eq!(refund(*steps).await.unwrap_err().kind(), FaultKind::Denied);
        assert_eq!(Run::current().should_finish(), *steps == 2);
        Ok(Step::Next)
    }
    let mut steps = 0;
    assert_eq!(desk(&mut steps).await, Err(too_many("desk", 2)));
    assert_eq!(steps, 2);
}

#[tokio::test]
async fn it_is_told_rather_than_the_step_limit() {
    #[agent(max_denials = 1, max_steps = 1)]
    async fn desk() -> Result<Step<()>, Fault> {
        refund(1).await.unwrap_err();
        Ok(Step::Next)
    }
    let recorder = Recorder::new();
    let outcome = Scope::current().recorder(&recorder).run(desk()).await;
    assert_eq!(outcome, Err(too_many("desk", 1)));
    assert_eq!(outcome.unwrap_err().to_string(), "`desk` stopped after a denial");
    let stopped = Event::Stopped { agent: "desk".into(), fault: too_many("desk", 1) };
    assert_eq!(recorder.report().entries().last().unwrap().event, stopped);
}

#[tokio::test]
async fn a_call_that_is_not_asked_about_is_told_as_refused() {
    let recorder = Recorder::new();
    let run = AgentLimits::new().max_denials(1).begin("desk");
    let calls = async { run.scope(async { (refund(1).await, refund(2).await) }).await };
    let (_, unasked) = Scope::current().recorder(&recorder).run(calls).await;
    assert_eq!(unasked, Err(too_many("desk", 1)));
    let report = recorder.report();
    assert_eq!(report.of("refund").unwrap().refused, 2);
    let last = &report.entries().last().unwrap().event;
    assert!(matches!(last, Event::Refused { fault: Fault::TooManyDenials { .. }, .. }), "{last}");
}

#[tokio::test]
async fn a_yes_to_a_question_that_was_open_runs_and_changes_nothing() {
    let (approver, mut inbox) = approver::channel();
    let run = AgentLimits::new().max_denials(1).begin("desk");
    let ui = async {
        let (one, other) = (inbox.next().await.unwrap(), inbox.next().await.unwrap());
        one.answer(no());
        tokio::task::yield_now().await;
        other.answer(yes());
    };
    let calls = async { run.scope(async { tokio::join!(refund(1), refund(2)) }).await };
    let ((no, yes), ()) = tokio::join!(Scope::current().approver(approver).run(calls), ui);
    assert_eq!((no.unwrap_err().kind(), yes), (FaultKind::Denied, Ok(2)));
    assert_eq!(run.next_step(), Err(too_many("desk", 1)));
}

#[tokio::test]
async fn a_test_that_asks_hears_the_question_all_the_same() {
    let run = AgentLimits::new().max_denials(1).begin("desk");
    let calls = async {
        refund(1).await.unwrap_err();
        approver::asks(refund(2)).await
    };
    assert_eq!(run.scope(calls).await.to_string(), "refund(amount = 2)");
}

#[test]
#[should_panic(expected = "`max_denials` of an agent must be 1 or more")]
fn none_at_all_is_no_limit() {
    let none = std::hint::black_box(0);
    let _ = AgentLimits::new().max_denials(none);
}

mod the_same_call {
    use super::*;

    const AGAIN: &str = "it was denied before in this run, and is not asked again: not today";

    /// Denies what it is asked, and keeps what that was.
    #[derive(Clone, Default)]
    struct Asked(Arc<Mutex<Vec<String>>>);

    impl Approver for Asked {
        async fn review(&self, request: &Request) -> Decision {
            self.0.lock().unwrap().push(request.to_string());
            Decision::deny("not today").by("ana")
        }
    }

    impl Asked {
        async fn during<T>(&self, work: impl Future<Output = T>) -> T {
            Scope::current().approver(self.clone()).run(work).await
        }

        fn questions(&self) -> Vec<String> {
            self.0.lock().unwrap().clone()
        }
    }

    fn reason(outcome: Result<u32, Fault>) -> String {
        match outcome {
            Err(Fault::Denied { reason, .. }) => reason,
            other => panic!("not denied: {other:?}"),
        }
    }

    #[tokio::test]
    async fn is_denied_again_without_a_question_and_counts() {
        #[agent(max_denials = 3, max_steps = 9)]
        async fn desk(reasons: &mut Vec<String>) -> Result<Step<()>, Fault> {
            reasons.push(reason(refund(40).await));
            Ok(Step::Next)
        }
        let (asked, recorder, mut reasons) = (Asked::default(), Recorder::new(), Vec::new());
        let run = asked.during(async { Scope::current().recorder(&recorder).run(desk(&mut reasons)).await });
        assert_eq!(run.await, Err(too_many("desk", 3)));
        assert_eq!(
            (asked.questions(), reasons),
            (vec!["refund(amount = 40)".to_owned()], vec!["not today".to_owned(), AGAIN.to_owned(), AGAIN.to_owned()])
        );

        let trail = recorder.report().approvals();
        assert_eq!(trail.iter().map(|row| row.remembered).collect::<Vec<_>>(), [false, true, true]);
        assert_eq!(trail[1].arguments, trail[0].arguments);
        assert!(trail.iter().all(|row| row.by.as_deref() == Some("ana")), "{trail:?}");
        assert!(trail.iter().all(|row| row.run.is_some() && row.run == trail[0].run), "{trail:?}");
        assert_eq!(trail.iter().map(|row| row.step).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
    }

    #[tokio::test]
    async fn is_another_one_with_other_arguments_or_in_another_run() {
        #[agent]
        async fn desk() -> Result<Step<()>, Fault> {
            for amount in [40, 41] {
                refund(amount).await.unwrap_err();
            }
            Ok(Step::Done(()))
        }
        let asked = Asked::default();
        asked.during(desk()).await.unwrap();
        asked.during(desk()).await.unwrap();
        asked.during(async { (refund(40).await, refund(40).await) }).await.1.unwrap_err();
        assert_eq!(asked.questions().len(), 2 + 2 + 2, "outside of a run it is asked each time");
    }

    #[tokio::test]
    async fn is_told_apart_by_what_is_hidden() {
        #[requires_approval(redact(card), show(amount))]
        async fn pay(card: &str, amount: u32, note: &str) -> Result<u32, Fault> {
            Ok(amount)
        }
        #[agent]
        async fn desk() -> Result<Step<()>, Fault> {
            for (card, note) in [("4929", "a"), ("4930", "a"), ("4929", "b"), ("4929", "a"), ("4930", "a")] {
                pay(card, 1, note).await.unwrap_err();
            }
            Ok(Step::Done(()))
        }
        let asked = Asked::default();
        asked.during(desk()).await.unwrap();
        assert_eq!(asked.questions().len(), 3);
    }

    #[tokio::test]
    async fn is_asked_again_if_nobody_can_know_that_it_is_the_same() {
        #[derive(Debug)]
        struct Opaque;

        #[requires_approval]
        async fn send(what: Opaque) -> Result<u32, Fault> {
            Ok(0)
        }
        #[agent]
        async fn desk() -> Result<Step<()>, Fault> {
            send(Opaque).await.unwrap_err();
            send(Opaque).await.unwrap_err();
            Ok(Step::Done(()))
        }
        let asked = Asked::default();
        asked.during(desk()).await.unwrap();
        assert_eq!(asked.questions().len(), 2);
    }

    #[tokio::test]
    async fn is_denied_in_the_agents_around_and_beside() {
        #[agent]
        async fn outer() -> Result<Step<()>, Fault> {
            inner().await?;
            inner().await?;
            assert_eq!(reason(refund(40).await), AGAIN);
            Ok(Step::Done(()))
        }
        #[agent]
        async fn inner() -> Result<Step<()>, Fault> {
            reason(refund(40).await);
            Ok(Step::Done(()))
        }
        let asked = Asked::default();
        asked.during(outer()).await.unwrap();
        assert_eq!(asked.questions().len(), 1);
    }

    #[tokio::test]
    async fn is_asked_if_it_was_not_denied_but_expired_or_nobody_was_there() {
        #[agent]
        async fn desk() -> Result<Step<u32>, Fault> {
            assert_eq!(refund(40).await.unwrap_err().kind(), FaultKind::Denied, "there is no approver");
            let answers = Scripted::new([Decision::Expired, yes()]);
            let calls = async {
                assert_eq!(refund(40).await.unwrap_err().kind(), FaultKind::Expired);
                refund(40).await
            };
            Scope::current().approver(answers).run(calls).await.map(Step::Done)
        }
        assert_eq!(desk().await, Ok(40));
    }

    #[tokio::test]
    async fn is_denied_by_the_run_though_a_yes_to_it_is_remembered() {
        #[requires_approval(remember)]
        async fn pay(amount: u32) -> Result<u32, Fault> {
            Ok(amount)
        }
        let grants = Grants::new();
        let run = AgentLimits::new().begin("desk");
        let answer = |answer| Scope::current().grants(&grants).approver(Scripted::new([answer]));
        let denied = async { run.scope(pay(40)).await };
        assert_eq!(reason(answer(Decision::deny("not today")).run(denied).await), "not today");
        assert_eq!(answer(yes().remember()).run(pay(40)).await, Ok(40), "elsewhere");
        assert_eq!(Scope::current().grants(&grants).run(pay(40)).await, Ok(40), "it is remembered");
        let again = async { run.scope(pay(40)).await };
        assert_eq!(reason(Scope::current().grants(&grants).run(again).await), AGAIN);
    }
}

mod sub_agents {
    use super::*;

    #[tokio::test]
    async fn are_a_part_of_the_outer_run() {
        #[agent(max_denials = 3)]
        async fn outer(calls: &AtomicU32) -> Result<Step<()>, Fault> {
            inner(calls).await?;
            Ok(Step::Next)
        }
        #[agent(max_steps = 2)]
        async fn inner(calls: &AtomicU32) -> Result<Step<()>, Fault> {
            let call = calls.fetch_add(1, Ordering::Relaxed);
            let _ = refund(call).await;
            Ok(if call % 2 == 1 { Step::Done(()) } else { Step::Next })
        }
        let calls = AtomicU32::new(0);
        assert_eq!(outer(&calls).await, Err(too_many("outer", 3)));
        assert_eq!(calls.into_inner(), 3, "in its second step the inner one is stopped by the name of the outer one");
    }

    #[tokio::test]
    async fn have_a_limit_of_their_own() {
        #[agent(max_denials = 3, max_steps = 1)]
        async fn outer() -> Result<Step<bool>, Fault> {
            assert_eq!(inner().await, Err(too_many("inner", 1)));
            Ok(Step::Done(refund(2).await.is_err_and(|fault| fault.kind() == FaultKind::Denied)))
        }
        #[agent(max_denials = 1)]
        async fn inner() -> Result<Step<()>, Fault> {
            refund(1).await.unwrap_err();
            Ok(Step::Next)
        }
        assert_eq!(outer().await, Ok(true), "the outer run still asks");
    }

    #[tokio::test]
    async fn may_be_approved_something_for_the_outer_run() {
        #[agent(max_denials = 2, max_steps = 1)]
        async fn outer() -> Result<Step<()>, Fault> {
            refund(1).await.unwrap_err();
            inner().await?;
            refund(3).await.unwrap_err();
            Run::current().step();
            Ok(Step::Done(()))
        }
        #[agent]
        async fn inner() -> Result<Step<()>, Fault> {
            refund(2).await.map(|_| Step::Done(()))
        }
        let answers = Scripted::new([no(), yes(), no()]);
        assert_eq!(Scope::current().approver(answers).run(outer()).await, Ok(()));
    }
}

mod it_is_final {
    use super::*;

    /// A tool that calls one behind a gate.
    async fn in_a_stopped_run<T>(call: impl Future<Output = T>) -> T {
        let run = AgentLimits::new().max_denials(1).begin("desk");
        run.scope(async {
            refund(0).await.unwrap_err();
            call.await
        })
        .await
    }

    #[tokio::test]
    async fn and_never_retried() {
        #[retry(max = 3, backoff = "none", when = true)]
        async fn tool(calls: &AtomicU32) -> Result<u32, Fault> {
            calls.fetch_add(1, Ordering::Relaxed);
            refund(1).await
        }
        let calls = AtomicU32::new(0);
        assert_eq!(in_a_stopped_run(tool(&calls)).await, Err(too_many("desk", 1)));
        assert_eq!(calls.into_inner(), 1);
    }

    #[tokio::test]
    async fn and_no_failure_of_a_service() {
        static BREAKER: CircuitBreaker = CircuitBreaker::new().failures(1);

        #[circuit_breaker(BREAKER)]
        async fn tool() -> Result<u32, Fault> {
            refund(1).await
        }
        assert_eq!(in_a_stopped_run(tool()).await, Err(too_many("desk", 1)));
        assert_eq!(BREAKER.state(), CircuitState::Closed);
    }

    #[tokio::test]
    async fn and_answered_by_a_fallback_only_if_that_says_so() {
        #[fallback(Ok(7))]
        async fn leaves_it() -> Result<u32, Fault> {
            refund(1).await
        }
        #[fallback(Ok(7), when = true)]
        async fn answers() -> Result<u32, Fault> {
            refund(1).await
        }
        assert_eq!(in_a_stopped_run(leaves_it()).await, Err(too_many("desk", 1)));
        assert_eq!(in_a_stopped_run(answers()).await, Ok(7));
    }
}
