//! How the cost scales: with a million calls in flight, with threads that share a state, with attributes on attributes.
//!
//! `scale [--calls N]` prints three tables, and writes `results/scale.json` and `results/growth.svg`.

#![allow(clippy::cast_precision_loss, reason = "no count here comes near what a float holds exactly")]

mod contention;
mod growth;
mod in_flight;
mod plot;
mod table;
mod tool;

use std::error::Error;

use reliable_benches::results::{self, Setting};
use serde::Serialize;

#[derive(Serialize)]
struct Scale<'a> {
    setting: Setting,
    in_flight: Vec<in_flight::InFlight>,
    contention: Vec<contention::Rates>,
    growth: &'a [growth::Step],
}

fn main() -> Result<(), Box<dyn Error>> {
    reliable_benches::refuse_debug_build();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => everything(1_000_000),
        ["--calls", calls] => everything(calls.parse()?),
        ["in-flight", contender, calls] => in_flight::alone(contender, calls.parse()?),
        _ => Err("usage: scale [--calls N]".into()),
    }
}

fn everything(calls: usize) -> Result<(), Box<dyn Error>> {
    // Nothing waits, but some timers and clocks of others can be made only inside a runtime.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let _inside = runtime.enter();
    let growth = growth::measure();
    table::growth(&growth);
    let contention = contention::measure();
    table::contention(&contention);
    let in_flight = in_flight::measure(calls)?;
    table::in_flight(&in_flight);
    results::write_json("scale.json", &Scale { setting: Setting::here(), in_flight, contention, growth: &growth })?;
    plot::growth(&growth, &results::path("growth.svg"))
}
