//! Delays that were asked for: by a breaker or a limit that kept the call away, and how they are spread.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::error::Error as StdError;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reliable::expansion::Inspect;
use reliable::{
    CircuitBreaker, Fault, GaveUpReason, Recorder, Retry, Scope, Transient, circuit_breaker, rate_limit, report, retry,
};
use tokio::time::Instant;

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn open(left: u64) -> Fault {
    Fault::CircuitOpen { tool: "search".into(), left: secs(left) }
}

fn full(wait: u64) -> Fault {
    Fault::Rejected { tool: "search".into(), by: "rate limit".into(), wait: Some(secs(wait)) }
}

#[derive(Debug, thiserror::Error)]
enum Hidden {
    #[error("429, asks for {0:?}")]
    Asks(Duration),
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Hidden {
    fn asked(&self) -> Option<Duration> {
        match self {
            Hidden::Asks(asked) => Some(*asked),
            Hidden::Fault(_) => None,
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no answer")]
struct Sourced(#[source] Hidden);

/// The wait that a retry finds in an error.
macro_rules! wait {
    ($error:expr) => {
        Inspect::new(&$error).failure().retry_after()
    };
}

#[test]
fn a_rejection_tells_its_wait_through_every_wrapper_that_has_a_source() {
    type Boxed = Box<dyn StdError>;
    type BoxedSend = Box<dyn StdError + Send + Sync>;
    for (fault, wait) in [
        (open(7), Some(secs(7))),
        (full(8), Some(secs(8))),
        (open(0), None),
        (Fault::Rejected { tool: "search".into(), by: "bulkhead".into(), wait: None }, None),
        (Fault::TimedOut { tool: "search".into(), limit: secs(9) }, None),
    ] {
        let hidden = || Hidden::from(fault.clone());
        assert_eq!(wait!(fault), wait);
        assert_eq!(wait!(hidden()), wait);
        assert_eq!(wait!(Sourced(hidden())), wait);
        assert_eq!(wait!(Boxed::from(hidden())), wait);
        assert_eq!(wait!(Boxed::from(fault.clone())), wait);
        assert_eq!(wait!(BoxedSend::from(Sourced(hidden()))), wait);
        assert_eq!(wait!(io::Error::other(hidden())), wait);
        assert_eq!(wait!(io::Error::from(fault.clone())), wait);
        assert_eq!(wait!(anyhow::Error::from(hidden()).context("no plan").context("no trip")), wait);
        assert_eq!(wait!(anyhow::Error::from(fault.clone())), wait);
        let deep = io::Error::other(anyhow::Error::from(Sourced(hidden())).context("no plan"));
        assert_eq!(wait!(Boxed::from(deep)), wait);
    }
}

#[test]
fn what_the_error_says_itself_goes_first() {
    #[derive(Debug, thiserror::Error)]
    #[error(transparent)]
    struct Says(#[from] Fault);
    impl Transient for Says {
        fn is_transient(&self) -> bool {
            true
        }
        fn retry_after(&self) -> Option<Duration> {
            Some(secs(3))
        }
    }
    let failure = || Inspect::new(&Says(open(7))).failure().retry_after();
    assert_eq!(failure(), Some(secs(3)));
    let says = Says(open(7));
    assert_eq!(Inspect::new(&says).failure().after(Some(secs(2))).retry_after(), Some(secs(2)));
    let hidden = Hidden::from(open(7));
    assert_eq!(Inspect::new(&hidden).failure().after(None).retry_after(), Some(secs(7)), "`after` knows of none");
    assert_eq!(Inspect::new(&hidden).failure().after(Some(Duration::ZERO)).retry_after(), Some(secs(7)));
}

/// Fails as it is told, and notes when.
struct Service {
    since: Instant,
    faults: Mutex<Vec<Fault>>,
    begun: Mutex<Vec<u64>>,
}

impl Service {
    fn new<const N: usize>(faults: [Fault; N]) -> Self {
        let faults = Mutex::new(faults.into_iter().rev().collect());
        Service { since: Instant::now(), faults, begun: Mutex::default() }
    }

    fn call(&self) -> Result<u32, Hidden> {
        self.begun.lock().unwrap().push(self.since.elapsed().as_secs());
        self.faults.lock().unwrap().pop().map_or(Ok(1), |fault| Err(fault.into()))
    }

    fn begun(&self) -> Vec<u64> {
        self.begun.lock().unwrap().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejection_that_may_be_retried_is_waited_for_and_no_other() {
    #[retry(max = 3, when = true)]
    async fn patient(service: &Service) -> Result<u32, Hidden> {
        service.call()
    }
    #[retry(max = 3)]
    async fn by_default(service: &Service) -> Result<u32, Hidden> {
        service.call()
    }
    let service = Service::new([open(7), full(10)]);
    assert_eq!(patient(&service).await.unwrap(), 1);
    assert_eq!(service.begun(), [0, 7, 17]);
    let service = Service::new([open(7), full(10)]);
    assert!(matches!(by_default(&service).await, Err(Hidden::Fault(Fault::CircuitOpen { .. }))));
    assert_eq!(service.begun(), [0]);
}

#[tokio::test(start_paused = true)]
async fn the_rules_of_an_asked_delay_hold() {
    #[retry(max = 3, when = true, after = error.asked(), within = "50s", base = "1s", cap = "40s", jitter = 1)]
    async fn bounded(service: &Service) -> Result<u32, Hidden> {
        service.call()
    }
    #[retry(max = 3, when = true)]
    async fn unbounded(service: &Service) -> Result<u32, Hidden> {
        service.call()
    }
    #[retry(max = 3, when = true, backoff = "none", cap = "8s")]
    async fn without_backoff(service: &Service) -> Result<u32, Hidden> {
        service.call()
    }
    let recorder = Recorder::new();
    for (begun, faults) in [(vec![0], open(41)), (vec![0, 40], open(40)), (vec![0], full(41))] {
        let service = Service::new([faults]);
        assert_eq!(bounded(&service).await.is_ok(), begun.len() == 2);
        assert_eq!(service.begun(), begun, "`cap` is for what is asked");
    }
    let service = Service::new([open(30), open(20)]);
    Scope::current().recorder(&recorder).run(bounded(&service)).await.unwrap_err();
    assert_eq!(service.begun(), [0, 30], "a pause that would end at the limit is not begun");
    assert_eq!(reasons(&recorder), [GaveUpReason::NoTimeLeft]);
    let service = Service::new([open(60), open(61)]);
    unbounded(&service).await.unwrap_err();
    assert_eq!(service.begun(), [0, 60], "no asked delay above a minute");
    let service = Service::new([full(8), full(9)]);
    without_backoff(&service).await.unwrap_err();
    assert_eq!(service.begun(), [0, 8]);
}

fn reasons(recorder: &Recorder) -> Vec<GaveUpReason> {
    let reason = |entry: &report::Entry| match entry.event {
        reliable::Event::GaveUp { reason, .. } => Some(reason),
        _ => None,
    };
    recorder.report().entries().iter().filter_map(reason).collect()
}

#[tokio::test(start_paused = true)]
async fn a_full_limit_and_an_open_breaker_on_the_same_function_are_waited_for() {
    #[retry(max = 2, when = true)]
    #[rate_limit(per_minute = 6, burst = 1, reject)]
    async fn throttled() -> Result<u32, Hidden> {
        Ok(1)
    }
    #[retry(max = 2, when = true, backoff = "none")]
    #[circuit_breaker(failures = 1, cooldown = "30s")]
    async fn guarded(service: &Service) -> Result<u32, Hidden> {
        service.call()
    }
    let start = Instant::now();
    assert_eq!((throttled().await.unwrap(), start.elapsed().as_secs()), (1, 0));
    assert_eq!((throttled().await.unwrap(), start.elapsed().as_secs()), (1, 10));
    let service = Service::new([Fault::TimedOut { tool: "search".into(), limit: secs(1) }]);
    assert_eq!(guarded(&service).await.unwrap(), 1);
    assert_eq!(service.begun(), [0, 30], "the second attempt was rejected, and the third is the probe");
}

#[test]
fn a_plain_function_waits_as_long() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new().failures(1).cooldown(Duration::from_millis(30));
    #[retry(max = 2, when = true, backoff = "none")]
    #[circuit_breaker(BREAKER)]
    fn guarded(calls: &Mutex<u32>) -> Result<u32, Hidden> {
        let mut calls = calls.lock().unwrap();
        *calls += 1;
        if *calls == 1 { Err(Hidden::Asks(Duration::ZERO)) } else { Ok(*calls) }
    }
    assert_eq!(guarded(&Mutex::new(0)).unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn those_who_were_told_the_same_second_do_not_come_back_together() {
    #[retry(max = 1, after = error.asked(), spread = "2s")]
    async fn spread(at: Arc<Mutex<Vec<u128>>>, since: Instant) -> Result<(), Hidden> {
        let first = since.elapsed().is_zero();
        at.lock().unwrap().push(since.elapsed().as_millis());
        if first { Err(Hidden::Asks(secs(5))) } else { Ok(()) }
    }
    let (at, since) = (Arc::default(), Instant::now());
    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(spread(Arc::clone(&at), since))).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let mut back: Vec<u128> = at.lock().unwrap()[100..].to_vec();
    assert!(back.iter().all(|at| (5000..=7001).contains(at)), "{back:?}");
    back.dedup();
    assert!(back.len() > 30, "in {} milliseconds", back.len());
}

#[tokio::test(start_paused = true)]
async fn a_spread_is_for_asked_delays_alone_and_the_limits_are_what_they_are() {
    let settle = |retry: Retry, asked: Option<Duration>| {
        let outcome: Result<(), &str> = Err("busy");
        let settled = retry.attempts().settle("f", outcome, |error| Inspect::new(error).failure().after(asked));
        settled.continue_value().map(|pause| pause.delay())
    };
    let retry = Retry::new().jitter(0.0).spread(secs(10));
    assert_eq!(settle(retry, None), Some(Duration::from_millis(500)), "a pause of our own has its jitter");
    assert!(settle(retry, Some(secs(60))).is_some_and(|pause| pause >= secs(60)));
    assert_eq!(settle(retry, Some(secs(61))), None);
    assert_eq!(settle(retry.within(secs(20)), Some(secs(20))), None);
    for _ in 0..50 {
        assert!(settle(retry.within(secs(30)), Some(secs(20))).is_some_and(|pause| pause < secs(30)));
        let pause = settle(retry.within(secs(25)), Some(secs(20)));
        assert!(pause.is_none_or(|pause| pause < secs(25)), "never shortened, and not begun if it ends too late");
    }
    let waits = |fault: Fault| {
        let outcome: Result<(), Hidden> = Err(fault.into());
        let settled = retry.attempts().settle("f", outcome, |error| Inspect::new(error).failure().when(true));
        settled.continue_value().unwrap().delay()
    };
    let pauses: Vec<_> = (0..20).map(|_| waits(open(5))).collect();
    assert!(pauses.iter().all(|pause| (secs(5)..=secs(15)).contains(pause)));
    assert!(pauses.iter().any(|pause| *pause != pauses[0]), "the library's own waits are spread, too");
}
