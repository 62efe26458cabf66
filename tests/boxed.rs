//! Functions that return a future without being `async`, as the macros of others leave them.

// What those macros write is not what a person would.
#![allow(clippy::let_and_return, clippy::manual_async_fn, clippy::needless_pass_by_value, clippy::unused_async)]
#![allow(clippy::redundant_else, clippy::redundant_locals, clippy::redundant_pattern_matching)]
#![allow(irrefutable_let_patterns, unused_braces)]

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reliable::{
    CircuitBreaker, Decision, Fault, Scope, Step, agent, approver, circuit_breaker, fallback, rate_limit,
    requires_approval, retry, timeout,
};
use tokio::time::sleep;

type Outcome<T = String> = Result<T, Fault>;
type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

fn failure() -> Fault {
    Fault::Policy { tool: "service".into(), reason: "busy".to_owned() }
}

#[derive(Default)]
struct Service {
    calls: AtomicU32,
}

impl Service {
    /// Fails twice.
    async fn answer(&self, city: &str) -> Outcome {
        match self.calls.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => Err(failure()),
            _ => Ok(format!("sunny in {city}")),
        }
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    /// As `#[tool]` of rmcp leaves it.
    #[rustfmt::skip]
    #[retry(max = 3)]
    fn in_a_block_of_its_own(&self, city: String) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>> {
        { Box::pin(async move { self.answer(&city).await }) }
    }

    /// As `#[async_trait]` leaves it.
    #[retry(max = 3)]
    fn with_the_parameters_taken<'this, 'trait_>(
        &'this self,
        city: String,
        arg: (u32, u32),
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'trait_>>
    where
        'this: 'trait_,
    {
        Box::pin(async move {
            if let Some(ret) = None::<Outcome> {
                return ret;
            }
            let this = self;
            let city = city;
            let (from, _to) = {
                let arg = arg;
                arg
            };
            let ret: Outcome = {
                let answer = this.answer(&city).await?;
                Ok(format!("{answer} from {from}"))
            };
            ret
        })
    }

    /// The same of a receiver that is not there any more when it is taken.
    #[timeout(self.limit())]
    fn with_the_receiver_taken<'this, 'trait_>(
        &'this mut self,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'trait_>>
    where
        'this: 'trait_,
    {
        Box::pin(async move {
            if let Some(ret) = None::<Outcome> {
                return ret;
            }
            let this = self;
            let ret: Outcome = {
                *this.calls.get_mut() += 1;
                std::future::pending().await
            };
            ret
        })
    }

    fn limit(&self) -> Duration {
        Duration::from_secs(3 + u64::from(self.calls()))
    }

    #[retry(max = 3)]
    fn behind_an_alias(&self, city: String) -> BoxFuture<'_, Outcome> {
        let city = city.to_uppercase();
        Box::pin(async move { self.answer(&city).await })
    }

    #[retry(max = 3)]
    fn unboxed(&self, city: &str) -> impl Future<Output = Outcome> + Send {
        async move { self.answer(city).await }
    }

    #[retry(max = 3)]
    fn taken_from_elsewhere<'a>(&'a self, city: &'a str) -> BoxFuture<'a, Outcome> {
        Box::pin(self.answer(city))
    }

    #[retry(max = 3)]
    fn boxed_elsewhere<'a>(&'a self, city: &'a str) -> BoxFuture<'a, Outcome> {
        self.once(city)
    }

    /// Looks like the work of `#[async_trait]`, but does something before the body.
    #[retry(max = 3)]
    fn with_a_statement_of_its_own(&self, city: &'static str) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let this = self;
            this.answer(city).await?;
            let answer: Outcome = { Ok(format!("rain in {city}")) };
            answer
        })
    }

    #[retry(max = 3)]
    fn unboxed_from_elsewhere<'a>(&'a self, city: &'a str) -> impl Future<Output = Outcome> + Send + 'a {
        self.once(city)
    }

    fn once<'a>(&'a self, city: &'a str) -> BoxFuture<'a, Outcome> {
        Box::pin(self.answer(city))
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_asks_again_in_every_shape() {
    macro_rules! asked {
        ($($method:ident($($argument:expr),*) => $answer:literal;)*) => {$(
            let service = Service::default();
            let answer = tokio::spawn(async move { (service.$method($($argument),*).await, service.calls()) });
            assert_eq!(answer.await.unwrap(), (Ok($answer.to_owned()), 3), stringify!($method));
        )*};
    }
    asked! {
        in_a_block_of_its_own("Oslo".to_owned()) => "sunny in Oslo";
        with_the_parameters_taken("Oslo".to_owned(), (1, 2)) => "sunny in Oslo from 1";
        behind_an_alias("Oslo".to_owned()) => "sunny in OSLO";
        unboxed("Oslo") => "sunny in Oslo";
        taken_from_elsewhere("Oslo") => "sunny in Oslo";
        boxed_elsewhere("Oslo") => "sunny in Oslo";
        unboxed_from_elsewhere("Oslo") => "sunny in Oslo";
        with_a_statement_of_its_own("Oslo") => "rain in Oslo";
    }
}

#[tokio::test(start_paused = true)]
async fn a_setting_reads_a_receiver_that_the_future_takes() {
    let mut service = Service::default();
    let fault = service.with_the_receiver_taken().await.unwrap_err();
    assert_eq!(fault.to_string(), "`with_the_receiver_taken` timed out after 3s");
    assert_eq!(service.calls(), 1);
}

#[fallback(offline)]
#[retry(max = 1)]
#[circuit_breaker(failures = 10)]
#[timeout(secs = 1)]
fn hanging(city: &str) -> BoxFuture<'_, Outcome> {
    Box::pin(async move {
        sleep(Duration::from_secs(60)).await;
        Ok(city.to_owned())
    })
}

