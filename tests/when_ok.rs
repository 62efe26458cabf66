//! `when_ok`: an `Ok` value that counts as a failure.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::{
    CircuitBreaker, CircuitState, Failover, Fault, Recorder, RetryBudget, Scope, Step, agent, circuit_breaker,
    failover, fallback, hedge, retry, timeout,
};
use tokio::time::{Instant, sleep};

#[derive(Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error("404")]
    NotFound,
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Gives these answers, and then the last one for ever: `""` is none, `"!"` an error.
struct Service {
    answers: &'static [&'static str],
    calls: AtomicU32,
    since: Instant,
}

impl Service {
    fn new(answers: &'static [&'static str]) -> Self {
        Service { answers, calls: AtomicU32::new(0), since: Instant::now() }
    }

    fn call(&self) -> Result<String, Error> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) as usize;
        match self.answers[call.min(self.answers.len() - 1)] {
            "!" => Err(Error::Busy),
            "404" => Err(Error::NotFound),
            answer => Ok(answer.to_owned()),
        }
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    fn ms(&self) -> u128 {
        self.since.elapsed().as_millis()
    }
}

/// What is told while `call` runs.
async fn told<T>(call: impl Future<Output = T>) -> (T, Vec<String>) {
    let recorder = Recorder::new();
    let outcome = Scope::current().recorder(&recorder).run(call).await;
    let words = recorder.report().entries().iter().map(|entry| entry.event.to_string()).collect();
    (outcome, words)
}

mod a_retry {
    use super::*;

    #[retry(max = 2, base = "100ms", jitter = 0, when = *error == Error::Busy, when_ok = String::is_empty)]
    async fn ask(service: &Service) -> Result<String, Error> {
        service.call()
    }

