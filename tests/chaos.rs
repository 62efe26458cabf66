//! What `#[chaos]` injects, where, and at which call. `cargo test --features chaos --test chaos`.

#![cfg(feature = "chaos")]
#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::chaos::{Chaos, fail, hang, ok, panic, slow};
use reliable::{Fault, Recorder, Scope, Step, agent, chaos, circuit_breaker, fallback, retry, timeout};
use tokio::time::{Instant, sleep};

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error("gone")]
    Gone,
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[chaos]
async fn forecast() -> Result<u32, Error> {
    sleep(ms(10)).await;
    Ok(21)
}

/// The outcomes of so many calls, one after the other, each with the time that it took.
async fn calls(plan: &Chaos, calls: usize) -> Vec<(u128, Result<u32, Error>)> {
    let mut outcomes = Vec::new();
    for _ in 0..calls {
        let begun = Instant::now();
        let outcome = Scope::current().chaos(plan).run(forecast()).await;
        outcomes.push((begun.elapsed().as_millis(), outcome));
    }
    outcomes
}

#[tokio::test(start_paused = true)]
async fn a_plan_is_followed_call_by_call_and_then_all_is_well() {
    let plan = Chaos::plan()
        .at("forecast", [fail(|| Error::Busy).times(2), ok(), slow(ms(300)), fail(|| Error::Gone), ok().times(0)]);
    assert_eq!(
        calls(&plan, 7).await,
        [
            (0, Err(Error::Busy)),
            (0, Err(Error::Busy)),
            (10, Ok(21)),
            (310, Ok(21)),
            (0, Err(Error::Gone)),
            (10, Ok(21)),
            (10, Ok(21)),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_hang_never_ends_by_itself() {
    let plan = Chaos::plan().at("forecast", [hang()]);
    let call = Scope::current().chaos(&plan).run(forecast());
    assert!(tokio::time::timeout(Duration::from_secs(24 * 60 * 60), call).await.is_err());
    assert_eq!(calls(&plan, 1).await, [(10, Ok(21))]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_one() {
    let plan = Chaos::plan().at("forecast", [panic("out of cheese")]);
    let panicked = tokio::spawn(Scope::current().chaos(&plan).run(forecast())).await.unwrap_err();
    assert_eq!(words(&*panicked.into_panic()), "out of cheese");
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap()
}

#[tokio::test(start_paused = true)]
async fn always_follows_what_has_a_number_wherever_it_stands() {
    let plan = Chaos::plan().at("forecast", [fail(|| Error::Gone).always(), fail(|| Error::Busy), ok()]);
    let outcomes: Vec<_> = calls(&plan, 5).await.into_iter().map(|(_, outcome)| outcome).collect();
    assert_eq!(outcomes, [Err(Error::Busy), Ok(21), Err(Error::Gone), Err(Error::Gone), Err(Error::Gone)]);
}

fn busy_calls(outcomes: &[(u128, Result<u32, Error>)]) -> Vec<usize> {
    let busy = |(_, outcome): &(u128, Result<u32, Error>)| *outcome == Err(Error::Busy);
    (0..).zip(outcomes).filter(|(_, outcome)| busy(outcome)).map(|(i, _)| i).collect()
}

#[tokio::test(start_paused = true)]
async fn a_rate_is_kept_and_the_same_seed_gives_the_same_calls() {
    let plan = |seed| Chaos::plan().at("forecast", [fail(|| Error::Busy).rate(0.2, seed)]);
    let first = busy_calls(&calls(&plan(7), 1000).await);
    assert!((160..=240).contains(&first.len()), "{} of 1000", first.len());
    assert_eq!(first, busy_calls(&calls(&plan(7), 1000).await));
    assert_ne!(first, busy_calls(&calls(&plan(8), 1000).await));
    let never = Chaos::plan().at("forecast", [fail(|| Error::Busy).rate(0.0, 7)]);
    assert!(busy_calls(&calls(&never, 100).await).is_empty());
}

#[tokio::test(start_paused = true)]
async fn two_rates_do_not_follow_each_other() {
    let plan = Chaos::plan().at("forecast", [fail(|| Error::Busy).rate(0.5, 7), fail(|| Error::Gone).rate(0.5, 7)]);
    let outcomes = calls(&plan, 1000).await;
    let count = |error: &Error| outcomes.iter().filter(|(_, outcome)| outcome.as_ref().err() == Some(error)).count();
    assert!((440..=560).contains(&count(&Error::Busy)), "{} of 1000", count(&Error::Busy));
    assert!((190..=310).contains(&count(&Error::Gone)), "half of the others: {} of 1000", count(&Error::Gone));
}

#[tokio::test(start_paused = true)]
async fn it_acts_inside_what_stands_above_it() {
    static ATTEMPTS: AtomicU32 = AtomicU32::new(0);

    #[fallback(Ok(42))]
    #[retry(max = 3, backoff = "fixed", base = "100ms", jitter = 0)]
    #[timeout(ms = 50)]
    #[chaos(name = "weather")]
    async fn forecast() -> Result<u32, Error> {
        ATTEMPTS.fetch_add(1, Ordering::Relaxed);
        Ok(21)
    }

    let begun = Instant::now();
    let plan = Chaos::plan().at("weather", [fail(|| Error::Busy).times(2), hang()]);
    assert_eq!(Scope::current().chaos(&plan).run(forecast()).await, Ok(21));
    assert_eq!(begun.elapsed(), ms(350), "three pauses and a timeout");
    assert_eq!(ATTEMPTS.load(Ordering::Relaxed), 1, "what is to fail does not run");

    let outage = Chaos::plan().at("weather", [fail(|| Error::Busy).always()]);
    assert_eq!(Scope::current().chaos(&outage).run(forecast()).await, Ok(42));
}

#[tokio::test(start_paused = true)]
async fn it_acts_on_each_step_of_an_agent() {
    #[agent(max_steps = 8)]
    #[retry(max = 1, backoff = "none")]
    #[chaos]
    async fn assistant(notes: &mut Vec<u32>) -> Result<Step<usize>, Error> {
        notes.push(1);
        Ok(if notes.len() == 3 { Step::Done(notes.len()) } else { Step::Next })
    }

    let plan = Chaos::plan().at("assistant", [fail(|| Error::Busy), ok(), fail(|| Error::Busy)]);
    let mut notes = Vec::new();
    assert_eq!(Scope::current().chaos(&plan).run(assistant(&mut notes)).await, Ok(3));
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_outside_of_the_scope_or_at_another_point() {
    let plan = Chaos::plan().at("forecast", [hang()]).at("other", [hang()]);
    assert_eq!(forecast().await, Ok(21));
    let elsewhere = Chaos::plan().at("other", [hang()]);
    assert_eq!(calls(&elsewhere, 1).await, [(10, Ok(21))]);
    assert_eq!(plan.unused(), ["forecast", "other"]);
}

#[tokio::test(start_paused = true)]
async fn the_inner_plan_acts_instead_of_the_outer_one() {
    let outer = Chaos::plan().at("forecast", [fail(|| Error::Busy).always()]);
    let inner = Chaos::plan().at("forecast", [fail(|| Error::Gone)]);
    let work = async {
        assert_eq!(forecast().await, Err(Error::Busy));
        assert_eq!(Scope::current().chaos(&inner).run(forecast()).await, Err(Error::Gone));
        assert_eq!(Scope::current().chaos(&inner).run(forecast()).await, Ok(21), "not the outer one's turn");
        assert_eq!(forecast().await, Err(Error::Busy));
    };
    Scope::current().chaos(&outer).run(work).await;
}

#[tokio::test(start_paused = true)]
async fn calls_at_the_same_time_share_one_count() {
    let plan = Chaos::plan().at("forecast", [fail(|| Error::Busy).times(3)]);
    let spawned: Vec<_> =
        (0..10).map(|_| tokio::spawn(Scope::current().chaos(&plan.clone()).run(forecast()))).collect();
    let mut busy = 0;
    for call in spawned {
        busy += u32::from(call.await.unwrap().is_err());
    }
    assert_eq!(busy, 3);
}

#[tokio::test(start_paused = true)]
async fn each_injection_is_told() {
    let recorder = Recorder::new();
    let plan =
        Chaos::plan().at("forecast", [fail(|| Error::Busy), ok(), slow(ms(300)), slow(Duration::from_secs(2)), hang()]);
    let work = async {
        for _ in 0..6 {
            let _ = tokio::time::timeout(Duration::from_secs(5), forecast()).await;
        }
    };
    Scope::current().chaos(&plan).recorder(&recorder).run(work).await;
    let told: Vec<_> = recorder
        .report()
        .entries()
        .iter()
        .map(|entry| (entry.at.as_millis(), entry.event.tool().to_owned(), entry.event.to_string()))
        .collect();
    let line = |at, what: &str| (at, "forecast".to_owned(), format!("chaos: {what} was injected"));
    assert_eq!(
        told,
        [line(0, "an error"), line(10, "a delay of 300ms"), line(320, "a delay of 2s"), line(2330, "a hang")]
    );
}

#[test]
fn a_plain_function_finds_the_plan_too() {
    #[retry(max = 1, backoff = "none")]
    #[chaos]
    fn forecast() -> Result<u32, Error> {
        Ok(21)
    }

    let plan = Chaos::plan().at("forecast", [fail(|| Error::Busy), slow(ms(1)), panic("words"), hang()]);
    let call = || poll_once(Scope::current().chaos(&plan).run(async { forecast() }));
    assert_eq!(call(), Ok(21));
    let panicked = || words(&*std::panic::catch_unwind(AssertUnwindSafe(call)).unwrap_err());
    assert_eq!(panicked(), "words");
    assert_eq!(panicked(), "the chaos plan hangs `forecast`, which is no `async fn`: nothing could end that");
}

fn poll_once<F: Future>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => unreachable!("there is nothing to wait for"),
    }
}

#[tokio::test]
#[should_panic = "the chaos plan fails `forecast` with a `&str`, and the function fails with a `chaos::Error`"]
async fn an_error_of_another_type_is_said_loudly() {
    let plan = Chaos::plan().at("forecast", [fail(|| "busy")]);
    let _ = calls(&plan, 1).await;
}

#[test]
#[should_panic = "names points that no call has reached: `forcast`, `fourcast`. Is a name misspelt"]
fn a_point_that_nobody_reached_is_said_loudly() {
    Chaos::plan().at("forcast", [hang()]).at("fourcast", [ok()]).assert_used();
}

#[tokio::test(start_paused = true)]
async fn a_point_that_was_reached_is_used() {
    let plan = Chaos::plan().at("forecast", [ok().times(9)]);
    calls(&plan, 1).await;
    plan.assert_used();
}

#[test]
#[should_panic = "the chaos plan has `forecast` twice: write both lists as one"]
fn a_point_twice_is_said_loudly() {
    let _ = Chaos::plan().at("forecast", [hang()]).at("forecast", [ok()]);
}

#[test]
#[should_panic = "`rate` of an injection must be between 0 and 1"]
fn a_rate_that_is_none_is_said_loudly() {
    let _ = hang().rate(20.0, 7);
}

#[tokio::test(start_paused = true)]
async fn any_error_type_will_do() {
    #[chaos]
    async fn with_anyhow() -> anyhow::Result<u32> {
        Ok(21)
    }
    #[chaos]
    async fn with_box() -> Result<impl std::fmt::Debug, Box<dyn std::error::Error>> {
        Ok(21)
    }
    #[chaos]
    #[circuit_breaker]
    async fn with_text(city: &str) -> Result<&str, String> {
        Ok(city)
    }
    #[chaos]
    async fn with_borrow(city: &str) -> Result<usize, &str> {
        Err(city)
    }

    let plan = Chaos::plan()
        .at("with_anyhow", [fail(|| anyhow::anyhow!("503"))])
        .at("with_box", [fail(|| Box::<dyn std::error::Error>::from("503"))])
        .at("with_text", [fail(|| "503".to_owned())])
        .at("with_borrow", [fail(|| "503")]);
    let work = async {
        assert_eq!(with_anyhow().await.unwrap_err().to_string(), "503");
        assert_eq!(with_box().await.unwrap_err().to_string(), "503");
        assert_eq!(with_text("Oslo").await.unwrap_err(), "503");
        assert_eq!(with_text("Oslo").await.unwrap(), "Oslo");
        assert_eq!(with_borrow("Oslo").await.unwrap_err(), "503");
        assert_eq!(with_borrow("Oslo").await.unwrap_err(), "Oslo");
    };
    Scope::current().chaos(&plan).run(work).await;
}

/// Errors that may not cross threads, in futures that may.
#[test]
fn the_future_is_send_whatever_the_error_is() {
    #[chaos]
    async fn forecast(city: &str) -> Result<usize, Rc<()>> {
        sleep(ms(1)).await;
        Ok(city.len())
    }

    fn spawned(_: impl Send) {}
    spawned(forecast("Oslo"));
}
