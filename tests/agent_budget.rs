//! What an agent may spend: refused before it is spent, booked when it is, and never given back when it is gone.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering};

use reliable::{AgentLimits, BudgetExceeded, Charge, Event, Fault, Recorder, Run, Scope, Step, Usd};
use reliable::{agent, retry, timeout};

fn step_limit(agent: &'static str, max_steps: u32) -> Fault {
    Fault::StepLimit { agent: agent.into(), max_steps }
}

fn over_usd(agent: &'static str, max: Usd, spent: Usd, asked: Usd) -> Fault {
    Fault::OverBudget { agent: agent.into(), budget: BudgetExceeded::Usd { max, spent, asked }.into() }
}

fn over_tokens(agent: &'static str, max: u64, spent: u64, asked: u64) -> Fault {
    Fault::OverBudget { agent: agent.into(), budget: BudgetExceeded::Tokens { max, spent, asked }.into() }
}

fn cents(cents: u64) -> Charge {
    Charge::usd(Usd::cents(cents))
}

mod the_budget {
    use super::*;

    #[tokio::test]
    async fn is_exact() {
        // As floats, 0.1 + 0.1 + 0.1 is more than 0.3.
        #[agent(max_usd = 0.3)]
        async fn f() -> Result<Step<()>, Fault> {
            Run::current().charge(cents(10))?;
            Ok(if Run::current().step() == 3 { Step::Done(()) } else { Step::Next })
        }
        assert_eq!(f().await, Ok(()));
    }

    #[tokio::test]
    async fn refuses_a_charge_before_it_is_spent() {
        #[agent(max_usd = "0.05", max_tokens = 100)]
        async fn f() -> Result<Step<()>, Fault> {
            let run = Run::current();
            run.charge(cents(3).tokens(60))?;
            assert_eq!(run.charge(cents(3)), Err(over_usd("f", Usd::cents(5), Usd::cents(3), Usd::cents(3))));
            assert_eq!(run.charge(cents(1).tokens(41)), Err(over_tokens("f", 100, 60, 41)));
            assert_eq!((run.spent_usd(), run.spent_tokens()), (Usd::cents(3), 60), "nothing was spent on them");
            run.charge(cents(2).tokens(40))?;
            Ok(Step::Done(()))
        }
        assert_eq!(f().await, Ok(()), "what fits still fits, up to the last cent");
    }

    #[tokio::test]
    async fn is_looked_at_before_each_step() {
        #[agent(max_usd = "$0.02")]
        async fn money(steps: &mut u32) -> Result<Step<()>, Fault> {
            *steps += 1;
            Run::current().charge(cents(1))?;
            Ok(Step::Next)
        }
        #[agent(max_tokens = 30)]
        async fn tokens(steps: &mut u32) -> Result<Step<()>, Fault> {
            *steps += 1;
            Run::current().charge(Charge::tokens_only(10))?;
            Ok(Step::Next)
        }
        let mut steps = 0;
        assert_eq!(money(&mut steps).await, Err(over_usd("money", Usd::cents(2), Usd::cents(2), Usd::ZERO)));
        assert_eq!(steps, 2, "no step begins with nothing left");

        let mut steps = 0;
        assert_eq!(tokens(&mut steps).await, Err(over_tokens("tokens", 30, 30, 0)));
        assert_eq!(steps, 3);
    }

    #[tokio::test]
    async fn comes_after_the_step_limit() {
        #[agent(max_steps = 1, max_usd = "$0.01")]
        async fn f() -> Result<Step<()>, Fault> {
            Run::current().charge(cents(1))?;
            Ok(Step::Next)
        }
        assert_eq!(f().await, Err(step_limit("f", 1)));
    }

    #[tokio::test]
    async fn of_money_needs_prices() {
        #[agent(max_usd = "$1")]
        async fn capped() -> Result<Step<()>, Fault> {
            Run::current().charge(Charge::tokens_only(1))?;
            Ok(Step::Done(()))
        }
        #[agent(max_usd = "$1")]
        async fn free_of_charge() -> Result<Step<()>, Fault> {
            Run::current().charge(Charge::usd(Usd::ZERO).tokens(1))?;
            Ok(Step::Done(()))
        }
        #[agent(max_tokens = 1)]
        async fn counted() -> Result<Step<()>, Fault> {
            Run::current().charge(Charge::tokens_only(1))?;
            Ok(Step::Done(()))
        }
        assert_eq!(capped().await, Err(Fault::Unpriced { agent: "capped".into() }));
        assert_eq!(free_of_charge().await, Ok(()), "nothing is a price, too");
        assert_eq!(counted().await, Ok(()), "without a money cap nobody asks");
    }

