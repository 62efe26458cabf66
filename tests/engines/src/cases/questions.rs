//! Rule 6: questions live in the engine.

use std::collections::HashMap;
use std::time::Duration;

use reliable::approver::{QuestionId, Scripted};
use reliable::durable::{HaltKind, Question, Status, TrailEntry};
use reliable::{Approver, Decision, Fault, Request, Scope, durable, requires_approval};

use crate::bench::Bench;
use crate::lab::{Case, Human, nobody, until, yes};
use crate::world::{Deaths, World, act, call, life, note, point};

pub(super) type Outcome<T> = Result<T, Fault>;

#[requires_approval]
#[durable]
pub(super) async fn send(to: &str) -> Outcome<String> {
    let sent = format!("sent to {to}");
    act(&sent).await;
    Ok(sent)
}

#[durable]
async fn step(n: u32) -> Outcome<String> {
    let step = format!("step {n}");
    act(&step).await;
    Ok(step)
}

async fn sending() -> Outcome<String> {
    step(1).await?;
    point("before the question").await;
    let sent = send("ana").await?;
    point("behind it").await;
    step(2).await?;
    Ok(sent)
}

/// What became of the questions of this run.
async fn trail(case: &Case<'_, impl Bench>, run: &str) -> Vec<TrailEntry> {
    case.runs().trail(run).await.unwrap()
}

async fn answer(case: &Case<'_, impl Bench>, question: &Question, decision: Decision) -> bool {
    case.runs().inbox().answer(&question.id, decision).await.unwrap()
}

