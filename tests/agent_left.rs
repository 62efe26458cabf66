//! What a run knows of its limits: what is left of each, and whether it is time to finish.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reliable::{AgentLimits, Approver, Charge, Decision, Fault, Request, Run, Scope, Step, Usd};
use reliable::{agent, requires_approval};
use tokio::time::sleep;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn cents(cents: u64) -> Charge {
    Charge::usd(Usd::cents(cents))
}

fn nothing_is_limited(run: &Run) {
    assert_eq!((run.left_usd(), run.left_tokens(), run.left_time()), (None, None, None));
    assert!(!run.should_finish());
}

#[tokio::test]
async fn without_a_limit_nothing_is_left_of_it() {
    let nowhere = Run::current();
    nothing_is_limited(&nowhere);
    assert_eq!(nowhere.left_steps(), None);
    assert_eq!(nowhere.limits(), AgentLimits::new().max_steps(u32::MAX));

    let run = AgentLimits::new().begin("desk");
    run.charge(Charge::usd(Usd::dollars(1000)).tokens(1_000_000)).unwrap();
    nothing_is_limited(&run);
    assert_eq!((run.limits(), run.left_steps()), (AgentLimits::new(), Some(8)));
}

#[tokio::test]
async fn the_limits_are_those_that_the_attribute_names() {
    #[agent(
        max_steps = 3,
        max_total_steps = 30,
        max_usd = "$1",
        max_tokens = 9,
        within = "1m",
        max_repeats = 2,
        max_denials = 4
    )]
    async fn desk() -> Result<Step<AgentLimits>, Fault> {
        Ok(Step::Done(Run::current().limits()))
    }
    let limits = desk().await.unwrap();
    assert_eq!((limits.max_steps, limits.max_usd, limits.max_tokens), (3, Some(Usd::dollars(1)), Some(9)));
    assert_eq!((limits.within, limits.max_repeats, limits.max_denials), (Some(ms(60_000)), Some(2), Some(4)));
}

#[tokio::test]
async fn the_step_under_way_counts_as_used() {
    #[agent(max_steps = 3)]
    async fn desk(left: &mut Vec<u32>) -> Result<Step<()>, Fault> {
        let run = Run::current();
        left.extend(run.left_steps());
        assert_eq!((run.left_steps() == Some(0), run.should_finish()), (run.is_last_step(), run.is_last_step()));
        Ok(Step::Next)
    }
    let mut left = Vec::new();
    desk(&mut left).await.unwrap_err();
    assert_eq!(left, [2, 1, 0]);
}

#[tokio::test]
async fn what_is_reserved_is_not_left() {
    let run = AgentLimits::new().max_usd(Usd::cents(10)).max_tokens(100).begin("desk");
    let reserved = run.reserve(cents(4).tokens(30)).unwrap();
    assert_eq!((run.left_usd(), run.left_tokens()), (Some(Usd::cents(6)), Some(70)));
    reserved.commit(cents(1).tokens(20)).unwrap();
    assert_eq!((run.left_usd(), run.left_tokens()), (Some(Usd::cents(9)), Some(80)));
    run.reserve(cents(1)).unwrap().sent().commit(cents(50).tokens(500)).unwrap();
    assert_eq!((run.left_usd(), run.left_tokens()), (Some(Usd::ZERO), Some(0)), "never below nothing");
}

/// Charges this for each step, and gives how much was left when it was time to finish.
async fn until_it_is_time(limits: AgentLimits, charges: &[Charge]) -> (u32, Option<Usd>, Option<u64>) {
    let run = limits.max_steps(100).begin("desk");
    for charge in charges.iter().cycle() {
        run.next_step().unwrap();
        if run.should_finish() {
            return (run.step(), run.left_usd(), run.left_tokens());
        }
        run.charge(*charge).unwrap();
    }
    unreachable!("it goes round")
}

