//! The feature `metrics`: each call that came to an end is counted once, and what goes up comes down again.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use reliable::{
    After, Approver, Before, Bulkhead, Charge, CircuitBreaker, Decision, Failure, Fault, Policy, RateLimit, Request,
    RetryBudget, Run, Step, Usd, agent, approver, bulkhead, circuit_breaker, failover, fallback, hedge, policy,
    rate_limit, requires_approval, retry, timeout,
};
use tokio::time::sleep;

/// Keeps every metric as its name and tags, with its value: a sum, or for a histogram the list of what it was told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<BTreeMap<String, Value>>>);

#[derive(Clone)]
enum Value {
    Sum(f64),
    List(Vec<f64>),
}

struct Series {
    told: Told,
    name: String,
}

impl Series {
    fn new(told: &Told, key: &Key) -> Arc<Self> {
        let tags: Vec<String> = key.labels().map(|tag| format!("{}={}", tag.key(), tag.value())).collect();
        Arc::new(Series { told: told.clone(), name: format!("{}{{{}}}", key.name(), tags.join(",")) })
    }

    fn add(&self, more: f64) {
        let mut told = self.told.0.lock().unwrap();
        match told.entry(self.name.clone()).or_insert(Value::Sum(0.0)) {
            Value::Sum(sum) => *sum += more,
            Value::List(_) => panic!("{} is a histogram", self.name),
        }
    }
}

impl CounterFn for Series {
    fn increment(&self, value: u64) {
        self.add(f64::from(u32::try_from(value).unwrap()));
    }

    fn absolute(&self, value: u64) {
        panic!("a counter is set to {value}, and not raised")
    }
}

impl GaugeFn for Series {
    fn increment(&self, value: f64) {
        self.add(value);
    }

    fn decrement(&self, value: f64) {
        self.add(-value);
    }

    fn set(&self, value: f64) {
        panic!("a gauge is set to {value}, and not raised or lowered")
    }
}

impl HistogramFn for Series {
    fn record(&self, value: f64) {
        let mut told = self.told.0.lock().unwrap();
        match told.entry(self.name.clone()).or_insert(Value::List(Vec::new())) {
            Value::List(list) => list.push(value),
            Value::Sum(_) => panic!("{} is no histogram", self.name),
        }
    }
}

impl Recorder for Told {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Series::new(self, key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(Series::new(self, key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Series::new(self, key))
    }
}

impl Told {
    /// A line for each series whose name begins so.
    fn lines(&self, begin: &str) -> Vec<String> {
        let told = self.0.lock().unwrap();
        let lines = told.iter().filter(|(name, _)| name.starts_with(begin)).map(|(name, value)| match value {
            Value::Sum(sum) => format!("{name} {sum}"),
            Value::List(list) => format!("{name} {list:?}"),
        });
        lines.collect()
    }
}

/// What was told while `work` ran.
async fn told(work: impl Future) -> Told {
    let told = Told::default();
    let guard = metrics::set_default_local_recorder(&told);
    work.await;
    drop(guard);
    told
}

/// Runs so long, and is dropped then.
async fn cancelled_after<T>(limit: Duration, work: impl Future<Output = T>) {
    assert!(tokio::time::timeout(limit, work).await.is_err());
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error("bad request")]
    BadRequest,
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Error {
    fn is_busy(&self) -> bool {
        *self == Error::Busy
    }
}

/// Fails so often, and goes well then.
fn fails(times: &Cell<u32>) -> Result<u32, Error> {
    match times.get() {
        0 => Ok(1),
        left => {
            times.set(left - 1);
            Err(Error::Busy)
        }
    }
}

fn times(times: u32) -> Cell<u32> {
    Cell::new(times)
}

mod retries {
    use super::*;

    #[retry(max = 2, backoff = "fixed", base = "100ms", jitter = 0, when = Error::is_busy)]
    async fn flaky(failures: &Cell<u32>) -> Result<u32, Error> {
        sleep(ms(10)).await;
        fails(failures)
    }

