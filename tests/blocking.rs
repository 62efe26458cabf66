//! A plain `fn` that waits for its turn, in a task whose share of the runtime is used up: nobody renews that share while
//! the thread is blocked.

#![allow(clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Waker};
use std::time::Duration;

use reliable::{Bulkhead, Fault, bulkhead, rate_limit};
use tokio::runtime::Builder;
use tokio::task::coop::{consume_budget, has_budget_remaining};

/// Whether `call` comes to its end in such a task. `meanwhile` runs beside it.
fn ends(call: impl FnOnce() + Send + 'static, meanwhile: impl FnOnce()) -> bool {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let (tell, told) = mpsc::channel();
    runtime.spawn(async move {
        use_up_the_budget();
        call();
        tell.send(()).unwrap();
    });
    meanwhile();
    // Only a call that hangs waits for this.
    let ended = told.recv_timeout(Duration::from_secs(10)).is_ok();
    runtime.shutdown_background();
    ended
}

fn use_up_the_budget() {
    let mut context = Context::from_waker(Waker::noop());
    let mut units = 0;
    while has_budget_remaining() {
        let _ = pin!(consume_budget()).poll(&mut context);
        units += 1;
    }
    assert!((1..1000).contains(&units), "it had a budget, and has none any more");
}

#[test]
fn it_gets_its_place_in_a_bulkhead() {
    static BULKHEAD: Bulkhead = Bulkhead::new().max(1);
    #[bulkhead(BULKHEAD)]
    fn call() -> Result<(), Fault> {
        Ok(())
    }
    let permit = BULKHEAD.admit_blocking("other").unwrap();
    let give_it_back = || {
        while BULKHEAD.waiting() == 0 {
            std::thread::yield_now();
        }
        drop(permit);
    };
    assert!(ends(|| call().unwrap(), give_it_back));
}

#[test]
fn it_gets_its_turn_in_a_rate_limit() {
    #[rate_limit(per_second = 1000, burst = 1)]
    fn call() -> Result<(), Fault> {
        Ok(())
    }
    let twice = || {
        call().unwrap();
        call().unwrap();
    };
    assert!(ends(twice, || ()));
}

mod in_an_async_task {
    use reliable::{Recorder, Scope, retry};

    fn told(recorder: &Recorder) -> usize {
        let report = recorder.report();
        report.entries().iter().filter(|entry| matches!(entry.event, reliable::Event::Blocked { .. })).count()
    }

    #[tokio::test]
    async fn a_plain_function_that_waits_is_told_once() {
        #[retry(max = 2, base = "1ms")]
        fn flaky() -> Result<(), String> {
            Err("503".to_owned())
        }
        let recorder = Recorder::new();
        let scope = || Scope::current().recorder(&recorder);
        let elsewhere = scope();
        tokio::task::spawn_blocking(move || elsewhere.enter(flaky)).await.unwrap().unwrap_err();
        assert_eq!(told(&recorder), 0, "that is the place for it");
        for _ in 0..2 {
            scope().run(async { flaky() }).await.unwrap_err();
        }
        assert_eq!(told(&recorder), 1);
    }

    #[tokio::test]
    async fn one_that_does_not_wait_is_not_told() {
        #[retry(max = 2, backoff = "none")]
        fn flaky_without_a_pause() -> Result<(), String> {
            Err("503".to_owned())
        }
        let recorder = Recorder::new();
        Scope::current().recorder(&recorder).run(async { flaky_without_a_pause() }).await.unwrap_err();
        assert_eq!(told(&recorder), 0);
    }
}
