//! `idle`: the reader of a stream waits only so long for its next item.

use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use reliable::{Approval, Approver, Decision, Fault, Request, timeout};
use tokio::time::{Instant, sleep};

#[derive(Debug, PartialEq, thiserror::Error)]
#[error(transparent)]
struct ApiError(#[from] Fault);

type Item = Result<u32, ApiError>;
type Answer<'a> = Result<BoxStream<'a, Item>, ApiError>;

struct AfterAMinute;

impl Approver for AfterAMinute {
    async fn review(&self, _: &Request) -> Decision {
        sleep(Duration::from_secs(60)).await;
        Decision::approve()
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_that_a_human_takes_is_no_gap() {
    #[timeout(secs = 5, idle = "2s", stream)]
    async fn ask() -> Answer<'static> {
        let asked = stream::once(async {
            sleep(Duration::from_secs(1)).await;
            Approval::new("refund").by(&AfterAMinute).ask().await?;
            Ok(2)
        });
        Ok(stream::iter([Ok(1)]).chain(asked).chain(stream::pending()).boxed())
    }
    let started = Instant::now();
    let all: Vec<_> = ask().await.unwrap().collect().await;
    assert!(matches!(&*all, [Ok(1), Ok(2), Err(ApiError(Fault::TimedOut { .. }))]));
    assert_eq!(started.elapsed().as_secs(), 61 + 2);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_goes_away_in_a_gap_has_the_rest_when_it_is_back() {
    #[timeout(secs = 5, idle = "10s", stream)]
    async fn ask(ms: u64) -> Answer<'static> {
        let (sent, received) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            for item in 1..3 {
                if sent.send(item).is_err() {
                    return;
                }
                sleep(Duration::from_millis(ms)).await;
            }
        });
        Ok(stream::unfold(received, |mut received| async { Some((Ok(received.recv().await?), received)) }).boxed())
    }
    async fn away(answer: &mut BoxStream<'static, Item>) {
        assert_eq!(answer.next().await, Some(Ok(1)));
        assert!(tokio::time::timeout(Duration::from_secs(1), answer.next()).await.is_err());
        sleep(Duration::from_secs(60)).await;
    }
    let mut answer = ask(69_000).await.unwrap();
    away(&mut answer).await;
    assert_eq!(answer.next().await, Some(Ok(2)), "it has waited for 9 of the 10 seconds");
    let mut answer = ask(71_000).await.unwrap();
    away(&mut answer).await;
    assert!(matches!(answer.next().await, Some(Err(ApiError(Fault::TimedOut { .. })))));
}

/// A runtime that is late each time looks like a reader that is away: the gap is made longer once, and not for ever.
#[tokio::test(start_paused = true)]
async fn a_stall_is_noticed_by_a_runtime_that_is_always_late() {
    #[timeout(secs = 60, idle = "10s", stream)]
    async fn ask(second: BoxStream<'static, Item>) -> Answer<'static> {
        Ok(stream::iter([Ok(1)]).chain(second).chain(stream::pending()).boxed())
    }
    async fn late<T>(task: &tokio::task::JoinHandle<T>) -> usize {
        for times in 0..6 {
            if task.is_finished() {
                return times;
            }
            tokio::time::advance(Duration::from_millis(10_150)).await;
            for _ in 0..5 {
                tokio::task::yield_now().await;
            }
        }
        panic!("it is never over");
    }
    let task = tokio::spawn(async { ask(stream::empty().boxed()).await.unwrap().collect::<Vec<_>>().await });
    tokio::task::yield_now().await;
    assert_eq!(late(&task).await, 2, "once in vain");
    assert!(matches!(&*task.await.unwrap(), [Ok(1), Err(ApiError(Fault::TimedOut { .. }))]));

    let second = stream::once(async {
        sleep(Duration::from_secs(15)).await;
        Ok(2)
    });
    let task = tokio::spawn(async { ask(second.boxed()).await.unwrap().collect::<Vec<_>>().await });
    tokio::task::yield_now().await;
    assert_eq!(late(&task).await, 2 + 2, "what is there comes out, and the next gap may be made longer again");
    assert!(matches!(&*task.await.unwrap(), [Ok(1), Ok(2), Err(_)]));
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_made_longer_by_no_more_than_the_reader_is_late() {
    #[timeout(secs = 60, idle = "10s", stream)]
    async fn ask() -> Answer<'static> {
        Ok(stream::iter([Ok(1)]).chain(stream::pending()).boxed())
    }
    for (away, longer) in [(8, 1), (9, 0), (11, 2), (12, 3), (60, 9)] {
        let mut answer = ask().await.unwrap();
        assert_eq!(answer.next().await, Some(Ok(1)));
        assert!(tokio::time::timeout(Duration::from_secs(1), answer.next()).await.is_err());
        sleep(Duration::from_secs(away)).await;
        let back = Instant::now();
        assert!(matches!(answer.next().await, Some(Err(ApiError(Fault::TimedOut { .. })))));
        assert_eq!(back.elapsed().as_secs(), longer, "away for {away} s");
        assert_eq!(answer.next().await, None);
    }
}

/// Nor is it time that the reader had left when it went away.
#[tokio::test(start_paused = true)]
async fn a_gap_is_made_longer_by_none_of_the_time_of_a_human() {
    #[timeout(secs = 5, idle = "2s", stream)]
    async fn ask() -> Answer<'static> {
        let asked = stream::once(async {
            let question = async { Approval::new("refund").by(&AfterAMinute).ask().await };
            reliable::spawn(question).await.unwrap()?;
            std::future::pending().await
        });
        Ok(stream::iter([Ok(1)]).chain(asked).boxed())
    }
    let mut answer = ask().await.unwrap();
    assert_eq!(answer.next().await, Some(Ok(1)));
    assert!(tokio::time::timeout(Duration::from_secs(1), answer.next()).await.is_err());
    sleep(Duration::from_secs(99)).await;
    let back = Instant::now();
    assert!(matches!(answer.next().await, Some(Err(ApiError(Fault::TimedOut { .. })))));
    assert_eq!(back.elapsed().as_secs(), 2);
}
