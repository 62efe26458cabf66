//! Several processes, and many runs of one.

use std::future::Future;
use std::time::Duration;

use reliable::durable;
use reliable::durable::{Status, Workflows};
use reliable::{Decision, Fault, requires_approval};

use crate::bench::Bench;
use crate::lab::{Case, until};
use crate::world::{Deaths, Outcome, World, act, call, note, point};

/// A run which does this, submitted with its number.
async fn numbered(n: u32) -> Outcome<u32> {
    call("first", format!("first of {n}."), 5).await?;
    call("second", format!("second of {n}."), 5).await?;
    Ok(n)
}

impl<B: Bench> Case<'_, B> {
    /// So many runs, each with its number.
    async fn submit_numbered(&self, runs: u32) {
        for n in 0..runs {
            assert!(self.runs().submit(self.workflow(), self.id(n), &n).await.unwrap());
        }
    }

    async fn outcomes(&self, runs: u32) {
        for n in 0..runs {
            assert_eq!(self.runs().outcome::<Outcome<u32>>(&self.id(n)).await.unwrap(), Ok(n));
        }
    }

    /// A process for numbered runs, in a life which others may share.
    async fn work<F>(&self, world: &World, flow: fn(u32) -> F, with: fn(Workflows) -> Workflows) -> B::Process
    where
        F: Future<Output = Outcome<u32>> + Send + 'static,
    {
        let workflows = Workflows::new().add(self.workflow(), {
            let world = world.clone();
            move |n: u32| world.living(flow(n))
        });
        self.bench().start(with(workflows)).await
    }
}

pub async fn rule_5_two_of_them_never_drive_one_run(case: &Case<'_, impl Bench>) {
    let world = World::new(Deaths::None);
    world.begin_life();
    let processes = [case.work(&world, numbered, |it| it).await, case.work(&world, numbered, |it| it).await];
    case.submit_numbered(30).await;
    case.outcomes(30).await;
    for n in 0..30 {
        assert!(world.once(&format!("first of {n}.")) && world.once(&format!("second of {n}.")), "run {n}");
    }
    for process in processes {
        case.bench().kill(process).await;
    }
}

pub async fn rule_5_one_goes_on_with_what_another_has_left(case: &Case<'_, impl Bench>) {
    #[requires_approval]
    #[durable]
    async fn send(n: u32) -> Result<String, Fault> {
        let sent = format!("sent {n}");
        act(&sent).await;
        Ok(sent)
    }
    async fn flow(n: u32) -> Outcome<u32> {
        call("first", format!("first of {n}."), 1).await?;
        send(n).await.map_err(|fault| fault.to_string())?;
        Ok(n)
    }
    let world = World::new(Deaths::None);
    world.begin_life();
    case.submit_numbered(3).await;
    let first = case.work(&world, flow, |it| it).await;
    for n in 0..3 {
        case.question(&case.id(n)).await;
    }
    let second = case.work(&world, flow, |it| it).await;
    case.bench().kill(first).await;
    for n in 0..3 {
        let question = case.question(&case.id(n)).await;
        assert!(case.runs().inbox().answer(&question.id, Decision::approve()).await.unwrap());
    }
    case.outcomes(3).await;
    for n in 0..3 {
        assert!(world.once(&format!("first of {n}.")) && world.once(&format!("sent {n}")), "run {n}");
    }
    case.bench().kill(second).await;
}

pub async fn rule_9_they_are_at_so_many_runs_at_once(case: &Case<'_, impl Bench>) {
    async fn slow(n: u32) -> Outcome<u32> {
        note("begun");
        durable::sleep(Duration::from_millis(200)).await;
        note(format!("{n} is over"));
        Ok(n)
    }
    let world = World::new(Deaths::None);
    world.begin_life();
    case.submit_numbered(12).await;
    let process = case.work(&world, slow, |it| it.at_once(4)).await;
    case.outcomes(12).await;
    let mut at_once = 0_i32;
    for note in world.notes_of(1) {
        at_once += if note == "begun" { 1 } else { -1 };
        assert!(at_once <= 4, "{:?}", world.notes_of(1));
    }
    case.bench().kill(process).await;
}

