//! A stream that is read in the flow of a run.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use reliable::durable::{self, HaltKind, Memory};
use reliable::{Fault, timeout};
use tokio::time::advance;

/// Each process is late: a gap that was over in one life is over in the next, and is not made longer.
#[tokio::test(start_paused = true)]
async fn a_gap_is_as_long_in_each_life() {
    #[timeout(secs = 60, idle = "10s", stream)]
    async fn ask() -> Result<BoxStream<'static, Result<u32, Fault>>, Fault> {
        Ok(stream::iter([Ok(1)]).chain(stream::pending()).boxed())
    }
    async fn flow() -> Result<(), String> {
        let all: Vec<_> = ask().await.unwrap().collect().await;
        assert!(matches!(all[..], [Ok(1), Err(Fault::TimedOut { .. })]));
        durable::call("told").run(async { Ok(()) }).await
    }
    async fn late() {
        for _ in 0..6 {
            advance(Duration::from_millis(10_150)).await;
        }
    }
    for at in 0..=2 {
        let memory = Memory::new();
        memory.crash_after(at);
        loop {
            match tokio::join!(memory.run("run", flow()), late()).0 {
                Ok(outcome) => break assert_eq!(outcome, Ok(())),
                Err(halt) => assert_eq!(halt.kind, HaltKind::Crashed, "{halt}"),
            }
        }
        let shown = memory.show("run").await.unwrap().into_iter().map(|it| it.place.tool.to_string());
        assert_eq!(shown.collect::<Vec<_>>(), ["ask/timeout", "told"], "dying at {at}");
    }
}
