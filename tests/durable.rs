//! Runs that outlive their process: on the engine in memory, which dies wherever a test wants it to.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use reliable::durable;
use reliable::durable::{HaltKind, Memory, Recorded};
use reliable::{Charge, Event, Fault, Recorder, Run, Scope, Step, Usd, agent};
use tokio::time::sleep;

type Outcome<T> = Result<T, String>;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What was really done, over all lives.
#[derive(Default)]
struct World(RefCell<Vec<String>>);

impl World {
    /// A recorded call that takes a while.
    fn call(&self, tool: &'static str, takes: Duration) -> impl Future<Output = Outcome<String>> {
        durable::call(tool).run(async move {
            sleep(takes).await;
            self.0.borrow_mut().push(tool.to_owned());
            Ok(format!("{tool} is done"))
        })
    }

    fn done(&self, tool: &str) -> usize {
        self.0.borrow().iter().filter(|done| *done == tool).count()
    }

    fn all(&self) -> usize {
        self.0.borrow().len()
    }
}

async fn counted(calls: &Cell<u32>) -> Outcome<()> {
    calls.set(calls.get() + 1);
    tokio::task::yield_now().await;
    Ok(())
}

/// Runs it until it is ended, and dies after each number of outcomes once; gives what it came to, and the lives it took.
async fn dying_at<F>(at: usize, mut flow: impl FnMut() -> F) -> (F::Output, usize)
where
    F: Future<Output: Recorded>,
{
    let memory = Memory::new();
    memory.crash_after(at);
    let mut lives = 0;
    loop {
        lives += 1;
        match memory.run("run", flow()).await {
            Ok(outcome) => return (outcome, lives),
            Err(halt) => assert_eq!(halt.kind, HaltKind::Crashed, "{halt}"),
        }
    }
}

mod without_an_engine {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn everything_just_runs() {
        let world = World::default();
        for _ in 0..2 {
            assert_eq!(world.call("pay", ms(10)).await.unwrap(), "pay is done");
        }
        assert_eq!(world.done("pay"), 2);
        durable::sleep(ms(10)).await;
        durable::now().await;
    }
}

mod what_is_recorded {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn does_not_run_again_wherever_the_process_dies() {
        for at in 0..5 {
            let world = World::default();
            let trip = || async {
                let flight = world.call("flight", ms(10)).await?;
                let hotel = world.call("hotel", ms(10)).await?;
                let again = world.call("hotel", ms(10)).await?;
                Ok::<_, String>([flight, hotel, again])
            };
            let (outcome, lives) = dying_at(at, trip).await;
            assert_eq!(outcome.unwrap(), ["flight is done", "hotel is done", "hotel is done"]);
            assert_eq!(lives, if at < 3 { 2 } else { 1 });
            assert_eq!(world.all(), if at < 3 { 4 } else { 3 }, "only what was under way ran twice");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_ended_run_gives_its_outcome() {
        let (memory, world) = (Memory::new(), World::default());
        for _ in 0..3 {
            let outcome = memory.run("trip-42", world.call("pay", ms(1))).await;
            assert_eq!(outcome.unwrap().unwrap(), "pay is done");
        }
        assert_eq!(world.done("pay"), 1);
        memory.run("trip-43", world.call("pay", ms(1))).await.unwrap().unwrap();
        assert_eq!(world.done("pay"), 2, "another run is another one");
    }

    #[tokio::test]
    async fn an_error_is_recorded_as_an_answer_is() {
        let calls = Cell::new(0);
        let (outcome, _) = dying_at(1, || async {
            let pay = durable::call("pay").run(async {
                calls.set(calls.get() + 1);
                Err::<u32, _>(format!("no money at call {}", calls.get()))
            });
            let first = pay.await.unwrap_err();
            durable::call("tell").run(async { Ok::<_, String>(()) }).await?;
            Err::<(), _>(first)
        })
        .await;
        assert_eq!((outcome, calls.get()), (Err("no money at call 1".to_owned()), 1));
    }

    #[tokio::test]
    async fn is_given_as_it_was_read_back_in_the_first_life_too() {
        #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        struct Card {
            holder: String,
            #[serde(skip)]
            number: u32,
        }
        let card = || durable::call("card").run(async { Ok::<_, String>(Card { holder: "ana".into(), number: 7 }) });
        let seen = Cell::new(9);
        let work = async { card().await.map(|card| seen.set(card.number)) };
        Memory::new().run("run", work).await.unwrap().unwrap();
        assert_eq!(seen.get(), 0, "a lossy type shows at once");
        assert_eq!(card().await.unwrap().number, 7, "and without an engine nothing is written");
    }

