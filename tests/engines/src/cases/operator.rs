//! Rule 9: what one does with runs from outside.

use std::time::Duration;

use reliable::durable::{Kind, Status, Written};
use reliable::{Decision, Fault, durable, requires_approval};
use tokio::time::sleep;

use crate::bench::Bench;
use crate::lab::{Case, nobody, until};
use crate::world::{Deaths, Outcome, World, act, call, point};

#[requires_approval]
#[durable]
async fn send() -> Result<String, Fault> {
    act("sent").await;
    Ok("sent".into())
}

pub async fn rule_9_the_same_id_is_the_same_run(case: &Case<'_, impl Bench>) {
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    for _ in 0..2 {
        assert!(!case.runs().submit(case.workflow(), &run, &()).await.unwrap());
    }
    let first = case.until_it_ends(&world, &run, || call("pay", "paid", 1)).await.unwrap();
    assert!(!case.runs().submit(case.workflow(), &run, &()).await.unwrap(), "one that is ended stays so");
    let second = case.until_it_ends(&world, &run, || call("pay", "paid", 1)).await.unwrap();
    assert_eq!((first.unwrap().as_str(), second.unwrap().as_str(), world.once("paid")), ("paid", "paid", true));
    let listed = case.runs().list().await.unwrap();
    assert_eq!(listed.iter().filter(|info| info.id == run).count(), 1);
}

pub async fn rule_9_an_outcome_is_waited_for(case: &Case<'_, impl Bench>) {
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let (early, later) = (case.runs(), case.runs());
    let process = async {
        sleep(Duration::from_millis(30)).await;
        case.start(&world, || call("pay", "paid", 20)).await
    };
    let (early, later, process) =
        tokio::join!(early.outcome::<Outcome<String>>(&run), later.outcome::<Outcome<String>>(&run), process);
    assert_eq!((early.unwrap().unwrap(), later.unwrap().unwrap()), ("paid".to_owned(), "paid".to_owned()));
    case.kill(process, &world, &run).await;
}

pub async fn rule_9_what_there_is_not(case: &Case<'_, impl Bench>) {
    let (runs, none) = (case.runs(), case.id("none"));
    let said = [
        runs.show(&none).await.unwrap_err(),
        runs.trail(&none).await.unwrap_err(),
        runs.cancel(&none).await.unwrap_err(),
        runs.resume(&none).await.unwrap_err(),
        runs.outcome::<u32>(&none).await.unwrap_err(),
    ];
    for error in said {
        assert!(error.message.contains(&format!("no run `{none}`")), "{error}");
    }
}

