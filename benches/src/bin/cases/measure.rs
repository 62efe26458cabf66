//! The measuring: time in interleaved runs, allocations and sizes.

use std::time::{Duration, Instant};

use crate::row::{Row, Watch};

/// How often each row is run; all rows take turns, so that a slow moment of the machine meets them all.
const RUNS: usize = 301;
/// How many calls a run makes: enough that reading the clock is lost in it, and too few to use up a rate limit.
const CALLS: u32 = 2000;
/// Where a run has to wait for timers, there are fewer.
const WAITING_RUNS: usize = 31;
/// And where somebody listens: what that takes is told, and not held against anybody.
const HEARD_RUNS: usize = 51;

/// Prints `case, contender, least ns, median ns, allocations, bytes allocated, bytes of the future` for each row.
pub fn time(rows: &[Row], is_heard: bool) {
    let runs = reliable_benches::runs(if is_heard { HEARD_RUNS } else { RUNS });
    let mut nanos = vec![Vec::with_capacity(runs); rows.len()];
    for run in 0..runs {
        for (row, nanos) in rows.iter().zip(&mut nanos) {
            if run < WAITING_RUNS || !row.case.waits() {
                nanos.push(nanos_per_call(row));
            }
        }
    }
    for (row, nanos) in rows.iter().zip(&mut nanos) {
        nanos.sort_by(f64::total_cmp);
        let (least, median) = (nanos[0], nanos[nanos.len() / 2]);
        let heap = allocation_counter::measure(|| row.run(1, &mut Nobody));
        let beside = row.beside();
        let (allocations, bytes) = (heap.count_total - beside[0], heap.bytes_total - beside[1]);
        let (contender, future) = (row.contender, row.future_bytes);
        println!("{row}\t{contender}\t{least:.2}\t{median:.2}\t{allocations}\t{bytes}\t{future}");
    }
}

fn nanos_per_call(row: &Row) -> f64 {
    let mut clock = Clock { started: Instant::now(), total: Duration::ZERO };
    row.run(CALLS as usize, &mut clock);
    clock.total.as_secs_f64() * 1e9 / f64::from(CALLS)
}

struct Clock {
    started: Instant,
    total: Duration,
}

impl Watch for Clock {
    fn start(&mut self) {
        self.started = Instant::now();
    }

    fn stop(&mut self) {
        self.total += self.started.elapsed();
    }
}

struct Nobody;

impl Watch for Nobody {
    fn start(&mut self) {}
    fn stop(&mut self) {}
}
