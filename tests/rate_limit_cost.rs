//! Calls that take more of a rate than one, on a paused clock: a model's tokens per minute.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use reliable::{Fault, Keyed, RateLimit, Recorder, Scope, Step, agent, rate_limit, retry, timeout};
use tokio::time::{Instant, advance, sleep};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn too_early(wait: Duration) -> Fault {
    Fault::Rejected { tool: "call".into(), by: "rate limit".into(), wait: Some(wait) }
}

#[tokio::test(start_paused = true)]
async fn a_call_takes_what_it_costs() {
    #[rate_limit(per_second = 1000, burst = 100, cost = tokens)]
    async fn call(tokens: u32) -> Result<(), Fault> {
        Ok(())
    }
    let started = Instant::now();
    for (tokens, at) in [(100, 0), (30, 30), (70, 100), (1, 101), (100, 201)] {
        call(tokens).await.unwrap();
        assert_eq!(started.elapsed(), ms(at), "{tokens} tokens");
    }
}

#[tokio::test(start_paused = true)]
async fn what_costs_nothing_takes_nothing_and_waits_for_nobody() {
    static LIMIT: RateLimit = RateLimit::per_second(10).burst(1);
    #[rate_limit(LIMIT, cost = 0)]
    async fn call() -> Result<(), Fault> {
        Ok(())
    }
    let started = Instant::now();
    let (first, second, third) = tokio::join!(LIMIT.admit("other"), LIMIT.admit("other"), async {
        for _ in 0..100 {
            call().await.unwrap();
        }
        started.elapsed()
    });
    assert!(first.is_ok() && second.is_ok());
    assert_eq!((third, started.elapsed()), (ms(0), ms(100)));
}

#[tokio::test(start_paused = true)]
async fn a_cost_above_the_burst_is_rejected_at_once_in_words_that_name_the_option() {
    #[retry(max = 1)]
    #[rate_limit(per_minute = 90_000, burst = 1000, cost = tokens)]
    async fn call(tokens: u32) -> Result<(), Fault> {
        Ok(())
    }
    let (recorder, started) = (Recorder::new(), Instant::now());
    let outcome = Scope::current().recorder(&recorder).run(call(1001)).await;
    assert_eq!(started.elapsed(), ms(0));
    let words = "`call` was not called: its `cost` is above the `burst` of its `#[rate_limit]`";
    assert_eq!(outcome.unwrap_err().to_string(), words);
    assert_eq!(recorder.report().entries()[0].event.to_string(), words);
    assert_eq!(call(1000).await, Ok(()), "nothing was taken");
    assert!(call(u32::MAX).await.is_err());
    assert!(RateLimit::per_minute(1).burst(100_000_000).reserve_blocking("call", u32::MAX).is_err());
}

#[tokio::test(start_paused = true)]
async fn the_cost_is_looked_at_once_for_a_call_and_each_attempt_takes_it() {
    #[retry(max = 1, base = "1ms", cap = "1ms", jitter = 0)]
    #[rate_limit(per_second = 1000, burst = 10, cost = cost())]
    async fn call(cost: impl Fn() -> u32, tried: &std::cell::Cell<u32>) -> Result<(), Fault> {
        tried.set(tried.get() + 1);
        if tried.get() == 1 { Err(Fault::TimedOut { tool: "call".into(), limit: Duration::ZERO }) } else { Ok(()) }
    }
    let (looked, tried) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let cost = || {
        looked.set(looked.get() + 1);
        10
    };
    let started = Instant::now();
    call(cost, &tried).await.unwrap();
    assert_eq!((looked.get(), tried.get(), started.elapsed()), (1, 2, ms(10)));
}

#[tokio::test(start_paused = true)]
async fn a_large_call_that_waits_is_not_overtaken_by_small_ones() {
    let limit = RateLimit::per_second(1000).burst(100);
    limit.reserve("call", 100).await.unwrap();
    let started = Instant::now();
    let timed = async |cost| {
        limit.reserve("call", cost).await.unwrap();
        started.elapsed()
    };
    assert_eq!(tokio::join!(timed(100), timed(1), timed(50)), (ms(100), ms(101), ms(151)));
}

