//! What a recorded call costs on a file: beside a bare commit of the same row, alone and with many at once; how long it takes to go on
//! after a restart; how large the file is.
//!
//! `durable [--calls N] [--peers]` prints a table, and writes `results/durable.json`. The file is in `target/`: on the disk that is
//! there. With `--peers` the crates that one would use instead are built, and measured on the same disk.

#![allow(clippy::cast_precision_loss, reason = "no count here comes near what a float holds exactly")]

mod bare;
mod folder;
mod measure;
mod peers;
mod table;

use std::error::Error;

use reliable_benches::results::{self, Setting};
use serde::Serialize;

#[derive(Serialize)]
struct Durable {
    setting: Setting,
    #[serde(flatten)]
    figures: measure::Figures,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    peers: Vec<peers::Peer>,
}

fn main() -> Result<(), Box<dyn Error>> {
    reliable_benches::refuse_debug_build();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let has_peers = arguments.pop_if(|last| *last == "--peers").is_some();
    let calls = match arguments[..] {
        [] => 2000,
        ["--calls", calls] => calls.parse()?,
        _ => return Err("usage: durable [--calls N] [--peers]".into()),
    };
    let folder = folder::Folder::new()?;
    let figures = measure::all(&folder, calls)?;
    let peers = if has_peers { peers::measured(&folder, calls)? } else { Vec::new() };
    table::print(&figures, &peers);
    results::write_json("durable.json", &Durable { setting: Setting::here(), figures, peers })?;
    Ok(())
}
