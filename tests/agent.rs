//! What `#[agent]` does: steps up to a cap, within a time, and it never throws work away. (What it spends, its circles, and
//! agents within agents have tests of their own.)

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::approver::{Deny, Scripted};
use reliable::{AgentLimits, Approver, BudgetExceeded, Charge, Decision, Fault, Request, Run, Scope, Step, Usd};
use reliable::{agent, fallback, requires_approval, retry, timeout};
use tokio::time::{Instant, sleep};

#[derive(Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn step_limit(agent: &'static str, max_steps: u32) -> Fault {
    Fault::StepLimit { agent: agent.into(), max_steps }
}

fn over_usd(agent: &'static str, max: Usd, spent: Usd, asked: Usd) -> Fault {
    Fault::OverBudget { agent: agent.into(), budget: BudgetExceeded::Usd { max, spent, asked }.into() }
}

fn cents(cents: u64) -> Charge {
    Charge::usd(Usd::cents(cents))
}

mod steps {
    use super::*;

    #[agent]
    async fn endless(steps: &mut u32) -> Result<Step<()>, Fault> {
        *steps += 1;
        Ok(Step::Next)
    }

    #[tokio::test]
    async fn are_eight_unless_told_otherwise() {
        let mut steps = 0;
        assert_eq!(endless(&mut steps).await, Err(step_limit("endless", 8)));
        assert_eq!(steps, 8);
    }

    #[tokio::test]
    async fn end_with_an_answer() {
        #[agent(max_steps = 3)]
        async fn countdown(from: &mut u32) -> Result<Step<&'static str>, Fault> {
            *from -= 1;
            Ok(if *from == 0 { Step::Done("lift-off") } else { Step::Next })
        }
        assert_eq!(countdown(&mut 2).await, Ok("lift-off"));
        assert_eq!(countdown(&mut 3).await, Ok("lift-off"), "the last step counts");
        assert_eq!(countdown(&mut 4).await, Err(step_limit("countdown", 3)));
    }

    #[tokio::test]
    async fn end_with_an_error_that_comes_out_untouched() {
        #[agent]
        async fn f(steps: &mut u32) -> Result<Step<()>, Error> {
            *steps += 1;
            if *steps == 3 {
                return Err(Error::Busy);
            }
            Ok(Step::Next)
        }
        let mut steps = 0;
        assert_eq!(f(&mut steps).await, Err(Error::Busy));
        assert_eq!(steps, 3);
    }

    #[tokio::test]
    async fn are_counted_when_they_begin() {
        #[agent(max_steps = 3)]
        async fn f(seen: &mut Vec<(u32, bool)>) -> Result<Step<()>, Fault> {
            let run = Run::current();
            seen.push((run.step(), run.is_last_step()));
            Ok(Step::Next)
        }
        let mut seen = Vec::new();
        f(&mut seen).await.unwrap_err();
        assert_eq!(seen, [(1, false), (2, false), (3, true)]);
    }

    #[tokio::test]
    async fn leave_their_work_in_the_arguments_at_the_cap() {
        struct Chat {
            messages: Vec<String>,
        }
        #[agent(max_steps = 2)]
        async fn assistant(chat: &mut Chat) -> Result<Step<String>, Fault> {
            chat.messages.push(format!("step {}", Run::current().step()));
            Ok(Step::Next)
        }
        let mut chat = Chat { messages: Vec::new() };
        assistant(&mut chat).await.unwrap_err();
        assert_eq!(chat.messages, ["step 1", "step 2"]);
        assistant(&mut chat).await.unwrap_err();
        assert_eq!(chat.messages.len(), 4, "and another run goes on from there");
    }

    #[tokio::test]
    async fn share_their_owned_arguments_too() {
        #[agent]
        async fn f(mut seen: Vec<u32>) -> Result<Step<usize>, Fault> {
            seen.push(Run::current().step());
            Ok(if seen.len() == 5 { Step::Done(seen.len()) } else { Step::Next })
        }
        assert_eq!(f(vec![0]).await, Ok(5));
    }

    #[tokio::test]
    async fn that_panic_leave_no_run_behind() {
        #[agent]
        async fn f() -> Result<Step<()>, Fault> {
            tokio::task::yield_now().await;
            panic!("out of the step")
        }
        let mut call = Box::pin(f());
        let panic = std::future::poll_fn(|cx| {
            let poll = std::panic::AssertUnwindSafe(|| call.as_mut().poll(cx));
            std::panic::catch_unwind(poll).map_or_else(std::task::Poll::Ready, |poll| poll.map(|_| panic!()))
        });
        assert_eq!(panic.await.downcast_ref(), Some(&"out of the step"));
        assert_eq!(Run::current().agent(), None);
    }

    #[tokio::test]
    async fn may_be_limited_at_run_time() {
        static SMALL: AgentLimits = AgentLimits::new().max_steps(2);
        struct Desk {
            limits: AgentLimits,
            steps: u32,
        }
        impl Desk {
            #[agent(self.limits)]
            async fn by_field(&self) -> Result<Step<()>, Fault> {
                Ok(Step::Next)
            }

            #[agent(max_steps = self.steps)]
            async fn by_value(&self) -> Result<Step<()>, Fault> {
                Ok(Step::Next)
            }
        }
        #[agent(SMALL)]
        async fn by_static() -> Result<Step<()>, Fault> {
            Ok(Step::Next)
        }
        let desk = Desk { limits: SMALL.max_steps(3), steps: 4 };
        assert_eq!(by_static().await, Err(step_limit("by_static", 2)));
        assert_eq!(desk.by_field().await, Err(step_limit("by_field", 3)));
        assert_eq!(desk.by_value().await, Err(step_limit("by_value", 4)));
    }

    #[test]
    #[should_panic(expected = "`max_steps` of an agent must be 1 or more")]
    fn that_are_none_are_refused_at_run_time_too() {
        let none = 0;
        let _ = AgentLimits::new().max_steps(none);
    }
}