pub async fn rule_9_one_that_is_cancelled_makes_room(case: &Case<'_, impl Bench>) {
    #[requires_approval]
    async fn allowed() -> Result<(), Fault> {
        Ok(())
    }
    async fn flow(n: u32) -> Outcome<u32> {
        if n == 0 {
            allowed().await.map_err(|fault| fault.to_string())?;
        }
        Ok(n)
    }
    let world = World::new(Deaths::None);
    world.begin_life();
    case.submit_numbered(2).await;
    let process = case.work(&world, flow, |it| it.at_once(1)).await;
    case.question(&case.id(0)).await;
    assert!(case.runs().cancel(&case.id(0)).await.unwrap());
    assert_eq!(case.runs().outcome::<Outcome<u32>>(&case.id(1)).await.unwrap(), Ok(1), "the next one begins");
    case.bench().kill(process).await;
}

pub async fn rule_9_one_that_is_cancelled_while_it_sleeps_makes_room(case: &Case<'_, impl Bench>) {
    async fn flow(n: u32) -> Outcome<u32> {
        call("first", format!("first of {n}."), 1).await?;
        if n == 0 {
            durable::sleep(Duration::from_secs(3600)).await;
        }
        Ok(n)
    }
    let world = World::new(Deaths::None);
    world.begin_life();
    case.submit_numbered(2).await;
    let process = case.work(&world, flow, |it| it.at_once(1)).await;
    until(async || (case.info(&case.id(0)).await.recorded >= 1).then_some(())).await;
    let began = tokio::time::Instant::now();
    assert!(case.runs().cancel(&case.id(0)).await.unwrap());
    assert_eq!(case.runs().outcome::<Outcome<u32>>(&case.id(1)).await.unwrap(), Ok(1), "the next one begins");
    assert!(
        began.elapsed() < Duration::from_secs(60),
        "and does not wait for the end of a pause: {:?}",
        began.elapsed()
    );
    case.bench().kill(process).await;
}

pub async fn rule_9_they_leave_a_run_to_its_version(case: &Case<'_, impl Bench>) {
    async fn flow(n: u32) -> Outcome<u32> {
        call("first", format!("first of {n}."), 1).await?;
        point("it dies here").await;
        call("second", format!("second of {n}."), 1).await?;
        Ok(n)
    }
    let world = World::new(Deaths::At(3));
    world.begin_life();
    case.submit_numbered(1).await;
    let old = case.work(&world, flow, |it| it.version("1")).await;
    world.death().await;
    case.bench().kill(old).await;
    let waits =
        async || until(async || Some(case.info(&case.id(0)).await).filter(|info| info.status == Status::Waiting)).await;
    assert_eq!(waits().await.version.as_deref(), Some("1"));

    // One of another version leaves it alone, and takes what is new.
    world.begin_life();
    let new = case.work(&world, flow, |it| it.version("2")).await;
    assert!(case.runs().submit(case.workflow(), case.id(1), &1).await.unwrap());
    assert_eq!(case.runs().outcome::<Outcome<u32>>(&case.id(1)).await.unwrap(), Ok(1));
    assert_eq!((waits().await.recorded, world.times("second of 0.")), (1, 0));
    assert_eq!(case.info(&case.id(1)).await.version.as_deref(), Some("2"));

    let old = case.work(&world, flow, |it| it.version("1")).await;
    case.outcomes(2).await;
    assert!(world.once("first of 0.") && world.once("second of 0."));
    case.bench().kill(old).await;
    case.bench().kill(new).await;
}

pub async fn rule_9_a_panic_is_only_that_run_s(case: &Case<'_, impl Bench>) {
    async fn flow(n: u32) -> Outcome<u32> {
        assert_ne!(n, 1, "no such page");
        numbered(n).await
    }
    let world = World::new(Deaths::None);
    world.begin_life();
    case.submit_numbered(3).await;
    let process = case.work(&world, flow, |it| it).await;
    for n in [0, 2] {
        assert_eq!(case.runs().outcome::<Outcome<u32>>(&case.id(n)).await.unwrap(), Ok(n));
    }
    case.parked(&case.id(1)).await;
    case.bench().kill(process).await;
    // Nobody takes it up again, until somebody has resumed it.
    let fine = case.work(&world, numbered, |it| it).await;
    assert!(case.runs().submit(case.workflow(), case.id(3), &3).await.unwrap());
    assert_eq!(case.runs().outcome::<Outcome<u32>>(&case.id(3)).await.unwrap(), Ok(3));
    assert!(matches!(case.info(&case.id(1)).await.status, Status::Parked(_)));
    assert!(case.runs().resume(&case.id(1)).await.unwrap());
    assert_eq!(case.runs().outcome::<Outcome<u32>>(&case.id(1)).await.unwrap(), Ok(1));
    case.bench().kill(fine).await;
}
