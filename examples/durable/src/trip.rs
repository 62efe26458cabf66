//! The agent and its tools: what any engine runs, not a line of it changed.

use std::time::Duration;

use reliable::{Charge, Fault, IdempotencyKey, Run, Step, Usd, agent, durable, requires_approval, retry, timeout};
use serde::{Deserialize, Serialize};

use crate::world;

/// What a run is submitted with.
#[derive(Debug, Serialize, Deserialize)]
pub struct Trip {
    pub to: String,
    pub nights: u32,
}

/// What can go wrong. It is written down where a call has failed, so it is something that serde reads and writes.
#[derive(Debug, thiserror::Error, Serialize, Deserialize)]
pub enum TripError {
    #[error("{0}")]
    Service(String),
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What the model wants to be done.
#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    BookAll,
    Pay { what: String, dollars: u32 },
    Done(String),
}

/// Asks the model. Read back, its answer costs nothing, and what it has cost is booked again: the budget is that of the run, over
/// all its lives.
#[durable]
#[retry(max = 2)]
#[timeout(secs = 30)]
async fn ask_model(trip: &Trip, seen: &[String]) -> Result<Reply, TripError> {
    Run::current().charge(Charge::usd(Usd::cents(2)).tokens(800))?;
    world::does("the model thinks").await;
    Ok(match seen {
        [] => Reply::BookAll,
        [_, room] if room.contains("held") => Reply::Pay { what: room.clone(), dollars: 90 * trip.nights },
        _ => Reply::Done(seen.join("; ")),
    })
}

/// Takes its time: long enough for you to kill the process in the middle.
#[durable]
#[retry(max = 3)]
#[timeout(secs = 20)]
async fn find_flight(to: &str) -> Result<String, TripError> {
    world::does(&format!("a flight to {to} is booked")).await;
    Ok(format!("a flight to {to}"))
}

#[durable]
#[retry(max = 3)]
#[timeout(secs = 20)]
async fn hold_room(city: &str, nights: u32) -> Result<String, TripError> {
    world::does(&format!("a room in {city} is held")).await;
    Ok(format!("a room held for {nights} nights"))
}

/// It can't be taken back: so a human says yes first. The question outlives the process, and the key is the same after a
/// restart, so that a bank which knows it pays once.
#[requires_approval(reason = "it costs money", within = "2d")]
#[durable(idempotency_key)]
async fn pay(what: &str, dollars: u32) -> Result<String, TripError> {
    let key: IdempotencyKey = idempotency_key;
    world::does(&format!("{dollars} dollars are paid for {what} (idempotency key {key})")).await;
    Ok(format!("{dollars} dollars paid"))
}

#[agent(max_steps = 8, max_usd = 0.20)]
async fn assistant(trip: &Trip, seen: &mut Vec<String>) -> Result<Step<String>, TripError> {
    match ask_model(trip, seen).await? {
        Reply::BookAll => {
            // Side by side: each gets its own outcome back, in whatever order they ended.
            let (flight, room) = tokio::join!(find_flight(&trip.to), hold_room(&trip.to, trip.nights));
            seen.extend([flight?, room?]);
        }
        // A no is an answer like any other: the model is told.
        Reply::Pay { what, dollars } => seen.push(pay(&what, dollars).await.unwrap_or_else(|error| error.to_string())),
        Reply::Done(answer) => return Ok(Step::Done(answer)),
    }
    durable::sleep(Duration::from_millis(500)).await;
    Ok(Step::Next)
}

/// The flow: what a run is.
pub async fn book(trip: Trip) -> Result<String, TripError> {
    assistant(&trip, &mut Vec::new()).await
}
