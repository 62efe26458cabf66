//! `stream`: what a bulkhead holds and a breaker counts, it holds and counts until the stream has ended.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use futures_util::Stream;
use futures_util::stream::{self, BoxStream, StreamExt};
use reliable::{
    Bulkhead, CircuitBreaker, CircuitState, Fault, Keyed, Recorder, Scope, bulkhead, circuit_breaker, timeout,
};
use tokio::time::{Instant, sleep};

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum ApiError {
    #[error("the connection was cut")]
    Cut,
    #[error("400")]
    Bad,
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ApiError {
    fn is_theirs(&self) -> bool {
        !matches!(self, ApiError::Bad)
    }
}

type Item = Result<u32, ApiError>;
type Answer<'a> = Result<BoxStream<'a, Item>, ApiError>;

fn items<const N: usize>(items: [Item; N]) -> BoxStream<'static, Item> {
    stream::iter(items).boxed()
}

#[tokio::test(start_paused = true)]
async fn a_place_is_kept_until_the_stream_has_ended_or_is_dropped() {
    static PLACES: Bulkhead = Bulkhead::new().max(1).reject();
    #[bulkhead(PLACES, stream)]
    async fn ask(items: BoxStream<'static, Item>) -> Answer<'static> {
        Ok(items)
    }
    let mut answer = ask(items([Ok(1), Ok(2)])).await.unwrap();
    assert_eq!(answer.next().await, Some(Ok(1)));
    assert!(matches!(ask(items([])).await.err(), Some(ApiError::Fault(Fault::Rejected { .. }))));
    assert_eq!((answer.next().await, PLACES.running()), (Some(Ok(2)), 1));
    assert_eq!((answer.next().await, PLACES.running()), (None, 0), "it has ended");
    assert_eq!(answer.next().await, None, "and stays so");
    let answer = ask(items([Ok(1)])).await.unwrap();
    assert_eq!(PLACES.running(), 1);
    drop(answer);
    assert_eq!(PLACES.running(), 0, "it was dropped");
    assert_eq!(ask(items([Err(ApiError::Cut)])).await.err(), Some(ApiError::Cut));
    assert_eq!(PLACES.running(), 0, "it never began");
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_place_gets_it_when_a_stream_ends() {
    #[bulkhead(max = 1, stream)]
    #[timeout(secs = 60)]
    async fn ask(ms: u64) -> Answer<'static> {
        Ok(stream::iter([Ok(1), Ok(2)])
            .then(move |item| async move {
                sleep(Duration::from_millis(ms)).await;
                item
            })
            .boxed())
    }
    let started = Instant::now();
    let read = |ms| async move { ask(ms).await.unwrap().count().await };
    assert_eq!(tokio::join!(read(100), read(10)), (2, 2));
    assert_eq!(started.elapsed().as_millis(), 220);
}

#[tokio::test(start_paused = true)]
async fn an_error_in_the_stream_is_a_failure_its_end_a_success_and_a_drop_neither() {
    static SERVICE: CircuitBreaker = CircuitBreaker::new().failures(2).cooldown(Duration::from_secs(30));
    #[circuit_breaker(SERVICE, stream, when = ApiError::is_theirs)]
    async fn ask(items: BoxStream<'static, Item>) -> Answer<'static> {
        Ok(items)
    }
    async fn read(sent: BoxStream<'static, Item>) {
        ask(sent).await.unwrap().for_each(|_| async {}).await;
    }
    let cut = || items([Ok(1), Err(ApiError::Cut)]);

    read(cut()).await;
    read(items([Ok(1), Ok(2)])).await;
    read(cut()).await;
    assert_eq!(SERVICE.state(), CircuitState::Closed, "the good one lay between");
    read(items([Ok(1), Err(ApiError::Bad)])).await;
    read(cut()).await;
    assert_eq!(SERVICE.state(), CircuitState::Closed, "a 400 is no failure, and ends what was in a row");
    drop(ask(items([Ok(1), Ok(2)])).await.unwrap());
    assert_eq!(ask(items([Err(ApiError::Cut)])).await.err(), Some(ApiError::Cut));
    assert_eq!(SERVICE.state(), CircuitState::Open, "two in a row: what was dropped was no success");

    sleep(Duration::from_secs(30)).await;
    let probe = ask(cut()).await.unwrap();
    assert!(matches!(ask(cut()).await.err(), Some(ApiError::Fault(Fault::CircuitOpen { .. }))));
    drop(probe);
    assert_eq!(SERVICE.state(), CircuitState::HalfOpen, "it came to nothing, and makes room for the next one");
    read(items([Ok(1)])).await;
    assert_eq!(SERVICE.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_counted_once_and_at_once() {
    static SERVICE: CircuitBreaker = CircuitBreaker::new().failures(2);
    #[circuit_breaker(SERVICE, stream)]
    async fn ask() -> Answer<'static> {
        Ok(items([Ok(1), Err(ApiError::Cut), Err(ApiError::Cut), Ok(2)]))
    }
    assert_eq!(ask().await.unwrap().count().await, 4, "what comes behind an error is the reader's");
    assert_eq!(SERVICE.state(), CircuitState::Closed);
    let mut answer = ask().await.unwrap();
    let recorder = Recorder::new();
    Scope::current().recorder(&recorder).run(async { while !matches!(answer.next().await, Some(Err(_))) {} }).await;
    assert_eq!(SERVICE.state(), CircuitState::Open, "though it has not ended");
    assert_eq!(recorder.report().of("ask").unwrap().opened, 1);
}

#[tokio::test(start_paused = true)]
async fn a_stall_counts_where_the_timeout_is_below_the_breaker() {
    static SERVICE: CircuitBreaker = CircuitBreaker::new().failures(1);
    #[timeout(secs = 60, idle = "1s", stream)]
    #[circuit_breaker(SERVICE)]
    #[timeout(secs = 5, idle = "5s")]
    async fn above() -> Answer<'static> {
        Ok(stream::iter([Ok(1)]).chain(stream::pending()).boxed())
    }
    #[circuit_breaker(SERVICE, stream)]
    #[timeout(secs = 5, idle = "1s")]
    async fn below() -> Answer<'static> {
        Ok(stream::iter([Ok(1)]).chain(stream::pending()).boxed())
    }
    assert_eq!(above().await.unwrap().count().await, 2);
    assert_eq!(SERVICE.state(), CircuitState::Closed);
    assert_eq!(below().await.unwrap().count().await, 2);
    assert_eq!(SERVICE.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn slow_is_what_takes_long_to_begin_and_not_what_is_long() {
    static SERVICE: CircuitBreaker = CircuitBreaker::new().failures(1).slow(Duration::from_secs(2));
    #[circuit_breaker(SERVICE, stream)]
    async fn ask(first: u64, later: u64) -> Answer<'static> {
        let after = |(secs, item)| async move {
            sleep(Duration::from_secs(secs)).await;
            item
        };
        Ok(stream::iter([(first, Ok(1)), (later, Ok(2))]).then(after).boxed())
    }
    assert_eq!(ask(1, 60).await.unwrap().count().await, 2);
    assert_eq!(SERVICE.state(), CircuitState::Closed);
    let answer = ask(3, 1).await.unwrap();
    assert_eq!(SERVICE.state(), CircuitState::Open, "when the first item is there");
    assert_eq!(answer.count().await, 2);
}

#[allow(clippy::unused_async, reason = "about the little function itself")]
#[tokio::test(start_paused = true)]
async fn a_probe_that_streams_is_alive_while_items_come() {
    static SERVICE: CircuitBreaker = CircuitBreaker::new().failures(1).cooldown(Duration::from_secs(1));
    #[circuit_breaker(SERVICE, stream)]
    async fn ask(pause: u64, items: usize) -> Answer<'static> {
        let after = move |item| async move {
            sleep(Duration::from_secs(pause)).await;
            item
        };
        Ok(stream::iter([Ok(1)]).chain(stream::iter(vec![Ok(2); items]).then(after)).boxed())
    }
    async fn trip() {
        #[circuit_breaker(SERVICE)]
        async fn fail() -> Result<(), ApiError> {
            Err(ApiError::Cut)
        }
        assert!(fail().await.is_err());
        assert_eq!(SERVICE.state(), CircuitState::Open);
        sleep(Duration::from_secs(1)).await;
    }
    trip().await;
    assert_eq!(ask(40, 5).await.unwrap().count().await, 6);
    assert_eq!(SERVICE.state(), CircuitState::Closed, "after 200 seconds");
    trip().await;
    assert_eq!(ask(61, 1).await.unwrap().count().await, 2);
    assert_eq!(SERVICE.state(), CircuitState::Open, "a minute without an item is too long for a probe");
}

struct Client {
    breaker: CircuitBreaker,
    places: Bulkhead,
    shared: Arc<CircuitBreaker>,
    shared_places: Arc<Bulkhead>,
}

impl Client {
    fn new() -> Client {
        Client {
            breaker: CircuitBreaker::new().failures(1),
            places: Bulkhead::new().max(1),
            shared: Arc::new(CircuitBreaker::new().failures(1)),
            shared_places: Arc::new(Bulkhead::new().max(1)),
        }
    }

    /// They live as long as the client.
    #[circuit_breaker(self.breaker, stream)]
    #[bulkhead(self.places)]
    async fn borrowed(&self) -> Answer<'_> {
        Ok(items([Ok(1), Err(ApiError::Cut)]))
    }

    #[circuit_breaker(self.breaker, stream)]
    #[bulkhead(self.places)]
    async fn opaque(&self) -> Result<impl Stream<Item = Item> + '_, ApiError> {
        Ok(stream::iter([Ok(1), Err(ApiError::Cut)]))
    }

    /// They live as long as the stream.
    #[circuit_breaker(self.shared, stream)]
    #[bulkhead(self.shared_places)]
    async fn kept(&self) -> Answer<'static> {
        Ok(items([Ok(1), Err(ApiError::Cut)]))
    }
}