    #[tokio::test]
    async fn need_not_be_send() {
        fn is_send<T: Send>(it: T) -> T {
            it
        }
        #[derive(serde::Serialize, serde::Deserialize)]
        struct Local(u32, #[serde(skip)] std::marker::PhantomData<std::rc::Rc<()>>);
        let call = async {
            let local = durable::call("local").run(async { Ok::<_, String>(Local(1, std::marker::PhantomData)) });
            local.await.map(|local| local.0)
        };
        assert_eq!(Memory::new().run("run", is_send(call)).await.unwrap(), Ok(1));
    }

    #[tokio::test]
    async fn inside_of_another_recorded_call_just_runs() {
        let inner = Cell::new(0);
        let (outcome, _) = dying_at(1, || async {
            let outer = durable::call("outer").run(async {
                durable::call("inner").run(counted(&inner)).await?;
                durable::sleep(Duration::ZERO).await;
                Ok::<_, String>(1)
            });
            let outer = outer.await?;
            durable::call("later").run(async { Ok::<_, String>(outer + 1) }).await
        })
        .await;
        assert_eq!((outcome, inner.get()), (Ok(2), 1));
    }

    #[tokio::test]
    async fn is_told_as_what_it_is() {
        let memory = Memory::new();
        memory.crash_after(1);
        let flow = |argument: &'static str| async move {
            let shown = durable::call("pay").shown(|call| call.show("to", argument.to_owned()).redact("card"));
            shown.run(async { Ok::<_, String>(()) }).await?;
            durable::call("tell").run(async { Ok::<_, String>(()) }).await
        };
        assert!(memory.run("run", flow("ana")).await.is_err());
        let recorder = Recorder::new();
        Scope::current().recorder(&recorder).run(memory.run("run", flow("bo"))).await.unwrap().unwrap();
        let told: Vec<Event> = recorder.report().entries().iter().map(|entry| entry.event.clone()).collect();
        assert_eq!(told, [Event::ReadBack { tool: "pay".into(), number: 1, same_arguments: false }]);
    }
}

mod races {
    use super::*;

    /// Each branch gets its own, whatever order they come in, and wherever the process dies.
    #[tokio::test(start_paused = true)]
    async fn the_branches_of_a_join() {
        for at in 0..10 {
            let world = World::default();
            let branch = async |name: &'static str, first, second| {
                let one = world.call(name, ms(first)).await?;
                let same = world.call("same", ms(second)).await?;
                Ok::<_, String>(format!("{name}: {one}, {same}"))
            };
            let flow = || async { tokio::join!(branch("a", 300, 10), branch("b", 100, 250), branch("c", 200, 20)) };
            let outcome = dying_at(at, || async {
                let (a, b, c) = flow().await;
                Ok::<_, String>([a?, b?, c?])
            });
            assert_eq!(
                outcome.await.0.unwrap(),
                ["a", "b", "c"].map(|name| format!("{name}: {name} is done, same is done")),
                "dying at {at}"
            );
        }
    }

