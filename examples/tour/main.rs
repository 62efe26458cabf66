//! Every failure of an agent's life, injected on purpose, one scene each; then the drill: what was expected, what was
//! seen, and whether they agree.
//!
//! `cargo run --example tour`: offline, without a key, and at once, because all waiting is done on a paused clock.
//!
//! Start reading in `agent.rs`: one small agent and its tools, with the attributes on them. `world.rs` is what the agent
//! meets: a model that follows a script, and services that work. `scenes.rs` injects what goes wrong, and in `lives.rs` it is
//! the process that goes.

mod agent;
mod lives;
mod ration;
mod scenes;
mod timeline;
mod world;

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> ExitCode {
    println!("Assume every call can fail, and plan for it.\n");
    let drill = scenes::play_all().await;
    timeline::print_drill(&drill);
    let failed = drill.iter().filter(|row| !row.passes()).count();
    if failed > 0 {
        println!("\n{failed} of {} failures were not survived as expected", drill.len());
        return ExitCode::FAILURE;
    }
    println!("\nall {} failures survived", drill.len());
    ExitCode::SUCCESS
}
