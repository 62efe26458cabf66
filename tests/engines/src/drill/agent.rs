//! The agent that is killed: four steps, twenty recorded calls, two questions, and three branches side by side.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use reliable::{Charge, Fault, Run, Step, Usd, agent, durable, requires_approval};
use serde::{Deserialize, Serialize};

use crate::drill::log::{Log, What};

/// Where this process writes what it does.
pub static LOG: OnceLock<Log> = OnceLock::new();

/// What the agent has spent before each of its steps, and in all: in millionths of a dollar.
pub const SPENT: [u64; 5] = [0, 10_000, 270_000, 280_000, 540_000];

/// So many calls are recorded of a run.
pub const CALLS: usize = 20;

/// So many questions it asks.
pub const QUESTIONS: usize = 2;

/// What the agent comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What each call gave, in the order of the program.
    pub found: Vec<String>,
    /// What it has spent, in millionths.
    pub micros: u64,
}

/// What it is to come to.
pub fn expected() -> Answer {
    let found = [
        "model-1", "a-1", "a-2", "b-1", "b-2", "c-1", "c-2", "model-2", "a-3", "pay-b", "c-3", "c-4", "model-3", "a-4",
        "b-4", "c-5", "model-4", "pay-desk", "tell-ana", "tell-bo",
    ];
    Answer { found: found.map(str::to_owned).to_vec(), micros: SPENT[4] }
}

fn log(what: What) {
    LOG.get().expect("the log is open").write(what);
}

/// What a body does: it takes a while, and is seen in the world.
async fn act(what: String) -> Result<String, Fault> {
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    tokio::time::sleep(Duration::from_micros(u64::from(nanos / 64 % 9000))).await;
    log(What::Did(what.clone()));
    Ok(what)
}

#[durable]
async fn model(step: u32) -> Result<String, Fault> {
    Run::current().charge(Charge::usd(Usd::cents(1)))?;
    act(format!("model-{step}")).await
}

/// The same function in all branches: told apart by nothing but the order of the calls.
#[durable]
async fn look(branch: &str, number: u32) -> Result<String, Fault> {
    act(format!("{branch}-{number}")).await
}

#[requires_approval]
#[durable]
async fn pay(whom: &str) -> Result<String, Fault> {
    Run::current().charge(Charge::usd(Usd::cents(25)))?;
    act(format!("pay-{whom}")).await
}

#[durable]
async fn tell(whom: &str) -> Result<String, Fault> {
    act(format!("tell-{whom}")).await
}

/// The flow has waited for this, and this came.
fn got(expected: &str, got: Result<String, Fault>) -> Result<String, Fault> {
    let got = got?;
    log(if got == expected {
        What::Got(got.clone())
    } else {
        What::Swapped { expected: expected.to_owned(), got: got.replace(' ', "-") }
    });
    Ok(got)
}

async fn looks(branch: &str, numbers: &[u32]) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    for number in numbers {
        found.push(got(&format!("{branch}-{number}"), look(branch, *number).await)?);
    }
    Ok(found)
}

async fn pays(whom: &str) -> Result<Vec<String>, Fault> {
    Ok(vec![got(&format!("pay-{whom}"), pay(whom).await)?])
}

/// The agent.
///
/// # Errors
/// If a human says no, or the money is spent.
#[agent(max_steps = 5, max_usd = "1")]
pub async fn desk(found: &mut Vec<String>) -> Result<Step<Answer>, Fault> {
    let step = Run::current().step();
    log(What::Spent { step, micros: Run::current().spent_usd().as_micros() });
    found.push(got(&format!("model-{step}"), model(step).await)?);
    let (a, b, c) = match step {
        1 => tokio::join!(looks("a", &[1, 2]), looks("b", &[1, 2]), looks("c", &[1, 2])),
        2 => tokio::join!(looks("a", &[3]), pays("b"), looks("c", &[3, 4])),
        3 => tokio::join!(looks("a", &[4]), looks("b", &[4]), looks("c", &[5])),
        _ => (
            pays("desk").await,
            got("tell-ana", tell("ana").await).map(|told| vec![told]),
            got("tell-bo", tell("bo").await).map(|told| vec![told]),
        ),
    };
    for branch in [a, b, c] {
        found.extend(branch?);
    }
    if step < 4 {
        return Ok(Step::Next);
    }
    let micros = Run::current().spent_usd().as_micros();
    Ok(Step::Done(Answer { found: std::mem::take(found), micros }))
}
