//! The agent of `examples/durable`, not a line of it changed, on a Restate server: start that as the README of this crate says, and
//! then, from here:
//!
//! ```text
//! cargo run --example trip -- start      # serves the flow, submits the trip, and waits for its end; kill it whenever you like
//! cargo run --example trip -- yes        # answers what it asks, whether it runs or not; or `no`
//! ```

#[path = "../../examples/durable/src/desk.rs"]
mod desk;
#[path = "../../examples/durable/src/trip.rs"]
mod trip;
#[path = "../../examples/durable/src/world.rs"]
#[allow(dead_code, reason = "that example tells its history, too")]
mod world;

use std::error::Error;

use reliable::Decision;
use reliable::durable::Workflows;
use reliable_restate::{Endpoint, Restate};

use desk::answer;
use trip::{Trip, TripError, book};

const RUN: &str = "trip-42";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let restate = Restate::at("http://127.0.0.1:8080", "http://127.0.0.1:9070");
    match std::env::args().nth(1).as_deref() {
        Some("start") => start(&restate).await,
        Some("yes") => Ok(answer(&restate, &Decision::approve().by("you")).await?),
        Some("no") => Ok(answer(&restate, &Decision::deny("not now").by("you")).await?),
        _ => Err("say what: `start`, `yes` or `no`".into()),
    }
}

async fn start(restate: &Restate) -> Result<(), Box<dyn Error>> {
    let workflows = Workflows::new().add("trip", book);
    let service = Endpoint::new(&workflows).listen("127.0.0.1:9080");
    tokio::select! {
        served = service => Ok(served?),
        over = trip(restate) => over,
    }
}

async fn trip(restate: &Restate) -> Result<(), Box<dyn Error>> {
    restate.register("http://127.0.0.1:9080").await?;
    let is_new = restate.submit("trip", RUN, &Trip { to: "Oslo".to_owned(), nights: 3 }).await?;
    println!("{} {RUN}, process {}", if is_new { "begins" } else { "goes on with" }, std::process::id());
    let outcome: Result<String, TripError> = restate.outcome(RUN).await?;
    println!("the trip is over: {}", outcome?);
    Ok(())
}
