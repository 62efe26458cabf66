//! What one would write by hand, with nothing but tokio.

use std::future::{Ready, poll_fn, ready};
use std::hint::black_box;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use reliable::Fault;
use reliable_benches::breaker::Breaker;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use super::LONG;
use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Busy, Error, Large, Telling, dead_tool, flaky_tool, hanging_tool, tool};

pub fn add_to(rows: &mut Rows) {
    add_with::<Error>(rows, None);
    add_with::<Telling>(rows, Some("a 48-byte error"));
    add_with::<Large>(rows, Some("a 200-byte error"));
    add_with::<String>(rows, Some("a `String` as error"));
    add_with::<anyhow::Error>(rows, Some("an `anyhow::Error`"));
}

fn add_with<E: Fails>(rows: &mut Rows, error: Option<&'static str>) {
    std::mem::forget(FULL.try_acquire());
    rows.add_failing_with(Case::FailedOnce, error, || retried(flaky_tool::<E>, black_box(1)))
        .add_failing_with(Case::FailedAlways, error, || retried(dead_tool::<E>, black_box(1)))
        .add_failing_with(Case::Open, error, || open::<E>(black_box(1)))
        .add_failing_with(Case::HalfOpen, error, || half_open::<E>(black_box(1)))
        .add_failing_with(Case::Full, error, || full::<E>(black_box(1)))
        .add_failing_with(Case::Exhausted, error, || exhausted::<E>(black_box(1)))
        .add_failing_with(Case::TimedOut, error, || timed_out::<E>(black_box(1)))
        .add_failing_with(Case::Hedged, error, || hedged::<E>(black_box(1)))
        .add_failing_with(Case::Answered, error, || answered::<E>(black_box(1)))
        .add_failing_with(Case::Outage, error, || outage::<E>(black_box(1)))
        .add_failing_with(Case::Denied, error, || denied::<E>(black_box(1)));
}

/// What an error says of itself, and how it says what the library would say.
trait Fails: From<Busy> + 'static {
    fn is_busy(&self) -> bool;
    fn timed_out() -> Self;
    fn open(left: Duration) -> Self;
    fn no_room() -> Self;
    fn denied() -> Self;
}

impl Fails for Error {
    fn is_busy(&self) -> bool {
        matches!(self, Error::Busy)
    }

    fn timed_out() -> Error {
        Error::TimedOut
    }

    fn open(_: Duration) -> Error {
        Error::Open
    }

    fn no_room() -> Error {
        Error::NoRoom
    }

    fn denied() -> Error {
        Error::Denied
    }
}

const LIMIT: Duration = Duration::from_millis(1);

macro_rules! keeps_the_fault {
    ($($error:ty: $is_busy:expr;)*) => {$(
        impl Fails for $error {
            fn is_busy(&self) -> bool {
                $is_busy(self)
            }

            fn timed_out() -> Self {
                Fault::TimedOut { tool: "timed_out".into(), limit: LIMIT }.into()
            }

            fn open(left: Duration) -> Self {
                Fault::CircuitOpen { tool: "open".into(), left }.into()
            }

            fn no_room() -> Self {
                Fault::Rejected { tool: "no_room".into(), by: "limit".into(), wait: None }.into()
            }

            fn denied() -> Self {
                Fault::Denied { tool: "denied".into(), reason: "no".to_owned() }.into()
            }
        }
    )*};
}

keeps_the_fault! {
    Telling: |error| matches!(error, &Telling::Busy);
    Large: |error| matches!(error, &Large::Busy(_));
    anyhow::Error: |error: &anyhow::Error| error.is::<Busy>();
}

impl Fails for String {
    fn is_busy(&self) -> bool {
        true
    }

    fn timed_out() -> String {
        "timed out".to_owned()
    }

    fn open(left: Duration) -> String {
        format!("the circuit is open for another {left:?}")
    }

    fn no_room() -> String {
        "no room".to_owned()
    }

    fn denied() -> String {
        "denied".to_owned()
    }
}

