//! Runs on a real Restate server. The variable `RESTATE_SERVER` names its program; without it, the one that npm has put into
//! the target folder is taken, and in CI npm is asked for it. Where there is none, each test says so loudly, and passes.

mod bound;
mod calls;
mod deaths;
mod measured;
mod parallel;
mod pool;
mod process;
mod refused;
mod server;
mod service;
mod suite;
mod unreadable;
mod waits;

/// The process of a service: each test starts it as a child of its own, so that it can be killed.
#[tokio::test]
async fn serve() {
    service::serve_if_asked_to().await;
}