fn offline(city: &str) -> BoxFuture<'_, Outcome> {
    Box::pin(async move { Ok(format!("perhaps rain in {city}")) })
}

#[tokio::test(start_paused = true)]
async fn a_whole_stack_stands_around_the_future() {
    let begun = tokio::time::Instant::now();
    assert_eq!(hanging("Oslo").await.unwrap(), "perhaps rain in Oslo");
    assert!(begun.elapsed() > Duration::from_secs(2), "two attempts of a second each");
}

#[requires_approval]
fn refund(amount: u32, card: String) -> BoxFuture<'static, Outcome<u32>> {
    Box::pin(async move {
        let amount = amount;
        let card = card;
        let ret: Outcome<u32> = { Ok(amount + u32::try_from(card.len()).unwrap()) };
        ret
    })
}

#[tokio::test]
async fn nothing_runs_without_an_approval() {
    assert!(matches!(refund(40, "1234".to_owned()).await, Err(Fault::Denied { .. })));

    let ana = approver::Scripted::new([Decision::approve()]);
    assert_eq!(Scope::current().approver(ana.clone()).run(refund(40, "1234".to_owned())).await, Ok(44));
    assert_eq!(ana.requests()[0].to_string(), "refund(amount = 40, card = \"1234\")");
}

#[agent(max_steps = 3)]
fn assistant(seen: &mut Vec<u32>) -> BoxFuture<'_, Outcome<Step<usize>>> {
    Box::pin(async move {
        seen.push(1);
        Ok(if seen.len() == 3 { Step::Done(seen.len()) } else { Step::Next })
    })
}

