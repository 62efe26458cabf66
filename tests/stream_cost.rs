//! What `stream` costs: a call has one box for all that is around its stream, and an item none.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use futures_util::Stream;
use futures_util::stream::{self, BoxStream, StreamExt};
use reliable::{Fault, bulkhead, circuit_breaker, fallback, retry, timeout};

type Item = Result<u64, Fault>;
type Answer = Result<BoxStream<'static, Item>, Fault>;

fn items(waits: bool) -> impl Stream<Item = Item> {
    let mut polls = 0_u64;
    stream::poll_fn(move |cx| {
        polls += 1;
        if waits && polls % 2 == 1 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready((polls < 1000).then_some(Ok(polls)))
    })
}

async fn plain(waits: bool) -> Answer {
    Ok(items(waits).boxed())
}

#[fallback(plain, stream)]
#[circuit_breaker(failures = 5)]
#[retry(max = 3)]
#[bulkhead(max = 4)]
#[timeout(secs = 5)]
async fn held(waits: bool) -> Answer {
    plain(waits).await
}

#[retry(max = 3, stream)]
#[timeout(secs = 5, idle = "5s")]
async fn limited(waits: bool) -> Answer {
    plain(waits).await
}

#[retry(max = 3, stream = *value > 10)]
async fn held_back(waits: bool) -> Answer {
    plain(waits).await
}

#[retry(max = 3, stream)]
#[bulkhead(max = 4)]
async fn opaque(waits: bool) -> Result<impl Stream<Item = Item>, Fault> {
    Ok(items(waits))
}

/// The allocations of a call, and of all that is read of its stream.
fn allocations<S: Stream<Item = Item>>(call: impl Future<Output = Result<S, Fault>>) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let _entered = runtime.enter();
    let mut read = pin!(async { call.await.unwrap().count().await });
    let mut cx = Context::from_waker(Waker::noop());
    measure(|| while read.as_mut().poll(&mut cx).is_pending() {}).count_total
}

#[test]
fn a_call_has_one_box_besides_that_of_its_body() {
    for waits in [false, true] {
        let own = allocations(plain(waits));
        assert_eq!(own, 1);
        assert_eq!(allocations(held(waits)), own + 1);
        assert_eq!(allocations(opaque(waits)), 1, "it is pinned");
    }
}

#[test]
fn a_gap_has_one_box_and_all_later_ones_none() {
    assert_eq!(allocations(limited(false)), 2);
    assert_eq!(allocations(limited(true)), 3);
}

#[test]
fn what_is_held_back_is_kept_in_a_list() {
    assert!(allocations(held_back(false)) <= 2 + 4);
}