#[tokio::test]
async fn it_is_time_when_another_step_as_dear_as_the_dearest_does_not_fit() {
    let usd = |max| AgentLimits::new().max_usd(Usd::cents(max));
    assert_eq!(until_it_is_time(usd(10), &[cents(4)]).await, (3, Some(Usd::cents(2)), None));
    assert_eq!(until_it_is_time(usd(20), &[cents(1), cents(6)]).await, (6, Some(Usd::cents(5)), None));

    let tokens = AgentLimits::new().max_tokens(100);
    assert_eq!(until_it_is_time(tokens, &[Charge::tokens_only(30)]).await, (4, None, Some(10)));

    // The dearest of each is what counts, and be it in different steps.
    let both = usd(20).max_tokens(100);
    assert_eq!(until_it_is_time(both, &[cents(1).tokens(40), cents(7)]).await, (4, Some(Usd::cents(11)), Some(20)));
}

#[tokio::test]
async fn what_fits_exactly_fits() {
    let run = AgentLimits::new().max_usd(Usd::cents(10)).begin("desk");
    run.next_step().unwrap();
    assert!(!run.should_finish(), "nothing was spent yet");
    run.charge(cents(5)).unwrap();
    assert!(!run.should_finish(), "another 5 cents are there");
    run.next_step().unwrap();
    assert!(!run.should_finish());
    run.charge(Usd::micros(1)).unwrap();
    assert!(run.should_finish());
}

#[tokio::test]
async fn the_step_under_way_is_one_of_those_so_far() {
    let run = AgentLimits::new().max_tokens(100).begin("desk");
    run.charge(Charge::tokens_only(40)).unwrap();
    run.next_step().unwrap();
    assert!(!run.should_finish(), "what was spent before the first step is none");
    run.charge(Charge::tokens_only(31)).unwrap();
    assert!(run.should_finish(), "29 are left");
}

#[tokio::test]
async fn with_nothing_left_no_other_step_follows() {
    let run = AgentLimits::new().max_tokens(100).begin("desk");
    run.next_step().unwrap();
    let reserved = run.reserve(Charge::tokens_only(100)).unwrap();
    assert!(run.should_finish());
    drop(reserved);
    assert!(!run.should_finish());
}

#[tokio::test]
async fn a_run_that_is_stuck_takes_no_other_step() {
    let run = AgentLimits::new().max_repeats(2).begin("desk");
    run.next_step().unwrap();
    run.observe("read", "nothing").unwrap();
    assert!(!run.should_finish());
    run.observe("read", "nothing").unwrap_err();
    assert!(run.should_finish());
}

#[tokio::test]
async fn tools_that_run_at_once_are_one_step() {
    #[agent(max_usd = "$0.10")]
    async fn desk() -> Result<Step<bool>, Fault> {
        async fn tool() -> Result<(), Fault> {
            let reserved = Run::current().reserve(cents(2))?.sent();
            tokio::task::yield_now().await;
            reserved.commit(cents(2))
        }
        if Run::current().should_finish() {
            return Ok(Step::Done(Run::current().step() == 2));
        }
        let (a, b, c) = tokio::join!(reliable::spawn(tool()), tool(), tool());
        a.unwrap().and(b).and(c)?;
        assert_eq!(Run::current().left_usd(), Some(Usd::cents(4)));
        Ok(Step::Next)
    }
    assert_eq!(desk().await, Ok(true), "6 cents a step, and 4 are left");
}

mod time {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn is_left_until_the_limit_and_not_below() {
        let run = AgentLimits::new().within(ms(1000)).begin("desk");
        assert_eq!(run.left_time(), Some(ms(1000)));
        sleep(ms(300)).await;
        assert_eq!(run.left_time(), Some(ms(700)));
        sleep(ms(3000)).await;
        assert_eq!(run.left_time(), Some(ms(0)));
    }

    #[tokio::test(start_paused = true)]
    async fn is_measured_by_step() {
        #[agent(within = "10s")]
        async fn desk() -> Result<Step<u32>, Fault> {
            if Run::current().should_finish() {
                return Ok(Step::Done(Run::current().step()));
            }
            sleep(ms(3000)).await;
            Ok(Step::Next)
        }
        assert_eq!(desk().await, Ok(4), "at 9 s");

        let run = AgentLimits::new().within(ms(1000)).begin("desk");
        run.next_step().unwrap();
        sleep(ms(500)).await;
        run.next_step().unwrap();
        assert!(!run.should_finish(), "half of it, and the other half is there");
        sleep(ms(1)).await;
        assert!(run.should_finish());
    }