    async fn one_call<T>(call: impl Future<Output = T>) -> Vec<String> {
        told(call).await.lines("")
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_goes_well_at_once_is_one_call() {
        let lines = one_call(flaky(&times(0))).await;
        assert_eq!(lines, ["ft.retry.calls.total{method=flaky,retried=false,retryResult=valueReturned} 1"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_goes_well_after_retries_is_one_call() {
        let lines = one_call(flaky(&times(2))).await;
        let expected = [
            "ft.retry.calls.total{method=flaky,retried=true,retryResult=valueReturned} 1",
            "ft.retry.retries.total{method=flaky} 2",
        ];
        assert_eq!(lines, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_uses_up_its_retries_is_one_call() {
        let lines = one_call(flaky(&times(9))).await;
        let expected = [
            "ft.retry.calls.total{method=flaky,retried=true,retryResult=maxRetriesReached} 1",
            "ft.retry.retries.total{method=flaky} 2",
        ];
        assert_eq!(lines, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn without_retries_there_is_none_left_at_the_first_failure() {
        #[retry(max = 0)]
        async fn once() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        let lines = one_call(once()).await;
        assert_eq!(lines, ["ft.retry.calls.total{method=once,retried=false,retryResult=maxRetriesReached} 1"]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_that_is_not_worth_a_retry_ends_the_call() {
        #[retry(jitter = 0, when = Error::is_busy)]
        async fn refused(first: &Cell<bool>) -> Result<u32, Error> {
            Err(if first.replace(false) { Error::Busy } else { Error::BadRequest })
        }
        let lines = one_call(refused(&Cell::new(false))).await;
        assert_eq!(lines, ["ft.retry.calls.total{method=refused,retried=false,retryResult=exceptionNotRetryable} 1"]);
        let lines = one_call(refused(&Cell::new(true))).await;
        let expected = [
            "ft.retry.calls.total{method=refused,retried=true,retryResult=exceptionNotRetryable} 1",
            "ft.retry.retries.total{method=refused} 1",
        ];
        assert_eq!(lines, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_denial_further_in_is_not_worth_one() {
        #[requires_approval(by = approver::Deny)]
        async fn refund() -> Result<u32, Error> {
            Ok(1)
        }
        #[retry]
        async fn settle() -> Result<u32, Error> {
            refund().await
        }
        let lines = told(settle()).await.lines("ft.retry");
        assert_eq!(lines, ["ft.retry.calls.total{method=settle,retried=false,retryResult=exceptionNotRetryable} 1"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_ends_when_its_time_is_over() {
        #[retry(max = 5, backoff = "fixed", base = "100ms", jitter = 0, within = "150ms")]
        async fn hurried() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        let expected = [
            "ft.retry.calls.total{method=hurried,retried=true,retryResult=maxDurationReached} 1",
            "ft.retry.retries.total{method=hurried} 1",
        ];
        assert_eq!(one_call(hurried()).await, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_ends_when_the_server_asks_for_too_long_a_pause() {
        #[retry(after = Some(Duration::from_secs(3600)))]
        async fn sent_away() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        let lines = one_call(sent_away()).await;
        assert_eq!(lines, ["ft.retry.calls.total{method=sent_away,retried=false,retryResult=askedDelayTooLong} 1"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_ends_when_the_budget_is_empty() {
        static BUDGET: RetryBudget = RetryBudget::new(1);
        #[retry(max = 5, budget = BUDGET)]
        async fn poor() -> Result<u32, Error> {
            Err(Error::Busy)
        }
        let expected = [
            "ft.retry.calls.total{method=poor,retried=true,retryResult=retryBudgetEmpty} 1",
            "ft.retry.retries.total{method=poor} 1",
        ];
        assert_eq!(one_call(poor()).await, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_dropped_is_no_call() {
        let in_an_attempt = one_call(cancelled_after(ms(5), flaky(&times(0)))).await;
        assert_eq!(in_an_attempt, [""; 0]);
        let in_a_pause = one_call(cancelled_after(ms(50), flaky(&times(9)))).await;
        assert_eq!(in_a_pause, ["ft.retry.retries.total{method=flaky} 1"]);
    }

    #[test]
    fn a_plain_function_is_counted_too() {
        #[retry(max = 1, backoff = "none")]
        fn plain(failures: &Cell<u32>) -> Result<u32, Error> {
            fails(failures)
        }
        let told = Told::default();
        metrics::with_local_recorder(&told, || (0..3).for_each(|failures| drop(plain(&times(failures)))));
        let expected = [
            "ft.retry.calls.total{method=plain,retried=false,retryResult=valueReturned} 1",
            "ft.retry.calls.total{method=plain,retried=true,retryResult=maxRetriesReached} 1",
            "ft.retry.calls.total{method=plain,retried=true,retryResult=valueReturned} 1",
            "ft.retry.retries.total{method=plain} 2",
        ];
        assert_eq!(told.lines(""), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn each_of_two_nested_functions_counts_its_own_calls() {
        #[retry(max = 1, jitter = 0)]
        async fn outer(failures: &Cell<u32>) -> Result<u32, Error> {
            flaky(failures).await
        }
        let expected = [
            "ft.retry.calls.total{method=flaky,retried=true,retryResult=maxRetriesReached} 1",
            "ft.retry.calls.total{method=flaky,retried=true,retryResult=valueReturned} 1",
            "ft.retry.calls.total{method=outer,retried=true,retryResult=valueReturned} 1",
            "ft.retry.retries.total{method=flaky} 3",
            "ft.retry.retries.total{method=outer} 1",
        ];
        assert_eq!(one_call(outer(&times(4))).await, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_policy_of_ones_own_that_tries_again_is_no_retry() {
        struct Twice;
        impl Policy for Twice {
            type Call = bool;
            fn before(&self, _: &'static str) -> Before<bool> {
                Before::Admit(false)
            }
            fn after(&self, _: &'static str, again: &mut bool, outcome: Result<(), &Failure<'_>>) -> After {
                if outcome.is_err() && !std::mem::replace(again, true) { After::Again(ms(10)) } else { After::Done }
            }
        }
        #[policy(Twice)]
        async fn twice(failures: &Cell<u32>) -> Result<u32, Error> {
            fails(failures)
        }
        let lines = one_call(async { (twice(&times(1)).await, twice(&times(9)).await) }).await;
        assert_eq!(lines, [""; 0]);
    }
}

mod timeouts {
    use super::*;

    #[timeout(ms = 50)]
    async fn takes(time: u64) -> Result<u32, Error> {
        if time > 0 {
            sleep(ms(time)).await;
        }
        Ok(1)
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_is_counted_once_with_the_time_that_it_took() {
        let told = told(async { (takes(0).await, takes(20).await, takes(90).await) }).await;
        let expected = [
            "ft.timeout.calls.total{method=takes,timedOut=false} 2",
            "ft.timeout.calls.total{method=takes,timedOut=true} 1",
            "ft.timeout.executionDuration{method=takes} [0.0, 0.02, 0.05]",
        ];
        assert_eq!(told.lines(""), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_dropped_is_none() {
        assert_eq!(told(cancelled_after(ms(20), takes(30))).await.lines(""), [""; 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_begins_when_the_call_does() {
        let told = told(async {
            let call = takes(20);
            sleep(ms(500)).await;
            call.await
        });
        assert_eq!(told.await.lines("ft.timeout.exec"), ["ft.timeout.executionDuration{method=takes} [0.02]"]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_of_a_human_is_left_out() {
        struct AfterAnHour;
        impl Approver for AfterAnHour {
            async fn review(&self, _: &Request) -> Decision {
                sleep(ms(3_600_000)).await;
                Decision::approve()
            }
        }
        #[requires_approval(by = AfterAnHour)]
        async fn asks() -> Result<(), Error> {
            Ok(())
        }
        #[timeout(ms = 50)]
        async fn calls(before: u64, after: u64) -> Result<(), Error> {
            if before > 0 {
                sleep(ms(before)).await;
            }
            asks().await?;
            if after > 0 {
                sleep(ms(after)).await;
            }
            Ok(())
        }
        let told = told(async { (calls(10, 0).await, calls(0, 20).await, calls(10, 20).await, calls(0, 0).await) });
        let took = "ft.timeout.executionDuration{method=calls} [0.01, 0.02, 0.03, 0.0]";
        assert_eq!(told.await.lines("ft.timeout.exec"), [took]);
    }

    #[tokio::test(start_paused = true)]
    async fn each_attempt_is_a_call_and_so_are_all_of_them_together() {
        #[timeout(ms = 500)]
        #[retry(max = 1, backoff = "fixed", base = "100ms", jitter = 0)]
        #[timeout(ms = 50)]
        async fn hangs() -> Result<u32, Error> {
            pending().await
        }
        let expected = [
            "ft.retry.calls.total{method=hangs,retried=true,retryResult=maxRetriesReached} 1",
            "ft.retry.retries.total{method=hangs} 1",
            "ft.timeout.calls.total{method=hangs,timedOut=false} 1",
            "ft.timeout.calls.total{method=hangs,timedOut=true} 2",
            "ft.timeout.executionDuration{method=hangs} [0.05, 0.05, 0.2]",
        ];
        assert_eq!(told(hangs()).await.lines(""), expected);
    }
}

mod breakers {
    use super::*;

    struct Client(CircuitBreaker);

    impl Client {
        fn new() -> Self {
            Client(CircuitBreaker::new().failures(2).cooldown(Duration::from_secs(1)))
        }

        #[circuit_breaker(self.0, when = *error != Error::BadRequest)]
        async fn call(&self, outcome: Result<u32, Error>) -> Result<u32, Error> {
            outcome
        }

        #[circuit_breaker(self.0)]
        async fn hang(&self) -> Result<u32, Error> {
            pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_is_what_the_breaker_takes_it_for() {
        let told = told(async {
            let client = Client::new();
            let denied = Fault::Denied { tool: "refund".into(), reason: "no".to_owned() };
            for outcome in [Ok(1), Err(Error::BadRequest), Err(denied.into()), Err(Error::Busy), Err(Error::Busy)] {
                let _ = client.call(outcome).await;
            }
            assert!(matches!(client.call(Ok(1)).await, Err(Error::Fault(Fault::CircuitOpen { .. }))));
        });
        let expected = [
            "ft.circuitbreaker.calls.total{method=call,circuitBreakerResult=circuitBreakerOpen} 1",
            "ft.circuitbreaker.calls.total{method=call,circuitBreakerResult=failure} 2",
            "ft.circuitbreaker.calls.total{method=call,circuitBreakerResult=ignored} 1",
            "ft.circuitbreaker.calls.total{method=call,circuitBreakerResult=success} 2",
            "ft.circuitbreaker.opened.total{method=call} 1",
        ];
        assert_eq!(told.await.lines(""), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_is_a_call_unless_it_is_dropped() {
        let told = told(async {
            let client = Client::new();
            for _ in 0..2 {
                let _ = client.call(Err(Error::Busy)).await;
            }
            sleep(Duration::from_secs(1)).await;
            cancelled_after(ms(10), client.hang()).await;
            assert_eq!(client.call(Err(Error::Busy)).await, Err(Error::Busy), "opens again");
            sleep(Duration::from_secs(1)).await;
            assert_eq!(client.call(Ok(1)).await, Ok(1), "closes");
        });
        let expected = [
            "ft.circuitbreaker.calls.total{method=call,circuitBreakerResult=failure} 3",
            "ft.circuitbreaker.calls.total{method=call,circuitBreakerResult=success} 1",
            "ft.circuitbreaker.opened.total{method=call} 2",
        ];
        assert_eq!(told.await.lines(""), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn below_a_retry_each_attempt_is_a_call() {
        #[retry(max = 1, jitter = 0)]
        #[circuit_breaker(failures = 9)]
        async fn flaky(failures: &Cell<u32>) -> Result<u32, Error> {
            fails(failures)
        }
        let expected = [
            "ft.circuitbreaker.calls.total{method=flaky,circuitBreakerResult=failure} 1",
            "ft.circuitbreaker.calls.total{method=flaky,circuitBreakerResult=success} 1",
        ];
        assert_eq!(told(flaky(&times(1))).await.lines("ft.circuit"), expected);
    }
}

mod bulkheads {
    use super::*;

    struct Client(Bulkhead);

    impl Client {
        #[bulkhead(self.0)]
        async fn call(&self) -> Result<u32, Error> {
            sleep(ms(100)).await;
            Ok(1)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_is_accepted_or_rejected_and_the_gauges_come_back_to_zero() {
        let told = Told::default();
        let _guard = metrics::set_default_local_recorder(&told);
        let client = Client(Bulkhead::new().max(1).queue(1));
        let look = async {
            sleep(ms(50)).await;
            let expected =
                ["ft.bulkhead.executionsRunning{method=call} 1", "ft.bulkhead.executionsWaiting{method=call} 1"];
            assert_eq!(told.lines("ft.bulkhead.exec"), expected);
            sleep(ms(100)).await;
            let expected =
                ["ft.bulkhead.executionsRunning{method=call} 1", "ft.bulkhead.executionsWaiting{method=call} 0"];
            assert_eq!(told.lines("ft.bulkhead.exec"), expected);
        };
        let (first, second, third, ()) = tokio::join!(client.call(), client.call(), client.call(), look);
        assert!(first.is_ok() && second.is_ok() && third.is_err());
        let expected = [
            "ft.bulkhead.calls.total{method=call,bulkheadResult=accepted} 2",
            "ft.bulkhead.calls.total{method=call,bulkheadResult=rejected} 1",
            "ft.bulkhead.executionsRunning{method=call} 0",
            "ft.bulkhead.executionsWaiting{method=call} 0",
            "ft.bulkhead.runningDuration{method=call} [0.1, 0.1]",
            "ft.bulkhead.waitingDuration{method=call} [0.1]",
        ];
        assert_eq!(told.lines(""), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_dropped_leaves_the_gauges_as_they_were() {
        let told = told(async {
            let client = Client(Bulkhead::new().max(1));
            let running = cancelled_after(ms(40), client.call());
            let waiting = cancelled_after(ms(30), client.call());
            tokio::join!(running, waiting);
        });
        let expected = [
            "ft.bulkhead.calls.total{method=call,bulkheadResult=accepted} 1",
            "ft.bulkhead.executionsRunning{method=call} 0",
            "ft.bulkhead.executionsWaiting{method=call} 0",
            "ft.bulkhead.runningDuration{method=call} [0.04]",
        ];
        assert_eq!(told.await.lines(""), expected);
    }

    #[test]
    fn a_plain_function_that_panics_gives_its_place_back() {
        #[bulkhead(max = 1)]
        fn panics() -> Result<u32, Error> {
            panic!("on purpose")
        }
        let told = Told::default();
        metrics::with_local_recorder(&told, || assert!(catch_unwind(AssertUnwindSafe(panics)).is_err()));
        let lines = told.lines("ft.bulkhead");
        assert_eq!(lines[0], "ft.bulkhead.calls.total{method=panics,bulkheadResult=accepted} 1");
        assert_eq!(lines[1], "ft.bulkhead.executionsRunning{method=panics} 0");
        assert_eq!(lines.len(), 3, "and the time that it ran");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_was_not_seen_coming_is_not_seen_going() {
        let bulkhead = Bulkhead::new();
        let permit = bulkhead.admit("call").await.unwrap();
        assert_eq!(told(async { drop(permit) }).await.lines(""), [""; 0]);
    }
}

mod rate_limits {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_is_permitted_at_once_or_later_unless_it_is_dropped() {
        static LIMIT: RateLimit = RateLimit::per_second(10).burst(1);
        #[rate_limit(LIMIT)]
        async fn call() -> Result<u32, Error> {
            Ok(1)
        }
        let told = told(async {
            assert!(call().await.is_ok() && call().await.is_ok());
            cancelled_after(ms(50), call()).await;
        });
        let expected = [
            "ft.ratelimit.calls.total{method=call,rateLimitResult=permitted} 2",
            "ft.ratelimit.waitingDuration{method=call} [0.1]",
        ];
        assert_eq!(told.await.lines(""), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn or_it_is_rejected() {
        #[rate_limit(per_minute = 1, reject)]
        async fn call() -> Result<u32, Error> {
            Ok(1)
        }
        let expected = [
            "ft.ratelimit.calls.total{method=call,rateLimitResult=permitted} 1",
            "ft.ratelimit.calls.total{method=call,rateLimitResult=rejected} 2",
        ];
        assert_eq!(told(async { (call().await, call().await, call().await) }).await.lines(""), expected);
    }

    #[test]
    fn a_plain_function_is_counted_too() {
        #[rate_limit(per_second = 1000, burst = 1)]
        fn plain() -> Result<u32, Error> {
            Ok(1)
        }
        let told = Told::default();
        metrics::with_local_recorder(&told, || assert!(plain().is_ok() && plain().is_ok()));
        let lines = told.lines("ft.ratelimit.calls");
        assert_eq!(lines, ["ft.ratelimit.calls.total{method=plain,rateLimitResult=permitted} 2"]);
    }
}

mod fallbacks_and_hedges {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_fallback_is_counted_where_it_answers() {
        #[fallback(Ok(0), when = Error::is_busy)]
        async fn price(outcome: Result<u32, Error>) -> Result<u32, Error> {
            outcome
        }
        let told = told(async {
            assert_eq!(price(Ok(1)).await, Ok(1));
            assert_eq!(price(Err(Error::BadRequest)).await, Err(Error::BadRequest));
            assert_eq!(price(Err(Error::Busy)).await, Ok(0));
        });
        assert_eq!(told.await.lines(""), ["ft.fallback.calls.total{method=price} 1"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_with_candidates_is_one_however_many_of_them_are_asked() {
        #[failover(model in [1, 2, 3])]
        async fn ask(answers: u32) -> Result<u32, Error> {
            if *model < answers { Err(Error::Busy) } else { Ok(*model) }
        }
        let told = told(async {
            assert_eq!(ask(1).await, Ok(1));
            assert_eq!(ask(3).await, Ok(3));
            assert_eq!(ask(3).await, Ok(3), "and the others cool down");
            assert_eq!(ask(9).await, Err(Error::Busy));
        });
        assert_eq!(
            told.await.lines(""),
            [
                "ft.failover.calls.total{method=ask,failedOver=false} 1",
                "ft.failover.calls.total{method=ask,failedOver=true} 3"
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_hedged_call_is_one_however_many_attempts_run() {
        #[hedge(after = "50ms", max = 2)]
        #[timeout(ms = 500)]
        async fn search(time: u64, outcome: Result<u32, Error>) -> Result<u32, Error> {
            sleep(ms(time)).await;
            outcome.clone()
        }
        let told = told(async {
            let _ = search(10, Ok(1)).await;
            let _ = search(10, Ok(1)).await;
            let _ = search(120, Ok(1)).await;
            let _ = search(60, Err(Error::Busy)).await;
            cancelled_after(ms(80), search(400, Ok(1))).await;
        });
        let told = told.await;
        assert_eq!(
            told.lines("ft.hedge"),
            ["ft.hedge.calls.total{method=search,hedged=false} 2", "ft.hedge.calls.total{method=search,hedged=true} 2"]
        );
        // Two that run alone, the winner of three, and three that fail one after the other.
        assert_eq!(told.lines("ft.timeout.calls"), ["ft.timeout.calls.total{method=search,timedOut=false} 6"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_is_approved_denied_or_expires_unless_it_is_dropped() {
    struct Slow(Option<Decision>);
    impl Approver for Slow {
        async fn review(&self, _: &Request) -> Decision {
            sleep(ms(200)).await;
            match &self.0 {
                Some(decision) => decision.clone(),
                None => pending().await,
            }
        }
    }
    #[requires_approval(by = Slow(answer), within = "1s")]
    async fn refund(answer: Option<Decision>) -> Result<u32, Error> {
        Ok(1)
    }
    let told = told(async {
        assert!(refund(Some(Decision::approve())).await.is_ok());
        assert!(refund(Some(Decision::deny("no"))).await.is_err());
        assert!(refund(None).await.is_err());
        cancelled_after(ms(100), refund(None)).await;
    });
    let expected = [
        "ft.approval.calls.total{method=refund,decision=approved} 1",
        "ft.approval.calls.total{method=refund,decision=denied} 1",
        "ft.approval.calls.total{method=refund,decision=expired} 1",
        "ft.approval.waitingDuration{method=refund} [0.2, 0.2, 1.0]",
        "gen_ai.execute_tool.duration{gen_ai.tool.name=refund} [0.0]",
    ];
    assert_eq!(told.await.lines(""), expected);
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_was_approved_has_a_duration_and_says_with_what_it_failed() {
    #[requires_approval(by = approver::Approve)]
    async fn send(after: u64, outcome: Result<u32, Error>) -> Result<u32, Error> {
        sleep(ms(after)).await;
        outcome
    }
    let told = told(async {
        send(200, Ok(1)).await.unwrap();
        send(300, Ok(1)).await.unwrap();
        send(400, Err(Error::Busy)).await.unwrap_err();
        let fault = Fault::TimedOut { tool: "smtp".into(), limit: ms(1) };
        send(500, Err(fault.into())).await.unwrap_err();
        cancelled_after(ms(100), send(200, Ok(1))).await;
    });
    let expected = [
        "gen_ai.execute_tool.duration{gen_ai.tool.name=send,error.type=_OTHER} [0.4]",
        "gen_ai.execute_tool.duration{gen_ai.tool.name=send,error.type=timed_out} [0.5]",
        "gen_ai.execute_tool.duration{gen_ai.tool.name=send} [0.2, 0.3]",
    ];
    assert_eq!(told.await.lines("gen_ai"), expected);
}

mod agents {
    use super::*;

    /// What a step does.
    #[derive(Clone, Copy)]
    enum Then {
        Answer,
        Fail,
        GoOn,
        Spend(Charge),
        Repeat,
        Hang,
    }

    #[agent(max_steps = 3, max_usd = "0.05", max_tokens = 500, max_repeats = 2, within = "1m")]
    async fn assistant(then: Then) -> Result<Step<u32>, Error> {
        match then {
            Then::Answer => return Ok(Step::Done(1)),
            Then::Fail => return Err(Error::Busy),
            Then::GoOn => {}
            Then::Spend(charge) => Run::current().charge(charge)?,
            Then::Repeat => drop(Run::current().observe("the same", "again")),
            Then::Hang => sleep(Duration::from_secs(60)).await,
        }
        Ok(Step::Next)
    }

    async fn run(then: Then) -> Vec<String> {
        told(assistant(then)).await.lines("ft.agent")
    }

    fn ended(result: &str) -> String {
        format!("ft.agent.runs.total{{method=assistant,result={result}}} 1")
    }

    fn steps(steps: u32) -> String {
        format!("ft.agent.steps.total{{method=assistant}} {steps}")
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_is_counted_once_with_its_steps() {
        assert_eq!(run(Then::Answer).await, [ended("valueReturned"), steps(1)]);
        assert_eq!(run(Then::Fail).await, [ended("exceptionThrown"), steps(1)]);
        assert_eq!(run(Then::GoOn).await, [ended("maxStepsReached"), steps(3)]);
        assert_eq!(run(Then::Repeat).await, [ended("maxRepeatsReached"), steps(2)]);
        assert_eq!(run(Then::Hang).await, [ended("maxDurationReached"), steps(1)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_has_a_duration_and_says_with_what_it_failed() {
        let told = told(async {
            assistant(Then::Answer).await.unwrap();
            assistant(Then::Fail).await.unwrap_err();
            assistant(Then::GoOn).await.unwrap_err();
            assistant(Then::Hang).await.unwrap_err();
            assistant(Then::Spend(Charge::usd(Usd::cents(6)))).await.unwrap_err();
            cancelled_after(ms(100), assistant(Then::Hang)).await;
        });
        let failed = |error_type, took: &str| {
            format!("gen_ai.invoke_agent.duration{{gen_ai.agent.name=assistant,error.type={error_type}}} [{took}]")
        };
        let expected = [
            failed("_OTHER", "0.0"),
            failed("over_budget", "0.0"),
            failed("step_limit", "0.0"),
            failed("timed_out", "60.0"),
            "gen_ai.invoke_agent.duration{gen_ai.agent.name=assistant} [0.0]".to_owned(),
        ];
        assert_eq!(told.await.lines("gen_ai"), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_spent_is_counted() {
        let lines = run(Then::Spend(Charge::usd(Usd::micros(25_000)).tokens(10))).await;
        let spent = |usd, tokens| {
            [
                format!("ft.agent.tokens.total{{method=assistant}} {tokens}"),
                format!("ft.agent.usdMicros.total{{method=assistant}} {usd}"),
            ]
        };
        let [tokens, usd] = spent(50_000, 20);
        assert_eq!(lines, [ended("maxUsdReached"), steps(2), tokens, usd]);
        let lines = run(Then::Spend(Charge::usd(Usd::ZERO).tokens(250))).await;
        let [tokens, usd] = spent(0, 500);
        assert_eq!(lines, [ended("maxTokensReached"), steps(2), tokens, usd]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_charge_that_does_not_fit_fails_the_step_and_is_not_spent() {
        assert_eq!(run(Then::Spend(Charge::usd(Usd::cents(6)))).await, [ended("exceptionThrown"), steps(1)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_is_dropped_is_none_but_its_steps_were_begun() {
        let told = told(cancelled_after(ms(100), assistant(Then::Hang))).await;
        assert_eq!(told.lines(""), [steps(1)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_sub_agent_is_counted_for_itself_and_spends_for_both() {
        #[agent]
        async fn boss() -> Result<Step<u32>, Error> {
            helper().await.map(Step::Done)
        }
        #[agent]
        async fn helper() -> Result<Step<u32>, Error> {
            Run::current().charge(Charge::tokens_only(7))?;
            Ok(Step::Done(1))
        }
        let told = told(boss()).await;
        assert_eq!(
            told.lines("ft.agent.runs"),
            [
                "ft.agent.runs.total{method=boss,result=valueReturned} 1",
                "ft.agent.runs.total{method=helper,result=valueReturned} 1",
            ]
        );
        assert_eq!(
            told.lines("ft.agent.tokens"),
            ["ft.agent.tokens.total{method=boss} 7", "ft.agent.tokens.total{method=helper} 7"]
        );
    }
}