    #[tokio::test]
    async fn holds_when_many_tasks_spend_at_once() {
        let run = AgentLimits::new().max_usd(Usd::dollars(5)).begin("crowd");
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let run = run.clone();
                std::thread::spawn(move || (0..100).filter(|_| run.charge(cents(1)).is_ok()).count())
            })
            .collect();
        let accepted: usize = tasks.into_iter().map(|task| task.join().unwrap()).sum();
        assert_eq!((accepted, run.spent_usd()), (500, Usd::dollars(5)));
    }
}

mod a_reservation {
    use super::*;

    fn run() -> Run {
        AgentLimits::new().max_usd(Usd::cents(10)).max_tokens(1000).begin("desk")
    }

    #[test]
    fn leaves_less_for_others_while_it_lasts() {
        let run = run();
        let held = run.reserve(cents(7).tokens(900)).unwrap();
        assert_eq!((run.spent_usd(), run.spent_tokens()), (Usd::ZERO, 0), "it is not spent yet");
        let fault = over_usd("desk", Usd::cents(10), Usd::cents(7), Usd::cents(4));
        assert_eq!(run.charge(cents(4)), Err(fault.clone()));
        assert_eq!(run.reserve(cents(4)).unwrap_err(), fault);
        assert_eq!(run.charge(cents(3).tokens(101)), Err(over_tokens("desk", 1000, 900, 101)));
        drop(held);
    }

    #[test]
    fn gives_everything_back_when_it_is_dropped() {
        let run = run();
        drop(run.reserve(cents(7).tokens(900)).unwrap());
        assert_eq!(run.charge(cents(10).tokens(1000)), Ok(()));
    }

    #[test]
    fn books_the_real_cost_and_gives_back_the_rest() {
        let run = run();
        run.reserve(cents(7).tokens(900)).unwrap().commit(cents(2).tokens(300)).unwrap();
        assert_eq!((run.spent_usd(), run.spent_tokens()), (Usd::cents(2), 300));
        assert_eq!(run.charge(cents(8).tokens(700)), Ok(()));
    }

    #[test]
    fn books_more_than_was_reserved_and_stops_the_next_step_if_it_does_not_fit() {
        let run = run();
        let fits = run.reserve(cents(2)).unwrap().commit(cents(6));
        assert_eq!((fits, run.spent_usd(), run.next_step()), (Ok(()), Usd::cents(6), Ok(())));

        let over = run.reserve(cents(2)).unwrap().commit(cents(5));
        assert_eq!((over, run.spent_usd()), (Ok(()), Usd::cents(11)), "it is spent, so it is booked");
        assert_eq!(run.next_step(), Err(over_usd("desk", Usd::cents(10), Usd::cents(11), Usd::ZERO)));
        assert_eq!(run.charge(cents(1)), Err(over_usd("desk", Usd::cents(10), Usd::cents(11), Usd::cents(1))));
    }

    #[test]
    fn of_tokens_is_no_different() {
        let run = run();
        assert_eq!(run.reserve(cents(1).tokens(10)).unwrap().commit(cents(1).tokens(1001)), Ok(()));
        assert_eq!(run.next_step(), Err(over_tokens("desk", 1000, 1001, 0)));
    }

    #[tokio::test]
    async fn of_a_sub_agent_is_booked_everywhere_even_if_it_does_not_fit_somewhere() {
        let outer = AgentLimits::new().begin("outer");
        let inner = outer.scope(async { AgentLimits::new().max_usd(Usd::cents(10)).begin("inner") }).await;
        inner.reserve(cents(10)).unwrap().commit(cents(11)).unwrap();
        assert_eq!((inner.spent_usd(), outer.spent_usd()), (Usd::cents(11), Usd::cents(11)));
        assert_eq!(inner.next_step(), Err(over_usd("inner", Usd::cents(10), Usd::cents(11), Usd::ZERO)));
        assert_eq!(outer.next_step(), Ok(()));
    }