#[tokio::test]
async fn an_agent_loops_over_the_future() {
    let mut seen = Vec::new();
    let answer: BoxFuture<'_, Outcome<usize>> = assistant(&mut seen);
    assert_eq!(answer.await, Ok(3));
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_before_the_future_is_awaited() {
    let service = Service::default();
    drop(service.in_a_block_of_its_own("Oslo".to_owned()));
    assert_eq!(service.calls(), 0);
}

/// What a function did before its future was asked for anything.
#[derive(Debug, Default)]
struct Log(AtomicU32);

impl Log {
    fn hit(&self) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn hits(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    fn answer(hits: u32) -> Outcome {
        if hits > 1 { Ok("done".to_owned()) } else { Err(failure()) }
    }

    /// A plain function that does something.
    fn begin(&self) -> std::future::Ready<Outcome> {
        std::future::ready(Self::answer(self.hit()))
    }

    fn begin_boxed(&self) -> BoxFuture<'_, Outcome> {
        Box::pin(self.begin())
    }
}

/// Does something when it is looked behind.
struct Watched<'a>(&'a Log);

impl std::ops::Deref for Watched<'_> {
    type Target = Log;

    fn deref(&self) -> &Log {
        self.0.hit();
        self.0
    }
}

/// Each shape with a question, a breaker and a retry around it. Each does its work, once, before there is a future.
macro_rules! shapes {
    ($($name:ident($log:ident: $ty:ty) -> ($($returned:tt)*) $body:block)*) => {$(
        mod $name {
            use super::*;

            #[requires_approval]
            fn gated<'a>($log: $ty) -> $($returned)* $body

            static BREAKER: CircuitBreaker = CircuitBreaker::new().failures(1);

            #[circuit_breaker(BREAKER)]
            fn broken<'a>($log: $ty) -> $($returned)* $body

            #[retry(max = 3)]
            fn retried<'a>($log: $ty) -> $($returned)* $body

            #[tokio::test(start_paused = true)]
            async fn nothing_of_it_is_outside() {
                let log = Log::default();
                drop(gated((&log).into()));
                assert!(matches!(gated((&log).into()).await, Err(Fault::Denied { .. })));
                assert_eq!(log.hits(), 0, "nobody has said yes");
                let ana = approver::Scripted::new([Decision::approve()]);
                assert_eq!(Scope::current().approver(ana).run(gated((&log).into())).await, Err(failure()));
                assert_eq!(log.hits(), 1);

                let log = Log::default();
                assert_eq!(broken((&log).into()).await, Err(failure()));
                assert!(matches!(broken((&log).into()).await, Err(Fault::CircuitOpen { .. })));
                assert_eq!(log.hits(), 1, "the circuit is open");

                let log = Log::default();
                assert_eq!(retried((&log).into()).await.unwrap(), "done");
                assert_eq!(log.hits(), 2, "once at each attempt");
            }
        }
    )*};
}

impl<'a> From<&'a Log> for Watched<'a> {
    fn from(log: &'a Log) -> Self {
        Watched(log)
    }
}

