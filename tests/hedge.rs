//! `#[hedge]` on a paused clock: which attempts start, when, and whose answer counts.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use reliable::{Bulkhead, Fault, Hedge, Recorder, Scope, bulkhead, circuit_breaker, fallback, hedge, retry, timeout};
use tokio::time::{Instant, sleep};

#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("error {0}")]
struct Error(usize);

impl From<Fault> for Error {
    fn from(_: Fault) -> Self {
        Error(99)
    }
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A service whose calls take as long, and end as it is told, one after the other.
struct Service {
    made: Instant,
    calls: Vec<(u64, Result<usize, Error>)>,
    begun: AtomicUsize,
    told: Arc<Mutex<Vec<(String, u128)>>>,
}

impl Service {
    fn new<const N: usize>(calls: [(u64, Result<usize, Error>); N]) -> Self {
        Service { made: Instant::now(), calls: calls.to_vec(), begun: AtomicUsize::new(0), told: Arc::default() }
    }

    fn tell(&self, what: String) {
        self.told.lock().unwrap().push((what, self.made.elapsed().as_millis()));
    }

    async fn answer(&self) -> Result<usize, Error> {
        struct Dropped<'a>(&'a Service, usize, bool);
        impl Drop for Dropped<'_> {
            fn drop(&mut self) {
                self.0.tell(format!("{} {}", self.1, if self.2 { "done" } else { "dropped" }));
            }
        }
        let call = self.begun.fetch_add(1, Ordering::Relaxed);
        let mut guard = Dropped(self, call + 1, false);
        self.tell(format!("{} begun", call + 1));
        let (time, outcome) = self.calls[call];
        if time > 0 {
            sleep(ms(time)).await;
        }
        guard.2 = true;
        outcome
    }

    fn told(&self) -> Vec<(String, u128)> {
        self.told.lock().unwrap().clone()
    }
}

#[hedge(after = "200ms")]
async fn call(service: &Service) -> Result<usize, Error> {
    service.answer().await
}

#[hedge(after = "200ms", max = 3)]
async fn call_up_to_four(service: &Service) -> Result<usize, Error> {
    service.answer().await
}

fn told<const N: usize>(lines: [(&str, u128); N]) -> Vec<(String, u128)> {
    lines.map(|(what, at)| (what.to_owned(), at)).to_vec()
}

#[tokio::test(start_paused = true)]
async fn a_quick_call_is_made_once() {
    let service = Service::new([(199, Ok(1))]);
    assert_eq!(call(&service).await, Ok(1));
    assert_eq!(service.told(), told([("1 begun", 0), ("1 done", 199)]));
}

#[tokio::test(start_paused = true)]
async fn beside_a_slow_attempt_a_second_one_starts_and_wins() {
    let service = Service::new([(9000, Ok(1)), (50, Ok(2))]);
    assert_eq!(call(&service).await, Ok(2));
    assert_eq!(service.told(), told([("1 begun", 0), ("2 begun", 200), ("2 done", 250), ("1 dropped", 250)]));
}

