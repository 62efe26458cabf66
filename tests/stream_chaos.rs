//! `stream` and `#[chaos]`: a plan cuts a stream, or lets it hang.

use std::time::Duration;

use futures_util::Stream;
use futures_util::stream::{self, BoxStream, StreamExt};
use reliable::chaos::{Chaos, cut_after, fail, hang, ok, slow, stall_after};
use reliable::{Event, Fault, Recorder, Scope, chaos, fallback, retry, timeout};
use tokio::time::Instant;

#[derive(Debug, PartialEq, thiserror::Error)]
enum ApiError {
    #[error("the connection was cut")]
    Cut,
    #[error(transparent)]
    Fault(#[from] Fault),
}

type Item = Result<&'static str, ApiError>;
type Answer = Result<BoxStream<'static, Item>, ApiError>;

#[retry(max = 3, backoff = "none", stream = !value.is_empty())]
#[timeout(secs = 5, idle = "2s")]
#[chaos]
async fn ask() -> Answer {
    Ok(stream::iter(["", "It", "is", "sunny"]).map(Ok).boxed())
}

async fn read<S: Stream<Item = Item>>(plan: &Chaos, call: impl Future<Output = Result<S, ApiError>>) -> Vec<Item> {
    let answer = Scope::current().chaos(plan).run(call).await.unwrap();
    plan.assert_used();
    answer.collect().await
}

const ALL: [Item; 4] = [Ok(""), Ok("It"), Ok("is"), Ok("sunny")];

#[tokio::test(start_paused = true)]
async fn a_cut_before_the_first_item_that_counts_is_retried_and_one_behind_it_is_the_last_item() {
    let cut = |items| cut_after(items).with(|| ApiError::Cut);
    let plan = Chaos::plan().at("ask", [cut(0), cut(1), cut(2)]);
    assert_eq!(read(&plan, ask()).await, [Ok(""), Ok("It"), Err(ApiError::Cut)]);
}

#[tokio::test(start_paused = true)]
async fn without_an_error_of_its_own_it_is_a_fault_that_is_retried() {
    let plan = Chaos::plan().at("ask", [cut_after(1), cut_after(3)]);
    let items = read(&plan, ask()).await;
    assert_eq!(items[..3], ALL[..3]);
    let reason = "the chaos plan cut its stream behind item 3".to_owned();
    assert_eq!(items[3..], [Err(ApiError::Fault(Fault::Policy { tool: "ask".into(), reason }))]);
}

#[tokio::test(start_paused = true)]
async fn a_stall_before_the_first_item_meets_the_limit_and_one_behind_it_that_of_gaps() {
    let plan = Chaos::plan().at("ask", [stall_after(0), stall_after(1), stall_after(3)]);
    let started = Instant::now();
    let items = read(&plan, ask()).await;
    assert_eq!(started.elapsed().as_secs(), 5 + 5 + 2);
    assert_eq!(items[..3], ALL[..3]);
    assert!(matches!(items[3..], [Err(ApiError::Fault(Fault::TimedOut { .. }))]));
}

#[tokio::test(start_paused = true)]
async fn the_others_are_what_they_were() {
    let plan = Chaos::plan().at("ask", [fail(|| ApiError::Cut), hang(), ok(), slow(Duration::from_secs(1))]);
    let started = Instant::now();
    assert_eq!(read(&plan, ask()).await, ALL);
    assert_eq!(started.elapsed().as_secs(), 5);
    assert_eq!(read(&plan, ask()).await, ALL);
    assert_eq!(started.elapsed().as_secs(), 6);
    assert_eq!(read(&Chaos::plan(), ask()).await, ALL);
}

#[tokio::test(start_paused = true)]
async fn it_breaks_what_is_below_it() {
    #[fallback(Ok(stream::iter(["sorry"]).map(Ok)), stream)]
    #[chaos]
    async fn opaque() -> Result<impl Stream<Item = Item>, ApiError> {
        Ok(stream::iter(["It", "is"]).map(Ok))
    }
    let plan = Chaos::plan().at("opaque", [cut_after(0), cut_after(1).with(|| ApiError::Cut)]);
    assert_eq!(read(&plan, opaque()).await, [Ok("sorry")]);
    assert_eq!(read(&plan, opaque()).await, [Ok("It"), Err(ApiError::Cut)]);
    assert_eq!(read(&plan, opaque()).await, [Ok("It"), Ok("is")]);
}

#[tokio::test(start_paused = true)]
async fn it_is_told() {
    let recorder = Recorder::new();
    let plan = Chaos::plan().at("ask", [cut_after(1), stall_after(2)]);
    Scope::current().recorder(&recorder).run(read(&plan, ask())).await;
    let report = recorder.report();
    let told = report.entries().iter().filter_map(|entry| match &entry.event {
        Event::Injected { what, .. } => Some(&**what),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), ["an error behind item 1", "a hang behind item 2"]);
}

#[tokio::test]
#[should_panic(expected = "write `#[chaos(stream)]`")]
async fn a_function_without_the_flag_says_so() {
    #[chaos]
    async fn plain() -> Answer {
        Ok(stream::empty().boxed())
    }
    let plan = Chaos::plan().at("plain", [stall_after(1)]);
    drop(Scope::current().chaos(&plan).run(plain()).await);
}

#[tokio::test]
#[should_panic(expected = "write `cut_after(1).with(|| …)`")]
async fn an_error_that_can_not_be_made_is_told() {
    #[derive(Debug)]
    struct Foreign;
    #[chaos(stream)]
    async fn foreign() -> Result<BoxStream<'static, Result<u32, Foreign>>, Foreign> {
        Ok(stream::empty().boxed())
    }
    let plan = Chaos::plan().at("foreign", [cut_after(1)]);
    drop(Scope::current().chaos(&plan).run(foreign()).await);
}