    /// The same call in three branches, told apart by nothing but their order.
    #[tokio::test(start_paused = true)]
    async fn the_same_call_in_several_branches() {
        for at in 0..8 {
            let flow = || async {
                let twice = async |n: u32, pause: u64| {
                    let double = |n: u32| {
                        durable::call("double").run(async move {
                            sleep(ms(pause)).await;
                            Ok::<_, String>(n * 2)
                        })
                    };
                    double(double(n).await?).await
                };
                let (a, b, c) = tokio::join!(twice(1, 300), twice(10, 100), twice(100, 200));
                Ok::<_, String>([a?, b?, c?])
            };
            assert_eq!(dying_at(at, flow).await.0, Ok([4, 40, 400]), "dying at {at}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_loser_of_a_select_does_not_begin_again() {
        for at in 0..4 {
            let (world, loser) = (World::default(), Cell::new(0));
            let flow = || async {
                let slow = durable::call("slow").run(async {
                    loser.set(loser.get() + 1);
                    sleep(ms(500)).await;
                    Ok::<_, String>("slow".to_owned())
                });
                let first = tokio::select! {
                    biased;
                    slow = slow => slow?,
                    quick = world.call("quick", ms(10)) => quick?,
                };
                let second = world.call("second", ms(1000)).await?;
                Ok::<_, String>(format!("{first}, {second}"))
            };
            assert_eq!(dying_at(at, flow).await.0.unwrap(), "quick is done, second is done", "dying at {at}");
            assert_eq!(loser.get(), if at == 0 { 2 } else { 1 }, "dying at {at}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_of_the_flow_is_the_same_in_each_life() {
        for at in 0..6 {
            let world = World::default();
            let flow = || async {
                let limit = durable::sleep(ms(100));
                let in_time = tokio::select! {
                    biased;
                    _ = world.call("slow", ms(500)) => true,
                    () = limit => false,
                };
                world.call(if in_time { "thank" } else { "apologise" }, ms(10)).await
            };
            assert_eq!(dying_at(at, flow).await.0.unwrap(), "apologise is done", "dying at {at}");
            assert_eq!(world.done("thank"), 0);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_at_once() {
        use futures_util::{StreamExt, stream};
        for at in [0, 3, 7, 11, 19] {
            let world = World::default();
            let flow = || async {
                let calls = stream::iter(0..20_u64).map(|n| {
                    let world = &world;
                    durable::call("item").run(async move {
                        sleep(ms(100 - n * 3)).await;
                        world.0.borrow_mut().push(n.to_string());
                        Ok::<_, String>(n)
                    })
                });
                let found: Vec<_> = calls.buffer_unordered(5).collect().await;
                found.into_iter().collect::<Outcome<Vec<u64>>>()
            };
            let outcome = dying_at(at, flow).await.0.unwrap();
            let mut sorted = outcome.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..20).collect::<Vec<_>>(), "dying at {at}");
            assert!(world.all() <= 25, "only what was under way ran twice: {}", world.all());
        }
    }
}

mod time {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn is_recorded() {
        let times = RefCell::new(Vec::new());
        dying_at(1, || async {
            let now = durable::now().await;
            times.borrow_mut().push(now);
            sleep(ms(5)).await;
            durable::call("later").run(async { Ok::<_, String>(()) }).await
        })
        .await
        .0
        .unwrap();
        let times = times.into_inner();
        assert_eq!((times.len(), times[0]), (2, times[1]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_is_over_is_not_waited_for_again() {
        let began = tokio::time::Instant::now();
        let (outcome, lives) = dying_at(1, || async {
            durable::sleep(Duration::from_secs(3600)).await;
            durable::now().await;
            Ok::<_, String>(())
        })
        .await;
        assert_eq!((outcome, lives), (Ok(()), 2));
        assert_eq!(began.elapsed().as_secs(), 3600, "the second life waits for what is left, which is nothing");
    }
}

mod an_agent {
    use super::*;

    #[agent(max_steps = 5, max_usd = "0.05", max_repeats = 3)]
    async fn desk(world: &World, log: &mut Vec<String>) -> Result<Step<usize>, Fault> {
        let step = Run::current().step();
        let asked = durable::call("model").run(async {
            Run::current().charge(Charge::usd(Usd::cents(2)))?;
            world.0.borrow_mut().push(format!("step {step}"));
            Run::current().observe("read a.rs", "no such file")?;
            Ok::<_, Fault>(step)
        });
        log.push(format!("{}", asked.await?));
        Ok(if step == 2 { Step::Done(log.len()) } else { Step::Next })
    }

    #[tokio::test]
    async fn keeps_what_it_has_spent_and_seen() {
        for at in 0..3 {
            let (world, spent, recorder) = (World::default(), Cell::new(Usd::ZERO), Recorder::new());
            let outcome = dying_at(at, || async {
                let outcome = desk(&world, &mut Vec::new()).await;
                spent.set(recorder.report().of("desk").map_or(Usd::ZERO, |row| row.usd));
                outcome
            });
            let (outcome, _) = Scope::current().recorder(&recorder).run(outcome).await;
            assert_eq!(outcome, Ok(2), "dying at {at}");
        }
    }

    #[tokio::test]
    async fn is_stopped_by_a_budget_that_was_spent_in_another_life() {
        #[agent(max_steps = 9, max_usd = "0.05")]
        async fn spender(calls: &Cell<u32>) -> Result<Step<()>, Fault> {
            let asked = durable::call("model").run(async {
                calls.set(calls.get() + 1);
                Run::current().charge(Charge::usd(Usd::cents(2)))
            });
            asked.await.map(|()| Step::Next)
        }
        for at in 0..4 {
            let calls = Cell::new(0);
            let (outcome, lives) = dying_at(at, || spender(&calls)).await;
            assert!(matches!(outcome, Err(Fault::OverBudget { .. })), "{outcome:?}");
            assert_eq!(calls.get(), if lives == 2 { 4 } else { 3 }, "two fit, the third does not; dying at {at}");
        }
    }
}

mod the_attribute {
    use std::sync::atomic::{AtomicU32, Ordering};

    use reliable::{fallback, requires_approval, retry, timeout};

    use super::*;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Receipt {
        to: String,
        cents: u32,
    }

    #[derive(Debug, PartialEq, thiserror::Error, serde::Serialize, serde::Deserialize)]
    enum TripError {
        #[error("busy")]
        Busy,
        #[error(transparent)]
        Fault(#[from] Fault),
    }

    struct Bank {
        calls: AtomicU32,
    }

    impl Bank {
        #[fallback(Err(TripError::Busy))]
        #[durable(redact(card))]
        #[retry(max = 2, base = "1s", jitter = 0)]
        #[timeout(secs = 5)]
        async fn pay(&self, to: &str, card: &str) -> Result<Receipt, TripError> {
            if self.calls.fetch_add(1, Ordering::Relaxed) == 0 {
                return Err(TripError::Busy);
            }
            Ok(Receipt { to: to.to_owned(), cents: 696 + u32::try_from(card.len()).unwrap() })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn records_the_whole_call() {
        let bank = Bank { calls: AtomicU32::new(0) };
        let (outcome, lives) = dying_at(1, || async {
            let paid = bank.pay("ana", "4711").await?;
            durable::call("later").run(async { Ok::<_, TripError>(()) }).await?;
            Ok::<_, TripError>(paid)
        })
        .await;
        assert_eq!((outcome, lives), (Ok(Receipt { to: "ana".into(), cents: 700 }), 2));
        assert_eq!(bank.calls.into_inner(), 2, "two attempts, in the first life");
    }

    #[tokio::test(start_paused = true)]
    async fn without_an_engine_is_nothing() {
        let bank = Bank { calls: AtomicU32::new(0) };
        assert_eq!(bank.pay("ana", "4711").await.unwrap().cents, 700);
    }

    #[tokio::test(start_paused = true)]
    async fn a_fault_comes_back_as_the_fault_that_it_was() {
        #[durable]
        #[timeout(secs = 1)]
        async fn hangs() -> Result<u32, TripError> {
            std::future::pending().await
        }
        let outcome = dying_at(1, || async {
            let outcome = hangs().await;
            durable::call("later").run(async { Ok::<_, TripError>(()) }).await?;
            outcome
        });
        assert!(matches!(outcome.await.0, Err(TripError::Fault(Fault::TimedOut { .. }))));
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_type_of_another_crate_is_made_again_from_its_words() {
        #[durable(error = anyhow::Error::msg)]
        #[timeout(secs = 1)]
        async fn asks(hangs: bool) -> anyhow::Result<u32> {
            if hangs {
                std::future::pending::<()>().await;
            }
            Err(anyhow::anyhow!("503").context("no answer"))
        }
        let outcome = dying_at(2, || async {
            let (failed, hung) = (asks(false).await.unwrap_err(), asks(true).await.unwrap_err());
            durable::call("later").run(async { Ok::<_, String>(()) }).await?;
            Ok::<_, String>((failed.to_string(), hung.downcast::<Fault>().map_err(|error| error.to_string())?))
        });
        let (failed, hung) = outcome.await.0.unwrap();
        assert_eq!(failed, "no answer");
        assert!(matches!(hung, Fault::TimedOut { .. }));
    }

    #[tokio::test]
    async fn is_known_by_its_module_unless_it_has_a_name() {
        mod other {
            #[reliable::durable]
            pub async fn pay() -> Result<u32, String> {
                Ok(2)
            }
        }
        #[durable]
        async fn pay() -> Result<u32, String> {
            Ok(1)
        }
        #[durable(name = "pinned")]
        async fn moved() -> Result<u32, String> {
            Ok(3)
        }
        let memory = Memory::new();
        memory.crash_after(3);
        let flow = |turned: bool| async move {
            let (mut a, mut b) = (0, 0);
            for other in [turned, !turned] {
                *(if other { &mut b } else { &mut a }) = if other { other::pay().await? } else { pay().await? };
            }
            let c = moved().await?;
            durable::call("pinned").run(async { Ok::<_, String>(()) }).await?;
            Ok::<_, String>((a, b, c))
        };
        assert_eq!(memory.run("run", flow(false)).await.unwrap_err().kind, HaltKind::Crashed);
        assert_eq!(
            memory.run("run", flow(true)).await.unwrap(),
            Ok((1, 2, 3)),
            "another order of other functions is fine"
        );
    }

    #[tokio::test]
    async fn what_an_approval_redacts_is_not_written_down() {
        #[requires_approval(redact(card), by = reliable::approver::Approve)]
        #[durable]
        async fn refund(to: &str, card: &str) -> Result<(), TripError> {
            Ok(())
        }
        let calls = async || {
            refund("ana", "4711").await?;
            durable::call("later").run(async { Ok::<_, TripError>(()) }).await
        };
        let memory = Memory::new();
        memory.crash_after(1);
        assert!(memory.run("run", calls()).await.is_err());
        memory.run("run", calls()).await.unwrap().unwrap();
        assert_eq!(memory.show("run").await.unwrap()[0].entry.arguments, r#"to = "ana", card = <redacted>"#);
    }
}

mod trouble {
    use super::*;

    #[tokio::test]
    async fn a_run_is_driven_once_at_a_time() {
        let memory = Memory::new();
        let other = memory.clone();
        let flow = async move { other.run("run", async { 1 }).await.unwrap_err().kind };
        assert_eq!(memory.run("run", flow).await.unwrap_or(HaltKind::Store), HaltKind::Busy);
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_is_dropped_goes_on_later() {
        let (memory, world) = (Memory::new(), World::default());
        let flow = || async {
            world.call("first", ms(10)).await?;
            world.call("second", ms(100)).await
        };
        assert!(tokio::time::timeout(ms(50), memory.run("run", flow())).await.is_err());
        assert_eq!(memory.run("run", flow()).await.unwrap().unwrap(), "second is done");
        assert_eq!((world.done("first"), world.done("second")), (1, 1));
    }

    #[tokio::test]
    async fn an_outcome_that_is_no_longer_of_its_type_stops_the_run_and_nothing_runs() {
        let (memory, ran) = (Memory::new(), Cell::new(0));
        memory.crash_after(1);
        let call = |tool| durable::call(tool).run(counted(&ran));
        let old = async {
            durable::call("price").run(async { Ok::<_, String>("12".to_owned()) }).await?;
            call("pay").await
        };
        assert!(memory.run("run", old).await.is_err());
        let new = || async {
            let price = durable::call("price").run(async { Ok::<u32, String>(12) });
            let _ = price.await.or(Ok::<_, String>(0))?;
            call("pay").await
        };
        for _ in 0..2 {
            let halt = memory.run("run", new()).await.unwrap_err();
            assert_eq!(halt.kind, HaltKind::Mismatch);
            assert!(halt.message.starts_with("what is recorded of call 1 of `price` can't be read"), "{halt}");
        }
        assert_eq!(ran.get(), 1, "in the first life, as far as it came");
    }

    #[tokio::test]
    async fn an_outcome_that_cannot_be_written_is_no_error_of_the_tool_and_does_not_run_again() {
        let (memory, ran, answered) = (Memory::new(), Cell::new(0), Cell::new(0));
        let flow = || async {
            let strange = durable::call("strange").run(async {
                ran.set(ran.get() + 1);
                Ok::<_, String>(HashMap::from([((1, 2), 3)]))
            });
            let outcome = strange.await;
            answered.set(answered.get() + 1);
            outcome.map(|_| ())
        };
        for _ in 0..2 {
            let halt = memory.run("run", flow()).await.unwrap_err();
            assert_eq!(halt.kind, HaltKind::Mismatch);
            assert!(halt.message.contains("its outcome could not be written down (key must be a string)"), "{halt}");
        }
        assert_eq!((ran.get(), answered.get()), (1, 0));
    }

    #[tokio::test]
    async fn a_recorded_call_in_a_task_of_its_own_stops_the_run() {
        let flow = async {
            let call = async { durable::call("pay").run(async { Ok::<_, String>(()) }).await };
            let _ = reliable::spawn(call).await;
            std::future::pending::<()>().await;
        };
        let halt = Memory::new().run("run", flow).await.unwrap_err();
        assert_eq!(halt.kind, HaltKind::Misplaced);
        assert!(halt.message.contains("`pay` is recorded, and was called in a task of its own"), "{halt}");
    }

    #[tokio::test]
    async fn a_halt_goes_before_a_value_that_is_ready_with_it() {
        let memory = Memory::new();
        memory.crash_after(0);
        let flow = async {
            let call = durable::call("pay").run(async { Ok::<_, String>(1) });
            tokio::select! {
                biased;
                outcome = call => outcome,
                () = std::future::ready(()) => Ok(2),
            }
        };
        // The call has not begun yet: what is ready is the run's.
        assert_eq!(memory.run("run", flow).await.unwrap(), Ok(2));
        let flow = async {
            let call = durable::call("pay").run(async { Ok::<_, String>(1) });
            let polls = Cell::new(0);
            let third = std::future::poll_fn(|cx| {
                polls.set(polls.get() + 1);
                cx.waker().wake_by_ref();
                if polls.get() < 3 { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
            });
            tokio::join!(call, third).0
        };
        assert_eq!(memory.run("other", flow).await.unwrap_err().kind, HaltKind::Crashed);
    }

    #[tokio::test]
    async fn a_panic_parks_the_run() {
        let memory = Memory::new();
        let run = memory.clone();
        let flow = async move { run.run("run", async { Err::<(), String>(panicking()) }).await };
        assert!(tokio::spawn(flow).await.unwrap_err().is_panic());
        let halt = memory.run("run", async { Ok::<(), String>(()) }).await.unwrap_err();
        assert!(halt.message.contains("the run panicked (no such page)"), "{halt}");
    }

    fn panicking() -> String {
        panic!("no such page")
    }
}