    #[test]
    fn counts_as_the_price_where_the_real_one_is_unknown() {
        let run = run();
        let unpriced = run.reserve(cents(7).tokens(900)).unwrap().commit(Charge::tokens_only(300));
        assert_eq!(unpriced, Err(Fault::Unpriced { agent: "desk".into() }));
        assert_eq!((run.spent_usd(), run.spent_tokens()), (Usd::cents(7), 300), "an unknown price is not zero");

        let uncapped = AgentLimits::new().begin("desk");
        assert_eq!(uncapped.reserve(cents(7)).unwrap().commit(Charge::tokens_only(300)), Ok(()));
        assert_eq!(uncapped.spent_usd(), Usd::cents(7));
    }

    #[tokio::test]
    async fn keeps_a_step_from_beginning_while_all_is_held() {
        let run = run();
        let held = run.reserve(cents(10)).unwrap();
        assert_eq!(run.next_step(), Err(over_usd("desk", Usd::cents(10), Usd::cents(10), Usd::ZERO)));
        drop(held);
        assert_eq!(run.next_step(), Ok(()));
    }
}

mod a_reservation_that_was_sent {
    use super::*;

    fn run() -> Run {
        AgentLimits::new().max_usd(Usd::cents(10)).max_tokens(1000).begin("desk")
    }

    #[test]
    fn is_spent_when_it_is_dropped() {
        let run = run();
        let sent = run.reserve(cents(7).tokens(900)).unwrap().sent();
        assert_eq!((run.spent_usd(), run.spent_tokens()), (Usd::ZERO, 0), "it is still only held");
        drop(sent);
        assert_eq!((run.spent_usd(), run.spent_tokens()), (Usd::cents(7), 900));
        assert_eq!(run.charge(cents(3).tokens(100)), Ok(()), "and no longer held");
    }

    #[test]
    fn is_spent_once_however_often_that_is_said() {
        let run = run();
        drop(run.reserve(cents(7)).unwrap().sent().sent());
        assert_eq!(run.spent_usd(), Usd::cents(7));
    }

    #[test]
    fn may_be_committed_as_any_other() {
        let run = run();
        run.reserve(cents(7).tokens(900)).unwrap().sent().commit(cents(2).tokens(300)).unwrap();
        run.reserve(cents(7)).unwrap().sent().commit(Usd::ZERO).unwrap();
        assert_eq!((run.spent_usd(), run.spent_tokens()), (Usd::cents(2), 300), "the second was not billed");
        assert_eq!(run.charge(cents(8).tokens(700)), Ok(()));
    }

    #[test]
    fn is_spent_by_outer_runs_too() {
        let outer = AgentLimits::new().max_usd(Usd::cents(10)).begin("outer");
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let inner = runtime.block_on(outer.scope(async { AgentLimits::new().begin("inner") }));
        drop(inner.reserve(cents(10)).unwrap().sent());
        assert_eq!((inner.spent_usd(), outer.spent_usd()), (Usd::cents(10), Usd::cents(10)));
        assert_eq!(inner.next_step(), Err(over_usd("outer", Usd::cents(10), Usd::cents(10), Usd::ZERO)));
    }

    #[test]
    fn is_spent_where_no_price_is_known() {
        let run = AgentLimits::new().max_tokens(10).begin("desk");
        drop(run.reserve(Charge::tokens_only(7)).unwrap().sent());
        assert_eq!((run.spent_usd(), run.spent_tokens()), (Usd::ZERO, 7));
    }

    #[test]
    fn is_nothing_outside_of_a_run() {
        let sent = Run::current().reserve(cents(7)).unwrap().sent();
        assert_eq!(sent.commit(cents(70)), Ok(()));
        drop(Run::current().reserve(cents(7)).unwrap().sent());
        assert_eq!(Run::current().spent_usd(), Usd::ZERO);
    }

    #[test]
    fn never_makes_more_of_what_is_left() {
        let run = AgentLimits::new().max_usd(Usd::micros(u64::MAX - 1)).begin("desk");
        drop(run.reserve(Usd::micros(u64::MAX - 1)).unwrap().sent());
        assert_eq!(run.spent_usd(), Usd::micros(u64::MAX - 1));
        assert!(run.reserve(Usd::micros(1)).is_err());

        let unlimited = AgentLimits::new().begin("desk");
        let all = || unlimited.reserve(Charge::usd(Usd::micros(u64::MAX)).tokens(u64::MAX)).unwrap().sent();
        let (first, second) = (all(), all());
        first.commit(Charge::usd(Usd::micros(u64::MAX)).tokens(u64::MAX)).unwrap();
        drop(second);
        assert_eq!((unlimited.spent_usd(), unlimited.spent_tokens()), (Usd::micros(u64::MAX), u64::MAX));
    }

