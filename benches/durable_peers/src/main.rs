//! What a recorded call costs with the crates that one would use instead: `durable_peers FOLDER CALLS`. The files are made in that
//! folder, and the figures are printed as JSON: the program `durable` of the benches reads them.

mod durare;
mod duroxide;

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;

/// As many bytes as there.
const OUTCOME: usize = 180;

#[derive(Serialize)]
struct Peer {
    name: &'static str,
    /// Microseconds for each call, one after the other.
    recorded_call: f64,
    /// Recorded calls in a second, of 50 runs at once.
    at_once: f64,
}

/// Runs so many runs at once, of so many calls each, and says how long it took.
trait Runs {
    async fn took(&self, name: &str, runs: usize, calls: usize) -> Result<Duration, Box<dyn Error>>;
}

async fn measure(name: &'static str, runs: &impl Runs, calls: usize) -> Result<Peer, Box<dyn Error>> {
    runs.took("warm", 1, 10).await?;
    let alone = runs.took("alone", 1, calls).await?;
    let at_once = runs.took("at-once", 50, calls / 20).await?;
    Ok(Peer {
        name,
        recorded_call: alone.as_secs_f64() * 1e6 / calls as f64,
        at_once: (50 * (calls / 20)) as f64 / at_once.as_secs_f64(),
    })
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, calls] = &arguments[..] else { return Err("usage: durable_peers FOLDER CALLS".into()) };
    let (folder, calls) = (Path::new(folder), calls.parse()?);
    let mut peers = Vec::new();
    for (name, mode) in durare::MODES {
        let engine = durare::engine(&folder.join(format!("durare-{mode:?}.db")), mode).await?;
        peers.push(measure(name, &engine, calls).await?);
    }
    // It takes some milliseconds for each.
    let engine = duroxide::engine(&folder.join("duroxide.db")).await?;
    peers.push(measure(duroxide::NAME, &engine, (calls / 20).max(20)).await?);
    println!("{}", serde_json::to_string(&peers)?);
    Ok(())
}

fn outcome(number: usize) -> String {
    format!("{number:0OUTCOME$}")
}

fn began() -> Instant {
    Instant::now()
}