    #[tokio::test(start_paused = true)]
    async fn retries_a_value_as_it_retries_an_error() {
        let service = Service::new(&["", "!", "tea"]);
        let (answer, events) = told(ask(&service)).await;
        assert_eq!((answer, service.calls(), service.ms()), (Ok("tea".to_owned()), 3, 300));
        assert_eq!(
            events,
            [
                "attempt 1 failed (the value was refused); next one in 100ms",
                "attempt 2 failed (busy); next one in 200ms",
                "succeeded at attempt 3",
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn gives_the_value_as_it_is_when_nothing_is_left() {
        let service = Service::new(&["!", ""]);
        let (answer, events) = told(ask(&service)).await;
        assert_eq!((answer, service.calls()), (Ok(String::new()), 3));
        assert_eq!(events[2], "attempt 3 failed (the value was refused); gave up: no retries left",);
        let service = Service::new(&["", "", "!"]);
        assert_eq!(ask(&service).await, Err(Error::Busy), "the last outcome");
        let service = Service::new(&["", "404"]);
        assert_eq!(ask(&service).await, Err(Error::NotFound));
        assert_eq!(service.calls(), 2, "`when` holds as well");
    }

    #[tokio::test(start_paused = true)]
    async fn ends_in_time_and_has_a_budget_as_for_an_error() {
        #[retry(max = 9, base = "1s", jitter = 0, within = "2s", when_ok = value.is_empty())]
        async fn in_time(service: &Service) -> Result<String, Error> {
            service.call()
        }
        static BUDGET: RetryBudget = RetryBudget::new(2);
        #[retry(max = 9, backoff = "none", budget = BUDGET, when_ok = value.is_empty())]
        async fn with_a_budget(service: &Service) -> Result<String, Error> {
            service.call()
        }
        let service = Service::new(&[""]);
        assert_eq!(in_time(&service).await, Ok(String::new()));
        assert_eq!((service.calls(), service.ms()), (2, 1000));
        let service = Service::new(&[""]);
        assert_eq!(with_a_budget(&service).await, Ok(String::new()));
        assert_eq!(service.calls(), 3, "the budget pays for two");
    }

    #[test]
    fn works_in_a_plain_function_and_on_a_method() {
        #[retry(max = 3, backoff = "none", when_ok = value.is_none())]
        fn next(left: &Cell<u32>) -> Result<Option<u32>, Error> {
            left.set(left.get() - 1);
            Ok(Some(left.get()).filter(|left| *left == 0))
        }
        struct Machine {
            least: u32,
            pulled: Cell<u32>,
        }
        impl Machine {
            #[retry(max = 9, backoff = "none", when_ok = *value < self.least)]
            fn pull(&self) -> Result<u32, Error> {
                self.pulled.set(self.pulled.get() + 1);
                Ok(self.pulled.get())
            }
        }
        assert_eq!(next(&Cell::new(3)), Ok(Some(0)));
        assert_eq!(next(&Cell::new(9)), Ok(None));
        assert_eq!(Machine { least: 4, pulled: Cell::new(0) }.pull(), Ok(4));
    }

    #[tokio::test(start_paused = true)]
    async fn notes_it_for_the_fault_that_ends_the_call() {
        #[timeout(secs = 2)]
        #[retry(max = 99, when_ok = value.is_empty())]
        async fn late(service: &Service) -> Result<String, Error> {
            service.call()
        }
        #[retry(max = 5, backoff = "none", when_ok = value.is_empty())]
        #[circuit_breaker(failures = 2, when_ok = value.is_empty())]
        async fn rejected(service: &Service) -> Result<String, Error> {
            service.call()
        }
        for error in [late(&Service::new(&[""])).await, rejected(&Service::new(&[""])).await] {
            let error = error.unwrap_err();
            assert_eq!(Fault::find(&error).unwrap().last_error(), Some("the value was refused"), "{error}");
        }
        let service = Service::new(&["", "tea"]);
        assert_eq!(late(&service).await, Ok("tea".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn looks_at_the_step_of_an_agent() {
        #[agent(max_steps = 3)]
        #[retry(max = 3, backoff = "none", when_ok = matches!(value, Step::Done(answer) if answer.is_empty()))]
        async fn assistant(service: &Service) -> Result<Step<String>, Error> {
            Ok(match service.call()? {
                more if more == "more" => Step::Next,
                answer => Step::Done(answer),
            })
        }
        let service = Service::new(&["more", "", "", "tea"]);
        assert_eq!(assistant(&service).await, Ok("tea".to_owned()));
    }
}

mod a_fallback {
    use super::*;

    async fn cached(_: &Service) -> Result<String, Error> {
        Ok("cached".to_owned())
    }

    #[tokio::test]
    async fn answers_a_value_by_a_function_or_by_an_expression() {
        #[fallback(cached, when_ok = String::is_empty)]
        async fn by_path(service: &Service) -> Result<String, Error> {
            service.call()
        }
        #[fallback(Ok("none".to_owned()), when = false, when_ok = value.is_empty())]
        async fn by_expression(service: &Service) -> Result<String, Error> {
            service.call()
        }
        let (answer, events) = told(by_path(&Service::new(&[""]))).await;
        assert_eq!(answer.unwrap(), "cached");
        assert_eq!(events, ["failed (the value was refused); the fallback answers"]);
        assert_eq!(by_path(&Service::new(&["!"])).await.unwrap(), "cached");
        assert_eq!(by_path(&Service::new(&["tea"])).await.unwrap(), "tea");
        assert_eq!(by_expression(&Service::new(&[""])).await.unwrap(), "none");
        assert_eq!(by_expression(&Service::new(&["!"])).await, Err(Error::Busy), "both options hold");
    }

    #[tokio::test]
    async fn answers_values_and_errors_by_two_lines() {
        #[fallback(Ok(error.to_string()))]
        #[fallback(Ok("none".to_owned()), when = false, when_ok = value.is_empty())]
        async fn ask(service: &Service) -> Result<String, Error> {
            service.call()
        }
        assert_eq!(ask(&Service::new(&["!"])).await.unwrap(), "busy");
        assert_eq!(ask(&Service::new(&[""])).await.unwrap(), "none");
    }

    #[test]
    fn lets_a_parameter_be_called_error() {
        #[fallback(Ok(error), when_ok = value.is_empty())]
        fn ask(error: String, service: &Service) -> Result<String, Error> {
            service.call()
        }
        assert_eq!(ask("mine".to_owned(), &Service::new(&[""])), Ok("mine".to_owned()));
    }
}

mod a_breaker {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn counts_a_value_as_a_failure_and_gives_it_back() {
        static BREAKER: CircuitBreaker = CircuitBreaker::new().failures(2).cooldown(Duration::from_secs(10));
        #[circuit_breaker(BREAKER, when = *error != Error::NotFound, when_ok = value.is_empty())]
        async fn ask(service: &Service) -> Result<String, Error> {
            service.call()
        }
        let service = Service::new(&["", "404", "", "", "", "tea"]);
        assert_eq!(ask(&service).await, Ok(String::new()));
        assert_eq!(ask(&service).await, Err(Error::NotFound), "that counts as a success");
        assert_eq!(ask(&service).await, Ok(String::new()));
        assert_eq!(BREAKER.state(), CircuitState::Closed);
        assert_eq!(ask(&service).await, Ok(String::new()), "the call that trips it has its own value");
        assert_eq!(BREAKER.state(), CircuitState::Open);
        assert!(matches!(ask(&service).await, Err(Error::Fault(Fault::CircuitOpen { .. }))));
        sleep(Duration::from_secs(10)).await;
        assert_eq!(ask(&service).await, Ok(String::new()), "a probe");
        assert_eq!(BREAKER.state(), CircuitState::Open);
        sleep(Duration::from_secs(10)).await;
        assert_eq!(ask(&service).await, Ok("tea".to_owned()));
        assert_eq!(BREAKER.state(), CircuitState::Closed);
    }
}

mod a_hedge {
    use super::*;

    /// Each attempt: after so many milliseconds, this.
    type Attempts = &'static [(u64, Result<&'static str, Error>)];

    #[hedge(after = "100ms", max = 2, when_ok = value.is_empty())]
    async fn search(attempts: Attempts, begun: &Cell<usize>) -> Result<&'static str, Error> {
        let (ms, outcome) = &attempts[begun.replace(begun.get() + 1)];
        sleep(Duration::from_millis(*ms)).await;
        match outcome {
            Ok(found) => Ok(found),
            Err(Error::NotFound) => Err(Error::NotFound),
            Err(_) => Err(Error::Busy),
        }
    }

    async fn race(attempts: Attempts) -> (Result<&'static str, Error>, u128, Vec<String>) {
        let started = Instant::now();
        let (outcome, events) = told(search(attempts, &Cell::new(0))).await;
        (outcome, started.elapsed().as_millis(), events)
    }

    #[tokio::test(start_paused = true)]
    async fn goes_on_racing_after_a_value() {
        let (outcome, ms, events) = race(&[(900, Ok("tea")), (50, Ok("")), (900, Ok("coffee"))]).await;
        assert_eq!((outcome, ms), (Ok("tea"), 900));
        assert_eq!(events.last().unwrap(), "attempt 1 was the first to answer");
        let (outcome, ms, _) = race(&[(150, Ok("")), (900, Err(Error::Busy)), (100, Ok("coffee"))]).await;
        assert_eq!((outcome, ms), (Ok("coffee"), 300));
    }

    #[tokio::test(start_paused = true)]
    async fn gives_the_last_value_when_all_have_failed_and_nobody_has_won() {
        let (outcome, ms, events) = race(&[(500, Ok("")), (50, Err(Error::Busy)), (100, Ok(""))]).await;
        assert_eq!((outcome, ms), (Ok(""), 500));
        assert!(!events.iter().any(|event| event.contains("first to answer")), "{events:?}");
        let (outcome, ..) = race(&[(400, Err(Error::Busy)), (50, Ok("")), (100, Ok(""))]).await;
        assert_eq!(outcome, Err(Error::Busy), "the last outcome");
        let (outcome, ms, _) = race(&[(10, Ok("")), (0, Ok("")), (0, Ok(""))]).await;
        assert_eq!((outcome, ms), (Ok(""), 10), "there was no other one: to try again is the business of a retry");
    }

    #[tokio::test(start_paused = true)]
    async fn looks_at_each_value_once() {
        #[hedge(after = "100ms", when_ok = {
            looks.set(looks.get() + 1);
            false
        })]
        async fn looked_at(looks: &Cell<u32>, begun: &Cell<u64>) -> Result<u32, Error> {
            begun.set(begun.get() + 1);
            sleep(Duration::from_millis(900 / begun.get())).await;
            Ok(1)
        }
        let looks = Cell::new(0);
        looked_at(&looks, &Cell::new(0)).await.unwrap();
        assert_eq!(looks.get(), 1);
    }
}

