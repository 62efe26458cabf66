//! What one would write by hand for the same end, with nothing but tokio: the floor.

use std::future::poll_fn;
use std::hint::black_box;
use std::pin::pin;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::Poll;
use std::time::Duration;

use reliable::Fault;
use reliable_benches::breaker::Breaker;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, Telling, consuming_tool, large_tool, reading_tool, text, tool, waiting_tool};

pub fn add_to(rows: &mut Rows) {
    rows.add(Case::Retry, || retried(black_box(1)))
        .add(Case::TimeoutReady, || limited(black_box(1)))
        .add(Case::TimeoutPending, || limited_and_waiting(black_box(1)))
        .add(Case::CircuitBreaker, || guarded(black_box(1)))
        .add(Case::Bulkhead, || contained(black_box(1)))
        .add(Case::RateLimit, || throttled(black_box(1)))
        .add(Case::Fallback, || rescued(black_box(1)))
        .add(Case::Failover, || failed_over(black_box(1)))
        .add(Case::Approval, || approved(black_box(1)))
        .add(Case::Stack, || stacked(black_box(1)))
        .add(Case::Telling, || stacked_and_telling(black_box(1)))
        .add(Case::Borrowed, || borrowing(text()))
        .add(Case::Cloned, || cloning(text()))
        .add(Case::RetryLarge, || retried_and_large(black_box(1)))
        .add(Case::TimeoutLarge, || limited_and_large(black_box(1)));
}

const RETRIES: u32 = 3;
const LIMIT: Duration = Duration::from_secs(2);

fn pause(retry: u32) -> Duration {
    Duration::from_millis(500 << retry)
}

macro_rules! retried {
    ($call:expr) => {{
        let mut retries = 0;
        loop {
            match $call.await {
                Err(Error::Busy) if retries < RETRIES => {}
                outcome => break outcome,
            }
            sleep(pause(retries)).await;
            retries += 1;
        }
    }};
}

async fn retried(n: u64) -> Result<u64, Error> {
    retried!(tool(n))
}

async fn borrowing(text: String) -> Result<usize, Error> {
    retried!(reading_tool(&text))
}

async fn cloning(text: String) -> Result<usize, Error> {
    retried!(consuming_tool(text.clone()))
}

async fn retried_and_large(n: u64) -> Result<u64, Error> {
    retried!(large_tool(n))
}

/// The timer is made when the call first has to wait.
macro_rules! within {
    ($limit:expr, $call:expr, $timed_out:expr) => {{
        let (mut call, mut timer) = (pin!($call), pin!(None));
        poll_fn(|context| {
            if let Poll::Ready(outcome) = call.as_mut().poll(context) {
                return Poll::Ready(outcome);
            }
            if timer.is_none() {
                timer.set(Some(sleep($limit)));
            }
            let over = timer.as_mut().as_pin_mut().is_some_and(|timer| timer.poll(context).is_ready());
            if over { Poll::Ready(Err($timed_out)) } else { Poll::Pending }
        })
        .await
    }};
}

async fn limited(n: u64) -> Result<u64, Error> {
    within!(LIMIT, tool(n), Error::TimedOut)
}

async fn limited_and_waiting(n: u64) -> Result<u64, Error> {
    within!(LIMIT, waiting_tool(n), Error::TimedOut)
}

async fn limited_and_large(n: u64) -> Result<u64, Error> {
    within!(LIMIT, large_tool(n), Error::TimedOut)
}

async fn guarded(n: u64) -> Result<u64, Error> {
    static BREAKER: Breaker = Breaker::closed();
    let admitted = BREAKER.admit().map_err(|_| Error::Open)?;
    let outcome = tool(n).await;
    admitted.record(outcome.is_err());
    outcome
}

async fn contained(n: u64) -> Result<u64, Error> {
    static PLACES: Semaphore = Semaphore::const_new(16);
    let _place = PLACES.acquire().await.expect("nobody closes it");
    tool(n).await
}

/// A token bucket behind a lock.
struct Bucket {
    tokens: f64,
    filled: Instant,
}

const PER_SECOND: f64 = 1e6;

impl Bucket {
    /// The time to wait for a token, where there is none.
    fn take(&mut self) -> Option<Duration> {
        let now = Instant::now();
        let filled = self.tokens + now.duration_since(self.filled).as_secs_f64() * PER_SECOND;
        self.filled = now;
        self.tokens = filled.min(PER_SECOND) - 1.0;
        (self.tokens < 0.0).then(|| Duration::from_secs_f64(-self.tokens / PER_SECOND))
    }
}

async fn throttled(n: u64) -> Result<u64, Error> {
    static BUCKET: OnceLock<Mutex<Bucket>> = OnceLock::new();
    let bucket = BUCKET.get_or_init(|| Mutex::new(Bucket { tokens: PER_SECOND, filled: Instant::now() }));
    let wait = bucket.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(wait) = wait {
        sleep(wait).await;
    }
    tool(n).await
}

async fn rescued(n: u64) -> Result<u64, Error> {
    match tool(n).await {
        Err(Error::Busy) => tool(n).await,
        outcome => outcome,
    }
}

async fn failed_over(n: u64) -> Result<u64, Error> {
    let mut last = Error::Busy;
    for model in &[1, 2] {
        match tool(n + *model).await {
            Err(error) => last = error,
            answer => return answer,
        }
    }
    Err(last)
}

/// What a human is shown, who may sit at the other end of a channel.
struct Question {
    tool: &'static str,
    arguments: Vec<(&'static str, String)>,
}

/// Whom one asks, in its own time.
trait Human {
    async fn approves(&self, question: &Question) -> bool;
}

struct Yes;

impl Human for Yes {
    async fn approves(&self, question: &Question) -> bool {
        black_box((question.tool, &question.arguments));
        true
    }
}

async fn approved(n: u64) -> Result<u64, Error> {
    let question = Question { tool: "approved", arguments: vec![("n", format!("{n:?}"))] };
    if !Yes.approves(&question).await {
        return Err(Error::Denied);
    }
    tool(n).await
}

macro_rules! stacked {
    ($n:ident, $open:expr, $busy:pat, $timed_out:pat => $new_timed_out:expr) => {{
        static BREAKER: Breaker = Breaker::closed();
        let mut retries = 0;
        loop {
            let admitted = BREAKER.admit().map_err($open)?;
            let outcome = within!(LIMIT, tool($n), $new_timed_out);
            admitted.record(outcome.is_err());
            drop(admitted);
            match outcome {
                Err($busy | $timed_out) if retries < RETRIES => {}
                outcome => return outcome,
            }
            sleep(pause(retries)).await;
            retries += 1;
        }
    }};
}

async fn stacked(n: u64) -> Result<u64, Error> {
    stacked!(n, |_| Error::Open, Error::Busy, Error::TimedOut => Error::TimedOut)
}

async fn stacked_and_telling(n: u64) -> Result<u64, Telling> {
    stacked!(
        n,
        |left| Fault::CircuitOpen { tool: "stacked".into(), left },
        Telling::Busy,
        Telling::Fault(Fault::TimedOut { .. }) => Fault::TimedOut { tool: "stacked".into(), limit: LIMIT }.into()
    )
}