#[rustfmt::skip]
shapes! {
    a_statement(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        let hits = log.hit();
        Box::pin(async move { Log::answer(hits) })
    }
    a_statement_and_an_opaque_future(log: &'a Log) -> (impl Future<Output = Outcome> + Send) {
        let hits = log.hit();
        async move { let text = Log::answer(hits)?; Ok(text) }
    }
    a_block_that_ends_like_a_move(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        Box::pin(async move {
            let log = { log.hit(); log };
            let ret: Outcome = { Log::answer(log.hits()) };
            ret
        })
    }
    a_block_with_a_statement_that_looks_like_one_more_move(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        Box::pin(async move {
            let log = { let log = { log.hit(); log }; log };
            let ret: Outcome = { Log::answer(log.hits()) };
            ret
        })
    }
    an_else(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        Box::pin(async move {
            if let Some(_) = None::<u32> {} else { log.hit(); }
            let log = log;
            let ret: Outcome = { Log::answer(log.hits()) };
            ret
        })
    }
    an_else_behind_the_type(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        Box::pin(async move {
            if let Some(ret) = None::<Outcome> { return ret; } else { log.hit(); }
            let log = log;
            let ret: Outcome = { Log::answer(log.hits()) };
            ret
        })
    }
    a_type_with_more_in_it(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        Box::pin(async move {
            if let Some(ret) = { log.hit(); None::<Outcome> } { return ret; }
            let ret: Outcome = { Log::answer(log.hits()) };
            ret
        })
    }
    a_name_that_is_no_option(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        Box::pin(async move {
            struct None<T>(std::marker::PhantomData<T>);
            impl<T> None<T> { #[allow(non_upper_case_globals)] const None: Option<u32> = Some(1); }
            if let Some(_) = None::<Outcome>::None { log.hit(); }
            let ret: Outcome = { Log::answer(log.hits()) };
            ret
        })
    }
    a_move_with_an_else(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        Box::pin(async move {
            let log = log else { unreachable!() };
            log.hit();
            let ret: Outcome = { Log::answer(log.hits()) };
            ret
        })
    }
    a_match_between_two_futures(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        match log.hit() {
            hits @ 0..2 => Box::pin(async move { Log::answer(hits) }),
            hits => Box::pin(std::future::ready(Log::answer(hits))),
        }
    }
    an_if_with_a_return(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        if log.hit() > 1 {
            return Box::pin(async { Ok("done".to_owned()) });
        }
        Box::pin(async { Err(failure()) })
    }
    a_return_alone(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        return Box::pin(log.begin());
    }
    a_return_of_an_opaque_future(log: &'a Log) -> (impl Future<Output = Outcome> + Send) {
        let hits = log.hit();
        return async move { Log::answer(hits) };
    }
    a_macro(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        assert!(log.hit() > 0);
        Box::pin(async move { Log::answer(log.hits()) })
    }
    a_macro_that_gives_the_future(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        macro_rules! given { ($log:expr) => { Box::pin($log.begin()) } }
        given!(log)
    }
    items_between(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        use std::future::ready;
        fn send(log: &Log) -> u32 { log.hit() }
        const DONE: fn(u32) -> Outcome = Log::answer;
        Box::pin(ready(DONE(send(log))))
    }
    an_attribute_above_a_statement(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        #[allow(unused_variables)]
        let hits = log.hit();
        #[cfg(all())]
        let log = log;
        Box::pin(async move { Log::answer(log.hits()) })
    }
    a_parameter_shadowed_on_the_way(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        Box::pin(async move {
            let log = log;
            let log = log.hit();
            let ret: Outcome = { Log::answer(log) };
            ret
        })
    }
    a_type_that_looks_behind(log: Watched<'a>) -> (BoxFuture<'a, Outcome>) {
        let seen: &Log = &log;
        let hits = seen.hits();
        Box::pin(async move { Log::answer(hits) })
    }
    a_plain_call_in_a_box(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        Box::pin(log.begin())
    }
    a_plain_call_with_work_in_its_arguments(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        Box::pin(std::future::ready(Log::answer(log.hit())))
    }
    a_plain_call_by_itself(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        log.begin_boxed()
    }
    a_plain_call_of_an_opaque_future(log: &'a Log) -> (impl Future<Output = Outcome> + Send + 'a) {
        log.begin()
    }
    a_box_made_in_another_way(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        Pin::from(Box::new(async move { log.begin().await }))
    }
    a_box_made_by_into(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        (Box::new(log.begin()) as Box<dyn Future<Output = Outcome> + Send>).into()
    }
    a_box_made_by_what_is_behind_it(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        async move { log.begin().await }.in_a_box()
    }
    a_future_that_borrows_a_local(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        let hits = log.hit();
        Box::pin(async move { let seen = &hits; async { Log::answer(*seen) }.await })
    }
    a_block_in_a_block(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        { { let hits = log.hit(); Box::pin(async move { Log::answer(hits) }) } }
    }
    a_block_in_the_box(log: &'a Log) -> (BoxFuture<'a, Outcome>) {
        Box::pin({ let hits = log.hit(); async move { Log::answer(hits) } })
    }
}

trait InABox: Future + Send {
    fn in_a_box<'a>(self) -> BoxFuture<'a, Self::Output>
    where
        Self: Sized + 'a,
    {
        Box::pin(self)
    }
}

impl<F: Future + Send> InABox for F {}

/// What was needed for the call is given back before the future is awaited, as it is without an attribute.
#[retry(max = 1)]
fn behind_a_lock(cities: &Mutex<Vec<String>>) -> BoxFuture<'_, Outcome> {
    Box::pin(forecast(cities.lock().unwrap().pop().unwrap_or_default(), cities))
}