mod a_failover {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn goes_on_to_the_next_candidate_and_leaves_this_one_out() {
        static FAILOVER: Failover = Failover::new().cooldown(Duration::from_secs(30));
        #[failover(service in services, FAILOVER, key = service.answers, when_ok = value.is_empty())]
        async fn ask(services: &[Service]) -> Result<String, Error> {
            service.call()
        }
        let services = [Service::new(&["", "tea"]), Service::new(&["!"]), Service::new(&["coffee", ""])];
        let (answer, events) = told(ask(&services)).await;
        assert_eq!(answer.unwrap(), "coffee");
        assert!(events[0].contains("failed (the value was refused), and is left out for 30s"), "{events:?}");
        assert_eq!(ask(&services).await, Ok(String::new()), "the last outcome, as it is");
        assert_eq!([0, 1, 2].map(|n| services[n].calls()), [1, 1, 2]);
        assert_eq!(ask(&services).await, Ok("tea".to_owned()), "all cool down: the soonest is well again");
    }
}

mod a_value_that_is_not_send {
    use super::*;

    #[derive(Debug, Clone)]
    struct Local(Rc<str>);

    fn local(calls: &AtomicU32) -> Result<Local, Error> {
        let empty = calls.fetch_add(1, Ordering::Relaxed) == 0;
        Ok(Local(if empty { "" } else { "tea" }.into()))
    }

