//! What each further attribute adds, from one to eight; and what each further layer of a tower adds.

mod attributes;
#[cfg(feature = "tower")]
mod layers;

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::tool::{Error, ready, tool};

/// How often each is run; all take turns, so that a slow moment of the machine meets them all.
const RUNS: usize = 301;
/// How long a run should take: far longer than reading the clock, far shorter than a turn of the scheduler.
const RUN: Duration = Duration::from_micros(200);
const COUNTED_CALLS: u64 = 1000;

/// The figures of one stack.
#[derive(Debug, Serialize)]
pub struct Step {
    pub contender: &'static str,
    /// How many attributes, or layers.
    pub height: usize,
    /// The one that is new, compared with the stack before.
    pub adds: &'static str,
    pub least_ns: f64,
    pub median_ns: f64,
    pub allocations: f64,
    pub future_bytes: usize,
}

struct Row {
    contender: &'static str,
    height: usize,
    adds: &'static str,
    run: Box<dyn FnMut(u64)>,
    future_bytes: usize,
}

#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    /// The next stack of a contender, one higher than that before.
    fn add<C>(&mut self, contender: &'static str, adds: &'static str, mut call: C) -> &mut Self
    where
        C: AsyncFnMut(u64) -> Result<u64, Error> + 'static,
    {
        let height = 1 + self.0.iter().filter(|row| row.contender == contender).count();
        let future_bytes = size_of_val(&call(1));
        let run = Box::new(move |calls| (0..calls).for_each(|_| drop(black_box(ready(call(black_box(1)))))));
        self.0.push(Row { contender, height, adds, run, future_bytes });
        self
    }
}

pub fn measure() -> Vec<Step> {
    let mut rows = Rows::default();
    rows.add("raw call", "nothing", tool);
    rows.0[0].height = 0;
    attributes::add_to(&mut rows);
    #[cfg(feature = "tower")]
    layers::add_to(&mut rows);
    let calls: Vec<u64> = rows.0.iter_mut().map(calls_in_a_run).collect();
    let runs = reliable_benches::runs(RUNS);
    let mut nanos = vec![Vec::with_capacity(runs); calls.len()];
    for _ in 0..runs {
        for ((row, &calls), nanos) in rows.0.iter_mut().zip(&calls).zip(&mut nanos) {
            nanos.push(time(row, calls).as_secs_f64() * 1e9 / calls as f64);
        }
    }
    rows.0.into_iter().zip(nanos).map(|(row, nanos)| step(row, nanos)).collect()
}

fn step(mut row: Row, mut nanos: Vec<f64>) -> Step {
    nanos.sort_by(f64::total_cmp);
    let (least_ns, median_ns) = (nanos[0], nanos[nanos.len() / 2]);
    let allocations =
        allocation_counter::measure(|| (row.run)(COUNTED_CALLS)).count_total as f64 / COUNTED_CALLS as f64;
    let Row { contender, height, adds, future_bytes, .. } = row;
    Step { contender, height, adds, least_ns, median_ns, allocations, future_bytes }
}

fn time(row: &mut Row, calls: u64) -> Duration {
    let start = Instant::now();
    (row.run)(calls);
    start.elapsed()
}

fn calls_in_a_run(row: &mut Row) -> u64 {
    let mut calls = 64;
    while time(row, calls) < RUN {
        calls *= 2;
    }
    calls
}