#[tokio::test(start_paused = true)]
async fn one_that_gives_up_gives_all_of_it_back_and_those_behind_it_move_up() {
    let limit = RateLimit::per_second(1000).burst(100);
    limit.reserve("call", 100).await.unwrap();
    let started = Instant::now();
    let timed = async |cost| {
        limit.reserve("call", cost).await.unwrap();
        started.elapsed()
    };
    let gives_up = tokio::time::timeout(ms(10), limit.reserve("call", 80));
    let (first, gave_up, third, fourth) = tokio::join!(timed(20), gives_up, timed(1), timed(30));
    assert!(gave_up.is_err());
    assert_eq!((first, third, fourth), (ms(20), ms(21), ms(51)));
    assert_eq!(timed(100).await, ms(151), "nothing is left of it");
}

#[tokio::test(start_paused = true)]
async fn what_a_call_did_not_use_is_there_at_once_for_those_who_wait() {
    #[rate_limit(per_second = 1000, burst = 1000, cost = 1000, reserved)]
    async fn call(used: u32) -> Result<u128, Fault> {
        let began = Instant::now();
        sleep(ms(50)).await;
        reserved.commit(used);
        Ok(began.elapsed().as_millis())
    }
    let started = Instant::now();
    let timed = async |used| {
        call(used).await.unwrap();
        started.elapsed()
    };
    // The second one may begin when the first one has told that it took 150 of its 1000, 50 of which are back by then.
    assert_eq!(tokio::join!(timed(150), timed(1000)), (ms(50), ms(200)));
}

#[tokio::test(start_paused = true)]
async fn what_a_call_used_more_makes_others_wait_for_it() {
    let limit = RateLimit::per_second(1000).burst(100);
    let reserved = limit.reserve("call", 50).await.unwrap();
    reserved.commit(250);
    let started = Instant::now();
    limit.reserve("call", 1).await.unwrap();
    assert_eq!(started.elapsed(), ms(151));
}

#[tokio::test(start_paused = true)]
async fn the_bucket_never_holds_more_than_its_burst_whatever_is_given_back() {
    let limit = RateLimit::per_second(1000).burst(1000).reject();
    let reserved = limit.reserve("call", 400).await.unwrap();
    advance(ms(300)).await;
    reserved.commit(0);
    limit.reserve("call", 1000).await.unwrap();
    assert_eq!(limit.reserve("call", 1).await.unwrap_err(), too_early(ms(1)), "300 of the 400 were back already");
}

