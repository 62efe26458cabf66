//! What `#[policy]` does with the word of a policy: each one on a paused clock, and on a thread.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reliable::policies::circuit_breaker::Permit;
use reliable::{
    After, Before, CircuitBreaker, CircuitState, Failure, Fault, FaultKind, Policy, Recorder, Scope, circuit_breaker,
    fallback, policy, retry, timeout,
};
use tokio::time::{Instant, sleep};

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What takes the place of an outcome.
fn too_slow() -> Fault {
    Fault::Policy { tool: "forecast".into(), reason: "too slow to be true".to_owned() }
}

fn rejected() -> Fault {
    Fault::Rejected { tool: "forecast".into(), by: "script".into(), wait: None }
}

/// Says what it is told to, one answer after the other, and notes what it is asked, with the instant.
struct Script {
    made: Instant,
    before: Mutex<Vec<Before<()>>>,
    after: Mutex<Vec<After>>,
    asked: Mutex<Vec<(u128, String)>>,
}

/// Notes when the call is over.
struct Call<'a>(&'a Script);

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.0.note("over".to_owned());
    }
}

impl Script {
    fn new<const B: usize, const A: usize>(before: [Before<()>; B], after: [After; A]) -> Self {
        let (before, after) = (before.into_iter().rev().collect(), after.into_iter().rev().collect());
        Script { made: Instant::now(), before: Mutex::new(before), after: Mutex::new(after), asked: Mutex::default() }
    }

    fn note(&self, what: String) {
        self.asked.lock().unwrap().push((self.made.elapsed().as_millis(), what));
    }

