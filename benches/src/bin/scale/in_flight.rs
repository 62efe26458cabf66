//! A million calls in flight at once on one thread, each of them hanging under a timeout under a retry.

use std::error::Error as StdError;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reliable::{Fault, retry, timeout};
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::tool::{Error, resident_bytes};

/// Long enough to start all calls within it; the program checks that.
const LIMIT: Duration = Duration::from_secs(6);
/// How often each contender is measured, in turns; fewer calls than so many are a trial, for which once is enough.
const RUNS: usize = 3;
const TRIAL: usize = 100_000;
/// A process of its own for each: what one has left in the heap would be a gift to the next.
const CONTENDERS: [&str; 2] = ["reliable", "by hand"];

static ATTEMPTS: AtomicUsize = AtomicUsize::new(0);

/// The figures of one contender; times in seconds, the least of a few runs each.
#[derive(Debug, Serialize, Deserialize)]
pub struct InFlight {
    pub contender: String,
    pub calls: usize,
    /// The future of one call, without the task around it.
    pub future_bytes: usize,
    /// What a call holds while it hangs: its task and its places in tokio's lists. The list of handles is not counted.
    pub heap_bytes_per_call: f64,
    pub allocations_per_call: f64,
    pub resident_bytes_per_call: f64,
    /// Spawn all and poll each once: then every timer is armed.
    pub start: f64,
    /// All timeouts fire, all calls are made again, and every timer is armed again.
    pub fire_and_retry: f64,
    /// All timeouts fire for the second time, all calls end, and all tasks are joined.
    pub fire_and_join: f64,
}

impl InFlight {
    pub fn total(&self) -> f64 {
        self.start + self.fire_and_retry + self.fire_and_join
    }

    fn keep_least(&mut self, other: &InFlight) {
        self.start = self.start.min(other.start);
        self.fire_and_retry = self.fire_and_retry.min(other.fire_and_retry);
        self.fire_and_join = self.fire_and_join.min(other.fire_and_join);
    }
}

pub fn measure(calls: usize) -> Result<Vec<InFlight>, Box<dyn StdError>> {
    let mut all = CONTENDERS.map(|name| in_a_process(name, calls)).into_iter().collect::<Result<Vec<_>, _>>()?;
    let runs = if calls < TRIAL { 1 } else { RUNS };
    for _ in 1..runs {
        for (contender, least) in CONTENDERS.into_iter().zip(&mut all) {
            least.keep_least(&in_a_process(contender, calls)?);
        }
    }
    Ok(all)
}

fn in_a_process(contender: &str, calls: usize) -> Result<InFlight, Box<dyn StdError>> {
    let output = Command::new(std::env::current_exe()?).args(["in-flight", contender, &calls.to_string()]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Measures one contender in this process, and prints its figures as JSON.
pub fn alone(contender: &str, calls: usize) -> Result<(), Box<dyn StdError>> {
    let figures = match contender {
        "reliable" => figures(contender, calls, annotated),
        "by hand" => figures(contender, calls, by_hand),
        _ => return Err("no such contender".into()),
    };
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

async fn tool() -> Result<u64, Error> {
    ATTEMPTS.fetch_add(1, Ordering::Relaxed);
    std::future::pending().await
}

#[retry(max = 1, backoff = "none")]
#[timeout(secs = 6)] // a literal, and no `LIMIT`: an expression would be evaluated by each call, and kept in it
async fn annotated() -> Result<u64, Error> {
    tool().await
}

async fn by_hand() -> Result<u64, Error> {
    let mut retries = 0;
    loop {
        let outcome = match tokio::time::timeout(LIMIT, tool()).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Error::TimedOut),
        };
        match outcome {
            Err(_) if retries < 1 => retries += 1,
            outcome => return outcome,
        }
    }
}

type Handles = Vec<JoinHandle<Result<u64, Error>>>;

fn figures<F>(contender: &str, calls: usize, call: fn() -> F) -> InFlight
where
    F: Future<Output = Result<u64, Error>> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let mut handles: Handles = vec![];
    handles.reserve_exact(calls);
    let (mut start, resident) = (0.0, resident_bytes());
    let heap =
        allocation_counter::measure(|| start = seconds(|| runtime.block_on(spawn_all(calls, call, &mut handles))));
    let resident = resident_bytes() - resident;
    let per_call = |total: f64| total / calls as f64;
    InFlight {
        contender: contender.to_owned(),
        calls,
        future_bytes: size_of_val(&call()),
        heap_bytes_per_call: per_call(heap.bytes_current as f64),
        allocations_per_call: per_call(heap.count_current as f64),
        resident_bytes_per_call: per_call(resident),
        start,
        fire_and_retry: when_due(start, || runtime.block_on(attempts_reach(2 * calls))),
        fire_and_join: end_all(&runtime, handles),
    }
}

async fn spawn_all<F>(calls: usize, call: fn() -> F, handles: &mut Handles)
where
    F: Future<Output = Result<u64, Error>> + Send + 'static,
{
    handles.extend((0..calls).map(|_| tokio::spawn(call())));
    attempts_reach(calls).await;
}

async fn attempts_reach(attempts: usize) {
    while ATTEMPTS.load(Ordering::Relaxed) < attempts {
        tokio::task::yield_now().await;
    }
}

fn end_all(runtime: &Runtime, handles: Handles) -> f64 {
    when_due(0.0, || runtime.block_on(join_all(handles)))
}

async fn join_all(handles: Handles) {
    for handle in handles {
        let error = handle.await.expect("no task panics").expect_err("the tool hangs");
        assert!(matches!(error, Error::TimedOut | Error::Fault(Fault::TimedOut { .. })));
    }
}

/// Blocks the thread until every timer is due, so that the time measured after it is work alone.
fn when_due(arming_took: f64, work: impl FnOnce()) -> f64 {
    assert!(arming_took < LIMIT.as_secs_f64(), "the first calls timed out before the last had started: fewer --calls");
    std::thread::sleep(LIMIT + Duration::from_millis(10));
    seconds(work)
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}