#[tokio::test]
async fn a_breaker_and_a_bulkhead_of_ones_own() {
    let client = Client::new();
    let mut answer = client.borrowed().await.unwrap();
    assert_eq!(client.places.running(), 1);
    while answer.next().await.is_some() {}
    assert_eq!((client.places.running(), client.breaker.state()), (0, CircuitState::Open));

    let client = Client::new();
    let answer = client.opaque().await.unwrap();
    assert_eq!(client.places.running(), 1);
    assert_eq!(answer.count().await, 2);
    assert_eq!((client.places.running(), client.breaker.state()), (0, CircuitState::Open));

    let client = Client::new();
    let answer = client.kept().await.unwrap();
    let (places, breaker) = (Arc::clone(&client.shared_places), Arc::clone(&client.shared));
    drop(client);
    assert_eq!(places.running(), 1);
    assert_eq!(answer.count().await, 2);
    assert_eq!((places.running(), breaker.state()), (0, CircuitState::Open));
}

#[tokio::test]
async fn one_for_each_key() {
    static PLACES: Keyed<Bulkhead> = Keyed::new(|| Bulkhead::new().max(1).reject());
    #[bulkhead(PLACES, key = host, stream)]
    #[circuit_breaker(failures = 1, key = host)]
    async fn ask(host: &str) -> Answer<'static> {
        Ok(items([Ok(1), Err(ApiError::Cut)]))
    }
    let answer = ask("a").await.unwrap();
    assert_eq!(PLACES.get("a").running(), 1);
    assert!(ask("a").await.is_err());
    assert!(ask("b").await.is_ok());
    assert_eq!(answer.count().await, 2);
    assert_eq!(PLACES.get("a").running(), 0);
    assert!(matches!(ask("a").await.err(), Some(ApiError::Fault(Fault::CircuitOpen { .. }))));
    assert!(ask("b").await.is_ok());
}

