//! The time of a timeout without that of humans, whatever is asked, when, and in which task.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use proptest::prelude::*;
use reliable::{Approval, Approver, Decision, Fault, Request, Timeout};
use tokio::time::{Instant, sleep};

/// What one of those does that run at the same time. Times are even, and limits odd, so that no two instants are equal.
#[derive(Debug, Clone)]
enum Deed {
    Work(u64),
    Ask(u64),
    /// Both at once: asks, and works on beside it.
    AskAndWork(u64, u64),
    /// Asks in a task, and waits for it.
    Spawn(u64),
    /// The same, but does not count.
    SpawnPlainly(u64),
    /// Gives up on the question after this time.
    AskAtMost(u64, u64),
    /// Asks, and polls no more for this time.
    AskAndForget(u64, u64),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let time = || (1..20_u64).prop_map(|half| half * 2);
    let deed = prop_oneof![
        time().prop_map(Deed::Work),
        time().prop_map(Deed::Ask),
        (time(), time()).prop_map(|(ask, work)| Deed::AskAndWork(ask, work)),
        time().prop_map(Deed::Spawn),
        time().prop_map(Deed::SpawnPlainly),
        (time(), time()).prop_map(|(ask, most)| Deed::AskAtMost(ask, most)),
        (time(), time()).prop_map(|(ask, time)| Deed::AskAndForget(ask, time)),
    ];
    prop::collection::vec(deed, 0..5)
}

struct Human(u64);

impl Approver for Human {
    async fn review(&self, _: &Request) -> Decision {
        sleep(ms(self.0)).await;
        Decision::approve()
    }
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

async fn ask(time: u64) {
    Approval::new("refund").by(&Human(time)).ask().await.unwrap();
}

async fn run(deeds: Vec<Deed>) {
    for deed in deeds {
        match deed {
            Deed::Work(time) => sleep(ms(time)).await,
            Deed::Ask(time) => ask(time).await,
            Deed::AskAndWork(time, work) => _ = all(vec![Box::pin(ask(time)), Box::pin(sleep(ms(work)))]).await,
            Deed::Spawn(time) => reliable::spawn(ask(time)).await.unwrap(),
            Deed::SpawnPlainly(time) => tokio::spawn(ask(time)).await.unwrap(),
            Deed::AskAtMost(time, most) => _ = tokio::time::timeout(ms(most), ask(time)).await,
            Deed::AskAndForget(asked, time) => {
                let mut question = Box::pin(ask(asked));
                assert!(poll_fn(|cx| Poll::Ready(question.as_mut().poll(cx).is_pending())).await);
                sleep(ms(time)).await;
            }
        }
    }
}

/// The time that the deeds take, and in which milliseconds of it a question is open.
fn timeline(deeds: &[Deed]) -> Vec<bool> {
    let mut line = Vec::new();
    for deed in deeds {
        let (asked, in_all) = match *deed {
            Deed::Work(time) | Deed::SpawnPlainly(time) => (0, time),
            Deed::Ask(time) | Deed::Spawn(time) => (time, time),
            Deed::AskAndWork(ask, work) => (ask, ask.max(work)),
            Deed::AskAtMost(ask, most) => (ask.min(most), ask.min(most)),
            Deed::AskAndForget(ask, time) => (ask.min(time), time),
        };
        line.extend((0..in_all).map(|at| at < asked));
    }
    line
}

async fn all(calls: Vec<Pin<Box<dyn Future<Output = ()> + Send>>>) -> Result<(), Fault> {
    let mut calls: Vec<_> = calls.into_iter().map(Some).collect();
    poll_fn(|cx| {
        for call in &mut calls {
            if call.as_mut().is_some_and(|it| it.as_mut().poll(cx).is_ready()) {
                *call = None;
            }
        }
        if calls.iter().all(Option::is_none) { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await
}

proptest! {
    #[test]
    fn a_timeout_counts_each_millisecond_in_which_nobody_is_asked(
        branches in prop::collection::vec(deeds(), 1..4),
        half in 0..60_u64,
        in_a_task: bool,
    ) {
        let limit = half * 2 + 1;
        let lines: Vec<_> = branches.iter().map(|deeds| timeline(deeds)).collect();
        let end = lines.iter().map(Vec::len).max().unwrap_or_default();
        let is_own = |at: usize| !lines.iter().any(|line| line.get(at).copied().unwrap_or_default());
        let own: Vec<_> = (0..end).filter(|at| is_own(*at)).collect();
        let limit_at = own.get(usize::try_from(limit).unwrap() - 1).map(|last| last + 1).filter(|at| *at < end);

        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (outcome, took) = runtime.block_on(async {
            let started = Instant::now();
            let calls = branches.into_iter().map(|deeds| Box::pin(run(deeds)) as _).collect();
            let call = async {
                if in_a_task { reliable::spawn(all(calls)).await.unwrap() } else { all(calls).await }
            };
            (Timeout::ms(limit).run("call", call).await, started.elapsed().as_millis())
        });
        prop_assert_eq!(outcome.is_err(), limit_at.is_some());
        prop_assert_eq!(took, limit_at.unwrap_or(end) as u128);
    }
}