mod the_run {
    use super::*;

    #[tokio::test]
    async fn is_found_deep_inside_a_tool() {
        #[agent(max_usd = "$1")]
        async fn assistant() -> Result<Step<Usd>, Fault> {
            call_model().await?;
            Ok(Step::Done(Run::current().spent_usd()))
        }
        #[retry]
        #[timeout(secs = 1)]
        async fn call_model() -> Result<(), Fault> {
            async { Run::current().charge(cents(25).tokens(900)) }.await?;
            assert_eq!(Run::current().agent(), Some("assistant"));
            assert_eq!(Run::current().spent_tokens(), 900);
            Ok(())
        }
        assert_eq!(assistant().await, Ok(Usd::cents(25)));
    }

    #[tokio::test]
    async fn is_found_in_a_spawned_task_that_was_handed_the_scope() {
        #[agent]
        async fn assistant() -> Result<Step<(u32, u32)>, Fault> {
            let step = async { Run::current().step() };
            let without = tokio::spawn(async { Run::current().step() }).await.unwrap();
            let with = tokio::spawn(Scope::current().run(step)).await.unwrap();
            Ok(Step::Done((without, with)))
        }
        assert_eq!(assistant().await, Ok((0, 1)));
    }

    #[tokio::test]
    async fn has_no_limits_outside_every_agent() {
        let run = Run::current();
        assert_eq!((run.agent(), run.step(), run.is_last_step()), (None, 0, false));
        assert_eq!(run.charge(cents(u64::MAX)), Ok(()));
        assert_eq!(run.charge(Charge::tokens_only(u64::MAX)), Ok(()));
        assert_eq!((run.spent_usd(), run.spent_tokens()), (Usd::ZERO, 0));
        assert!((0..100).all(|_| run.observe("read", "the same").is_ok()));
    }

    #[tokio::test]
    async fn is_another_one_for_each_call() {
        #[agent(max_steps = 1)]
        async fn f() -> Result<Step<u64>, Fault> {
            Run::current().charge(Charge::tokens_only(5))?;
            Ok(Step::Done(Run::current().spent_tokens()))
        }
        assert_eq!(tokio::join!(f(), f()), (Ok(5), Ok(5)));
    }

    #[tokio::test]
    async fn is_the_outer_one_again_after_a_sub_agent() {
        #[agent]
        async fn outer() -> Result<Step<()>, Fault> {
            inner().await?;
            assert_eq!(Run::current().agent(), Some("outer"));
            Ok(Step::Done(()))
        }
        #[agent]
        async fn inner() -> Result<Step<()>, Fault> {
            assert_eq!(Run::current().agent(), Some("inner"));
            Ok(Step::Done(()))
        }
        assert_eq!(outer().await, Ok(()));
    }
}

mod the_time {
    use super::*;

    /// Says yes after a while.
    struct Slow(u64);

    impl Approver for Slow {
        async fn review(&self, _: &Request) -> Decision {
            sleep(ms(self.0)).await;
            Decision::approve()
        }
    }

