//! Runs that are driven where they are called: [`Runs::run`](reliable::durable::Runs::run).

use std::future::Future;
use std::rc::Rc;

use reliable::durable;
use reliable::durable::{Halt, HaltKind, Recorded, Status, Workflows};
use reliable::{Fault, requires_approval};

use crate::bench::Bench;
use crate::lab::{Case, yes};
use crate::world::{Deaths, Outcome, World, act, call, point};

impl<B: Bench> Case<'_, B> {
    /// Runs it in this process until it is ended, and begins anew wherever it dies.
    async fn run<F>(&self, world: &World, run: &str, flow: impl Fn() -> F) -> Result<F::Output, Halt>
    where
        F: Future<Output: Recorded>,
    {
        let runs = self.runs();
        loop {
            world.begin_life();
            let ended = tokio::select! {
                biased;
                ended = runs.run(run, world.living(flow())) => Some(ended),
                () = world.death() => None,
            };
            world.ended(run, runs.show(run).await.unwrap());
            if let Some(ended) = ended {
                return ended;
            }
        }
    }
}

pub async fn rule_3_what_is_finished_does_not_run_again(case: &Case<'_, impl Bench>) {
    for at in 1..=7 {
        let (run, world) = (case.id(at), World::new(Deaths::At(at)));
        // It need not be `Send`, and may borrow.
        let (local, borrowed) = (Rc::new("a flight"), String::from("a hotel"));
        let flow = || async {
            let flight = call("flight", *local, 10).await?;
            Ok::<_, String>([flight, call("hotel", &borrowed, 10).await?, call("hotel", "another", 10).await?])
        };
        for _ in 0..2 {
            let outcome = case.run(&world, &run, flow).await.unwrap();
            assert_eq!(outcome.unwrap(), ["a flight", "a hotel", "another"]);
        }
        assert_eq!(world.lives(), if at < 7 { 3 } else { 2 }, "one to die, one to end, one to be given its outcome");
    }
}

pub async fn rule_3_what_is_not_send(case: &Case<'_, impl Bench>) {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Local(u32, #[serde(skip)] std::marker::PhantomData<Rc<()>>);
    fn is_send<T: Send>(it: T) -> T {
        it
    }
    let flow = async {
        let local = durable::call("local").run(async { Ok::<_, String>(Local(1, std::marker::PhantomData)) });
        local.await.map(|local| local.0)
    };
    let (runs, run) = (case.runs(), case.id(""));
    assert_eq!(runs.run(run, is_send(flow)).await.unwrap(), Ok(1));
}

pub async fn rule_5_a_run_is_driven_once_at_a_time(case: &Case<'_, impl Bench>) {
    let (runs, run) = (case.runs(), case.id(""));
    let inner = async || case.runs().run(&*run, async { 1 }).await.map_err(|halt| (halt.kind, halt.message));
    let flow = async {
        let (kind, message) = inner().await.unwrap_err();
        (kind == HaltKind::Busy, message)
    };
    let (is_busy, message) = runs.run(&*run, flow).await.unwrap();
    assert!(is_busy && message.contains(&format!("`{run}`")), "{message}");
    let world = World::new(Deaths::None);
    assert_eq!(case.info(&run).await.status, Status::Ended);

    // One that is dropped lets go of it.
    let run = case.id("dropped");
    let flow = || async {
        call("first", "first", 1).await?;
        act("waits").await;
        std::future::pending::<Outcome<()>>().await
    };
    world.begin_life();
    let until_it_waits = crate::lab::until(async || (world.times("waits") == 1).then_some(()));
    tokio::select! {
        ended = runs.run(&*run, world.living(flow())) => panic!("{ended:?}"),
        () = until_it_waits => {}
    }
    world.begin_life();
    let first = runs.run(&*run, world.living(async { call("first", "first", 1).await })).await.unwrap();
    assert_eq!((first.unwrap().as_str(), world.times("first")), ("first", 1));
}

pub async fn rule_5_a_halt_says_what_it_is(case: &Case<'_, impl Bench>) {
    let (runs, run) = (case.runs(), case.id("parked"));
    let strange =
        || durable::call("strange").run(async { Ok::<_, ()>(std::collections::HashMap::from([((1, 2), 3)])) });
    let astray = async { strange().await.map(|_| ()) };
    let first = runs.run(&*run, astray).await.unwrap_err();
    assert_eq!(first.kind, HaltKind::Mismatch);
    assert_eq!(runs.run(&*run, async { 1 }).await.unwrap_err(), first, "it is parked with that");
    assert!(runs.resume(&run).await.unwrap());
    assert_eq!(runs.run(&*run, async { 1 }).await.unwrap(), 1);

    let run = case.id("cancelled");
    let cancelled = async {
        call("first", "first", 1).await?;
        case.runs().cancel(&run).await.unwrap();
        call("second", "second", 1).await
    };
    let world = World::new(Deaths::None);
    world.begin_life();
    assert_eq!(runs.run(&*run, world.living(cancelled)).await.unwrap_err().kind, HaltKind::Cancelled);
    assert_eq!(runs.run(&*run, async { 1 }).await.unwrap_err().kind, HaltKind::Cancelled);
}

pub async fn rule_6_an_answer_comes_while_it_runs(case: &Case<'_, impl Bench>) {
    #[requires_approval]
    #[durable]
    async fn send() -> Result<String, Fault> {
        act("sent").await;
        Ok("sent".into())
    }
    let flow = || async {
        let sent = send().await;
        point("behind it").await;
        sent
    };
    for at in 1..=3 {
        let (run, world) = (case.id(at), World::new(Deaths::At(at)));
        let outcome = tokio::select! {
            outcome = case.run(&world, &run, flow) => outcome,
            () = case.human(&run, yes) => unreachable!("humans stay"),
        };
        assert_eq!(outcome.unwrap().unwrap(), "sent");
        assert_eq!(case.runs().trail(&run).await.unwrap().len(), 1);
    }
}

pub async fn rule_9_a_worker_and_a_call_never_drive_one_run(case: &Case<'_, impl Bench>) {
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    world.begin_life();
    let flow = async {
        let workflows = Workflows::new().add(case.workflow(), {
            let world = world.clone();
            move |(): ()| world.living(async { call("pay", "paid", 1).await })
        });
        let process = case.bench().start(workflows).await;
        let other = case.submit("other").await;
        let outcome = case.runs().outcome::<Outcome<String>>(&other).await.unwrap();
        assert_eq!(world.times("paid"), 1, "it was at the other one, and not at this");
        case.bench().kill(process).await;
        outcome
    };
    assert_eq!(case.runs().run(&*run, flow).await.unwrap().unwrap(), "paid");
}
