//! An agent that books a trip and outlives its process: on one file, with SQLite.
//!
//! ```text
//! cargo run -p durable -- start      # begins the trip, or goes on with it; kill it whenever you like
//! cargo run -p durable -- inbox      # what it asks a human, whether it runs or not
//! cargo run -p durable -- yes        # answers that; or `no`
//! cargo run -p durable -- history    # what is recorded, who has allowed what, and what was really done
//! ```
//!
//! Start it, kill it (Ctrl-C, or `kill -9`) while it waits for your answer, answer from another terminal while it is dead,
//! and start it again: what was done is not done again. The files are `trip.db` and `trip.log`, here; delete them to begin anew.
//! `trip.rs` is the agent, and says nothing of any engine.

mod desk;
mod trip;
mod world;

use anyhow::bail;
use reliable::Decision;
use reliable::durable::{Runs, Workflows};
use reliable::sqlite::Store;

use desk::{answer, questions};
use trip::{Trip, TripError, book};

const RUN: &str = "trip-42";

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let store = Store::open("trip.db")?;
    match std::env::args().nth(1).as_deref() {
        Some("start") => start(&store).await,
        Some("inbox") => inbox(&store).await,
        Some("yes") => Ok(answer(&store, &Decision::approve().by("you")).await?),
        Some("no") => Ok(answer(&store, &Decision::deny("not now").by("you")).await?),
        Some("history") => history(&store).await,
        _ => bail!("say what: `start`, `inbox`, `yes`, `no` or `history`"),
    }
}

/// Works on whatever is submitted, until the trip has ended.
async fn start(runs: &Runs) -> anyhow::Result<()> {
    let is_new = runs.submit("trip", RUN, &Trip { to: "Oslo".to_owned(), nights: 3 }).await?;
    println!("{} {RUN}, process {}", if is_new { "begins" } else { "goes on with" }, std::process::id());
    let workflows = Workflows::new().add("trip", book);
    tokio::select! {
        worked = runs.work(&workflows) => worked?,
        outcome = runs.outcome::<Result<String, TripError>>(RUN) => println!("the trip is over: {}", outcome??),
        () = asks(runs) => {}
    }
    Ok(())
}

/// Says it when a question is open. It never ends.
async fn asks(runs: &Runs) {
    let mut told = None;
    loop {
        let open = runs.inbox().pending().await.unwrap_or_default();
        if let Some(question) = open.first().filter(|question| told != Some(question.id)) {
            println!("  ? {}: answer with `cargo run -p durable -- yes` in another terminal", question.request);
            told = Some(question.id);
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

async fn inbox(runs: &Runs) -> anyhow::Result<()> {
    for question in questions(runs).await? {
        println!("{} asks: {}", question.run, question.request);
    }
    Ok(())
}

async fn history(runs: &Runs) -> anyhow::Result<()> {
    for run in runs.list().await? {
        println!("{}: {:?}", run.id, run.status);
        for recording in runs.show(&run.id).await? {
            println!("{:>4}  {}({})", recording.order, recording.place, recording.entry.arguments);
        }
        for asked in runs.trail(&run.id).await? {
            let answer = match &asked.decision {
                Some(Decision::Approved { by, .. }) => format!("yes, by {}", by.as_deref().unwrap_or("somebody")),
                Some(Decision::Denied { by, .. }) => format!("no, by {}", by.as_deref().unwrap_or("somebody")),
                Some(_) => "nobody has answered in time".to_owned(),
                None => "waits for an answer".to_owned(),
            };
            println!("      {}: {answer}", asked.question.request);
        }
    }
    println!("really done:\n{}", world::done());
    Ok(())
}
