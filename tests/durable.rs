//! Recorded calls with and without an engine, and what `#[durable]` makes of a function. What holds for every engine is in the
//! suite: `tests/engines`.

use std::cell::Cell;
use std::future::Future;
use std::time::Duration;

use reliable::durable;
use reliable::durable::{HaltKind, Memory, Recorded};
use reliable::{Decision, Fault, requires_approval, timeout};
use tokio::time::sleep;

#[path = "support/world.rs"]
mod world;

use world::World;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
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
            assert_eq!(world.call("pay", ms(10)).await.unwrap(), "pay");
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
            assert_eq!(outcome.unwrap(), ["flight", "hotel", "hotel"]);
            assert_eq!(lives, if at < 3 { 2 } else { 1 });
            let done = world.done("flight") + world.done("hotel");
            assert_eq!(done, if at < 3 { 4 } else { 3 }, "only what was under way ran twice");
        }
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
}

mod the_attribute {
    use std::sync::atomic::{AtomicU32, Ordering};

    use reliable::{fallback, retry};

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

/// A question's time is that of a human, whatever is around it.
#[tokio::test(start_paused = true)]
async fn the_time_that_a_human_takes_is_nobody_s() {
    #[requires_approval]
    #[durable]
    async fn send(to: &str) -> Result<String, Fault> {
        Ok(format!("sent to {to}"))
    }
    #[timeout(secs = 5)]
    async fn hurried() -> Result<String, Fault> {
        send("ana").await
    }
    let memory = Memory::new();
    let inbox = memory.inbox();
    let human = async {
        sleep(Duration::from_secs(100)).await;
        let pending = inbox.pending().await.unwrap();
        inbox.answer(&pending[0].id, Decision::approve()).await.unwrap();
    };
    let (outcome, ()) = tokio::join!(memory.run("run", hurried()), human);
    assert_eq!(outcome.unwrap().unwrap(), "sent to ana");
}
