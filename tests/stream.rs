//! `stream`: the call is not done before its first item is there, and what attempts a call again does so until then.

#![allow(clippy::unused_async, clippy::type_complexity, reason = "about the little functions themselves")]

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::Stream;
use futures_util::stream::{self, BoxStream, LocalBoxStream, StreamExt};
use reliable::{Fault, failover, fallback, hedge, retry, timeout};
use tokio::time::{Instant, sleep};

#[derive(Debug, PartialEq, thiserror::Error)]
enum ApiError {
    #[error("the connection was cut")]
    Cut,
    #[error("the service is busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

type Item = Result<&'static str, ApiError>;
type Answer = Result<BoxStream<'static, Item>, ApiError>;

/// Items, each after so many milliseconds.
fn items(items: impl IntoIterator<Item = (u64, Item), IntoIter: Send + 'static>) -> BoxStream<'static, Item> {
    stream::iter(items)
        .then(|(ms, item)| async move {
            sleep(Duration::from_millis(ms)).await;
            item
        })
        .boxed()
}

async fn read<S: Stream<Item = Item>>(stream: S) -> Vec<Item> {
    stream.collect().await
}

#[tokio::test(start_paused = true)]
async fn an_error_before_the_first_item_is_retried_and_one_behind_it_is_the_readers() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    #[retry(max = 3, backoff = "none", stream)]
    async fn ask() -> Answer {
        Ok(match CALLS.fetch_add(1, Ordering::Relaxed) {
            0 => items([(10, Err(ApiError::Cut))]),
            1 => return Err(ApiError::Busy),
            _ => items([(10, Ok("a")), (10, Err(ApiError::Cut)), (10, Ok("b"))]),
        })
    }
    let started = Instant::now();
    let answer = ask().await.unwrap();
    assert_eq!(started.elapsed().as_millis(), 20, "it was resolved by the first item");
    assert_eq!(read(answer).await, [Ok("a"), Err(ApiError::Cut), Ok("b")]);
    assert_eq!(CALLS.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn without_the_flag_nothing_of_the_stream_is_seen() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    #[retry(max = 3)]
    #[timeout(ms = 5)]
    async fn ask() -> Answer {
        CALLS.fetch_add(1, Ordering::Relaxed);
        Ok(items([(10, Err(ApiError::Cut))]))
    }
    assert_eq!(read(ask().await.unwrap()).await, [Err(ApiError::Cut)]);
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn an_empty_stream_is_no_error() {
    #[retry(max = 3, stream)]
    async fn ask() -> Answer {
        Ok(items([]))
    }
    assert_eq!(read(ask().await.unwrap()).await, []);
}

#[tokio::test(start_paused = true)]
async fn items_that_do_not_count_are_held_back_and_come_first() {
    fn has_text(item: &&str) -> bool {
        !item.is_empty()
    }
    static CALLS: AtomicU32 = AtomicU32::new(0);
    #[retry(max = 3, backoff = "none", stream = has_text)]
    #[timeout(ms = 50)]
    async fn ask() -> Answer {
        Ok(match CALLS.fetch_add(1, Ordering::Relaxed) {
            0 => items([(10, Ok("")), (10, Err(ApiError::Busy))]),
            1 => items([(10, Ok("")), (90, Ok("a"))]),
            _ => items([(10, Ok("")), (10, Ok("")), (10, Ok("a")), (10, Ok(""))]),
        })
    }
    let started = Instant::now();
    let answer = ask().await.unwrap();
    assert_eq!(started.elapsed().as_millis(), 20 + 50 + 30);
    assert_eq!(read(answer).await, [Ok(""), Ok(""), Ok("a"), Ok("")]);
}

#[tokio::test(start_paused = true)]
async fn the_condition_may_be_an_expression_and_use_the_parameters() {
    #[retry(max = 1, stream = value.len() >= least)]
    async fn ask(least: usize) -> Answer {
        Ok(items([(10, Ok("a")), (10, Ok("bc")), (10, Ok("def"))]))
    }
    let started = Instant::now();
    let answer = ask(2).await.unwrap();
    assert_eq!(started.elapsed().as_millis(), 20);
    assert_eq!(answer.count().await, 3);
    let answer = ask(9).await.unwrap();
    assert_eq!(started.elapsed().as_millis(), 60 + 20 - 10 - 10 + 10 - 10, "none counts: it has ended");
    assert_eq!(answer.count().await, 3);
}

#[tokio::test(start_paused = true)]
async fn the_limit_holds_until_the_first_item() {
    #[timeout(ms = 50, stream)]
    async fn ask(first: u64) -> Answer {
        Ok(items([(first, Ok("a")), (10_000, Ok("b"))]))
    }
    assert!(matches!(ask(60).await.err(), Some(ApiError::Fault(Fault::TimedOut { .. }))));
    assert_eq!(read(ask(40).await.unwrap()).await, [Ok("a"), Ok("b")]);
}

#[tokio::test(start_paused = true)]
async fn each_later_gap_has_a_limit_and_the_fault_is_the_last_item() {
    #[timeout(secs = 5, idle = "2s", stream)]
    async fn ask(gap: u64) -> Answer {
        Ok(items([(4000, Ok("a")), (1900, Ok("b")), (gap, Ok("c"))]))
    }
    assert_eq!(read(ask(1900).await.unwrap()).await, [Ok("a"), Ok("b"), Ok("c")]);
    let mut answer = ask(2100).await.unwrap();
    assert_eq!(answer.next().await, Some(Ok("a")));
    sleep(Duration::from_secs(60)).await;
    assert_eq!(answer.next().await, Some(Ok("b")));
    let started = Instant::now();
    let fault = Fault::TimedOut { tool: "ask".into(), limit: Duration::from_secs(2) };
    assert_eq!(answer.next().await, Some(Err(ApiError::Fault(fault))));
    assert_eq!(started.elapsed().as_secs(), 2);
    assert_eq!(answer.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn only_the_gaps_may_have_a_limit() {
    #[timeout(idle = "2s", stream)]
    async fn ask() -> Answer {
        Ok(items([(60_000, Ok("a")), (2100, Ok("b"))]))
    }
    let answer = read(ask().await.unwrap()).await;
    assert!(matches!(&*answer, [Ok("a"), Err(ApiError::Fault(Fault::TimedOut { .. }))]));
}

#[tokio::test(start_paused = true)]
async fn a_fallback_answers_until_the_first_item_and_waits_for_its_own() {
    async fn second(prompt: &str) -> Answer {
        match prompt {
            "both" => Ok(items([(10, Err(ApiError::Busy))])),
            _ => Ok(items([(10, Ok("second"))])),
        }
    }
    #[fallback(Ok(items([(0, Ok("third"))])), stream)]
    #[fallback(second)]
    async fn ask(prompt: &str) -> Answer {
        match prompt {
            "good" => Ok(items([(10, Ok("first")), (10, Err(ApiError::Cut))])),
            _ => Ok(items([(10, Err(ApiError::Cut))])),
        }
    }
    assert_eq!(read(ask("good").await.unwrap()).await, [Ok("first"), Err(ApiError::Cut)]);
    assert_eq!(read(ask("one").await.unwrap()).await, [Ok("second")]);
    assert_eq!(read(ask("both").await.unwrap()).await, [Ok("third")]);
}

#[tokio::test(start_paused = true)]
async fn the_first_item_decides_whether_a_candidate_has_failed() {
    #[failover(model in ["large", "small"], stream)]
    async fn ask() -> Answer {
        match *model {
            "large" => Ok(items([(10, Err(ApiError::Busy))])),
            other => Ok(items([(10, Ok(other))])),
        }
    }
    assert_eq!(read(ask().await.unwrap()).await, [Ok("small")]);
}

#[tokio::test(start_paused = true)]
async fn the_race_of_a_hedge_is_for_the_first_item() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    #[hedge(after = "20ms", stream)]
    async fn ask() -> Answer {
        Ok(match CALLS.fetch_add(1, Ordering::Relaxed) {
            0 => items([(100, Ok("slow"))]),
            _ => items([(10, Ok("fast")), (100, Ok("and more"))]),
        })
    }
    let started = Instant::now();
    let answer = ask().await.unwrap();
    assert_eq!(started.elapsed().as_millis(), 30);
    assert_eq!(read(answer).await, [Ok("fast"), Ok("and more")]);
}

// Shapes.

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
struct ItemError(String);

impl From<Fault> for ItemError {
    fn from(fault: Fault) -> Self {
        ItemError(fault.to_string())
    }
}

#[derive(Debug, PartialEq, thiserror::Error)]
enum CallError {
    #[error(transparent)]
    Item(#[from] ItemError),
    #[error(transparent)]
    Fault(#[from] Fault),
}

struct Client {
    words: Vec<String>,
}

impl Client {
    /// Items of another error type, borrowed from the client.
    #[retry(max = 1, stream)]
    #[timeout(secs = 1, idle = "1s")]
    async fn borrowed(&self) -> Result<BoxStream<'_, Result<&str, ItemError>>, CallError> {
        Ok(stream::iter(&self.words)
            .map(|word| if word.is_empty() { Err(ItemError("empty".into())) } else { Ok(&**word) })
            .boxed())
    }

    #[fallback(Self::nothing, stream)]
    #[retry(max = 1)]
    #[timeout(secs = 1, idle = "1s")]
    async fn opaque(&self, least: usize) -> Result<impl Stream<Item = Result<&str, ItemError>> + '_, CallError> {
        if self.words.is_empty() {
            return Err(ItemError("no words".into()).into());
        }
        Ok(stream::iter(&self.words)
            .filter_map(move |word| async move { (word.len() >= least).then_some(Ok(&**word)) }))
    }

    async fn nothing(&self, _least: usize) -> Result<impl Stream<Item = Result<&str, ItemError>> + '_, CallError> {
        Ok(stream::empty())
    }

    #[retry(max = 1, stream)]
    #[timeout(secs = 1, idle = "1s")]
    async fn local(&self) -> Result<LocalBoxStream<'_, Result<&str, ItemError>>, CallError> {
        let rc = std::rc::Rc::new(1);
        Ok(stream::iter(&self.words).map(move |word| if *rc == 1 { Ok(&**word) } else { unreachable!() }).boxed_local())
    }

    #[retry(max = 1, stream)]
    async fn unpin(&self) -> Result<Box<dyn Stream<Item = Result<&str, ItemError>> + Unpin + Send + '_>, CallError> {
        Ok(Box::new(stream::iter(&self.words).map(|word| Ok(&**word))))
    }

    #[retry(max = 1, stream)]
    async fn spelled_out(
        &self,
    ) -> Result<Pin<Box<dyn Stream<Item = Result<&str, ItemError>> + Send + Sync + '_>>, CallError> {
        Ok(Box::pin(stream::iter(&self.words).map(|word| Ok(&**word))))
    }
}