pub async fn rule_6_it_is_answered_while_nothing_runs(case: &Case<'_, impl Bench>) {
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let question = case.until_it_asks(&world, &run, sending).await;
    assert_eq!(question.request.to_string(), r#"send(to = "ana")"#);
    assert!(question.expires_at.is_none());
    for _ in 0..2 {
        assert_eq!(case.until_it_asks(&world, &run, sending).await, question, "another life asks no other one");
    }
    assert_eq!(case.questions(&run).await.len(), 1);
    assert!(answer(case, &question, Decision::approve().by("ana")).await);
    assert_eq!(case.questions(&run).await, []);
    assert_eq!(case.until_it_ends(&world, &run, sending).await.unwrap().unwrap(), "sent to ana");
    assert!(world.once("sent to ana") && world.once("step 1"));
    assert_eq!(trail(case, &run).await.len(), 1);
}

pub async fn rule_6_it_is_asked_once_wherever_the_process_dies(case: &Case<'_, impl Bench>) {
    let runs = std::sync::Mutex::new(Vec::new());
    case.wherever_it_dies(yes, sending, |ended| {
        assert_eq!(ended.outcome.unwrap(), "sent to ana");
        runs.lock().unwrap().push(ended.run);
    })
    .await;
    for run in runs.into_inner().unwrap() {
        let trail = trail(case, &run).await;
        assert_eq!(trail.len(), 1, "{trail:?}");
        assert!(matches!(trail[0].decision, Some(Decision::Approved { .. })), "{trail:?}");
    }
}

#[requires_approval(within = "1s")]
async fn fire() -> Outcome<()> {
    act("fired").await;
    Ok(())
}

pub async fn rule_6_its_time_is_up_while_nothing_runs(case: &Case<'_, impl Bench>) {
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let question = case.until_it_asks(&world, &run, fire).await;
    let stands = question.expires_at.unwrap().duration_since(question.asked_at).unwrap();
    assert_eq!(stands.as_millis(), 1000);
    until(async || case.questions(&run).await.is_empty().then_some(())).await;
    assert!(!answer(case, &question, Decision::approve()).await, "it comes too late");
    let outcome = case.until_it_ends(&world, &run, fire).await.unwrap();
    assert!(matches!(outcome, Err(Fault::Expired { .. })), "{outcome:?}");
    assert_eq!(world.times("fired"), 0);
}

pub async fn rule_6_its_time_is_up_while_it_is_waited_for(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<bool> {
        let fired = fire().await;
        point("behind it").await;
        step(1).await?;
        Ok(matches!(fired, Err(Fault::Expired { .. })))
    }
    case.wherever_it_dies(nobody, flow, |ended| {
        assert_eq!((ended.outcome.unwrap(), ended.world.times("fired")), (true, 0));
    })
    .await;
}

pub async fn rule_6_a_yes_to_another_one_is_none(case: &Case<'_, impl Bench>) {
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let first = case.until_it_asks(&world, &run, || send("ana")).await;
    assert!(answer(case, &first, Decision::approve()).await);
    let second = case.until_it_asks(&world, &run, || send("bo")).await;
    assert_ne!(first.id, second.id);
    assert_eq!(second.request.to_string(), r#"send(to = "bo")"#);
    let trail = trail(case, &run).await;
    assert_eq!(trail.iter().map(|asked| asked.is_void).collect::<Vec<_>>(), [true, false]);
    assert!(answer(case, &second, Decision::approve()).await);
    assert_eq!(case.until_it_ends(&world, &run, || send("bo")).await.unwrap().unwrap(), "sent to bo");
    assert_eq!((world.times("sent to ana"), world.times("sent to bo")), (0, 1));

    // One that nobody has answered is void as well: a yes to it comes too late.
    let (run, world) = (case.submit("open").await, World::new(Deaths::None));
    let first = case.until_it_asks(&world, &run, || send("ana")).await;
    let process = case.start(&world, || send("bo")).await;
    until(async || (case.question(&run).await.id != first.id).then_some(())).await;
    assert_eq!(case.questions(&run).await.len(), 1);
    assert!(!answer(case, &first, Decision::approve()).await, "nobody asks that any more");
    case.kill(process, &world, &run).await;
}

pub async fn rule_6_one_that_was_acted_on_is_another_one_now(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<String> {
        send(if life() == 2 { "bo" } else { "ana" }).await?;
        point("behind it").await;
        step(1).await
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::At(2)));
    let process = case.start(&world, flow).await;
    tokio::select! { () = world.death() => {}, () = case.human(&run, yes) => {} }
    case.kill(process, &world, &run).await;
    let why = case.until_it_ends(&world, &run, flow).await.unwrap_err();
    assert!(why.message.contains(r#"(send(to = "bo"), and not send(to = "ana"))"#), "{why}");
    assert_eq!(case.parked(&run).await.kind, HaltKind::Mismatch);
    assert!(matches!(case.info(&run).await.status, Status::Parked(_)));
    assert!(case.runs().resume(&run).await.unwrap());
    assert_eq!(case.until_it_ends(&world, &run, flow).await.unwrap().unwrap(), "step 1");
    assert_eq!((world.times("sent to ana"), world.times("sent to bo")), (1, 0));
}

pub async fn rule_6_the_first_answer_counts(case: &Case<'_, impl Bench>) {
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let question = case.until_it_asks(&world, &run, sending).await;
    let (here, there) = (case.runs().inbox(), case.runs().inbox());
    let (yes, no) = tokio::join!(
        here.answer(&question.id, Decision::approve().by("ana")),
        there.answer(&question.id, Decision::deny("too much").by("bo")),
    );
    let (yes, no) = (yes.unwrap(), no.unwrap());
    assert!(yes ^ no, "one of two counts: {yes} {no}");
    assert!(!answer(case, &question, Decision::approve()).await, "a third is too late");
    let outcome = case.until_it_ends(&world, &run, sending).await.unwrap();
    assert_eq!(outcome.is_ok(), yes, "{outcome:?}");
    assert_eq!(world.times("sent to ana"), usize::from(yes));
    assert!(!answer(case, &question, Decision::approve()).await, "and so is one when all is over");

    let unknown: QuestionId = "3f9a0c21b7de-17".parse().unwrap();
    assert!(!here.answer(&unknown, Decision::approve()).await.unwrap(), "nobody has asked that");
}

pub async fn rule_6_an_approver_is_asked_as_well(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<String> {
        let bo = Scripted::new([Decision::deny("too much").by("bo")]);
        let sent = Scope::current().approver(bo).run(send("ana")).await;
        step(1).await?;
        sent
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let outcome = case.until_it_ends(&world, &run, flow).await.unwrap();
    assert_eq!(outcome, Err(Fault::Denied { tool: "send".into(), reason: "too much".into() }));
    let trail = trail(case, &run).await;
    assert_eq!(trail.len(), 1, "its answer goes through the inbox: {trail:?}");
    assert!(trail[0].decision.is_some() && trail[0].decided_at.is_some());
    assert_eq!(world.times("sent to ana"), 0);

    // One who does not come: whoever looks into the inbox is first.
    let (run, world) = (case.submit("away").await, World::new(Deaths::None));
    let flow = || async { Scope::current().approver(Away).run(send("ana")).await };
    let question = case.until_it_asks(&world, &run, flow).await;
    assert!(answer(case, &question, Decision::approve()).await);
    assert_eq!(case.until_it_ends(&world, &run, flow).await.unwrap().unwrap(), "sent to ana");
}

/// An approver who is not there.
struct Away;

impl Approver for Away {
    async fn review(&self, _: &Request) -> Decision {
        std::future::pending().await
    }
}

pub async fn rule_6_a_correction_is_known_in_the_next_life(case: &Case<'_, impl Bench>) {
    #[requires_approval(edit(to))]
    #[durable]
    async fn mail(to: String) -> Outcome<String> {
        act(&to).await;
        Ok(to)
    }
    async fn flow() -> Outcome<String> {
        let to = mail("all".to_owned()).await?;
        point("behind it").await;
        step(1).await?;
        Ok(to)
    }
    let human: Human = |_| Some(Decision::approve().edit("to", "ana"));
    case.wherever_it_dies(human, flow, |ended| {
        assert_eq!(ended.outcome.unwrap(), "ana");
        assert_eq!(ended.world.times("all"), 0);
    })
    .await;
}

pub async fn rule_6_a_map_makes_no_other_question(case: &Case<'_, impl Bench>) {
    #[requires_approval]
    async fn pay(to: &HashMap<String, u32>) -> Outcome<u32> {
        Ok(to.values().sum())
    }
    async fn flow() -> Outcome<u32> {
        let map = ["ana", "bo", "cy", "di", "ed", "flo"].map(|name| (name.to_owned(), 1));
        let map: HashMap<_, _> = map.into();
        note(format!("{:?}", map.keys().collect::<Vec<_>>()));
        let paid = pay(&map).await?;
        point("behind it").await;
        step(1).await?;
        Ok(paid)
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let question = case.until_it_asks(&world, &run, flow).await;
    assert!(question.request.digest.is_some());
    for _ in 0..5 {
        assert_eq!(case.until_it_asks(&world, &run, flow).await.id, question.id);
    }
    assert!(world.notes().len() > 1, "the order of a map is another one in each life");
    assert!(answer(case, &question, Decision::approve()).await);
    assert_eq!(case.until_it_ends(&world, &run, flow).await.unwrap(), Ok(6));
    assert_eq!(trail(case, &run).await.len(), 1);
    case.wherever_it_dies(yes, flow, |ended| assert_eq!(ended.outcome, Ok(6))).await;
}

pub async fn rule_6_side_by_side_each_gets_its_own_answer(case: &Case<'_, impl Bench>) {
    async fn branch(to: &'static str) -> bool {
        let sent = send(to).await;
        point(&format!("behind {to}")).await;
        sent.is_ok()
    }
    async fn flow() -> Outcome<[bool; 3]> {
        let (a, b, c) = tokio::join!(branch("a"), branch("b"), branch("c"));
        step(1).await?;
        Ok([a, b, c])
    }
    let human: Human = |question| match question.request.to_string().as_str() {
        r#"send(to = "b")"# => Some(Decision::deny("not b")),
        _ => Some(Decision::approve()),
    };
    case.wherever_it_dies(human, flow, |ended| {
        assert_eq!(ended.outcome.unwrap(), [true, false, true]);
        assert_eq!(ended.world.times("sent to b"), 0);
    })
    .await;
}

pub async fn rule_6_the_trail_has_all_of_it(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<String> {
        let _ = send("ana").await;
        let _ = fire().await;
        let _ = call("later", "later", 1).await;
        send("bo").await
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let first = case.until_it_asks(&world, &run, flow).await;
    assert!(answer(case, &first, Decision::deny("not her").by("cy")).await);
    let process = case.start(&world, flow).await;
    let last =
        until(async || case.questions(&run).await.into_iter().find(|it| it.request.to_string().contains("bo"))).await;
    let trail = trail(case, &run).await;
    let asked: Vec<_> = trail.iter().map(|asked| asked.question.request.to_string()).collect();
    assert_eq!(asked, [r#"send(to = "ana")"#, "fire()", r#"send(to = "bo")"#]);
    assert_eq!(trail[0].decision, Some(Decision::deny("not her").by("cy")));
    assert_eq!(trail[1].decision, Some(Decision::Expired));
    assert_eq!((trail[2].decision.clone(), trail[2].decided_at, &trail[2].question), (None, None, &last));
    for asked in &trail[..2] {
        assert!(asked.decided_at.is_some_and(|at| at >= asked.question.asked_at) && !asked.is_void, "{asked:?}");
        assert_eq!(asked.question.run, run);
    }
    let stood = trail[1].decided_at.unwrap().duration_since(trail[1].question.asked_at).unwrap();
    assert!(stood >= Duration::from_secs(1), "it stood for {stood:?}");
    case.kill(process, &world, &run).await;
}

/// A race that another branch has won: nobody waits for the answer any more.
pub async fn rule_6_one_that_the_flow_has_dropped_is_void(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<String> {
        tokio::select! {
            biased;
            sent = send("the manager") => return sent,
            () = durable::sleep(Duration::from_millis(1500)) => {}
        }
        send("the deputy").await
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let process = case.start(&world, flow).await;
    let first = case.question(&run).await;
    let deputy = || async {
        let questions = case.questions(&run).await;
        questions.into_iter().find(|question| question.id != first.id)
    };
    let second = until(deputy).await;
    assert_eq!(case.questions(&run).await, std::slice::from_ref(&second), "the first one is not open any more");
    assert!(!answer(case, &first, Decision::approve()).await, "and no answer to it counts");
    case.kill(process, &world, &run).await;
    assert_eq!(case.until_it_asks(&world, &run, flow).await.id, second.id, "with the process it is not over");
    assert!(answer(case, &second, Decision::approve()).await);
    assert_eq!(case.until_it_ends(&world, &run, flow).await.unwrap().unwrap(), "sent to the deputy");
    assert!(trail(case, &run).await.iter().any(|entry| entry.question.id == first.id && entry.is_void));
}
