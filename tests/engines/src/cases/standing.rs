//! Rule 6: which question stands when a life ends in the middle of it, and for which one an answer is.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;

use reliable::durable::HaltKind;
use reliable::{Decision, requires_approval};
use tokio::sync::Notify;

use crate::bench::Bench;
use crate::cases::questions::{Outcome, send};
use crate::lab::{Case, nobody, until, yes};
use crate::world::{Deaths, World, act, call_after, life, point};

/// Something that is recorded, and not before the test has said so.
fn told(to: &Arc<Notify>) -> impl Future<Output = Result<String, String>> + Send + use<> {
    let told = Arc::clone(to);
    call_after("hears", "has heard", async move { told.notified().await })
}

/// A flow that hears something, and by what it is told.
fn hearing<F>(flow: fn(Arc<Notify>) -> F) -> (Arc<Notify>, impl Fn() -> F + Clone) {
    let tell = Arc::new(Notify::new());
    let hears = Arc::clone(&tell);
    (tell, move || flow(Arc::clone(&hears)))
}

pub async fn rule_6_a_panic_beside_it_takes_no_answer_away(case: &Case<'_, impl Bench>) {
    async fn flow(told_to: Arc<Notify>) -> Outcome<String> {
        let (sent, ()) = tokio::join!(send("ana"), async {
            let _ = told(&told_to).await;
            assert_ne!(life(), 1, "no such page");
        });
        sent
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let (tell, flow) = hearing(flow);
    let process = case.start(&world, flow.clone()).await;
    let question = case.question(&run).await;
    tell.notify_one();
    assert!(case.parked(&run).await.message.contains("no such page"));
    case.kill(process, &world, &run).await;
    assert_eq!(case.questions(&run).await, std::slice::from_ref(&question), "it stands while the run is parked");
    assert!(case.runs().inbox().answer(&question.id, Decision::approve().by("ana")).await.unwrap());
    assert!(case.runs().resume(&run).await.unwrap());
    assert_eq!(case.until_it_ends(&world, &run, flow).await.unwrap().unwrap(), "sent to ana");
    let trail = case.runs().trail(&run).await.unwrap();
    assert_eq!(
        trail.iter().map(|asked| (asked.question.id, asked.is_void)).collect::<Vec<_>>(),
        [(question.id, false)]
    );
}

pub async fn rule_6_a_panic_that_the_flow_catches_makes_it_void(case: &Case<'_, impl Bench>) {
    async fn flow(told_to: Arc<Notify>) -> Outcome<String> {
        let mut both = Box::pin(async {
            let (sent, ()) = tokio::join!(send("the manager"), async {
                let _ = told(&told_to).await;
                panic!("no such page");
            });
            sent
        });
        let caught = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| both.as_mut().poll(cx))) {
            Ok(polled) => polled.map(Some),
            Err(_) => Poll::Ready(None),
        });
        match caught.await {
            Some(sent) => sent,
            None => send("the deputy").await,
        }
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let (tell, flow) = hearing(flow);
    let process = case.start(&world, flow.clone()).await;
    let first = case.question(&run).await;
    tell.notify_one();
    let second = until(async || case.questions(&run).await.into_iter().find(|it| it.id != first.id)).await;
    until(async || (case.questions(&run).await == std::slice::from_ref(&second)).then_some(())).await;
    assert!(!case.runs().inbox().answer(&first.id, Decision::approve()).await.unwrap(), "nobody waits for it");
    case.kill(process, &world, &run).await;
}

/// The process dies when the winner of a race is recorded, and before it is that nobody waits for the other one's answer.
pub async fn rule_6_the_loser_of_a_race_is_void_in_the_next_life(case: &Case<'_, impl Bench>) {
    async fn flow(told_to: Arc<Notify>) -> Outcome<String> {
        let told = told(&told_to);
        tokio::select! {
            biased;
            sent = send("the manager") => return sent,
            _ = told => {}
        }
        send("the deputy").await
    }
    // It does something, and then something is recorded: that is where it dies.
    let (run, world) = (case.submit("").await, World::new(Deaths::At(2)));
    let (tell, flow) = hearing(flow);
    let process = case.start(&world, flow.clone()).await;
    let first = case.question(&run).await;
    tell.notify_one();
    world.death().await;
    case.kill(process, &world, &run).await;
    assert!(world.is_finished_before(2, "has heard"));
    assert_eq!(case.questions(&run).await, std::slice::from_ref(&first), "with the process it is not over");
    let process = case.start(&world, flow).await;
    let second = until(async || case.questions(&run).await.into_iter().find(|it| it.id != first.id)).await;
    assert_eq!(case.questions(&run).await, std::slice::from_ref(&second), "nobody is told to answer the first one");
    assert!(!case.runs().inbox().answer(&first.id, Decision::approve()).await.unwrap(), "and no answer to it counts");
    case.kill(process, &world, &run).await;
}

/// It is known by the words of its arguments.
pub async fn rule_6_one_without_a_digest_is_known_by_its_words(case: &Case<'_, impl Bench>) {
    #[derive(Debug)]
    struct Whom(&'static str);
    #[requires_approval]
    async fn fire(whom: Whom) -> Outcome<()> {
        act(&format!("fired {}", whom.0)).await;
        Ok(())
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let first = case.until_it_asks(&world, &run, || fire(Whom("ana"))).await;
    assert!(first.request.digest.is_none(), "{first:?}");
    assert_eq!(case.until_it_asks(&world, &run, || fire(Whom("ana"))).await.id, first.id);
    assert!(case.runs().inbox().answer(&first.id, Decision::approve()).await.unwrap());
    let second = case.until_it_asks(&world, &run, || fire(Whom("bo"))).await;
    assert!(second.id != first.id && second.request.to_string().contains("bo"), "{second:?}");
    assert_eq!(world.times("fired bo"), 0, "the yes was to another one");
}

/// It is a part of what the human was told.
pub async fn rule_6_another_reason_makes_another_question(case: &Case<'_, impl Bench>) {
    #[requires_approval(reason = format!("it is life {}", life()))]
    async fn pay() -> Outcome<()> {
        Ok(())
    }
    async fn flow() -> Outcome<()> {
        pay().await?;
        point("behind it").await;
        Ok(())
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let first = case.until_it_asks(&world, &run, flow).await;
    assert!(case.runs().inbox().answer(&first.id, Decision::approve()).await.unwrap());
    assert_ne!(case.until_it_asks(&world, &run, flow).await.id, first.id);

    let (run, world) = (case.submit("acted-on").await, World::new(Deaths::At(1)));
    let process = case.start(&world, flow).await;
    tokio::select! { () = world.death() => {}, () = case.human(&run, yes) => {} }
    case.kill(process, &world, &run).await;
    let process = case.start(&world, flow).await;
    tokio::select! {
        halt = case.parked(&run) => {
            assert_eq!(halt.kind, HaltKind::Mismatch);
            assert!(halt.message.contains("it is life 2") && halt.message.contains("it is life 1"), "{halt}");
        }
        () = case.human(&run, nobody) => unreachable!("humans stay"),
    }
    case.kill(process, &world, &run).await;
}
