//! The tables that are printed.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};

use crate::contention::Rates;
use crate::growth::Step;
use crate::in_flight::InFlight;

pub fn in_flight(all: &[InFlight]) {
    let Some(InFlight { calls, .. }) = all.first() else { return };
    print(
        &format!("{calls} calls in flight on one thread, hanging under a timeout under a retry"),
        &["", "future", "heap/call", "resident/call", "start all", "fire and retry", "fire and join", "total"],
        all.iter().map(|row| {
            let seconds = |time: f64| format!("{time:.3} s");
            vec![
                row.contender.clone(),
                format!("{} B", row.future_bytes),
                format!("{:.0} B in {:.2}", row.heap_bytes_per_call, row.allocations_per_call),
                format!("{:.0} B", row.resident_bytes_per_call),
                seconds(row.start),
                seconds(row.fire_and_retry),
                seconds(row.fire_and_join),
                seconds(row.total()),
            ]
        }),
    );
}

pub fn contention(all: &[Rates]) {
    print(
        "Million calls per second through one shared state, all threads together",
        &["shared", "", "1 thread", "2 threads", "2 threads : 1", "grown by"],
        all.iter().map(|row| {
            let millions = |rate: Option<f64>| rate.map_or("–".to_owned(), |rate| format!("{:.1}", rate / 1e6));
            let ratio = row.two_threads.zip(row.one_thread).map(|(two, one)| format!("{:.2}", two / one));
            vec![
                row.state.to_owned(),
                row.contender.to_owned(),
                millions(row.one_thread),
                millions(row.two_threads),
                ratio.unwrap_or("–".to_owned()),
                format!("{:.0} KiB", row.grown_bytes / 1024.0),
            ]
        }),
    );
}

pub fn growth(all: &[Step]) {
    print(
        "A call with more and more attributes, or layers of a tower",
        &["", "attributes", "the new one", "least ns", "median ns", "allocations", "future"],
        all.iter().map(|row| {
            vec![
                row.contender.to_owned(),
                row.height.to_string(),
                row.adds.to_owned(),
                format!("{:.1}", row.least_ns),
                format!("{:.1}", row.median_ns),
                row.allocations.to_string(),
                format!("{} B", row.future_bytes),
            ]
        }),
    );
}

fn print(title: &str, header: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header).add_rows(rows);
    let first_figure = header.iter().rposition(|name| name.is_empty()).map_or(0, |column| column + 1);
    for column in table.column_iter_mut().skip(first_figure) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("\n{title}\n{table}");
}
