//! What holds of an agent within an agent: it spends the outer one's budget, and stops at its limits.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::{AgentLimits, BudgetExceeded, Charge, Event, Fault, Recorder, Run, Scope, Step, Usd};
use reliable::{agent, retry};
use tokio::time::{Instant, sleep};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn step_limit(agent: &'static str, max_steps: u32) -> Fault {
    Fault::StepLimit { agent: agent.into(), max_steps }
}

fn over_usd(agent: &'static str, max: Usd, spent: Usd, asked: Usd) -> Fault {
    Fault::OverBudget { agent: agent.into(), budget: BudgetExceeded::Usd { max, spent, asked }.into() }
}

fn timed_out(agent: &'static str, limit: Duration) -> Fault {
    Fault::TimedOut { tool: agent.into(), limit }
}

fn cents(cents: u64) -> Charge {
    Charge::usd(Usd::cents(cents))
}

mod spending {
    use super::*;

    #[agent(max_usd = "$0.10")]
    async fn parent(charges: &[u64]) -> Result<Step<(Usd, Usd)>, Fault> {
        let spent_by_child = child(charges).await?;
        Ok(Step::Done((spent_by_child, Run::current().spent_usd())))
    }

    /// Its own cap is larger than what the parent has.
    #[agent(max_usd = "$5")]
    async fn child(charges: &[u64]) -> Result<Step<Usd>, Fault> {
        for charge in charges {
            Run::current().charge(cents(*charge))?;
        }
        Ok(Step::Done(Run::current().spent_usd()))
    }

    #[tokio::test]
    async fn spends_the_budget_of_its_parent() {
        assert_eq!(parent(&[3, 4]).await, Ok((Usd::cents(7), Usd::cents(7))));
    }

    #[tokio::test]
    async fn cannot_exceed_it() {
        let fault = over_usd("parent", Usd::cents(10), Usd::cents(9), Usd::cents(4));
        assert_eq!(parent(&[9, 4]).await, Err(fault));
    }

    #[tokio::test]
    async fn has_nothing_on_its_books_of_a_charge_that_the_parent_refused() {
        #[agent(max_usd = "$0.10")]
        async fn parent() -> Result<Step<()>, Fault> {
            child().await
        }
        async fn child() -> Result<Step<()>, Fault> {
            let (parent, child) = (Run::current(), AgentLimits::new().max_usd(Usd::cents(25)).begin("child"));
            child.charge(cents(20)).unwrap_err();
            assert_eq!((parent.spent_usd(), child.spent_usd()), (Usd::ZERO, Usd::ZERO));
            child.charge(cents(10))?;
            assert_eq!((parent.spent_usd(), child.spent_usd()), (Usd::cents(10), Usd::cents(10)));
            Ok(Step::Done(()))
        }
        assert_eq!(parent().await, Ok(()));
    }

    #[tokio::test]
    async fn may_have_a_smaller_budget_of_its_own() {
        #[agent(max_usd = "$1")]
        async fn parent() -> Result<Step<Usd>, Fault> {
            small().await.unwrap_err();
            Ok(Step::Done(Run::current().spent_usd()))
        }
        #[agent(max_usd = "$0.02")]
        async fn small() -> Result<Step<()>, Fault> {
            Run::current().charge(cents(1))?;
            Ok(Step::Next)
        }
        assert_eq!(parent().await, Ok(Usd::cents(2)));
    }

    #[tokio::test]
    async fn needs_prices_if_the_parent_has_a_cap() {
        #[agent(max_usd = "$1")]
        async fn parent() -> Result<Step<()>, Fault> {
            uncapped().await.map(Step::Done)
        }
        #[agent]
        async fn uncapped() -> Result<Step<()>, Fault> {
            Run::current().charge(Charge::tokens_only(1))?;
            Ok(Step::Done(()))
        }
        assert_eq!(parent().await, Err(Fault::Unpriced { agent: "parent".into() }));
        assert_eq!(uncapped().await, Ok(()));
    }

    #[tokio::test]
    async fn begins_no_step_when_the_parent_has_nothing_left() {
        #[agent(max_usd = "$0.10")]
        async fn parent(steps_of_child: &AtomicU32) -> Result<Step<()>, Fault> {
            Run::current().charge(cents(10))?;
            child(steps_of_child).await.map(Step::Done)
        }
        #[agent]
        async fn child(steps: &AtomicU32) -> Result<Step<()>, Fault> {
            steps.fetch_add(1, Ordering::Relaxed);
            Ok(Step::Done(()))
        }
        let steps = AtomicU32::new(0);
        assert_eq!(parent(&steps).await, Err(over_usd("parent", Usd::cents(10), Usd::cents(10), Usd::ZERO)));
        assert_eq!(steps.into_inner(), 0);
    }