#[tokio::test]
async fn streams_of_all_shapes() {
    let client = Client { words: vec!["It".into(), "is".into(), "sunny".into()] };
    let all = [Ok("It"), Ok("is"), Ok("sunny")];
    assert_eq!(client.borrowed().await.unwrap().collect::<Vec<_>>().await, all);
    assert_eq!(client.opaque(3).await.unwrap().collect::<Vec<_>>().await, all[2..]);
    assert_eq!(client.local().await.unwrap().collect::<Vec<_>>().await, all);
    assert_eq!(client.unpin().await.unwrap().collect::<Vec<_>>().await, all);
    assert_eq!(client.spelled_out().await.unwrap().collect::<Vec<_>>().await, all);
    let client = Client { words: vec![String::new()] };
    assert_eq!(client.borrowed().await.err(), Some(CallError::Item(ItemError("empty".into()))));
    let client = Client { words: Vec::new() };
    assert_eq!(client.opaque(3).await.unwrap().collect::<Vec<_>>().await, []);
}

#[tokio::test]
async fn the_futures_and_the_streams_may_go_to_another_task() {
    #[fallback(Ok(items([(0, Ok("late"))])), stream = !value.is_empty())]
    #[retry(max = 3, when = matches!(error, ApiError::Cut))]
    #[timeout(secs = 5, idle = "1s")]
    async fn ask(prompt: String) -> Answer {
        tokio::task::yield_now().await;
        if prompt.is_empty() {
            return Err(ApiError::Busy);
        }
        Ok(items([(0, Ok("")), (0, Ok("a"))]))
    }
    let task = tokio::spawn(async { ask("hi".to_owned()).await.unwrap().collect::<Vec<_>>().await });
    assert_eq!(task.await.unwrap(), [Ok(""), Ok("a")]);
    let task = tokio::spawn(async { read(ask(String::new()).await.unwrap()).await });
    assert_eq!(task.await.unwrap(), [Ok("late")]);

    let client = std::sync::Arc::new(Client { words: vec!["sunny".into()] });
    let task = tokio::spawn(async move {
        client.opaque(3).await.unwrap().count().await + client.borrowed().await.unwrap().count().await
    });
    assert_eq!(task.await.unwrap(), 2);
}