    fn asked(&self) -> Vec<(u128, String)> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl<'a> Policy for &'a Script {
    type Call = Call<'a>;

    fn before(&self, tool: &'static str) -> Before<Call<'a>> {
        self.note(format!("before {tool}"));
        match self.before.lock().unwrap().pop() {
            None | Some(Before::Admit(())) => Before::Admit(Call(self)),
            Some(Before::Wait(pause)) => Before::Wait(pause),
            Some(Before::Reject(fault)) => Before::Reject(fault),
        }
    }

    fn after(&self, tool: &'static str, _: &mut Call<'a>, outcome: Result<(), &Failure<'_>>) -> After {
        self.note(format!("after {tool}: {}", outcome.map_or_else(ToString::to_string, |()| "fine".to_owned())));
        self.after.lock().unwrap().pop().unwrap_or(After::Done)
    }
}

/// Fails so many times, each after 10 ms.
#[policy(script)]
async fn forecast(script: &Script, fails: &AtomicU32) -> Result<u32, Error> {
    script.note("body".to_owned());
    sleep(ms(10)).await;
    match fails.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) {
        Ok(_) => Err(Error::Busy),
        Err(_) => Ok(21),
    }
}

fn log<const N: usize>(lines: [(u128, &str); N]) -> Vec<(u128, String)> {
    lines.map(|(at, what)| (at, what.to_owned())).into()
}

#[tokio::test(start_paused = true)]
async fn a_call_is_admitted_at_once_and_told_of_when_it_is_over() {
    let script = Script::new([], []);
    assert_eq!(forecast(&script, &AtomicU32::new(0)).await, Ok(21));
    assert_eq!(script.asked(), log([(0, "before forecast"), (0, "body"), (10, "after forecast: fine"), (10, "over")]));
    assert_eq!(forecast(&script, &AtomicU32::new(1)).await, Err(Error::Busy), "the error comes out untouched");
    assert_eq!(
        script.asked(),
        log([(10, "before forecast"), (10, "body"), (20, "after forecast: busy"), (20, "over")])
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_has_to_wait_is_asked_about_again() {
    let script = Script::new([Before::Wait(ms(100)), Before::Wait(Duration::ZERO), Before::Admit(())], []);
    assert_eq!(forecast(&script, &AtomicU32::new(0)).await, Ok(21));
    assert_eq!(
        script.asked(),
        log([
            (0, "before forecast"),
            (100, "before forecast"),
            (101, "before forecast"), // a policy can't spin
            (101, "body"),
            (111, "after forecast: fine"),
            (111, "over"),
        ])
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_does_not_run() {
    let script = Script::new([Before::Wait(ms(5)), Before::Reject(rejected())], []);
    assert_eq!(forecast(&script, &AtomicU32::new(0)).await, Err(Error::Fault(rejected())));
    assert_eq!(script.asked(), log([(0, "before forecast"), (5, "before forecast")]));
}

#[tokio::test(start_paused = true)]
async fn another_attempt_belongs_to_the_same_call() {
    let script = Script::new([], [After::Again(ms(30)), After::Again(Duration::ZERO)]);
    assert_eq!(forecast(&script, &AtomicU32::new(2)).await, Ok(21));
    assert_eq!(
        script.asked(),
        log([
            (0, "before forecast"),
            (0, "body"),
            (10, "after forecast: busy"),
            (40, "body"),
            (50, "after forecast: busy"),
            (50, "body"),
            (60, "after forecast: fine"),
            (60, "over"),
        ])
    );
}

#[tokio::test(start_paused = true)]
async fn a_fault_takes_the_place_of_any_outcome() {
    let script = Script::new([], [After::Fail(too_slow()), After::Fail(too_slow())]);
    assert_eq!(forecast(&script, &AtomicU32::new(0)).await, Err(Error::Fault(too_slow())), "a value");
    assert_eq!(forecast(&script, &AtomicU32::new(1)).await, Err(Error::Fault(too_slow())), "an error");
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_ones_own_may_be_tried_again() {
    #[retry(max = 1, backoff = "none")]
    #[policy(script)]
    async fn forecast(script: &Script) -> Result<u32, Error> {
        Ok(21)
    }

    let script = Script::new([], [After::Fail(too_slow())]);
    assert_eq!(forecast(&script).await, Ok(21));
    assert_eq!(script.asked().iter().filter(|(_, what)| what == "before forecast").count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_is_over_without_an_outcome() {
    let script = Script::new([], [After::Again(ms(100))]);
    let fails = AtomicU32::new(1);
    let in_the_pause = tokio::time::timeout(ms(50), forecast(&script, &fails)).await;
    assert!(in_the_pause.is_err());
    let in_the_body = tokio::time::timeout(ms(5), forecast(&script, &fails)).await;
    assert!(in_the_body.is_err());
    assert_eq!(
        script.asked(),
        log([
            (0, "before forecast"),
            (0, "body"),
            (10, "after forecast: busy"),
            (50, "over"),
            (50, "before forecast"),
            (50, "body"),
            (55, "over"),
        ])
    );
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_wait_begins_nothing() {
    let (script, recorder) = (Script::new([Before::Wait(ms(100))], []), Recorder::new());
    let calls = AtomicU32::new(0);
    let call = Scope::current().recorder(&recorder).run(forecast(&script, &calls));
    assert!(tokio::time::timeout(ms(50), call).await.is_err());
    assert_eq!(script.asked(), log([(0, "before forecast")]));
    assert_eq!(recorder.report().entries(), [], "it has not waited for what it did not get");
}

#[tokio::test(start_paused = true)]
async fn a_final_fault_comes_out_as_it_is() {
    #[policy(script)]
    async fn refund(script: &Script) -> Result<(), Error> {
        script.note("body".to_owned());
        Err(Fault::Denied { tool: "refund".into(), reason: "too much".to_owned() }.into())
    }

    for says in [After::Again(ms(1)), After::Fail(too_slow())] {
        let script = Script::new([], [says]);
        let Err(Error::Fault(fault)) = refund(&script).await else { panic!("it was denied") };
        assert_eq!(fault.kind(), FaultKind::Denied);
        assert_eq!(script.asked().iter().filter(|(_, what)| what == "body").count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn every_word_but_a_plain_yes_is_told() {
    let recorder = Recorder::new();
    let script = Script::new(
        [Before::Wait(ms(100)), Before::Wait(ms(50)), Before::Admit(()), Before::Reject(rejected())],
        [
            After::Again(ms(30)),
            After::Done, // recovered
            After::Again(ms(30)),
            After::Done, // gave up
            After::Fail(too_slow()),
            After::Again(ms(30)),
        ],
    );
    let work = async {
        assert_eq!(forecast(&script, &AtomicU32::new(1)).await, Ok(21));
        assert_eq!(forecast(&script, &AtomicU32::new(0)).await, Err(Error::Fault(rejected())));
        assert_eq!(forecast(&script, &AtomicU32::new(2)).await, Err(Error::Busy));
        assert_eq!(forecast(&script, &AtomicU32::new(0)).await, Err(Error::Fault(too_slow())));
        assert_eq!(forecast(&script, &AtomicU32::new(0)).await, Ok(21));
    };
    Scope::current().recorder(&recorder).run(work).await;
    let told: Vec<_> = recorder.report().entries().iter().map(|entry| entry.event.to_string()).collect();
    assert_eq!(
        told,
        [
            "waited 150ms for the policy",
            "attempt 1 failed (busy); next one in 30ms",
            "succeeded at attempt 2",
            "`forecast` was not called: the script has no room",
            "attempt 1 failed (busy); next one in 30ms",
            "attempt 2 failed (busy); gave up: no retries left",
            "`forecast` failed: too slow to be true",
            "attempt 1 failed (the policy wants another answer); next one in 30ms",
            "succeeded at attempt 2",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_plain_yes_is_not_told() {
    let recorder = Recorder::new();
    let script = Script::new([], []);
    let _ = Scope::current().recorder(&recorder).run(forecast(&script, &AtomicU32::new(1))).await;
    assert_eq!(recorder.report().entries(), []);
}

#[test]
fn a_plain_function_blocks_its_thread() {
    #[policy(script)]
    fn forecast(script: &Script) -> Result<u32, Error> {
        script.note("body".to_owned());
        if script.after.lock().unwrap().is_empty() { Ok(21) } else { Err(Error::Busy) }
    }

    let script = Script::new([Before::Wait(ms(1)), Before::Admit(())], [After::Again(ms(1))]);
    assert_eq!(forecast(&script), Ok(21));
    let asked: Vec<_> = script.asked().into_iter().map(|(_, what)| what).collect();
    assert_eq!(
        asked,
        ["before forecast", "before forecast", "body", "after forecast: busy", "body", "after forecast: fine", "over"]
    );
}

/// The smallest policy.
#[derive(Default)]
struct Count {
    before: AtomicU32,
    after: AtomicU32,
}

impl Count {
    fn seen(&self) -> (u32, u32) {
        (self.before.load(Ordering::Relaxed), self.after.load(Ordering::Relaxed))
    }
}

impl Policy for Count {
    type Call = ();

    fn before(&self, _: &'static str) -> Before<()> {
        self.before.fetch_add(1, Ordering::Relaxed);
        Before::Admit(())
    }

    fn after(&self, _: &'static str, (): &mut (), _: Result<(), &Failure<'_>>) -> After {
        self.after.fetch_add(1, Ordering::Relaxed);
        After::Done
    }
}

#[tokio::test(start_paused = true)]
async fn the_value_may_be_of_any_shape() {
    static COUNT: Count = Count { before: AtomicU32::new(0), after: AtomicU32::new(0) };

    struct Client {
        shared: Arc<Count>,
        own: Count,
    }

    impl Client {
        #[policy(self.shared)]
        #[policy(self.own)]
        #[policy(COUNT)]
        #[policy(&COUNT)]
        #[policy(count)]
        #[policy(Count::default())]
        #[policy({ calls.fetch_add(1, Ordering::Relaxed); &self.own })]
        async fn forecast(&self, count: &Count, calls: &AtomicU32) -> Result<u32, Error> {
            Ok(21)
        }
    }

    let (client, count, calls) =
        (Client { shared: Arc::default(), own: Count::default() }, Count::default(), AtomicU32::new(0));
    assert_eq!(client.forecast(&count, &calls).await, Ok(21));
    assert_eq!(client.shared.seen(), (1, 1));
    assert_eq!(client.own.seen(), (2, 2));
    assert_eq!(COUNT.seen(), (2, 2));
    assert_eq!(count.seen(), (1, 1));
    assert_eq!(calls.load(Ordering::Relaxed), 1, "evaluated once per call");
}

#[tokio::test(start_paused = true)]
async fn a_shared_policy_leaves_self_to_the_body() {
    struct Client {
        shared: Arc<Count>,
        calls: u32,
    }

    impl Client {
        #[policy(self.shared.clone())]
        async fn forecast(&mut self) -> Result<u32, Error> {
            self.calls += 1;
            self.count();
            Ok(self.calls)
        }

        fn count(&mut self) {
            self.calls += 1;
        }
    }

    let mut client = Client { shared: Arc::default(), calls: 0 };
    assert_eq!(client.forecast().await, Ok(2));
    assert_eq!(client.shared.seen(), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn where_it_stands_is_what_it_sees() {
    #[policy(call)]
    #[fallback(Ok(42))]
    #[retry(max = 2, backoff = "none")]
    #[policy(attempt)]
    #[timeout(ms = 5)]
    async fn forecast(call: &Count, attempt: &Count) -> Result<u32, Error> {
        std::future::pending().await
    }

    let (call, attempt) = (Count::default(), Count::default());
    assert_eq!(forecast(&call, &attempt).await, Ok(42));
    assert_eq!((call.seen(), attempt.seen()), ((1, 1), (3, 3)));
}

#[tokio::test(start_paused = true)]
async fn each_attempt_may_get_clones() {
    /// Once more after each failure, at once.
    struct Again;

    impl Policy for Again {
        type Call = ();

        fn before(&self, _: &'static str) -> Before<()> {
            Before::Admit(())
        }

        fn after(&self, _: &'static str, (): &mut (), outcome: Result<(), &Failure<'_>>) -> After {
            if outcome.is_err() { After::Again(Duration::ZERO) } else { After::Done }
        }
    }

    #[policy(Again, clone(city))]
    async fn forecast(city: String, fails: &AtomicU32) -> Result<String, Error> {
        match fails.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) {
            Ok(_) => Err(Error::Busy),
            Err(_) => Ok(city),
        }
    }

    assert_eq!(forecast("Oslo".to_owned(), &AtomicU32::new(2)).await.as_deref(), Ok("Oslo"));
}

/// A policy made of one of the library's: what it does more is to count.
struct Counting {
    breaker: CircuitBreaker,
    count: Count,
}

impl<'a> Policy for &'a Counting {
    type Call = Option<Permit<'a>>;

    fn before(&self, tool: &'static str) -> Before<Self::Call> {
        self.count.before.fetch_add(1, Ordering::Relaxed);
        match self.breaker.admit(tool) {
            Ok(permit) => Before::Admit(Some(permit)),
            Err(fault) => Before::Reject(fault),
        }
    }

    fn after(&self, tool: &'static str, call: &mut Self::Call, outcome: Result<(), &Failure<'_>>) -> After {
        if let Some(permit) = call.take() {
            let _ = permit.settle(tool, outcome, |failure| **failure);
        }
        After::Done
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_can_be_made_of_the_librarys_own() {
    static COUNTING: Counting = Counting {
        breaker: CircuitBreaker::new().failures(2).cooldown(Duration::from_secs(1)),
        count: Count { before: AtomicU32::new(0), after: AtomicU32::new(0) },
    };

    #[policy(COUNTING)]
    async fn forecast(fails: bool) -> Result<u32, Error> {
        if fails { Err(Error::Busy) } else { Ok(21) }
    }

    assert_eq!(forecast(true).await, Err(Error::Busy));
    assert_eq!(forecast(true).await, Err(Error::Busy));
    assert!(matches!(forecast(false).await, Err(Error::Fault(Fault::CircuitOpen { .. }))));
    sleep(Duration::from_secs(1)).await;
    assert_eq!(forecast(false).await, Ok(21));
    assert_eq!(COUNTING.breaker.state(), CircuitState::Closed);
    assert_eq!(COUNTING.count.before.load(Ordering::Relaxed), 4);
}

/// Errors that may not cross threads, in futures that may.
#[test]
fn the_future_is_send_whatever_the_error_is() {
    #[derive(Debug)]
    struct NotSend(#[allow(dead_code, reason = "held")] Rc<()>);

    impl From<Fault> for NotSend {
        fn from(_: Fault) -> Self {
            NotSend(Rc::new(()))
        }
    }

    async fn fails() -> Result<u32, NotSend> {
        Err(NotSend(Rc::new(())))
    }

    static COUNT: Count = Count { before: AtomicU32::new(0), after: AtomicU32::new(0) };

    #[policy(COUNT)]
    #[circuit_breaker]
    #[policy(Count::default())]
    async fn forecast(city: &str) -> Result<u32, NotSend> {
        let _ = city;
        fails().await
    }

    fn spawned(_: impl Send) {}
    spawned(forecast("Oslo"));
}