    #[tokio::test]
    async fn has_steps_of_its_own() {
        #[agent(max_steps = 2)]
        async fn parent(steps: &AtomicU32) -> Result<Step<()>, Fault> {
            many(steps).await.unwrap_err();
            Ok(Step::Next)
        }
        #[agent(max_steps = 5)]
        async fn many(steps: &AtomicU32) -> Result<Step<()>, Fault> {
            steps.fetch_add(1, Ordering::Relaxed);
            Ok(Step::Next)
        }
        let steps = AtomicU32::new(0);
        assert_eq!(parent(&steps).await, Err(step_limit("parent", 2)));
        assert_eq!(steps.into_inner(), 10);
    }
}

mod time {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn of_the_parent_is_the_childs_too() {
        #[agent(within = "2s")]
        async fn parent(steps: &AtomicU32) -> Result<Step<()>, Fault> {
            child(steps).await.map(Step::Done)
        }
        #[agent(max_steps = 50)]
        async fn child(steps: &AtomicU32) -> Result<Step<()>, Fault> {
            steps.fetch_add(1, Ordering::Relaxed);
            sleep(ms(1000)).await;
            Ok(Step::Next)
        }
        let (steps, started) = (AtomicU32::new(0), Instant::now());
        assert_eq!(parent(&steps).await, Err(timed_out("parent", ms(2000))));
        assert_eq!((steps.into_inner(), started.elapsed()), (2, ms(2000)));
    }

    #[tokio::test(start_paused = true)]
    async fn of_the_outermost_reaches_the_innermost() {
        #[agent(within = "2s")]
        async fn outer(steps: &AtomicU32) -> Result<Step<()>, Fault> {
            let _ = middle(steps).await;
            Ok(Step::Next)
        }
        #[agent(within = "1h", max_steps = 2)]
        async fn middle(steps: &AtomicU32) -> Result<Step<()>, Fault> {
            assert_eq!(inner(steps).await, Err(timed_out("outer", ms(2000))));
            Ok(Step::Next)
        }
        #[agent(max_steps = 50)]
        #[retry(max = 2)]
        async fn inner(steps: &AtomicU32) -> Result<Step<()>, Fault> {
            steps.fetch_add(1, Ordering::Relaxed);
            sleep(ms(700)).await;
            Ok(Step::Next)
        }
        let (steps, started) = (AtomicU32::new(0), Instant::now());
        assert_eq!(outer(&steps).await, Err(timed_out("outer", ms(2000))));
        assert_eq!((steps.into_inner(), started.elapsed()), (3, ms(2100)), "a step under way is not interrupted");
    }

    #[tokio::test(start_paused = true)]
    async fn of_the_child_is_its_own() {
        #[agent(within = "1h", max_steps = 2)]
        async fn parent() -> Result<Step<()>, Fault> {
            assert_eq!(child().await, Err(timed_out("child", ms(1000))));
            Ok(Step::Next)
        }
        #[agent(within = "1s")]
        async fn child() -> Result<Step<()>, Fault> {
            sleep(ms(600)).await;
            Ok(Step::Next)
        }
        assert_eq!(parent().await, Err(step_limit("parent", 2)));
    }