/// Each with everything that may be around a stream.
#[tokio::test(start_paused = true)]
async fn the_order_is_free() {
    use reliable::{bulkhead, call_limit, circuit_breaker, rate_limit};

    #[timeout(secs = 60, idle = "9s", stream)]
    #[fallback(Ok(items([])))]
    #[bulkhead(max = 1)]
    #[hedge(after = "1s")]
    #[circuit_breaker(failures = 3)]
    #[failover(_model in [1, 2])]
    #[timeout(secs = 5, idle = "8s")]
    #[retry(max = 3, backoff = "none")]
    #[rate_limit(per_second = 1000, burst = 1000)]
    #[call_limit(max = 3)]
    async fn one(n: usize) -> Answer {
        Ok(items([(10, Err(ApiError::Cut))].into_iter().filter(move |_| n > 5)))
    }
    assert_eq!(read(one(9).await.unwrap()).await, []);
}

#[tokio::test(start_paused = true)]
async fn of_an_impl_stream_too() {
    use reliable::{bulkhead, circuit_breaker};

    #[fallback(async { Ok(stream::empty()) }.await)]
    #[circuit_breaker(failures = 3, stream)]
    #[timeout(secs = 5, idle = "8s")]
    #[bulkhead(max = 1)]
    #[retry(max = 3, backoff = "none")]
    async fn other(n: usize) -> Result<impl Stream<Item = Item>, ApiError> {
        if n == 0 {
            return Err(ApiError::Busy);
        }
        // Of what type the error is, only the signature says.
        Ok(stream::iter([Ok("a")]))
    }
    assert_eq!(read(other(1).await.unwrap()).await, [Ok("a")]);
    assert_eq!(read(other(0).await.unwrap()).await, []);
}