#[retry(max = 1)]
fn behind_a_lock_in_a_statement(cities: &Mutex<Vec<String>>) -> BoxFuture<'_, Outcome> {
    let mut all = cities.lock().unwrap();
    let city = all.pop().unwrap_or_default();
    Box::pin(async move { forecast(city, cities).await })
}

async fn forecast(city: String, cities: &Mutex<Vec<String>>) -> Outcome {
    sleep(Duration::from_secs(1)).await;
    assert!(cities.try_lock().is_ok());
    if city == "Atlantis" { Err(failure()) } else { Ok(city) }
}

#[tokio::test(start_paused = true)]
async fn what_the_call_needs_is_not_kept_while_it_runs() {
    let cities = Arc::new(Mutex::new(vec!["Oslo".to_owned(), "Atlantis".to_owned()]));
    let shared = Arc::clone(&cities);
    assert_eq!(tokio::spawn(async move { behind_a_lock(&shared).await }).await.unwrap().unwrap(), "Oslo");
    *cities.lock().unwrap() = vec!["Lima".to_owned(), "Atlantis".to_owned()];
    let answer = tokio::spawn(async move { behind_a_lock_in_a_statement(&cities).await });
    assert_eq!(answer.await.unwrap().unwrap(), "Lima");
}

/// Each attempt gets a clone of what it gives to its future.
#[retry(max = 2, clone(city))]
fn given_to_the_future(service: &Service, city: String) -> BoxFuture<'_, Outcome> {
    let loud = city.to_uppercase();
    Box::pin(async move { Ok(service.answer(&loud).await? + ", and not in " + &city) })
}

#[tokio::test(start_paused = true)]
async fn a_parameter_is_given_to_the_future_of_each_attempt() {
    let answer = given_to_the_future(&Service::default(), "Oslo".to_owned()).await;
    assert_eq!(answer.unwrap(), "sunny in OSLO, and not in Oslo");
}

/// What the attributes below a question evaluate is evaluated when it has been answered.
#[requires_approval]
#[timeout(limit.given())]
#[rate_limit(per_second = 1000, key = limit.given())]
async fn evaluated(limit: &Limit) -> Outcome<u32> {
    Ok(limit.0.hits())
}

#[derive(Debug)]
struct Limit(Log);

impl Limit {
    fn given(&self) -> Duration {
        self.0.hit();
        Duration::from_secs(1)
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_attribute_evaluates_waits_for_the_answer_too() {
    let limit = Limit(Log::default());
    assert!(matches!(evaluated(&limit).await, Err(Fault::Denied { .. })));
    assert_eq!(limit.0.hits(), 0);
    let ana = approver::Scripted::new([Decision::approve()]);
    assert_eq!(Scope::current().approver(ana).run(evaluated(&limit)).await, Ok(2));
}

mod a_box_of_ones_own {
    use super::*;

    static PINNED: AtomicU32 = AtomicU32::new(0);

    mod own {
        pub struct Box;

        impl Box {
            pub fn pin<T>(
                future: impl Future<Output = T> + Send + 'static,
            ) -> super::Pin<std::boxed::Box<dyn Future<Output = T> + Send>> {
                super::PINNED.fetch_add(1, super::Ordering::Relaxed);
                std::boxed::Box::pin(future)
            }
        }
    }

    #[retry(max = 1)]
    fn call(n: u32) -> Pin<Box<dyn Future<Output = Outcome<u32>> + Send>> {
        own::Box::pin(async move { Ok(n) })
    }

    #[tokio::test]
    async fn is_asked_to_pin() {
        assert_eq!(call(1).await, Ok(1));
        assert_eq!(PINNED.load(Ordering::Relaxed), 1);
    }
}