#[tokio::test(start_paused = true)]
async fn what_has_come_back_by_itself_is_not_given_back_again() {
    let limit = RateLimit::per_second(1000).burst(1000).reject();
    let late = limit.reserve("call", 1000).await.unwrap();
    advance(ms(2000)).await;
    limit.reserve("call", 1000).await.unwrap();
    late.commit(0);
    assert_eq!(limit.reserve("call", 1).await.unwrap_err(), too_early(ms(1)), "it was full since");

    advance(ms(1000)).await;
    let late = limit.reserve("call", 1000).await.unwrap();
    advance(ms(500)).await;
    limit.reserve("call", 500).await.unwrap();
    late.commit(0);
    assert!(limit.reserve("call", 501).await.is_err(), "500 were back, and are taken");
    assert!(limit.reserve("call", 500).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn any_number_of_late_corrections_give_no_more_than_one_burst() {
    let limit = RateLimit::per_second(1000).burst(100).reject();
    for pause in [100, 50, 10] {
        advance(ms(1000)).await;
        let mut late = Vec::new();
        for _ in 0..20 {
            advance(ms(pause)).await;
            late.push(limit.reserve("call", u32::try_from(pause).unwrap()).await.unwrap());
        }
        let mut used = 0;
        for late in late {
            late.commit(0);
            while limit.reserve("call", 10).await.is_ok() {
                used += 10;
            }
        }
        assert!(used <= 100, "{used} at one instant");
    }
}

#[tokio::test(start_paused = true)]
async fn who_waited_gives_back_what_it_took_when_it_went_through() {
    let limit = RateLimit::per_second(1000).burst(100);
    limit.reserve("call", 100).await.unwrap();
    let second = limit.reserve("call", 80).await.unwrap();
    second.commit(0);
    let started = Instant::now();
    limit.reserve("call", 100).await.unwrap();
    assert_eq!(started.elapsed(), ms(20), "as if it had taken nothing");
}

#[tokio::test(start_paused = true)]
async fn of_two_corrections_the_last_one_counts() {
    let limit = RateLimit::per_second(1000).burst(1000).reject();
    let reserved = limit.reserve("call", 1000).await.unwrap();
    for used in [200, 900, 300] {
        reserved.commit(used);
        assert_eq!(reserved.cost(), used);
    }
    assert!(limit.reserve("call", 701).await.is_err());
    assert!(limit.reserve("call", 700).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn without_a_correction_it_stays_taken() {
    #[timeout(ms = 10)]
    #[rate_limit(per_second = 1000, burst = 100, cost = 100, reserved, reject)]
    async fn call(hangs: bool) -> Result<(), Fault> {
        if hangs {
            std::future::pending::<()>().await;
        }
        reserved.commit(1);
        Ok(())
    }
    assert!(matches!(call(true).await, Err(Fault::TimedOut { .. })));
    assert_eq!(call(false).await, Err(too_early(ms(90))), "the request was sent");
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_too_long_for_so_many_is_none_for_a_few() {
    static LIMITS: Keyed<RateLimit> = Keyed::new(|| RateLimit::per_second(1000).burst(100).max_wait(ms_const(50)));
    #[rate_limit(LIMITS, key = model, cost = tokens)]
    async fn call(model: &str, tokens: u32) -> Result<(), Fault> {
        Ok(())
    }
    call("large", 100).await.unwrap();
    assert_eq!(call("large", 51).await, Err(too_early(ms(51))));
    assert_eq!(call("small", 100).await, Ok(()));
    assert_eq!(call("large", 50).await, Ok(()));
}

const fn ms_const(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// One limit of requests and one of tokens, as models have them.
#[tokio::test(start_paused = true)]
async fn two_rates_hold_each_with_its_own_cost() {
    #[rate_limit(per_second = 10, burst = 2)]
    #[rate_limit(per_second = 1000, burst = 500, cost = tokens, reserved)]
    async fn call(tokens: u32) -> Result<(), Fault> {
        reserved.commit(tokens);
        Ok(())
    }
    let started = Instant::now();
    for (tokens, at) in [(10, 0), (400, 0), (500, 410), (1, 411)] {
        call(tokens).await.unwrap();
        assert_eq!(started.elapsed(), ms(at), "{tokens} tokens");
    }
}

#[test]
fn a_plain_function_has_costs_too() {
    #[rate_limit(per_second = 1000, burst = 100, cost = tokens, reserved)]
    fn call(tokens: u32) -> Result<u32, Fault> {
        reserved.commit(tokens / 2);
        Ok(reserved.cost())
    }
    assert_eq!(call(100), Ok(50));
    assert_eq!(call(100), Ok(50));
    assert!(call(101).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_step_of_an_agent_and_a_method_have_it_and_their_futures_are_send() {
    struct Model {
        limit: RateLimit,
    }
    impl Model {
        #[rate_limit(self.limit, cost = u32::try_from(prompt.len()).unwrap_or(u32::MAX), reserved)]
        async fn ask(&self, prompt: &str) -> Result<String, Fault> {
            tokio::task::yield_now().await;
            reserved.commit(1);
            Ok(prompt.to_uppercase())
        }
    }
    #[agent(max_steps = 2)]
    #[rate_limit(per_second = 1000, cost = 1, reserved)]
    async fn assistant(model: Model) -> Result<Step<String>, Fault> {
        let answer = model.ask("hello").await?;
        reserved.commit(2);
        Ok(Step::Done(answer))
    }
    let model = Model { limit: RateLimit::per_minute(90_000).burst(5) };
    assert_eq!(tokio::spawn(assistant(model)).await.unwrap(), Ok("HELLO".to_owned()));
}

#[test]
fn what_finds_room_allocates_nothing_corrected_or_not() {
    let limit = RateLimit::per_minute(90_000);
    let counted = allocation_counter::measure(|| {
        let mut reserving = pin!(limit.reserve("call", 2000));
        let Poll::Ready(Ok(reserved)) = reserving.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("there is room")
        };
        reserved.commit(700);
    });
    assert_eq!(counted.count_total, 0);
}