    #[requires_approval(by = Slow(millis))]
    async fn ask_for(millis: u64) -> Result<(), Fault> {
        Ok(())
    }

    fn timed_out(agent: &'static str, limit: Duration) -> Fault {
        Fault::TimedOut { tool: agent.into(), limit }
    }

    #[tokio::test(start_paused = true)]
    async fn is_looked_at_before_each_step() {
        #[agent(within = "800ms")]
        async fn f(steps: &mut u32) -> Result<Step<()>, Fault> {
            *steps += 1;
            sleep(ms(400)).await;
            Ok(Step::Next)
        }
        let mut steps = 0;
        assert_eq!(f(&mut steps).await, Err(timed_out("f", ms(800))));
        assert_eq!(steps, 2, "a step at the limit is not begun");
    }

    #[tokio::test(start_paused = true)]
    async fn does_not_interrupt_a_running_step() {
        #[agent(within = "800ms")]
        async fn f() -> Result<Step<&'static str>, Fault> {
            sleep(ms(5000)).await;
            Ok(Step::Done("late, but there"))
        }
        assert_eq!(f().await, Ok("late, but there"));
    }

    #[tokio::test(start_paused = true)]
    async fn of_a_human_does_not_count() {
        #[agent(within = "1s")]
        async fn f(steps: &mut u32) -> Result<Step<()>, Fault> {
            *steps += 1;
            ask_for(1000 * 60 * 60).await?;
            sleep(ms(400)).await;
            Ok(Step::Next)
        }
        let mut steps = 0;
        assert_eq!(f(&mut steps).await, Err(timed_out("f", ms(1000))));
        assert_eq!(steps, 3, "begun after 0, 400 and 800 ms of its own time");
    }

    #[tokio::test(start_paused = true)]
    async fn of_two_questions_at_once_is_left_out_once() {
        #[agent(within = "1s")]
        async fn f(steps: &mut u32) -> Result<Step<()>, Fault> {
            *steps += 1;
            if *steps == 1 {
                let later = async {
                    sleep(ms(1000)).await;
                    ask_for(3000).await
                };
                let (first, second) = tokio::join!(ask_for(3000), later);
                first.and(second)?;
            }
            sleep(ms(600)).await;
            Ok(Step::Next)
        }
        let mut steps = 0;
        let started = Instant::now();
        assert_eq!(f(&mut steps).await, Err(timed_out("f", ms(1000))));
        assert_eq!((steps, started.elapsed()), (2, ms(4000 + 2 * 600)));
    }

    #[tokio::test(start_paused = true)]
    async fn of_a_question_that_is_still_open_does_not_count() {
        #[agent(within = "1s", max_steps = 4)]
        async fn f() -> Result<Step<()>, Fault> {
            if Run::current().step() == 1 {
                reliable::spawn(ask_for(1000 * 60));
                // The question is open before the time goes on.
                tokio::task::yield_now().await;
            }
            sleep(ms(700)).await;
            Ok(Step::Next)
        }
        assert_eq!(f().await, Err(step_limit("f", 4)));
    }

    #[tokio::test(start_paused = true)]
    async fn counts_again_when_a_question_is_cancelled() {
        #[agent(within = "1s")]
        async fn f(steps: &mut u32) -> Result<Step<()>, Fault> {
            *steps += 1;
            assert!(tokio::time::timeout(ms(5000), ask_for(1000 * 60)).await.is_err());
            sleep(ms(400)).await;
            Ok(Step::Next)
        }
        let mut steps = 0;
        assert_eq!(f(&mut steps).await, Err(timed_out("f", ms(1000))));
        assert_eq!(steps, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn of_a_human_asked_by_a_sub_agent_does_not_count_either() {
        #[agent(within = "1s")]
        async fn parent(steps: &mut u32) -> Result<Step<()>, Fault> {
            *steps += 1;
            child().await?;
            sleep(ms(400)).await;
            Ok(Step::Next)
        }
        #[agent]
        async fn child() -> Result<Step<()>, Fault> {
            ask_for(5000).await.map(Step::Done)
        }
        let mut steps = 0;
        assert_eq!(parent(&mut steps).await, Err(timed_out("parent", ms(1000))));
        assert_eq!(steps, 3);
    }
}

mod in_a_stack {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_timeout_below_is_for_each_step() {
        #[agent(max_steps = 3)]
        #[timeout(ms = 100)]
        async fn f() -> Result<Step<()>, Fault> {
            sleep(ms(90)).await;
            Ok(Step::Next)
        }
        assert_eq!(f().await, Err(step_limit("f", 3)), "270 ms in all");
    }

    #[tokio::test(start_paused = true)]
    async fn a_timeout_above_is_for_the_whole_run() {
        #[timeout(ms = 200)]
        #[agent(max_steps = 3)]
        async fn f(steps: &AtomicU32) -> Result<Step<()>, Fault> {
            steps.fetch_add(1, Ordering::Relaxed);
            sleep(ms(90)).await;
            Ok(Step::Next)
        }
        let steps = AtomicU32::new(0);
        assert_eq!(f(&steps).await, Err(Fault::TimedOut { tool: "f".into(), limit: ms(200) }));
        assert_eq!(steps.into_inner(), 3, "the third one was interrupted");
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_below_tries_a_step_again_and_counts_it_once() {
        #[agent(max_steps = 2)]
        #[retry(max = 2)]
        async fn f(seen: &mut Vec<u32>) -> Result<Step<&'static str>, Error> {
            seen.push(Run::current().step());
            match seen.len() {
                3 => Ok(Step::Next),
                5 => Ok(Step::Done("done")),
                _ => Err(Error::Busy),
            }
        }
        let mut seen = Vec::new();
        assert_eq!(f(&mut seen).await, Ok("done"));
        assert_eq!(seen, [1, 1, 1, 2, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_below_does_not_spend_more_than_there_is() {
        #[agent(max_usd = "$0.02")]
        #[retry(max = 9)]
        async fn f(calls: &AtomicU32) -> Result<Step<()>, Error> {
            Run::current().charge(cents(1))?;
            calls.fetch_add(1, Ordering::Relaxed);
            Err(Error::Busy)
        }
        let calls = AtomicU32::new(0);
        let fault = over_usd("f", Usd::cents(2), Usd::cents(2), Usd::cents(1));
        assert_eq!(f(&calls).await, Err(fault.into()));
        assert_eq!(calls.into_inner(), 2);
    }

    #[tokio::test]
    async fn a_fallback_above_answers_the_step_limit_with_the_work_done() {
        #[fallback(Ok(found.join(" and ")))]
        #[agent(max_steps = 2)]
        async fn f(found: &mut Vec<&'static str>) -> Result<Step<String>, Fault> {
            found.push("something");
            Ok(Step::Next)
        }
        assert_eq!(f(&mut Vec::new()).await.unwrap(), "something and something");
    }

    #[tokio::test]
    async fn an_approval_above_asks_once_for_the_whole_run() {
        #[requires_approval(by = script, show())]
        #[agent(max_steps = 5)]
        async fn f(script: &Scripted) -> Result<Step<()>, Fault> {
            Ok(Step::Next)
        }
        let script = Scripted::new([Decision::approve()]);
        assert_eq!(f(&script).await, Err(step_limit("f", 5)));
        assert_eq!(script.requests().len(), 1);
    }

    #[tokio::test]
    async fn a_denied_run_begins_no_step() {
        #[requires_approval(by = Deny)]
        #[agent]
        async fn f(steps: &mut u32) -> Result<Step<()>, Fault> {
            *steps += 1;
            Ok(Step::Next)
        }
        let mut steps = 0;
        assert!(matches!(f(&mut steps).await, Err(Fault::Denied { .. })));
        assert_eq!(steps, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_run_begins_no_other_step() {
        #[agent]
        async fn f(steps: &AtomicU32) -> Result<Step<()>, Fault> {
            steps.fetch_add(1, Ordering::Relaxed);
            sleep(ms(100)).await;
            Ok(Step::Next)
        }
        let steps = AtomicU32::new(0);
        assert!(tokio::time::timeout(ms(150), f(&steps)).await.is_err());
        sleep(ms(5000)).await;
        assert_eq!(steps.into_inner(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reservation_of_a_step_that_times_out_is_given_back() {
        #[fallback(Ok(Run::current().spent_usd()))]
        #[agent(max_usd = "$0.10", max_steps = 3)]
        #[retry(max = 1, backoff = "none")]
        #[timeout(ms = 50)]
        async fn f(tries: &AtomicU32) -> Result<Step<Usd>, Fault> {
            let held = Run::current().reserve(cents(8))?;
            if tries.fetch_add(1, Ordering::Relaxed) == 0 {
                pending::<()>().await;
            }
            held.commit(cents(3))?;
            Ok(Step::Done(Run::current().spent_usd()))
        }
        assert_eq!(f(&AtomicU32::new(0)).await, Ok(Usd::cents(3)));
    }
}
