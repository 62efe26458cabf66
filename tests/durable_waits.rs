//! What the library waits for in the flow of a run: recorded, so that each life goes as the first one did, wherever it dies.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::time::Duration;

use reliable::durable::{HaltKind, Inbox, Memory, Question, Recorded, Workflows};
use reliable::{
    Decision, Event, Fault, Run, Scope, Step, agent, durable, fallback, hedge, rate_limit, requires_approval, retry,
    timeout,
};
use tokio::time::{Instant, advance, sleep};

#[path = "support/world.rs"]
mod world;

use world::{Outcome, World};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// The run to its end, in as many lives as it takes, when it dies behind so many outcomes.
async fn dying_at<F>(memory: &Memory, at: usize, mut flow: impl FnMut() -> F) -> F::Output
where
    F: Future<Output: Recorded>,
{
    memory.crash_after(at);
    loop {
        match memory.run("run", flow()).await {
            Ok(outcome) => return outcome,
            Err(halt) => assert_eq!(halt.kind, HaltKind::Crashed, "{halt}"),
        }
    }
}

async fn recorded(memory: &Memory) -> Vec<String> {
    let shown = memory.show("run").await.unwrap();
    shown.into_iter().map(|it| it.place.tool.to_string()).collect()
}

/// How many outcomes a run has: there are as many places for it to die, and one more.
async fn outcomes<F>(flow: impl FnOnce() -> F) -> usize
where
    F: Future<Output: Recorded>,
{
    let memory = Memory::new();
    memory.run("run", flow()).await.unwrap();
    recorded(&memory).await.len()
}

mod a_timeout {
    use super::*;

    #[timeout(ms = 100)]
    async fn both(world: &World, each: Duration) -> Outcome<String> {
        world.call("first", each).await?;
        world.call("second", each).await
    }

    async fn trip(world: &World, each: Duration) -> Outcome<String> {
        let in_time = both(world, each).await.is_ok();
        world.call(if in_time { "thank" } else { "apologise" }, ms(10)).await
    }