    #[tokio::test(start_paused = true)]
    async fn of_the_parent_holds_in_a_spawned_task_of_its_scope() {
        #[agent(within = "1s")]
        async fn parent() -> Result<Step<()>, Fault> {
            let children: Vec<_> = (0..2).map(|_| reliable::spawn(child())).collect();
            for child in children {
                assert_eq!(child.await.unwrap(), Err(timed_out("parent", ms(1000))));
            }
            Ok(Step::Done(()))
        }
        #[agent]
        async fn child() -> Result<Step<()>, Fault> {
            sleep(ms(400)).await;
            Ok(Step::Next)
        }
        assert_eq!(parent().await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn is_told_as_what_stopped_the_child() {
        #[agent(within = "1s")]
        async fn parent() -> Result<Step<()>, Fault> {
            child().await.map(Step::Done)
        }
        #[agent]
        async fn child() -> Result<Step<()>, Fault> {
            sleep(ms(1000)).await;
            Ok(Step::Next)
        }
        let recorder = Recorder::new();
        Scope::current().recorder(&recorder).run(parent()).await.unwrap_err();
        let report = recorder.report();
        let stopped = Event::Stopped { agent: "child".into(), fault: timed_out("parent", ms(1000)) };
        assert!(report.entries().iter().any(|entry| entry.event == stopped), "{report}");
    }
}

mod circles {
    use super::*;

    fn stuck(agent: &'static str) -> Fault {
        Fault::Stuck { agent: agent.into(), repeats: 3 }
    }

    #[tokio::test]
    async fn of_several_children_are_one_of_the_parent() {
        #[agent(max_repeats = 3)]
        async fn parent(children: &mut u32) -> Result<Step<()>, Fault> {
            *children += 1;
            let _ = child().await;
            Ok(Step::Next)
        }
        #[agent]
        async fn child() -> Result<Step<()>, Fault> {
            Run::current().observe("read a.rs", "not found").map(Step::Done)
        }
        let mut children = 0;
        assert_eq!(parent(&mut children).await, Err(stuck("parent")));
        assert_eq!(children, 3);
    }

    #[tokio::test]
    async fn of_the_parent_stop_the_child_by_its_name() {
        #[agent(max_repeats = 3, max_steps = 20)]
        async fn parent(steps: &AtomicU32) -> Result<Step<()>, Fault> {
            child(steps).await.map(Step::Done)
        }
        #[agent(max_steps = 20)]
        async fn child(steps: &AtomicU32) -> Result<Step<()>, Fault> {
            steps.fetch_add(1, Ordering::Relaxed);
            let _ = Run::current().observe("read a.rs", "not found");
            Ok(Step::Next)
        }
        let steps = AtomicU32::new(0);
        assert_eq!(parent(&steps).await, Err(stuck("parent")));
        assert_eq!(steps.into_inner(), 3);
    }

    #[tokio::test]
    async fn of_the_child_are_not_those_of_a_parent_that_allows_more() {
        #[agent(max_repeats = 5, max_steps = 1)]
        async fn parent() -> Result<Step<()>, Fault> {
            assert_eq!(child().await, Err(stuck("child")));
            assert_eq!(Run::current().observe("read a.rs", "not found"), Ok(()), "the fourth");
            assert!(Run::current().observe("read a.rs", "not found").is_err(), "the fifth");
            Ok(Step::Next)
        }
        #[agent(max_repeats = 3)]
        async fn child() -> Result<Step<()>, Fault> {
            Run::current().observe("read a.rs", "not found")?;
            Ok(Step::Next)
        }
        let fault = Fault::Stuck { agent: "parent".into(), repeats: 5 };
        assert_eq!(parent().await, Err(fault));
    }

    #[tokio::test]
    async fn of_the_parent_nudge_the_child() {
        #[agent(max_repeats = 3)]
        async fn parent() -> Result<Step<()>, Fault> {
            Run::current().observe("read a.rs", "not found")?;
            assert_eq!(Run::current().nudge(), None);
            child().await?;
            assert!(Run::current().nudge().is_some());
            Ok(Step::Done(()))
        }
        #[agent]
        async fn child() -> Result<Step<()>, Fault> {
            Run::current().observe("read a.rs", "not found")?;
            let nudge = Run::current().nudge().unwrap();
            assert!(nudge.starts_with("`read a.rs` came to the same result 2 times in a row"), "{nudge}");
            Ok(Step::Done(()))
        }
        assert_eq!(parent().await, Ok(()));
    }

    #[tokio::test]
    async fn of_the_child_are_unknown_to_a_parent_that_is_not_asked() {
        let outer = AgentLimits::new().begin("outer");
        let inner = outer.scope(async { AgentLimits::new().max_repeats(2).begin("inner") }).await;
        inner.observe("read a.rs", "not found").unwrap();
        inner.observe("read a.rs", "not found").unwrap_err();
        assert_eq!(outer.next_step(), Ok(()));
        assert!(inner.next_step().is_err());
    }
}

/// `max_total_steps`: the steps of all of them together.
mod total_steps {
    use super::*;

    /// Takes so many steps by itself.
    #[agent(max_steps = 100)]
    async fn child(steps: u32) -> Result<Step<()>, Fault> {
        Ok(if Run::current().step() < steps { Step::Next } else { Step::Done(()) })
    }

    #[agent(max_steps = 100, max_total_steps = 10)]
    async fn parent(children: &[u32], begun: &AtomicU32) -> Result<Step<()>, Fault> {
        for steps in children {
            child(*steps).await?;
            begun.fetch_add(*steps, Ordering::Relaxed);
        }
        begun.fetch_add(1, Ordering::Relaxed);
        Ok(Step::Next)
    }

    #[tokio::test]
    async fn the_steps_of_sub_agents_count() {
        let begun = AtomicU32::new(0);
        assert_eq!(parent(&[2, 2], &begun).await, Err(step_limit("parent", 10)));
        assert_eq!(begun.into_inner(), 10);
    }

    #[tokio::test]
    async fn a_sub_agent_is_stopped_in_the_name_of_the_one_around_it() {
        let begun = AtomicU32::new(0);
        let recorder = Recorder::new();
        let outcome = Scope::current().recorder(&recorder).run(parent(&[99], &begun)).await;
        assert_eq!(outcome, Err(step_limit("parent", 10)));
        let report = recorder.report();
        assert_eq!((report.of("parent").unwrap().steps, report.of("child").unwrap().steps), (1, 9));
        assert_eq!(report.of("child").unwrap().ended, Some(step_limit("parent", 10).to_string()));
    }

    #[tokio::test]
    async fn its_own_steps_count_without_any_sub_agent() {
        assert_eq!(parent(&[], &AtomicU32::new(0)).await, Err(step_limit("parent", 10)));
    }

    #[tokio::test]
    async fn each_agent_may_have_a_smaller_one_and_what_it_refused_is_not_counted_further_out() {
        #[agent(max_total_steps = 2)]
        async fn middle() -> Result<Step<()>, Fault> {
            child(99).await.map(Step::Done)
        }
        #[agent(max_total_steps = 7)]
        async fn outer() -> Result<Step<u32>, Fault> {
            for _ in 0..3 {
                assert_eq!(middle().await, Err(step_limit("middle", 2)));
            }
            Ok(Step::Done(Run::current().left_steps().unwrap()))
        }
        assert_eq!(outer().await, Ok(0), "one of its own, and two of each of the three");
    }

    /// A step that an outer run has refused is not one of the inner runs.
    #[tokio::test]
    async fn what_an_outer_one_refused_is_not_counted_further_in() {
        let outer = AgentLimits::new().max_total_steps(1).begin("outer");
        let inner = outer.scope(async { AgentLimits::new().max_total_steps(3).begin("inner") }).await;
        let innermost = inner.scope(async { AgentLimits::new().max_total_steps(3).begin("innermost") }).await;
        outer.next_step().unwrap();
        for _ in 0..5 {
            assert_eq!(innermost.next_step(), Err(step_limit("outer", 1)));
        }
        assert_eq!((innermost.left_steps(), innermost.step()), (Some(0), 0));
    }

    #[tokio::test]
    async fn what_is_left_is_the_least_of_all() {
        let outer = AgentLimits::new().max_steps(9).max_total_steps(4).begin("outer");
        outer.next_step().unwrap();
        assert_eq!((outer.left_steps(), outer.is_last_step(), outer.should_finish()), (Some(3), false, false));
        let inner = outer.scope(async { AgentLimits::new().max_steps(9).begin("inner") }).await;
        for left in [2, 1, 0] {
            inner.next_step().unwrap();
            assert_eq!((inner.left_steps(), outer.left_steps()), (Some(left), Some(left)));
        }
        assert!(inner.is_last_step() && outer.is_last_step() && inner.should_finish());
        assert_eq!(inner.next_step(), Err(step_limit("outer", 4)));
        assert_eq!(outer.next_step(), Err(step_limit("outer", 4)));
    }

    /// Two at the same time take no step more than one after the other.
    #[tokio::test]
    async fn sub_agents_beside_each_other_share_it() {
        #[agent(max_total_steps = 10)]
        async fn fan_out() -> Result<Step<[Result<(), Fault>; 2]>, Fault> {
            let (one, other) = tokio::join!(child_that_waits(), child_that_waits());
            Ok(Step::Done([one, other]))
        }
        #[agent(max_steps = 100)]
        async fn child_that_waits() -> Result<Step<()>, Fault> {
            tokio::task::yield_now().await;
            Ok(Step::Next)
        }
        let recorder = Recorder::new();
        let outcome = Scope::current().recorder(&recorder).run(fan_out()).await;
        assert_eq!(outcome, Ok([Err(step_limit("fan_out", 10)), Err(step_limit("fan_out", 10))]));
        assert_eq!(recorder.report().of("child_that_waits").unwrap().steps, 9);
    }
}