/// A fallback that never comes to an end has no stream of its own.
#[tokio::test(start_paused = true)]
async fn a_fallback_may_panic() {
    #[fallback(unreachable!("no {error}"), stream)]
    async fn ask(fails: bool) -> Answer {
        if fails {
            return Err(ApiError::Busy);
        }
        Ok(items([(10, Ok("a"))]))
    }
    assert_eq!(read(ask(false).await.unwrap()).await, [Ok("a")]);
    assert!(tokio::spawn(ask(true)).await.is_err());
}

/// A function that returns a future, as `#[async_trait]` writes it.
#[tokio::test(start_paused = true)]
async fn a_boxed_future() {
    #[retry(max = 1, stream)]
    #[timeout(secs = 1, idle = "1s")]
    fn ask<'a>(
        words: &'a [String],
    ) -> Pin<Box<dyn Future<Output = Result<BoxStream<'a, Result<&'a str, ApiError>>, ApiError>> + Send + 'a>> {
        Box::pin(async move { Ok(stream::iter(words).map(|word| Ok(&**word)).boxed()) })
    }
    let words = ["It".to_owned(), "is".to_owned()];
    assert_eq!(ask(&words).await.unwrap().collect::<Vec<_>>().await, [Ok("It"), Ok("is")]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_told_and_a_ready_made_one_limit_the_gaps_too() {
    use reliable::Timeout;
    const LIMIT: Timeout = Timeout::secs(5).idle(Duration::from_secs(2));

    #[timeout(secs = 5, idle = "2s", deadline, stream)]
    async fn told() -> Answer {
        assert_eq!(reliable::time_left(), Some(Duration::from_secs(5)));
        Ok(items([(10, Ok("a")), (2100, Ok("b"))]))
    }
    #[timeout(LIMIT, stream)]
    async fn ready_made() -> Answer {
        Ok(items([(10, Ok("a")), (2100, Ok("b"))]))
    }
    #[timeout(limit, idle = "2s", deadline, stream)]
    async fn given(limit: Duration) -> Answer {
        Ok(items([(10, Ok("a")), (2100, Ok("b"))]))
    }
    for answer in [told().await, ready_made().await, given(Duration::from_secs(5)).await] {
        let answer = read(answer.unwrap()).await;
        assert!(matches!(&*answer, [Ok("a"), Err(ApiError::Fault(Fault::TimedOut { .. }))]), "{answer:?}");
    }
}

/// Each attempt has its number.
#[tokio::test(start_paused = true)]
async fn beside_the_number_of_the_attempt() {
    #[retry(max = 3, backoff = "none", attempt, stream)]
    async fn ask() -> Answer {
        Ok(if attempt < 3 { items([(10, Err(ApiError::Busy))]) } else { items([(10, Ok("third"))]) })
    }
    assert_eq!(read(ask().await.unwrap()).await, [Ok("third")]);
}