pub async fn rule_9_the_list_and_what_is_recorded(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<String> {
        let flight = call("flight", "a flight", 1).await?;
        let sent = send().await;
        point("behind it").await;
        sent.map_err(|fault| fault.to_string())?;
        Ok(flight)
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let info = case.info(&run).await;
    assert_eq!((info.workflow, info.status, info.recorded), (Some(case.workflow()), Status::Waiting, 0));
    let process = case.start(&world, flow).await;
    let question = case.question(&run).await;
    let info = case.info(&run).await;
    assert_eq!((info.status, info.recorded), (Status::Running, 1));
    assert!(case.runs().inbox().answer(&question.id, Decision::approve()).await.unwrap());
    case.runs().outcome::<Outcome<String>>(&run).await.unwrap().unwrap();
    case.kill(process, &world, &run).await;
    let info = case.info(&run).await;
    assert_eq!((info.status, info.recorded), (Status::Ended, 3));

    let recorded = case.runs().show(&run).await.unwrap();
    let places: Vec<_> = recorded.iter().map(|it| (it.order, it.place.kind, it.place.number)).collect();
    assert_eq!(places, [(1, Kind::Call, 1), (2, Kind::Question, 1), (3, Kind::Call, 1)]);
    assert_eq!(&*recorded[0].place.tool, "flight");
    assert_eq!(recorded[0].entry.arguments, "label = a flight");
    assert_eq!(recorded[0].entry.outcome, Written::Json(r#"{"Ok":"a flight"}"#.into()));
    assert!(recorded.is_sorted_by_key(|it| it.entry.at));

    let later = case.submit("later").await;
    let listed = case.runs().list().await.unwrap();
    let place = |run: &str| listed.iter().position(|info| info.id == run).unwrap();
    assert!(place(&later) < place(&run), "the latest first");
}

pub async fn rule_9_a_run_that_waits_is_cancelled(case: &Case<'_, impl Bench>) {
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    assert!(case.runs().cancel(&run).await.unwrap());
    assert!(!case.runs().cancel(&run).await.unwrap(), "once is enough");
    assert_eq!(case.info(&run).await.status, Status::Cancelled);
    let why = case.until_it_ends(&world, &run, || call("pay", "paid", 1)).await.unwrap_err();
    assert!(why.message.contains("cancelled"), "{why}");
    let other = case.dying(Deaths::None, nobody, || call("pay", "paid", 1)).await;
    assert!(other.outcome.is_ok());
    assert!(!case.runs().cancel(&other.run).await.unwrap(), "one that is ended has an outcome");
    assert_eq!(case.info(&other.run).await.status, Status::Ended);
    assert_eq!(world.times("paid"), 0, "nobody has begun the first one");
}

pub async fn rule_9_a_run_that_asks_is_cancelled(case: &Case<'_, impl Bench>) {
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let process = case.start(&world, send).await;
    let question = case.question(&run).await;
    assert!(case.runs().cancel(&run).await.unwrap());
    assert!(case.questions(&run).await.is_empty(), "its question is gone with it");
    assert!(!case.runs().inbox().answer(&question.id, Decision::approve()).await.unwrap());
    let why = case.runs().outcome::<Result<String, Fault>>(&run).await.unwrap_err();
    assert!(why.message.contains("cancelled"), "{why}");
    case.kill(process, &world, &run).await;
    case.until_it_ends(&world, &run, send).await.unwrap_err();
    assert_eq!((case.info(&run).await.status, world.times("sent")), (Status::Cancelled, 0));
}

pub async fn rule_9_a_run_that_is_at_work_is_cancelled(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<String> {
        call("first", "first", 1).await?;
        call("second", "second", 1000).await?;
        call("third", "third", 1).await
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let process = case.start(&world, flow).await;
    until(async || (case.info(&run).await.recorded == 1).then_some(())).await;
    assert!(case.runs().cancel(&run).await.unwrap());
    assert_eq!(case.info(&run).await.status, Status::Cancelled);
    // What is under way may come to its end; with its next record it stops.
    sleep(Duration::from_millis(1200)).await;
    assert_eq!(case.info(&run).await.recorded, 1, "nothing is recorded any more");
    assert_eq!(world.times("third"), 0);
    case.kill(process, &world, &run).await;
    case.until_it_ends(&world, &run, flow).await.unwrap_err();
    assert_eq!((case.info(&run).await.status, world.times("third")), (Status::Cancelled, 0));
}

pub async fn rule_9_a_run_that_is_parked_is_cancelled(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<String> {
        panic!("no such page")
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    case.until_it_ends(&world, &run, flow).await.unwrap_err();
    case.parked(&run).await;
    assert!(case.runs().cancel(&run).await.unwrap());
    assert_eq!(case.info(&run).await.status, Status::Cancelled);
    assert!(!case.runs().resume(&run).await.unwrap(), "it is not parked any more");
    let why = case.until_it_ends(&world, &run, || call("pay", "paid", 1)).await.unwrap_err();
    assert!(why.message.contains("cancelled"), "{why}");
    assert_eq!(world.times("paid"), 0);
}

pub async fn rule_9_only_what_is_parked_is_resumed(case: &Case<'_, impl Bench>) {
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    assert!(!case.runs().resume(&run).await.unwrap(), "it waits");
    let process = case.start(&world, send).await;
    let question = case.question(&run).await;
    assert!(!case.runs().resume(&run).await.unwrap(), "it is under way");
    assert!(case.runs().inbox().answer(&question.id, Decision::approve()).await.unwrap());
    case.runs().outcome::<Result<String, Fault>>(&run).await.unwrap().unwrap();
    case.kill(process, &world, &run).await;
    assert!(!case.runs().resume(&run).await.unwrap(), "it is ended");
    assert!(world.once("sent"));
}