    struct Slow;

    impl Approver for Slow {
        async fn review(&self, _: &Request) -> Decision {
            sleep(ms(60_000)).await;
            Decision::approve()
        }
    }

    #[requires_approval]
    async fn refund() -> Result<(), Fault> {
        sleep(ms(100)).await;
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn of_a_human_is_nobodys() {
        #[agent(within = "1s")]
        async fn desk() -> Result<Step<u32>, Fault> {
            let run = Run::current();
            if run.should_finish() {
                return Ok(Step::Done(run.left_steps().unwrap()));
            }
            refund().await?;
            assert_eq!(run.left_time(), Some(ms(1000 - 100 * u64::from(run.step()))));
            Ok(Step::Next)
        }
        assert_eq!(Scope::current().approver(Slow).run(desk()).await, Ok(0), "the last of eight");
    }
}

mod a_sub_agent {
    use super::*;

    #[tokio::test]
    async fn has_what_its_outer_runs_have_left_of_what_they_share() {
        let outer = AgentLimits::new().max_usd(Usd::cents(10)).max_tokens(10).max_steps(2).begin("outer");
        outer.next_step().unwrap();
        let inner = outer.scope(async { AgentLimits::new().max_usd(Usd::cents(50)).begin("inner") }).await;
        assert_eq!((inner.left_usd(), inner.left_tokens()), (Some(Usd::cents(10)), Some(10)));
        assert_eq!((inner.left_steps(), outer.left_steps()), (Some(8), Some(1)), "the steps are its own");
        assert_eq!(inner.limits(), AgentLimits::new().max_usd(Usd::cents(50)));
        inner.charge(cents(4).tokens(3)).unwrap();
        outer.charge(cents(5)).unwrap();
        assert_eq!((inner.left_usd(), inner.left_tokens()), (Some(Usd::cents(1)), Some(7)));

        let innermost = inner.scope(async { AgentLimits::new().max_tokens(5).begin("innermost") }).await;
        assert_eq!((innermost.left_usd(), innermost.left_tokens()), (Some(Usd::cents(1)), Some(5)));
    }

    #[tokio::test]
    async fn finishes_when_another_step_of_its_own_does_not_fit_around() {
        #[agent(max_usd = "$0.10", max_steps = 1)]
        async fn outer(steps: &AtomicU32) -> Result<Step<()>, Fault> {
            inner(steps).await.map(Step::Done)
        }
        #[agent]
        async fn inner(steps: &AtomicU32) -> Result<Step<()>, Fault> {
            let run = Run::current();
            if run.should_finish() {
                return Ok(Step::Done(()));
            }
            run.charge(cents(3))?;
            steps.fetch_add(1, Ordering::Relaxed);
            Ok(Step::Next)
        }
        let steps = AtomicU32::new(0);
        assert_eq!(outer(&steps).await, Ok(()));
        assert_eq!(steps.into_inner(), 3, "the last step of the outer one is not its own");
    }

    #[tokio::test(start_paused = true)]
    async fn measures_the_time_that_is_limited_around() {
        #[agent(within = "1s")]
        async fn outer() -> Result<Step<u32>, Fault> {
            sleep(ms(100)).await;
            inner().await.map(Step::Done)
        }
        #[agent]
        async fn inner() -> Result<Step<u32>, Fault> {
            let run = Run::current();
            if run.should_finish() {
                return Ok(Step::Done(run.step()));
            }
            sleep(ms(400)).await;
            Ok(Step::Next)
        }
        assert_eq!(outer().await, Ok(3), "at 900 ms");
    }

    #[tokio::test]
    async fn takes_no_other_step_when_an_outer_run_is_stuck() {
        let outer = AgentLimits::new().max_repeats(2).begin("outer");
        let inner = outer.scope(async { AgentLimits::new().begin("inner") }).await;
        inner.next_step().unwrap();
        outer.observe("read", "nothing").unwrap();
        assert!(!inner.should_finish());
        outer.observe("read", "nothing").unwrap_err();
        assert!(inner.should_finish());
    }
}
