//! `max_wait` of a rate limit and of a bulkhead, on a paused clock: who waits, and for how long.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::{Bulkhead, Fault, Keyed, RateLimit, Recorder, Scope, bulkhead, rate_limit, retry, timeout};
use tokio::time::{Instant, advance, sleep};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn rejected(by: &str, wait: Option<Duration>) -> Fault {
    Fault::Rejected { tool: "call".into(), by: by.to_owned().into(), wait }
}

mod of_a_rate_limit {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_that_would_wait_for_longer_fails_at_once_and_takes_nothing() {
        #[rate_limit(per_second = 1, burst = 1, max_wait = "1500ms")]
        async fn call() -> Result<(), Fault> {
            Ok(())
        }
        let started = Instant::now();
        let timed = async || (call().await, started.elapsed());
        let (first, second, third, fourth) = tokio::join!(timed(), timed(), timed(), timed());
        assert_eq!((first, second), ((Ok(()), ms(0)), (Ok(()), ms(1000))));
        let too_long = Err(rejected("rate limit", Some(ms(2000))));
        assert_eq!(third, (too_long.clone(), ms(0)));
        assert_eq!(fourth, (too_long, ms(0)), "the third one took nothing");
        assert_eq!(timed().await, (Ok(()), ms(2000)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_of_just_so_long_is_waited() {
        let limit = RateLimit::per_second(1).burst(1).max_wait(ms(1000));
        let started = Instant::now();
        limit.admit("call").await.unwrap();
        limit.admit("call").await.unwrap();
        assert_eq!(started.elapsed(), ms(1000));
        let barely = RateLimit::per_second(1).burst(1).max_wait(ms(999));
        barely.admit("call").await.unwrap();
        assert_eq!(barely.admit("call").await, Err(rejected("rate limit", Some(ms(1000)))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_longer_than_the_time_that_is_left_is_none() {
        static LIMIT: RateLimit = RateLimit::per_second(1).burst(1).max_wait(Duration::from_secs(10));
        static PATIENT: RateLimit = RateLimit::per_second(1).burst(1);
        #[timeout(ms = 2500, deadline)]
        async fn call(limit: &RateLimit, works: Duration) -> Result<(), Fault> {
            sleep(works).await;
            limit.admit("call").await
        }
        let started = Instant::now();
        let timed = async |limit, works| (call(limit, works).await, started.elapsed());
        let (first, second, third) = tokio::join!(timed(&LIMIT, ms(1)), timed(&LIMIT, ms(2)), timed(&LIMIT, ms(900)));
        assert_eq!((first, second), ((Ok(()), ms(1)), (Ok(()), ms(1001))));
        assert_eq!(third, (Ok(()), ms(2001)), "1600 ms are left, and 1101 to wait");
        assert_eq!(timed(&LIMIT, ms(1600)).await, (Ok(()), ms(3601)));
        let (_, late) = tokio::join!(call(&LIMIT, ms(1599)), timed(&LIMIT, ms(1600)));
        assert_eq!(late, (Err(rejected("rate limit", Some(ms(999)))), ms(5201)), "900 ms are left, and 999 to wait");
        let (_, patient) = tokio::join!(call(&PATIENT, ms(1999)), timed(&PATIENT, ms(2000)));
        assert!(matches!(patient.0, Err(Fault::TimedOut { .. })), "it was not asked for");
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_to_wait_is_reject_and_a_very_long_time_is_no_limit() {
        let limit = RateLimit::per_minute(1).max_wait(Duration::ZERO);
        limit.admit("call").await.unwrap();
        assert_eq!(limit.admit("call").await, Err(rejected("rate limit", Some(ms(60_000)))));
        let limit = RateLimit::per_minute(1).max_wait(Duration::MAX);
        limit.admit("call").await.unwrap();
        limit.admit("call").await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_gave_up_leaves_room_for_one_that_was_too_late() {
        let limit = RateLimit::per_second(1).burst(1).max_wait(ms(1000));
        limit.admit("call").await.unwrap();
        {
            let mut waits = std::pin::pin!(limit.admit("call"));
            let once = std::future::poll_fn(|cx| std::task::Poll::Ready(waits.as_mut().poll(cx).is_ready())).await;
            assert!(!once);
            assert!(limit.admit("call").await.is_err(), "behind it there are two seconds to wait");
        }
        assert_eq!(limit.admit("call").await, Ok(()));
    }

    #[test]
    fn a_plain_function_blocks_for_no_longer() {
        #[rate_limit(per_second = 50, burst = 1, max_wait = "10s")]
        fn call() -> Result<(), Fault> {
            Ok(())
        }
        assert_eq!((call(), call()), (Ok(()), Ok(())));
        let limit = RateLimit::per_minute(1).max_wait(ms(10));
        limit.admit_blocking("call").unwrap();
        let started = std::time::Instant::now();
        assert!(
            matches!(limit.admit_blocking("call"), Err(Fault::Rejected { wait: Some(wait), .. }) if wait > ms(50_000))
        );
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_told_as_a_rejection_and_a_retry_may_wait_for_it() {
        #[retry(max = 1, when = true, cap = "60s")]
        #[rate_limit(per_second = 1, burst = 1, max_wait = "10ms")]
        async fn call() -> Result<(), Fault> {
            Ok(())
        }
        let (recorder, started) = (Recorder::new(), Instant::now());
        let calls = async {
            call().await.unwrap();
            call().await.unwrap();
        };
        Scope::current().recorder(&recorder).run(calls).await;
        assert_eq!(started.elapsed(), ms(1000));
        let report = recorder.report();
        assert_eq!(report.entries()[0].event.to_string(), "`call` was not called: the rate limit has room again in 1s");
        assert_eq!(report.of("call").unwrap().rejected, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_has_a_wait_of_its_own() {
        static LIMITS: Keyed<RateLimit> = Keyed::new(|| RateLimit::per_second(1).burst(1).max_wait(ms(500)));
        #[rate_limit(LIMITS, key = host)]
        async fn call(host: &str) -> Result<(), Fault> {
            Ok(())
        }
        assert_eq!((call("a").await, call("b").await), (Ok(()), Ok(())));
        advance(ms(400)).await;
        assert_eq!(call("a").await, Err(rejected("rate limit", Some(ms(600)))));
        advance(ms(100)).await;
        assert_eq!(call("a").await, Ok(()));
    }
}

mod of_a_bulkhead {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_waits_for_no_longer_and_leaves_the_line() {
        static RUN: AtomicU32 = AtomicU32::new(0);
        #[bulkhead(max = 1, max_wait = "2s")]
        async fn call() -> Result<(), Fault> {
            RUN.fetch_add(1, Ordering::Relaxed);
            sleep(ms(1500)).await;
            Ok(())
        }
        let started = Instant::now();
        let timed = async || (call().await, started.elapsed());
        let (first, second, third, fourth) = tokio::join!(timed(), timed(), timed(), timed());
        assert_eq!((first, second), ((Ok(()), ms(1500)), (Ok(()), ms(3000))));
        let too_long = (Err(rejected("bulkhead", None)), ms(2000));
        assert_eq!((third, fourth), (too_long.clone(), too_long));
        assert_eq!(RUN.load(Ordering::Relaxed), 2);
        assert_eq!(call().await, Ok(()), "nothing is left of those who gave up");
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_given_a_place_in_the_last_moment_has_it() {
        let bulkhead = Bulkhead::new().max(1).max_wait(ms(1000));
        let permit = bulkhead.admit("call").await.unwrap();
        let leaves = async {
            sleep(ms(999)).await;
            drop(permit);
        };
        let ((), waited) = tokio::join!(leaves, bulkhead.admit("call"));
        assert!(waited.is_ok());
        drop(waited);
        assert_eq!((bulkhead.running(), bulkhead.waiting()), (0, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_to_wait_is_reject_and_the_queue_has_its_bound_beside_it() {
        let nobody_waits = Bulkhead::new().max(1).max_wait(Duration::ZERO);
        let _permit = nobody_waits.admit("call").await.unwrap();
        assert!(nobody_waits.admit("call").await.is_err());
        let bulkhead = Bulkhead::new().max(1).queue(1).max_wait(ms(10));
        let _permit = bulkhead.admit("call").await.unwrap();
        let started = Instant::now();
        let timed = async || (bulkhead.admit("call").await.is_ok(), started.elapsed());
        assert_eq!(tokio::join!(timed(), timed()), ((false, ms(10)), (false, ms(0))));
    }

    #[test]
    fn a_plain_function_blocks_for_no_longer() {
        static BULKHEAD: Bulkhead = Bulkhead::new().max(1).max_wait(ms_const(20));
        #[bulkhead(BULKHEAD)]
        fn call() -> Result<(), Fault> {
            Ok(())
        }
        let permit = BULKHEAD.admit_blocking("other").unwrap();
        assert_eq!(call(), Err(rejected("bulkhead", None)));
        drop(permit);
        assert_eq!(call(), Ok(()));
        assert_eq!((BULKHEAD.running(), BULKHEAD.waiting()), (0, 0));
    }

    const fn ms_const(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_told_as_a_rejection() {
        #[bulkhead(max = 1, max_wait = "10ms")]
        async fn call() -> Result<(), Fault> {
            sleep(ms(100)).await;
            Ok(())
        }
        let recorder = Recorder::new();
        let calls = async { tokio::join!(call(), call()) };
        let (first, second) = Scope::current().recorder(&recorder).run(calls).await;
        assert!(first.is_ok() && second.is_err());
        let report = recorder.report();
        let told: Vec<_> = report.entries().iter().map(|entry| (entry.at, entry.event.to_string())).collect();
        assert_eq!(told, [(ms(10), "`call` was not called: the bulkhead has no room".to_owned())]);
    }

    #[tokio::test]
    async fn a_future_that_waits_is_send() {
        #[bulkhead(max = 1, max_wait = "10s")]
        async fn call() -> Result<(), Fault> {
            tokio::task::yield_now().await;
            Ok(())
        }
        let both = (tokio::spawn(call()), tokio::spawn(call()));
        assert_eq!((both.0.await.unwrap(), both.1.await.unwrap()), (Ok(()), Ok(())));
    }
}
