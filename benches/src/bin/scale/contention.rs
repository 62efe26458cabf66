//! What one shared state lets through per second, when one thread calls and when two do.

mod breakers;
mod limits;
mod outage;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::tool::{Error, resident_bytes, spin, tool};

/// How long a run should take with one thread. With two, a call can take ten times as long: and still less than a turn
/// of the scheduler, even where others want the cores too.
const RUN: Duration = Duration::from_micros(300);
/// What a thread makes in one run at the most: two threads stay below the burst of a rate limit, so that no call waits.
const MOST_CALLS_TO_A_LIMIT: u64 = 400_000;
/// After which memory is looked at.
const MANY_CALLS: u64 = 1_000_000;
/// How many runs are wanted of each, in turns, and how many are tried for them.
const RUNS: usize = 15;
const MOST_RUNS: usize = 300;

/// The calls per second of all threads together: the median of the runs in which each thread had a core to itself. The
/// best of all would be one in which one thread went after the other. `None` where the machine was too busy for any.
#[derive(Debug, Serialize)]
pub struct Rates {
    pub state: &'static str,
    pub contender: &'static str,
    pub one_thread: Option<f64>,
    pub two_threads: Option<f64>,
    /// What this process grew by in a million calls of two threads, which are not the first.
    pub grown_bytes: f64,
}

struct Row {
    state: &'static str,
    contender: &'static str,
    /// One run with so many threads, each of which makes so many calls.
    run: Box<dyn Fn(usize, u64) -> Run>,
}

struct Run {
    /// From the first call of any thread to the last one of any.
    took: Duration,
    /// How long the threads, together, were kept from a core.
    waited: Duration,
}

#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    /// `state` makes what the threads share, anew for each run, and `caller` what each thread calls.
    fn add<S, C>(
        &mut self,
        kind: &'static str,
        contender: &'static str,
        state: impl Fn() -> S + 'static,
        caller: impl Fn(S) -> C + Sync + 'static,
    ) where
        S: Clone + Send,
        C: AsyncFnMut(u64) -> Result<u64, Error>,
    {
        let run = Box::new(move |threads, calls| run(threads, calls, &state(), &caller));
        self.0.push(Row { state: kind, contender, run });
    }
}

/// Something to share, as a `static` is shared. A few hundred bytes a run are not worth an `Arc` in what is measured.
fn shared<T>(state: T) -> &'static T {
    Box::leak(Box::new(state))
}

pub fn measure() -> Vec<Rates> {
    let mut rows = Rows::default();
    rows.add("nothing", "raw call", || (), |()| tool);
    breakers::add_to(&mut rows);
    limits::add_to(&mut rows);
    outage::add_to(&mut rows);
    let calls: Vec<u64> = rows.0.iter().map(Row::calls_in_a_run).collect();
    let mut rates = vec![[vec![], vec![]]; calls.len()];
    let runs = reliable_benches::runs(RUNS);
    for _ in 0..MOST_RUNS {
        for ((row, &calls), rates) in rows.0.iter().zip(&calls).zip(&mut rates) {
            for (threads, rates) in (1..).zip(rates).filter(|(_, rates)| rates.len() < runs) {
                rates.extend(row.calls_per_second(threads, calls));
            }
        }
    }
    rows.0.iter().zip(rates).map(|(row, rates)| row.rates(rates.map(median))).collect()
}

impl Row {
    fn calls_in_a_run(&self) -> u64 {
        let most = if self.state == limits::RATE_LIMIT { MOST_CALLS_TO_A_LIMIT } else { u64::MAX };
        let mut calls = 1000;
        while calls < most && (self.run)(1, calls).took < RUN {
            calls *= 2;
        }
        calls.min(most)
    }

    fn calls_per_second(&self, threads: usize, calls: u64) -> Option<f64> {
        let Run { took, waited } = (self.run)(threads, calls);
        (waited < took / 50).then(|| threads as f64 * calls as f64 / took.as_secs_f64())
    }

    fn rates(&self, [one_thread, two_threads]: [Option<f64>; 2]) -> Rates {
        let resident = resident_bytes();
        (self.run)(2, MANY_CALLS / 2);
        let grown_bytes = resident_bytes() - resident;
        Rates { state: self.state, contender: self.contender, one_thread, two_threads, grown_bytes }
    }
}

fn median(mut rates: Vec<f64>) -> Option<f64> {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied()
}

fn run<S, C>(threads: usize, calls: u64, state: &S, caller: &(impl Fn(S) -> C + Sync)) -> Run
where
    S: Clone + Send,
    C: AsyncFnMut(u64) -> Result<u64, Error>,
{
    let missing = &AtomicUsize::new(threads);
    let spans: Vec<Span> = thread::scope(|scope| {
        let spawn = |state: S| scope.spawn(move || span(calls, caller(state), missing));
        let threads: Vec<_> = (0..threads).map(|_| state.clone()).map(spawn).collect();
        threads.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
    });
    let start = spans.iter().map(|span| span.start).min().expect("a thread");
    let end = spans.iter().map(|span| span.end).max().expect("a thread");
    Run { took: end - start, waited: spans.iter().map(|span| span.waited).sum() }
}

/// The calls of one thread.
struct Span {
    start: Instant,
    end: Instant,
    waited: Duration,
}

fn span(calls: u64, mut call: impl AsyncFnMut(u64) -> Result<u64, Error>, missing: &AtomicUsize) -> Span {
    let waited = waited_for_a_core();
    // No `Barrier`: a thread that it has put to sleep may wake when the other one is done.
    missing.fetch_sub(1, Ordering::AcqRel);
    while missing.load(Ordering::Acquire) > 0 {
        std::hint::spin_loop();
    }
    let start = Instant::now();
    for n in 0..calls {
        std::hint::black_box(spin(call(n))).expect("nothing fails");
    }
    let end = Instant::now();
    Span { start, end, waited: waited_for_a_core().saturating_sub(waited) }
}

/// How long this thread could have run and was not let, since it was made; nothing where the system does not tell.
fn waited_for_a_core() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(told.split(' ').nth(1).and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}