#[tokio::test(start_paused = true)]
async fn the_first_attempt_may_still_win() {
    let service = Service::new([(220, Ok(1)), (50, Ok(2))]);
    assert_eq!(call(&service).await, Ok(1));
    assert_eq!(service.told(), told([("1 begun", 0), ("2 begun", 200), ("1 done", 220), ("2 dropped", 220)]));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_there_when_the_time_is_over_needs_no_second_attempt() {
    let service = Service::new([(200, Ok(1))]);
    assert_eq!(call(&service).await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn an_error_before_the_time_is_over_comes_out_at_once() {
    let service = Service::new([(150, Err(Error(1)))]);
    assert_eq!(call(&service).await, Err(Error(1)));
    assert_eq!(service.told(), told([("1 begun", 0), ("1 done", 150)]));
}

#[tokio::test(start_paused = true)]
async fn when_one_fails_the_other_is_waited_for() {
    let first_fails = Service::new([(230, Err(Error(1))), (100, Ok(2))]);
    assert_eq!(call(&first_fails).await, Ok(2));
    assert_eq!(first_fails.told(), told([("1 begun", 0), ("2 begun", 200), ("1 done", 230), ("2 done", 300)]));
    let second_fails = Service::new([(500, Ok(1)), (100, Err(Error(2)))]);
    assert_eq!(call(&second_fails).await, Ok(1));
    assert_eq!(second_fails.told(), told([("1 begun", 0), ("2 begun", 200), ("2 done", 300), ("1 done", 500)]));
}

#[tokio::test(start_paused = true)]
async fn when_all_fail_the_last_error_comes_out() {
    let in_order = Service::new([(230, Err(Error(1))), (100, Err(Error(2)))]);
    assert_eq!(call(&in_order).await, Err(Error(2)));
    let the_other_way_round = Service::new([(500, Err(Error(1))), (100, Err(Error(2)))]);
    assert_eq!(call(&the_other_way_round).await, Err(Error(1)));
}

/// Says itself what is worth another attempt: what is odd.
#[derive(Debug, PartialEq, thiserror::Error)]
enum Judged {
    #[error("{0}")]
    Own(usize),
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl reliable::Transient for Judged {
    fn is_transient(&self) -> bool {
        matches!(self, Judged::Own(odd) if odd % 2 == 1)
    }
}

fn judged(error: usize) -> Judged {
    Judged::Own(error)
}

impl Error {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "this is what the option calls")]
    fn is_odd(&self) -> bool {
        self.0 % 2 == 1
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_another_attempt_will_meet_too_ends_the_race() {
    #[hedge(after = "200ms")]
    async fn by_its_type(service: &Service) -> Result<usize, Judged> {
        service.answer().await.map_err(|Error(error)| judged(error))
    }
    #[hedge(after = "200ms", when = error.0 < 500)]
    async fn by_when(service: &Service) -> Result<usize, Error> {
        service.answer().await
    }
    #[hedge(after = "200ms", when = matches!(error, Judged::Own(even) if even % 2 == 0))]
    async fn by_when_and_not_by_its_type(service: &Service) -> Result<usize, Judged> {
        service.answer().await.map_err(|Error(error)| judged(error))
    }
    #[hedge(after = "200ms", max = 3, when = Error::is_odd)]
    async fn up_to_four(service: &Service) -> Result<usize, Error> {
        service.answer().await
    }
    let second_fails = |error| Service::new([(9000, Ok(1)), (100, Err(Error(error)))]);
    let service = second_fails(4);
    assert_eq!((by_its_type(&service).await, service.made.elapsed()), (Err(judged(4)), ms(300)));
    assert_eq!(service.told().last().unwrap(), &("1 dropped".to_owned(), 300));
    let service = second_fails(5);
    assert_eq!((by_its_type(&service).await, service.made.elapsed()), (Ok(1), ms(9000)));
    let service = second_fails(500);
    assert_eq!((by_when(&service).await, service.made.elapsed()), (Err(Error(500)), ms(300)));
    let service = second_fails(499);
    assert_eq!((by_when(&service).await, service.made.elapsed()), (Ok(1), ms(9000)));
    let service = second_fails(4);
    assert_eq!((by_when_and_not_by_its_type(&service).await, service.made.elapsed()), (Ok(1), ms(9000)));
    let service = second_fails(5);
    assert_eq!((by_when_and_not_by_its_type(&service).await, service.made.elapsed()), (Err(judged(5)), ms(300)));
    let first_fails = Service::new([(230, Err(Error(4))), (9000, Ok(2))]);
    assert_eq!((by_its_type(&first_fails).await, first_fails.made.elapsed()), (Err(judged(4)), ms(230)));
    let third_fails = Service::new([(9000, Ok(1)), (9000, Ok(2)), (50, Err(Error(4))), (0, Ok(4))]);
    assert_eq!((up_to_four(&third_fails).await, third_fails.made.elapsed()), (Err(Error(4)), ms(450)));
    assert_eq!(third_fails.begun.load(Ordering::Relaxed), 3, "nothing starts afterwards");
}

#[tokio::test(start_paused = true)]
async fn a_final_fault_ends_the_race_and_a_rejection_does_not() {
    #[hedge(after = "200ms")]
    async fn by_default(calls: &AtomicUsize, fault: Fault) -> Result<usize, Judged> {
        if calls.fetch_add(1, Ordering::Relaxed) == 0 {
            sleep(ms(9000)).await;
            return Ok(1);
        }
        Err(fault.clone().into())
    }
    #[hedge(after = "200ms", when = true)]
    async fn always(calls: &AtomicUsize, fault: Fault) -> Result<usize, Fault> {
        if calls.fetch_add(1, Ordering::Relaxed) == 0 {
            sleep(ms(9000)).await;
            return Ok(1);
        }
        Err(fault.clone())
    }
    #[hedge(after = "200ms", when = false)]
    async fn never(calls: &AtomicUsize, fault: Fault) -> Result<usize, Fault> {
        if calls.fetch_add(1, Ordering::Relaxed) == 0 {
            sleep(ms(9000)).await;
            return Ok(1);
        }
        Err(fault.clone())
    }
    let none = AtomicUsize::default;
    let denied = || Fault::Denied { tool: "call".into(), reason: "no".to_owned() };
    let full = || Fault::Rejected { tool: "call".into(), by: "bulkhead".into(), wait: None };
    let open = || Fault::CircuitOpen { tool: "call".into(), left: ms(1) };
    assert_eq!(by_default(&none(), denied()).await, Err(denied().into()));
    assert_eq!(by_default(&none(), full()).await, Ok(1));
    assert_eq!(by_default(&none(), open()).await, Ok(1));
    assert_eq!(always(&none(), denied()).await, Err(denied()), "whatever `when` says");
    assert_eq!(always(&none(), full()).await, Ok(1));
    assert_eq!(never(&none(), full()).await, Err(full()));
}

#[tokio::test(start_paused = true)]
async fn each_of_several_starts_after_the_one_before() {
    let service = Service::new([(9000, Ok(1)), (9000, Ok(2)), (9000, Ok(3)), (50, Ok(4))]);
    assert_eq!(call_up_to_four(&service).await, Ok(4));
    assert_eq!(
        service.told()[..5],
        told([("1 begun", 0), ("2 begun", 200), ("3 begun", 400), ("4 begun", 600), ("4 done", 650)])
    );
    let mut dropped = service.told()[5..].to_vec();
    dropped.sort();
    assert_eq!(dropped, told([("1 dropped", 650), ("2 dropped", 650), ("3 dropped", 650)]));
}

#[tokio::test(start_paused = true)]
async fn no_more_than_told_start() {
    let service = Service::new([(9000, Ok(1)), (9000, Ok(2)), (9000, Ok(3)), (9000, Ok(4)), (0, Ok(5))]);
    assert_eq!(call_up_to_four(&service).await, Ok(1));
    assert_eq!(service.begun.load(Ordering::Relaxed), 4);
}

#[tokio::test(start_paused = true)]
async fn others_start_on_time_when_one_has_failed_and_another_runs() {
    let service = Service::new([(9000, Ok(1)), (50, Err(Error(2))), (300, Err(Error(3))), (10, Ok(4))]);
    assert_eq!(call_up_to_four(&service).await, Ok(4));
    assert_eq!(service.made.elapsed(), ms(610));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_ready_at_once_counts_at_once() {
    let service = Service::new([(9000, Ok(1)), (0, Ok(2))]);
    assert_eq!(call(&service).await, Ok(2));
    assert_eq!(service.made.elapsed(), ms(200));
    let service = Service::new([(9000, Ok(1)), (0, Err(Error(2)))]);
    assert_eq!(call(&service).await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_drops_all_its_attempts() {
    let service = Service::new([(9000, Ok(1)), (9000, Ok(2))]);
    assert!(tokio::time::timeout(ms(300), call(&service)).await.is_err());
    let mut dropped = service.told()[2..].to_vec();
    dropped.sort();
    assert_eq!(dropped, told([("1 dropped", 300), ("2 dropped", 300)]));
    sleep(ms(1000)).await;
    assert_eq!(service.begun.load(Ordering::Relaxed), 2, "nothing starts afterwards");
}

#[tokio::test(start_paused = true)]
async fn every_way_to_write_it_starts_the_second_at_that_instant() {
    struct Client {
        patience: Duration,
        hedge: Hedge,
    }
    impl Client {
        #[hedge(after = self.patience)]
        async fn by_time(&self, service: &Service) -> Result<usize, Error> {
            service.answer().await
        }
        #[hedge(self.hedge)]
        async fn by_field(&self, service: &Service) -> Result<usize, Error> {
            service.answer().await
        }
        #[hedge(after = "1m", max = u32::from(service.made.elapsed() > ms(1)))]
        async fn not_at_all(&self, service: &Service) -> Result<usize, Error> {
            service.answer().await
        }
    }
    const HEDGE: Hedge = Hedge::after(Duration::from_millis(300)).max(2);
    #[hedge(HEDGE)]
    async fn by_constant(service: &Service) -> Result<usize, Error> {
        service.answer().await
    }
    #[hedge(after = Duration::ZERO)]
    async fn at_once(service: &Service) -> Result<usize, Error> {
        service.answer().await
    }
    let slow = || Service::new([(90_000, Ok(1)), (7, Ok(2))]);
    let client = Client { patience: ms(30), hedge: Hedge::after(ms(40)) };
    let service = slow();
    assert_eq!((client.by_time(&service).await, service.made.elapsed()), (Ok(2), ms(37)));
    let service = slow();
    assert_eq!((client.by_field(&service).await, service.made.elapsed()), (Ok(2), ms(47)));
    let service = slow();
    assert_eq!((client.not_at_all(&service).await, service.made.elapsed()), (Ok(1), ms(90_000)));
    let service = slow();
    assert_eq!((by_constant(&service).await, service.made.elapsed()), (Ok(2), ms(307)));
    let service = slow();
    assert_eq!((at_once(&service).await, service.made.elapsed()), (Ok(2), ms(7)));
}

/// Without a runtime: there is no timer.
#[test]
fn with_a_time_of_zero_all_start_in_the_poll_in_which_the_first_has_to_wait() {
    let begun = Cell::new(0);
    let attempt = || async {
        begun.set(begun.get() + 1);
        let mine = begun.get();
        std::future::poll_fn(|_| if mine == 3 { Poll::Ready(()) } else { Poll::Pending }).await;
        Ok::<_, Error>(mine)
    };
    let hedge = Hedge::after(Duration::ZERO);
    assert_eq!(poll_once(pin!(hedge.max(2).run("call", attempt))), Poll::Ready(Ok(3)));
    begun.set(0);
    assert_eq!(poll_once(pin!(hedge.run("call", attempt))), Poll::Pending);
    assert_eq!(begun.get(), 2, "one besides the first, and no more");
}

#[tokio::test(start_paused = true)]
async fn each_attempt_may_have_clones_of_its_own() {
    async fn consume(words: String, service: &Service) -> Result<String, Error> {
        service.answer().await.map(|n| format!("{words} {n}"))
    }
    #[hedge(after = "200ms", clone(words))]
    async fn named(words: String, service: &Service) -> Result<String, Error> {
        consume(words, service).await
    }
    #[retry(backoff = "none", clone)]
    #[hedge(after = "200ms", clone)]
    async fn all(words: String, service: &Service) -> Result<String, Error> {
        consume(words, service).await
    }
    let service = Service::new([(9000, Ok(1)), (50, Ok(2))]);
    assert_eq!(named("attempt".to_owned(), &service).await.unwrap(), "attempt 2");
    let service = Service::new([(50, Err(Error(1))), (9000, Ok(2)), (50, Ok(3))]);
    assert_eq!(all("attempt".to_owned(), &service).await.unwrap(), "attempt 3");
}

#[tokio::test(start_paused = true)]
async fn below_retry_each_attempt_is_hedged() {
    #[retry(max = 1, backoff = "fixed", base = "100ms", jitter = 0)]
    #[hedge(after = "200ms")]
    async fn call(service: &Service) -> Result<usize, Error> {
        service.answer().await
    }
    let service = Service::new([(240, Err(Error(1))), (10, Err(Error(2))), (9000, Ok(3)), (50, Ok(4))]);
    assert_eq!(call(&service).await, Ok(4));
    assert_eq!(service.made.elapsed(), ms(240 + 100 + 200 + 50));
}

#[tokio::test(start_paused = true)]
async fn above_retry_each_attempt_retries() {
    #[hedge(after = "200ms")]
    #[retry(max = 1, backoff = "fixed", base = "100ms", jitter = 0)]
    async fn call(service: &Service) -> Result<usize, Error> {
        service.answer().await
    }
    // 0 ms: 1 begins, 200 ms: 2 begins, 230 ms: 2 fails, 330 ms: 3 begins, 340 ms: 3 is done.
    let service = Service::new([(9000, Ok(1)), (30, Err(Error(2))), (10, Ok(3))]);
    assert_eq!(call(&service).await, Ok(3));
    assert_eq!(service.made.elapsed(), ms(340));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_above_it_ends_all_attempts_and_one_below_each() {
    #[timeout(ms = 300)]
    #[hedge(after = "200ms")]
    async fn all(service: &Service) -> Result<usize, Error> {
        service.answer().await
    }
    #[hedge(after = "200ms")]
    #[timeout(ms = 300)]
    async fn each(service: &Service) -> Result<usize, Error> {
        service.answer().await
    }
    let slow = || Service::new([(9000, Ok(1)), (250, Ok(2))]);
    let service = slow();
    assert_eq!((all(&service).await, service.made.elapsed()), (Err(Error(99)), ms(300)));
    let service = slow();
    assert_eq!((each(&service).await, service.made.elapsed()), (Ok(2), ms(450)));
}

#[tokio::test(start_paused = true)]
async fn a_fallback_stands_above_or_below_it() {
    #[fallback(Ok(0))]
    #[hedge(after = "200ms")]
    async fn above(service: &Service) -> Result<usize, Error> {
        service.answer().await
    }
    #[hedge(after = "200ms")]
    #[fallback(Ok(0))]
    async fn below(service: &Service) -> Result<usize, Error> {
        service.answer().await
    }
    let service = Service::new([(230, Err(Error(1))), (100, Ok(2))]);
    assert_eq!(above(&service).await, Ok(2));
    let service = Service::new([(230, Err(Error(1))), (100, Ok(2))]);
    assert_eq!(below(&service).await, Ok(0), "an attempt with a fallback never fails");
}

#[tokio::test(start_paused = true)]
async fn the_loser_gives_back_its_place_and_counts_for_no_breaker() {
    static BULKHEAD: Bulkhead = Bulkhead::new().max(2).reject();
    #[hedge(after = "200ms")]
    #[circuit_breaker(failures = 1)]
    #[bulkhead(BULKHEAD)]
    async fn call(service: &Service) -> Result<usize, Error> {
        service.answer().await
    }
    for _ in 0..3 {
        let service = Service::new([(9000, Err(Error(1))), (50, Ok(2))]);
        assert_eq!(call(&service).await, Ok(2));
        assert_eq!(BULKHEAD.running(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_send_even_if_an_error_is_not() {
    struct Local(#[expect(dead_code, reason = "it is there for its type")] Rc<str>);
    #[hedge(after = "1ms", max = 2)]
    async fn call(city: &str, calls: &AtomicUsize) -> Result<usize, Local> {
        tokio::task::yield_now().await;
        match calls.fetch_add(1, Ordering::Relaxed) {
            0 => Err(Local(city.into())),
            n => Ok(n),
        }
    }
    struct Client(AtomicUsize);
    impl Client {
        #[retry(max = 1, backoff = "none")]
        #[timeout(secs = 60)]
        #[hedge(after = "1ms", clone(city))]
        async fn call(&self, city: String) -> Result<usize, Box<dyn std::error::Error>> {
            tokio::task::yield_now().await;
            drop(city);
            match self.0.fetch_add(1, Ordering::Relaxed) {
                0 => Err("busy".into()),
                n => Ok(n),
            }
        }
    }
    let calls: &AtomicUsize = Box::leak(Box::default());
    assert!(tokio::spawn(async { call("Oslo", calls).await.is_err() }).await.unwrap());
    let client = Client(AtomicUsize::new(0));
    assert!(tokio::spawn(async move { client.call("Oslo".to_owned()).await.is_ok() }).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn it_runs_where_nothing_is_send() {
    #[hedge(after = "200ms")]
    async fn call(calls: &Cell<u32>, name: Rc<str>) -> Result<String, Error> {
        calls.set(calls.get() + 1);
        sleep(ms(if calls.get() == 1 { 9000 } else { 50 })).await;
        Ok(format!("{name} {}", calls.get()))
    }
    assert_eq!(call(&Cell::new(0), "call".into()).await.unwrap(), "call 2");
}

/// Polls once.
fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_call_that_is_ready_at_once_needs_no_runtime_and_allocates_nothing() {
    #[hedge(after = "200ms")]
    async fn ready() -> Result<usize, Error> {
        Ok(1)
    }
    let mut call = pin!(ready());
    let counted = allocation_counter::measure(|| assert_eq!(poll_once(call.as_mut()), Poll::Ready(Ok(1))));
    assert_eq!(counted.count_total, 0);
}

#[test]
fn a_second_attempt_allocates_nothing() {
    #[hedge(after = "1ms")]
    async fn waits(open: &Cell<u32>) -> Result<u32, Error> {
        open.set(open.get() + 1);
        let mine = open.get();
        std::future::poll_fn(|_| if mine == 2 { Poll::Ready(()) } else { Poll::Pending }).await;
        Ok(mine)
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let mut count = 0;
    runtime.block_on(async {
        let open = Cell::new(0);
        let mut call = pin!(waits(&open));
        // The timer is made, and allocates what tokio's timers do.
        assert!(poll_once(call.as_mut()).is_pending());
        tokio::time::advance(ms(2)).await;
        count = allocation_counter::measure(|| assert_eq!(poll_once(call.as_mut()), Poll::Ready(Ok(2)))).count_total;
    });
    assert_eq!(count, 0);
}

#[tokio::test(start_paused = true)]
async fn its_race_is_told() {
    let recorder = Recorder::new();
    let lost = Service::new([(9000, Ok(1)), (50, Ok(2))]);
    let won = Service::new([(220, Ok(1)), (50, Ok(2))]);
    let failed = Service::new([(220, Err(Error(1))), (50, Err(Error(2)))]);
    let calls = async {
        call(&lost).await.unwrap();
        call(&won).await.unwrap();
        call(&failed).await.unwrap_err();
        call(&Service::new([(0, Ok(1))])).await.unwrap();
    };
    Scope::current().recorder(&recorder).run(calls).await;
    let report = recorder.report();
    let events: Vec<_> = report.entries().iter().map(|entry| (entry.event.to_string(), entry.at.as_millis())).collect();
    assert_eq!(
        events,
        told([
            ("no answer yet; attempt 2 starts beside it", 200),
            ("attempt 2 was the first to answer", 250),
            ("no answer yet; attempt 2 starts beside it", 450),
            ("attempt 1 was the first to answer", 470),
            ("no answer yet; attempt 2 starts beside it", 670),
        ])
    );
    let row = report.of("call").unwrap();
    assert_eq!((row.hedges, row.hedges_won), (3, 1));
    assert_eq!(report.to_string(), "call  hedges\ncall  3, 1 won\n");
}
