//! What a recorded call costs on a file: beside a bare commit of the same row, alone and with many at once; how long it takes to go on
//! after a restart; how large the file is.
//!
//! `durable [--calls N]` prints a table, and writes `results/durable.json`. The file is in `target/`: on the disk that is there.

#![allow(clippy::cast_precision_loss, reason = "no count here comes near what a float holds exactly")]

mod bare;
mod folder;
mod measure;
mod table;

use std::error::Error;

use reliable_benches::results::{self, Setting};
use serde::Serialize;

#[derive(Serialize)]
struct Durable {
    setting: Setting,
    #[serde(flatten)]
    figures: measure::Figures,
}

fn main() -> Result<(), Box<dyn Error>> {
    reliable_benches::refuse_debug_build();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let calls = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => 2000,
        ["--calls", calls] => calls.parse()?,
        _ => return Err("usage: durable [--calls N]".into()),
    };
    let figures = measure::all(calls)?;
    table::print(&figures);
    results::write_json("durable.json", &Durable { setting: Setting::here(), figures })?;
    Ok(())
}
