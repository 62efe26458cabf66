//! The measuring: time in interleaved runs, allocations and sizes.

use std::time::Instant;

use crate::row::Row;

/// How often each row is run; all rows take turns, so that a slow moment of the machine meets them all.
const RUNS: usize = 301;
/// How many calls a run makes: enough that reading the clock is lost in it, and too few to use up a rate limit.
const CALLS: u32 = 2000;

/// Prints `case, contender, least ns, median ns, allocations, bytes allocated, bytes of the future` for each row.
pub fn time(rows: &[Row]) {
    let mut nanos = vec![Vec::with_capacity(RUNS); rows.len()];
    for _ in 0..RUNS {
        for (row, nanos) in rows.iter().zip(&mut nanos) {
            nanos.push(nanos_per_call(row));
        }
    }
    for (row, nanos) in rows.iter().zip(&mut nanos) {
        nanos.sort_by(f64::total_cmp);
        let (least, median) = (nanos[0], nanos[RUNS / 2]);
        let heap = allocation_counter::measure(|| row.run(1));
        let Row { case, contender, .. } = row;
        let (allocations, bytes, future) = (heap.count_total, heap.bytes_total, row.future_bytes());
        println!("{case}\t{contender}\t{least:.2}\t{median:.2}\t{allocations}\t{bytes}\t{future}");
    }
}

fn nanos_per_call(row: &Row) -> f64 {
    let start = Instant::now();
    row.run(CALLS.into());
    start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
}