    async fn other(_: &AtomicU32) -> Result<Local, Error> {
        tokio::task::yield_now().await;
        Ok(Local("other".into()))
    }

    #[retry(base = "1ms", when_ok = value.0.is_empty())]
    async fn retried(calls: &AtomicU32) -> Result<Local, Error> {
        local(calls)
    }
    #[timeout(secs = 9)]
    #[retry(base = "1ms", budget = BUDGET, when_ok = value.0.is_empty())]
    #[circuit_breaker(failures = 9, when_ok = value.0.is_empty())]
    #[timeout(secs = 1)]
    async fn kept(calls: &AtomicU32) -> Result<Local, Error> {
        local(calls)
    }
    static BUDGET: RetryBudget = RetryBudget::new(9);
    #[fallback(other, when_ok = value.0.is_empty())]
    async fn rescued(calls: &AtomicU32) -> Result<Local, Error> {
        local(calls)
    }
    #[hedge(after = "1ms", when_ok = value.0.is_empty())]
    async fn hedged(calls: &AtomicU32) -> Result<Local, Error> {
        sleep(Duration::from_millis(5)).await;
        local(calls)
    }
    #[failover(_one in [1, 2], when_ok = value.0.is_empty())]
    async fn failed_over(calls: &AtomicU32) -> Result<Local, Error> {
        tokio::task::yield_now().await;
        local(calls)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn does_not_make_the_future_so() {
        macro_rules! spawned {
            ($call:ident) => {
                tokio::spawn(async { $call(&AtomicU32::new(0)).await.map(|local| local.0.to_string()) }).await.unwrap()
            };
        }
        assert_eq!(spawned!(retried).unwrap(), "tea");
        assert_eq!(spawned!(kept).unwrap(), "tea");
        assert_eq!(spawned!(rescued).unwrap(), "other");
        assert_eq!(spawned!(hedged).unwrap(), "tea");
        assert_eq!(spawned!(failed_over).unwrap(), "tea");
    }
}

/// Some do without `Result` by an alias, some borrow, some are generic.
mod shapes {
    use super::*;

    type Answer<T> = Result<T, Error>;

    #[test]
    fn of_all_kinds() {
        #[retry(backoff = "none", when_ok = value.is_empty())]
        fn borrowed<'a>(texts: &'a [String], at: &Cell<usize>) -> Answer<&'a str> {
            Ok(&texts[at.replace(at.get() + 1)])
        }
        #[retry(backoff = "none", when_ok = Vec::is_empty)]
        fn generic<T: Clone>(all: &[Vec<T>], at: &Cell<usize>) -> Answer<Vec<T>> {
            Ok(all[at.replace(at.get() + 1)].clone())
        }
        #[retry(backoff = "none", when_ok = value.size_hint().0 == 0)]
        fn opaque(at: &Cell<u32>) -> Answer<impl Iterator<Item = u32> + use<>> {
            Ok(0..at.replace(at.get() + 1))
        }
        let texts = [String::new(), "tea".to_owned()];
        assert_eq!(borrowed(&texts, &Cell::new(0)), Ok("tea"));
        assert_eq!(generic(&[vec![], vec![1]], &Cell::new(0)), Ok(vec![1]));
        assert_eq!(opaque(&Cell::new(0)).unwrap().count(), 1);
    }
}
