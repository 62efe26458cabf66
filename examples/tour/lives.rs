//! A process that dies in the middle of a run, and the next one that goes on with it.

use std::time::Duration;

use reliable::durable::Memory;
use reliable::{Decision, Recorder, Scope, Step, agent, durable, requires_approval};
use tokio::time::sleep;

use crate::agent::ToolError;
use crate::timeline::{self, Drill};
use crate::world::World;

/// How it ended is written down, once: whoever comes here again gets that.
#[durable]
async fn book_room(world: &World, city: &str) -> Result<String, ToolError> {
    Ok(world.service.call(format!("a room in {city}")).await?)
}

/// The question is written down, too, and answered from wherever somebody sees it.
#[requires_approval(reason = "it can't be taken back", within = "2d")]
#[durable]
async fn pay_for(world: &World, what: &str) -> Result<String, ToolError> {
    Ok(world.service.call(format!("{what} is paid")).await?)
}

#[agent(max_steps = 4)]
async fn traveller(world: &World, seen: &mut Vec<String>) -> Result<Step<String>, ToolError> {
    match &seen[..] {
        [] => seen.push(book_room(world, "Oslo").await?),
        [room] => seen.push(pay_for(world, room).await?),
        _ => return Ok(Step::Done(seen.join("; "))),
    }
    Ok(Step::Next)
}

pub async fn a_process_that_dies() -> Drill {
    // In a program of yours it is a store in a file: `reliable::sqlite::Store`.
    let (world, engine, recorder) = (World::new(), Memory::new(), Recorder::new());
    let life = || async {
        let mut seen = Vec::new();
        Scope::current().recorder(&recorder).run(engine.run("trip-42", traveller(&world, &mut seen))).await
    };

    // The first process dies while its question is open; the answer comes while nothing runs.
    tokio::select! {
        _ = life() => {}
        () = until_it_asks(&engine) => {}
    }
    let questions = engine.inbox().pending().await.unwrap_or_default();
    for question in &questions {
        let _ = engine.inbox().answer(&question.id, Decision::approve().by("ana")).await;
    }
    let outcome = life().await.expect("it is a run like any other, and its store is there");

    let promise = "#[durable] writes down how a call ended: the next process goes on where this one stopped";
    timeline::print_scene("A process that dies while it waits for a yes", promise, &recorder.report(), &outcome);
    let ending = if outcome.is_ok() { "an answer" } else { "the run is stopped" };
    Drill {
        failure: "a process that dies in mid-run",
        expected: "2 calls, asked once, then an answer",
        seen: format!(
            "{} calls, asked {}, then {ending}",
            world.service.calls(),
            match questions.len() {
                1 => "once".to_owned(),
                n => format!("{n} times"),
            }
        ),
    }
}

async fn until_it_asks(engine: &Memory) {
    while engine.inbox().pending().await.is_ok_and(|open| open.is_empty()) {
        sleep(Duration::from_secs(1)).await;
    }
}