    #[tokio::test(start_paused = true)]
    async fn is_paid_for_by_each_attempt_that_times_out() {
        #[retry(max = 5, backoff = "none")]
        #[timeout(ms = 50)]
        async fn call_model(requests: &AtomicU32) -> Result<(), Fault> {
            let _reserved = Run::current().reserve(cents(5))?.sent();
            requests.fetch_add(1, Ordering::Relaxed);
            pending().await
        }
        #[agent(max_usd = 0.10)]
        async fn f(requests: &AtomicU32, spent: &mut Usd) -> Result<Step<()>, Fault> {
            let answer = call_model(requests).await;
            *spent = Run::current().spent_usd();
            answer.map(Step::Done)
        }
        let (requests, mut spent) = (AtomicU32::new(0), Usd::ZERO);
        let fault = over_usd("f", Usd::cents(10), Usd::cents(10), Usd::cents(5));
        assert_eq!(f(&requests, &mut spent).await, Err(fault), "and the third request is not sent");
        assert_eq!((requests.into_inner(), spent), (2, Usd::cents(10)));
    }

    #[tokio::test]
    async fn that_cost_more_keeps_the_answer_and_stops_the_next_step() {
        #[agent(max_usd = 0.10)]
        async fn f(steps: &mut u32, last: u32) -> Result<Step<&'static str>, Fault> {
            *steps += 1;
            Run::current().reserve(cents(5))?.sent().commit(cents(12))?;
            Ok(if *steps == last { Step::Done("the answer") } else { Step::Next })
        }
        let mut steps = 0;
        assert_eq!(f(&mut steps, 1).await, Ok("the answer"));
        let mut steps = 0;
        assert_eq!(f(&mut steps, 2).await, Err(over_usd("f", Usd::cents(10), Usd::cents(12), Usd::ZERO)));
        assert_eq!(steps, 1);
    }

    #[test]
    fn is_told_as_spent() {
        let (run, recorder) = (run(), Recorder::new());
        Scope::current().recorder(&recorder).enter(|| drop(run.reserve(cents(7).tokens(900)).unwrap().sent()));
        Scope::current().recorder(&recorder).enter(|| drop(run.reserve(cents(3)).unwrap()));
        let report = recorder.report();
        let told: Vec<_> = report.entries().iter().map(|entry| &entry.event).collect();
        assert_eq!(told, [&Event::Charged { agent: "desk".into(), usd: Usd::cents(7), tokens: 900 }]);
    }
}

mod a_budget_without_room {
    use std::time::Duration;

    use reliable::{CircuitBreaker, CircuitState, circuit_breaker, hedge};
    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn is_no_failure_of_the_service() {
        static BREAKER: CircuitBreaker = CircuitBreaker::new().failures(2);
        #[circuit_breaker(BREAKER)]
        async fn model() -> Result<u32, Fault> {
            Run::current().reserve(Usd::cents(5))?.sent().commit(Usd::cents(5))?;
            Ok(1)
        }
        #[agent(max_usd = "0.01", max_steps = 5)]
        async fn poor() -> Result<Step<u32>, Fault> {
            assert!(matches!(model().await, Err(Fault::OverBudget { .. })));
            Ok(Step::Next)
        }
        assert!(poor().await.is_err());
        assert_eq!(BREAKER.state(), CircuitState::Closed);
        assert_eq!(model().await, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn ends_no_race_of_attempts_that_are_paid_for() {
        #[hedge(after = "100ms", max = 3)]
        async fn model() -> Result<u32, Fault> {
            let reserved = Run::current().reserve(Usd::cents(5))?.sent();
            sleep(Duration::from_secs(2)).await;
            reserved.commit(Usd::cents(5))?;
            Ok(1)
        }
        #[agent(max_usd = "0.10", max_steps = 3)]
        async fn assistant() -> Result<Step<u32>, Fault> {
            Ok(Step::Done(model().await?))
        }
        assert_eq!(assistant().await, Ok(1));
    }
}
