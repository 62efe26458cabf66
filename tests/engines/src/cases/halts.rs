//! Rule 5: trouble of the run is never an error of a tool, and a run that came into it waits for a human.

use std::collections::HashMap;
use std::future::pending;

use reliable::durable;
use reliable::durable::{HaltKind, Workflows};
use reliable::{Fault, fallback, requires_approval, retry};

use crate::bench::Bench;
use crate::lab::{Case, nobody};
use crate::world::{Deaths, Outcome, World, act, call, life};

pub async fn rule_5_a_panic_parks_the_run(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<String> {
        let flight = call("flight", "a flight", 1).await?;
        assert_ne!(life(), 1, "no such page");
        Ok(flight)
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let why = case.until_it_ends(&world, &run, flow).await.unwrap_err();
    assert!(why.message.contains("the run panicked") && why.message.contains("no such page"), "{why}");
    let halt = case.parked(&run).await;
    assert_eq!((halt.kind, halt.message), (HaltKind::Mismatch, why.message));
    let again = case.runs().outcome::<Outcome<String>>(&run).await;
    assert!(again.is_err(), "it is not begun again by itself: {again:?}");
    assert!(case.runs().resume(&run).await.unwrap());
    assert_eq!(case.until_it_ends(&world, &run, flow).await.unwrap().unwrap(), "a flight");
    assert!(world.once("a flight"));
}

pub async fn rule_5_a_call_in_a_task_of_its_own_parks_the_run(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<()> {
        let astray = async { durable::call("pay").run(async { Ok::<_, String>(()) }).await };
        let _ = reliable::spawn(astray).await;
        act("gone on").await;
        pending().await
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let why = case.until_it_ends(&world, &run, flow).await.unwrap_err();
    assert!(why.message.contains("`pay` is recorded, and was called in a task of its own"), "{why}");
    assert_eq!((case.parked(&run).await.kind, world.times("gone on")), (HaltKind::Misplaced, 0));
}

pub async fn rule_5_a_question_inside_of_a_recorded_call_parks_the_run(case: &Case<'_, impl Bench>) {
    #[requires_approval]
    async fn send() -> Result<(), Fault> {
        act("sent").await;
        Ok(())
    }
    #[durable]
    async fn outer() -> Result<(), Fault> {
        send().await
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let why = case.until_it_ends(&world, &run, outer).await.unwrap_err();
    assert!(why.message.contains("asks a human inside of a recorded call"), "{why}");
    assert_eq!((case.parked(&run).await.kind, world.times("sent")), (HaltKind::Misplaced, 0));
    assert!(case.questions(&run).await.is_empty(), "nobody is asked");
}

pub async fn rule_5_no_retry_and_no_fallback_sees_a_halt(case: &Case<'_, impl Bench>) {
    #[fallback(Ok(HashMap::new()))]
    #[durable]
    #[retry(max = 2, backoff = "none")]
    async fn strange() -> Result<HashMap<(u32, u32), u32>, String> {
        act("strange").await;
        Ok(HashMap::from([((1, 2), 3)]))
    }
    async fn flow() -> Outcome<usize> {
        let entries = strange().await?.len();
        act("gone on").await;
        Ok(entries)
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    case.until_it_ends(&world, &run, flow).await.unwrap_err();
    let halt = case.parked(&run).await;
    assert!(halt.message.contains("could not be written down"), "{halt}");
    assert_eq!((world.times("strange"), world.times("gone on")), (1, 0));
}

pub async fn rule_5_an_input_of_another_type_parks_the_run(case: &Case<'_, impl Bench>) {
    let (run, world) = (case.id(""), World::new(Deaths::None));
    assert!(case.runs().submit(case.workflow(), &run, &"a city").await.unwrap());
    let why = case.until_it_ends(&world, &run, || call("pay", "paid", 1)).await.unwrap_err();
    assert!(why.message.contains("can't be read as what its workflow takes"), "{why}");
    assert_eq!((case.parked(&run).await.kind, world.times("paid")), (HaltKind::Mismatch, 0));
    let fine = case.dying(Deaths::None, nobody, || call("pay", "paid", 1)).await;
    assert_eq!(fine.outcome.unwrap(), "paid", "no other run suffers from it");
}

/// What reads its input is the user's code, and so is what makes a flow of it.
pub async fn rule_5_a_panic_before_its_flow_parks_the_run(case: &Case<'_, impl Bench>) {
    struct City(u32);
    impl<'de> serde::Deserialize<'de> for City {
        fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
            let number = u32::deserialize(input)?;
            assert_ne!(number, 1, "no such city");
            Ok(City(number))
        }
    }
    let flow = |City(number): City| {
        assert_ne!(number, 2, "no such flow");
        async move { Ok::<_, String>(number) }
    };
    for number in 1..=3 {
        assert!(case.runs().submit(case.workflow(), case.id(number), &number).await.unwrap());
    }
    let process = case.bench().start(Workflows::new().add(case.workflow(), flow)).await;
    for (number, words) in [(1, "no such city"), (2, "no such flow")] {
        let halt = case.parked(&case.id(number)).await;
        assert_eq!(halt.kind, HaltKind::Mismatch);
        assert!(halt.message.contains(words), "{halt}");
    }
    assert_eq!(case.runs().outcome::<Outcome<u32>>(&case.id(3)).await.unwrap(), Ok(3), "no other run suffers from it");
    case.bench().kill(process).await;
}
