//! `deadline` and `time_left`: how much time is left, for those inside.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use reliable::{Approver, Decision, Fault, Request, Scope, Timeout, requires_approval, retry, time_left, timeout};
use tokio::time::sleep;

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// The seconds that are left.
fn left() -> Option<u64> {
    time_left().map(|left| left.as_secs())
}

async fn work(seconds: u64) {
    sleep(secs(seconds)).await;
}

/// Says yes after so many seconds.
struct Human(u64);

impl Approver for Human {
    async fn review(&self, _: &Request) -> Decision {
        work(self.0).await;
        Decision::approve()
    }
}

#[requires_approval(by = Human(seconds))]
async fn ask(seconds: u64) -> Result<(), Fault> {
    Ok(())
}

async fn in_time<T>(limit: u64, call: impl Future<Output = T>) -> T {
    let call = async { Ok::<_, Fault>(call.await) };
    Timeout::secs(limit).deadline().run("call", call).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn only_a_timeout_with_the_flag_tells_it() {
    #[timeout(secs = 10)]
    async fn silent() -> Result<Option<u64>, Fault> {
        Ok(left())
    }
    #[timeout("10s", deadline)]
    async fn told() -> Result<[Option<u64>; 2], Fault> {
        let before = left();
        work(3).await;
        Ok([before, left()])
    }
    #[timeout(limit, deadline)]
    async fn of_a_value(limit: Duration) -> Result<Option<u64>, Fault> {
        Ok(left())
    }
    #[timeout(deadline, ms = limit)]
    async fn of_a_count(limit: u64) -> Result<Option<Duration>, Fault> {
        deep_inside().await
    }
    async fn deep_inside() -> Result<Option<Duration>, Fault> {
        silent().await?;
        Ok(time_left())
    }
    assert_eq!(silent().await, Ok(None));
    assert_eq!(told().await, Ok([Some(10), Some(7)]));
    assert_eq!(of_a_value(secs(4)).await, Ok(Some(4)));
    assert_eq!(of_a_count(1500).await, Ok(Some(Duration::from_millis(1500))));
    assert_eq!(left(), None, "nothing stays");
}

#[tokio::test(start_paused = true)]
async fn the_tightest_one_counts_and_each_attempt_has_its_own() {
    #[timeout(secs = 11, deadline)]
    #[retry(max = 9, backoff = "fixed", base = "1s", jitter = 0)]
    #[timeout(secs = 4, deadline)]
    async fn call(seen: &RefCell<Vec<Option<u64>>>) -> Result<(), Fault> {
        seen.borrow_mut().push(left());
        work(2).await;
        seen.borrow_mut().push(left());
        pending().await
    }
    let seen = RefCell::default();
    let late = call(&seen).await.unwrap_err();
    assert_eq!(late, Fault::TimedOut { tool: "call".into(), limit: secs(11) });
    // At 0, 2, 5, 7, and 10.
    assert_eq!(seen.take(), [Some(4), Some(2), Some(4), Some(2), Some(1)]);

    let nested = in_time(5, async {
        work(3).await;
        let outer = in_time(9, async { (left(), work(1).await, left()) }).await;
        let inner = in_time(1, async { left() }).await;
        (outer, inner, left())
    });
    assert_eq!(nested.await, ((Some(2), (), Some(1)), Some(1), Some(1)));
}

#[tokio::test(start_paused = true)]
async fn it_is_told_to_those_inside_and_not_to_those_beside() {
    let inside = in_time(10, async {
        work(1).await;
        (left(), work(1).await, left())
    });
    let beside = async {
        let before = left();
        work(1).await;
        let other = in_time(3, async { left() }).await;
        work(1).await;
        (before, other, left())
    };
    assert_eq!(tokio::join!(inside, beside), ((Some(9), (), Some(8)), (None, Some(3), None)));
    let lost = in_time(10, async {
        work(1).await;
        tokio::select! {
            () = pending::<()>() => unreachable!(),
            left = async { work(1).await; left() } => (left, in_time(2, async { left }).await),
        }
    });
    assert_eq!(lost.await, (Some(8), Some(8)));
    assert_eq!(left(), None);
}

#[tokio::test(start_paused = true)]
async fn it_stands_still_while_a_human_is_asked() {
    let call = in_time(10, async {
        work(2).await;
        let sibling = async {
            work(100).await;
            left()
        };
        let (asked, sibling) = tokio::join!(ask(300), sibling);
        asked.unwrap();
        (sibling, left(), work(3).await, left())
    });
    assert_eq!(call.await, (Some(8), Some(8), (), Some(5)));
    let nested = in_time(20, async {
        let inner = in_time(10, async {
            work(1).await;
            ask(300).await.unwrap();
            left()
        });
        (inner.await, left())
    });
    assert_eq!(nested.await, (Some(9), Some(19)));
}

#[tokio::test(start_paused = true)]
async fn a_task_takes_it_along_with_the_time_of_humans() {
    let call = in_time(10, async {
        work(2).await;
        let task = reliable::spawn(async {
            work(1).await;
            let before = left();
            let inner = in_time(3, async { left() }).await;
            let wider = in_time(300, async {
                let deeper = reliable::spawn(async { left() }).await.unwrap();
                assert_eq!(deeper, left(), "the tighter one is taken along");
                left()
            });
            let wider = wider.await;
            ask(100).await.unwrap();
            (before, inner, wider, left())
        });
        let unlinked = tokio::spawn(async { left() }).await.unwrap();
        (task.await.unwrap(), unlinked, left())
    });
    assert_eq!(call.await, ((Some(7), Some(3), Some(7), Some(7)), None, Some(7)));
}

#[tokio::test(start_paused = true)]
async fn a_scope_takes_it_along_to_a_thread_and_to_a_task_in_a_task() {
    let call = in_time(10, async {
        let scope = Scope::current();
        let in_a_thread = std::thread::spawn(move || (left(), scope.enter(left))).join().unwrap();
        let deep = reliable::spawn(async { reliable::spawn(async { left() }).await.unwrap() }).await.unwrap();
        let inner = in_time(5, async { Scope::current() }).await;
        let tighter = in_time(5, async { reliable::spawn(async { left() }).await.unwrap() }).await;
        (in_a_thread, deep, inner.run(async { left() }).await, tighter)
    });
    assert_eq!(call.await, ((None, Some(10)), Some(10), Some(10), Some(5)));
}

/// What goes on after its call has no limit of it, unless the time was up.
#[tokio::test(start_paused = true)]
async fn who_outlives_the_call_has_its_limit_no_more() {
    let task = RefCell::new(None);
    let begin = || {
        let later = async {
            work(60).await;
            left()
        };
        *task.borrow_mut() = Some(reliable::spawn(later));
    };
    in_time(10, async { begin() }).await;
    assert_eq!(task.take().unwrap().await.unwrap(), None);
    let call = async {
        begin();
        pending::<Result<(), Fault>>().await
    };
    assert!(Timeout::secs(10).deadline().run("call", call).await.is_err());
    assert_eq!(task.take().unwrap().await.unwrap(), Some(0));
    let scope = in_time(10, async { Scope::current() }).await;
    assert_eq!(scope.run(async { left() }).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_panic_leaves_nothing_behind() {
    let call = in_time(10, async {
        let mut panics = pin!(in_time(2, async { panic!("on purpose") }));
        let poll = || panics.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        assert!(catch_unwind(AssertUnwindSafe(poll)).is_err());
        left()
    });
    assert_eq!(call.await, Some(10));
    assert_eq!(left(), None);
}

#[tokio::test(start_paused = true)]
async fn it_goes_wherever_its_future_goes() {
    let mut call = Box::pin(in_time(10, async {
        work(4).await;
        left()
    }));
    assert!(poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_pending())).await);
    assert_eq!(left(), None);
    assert_eq!(tokio::spawn(call).await.unwrap(), Some(6));
}

#[test]
fn nothing_is_allocated_for_it() {
    #[timeout(secs = 10)]
    async fn silent() -> Result<Option<u64>, Fault> {
        tokio::task::yield_now().await;
        Ok(Some(10))
    }
    #[timeout(secs = 10, deadline)]
    async fn telling() -> Result<Option<u64>, Fault> {
        tokio::task::yield_now().await;
        Ok(left())
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    macro_rules! allocated {
        ($call:ident) => {
            allocation_counter::measure(|| assert_eq!(runtime.block_on($call()), Ok(Some(10)))).count_total
        };
    }
    let _ = (allocated!(silent), allocated!(telling));
    assert_eq!(allocated!(telling), allocated!(silent));
}

mod a_rate_limit {
    use super::*;
    use reliable::{RateLimit, rate_limit};
    use tokio::time::Instant;

    static LIMIT: RateLimit = RateLimit::per_minute(6).burst(1).max_wait(secs(60));
    static PATIENT: RateLimit = RateLimit::per_minute(6).burst(1);

    #[timeout(limit, deadline)]
    #[rate_limit(LIMIT)]
    async fn call(limit: Duration) -> Result<u64, Fault> {
        Ok(time_left().unwrap().as_secs())
    }

    #[timeout(limit)]
    #[rate_limit(LIMIT)]
    async fn silent(limit: Duration) -> Result<(), Fault> {
        Ok(())
    }

    #[timeout(limit, deadline)]
    #[rate_limit(PATIENT)]
    async fn patient(limit: Duration) -> Result<(), Fault> {
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn rejects_at_once_where_there_is_no_time_to_wait() {
        let started = Instant::now();
        assert_eq!(call(secs(5)).await, Ok(5));
        let Err(Fault::Rejected { wait, .. }) = call(secs(5)).await else { panic!("it would have to wait for 10 s") };
        assert_eq!((wait, started.elapsed()), (Some(secs(10)), secs(0)));
        assert!(matches!(silent(secs(5)).await, Err(Fault::TimedOut { .. })), "it does not know");
        assert_eq!(call(secs(15)).await, Ok(10), "in line, and in time");
        let (in_line, behind) = tokio::join!(call(secs(15)), call(secs(15)));
        assert_eq!(in_line, Ok(5));
        assert!(matches!(behind, Err(Fault::Rejected { wait: Some(wait), .. }) if wait == secs(20)), "{behind:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn that_waits_as_long_as_it_takes_does_so() {
        assert!(patient(secs(5)).await.is_ok());
        assert!(matches!(patient(secs(5)).await, Err(Fault::TimedOut { .. })));
    }
}