    #[tokio::test(start_paused = true)]
    async fn over_what_is_too_slow_ends_it_in_each_life() {
        let count = outcomes(|| async { trip(&World::default(), ms(60)).await }).await;
        assert_eq!(count, 3, "the first call, the limit, the apology");
        for at in 0..=count {
            let (memory, world) = (Memory::new(), World::default());
            assert_eq!(dying_at(&memory, at, || trip(&world, ms(60))).await.unwrap(), "apologise", "dying at {at}");
            assert_eq!(world.done("thank"), 0, "dying at {at}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn over_what_is_in_time_records_nothing() {
        let (memory, world) = (Memory::new(), World::default());
        assert_eq!(memory.run("run", trip(&world, ms(40))).await.unwrap().unwrap(), "thank");
        assert_eq!(recorded(&memory).await, ["first", "second", "thank"]);
    }

    /// It fires while nothing runs: as a pause does that is over.
    #[tokio::test(start_paused = true)]
    async fn goes_on_while_the_process_is_dead() {
        let (memory, world) = (Memory::new(), World::default());
        memory.crash_after(1);
        // It dies with the second call under way, and in time.
        memory.run("run", trip(&world, ms(45))).await.expect_err("it dies");
        advance(ms(1000)).await;
        assert_eq!(memory.run("run", trip(&world, ms(45))).await.unwrap().unwrap(), "apologise");
        assert_eq!(recorded(&memory).await, ["first", "both/timeout", "apologise"]);
    }

    #[tokio::test(start_paused = true)]
    async fn of_every_branch_is_its_own() {
        #[timeout(ms = 50)]
        async fn quick(world: &World, tool: &'static str, takes: u64) -> Outcome<String> {
            world.call(tool, ms(takes)).await?;
            world.call(tool, ms(takes)).await
        }
        // One more outcome in each life.
        let (memory, world, seen) = (Memory::new(), World::default(), RefCell::new(Vec::new()));
        let flow = async || {
            let (a, b, c) = tokio::join!(quick(&world, "a", 20), quick(&world, "b", 30), quick(&world, "c", 24));
            seen.borrow_mut().push([a.is_ok(), b.is_ok(), c.is_ok()]);
            world.call("told", ms(1)).await
        };
        loop {
            memory.crash_after(1);
            if memory.run("run", flow()).await.is_ok() {
                break;
            }
        }
        let seen = seen.into_inner();
        assert!(seen.len() > 1 && seen.iter().all(|it| *it == seen[0]), "{seen:?}");
    }

    /// What is no flow keeps the clock of the process: the body of a recorded call, and what is not in a run.
    #[tokio::test(start_paused = true)]
    async fn inside_of_a_recorded_call_is_part_of_it() {
        #[durable]
        #[timeout(ms = 10)]
        async fn hangs() -> Outcome<()> {
            std::future::pending().await
        }
        let memory = Memory::new();
        memory.run("run", hangs()).await.unwrap().unwrap_err();
        assert_eq!(recorded(&memory).await, [format!("{}::hangs", module_path!())]);
    }

    #[tokio::test(start_paused = true)]
    async fn in_a_task_of_its_own_is_that_task_s() {
        #[timeout(ms = 10)]
        async fn hangs() -> Outcome<()> {
            std::future::pending().await
        }
        let memory = Memory::new();
        let flow = async {
            let hung = reliable::spawn(hangs()).await.unwrap().is_err();
            World::default().call("told", ms(1)).await.map(|_| hung)
        };
        assert_eq!(memory.run("run", flow).await.unwrap(), Ok(true));
        assert_eq!(recorded(&memory).await, ["told"]);
    }
}

mod a_retry {
    use super::*;

    #[retry(max = 3, base = "1s")]
    async fn fetched(world: &World) -> Outcome<String> {
        world.call("look", ms(10)).await?;
        durable::call("fetch")
            .run(async {
                world.0.borrow_mut().push("fetch".to_owned());
                if world.done("fetch") < 3 { Err("503".to_owned()) } else { Ok("here".to_owned()) }
            })
            .await
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_once_and_as_long_in_each_life() {
        for at in 0..=9 {
            let (memory, world) = (Memory::new(), World::default());
            let pauses = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
            let heard = std::sync::Arc::clone(&pauses);
            let scope = Scope::current().listen(move |event: &Event| {
                if let Event::Retrying { attempt, pause, .. } = event {
                    heard.lock().unwrap().push((*attempt, *pause));
                }
            });
            let began = Instant::now();
            let outcome = scope.run(dying_at(&memory, at, || fetched(&world))).await;
            assert_eq!(outcome.unwrap(), "here", "dying at {at}");
            let mut pauses = pauses.lock().unwrap().clone();
            pauses.sort_unstable();
            pauses.dedup();
            let attempts: Vec<_> = pauses.iter().map(|(attempt, _)| *attempt).collect();
            // An attempt that was under way may have gone well the second time.
            assert!(attempts == [1, 2] || attempts == [1], "dying at {at}: {pauses:?}");
            let in_all: Duration = pauses.iter().map(|(_, pause)| *pause).sum();
            assert!(began.elapsed() <= in_all + ms(60), "dying at {at}: {:?}, and {pauses:?}", began.elapsed());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn gives_up_for_want_of_time_in_each_life() {
        #[retry(max = 3, base = "1s", jitter = 0.0, within = "3500ms")]
        async fn patient(world: &World) -> Outcome<String> {
            world.call("look", ms(300)).await?;
            Err("503".to_owned())
        }
        for at in 0..=7 {
            let (memory, world) = (Memory::new(), World::default());
            let flow = async || {
                let failed = patient(&world).await.is_err();
                world.call("told", ms(10)).await.map(|_| failed)
            };
            assert_eq!(dying_at(&memory, at, flow).await, Ok(true), "dying at {at}");
            let pauses = recorded(&memory).await.into_iter().filter(|it| it == "patient/retry").count();
            let looks = recorded(&memory).await.into_iter().filter(|it| it == "look").count();
            assert_eq!((pauses, looks), (1, 2), "dying at {at}: the second pause would end too late");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_hedge_starts_the_same_attempts_in_each_life() {
    #[hedge(after = "50ms")]
    async fn search(world: &World, slow: &Cell<bool>) -> Outcome<String> {
        let takes = if slow.replace(false) { 500 } else { 20 };
        world.call("search", ms(takes)).await
    }
    for at in 0..=4 {
        let (memory, world) = (Memory::new(), World::default());
        let flow = async || {
            let slow = Cell::new(true);
            let found = search(&world, &slow).await?;
            world.call("told", ms(10)).await.map(|_| (found, slow.get()))
        };
        assert_eq!(dying_at(&memory, at, flow).await, Ok(("search".to_owned(), false)), "dying at {at}");
        assert_eq!(recorded(&memory).await, ["search/hedge", "search", "told"], "dying at {at}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_that_is_waited_for_is_waited_for_once() {
    #[rate_limit(per_minute = 1, burst = 1)]
    async fn polite(world: &World) -> Outcome<String> {
        world.call("fetch", ms(10)).await
    }
    let (memory, world) = (Memory::new(), World::default());
    let flow = async || {
        polite(&world).await?;
        polite(&world).await?;
        world.call("told", ms(10)).await
    };
    let began = Instant::now();
    memory.crash_after(3);
    memory.run("run", flow()).await.expect_err("it dies");
    let first = began.elapsed();
    assert_eq!(recorded(&memory).await, ["fetch", "polite/rate_limit", "fetch"]);
    // In a process of its own the limit would be fresh.
    advance(Duration::from_secs(600)).await;
    let began = Instant::now();
    memory.run("run", flow()).await.unwrap().unwrap();
    assert!(began.elapsed() < first);
}

async fn the_question(inbox: &Inbox) -> Question {
    loop {
        if let Some(question) = inbox.pending().await.unwrap().pop() {
            return question;
        }
        sleep(ms(1)).await;
    }
}

mod a_human {
    use super::*;

    #[requires_approval]
    #[durable]
    async fn send(to: &str) -> Outcome<String> {
        sleep(ms(20)).await;
        Ok(format!("sent to {to}"))
    }

    #[timeout(ms = 100)]
    async fn hurried(world: &World, after: Duration) -> Outcome<String> {
        let sent = send("ana").await?;
        world.call("after", after).await.map(|_| sent)
    }

    async fn flow(world: &World, after: Duration) -> Outcome<bool> {
        let in_time = hurried(world, after).await.is_ok();
        world.call("told", ms(10)).await.map(|_| in_time)
    }

    /// Wherever it dies, for as long as it is dead, and whoever waits meanwhile.
    #[tokio::test(start_paused = true)]
    async fn takes_no_time_of_the_limit_in_any_life() {
        for (after, in_time) in [(ms(30), true), (ms(90), false)] {
            for at in 0..=6 {
                let (memory, world) = (Memory::new(), World::default());
                let inbox = memory.inbox();
                let human = async {
                    sleep(Duration::from_secs(100)).await;
                    inbox.answer(&the_question(&inbox).await.id, Decision::approve()).await.unwrap();
                };
                let (outcome, ()) = tokio::join!(dying_at(&memory, at, || flow(&world, after)), human);
                assert_eq!(outcome, Ok(in_time), "dying at {at}, {after:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn may_answer_while_nothing_runs() {
        for (after, in_time) in [(ms(30), true), (ms(90), false)] {
            let (memory, world) = (Memory::new(), World::default());
            {
                let run = memory.run("run", flow(&world, after));
                tokio::time::timeout(ms(1000), run).await.expect_err("it waits for the human, and not for the limit");
            }
            advance(Duration::from_secs(200_000)).await;
            let inbox = memory.inbox();
            inbox.answer(&the_question(&inbox).await.id, Decision::approve()).await.unwrap();
            advance(Duration::from_secs(200_000)).await;
            memory.crash_after(1);
            memory.run("run", flow(&world, after)).await.expect_err("it dies");
            assert_eq!(memory.run("run", flow(&world, after)).await.unwrap(), Ok(in_time), "{after:?}");
        }
    }

    /// Those who race beside the question stand still with the limit that is around both.
    #[tokio::test(start_paused = true)]
    async fn lets_the_limit_stand_still_that_is_around_siblings_too() {
        #[timeout(ms = 100)]
        async fn both(world: &World, after: Duration) -> Outcome<()> {
            let (sent, _) = tokio::join!(send("ana"), world.call("beside", ms(500)));
            sent?;
            world.call("after", after).await.map(drop)
        }
        for (after, in_time) in [(ms(40), true), (ms(110), false)] {
            for at in 0..=6 {
                let (memory, world) = (Memory::new(), World::default());
                let flow = async || {
                    let in_time = both(&world, after).await.is_ok();
                    world.call("told", ms(10)).await.map(|_| in_time)
                };
                let inbox = memory.inbox();
                let human = async {
                    sleep(Duration::from_secs(100)).await;
                    inbox.answer(&the_question(&inbox).await.id, Decision::approve()).await.unwrap();
                };
                let (outcome, ()) = tokio::join!(dying_at(&memory, at, flow), human);
                assert_eq!(outcome, Ok(in_time), "dying at {at}, {after:?}");
            }
        }
    }

    /// A limit that is not part of the run has the time of the process: what a human took in an earlier life is not in it.
    #[tokio::test(start_paused = true)]
    async fn is_no_time_of_a_limit_around_the_run_either() {
        async fn run(memory: &Memory, world: &World) -> Outcome<bool> {
            #[timeout(ms = 500)]
            async fn limited(memory: &Memory, world: &World) -> Outcome<bool> {
                memory.run("run", flow(world, ms(50))).await.map_err(|halt| halt.to_string())?
            }
            limited(memory, world).await
        }
        let (memory, world) = (Memory::new(), World::default());
        memory.crash_after(2);
        let inbox = memory.inbox();
        let human = async {
            sleep(Duration::from_secs(100)).await;
            inbox.answer(&the_question(&inbox).await.id, Decision::approve()).await.unwrap();
        };
        let (died, ()) = tokio::join!(run(&memory, &world), human);
        assert!(died.unwrap_err().contains("has died"), "and not: timed out");
        let began = Instant::now();
        let hangs = async {
            #[timeout(ms = 500)]
            async fn limited(memory: &Memory, world: &World) -> Outcome<bool> {
                // By then its clock has begun.
                sleep(ms(100)).await;
                let flow = async {
                    send("ana").await?;
                    durable::sleep(Duration::from_secs(1000)).await;
                    world.call("told", ms(1)).await.map(|_| true)
                };
                memory.run("run", flow).await.map_err(|halt| halt.to_string())?
            }
            limited(&memory, &world).await
        };
        hangs.await.unwrap_err();
        assert_eq!(began.elapsed(), ms(500));
    }
}

mod an_agent {
    use super::*;

    #[agent(max_steps = 20, within = "10s")]
    async fn worker(world: &World, left: &RefCell<Vec<Duration>>) -> Result<Step<u32>, Fault> {
        let run = Run::current();
        left.borrow_mut().push(run.left_time().unwrap());
        if run.should_finish() {
            return Ok(Step::Done(run.step()));
        }
        let _ = world.call("work", ms(3000)).await;
        Ok(Step::Next)
    }

    async fn flow(world: &World, left: &RefCell<Vec<Duration>>) -> Outcome<u32> {
        let steps = worker(world, left).await.map_err(|fault| fault.to_string());
        world.call("told", ms(10)).await?;
        steps
    }

    #[tokio::test(start_paused = true)]
    async fn sees_the_same_time_in_each_life() {
        let (memory, world, lefts) = (Memory::new(), World::default(), RefCell::new(Vec::new()));
        let lives = async {
            loop {
                memory.crash_after(1);
                let left = RefCell::default();
                let outcome = memory.run("run", flow(&world, &left)).await;
                lefts.borrow_mut().push(left.into_inner());
                if let Ok(steps) = outcome {
                    return steps;
                }
            }
        };
        assert_eq!(lives.await, Ok(3));
        let lefts = lefts.into_inner();
        assert!(lefts.len() > 2, "{lefts:?}");
        for life in lefts.windows(2) {
            assert!(life[1].starts_with(&life[0]), "{lefts:?}");
        }
        assert_eq!(lefts.last().unwrap()[..], [10_000, 7000, 1000].map(ms), "the second call began twice");
    }

    /// Whoever keeps a handle on the agent's run keeps nothing of the durable one.
    #[tokio::test(start_paused = true)]
    async fn lets_go_of_its_run_when_somebody_holds_on_to_it() {
        #[agent(within = "1h")]
        async fn kept(keep: &RefCell<Option<Run>>) -> Result<Step<()>, Fault> {
            keep.replace(Some(Run::current()));
            durable::call("look").run(async { Ok::<_, Fault>(()) }).await?;
            Ok(Step::Done(()))
        }
        let (memory, keep) = (Memory::new(), RefCell::new(None));
        memory.crash_after(0);
        memory.run("run", kept(&keep)).await.expect_err("it dies");
        assert!(keep.take().unwrap().left_time().is_some());
        let still_held = RefCell::new(None);
        memory.crash_after(0);
        memory.run("run", kept(&still_held)).await.expect_err("it dies");
        assert_eq!(memory.run("run", kept(&keep)).await.unwrap(), Ok(()), "and is not busy");
    }

    /// Two days between two recorded instants are two days.
    #[tokio::test(start_paused = true)]
    async fn is_out_of_time_when_its_process_was_dead_for_long_and_comes_to_the_same_end_ever_after() {
        let (memory, world) = (Memory::new(), World::default());
        let flow = || async {
            let outcome = flow(&world, &RefCell::default()).await;
            world.call("last", ms(10)).await?;
            outcome
        };
        memory.crash_after(1);
        memory.run("run", flow()).await.expect_err("it dies");
        advance(Duration::from_secs(2 * 86400)).await;
        memory.crash_after(2);
        memory.run("run", flow()).await.expect_err("it dies again");
        let words = memory.run("run", flow()).await.unwrap().unwrap_err();
        assert!(words.contains("timed out after 10s"), "{words}");
        assert_eq!(recorded(&memory).await, ["work", "work", "told", "last"]);
    }

    #[tokio::test(start_paused = true)]
    async fn leaves_out_the_time_of_a_human_in_each_life() {
        #[requires_approval]
        #[durable]
        async fn send(n: u32) -> Result<u32, Fault> {
            sleep(ms(1000)).await;
            Ok(n)
        }
        #[agent(max_steps = 20, within = "3500ms")]
        async fn asks(left: &RefCell<Vec<Duration>>) -> Result<Step<()>, Fault> {
            let run = Run::current();
            left.borrow_mut().push(run.left_time().unwrap());
            if run.step() > 3 {
                return Ok(Step::Done(()));
            }
            send(run.step()).await?;
            Ok(Step::Next)
        }
        for at in 0..=5 {
            let memory = Memory::new();
            let lefts = RefCell::new(Vec::new());
            let flow = || async {
                let left = RefCell::default();
                let outcome = asks(&left).await;
                lefts.borrow_mut().push(left.into_inner());
                outcome
            };
            let inbox = memory.inbox();
            let human = async {
                for _ in 0..3 {
                    sleep(Duration::from_secs(100)).await;
                    inbox.answer(&the_question(&inbox).await.id, Decision::approve()).await.unwrap();
                }
            };
            let (outcome, ()) = tokio::join!(dying_at(&memory, at, flow), human);
            // The call that was under way when it died, if one was, took its second twice.
            let total = if at % 2 == 1 { 500 - 1000 } else { 500_i64 };
            let last = *lefts.borrow().last().unwrap().last().unwrap();
            if total > 0 {
                assert_eq!((outcome, last), (Ok(()), ms(500)), "dying at {at}");
            } else {
                assert!(outcome.is_err() || last < ms(500), "dying at {at}: {last:?}");
            }
        }
    }
}

/// Its time begins when a worker begins it, and not when it is submitted.
#[tokio::test(start_paused = true)]
async fn a_run_that_waits_for_a_worker_takes_no_time() {
    #[timeout(ms = 100)]
    async fn quick((): ()) -> Outcome<String> {
        let look = durable::call("look").run(async {
            sleep(ms(50)).await;
            Ok("here".to_owned())
        });
        look.await
    }
    let memory = Memory::new();
    memory.submit("quick", "run", &()).await.unwrap();
    advance(Duration::from_secs(3600)).await;
    let workflows = Workflows::new().add("quick", quick);
    let outcome = tokio::select! {
        worked = memory.work(&workflows) => unreachable!("{worked:?}"),
        outcome = memory.outcome::<Outcome<String>>("run") => outcome.unwrap(),
    };
    assert_eq!(outcome.unwrap(), "here");
}

/// A fallback decides from what is recorded, and a wait is recorded.
#[tokio::test(start_paused = true)]
async fn a_stack_in_the_flow_goes_the_same_way_in_each_life() {
    async fn cached(_: &World) -> Outcome<String> {
        Ok("cached".to_owned())
    }
    #[fallback(cached)]
    #[retry(max = 1, base = "100ms")]
    #[timeout(ms = 50)]
    async fn fetched(world: &World) -> Outcome<String> {
        world.call("look", ms(30)).await?;
        world.call("fetch", ms(30)).await
    }
    for at in 0..=6 {
        let (memory, world) = (Memory::new(), World::default());
        let flow = async || {
            let page = fetched(&world).await?;
            world.call("told", ms(10)).await.map(|_| page)
        };
        assert_eq!(dying_at(&memory, at, flow).await.unwrap(), "cached", "dying at {at}");
    }
}

/// They share the numbers of their waits. Nothing comes of a wait but that it is over, and none is over before its own time: so it all
/// goes as it does with two names, also where the program gains one of them. Where they change places they need names.
mod two_functions_of_one_name {
    use super::*;

    /// How long each may take, and takes.
    #[derive(Debug, Clone, Copy)]
    struct Times {
        limit: Duration,
        takes: Duration,
    }

    mod bank {
        use super::{Outcome, Times, World, timeout};

        #[timeout(times.limit)]
        pub(super) async fn ask(world: &World, times: Times) -> Outcome<String> {
            world.call("bank", times.takes).await
        }

        #[timeout(times.limit, name = "bank")]
        pub(super) async fn named(world: &World, times: Times) -> Outcome<String> {
            world.call("bank", times.takes).await
        }
    }

    mod shop {
        use super::{Outcome, Times, World, timeout};

        #[timeout(times.limit)]
        pub(super) async fn ask(world: &World, times: Times) -> Outcome<String> {
            world.call("shop", times.takes).await
        }

        #[timeout(times.limit, name = "shop")]
        pub(super) async fn named(world: &World, times: Times) -> Outcome<String> {
            world.call("shop", times.takes).await
        }
    }

    #[derive(Debug, Clone, Copy)]
    enum Program {
        Bank,
        BankAndShop,
        ShopAndBank,
        SideBySide,
    }

    /// Which of the two was in time.
    async fn flow(program: Program, named: bool, world: &World, times: [Times; 2]) -> [bool; 2] {
        let [of_bank, of_shop] = times;
        let bank = async || {
            let asked = if named { bank::named(world, of_bank).await } else { bank::ask(world, of_bank).await };
            asked.is_ok()
        };
        let shop = async || {
            let asked = if named { shop::named(world, of_shop).await } else { shop::ask(world, of_shop).await };
            asked.is_ok()
        };
        let in_time = match program {
            Program::Bank => [bank().await, false],
            Program::BankAndShop => [bank().await, shop().await],
            Program::ShopAndBank => {
                let shop = shop().await;
                [bank().await, shop]
            }
            Program::SideBySide => tokio::join!(bank(), shop()).into(),
        };
        world.call("tell", ms(10)).await.unwrap();
        in_time
    }

    #[tokio::test(start_paused = true)]
    async fn wait_as_two_of_two_names_do() {
        use Program::{Bank, BankAndShop, ShopAndBank, SideBySide};

        let programs = [[SideBySide, SideBySide], [BankAndShop, BankAndShop], [Bank, BankAndShop], [Bank, ShopAndBank]];
        let all = [40, 90].map(|limit| [20, 130].map(|takes| Times { limit: ms(limit), takes: ms(takes) }));
        let all = all.as_flattened();
        let times = all.iter().flat_map(|bank| all.iter().map(|shop| [*bank, *shop]));
        for (times, [before, after]) in times.flat_map(|times| programs.map(|programs| (times, programs))) {
            for dead in [0, 1000].map(ms) {
                for at in 0..4 {
                    let lives = async |named| {
                        let (memory, world) = (Memory::new(), World::default());
                        memory.crash_after(at);
                        match memory.run("run", flow(before, named, &world, times)).await {
                            Ok(outcome) => outcome,
                            Err(halt) => {
                                assert_eq!(halt.kind, HaltKind::Crashed, "{halt}");
                                advance(dead).await;
                                memory.run("run", flow(after, named, &world, times)).await.unwrap()
                            }
                        }
                    };
                    let case = format!("{before:?}, then {after:?}, {times:?}, dead for {dead:?}, dying at {at}");
                    assert_eq!(lives(false).await, lives(true).await, "{case}");
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn may_change_places_where_each_has_a_name() {
        let [late, in_time] = [70, 20].map(|takes| Times { limit: ms(40), takes: ms(takes) });
        let (memory, world) = (Memory::new(), World::default());
        memory.crash_after(2);
        memory.run("run", flow(Program::BankAndShop, true, &world, [late, in_time])).await.unwrap_err();
        assert_eq!(recorded(&memory).await, ["bank/timeout", "shop"]);
        let changed = flow(Program::ShopAndBank, true, &world, [late, in_time]);
        assert_eq!(memory.run("run", changed).await.unwrap(), [false, true]);
    }
}
