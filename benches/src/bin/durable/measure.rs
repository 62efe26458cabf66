//! What is measured.

use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reliable::durable;
use reliable::sqlite::Store;
use serde::Serialize;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::bare::Bare;
use crate::folder::Folder;

/// About as long as what a tool is called with, and gives.
const ARGUMENTS: usize = 60;
const OUTCOME: usize = 180;

/// The alternating rounds: the disk of a machine is not as quick at one time as at another.
const ROUNDS: usize = 10;

#[derive(Serialize)]
pub struct Figures {
    /// Microseconds for each, one after the other.
    pub bare_commit: f64,
    /// The same commit, asked for by a task, which must not block its thread.
    pub commit_of_a_task: f64,
    pub recorded_call: f64,
    /// Recorded calls in a second, of so many runs at once.
    pub at_once: Vec<AtOnce>,
    pub recovery: Recovery,
    /// The size of the file for each call in it.
    pub bytes_per_call: f64,
}

#[derive(Serialize)]
pub struct AtOnce {
    pub runs: usize,
    pub calls_per_second: f64,
}

#[derive(Serialize)]
pub struct Recovery {
    pub ended: usize,
    pub open: usize,
    pub calls_of_each: usize,
    /// Milliseconds until the file is open.
    pub opened: f64,
    /// Milliseconds until all that were open have read what is recorded of them, and go on.
    pub went_on: f64,
}

async fn booked(number: usize) -> Result<String, String> {
    let call = durable::call("booked").in_module(module_path!());
    let call = call.shown(|call| call.show("booking", format!("{number:0ARGUMENTS$}")));
    call.run(async move { Ok(format!("{number:0OUTCOME$}")) }).await
}

async fn some(calls: usize) -> Result<usize, String> {
    for number in 0..calls {
        booked(number).await?;
    }
    Ok(calls)
}

pub fn all(folder: &Folder, calls: usize) -> Result<Figures, Box<dyn Error>> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let [bare_commit, commit_of_a_task, recorded_call] = one_after_the_other(&runtime, folder, calls)?;
    let mut at_once = Vec::new();
    for (runs, calls) in [(1, calls / 4), (50, calls / 20), (1000, calls / 100)] {
        let store = Store::open(folder.file(&format!("{runs}.db")))?;
        let began = Instant::now();
        runtime.block_on(side_by_side(&store, "run", runs, calls))?;
        at_once.push(AtOnce { runs, calls_per_second: (runs * calls) as f64 / began.elapsed().as_secs_f64() });
    }
    let (recovery, bytes_per_call) = recovery(&runtime, folder, 5 * calls)?;
    Ok(Figures { bare_commit, commit_of_a_task, recorded_call, at_once, recovery, bytes_per_call })
}

fn one_after_the_other(runtime: &Runtime, folder: &Folder, calls: usize) -> Result<[f64; 3], Box<dyn Error>> {
    let bare = Arc::new(Mutex::new(Bare::new(&folder.file("bare.db"))?));
    let store = Store::open(folder.file("calls.db"))?;
    let mut took = [const { Vec::new() }; 3];
    let each = calls / ROUNDS;
    for round in 0..ROUNDS {
        let began = Instant::now();
        for _ in 0..each {
            commit(&bare)?;
        }
        took[0].push(began.elapsed());
        let began = Instant::now();
        runtime.block_on(async {
            for _ in 0..each {
                let bare = Arc::clone(&bare);
                tokio::task::spawn_blocking(move || commit(&bare)).await??;
            }
            Ok::<_, Box<dyn Error>>(())
        })?;
        took[1].push(began.elapsed());
        let recorded = runtime.block_on(store.run(format!("round-{round}"), async {
            let began = Instant::now();
            some(each).await.map(|_| began.elapsed())
        }))?;
        took[2].push(recorded?);
    }
    Ok(took.map(|rounds| median(rounds, each)))
}

fn commit(bare: &Mutex<Bare>) -> rusqlite::Result<()> {
    let (arguments, outcome) = (format!("booking = {:0ARGUMENTS$}", 7), format!("{{\"Ok\":\"{:0OUTCOME$}\"}}", 7));
    bare.lock().expect("nobody panics").commit(&arguments, &outcome)
}

/// Microseconds for each.
fn median(mut rounds: Vec<Duration>, each: usize) -> f64 {
    rounds.sort_unstable();
    rounds[rounds.len() / 2].as_secs_f64() * 1e6 / each as f64
}

async fn side_by_side(store: &Store, name: &str, runs: usize, calls: usize) -> Result<(), Box<dyn Error>> {
    let mut under_way = JoinSet::new();
    for number in 0..runs {
        let (store, id) = (store.clone(), format!("{name}-{number}"));
        under_way.spawn(async move { store.run(id, some(calls)).await });
    }
    while let Some(ended) = under_way.join_next().await {
        ended???;
    }
    Ok(())
}

/// A file with many runs that have ended, and some that have not, is opened again.
fn recovery(runtime: &Runtime, folder: &Folder, ended: usize) -> Result<(Recovery, f64), Box<dyn Error>> {
    const OPEN: usize = 100;
    const CALLS: usize = 20;
    let path = folder.file("recovery.db");
    let store = Store::open(&path)?;
    runtime.block_on(side_by_side(&store, "ended", ended, CALLS))?;
    runtime.block_on(async {
        let mut under_way = JoinSet::new();
        for number in 0..OPEN {
            let store = store.clone();
            under_way.spawn(async move {
                let hangs = async {
                    some(CALLS).await?;
                    std::future::pending::<Result<usize, String>>().await
                };
                store.run(format!("open-{number}"), hangs).await
            });
        }
        while store.list().await.map(|runs| runs.iter().take(OPEN).any(|run| run.recorded < CALLS as u64))? {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        under_way.shutdown().await;
        Ok::<(), Box<dyn Error>>(())
    })?;
    drop(store);

    let began = Instant::now();
    let store = Store::open(&path)?;
    let opened = began.elapsed();
    let began = Instant::now();
    runtime.block_on(side_by_side(&store, "open", OPEN, CALLS))?;
    let went_on = began.elapsed();
    drop(store);
    let bytes_per_call = std::fs::metadata(&path)?.len() as f64 / ((ended + OPEN) * CALLS) as f64;
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    let (opened, went_on) = (millis(opened), millis(went_on));
    Ok((Recovery { ended, open: OPEN, calls_of_each: CALLS, opened, went_on }, bytes_per_call))
}