async fn retried<E: Fails, F>(call: impl Fn(u64) -> F, n: u64) -> Result<u64, E>
where
    F: Future<Output = Result<u64, E>>,
{
    let mut retries = 0;
    loop {
        match call(n).await {
            Err(error) if retries < 3 && error.is_busy() => retries += 1,
            outcome => return outcome,
        }
    }
}

async fn open<E: Fails>(n: u64) -> Result<u64, E> {
    static BREAKER: Breaker = Breaker::closed();
    let admitted = BREAKER.admit().map_err(E::open)?;
    let outcome = dead_tool(n).await;
    admitted.record(outcome.is_err());
    outcome
}

async fn half_open<E: Fails>(n: u64) -> Result<u64, E> {
    static BREAKER: Breaker<0> = Breaker::half_open();
    let admitted = BREAKER.admit().map_err(E::open)?;
    let outcome = dead_tool(n).await;
    admitted.record(outcome.is_err());
    outcome
}

static FULL: Semaphore = Semaphore::const_new(1);

async fn full<E: Fails>(n: u64) -> Result<u64, E> {
    let _place = FULL.try_acquire().map_err(|_| E::no_room())?;
    tool(n).await
}

async fn exhausted<E: Fails>(n: u64) -> Result<u64, E> {
    static LAST: Mutex<Option<Instant>> = Mutex::new(None);
    {
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if last.is_some_and(|last| now - last < LONG) {
            return Err(E::no_room());
        }
        *last = Some(now);
    }
    tool(n).await
}

async fn timed_out<E: Fails>(n: u64) -> Result<u64, E> {
    let (mut call, mut timer) = (pin!(hanging_tool(n)), pin!(None));
    poll_fn(|context| {
        if let Poll::Ready(outcome) = call.as_mut().poll(context) {
            return Poll::Ready(outcome);
        }
        if timer.is_none() {
            timer.set(Some(sleep(LIMIT)));
        }
        let over = timer.as_mut().as_pin_mut().is_some_and(|timer| timer.poll(context).is_ready());
        if over { Poll::Ready(Err(E::timed_out())) } else { Poll::Pending }
    })
    .await
}

async fn hedged<E: Fails>(n: u64) -> Result<u64, E> {
    let (mut first, mut second, mut timer) = (pin!(hanging_tool::<E>(n)), pin!(None), pin!(None));
    poll_fn(|context| {
        if let Poll::Ready(Ok(value)) = first.as_mut().poll(context) {
            return Poll::Ready(Ok(value));
        }
        if timer.is_none() {
            timer.set(Some(sleep(LIMIT)));
        }
        let over = timer.as_mut().as_pin_mut().is_some_and(|timer| timer.poll(context).is_ready());
        if over && second.is_none() {
            second.set(Some(hanging_tool(n)));
        }
        match second.as_mut().as_pin_mut() {
            Some(second) => second.poll(context),
            None => Poll::Pending,
        }
    })
    .await
}

async fn answered<E: Fails>(n: u64) -> Result<u64, E> {
    match dead_tool::<E>(n).await {
        Err(error) if error.is_busy() => tool(n).await,
        outcome => outcome,
    }
}

/// One that is open is not worth a retry.
async fn outage<E: Fails>(n: u64) -> Result<u64, E> {
    static BREAKER: Breaker = Breaker::closed();
    let mut retries = 0;
    loop {
        let Ok(admitted) = BREAKER.admit() else { return tool(n).await };
        let outcome = dead_tool::<E>(n).await;
        admitted.record(outcome.is_err());
        match outcome {
            Err(error) if retries < 3 && error.is_busy() => retries += 1,
            Err(_) => return tool(n).await,
            outcome => return outcome,
        }
    }
}

/// What a human is shown.
struct Question {
    tool: &'static str,
    arguments: Vec<(&'static str, String)>,
}

fn no(question: &Question) -> Ready<bool> {
    black_box((question.tool, &question.arguments));
    ready(false)
}

async fn denied<E: Fails>(n: u64) -> Result<u64, E> {
    let question = Question { tool: "denied", arguments: vec![("n", format!("{n:?}"))] };
    if !no(&question).await {
        return Err(E::denied());
    }
    tool(n).await
}