#[tokio::test]
async fn they_may_be_read_in_a_task_of_their_own() {
    static PLACES: Bulkhead = Bulkhead::new();
    #[circuit_breaker(failures = 1, stream, when = !matches!(error, ApiError::Bad))]
    #[bulkhead(PLACES)]
    #[timeout(secs = 5, idle = "1s")]
    async fn boxed() -> Answer<'static> {
        Ok(items([Ok(1), Ok(2)]))
    }
    let count = tokio::spawn(async { boxed().await.unwrap().count().await });
    assert_eq!(count.await.unwrap(), 2);
    let client = Arc::new(Client::new());
    let count = tokio::spawn(async move { client.opaque().await.unwrap().count().await });
    assert_eq!(count.await.unwrap(), 2);
}

/// Both the error type and the gaps by a function.
#[tokio::test(start_paused = true)]
async fn an_error_without_from_fault() {
    #[derive(Debug, PartialEq)]
    struct Foreign(String);
    #[allow(clippy::needless_pass_by_value)]
    fn stopped(fault: Fault) -> Foreign {
        Foreign(fault.to_string())
    }
    #[bulkhead(max = 1, stream, fault = stopped)]
    #[timeout(secs = 5, idle = "1s")]
    async fn ask() -> Result<BoxStream<'static, Result<u32, Foreign>>, Foreign> {
        Ok(stream::iter([Ok(1)]).chain(stream::pending()).boxed())
    }
    let all: Vec<_> = ask().await.unwrap().collect().await;
    assert_eq!(all, [Ok(1), Err(Foreign("`ask` timed out after 1s".into()))]);
}

/// What the service does counts, and not what the reader does with it.
#[tokio::test]
async fn a_panic_counts_for_the_breaker_where_it_comes_out_of_the_stream() {
    static SERVICE: CircuitBreaker = CircuitBreaker::new().failures(1);
    static PLACES: Bulkhead = Bulkhead::new();
    #[circuit_breaker(SERVICE, stream)]
    #[bulkhead(PLACES)]
    #[timeout(secs = 5, idle = "1s")]
    async fn ask(panics: bool) -> Answer<'static> {
        let item = move |item| if panics && item == 2 { panic!("the stream") } else { Ok(item) };
        Ok(stream::iter([1, 2]).map(item).boxed())
    }
    let reader = tokio::spawn(async {
        let mut answer = ask(false).await.unwrap();
        answer.next().await;
        panic!("the reader");
    });
    assert!(reader.await.is_err());
    assert_eq!((SERVICE.state(), PLACES.running()), (CircuitState::Closed, 0));

    let mut answer = ask(true).await.unwrap();
    assert_eq!(answer.next().await, Some(Ok(1)));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(catch_unwind(AssertUnwindSafe(|| answer.poll_next_unpin(&mut cx).is_ready())).is_err());
    assert_eq!(SERVICE.state(), CircuitState::Open, "at once, and not when it is dropped");
    drop(answer);
    assert_eq!(PLACES.running(), 0);
}
