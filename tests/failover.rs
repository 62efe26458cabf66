//! `#[failover]` on a paused clock: who is called, who is left out for how long, and what comes out.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reliable::{
    Event, Failover, Fault, FaultKind, Recorder, Report, Scope, Step, agent, circuit_breaker, failover, fallback,
    retry, timeout,
};
use tokio::time::{Instant, advance, sleep};

#[derive(Debug, Clone, PartialEq, thiserror::Error, reliable::Transient)]
enum Error {
    #[error("503")]
    #[transient]
    Down,
    #[error("429, come back in {0:?}")]
    #[transient(after = 0)]
    Busy(Duration),
    #[error("401")]
    Unauthorized,
    #[error("400")]
    Bad,
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Error {
    /// The provider's own trouble, which another one does not have.
    fn is_theirs(&self) -> bool {
        matches!(self, Error::Down | Error::Busy(_) | Error::Unauthorized)
    }
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Providers by their names: what each of them answers, and who was called.
#[derive(Default)]
struct World {
    failing: Mutex<HashMap<&'static str, Error>>,
    called: Mutex<String>,
}

impl World {
    fn failing<const N: usize>(failing: [(&'static str, Error); N]) -> World {
        World { failing: Mutex::new(failing.into()), ..World::default() }
    }

    fn mend(&self, name: &'static str) {
        self.failing.lock().unwrap().remove(name);
    }

    fn fail(&self, name: &'static str, error: Error) {
        self.failing.lock().unwrap().insert(name, error);
    }

    async fn call(&self, name: &'static str) -> Result<&'static str, Error> {
        self.called.lock().unwrap().push_str(name);
        match self.failing.lock().unwrap().get(name) {
            Some(error) => Err(error.clone()),
            None => Ok(name),
        }
    }

    /// Who was called since somebody last asked.
    fn called(&self) -> String {
        std::mem::take(&mut *self.called.lock().unwrap())
    }
}

async fn recorded<T>(call: impl Future<Output = T>) -> (T, Report) {
    let recorder = Recorder::new();
    let outcome = Scope::current().recorder(&recorder).run(call).await;
    (outcome, recorder.report())
}

fn words(report: &Report) -> Vec<String> {
    report.entries().iter().map(|entry| entry.event.to_string()).collect()
}

/// A client with a state of its own, so that no test knows of another one's failures.
#[derive(Default)]
struct Client {
    world: World,
    failover: Failover,
}

impl Client {
    fn failing<const N: usize>(failing: [(&'static str, Error); N]) -> Client {
        Client { world: World::failing(failing), ..Client::default() }
    }

    #[failover(model in ["a", "b", "c"], self.failover)]
    async fn ask(&self) -> Result<&'static str, Error> {
        self.world.call(model).await
    }

    #[failover(model in ["a", "b"], self.failover, when = Error::is_theirs)]
    async fn ask_whoever_can(&self) -> Result<&'static str, Error> {
        self.world.call(model).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_goes_well_is_the_first_candidates() {
    let client = Client::default();
    let (outcome, report) = recorded(client.ask()).await;
    assert_eq!((outcome, client.world.called()), (Ok("a"), "a".to_owned()));
    assert!(report.entries().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_candidates_are_called_in_order_until_one_answers() {
    let client = Client::failing([("a", Error::Down), ("b", Error::Busy(secs(1)))]);
    assert_eq!(client.ask().await, Ok("c"));
    assert_eq!(client.world.called(), "abc");
}

#[tokio::test(start_paused = true)]
async fn when_all_fail_the_last_error_comes_out() {
    let client = Client::failing([("a", Error::Down), ("b", Error::Down), ("c", Error::Busy(secs(9)))]);
    assert_eq!(client.ask().await, Err(Error::Busy(secs(9))));
    assert_eq!(client.world.called(), "abc");
}

#[tokio::test(start_paused = true)]
async fn one_that_has_failed_is_left_out_until_its_cooldown_is_over() {
    let client = Client::failing([("a", Error::Down)]);
    assert_eq!(client.ask().await, Ok("b"));
    client.world.mend("a");
    client.world.called();
    advance(Duration::from_millis(59_999)).await;
    assert_eq!((client.ask().await, client.world.called()), (Ok("b"), "b".to_owned()));
    advance(Duration::from_millis(1)).await;
    assert_eq!((client.ask().await, client.world.called()), (Ok("a"), "a".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn the_option_says_how_long() {
    #[failover(model in ["a", "b"], cooldown = "2s")]
    async fn ask(world: &World) -> Result<&'static str, Error> {
        world.call(model).await
    }
    let world = World::failing([("a", Error::Down)]);
    ask(&world).await.unwrap();
    advance(Duration::from_millis(1999)).await;
    ask(&world).await.unwrap();
    advance(Duration::from_millis(1)).await;
    ask(&world).await.unwrap();
    assert_eq!(world.called(), "abbab");
}

#[tokio::test(start_paused = true)]
async fn a_delay_that_the_server_asks_for_is_the_cooldown() {
    for asked in [1, 3600] {
        let client = Client::failing([("a", Error::Busy(secs(asked)))]);
        client.ask().await.unwrap();
        advance(Duration::from_millis(1000 * asked - 1)).await;
        client.ask().await.unwrap();
        advance(Duration::from_millis(1)).await;
        client.ask().await.unwrap();
        assert_eq!(client.world.called(), "abbab", "{asked:?}");
    }
}

/// One that fails twice at the same time stays out for the longer of the two times.
#[tokio::test(start_paused = true)]
async fn a_shorter_cooldown_does_not_end_a_longer_one() {
    #[failover(model in ["a", "b"], state)]
    async fn ask(state: &Failover, error: Error, after: Duration) -> Result<&'static str, Error> {
        sleep(after).await;
        if *model == "a" { Err(error.clone()) } else { Ok(*model) }
    }
    let state = Failover::new();
    let (long, short) = (ask(&state, Error::Busy(secs(100)), secs(1)), ask(&state, Error::Busy(secs(1)), secs(2)));
    let (long, short) = tokio::join!(long, short);
    assert_eq!((long, short), (Ok("b"), Ok("b")));
    advance(secs(90)).await;
    let (_, report) = recorded(ask(&state, Error::Down, Duration::ZERO)).await;
    assert_eq!(words(&report), ["b answered instead of a"]);
}

#[tokio::test(start_paused = true)]
async fn when_all_cool_down_the_one_that_is_ready_soonest_is_called_and_no_other() {
    let client =
        Client::failing([("a", Error::Busy(secs(30))), ("b", Error::Busy(secs(10))), ("c", Error::Busy(secs(20)))]);
    client.ask().await.unwrap_err();
    client.world.called();
    client.world.fail("b", Error::Busy(secs(40)));
    assert_eq!((client.ask().await, client.world.called()), (Err(Error::Busy(secs(40))), "b".to_owned()));
    client.world.mend("c");
    assert_eq!((client.ask().await, client.world.called()), (Ok("c"), "c".to_owned()), "now b is the last");
    assert_eq!((client.ask().await, client.world.called()), (Ok("c"), "c".to_owned()), "it is well again");
    advance(secs(30)).await;
    assert_eq!((client.ask().await, client.world.called()), (Ok("c"), "ac".to_owned()), "a is ready, and fails again");
}

#[tokio::test(start_paused = true)]
async fn of_two_that_are_ready_at_once_the_first_is_called() {
    let client = Client::failing([("a", Error::Down), ("b", Error::Down), ("c", Error::Down)]);
    client.ask().await.unwrap_err();
    client.world.called();
    client.ask().await.unwrap_err();
    assert_eq!(client.world.called(), "a");
}

#[tokio::test(start_paused = true)]
async fn an_error_that_another_one_would_meet_too_ends_it_and_blames_nobody() {
    let client = Client::failing([("a", Error::Bad)]);
    let (outcome, report) = recorded(client.ask()).await;
    assert_eq!((outcome, client.world.called()), (Err(Error::Bad), "a".to_owned()));
    assert!(report.entries().is_empty());
    client.world.mend("a");
    assert_eq!(client.ask().await, Ok("a"));
}

#[tokio::test(start_paused = true)]
async fn when_says_which_errors_are_worth_another_candidate() {
    let client = Client::failing([("a", Error::Unauthorized)]);
    assert_eq!(client.ask().await, Err(Error::Unauthorized), "by default what is transient");
    assert_eq!(client.ask_whoever_can().await, Ok("b"));
    let client = Client::failing([("a", Error::Bad)]);
    assert_eq!(client.ask_whoever_can().await, Err(Error::Bad));
}

#[tokio::test(start_paused = true)]
async fn a_final_fault_ends_it_whatever_when_says() {
    #[failover(model in ["a", "b"], when = true)]
    async fn ask(world: &World) -> Result<&'static str, Error> {
        world.call(model).await
    }
    let denied = Error::Fault(Fault::Denied { tool: "pay".into(), reason: "no".into() });
    let world = World::failing([("a", denied.clone())]);
    assert_eq!((ask(&world).await, world.called()), (Err(denied), "a".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_retry_below_is_for_each_candidate() {
    #[failover(model in ["a", "b"])]
    #[retry(max = 2, backoff = "none")]
    async fn ask(world: &World) -> Result<&'static str, Error> {
        world.call(model).await
    }
    let world = World::failing([("a", Error::Down)]);
    assert_eq!((ask(&world).await, world.called()), (Ok("b"), "aaab".to_owned()));
}

/// The way out where a retry would wait for as long as a server asks, though another one could answer at once.
#[tokio::test(start_paused = true)]
async fn a_retry_below_leaves_to_the_failover_what_its_own_when_refuses() {
    #[failover(model in ["a", "b"])]
    #[retry(max = 2, backoff = "none", when = !matches!(error, Error::Busy(_)))]
    async fn ask(world: &World) -> Result<&'static str, Error> {
        world.call(model).await
    }
    let (world, started) = (World::failing([("a", Error::Busy(secs(30)))]), Instant::now());
    assert_eq!((ask(&world).await, world.called()), (Ok("b"), "ab".to_owned()));
    assert!(started.elapsed().is_zero());
}

#[tokio::test(start_paused = true)]
async fn a_retry_above_begins_anew_when_nobody_has_answered() {
    #[retry(max = 1, base = "10s", jitter = 0)]
    #[failover(model in ["a", "b"], cooldown = "5s")]
    async fn ask(world: &World) -> Result<&'static str, Error> {
        world.call(model).await
    }
    let world = World::failing([("a", Error::Down), ("b", Error::Down)]);
    assert_eq!((ask(&world).await, world.called()), (Err(Error::Down), "abab".to_owned()));
}

/// Each step has its candidates, and who has failed in one is left out of the next.
#[tokio::test(start_paused = true)]
async fn below_an_agent_it_is_for_each_step() {
    #[agent]
    #[failover(model in ["a", "b"])]
    async fn assistant(world: &World, answers: &mut Vec<&'static str>) -> Result<Step<usize>, Error> {
        answers.push(world.call(model).await?);
        Ok(if answers.len() == 2 { Step::Done(2) } else { Step::Next })
    }
    let (world, mut answers) = (World::failing([("a", Error::Down)]), Vec::new());
    assert_eq!(assistant(&world, &mut answers).await, Ok(2));
    assert_eq!((answers, world.called()), (vec!["b", "b"], "abb".to_owned()));
}

/// One recorded call, whoever of them has answered.
#[cfg(feature = "durable")]
#[tokio::test(start_paused = true)]
async fn below_a_recorded_call_it_is_a_part_of_that() {
    static CALLED: Mutex<String> = Mutex::new(String::new());
    #[reliable::durable]
    #[failover(model in ["a", "b"])]
    async fn ask() -> Result<String, String> {
        CALLED.lock().unwrap().push_str(model);
        if *model == "a" { Err("503".to_owned()) } else { Ok((*model).to_owned()) }
    }
    let memory = reliable::durable::Memory::new();
    for _ in 0..2 {
        assert_eq!(memory.run("run", ask()).await.unwrap(), Ok("b".to_owned()));
    }
    assert_eq!(*CALLED.lock().unwrap(), "ab");
}

struct Provider {
    name: &'static str,
    limit: Duration,
    answers_after: Duration,
}

#[tokio::test(start_paused = true)]
async fn what_stands_below_is_made_for_each_candidate() {
    #[timeout(secs = 30)]
    #[failover(provider in providers, key = provider.name)]
    #[timeout(provider.limit)]
    async fn ask(providers: &[Provider]) -> Result<&'static str, Error> {
        sleep(provider.answers_after).await;
        Ok(provider.name)
    }
    let provider = |name, limit, after| Provider { name, limit: secs(limit), answers_after: secs(after) };
    let started = Instant::now();
    let providers = [provider("slow", 2, 9), provider("slower", 3, 9), provider("patient", 10, 9)];
    assert_eq!(ask(&providers).await, Ok("patient"));
    assert_eq!(started.elapsed(), secs(2 + 3 + 9));
    let hang = [provider("one", 20, 99), provider("other", 20, 99)];
    let limit = secs(30);
    assert_eq!(ask(&hang).await, Err(Fault::TimedOut { tool: "ask".into(), limit }.into()), "the upper one is for all");
}

#[tokio::test(start_paused = true)]
async fn a_breaker_below_may_be_one_for_each_candidate_and_an_open_one_is_passed_by() {
    #[failover(model in ["a", "b"], cooldown = "1s", when = Error::is_theirs(error) || FaultKind::of(error).is_some())]
    #[circuit_breaker(failures = 1, cooldown = "30s", key = model)]
    async fn ask(world: &World) -> Result<&'static str, Error> {
        world.call(model).await
    }
    let world = World::failing([("a", Error::Down)]);
    assert_eq!(ask(&world).await, Ok("b"));
    advance(secs(10)).await;
    let (outcome, report) = recorded(ask(&world)).await;
    assert_eq!((outcome, world.called()), (Ok("b"), "abb".to_owned()));
    let told = words(&report);
    assert!(
        told.contains(&"a failed (`ask` was not called: its circuit breaker is open for another 20s), and is left out for 20s; b is next".to_owned()),
        "as long as the breaker says: {told:?}"
    );
}

/// Without a `when`, too.
#[tokio::test(start_paused = true)]
async fn a_candidate_that_has_no_room_is_passed_by_and_not_left_out() {
    #[failover(model in ["a", "b"])]
    async fn ask(world: &World) -> Result<&'static str, Error> {
        world.call(model).await
    }
    let full = Error::Fault(Fault::Rejected { tool: "ask".into(), by: "bulkhead".into(), wait: None });
    let world = World::failing([("a", full)]);
    let (outcome, report) = recorded(ask(&world)).await;
    assert_eq!(outcome, Ok("b"));
    let failed = "a failed (`ask` was not called: the bulkhead has no room); b is next";
    assert_eq!(words(&report), [failed, "b answered instead of a"]);
    ask(&world).await.unwrap();
    assert_eq!(world.called(), "abab");
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_is_a_rejection_that_says_so() {
    #[failover(model in models)]
    async fn ask(models: Vec<&'static str>) -> Result<&'static str, Error> {
        Ok(*model)
    }
    let (outcome, report) = recorded(ask(Vec::new())).await;
    let Err(Error::Fault(fault)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(fault, Fault::Rejected { tool: "ask".into(), by: "failover".into(), wait: None });
    let said = "`ask` was not called: the list of candidates in its `#[failover(… in …)]` is empty";
    assert_eq!(fault.to_string(), said);
    assert_eq!(report.of("ask").unwrap().rejected, 1);
    assert_eq!(ask(vec!["a"]).await, Ok("a"));
}

#[tokio::test(start_paused = true)]
async fn a_fallback_above_answers_when_nobody_has() {
    #[fallback(Ok("nobody"))]
    #[failover(model in models)]
    async fn ask(models: &[&'static str], world: &World) -> Result<&'static str, Error> {
        world.call(model).await
    }
    let world = World::failing([("a", Error::Down)]);
    assert_eq!(ask(&["a"], &world).await, Ok("nobody"));
    assert_eq!(ask(&[], &world).await, Ok("nobody"));
}

/// What tells candidates apart, wherever they stand.
mod keys {
    use super::*;

    #[derive(Debug, Clone)]
    struct Model {
        name: String,
        temperature: f32,
    }

    impl Model {
        fn name(&self) -> &str {
            &self.name
        }
    }

    fn models(names: &str) -> Vec<Model> {
        names.chars().map(|name| Model { name: name.to_string(), temperature: 0.2 }).collect()
    }

    async fn call(model: &Model, world: &World) -> Result<f32, Error> {
        world.call(if model.name == "a" { "a" } else { "b" }).await.map(|_| model.temperature)
    }

    #[failover(model in models, key = model.name())]
    async fn by_an_expression(models: &[Model], world: &World) -> Result<f32, Error> {
        call(model, world).await
    }

    #[failover(model in models, key = Model::name)]
    async fn by_a_path(models: &[Model], world: &World) -> Result<f32, Error> {
        call(model, world).await
    }

    #[failover(model in models, key = (model.name.clone(), tenant))]
    async fn by_two(models: &[Model], tenant: u32, world: &World) -> Result<f32, Error> {
        call(model, world).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_candidate_is_known_by_its_key_and_not_by_its_place() {
        let world = World::failing([("a", Error::Down)]);
        by_an_expression(&models("ab"), &world).await.unwrap();
        by_an_expression(&models("ba"), &world).await.unwrap();
        by_an_expression(&models("ab"), &world).await.unwrap();
        assert_eq!(world.called(), "abbb");
        by_a_path(&models("ab"), &world).await.unwrap();
        by_a_path(&models("ab"), &world).await.unwrap();
        assert_eq!(world.called(), "abb", "each function has a state of its own");
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_may_have_more_in_it_than_the_candidate() {
        let world = World::failing([("a", Error::Down)]);
        by_two(&models("ab"), 1, &world).await.unwrap();
        by_two(&models("ab"), 2, &world).await.unwrap();
        by_two(&models("ab"), 1, &world).await.unwrap();
        assert_eq!(world.called(), "ababb");
    }

    #[tokio::test(start_paused = true)]
    async fn candidates_without_hash_need_only_a_key() {
        trait Provide: Send + Sync {
            fn name(&self) -> &'static str;
        }
        struct One(&'static str);
        impl Provide for One {
            fn name(&self) -> &'static str {
                self.0
            }
        }
        #[failover(provider in providers, key = provider.name())]
        async fn ask(providers: &[Arc<dyn Provide>], world: &World) -> Result<&'static str, Error> {
            world.call(provider.name()).await
        }
        let providers: [Arc<dyn Provide>; 2] = [Arc::new(One("a")), Arc::new(One("b"))];
        assert_eq!(ask(&providers, &World::failing([("a", Error::Down)])).await, Ok("b"));
    }

    /// As a key may be that is itself looked up.
    #[tokio::test(start_paused = true)]
    async fn a_hash_that_calls_the_same_function_does_not_wait_for_itself() {
        struct Asks;
        impl Hash for Asks {
            fn hash<H: Hasher>(&self, state: &mut H) {
                static OTHERS: [u8; 2] = [1, 2];
                let inner = STATE.candidates("inner", &OTHERS, |other| other, |_| String::new());
                assert_eq!(inner.unwrap().current(), &1);
                state.write_u8(0);
            }
        }
        static STATE: Failover = Failover::new();
        #[failover(asks in [Asks, Asks], STATE)]
        async fn ask() -> Result<(), Error> {
            let _ = asks;
            Err(Error::Down)
        }
        for _ in 0..3 {
            assert_eq!(ask().await, Err(Error::Down));
        }
    }
}

/// Whatever borrows as a slice.
#[tokio::test(start_paused = true)]
async fn the_list_may_be_of_any_kind() {
    struct Holder {
        vec: Vec<&'static str>,
        array: [&'static str; 2],
        boxed: Box<[&'static str]>,
        shared: Arc<Vec<&'static str>>,
    }
    impl Holder {
        fn made(&self) -> Vec<&'static str> {
            self.vec.clone()
        }

        #[failover(model in self.vec)]
        async fn vec(&self, world: &World) -> Result<&'static str, Error> {
            world.call(model).await
        }
        #[failover(model in self.array)]
        async fn array(&self, world: &World) -> Result<&'static str, Error> {
            world.call(model).await
        }
        #[failover(model in self.boxed)]
        async fn boxed(&self, world: &World) -> Result<&'static str, Error> {
            world.call(model).await
        }
        #[failover(model in self.shared)]
        async fn shared(&self, world: &World) -> Result<&'static str, Error> {
            world.call(model).await
        }
        #[failover(model in self.made())]
        async fn temporary(&self, world: &World) -> Result<&'static str, Error> {
            world.call(model).await
        }
        #[failover(model in &self.vec[..])]
        async fn slice(&self, world: &World) -> Result<&'static str, Error> {
            world.call(model).await
        }
        #[failover(model in Vec::from(["a", "b"]))]
        async fn literal(&self, world: &World) -> Result<&'static str, Error> {
            world.call(model).await
        }
        #[failover(model in models, clone)]
        async fn owned(self: Arc<Self>, models: Vec<&'static str>, world: &World) -> Result<&'static str, Error> {
            let name = *model;
            drop((models, this_is_dropped(&self)));
            world.call(name).await
        }
    }
    fn this_is_dropped(holder: &Arc<Holder>) -> usize {
        Arc::strong_count(holder)
    }
    let vec = vec!["a", "b"];
    let holder = Arc::new(Holder {
        array: ["a", "b"],
        boxed: vec.clone().into(),
        shared: Arc::new(vec.clone()),
        vec: vec.clone(),
    });
    let world = World::failing([("a", Error::Down)]);
    assert_eq!(holder.vec(&world).await, Ok("b"));
    assert_eq!(holder.array(&world).await, Ok("b"));
    assert_eq!(holder.boxed(&world).await, Ok("b"));
    assert_eq!(holder.shared(&world).await, Ok("b"));
    assert_eq!(holder.temporary(&world).await, Ok("b"));
    assert_eq!(holder.slice(&world).await, Ok("b"));
    assert_eq!(holder.literal(&world).await, Ok("b"));
    assert_eq!(Arc::clone(&holder).owned(vec, &world).await, Ok("b"));
    assert_eq!(world.called(), "ab".repeat(8));
}

#[tokio::test(start_paused = true)]
async fn functions_may_share_what_they_know() {
    static SHARED: Failover = Failover::new().cooldown(Duration::from_secs(5));
    #[failover(SHARED, model in ["a", "b"])]
    async fn ask(world: &World) -> Result<&'static str, Error> {
        world.call(model).await
    }
    #[failover(model in ["c", "a"], SHARED)]
    async fn ask_another(world: &World) -> Result<&'static str, Error> {
        world.call(model).await
    }
    let world = World::failing([("a", Error::Down), ("c", Error::Down)]);
    ask(&world).await.unwrap();
    assert_eq!(ask_another(&world).await, Err(Error::Down), "there is only `c`, which fails");
    assert_eq!(world.called(), "abc");
    advance(secs(5)).await;
    world.mend("a");
    assert_eq!((ask_another(&world).await, world.called()), (Ok("a"), "ca".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_blames_nobody() {
    #[failover(model in ["a", "b"])]
    async fn ask(hangs: &Mutex<bool>) -> Result<&'static str, Error> {
        if *hangs.lock().unwrap() {
            std::future::pending::<()>().await;
        }
        Ok(*model)
    }
    let hangs = Mutex::new(true);
    assert!(tokio::time::timeout(secs(9), ask(&hangs)).await.is_err());
    *hangs.lock().unwrap() = false;
    assert_eq!(ask(&hangs).await, Ok("a"));
}

/// Its success is no news of a candidate that failed meanwhile.
#[tokio::test(start_paused = true)]
async fn a_call_that_began_before_a_failure_does_not_end_the_cooldown() {
    #[failover(model in ["a", "b"])]
    async fn ask(after: Duration, fails: bool) -> Result<&'static str, Error> {
        sleep(after).await;
        if fails && *model == "a" { Err(Error::Down) } else { Ok(*model) }
    }
    let (slow, quick) = tokio::join!(ask(secs(3), false), ask(secs(1), true));
    assert_eq!((slow, quick), (Ok("a"), Ok("b")));
    assert_eq!(ask(Duration::ZERO, false).await, Ok("b"));
}

/// And a success in a cooldown does not end one that another call has begun since.
#[tokio::test(start_paused = true)]
async fn a_success_lets_in_again_only_who_has_not_failed_since() {
    #[failover(model in ["a"], state)]
    async fn ask(state: &Failover, after: Duration, fails: bool) -> Result<&'static str, Error> {
        sleep(after).await;
        if fails { Err(Error::Down) } else { Ok(*model) }
    }
    let state = Failover::new();
    ask(&state, Duration::ZERO, true).await.unwrap_err();
    let (well, failed) = tokio::join!(ask(&state, secs(3), false), ask(&state, secs(1), true));
    assert_eq!((well, failed), (Ok("a"), Err(Error::Down)));
    let is_left_out = || {
        let both = ["a", "b"];
        *state.candidates("ask", &both, |model| model, |_| String::new()).unwrap().current() == "b"
    };
    assert!(is_left_out());
    ask(&state, Duration::ZERO, false).await.unwrap();
    assert!(!is_left_out());
}

/// Each runtime with a paused clock has one of its own.
#[test]
fn what_another_clock_says_is_no_cooldown() {
    #[failover(model in ["a", "b"])]
    async fn ask(world: &World) -> Result<&'static str, Error> {
        world.call(model).await
    }
    let paused = || tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let world = World::failing([("a", Error::Down)]);
    paused().block_on(async {
        sleep(secs(100_000)).await;
        ask(&world).await.unwrap();
    });
    paused().block_on(async { ask(&world).await.unwrap() });
    assert_eq!(world.called(), "abab");
}

#[tokio::test(start_paused = true)]
async fn events_say_who_answered_for_whom() {
    let client = Client::failing([("a", Error::Unauthorized)]);
    let (_, report) = recorded(client.ask_whoever_can()).await;
    assert_eq!(words(&report), ["a failed (401), and is left out for 60s; b is next", "b answered instead of a"]);
    let events: Vec<Event> = report.entries().iter().map(|entry| entry.event.clone()).collect();
    assert_eq!(
        events,
        [
            Event::FailedOver {
                tool: "ask_whoever_can".into(),
                candidate: "a".to_owned(),
                error: "401".to_owned(),
                cooldown: secs(60),
                next: Some("b".to_owned()),
            },
            Event::StoodIn { tool: "ask_whoever_can".into(), candidate: "b".to_owned(), instead_of: "a".to_owned() },
        ]
    );
    let (_, report) = recorded(client.ask_whoever_can()).await;
    assert_eq!(words(&report), ["b answered instead of a"]);
    client.world.fail("b", Error::Busy(secs(7)));
    let (_, report) = recorded(client.ask_whoever_can()).await;
    assert_eq!(words(&report), ["b failed (429, come back in 7s), and is left out for 7s; no other candidate is left"]);
    let row = report.of("ask_whoever_can").unwrap();
    assert_eq!((row.failovers, row.stood_in), (1, 0));
    assert!(report.to_string().starts_with("call             failovers\n"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_candidate_is_called_by_its_key_its_own_words_or_its_number() {
    #[derive(Debug, Hash)]
    enum Model {
        Large,
        Small,
    }
    #[derive(Hash)]
    struct Mute;
    #[failover(model in [Model::Large, Model::Small])]
    async fn shown() -> Result<(), Error> {
        if matches!(model, Model::Large) { Err(Error::Down) } else { Ok(()) }
    }
    #[failover(model in [Mute, Mute], cooldown = "1s", key = (model, number.next()))]
    async fn mute(number: &Number) -> Result<(), Error> {
        let _: &Mute = model;
        Err(Error::Down)
    }
    #[derive(Default)]
    struct Number(Mutex<u32>);
    impl Number {
        fn next(&self) -> NoWords {
            *self.0.lock().unwrap() += 1;
            NoWords(*self.0.lock().unwrap())
        }
    }
    #[derive(Hash)]
    struct NoWords(u32);
    let (_, report) = recorded(shown()).await;
    assert_eq!(words(&report)[1], "Small answered instead of Large");
    let (_, report) = recorded(mute(&Number::default())).await;
    assert_eq!(words(&report)[0], "candidate 1 failed (503), and is left out for 1s; candidate 2 is next");
}

#[tokio::test(start_paused = true)]
async fn words_of_a_candidate_are_told_as_foreign_ones() {
    #[failover(url in ["https://ana:secret@one.example/?key=secret", "two\nlines"])]
    async fn fetch() -> Result<(), Error> {
        if url.starts_with("https") { Err(Error::Down) } else { Ok(()) }
    }
    let (_, report) = recorded(fetch()).await;
    let told = format!("{report:?} {}", words(&report).join("; "));
    assert!(!told.contains("secret") && !told.contains('\n') && told.contains("one.example"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn it_may_return_a_future_and_the_future_is_send() {
    #[failover(model in ["a", "b"])]
    fn boxed(world: &World) -> Pin<Box<dyn Future<Output = Result<&'static str, Error>> + Send + '_>> {
        Box::pin(async move { world.call(model).await })
    }
    fn send<T: Send>(future: T) -> T {
        future
    }
    let world = World::failing([("a", Error::Down)]);
    assert_eq!(send(boxed(&world)).await, Ok("b"));
    let client = Client::failing([("a", Error::Down)]);
    assert_eq!(send(client.ask()).await, Ok("b"));
}

/// An error that is not `Send` is dropped before the next candidate is awaited.
#[tokio::test(start_paused = true)]
async fn an_error_that_is_not_send_leaves_the_future_so() {
    #[derive(Debug)]
    struct NotSend(#[allow(dead_code)] std::rc::Rc<u32>);
    impl From<Fault> for NotSend {
        fn from(_: Fault) -> NotSend {
            NotSend(std::rc::Rc::new(0))
        }
    }
    #[failover(model in [1, 2])]
    async fn ask() -> Result<u32, NotSend> {
        tokio::task::yield_now().await;
        if *model == 1 { Err(NotSend(std::rc::Rc::new(1))) } else { Ok(*model) }
    }
    fn send<T: Send>(future: T) -> T {
        future
    }
    assert_eq!(send(ask()).await.unwrap(), 2);
}

/// As many keys as there are calls: who is not asked for again is forgotten, too.
#[tokio::test(start_paused = true)]
async fn what_has_cooled_down_is_forgotten() {
    static STATE: Failover = Failover::new().cooldown(Duration::from_secs(1));
    let mut all = Vec::new();
    for n in 0..1000_u32 {
        let list = [n];
        let mut candidates = STATE.candidates("ask", &list, |n| n, |_| String::new()).unwrap();
        let settled =
            candidates.settle("ask", Err::<u32, _>("503"), |error| reliable::expansion::Inspect::new(error).failure());
        assert!(settled.is_break());
        advance(Duration::from_millis(100)).await;
        all.push(format!("{STATE:?}").len());
    }
    assert!(all[999] < 2 * all[99], "it grew from {} to {}", all[99], all[999]);
}

/// What is below knows the candidate in a format string, too.
#[tokio::test(start_paused = true)]
async fn a_breaker_has_a_key_made_of_the_candidates_words() {
    #[failover(model in ["large", "small"], cooldown = Duration::ZERO, key = format!("the {model} one"))]
    #[circuit_breaker(failures = 1, key = format!("{model}"))]
    async fn ask() -> Result<u32, Fault> {
        let failed = || Fault::Policy { tool: "ask".into(), reason: (*model).to_owned() };
        if *model == "large" { Err(failed()) } else { Ok(1) }
    }
    assert_eq!([ask().await, ask().await], [Ok(1), Ok(1)]);
}

#[tokio::test]
async fn a_list_may_be_made_on_the_spot() {
    #[failover(number in (1..3).collect::<Vec<_>>())]
    async fn ask() -> Result<u32, Fault> {
        Ok(*number)
    }
    assert_eq!(ask().await, Ok(1));
}
