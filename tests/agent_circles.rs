//! How an agent that goes in circles is noticed: `Run::observe`, and `Run::nudge` in time.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::hash::{Hash, Hasher};

use reliable::{AgentLimits, Fault, Run, Step, agent};

fn stuck(repeats: u32) -> Result<(), Fault> {
    Err(Fault::Stuck { agent: "desk".into(), repeats })
}

fn run() -> Run {
    AgentLimits::new().max_repeats(3).begin("desk")
}

#[tokio::test]
async fn ends_the_run_at_the_third_time() {
    #[agent(max_repeats = 3, max_steps = 20)]
    async fn desk(steps: &mut u32) -> Result<Step<()>, Fault> {
        *steps += 1;
        Run::current().observe("read a.rs", "not found")?;
        Ok(Step::Next)
    }
    let mut steps = 0;
    assert_eq!(desk(&mut steps).await, stuck(3));
    assert_eq!(steps, 3);
}

#[tokio::test]
async fn ends_the_run_before_the_next_step_if_the_step_did_not_care() {
    #[agent(max_repeats = 3, max_steps = 20)]
    async fn desk(steps: &mut u32) -> Result<Step<()>, Fault> {
        *steps += 1;
        let _ = Run::current().observe("read a.rs", "not found");
        Ok(Step::Next)
    }
    let mut steps = 0;
    assert_eq!(desk(&mut steps).await, stuck(3));
    assert_eq!(steps, 3);
}

#[test]
fn is_not_seen_in_another_result_or_another_action() {
    let run = run();
    for n in 0..9 {
        assert_eq!(run.observe("poll", n), Ok(()), "a clock that ticks");
        assert_eq!(run.observe(n, "done"), Ok(()), "many things that go well");
    }
    assert_eq!(run.observe("ab", "c"), Ok(()));
    assert_eq!(run.observe("a", "bc"), Ok(()));
    assert_eq!(run.observe("", "abc"), Ok(()), "an action is not its result");
}

#[test]
fn is_seen_through_other_actions_in_between() {
    let run = run();
    for _ in 0..2 {
        assert_eq!(run.observe("read", "text"), Ok(()));
        assert_eq!(run.observe("edit", "failed"), Ok(()));
        assert_eq!(run.observe("test", "failed"), Ok(()));
    }
    assert_eq!(run.observe("read", "text"), stuck(3));
}

#[test]
fn is_allowed_where_no_limit_is_set() {
    let run = AgentLimits::new().begin("desk");
    assert!((0..100).all(|_| run.observe("read", "text").is_ok()));
}

#[test]
#[should_panic(expected = "`max_repeats` of an agent must be 2 or more")]
fn cannot_be_forbidden_the_first_time() {
    let once = 1;
    let _ = AgentLimits::new().max_repeats(once);
}

#[test]
fn another_result_of_the_action_starts_the_count_anew() {
    let run = run();
    for _ in 0..20 {
        assert_eq!(run.observe("poll", "pending"), Ok(()));
        assert_eq!(run.observe("poll", "pending"), Ok(()));
        assert_eq!(run.observe("poll", "done"), Ok(()));
    }
    assert_eq!(run.observe("poll", "done"), Ok(()));
    assert_eq!(run.observe("poll", "done"), stuck(3));
}

#[test]
fn the_result_of_another_action_does_not() {
    let run = run();
    for result in ["a", "b"] {
        assert_eq!(run.observe("read", "text"), Ok(()));
        assert_eq!(run.observe("list", result), Ok(()));
    }
    assert_eq!(run.observe("read", "text"), stuck(3));
}

#[tokio::test]
async fn a_run_that_is_stuck_stays_so() {
    let run = run();
    for _ in 0..2 {
        run.observe("read", "text").unwrap();
    }
    run.observe("read", "text").unwrap_err();
    run.observe("read", "another text").unwrap();
    assert_eq!(run.next_step(), stuck(3));
}

#[test]
fn a_loop_among_any_number_of_other_actions_is_found() {
    let run = run();
    let others = |round: u32| (0..9_990).all(|n| run.observe((round, n), "done").is_ok());
    for round in 0..4 {
        assert!(others(round));
    }
    assert_eq!(run.observe("read", "text"), Ok(()));
    assert!(others(100));
    assert_eq!(run.observe("read", "text"), Ok(()));
    assert!(others(101));
    assert_eq!(run.observe("read", "text"), stuck(3));
}

mod a_nudge {
    use super::*;

    const READ: &str =
        "`read a.rs` came to the same result 2 times in a row, and one more time ends the run: do something else.";

    #[test]
    fn is_given_the_time_before_the_last() {
        let run = AgentLimits::new().max_repeats(4).begin("desk");
        let mut seen = Vec::new();
        for _ in 0..4 {
            let _ = run.observe(("read", "a.rs"), "no such file");
            seen.push(run.nudge());
        }
        let three = READ.replace("2 times", "3 times");
        assert_eq!(seen, [None, None, Some(three), None]);
    }

    #[test]
    fn is_none_where_the_second_time_is_the_last() {
        let run = AgentLimits::new().max_repeats(2).begin("desk");
        run.observe("read", "text").unwrap();
        assert_eq!(run.nudge(), None, "nothing was repeated so far");
    }

    #[test]
    fn is_taken_back_by_another_result_of_that_action_only() {
        let run = run();
        run.observe(("read", "a.rs"), "no such file").unwrap();
        run.observe(("read", "a.rs"), "no such file").unwrap();
        run.observe(("list", "."), "b.rs").unwrap();
        assert_eq!(run.nudge().as_deref(), Some(READ));
        run.observe(("read", "a.rs"), "fn main").unwrap();
        assert_eq!(run.nudge(), None);
    }

    #[test]
    fn is_that_of_the_action_that_was_repeated_last() {
        let run = run();
        for action in ["read", "list", "read", "list"] {
            run.observe(action, "nothing").unwrap();
        }
        assert!(run.nudge().unwrap().starts_with("`list` came"));
    }

    #[tokio::test]
    async fn is_there_until_the_next_step_has_ended() {
        #[agent(max_repeats = 3, max_steps = 6)]
        async fn desk(seen: &mut Vec<(bool, bool)>) -> Result<Step<()>, Fault> {
            let run = Run::current();
            let at_first = run.nudge().is_some();
            if run.step() <= 2 {
                run.observe("read", "text")?;
            }
            seen.push((at_first, run.nudge().is_some()));
            Ok(Step::Next)
        }
        let mut seen = Vec::new();
        desk(&mut seen).await.unwrap_err();
        let none = (false, false);
        assert_eq!(seen, [none, (false, true), (true, true), none, none, none]);
    }

    #[test]
    fn names_what_it_can() {
        let of = |observe: &dyn Fn(&Run)| {
            let run = run();
            observe(&run);
            observe(&run);
            run.nudge().unwrap()
        };
        assert!(of(&|run| run.observe(7, "text").unwrap()).starts_with("the same action came"));
        assert!(
            of(&|run| run.observe(("search", Some(3), vec!["a".to_owned()]), "text").unwrap())
                .starts_with("`search a` came")
        );
    }

    #[test]
    fn is_none_outside_of_a_run_and_without_the_limit() {
        let without = AgentLimits::new().begin("desk");
        for run in [Run::current(), without] {
            for _ in 0..5 {
                run.observe("read", "text").unwrap();
                assert_eq!(run.nudge(), None);
            }
        }
    }

    #[test]
    fn keeps_foreign_words_in_their_place() {
        let run = run();
        for _ in 0..2 {
            run.observe("read\n\u{1b}[2K\u{202e}a\u{3164}", "text").unwrap();
        }
        let nudge = run.nudge().unwrap();
        assert!(nudge.starts_with("`read\\n\\u{1b}[2K\\u{202e}a\\u{3164}` came"), "{nudge}");
        let run = super::run();
        for _ in 0..2 {
            run.observe("x".repeat(100_000), "text").unwrap();
        }
        assert!(run.nudge().unwrap().len() < 400);
    }
}

/// What is observed may be anything, and do anything while it is hashed.
mod what_is_observed {
    use super::*;

    struct Asks(Run);

    impl Hash for Asks {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.step().hash(state);
            self.0.spent_usd().hash(state);
            let _ = self.0.observe("while it is hashed", self.0.nudge());
            let _ = self.0.next_step();
        }
    }

    impl Drop for Asks {
        fn drop(&mut self) {
            let _ = self.0.observe("while it is dropped", self.0.step());
        }
    }

    #[test]
    fn may_ask_the_run() {
        let run = AgentLimits::new().max_repeats(3).max_steps(100).begin("desk");
        for _ in 0..5 {
            let _ = run.observe(Asks(run.clone()), Asks(run.clone()));
        }
        assert!(run.step() > 0);
    }

    #[test]
    fn is_kept_within_a_bound() {
        let run = run();
        let kept = allocation_counter::measure(|| assert!((0..200_000).all(|n| run.observe(n, n).is_ok())));
        assert!(kept.bytes_max < 2 << 20, "{} bytes", kept.bytes_max);
    }

    #[test]
    fn is_not_kept_where_nobody_asks() {
        let run = AgentLimits::new().begin("desk");
        let kept = allocation_counter::measure(|| assert!((0..100_000).all(|n| run.observe(n % 7, "text").is_ok())));
        assert_eq!(kept.count_total, 0);
    }

    #[test]
    fn may_panic() {
        struct Panics;
        impl Hash for Panics {
            fn hash<H: Hasher>(&self, _: &mut H) {
                panic!("in a hash")
            }
        }
        let run = run();
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.observe(Panics, 1)));
        assert!(caught.is_err());
        assert_eq!(run.observe("read", "text"), Ok(()));
        assert_eq!(run.next_step(), Ok(()));
    }

    #[test]
    fn is_not_even_hashed_where_nobody_asks() {
        struct Never;
        impl Hash for Never {
            fn hash<H: Hasher>(&self, _: &mut H) {
                unreachable!()
            }
        }
        assert_eq!(AgentLimits::new().begin("desk").observe(Never, Never), Ok(()));
        assert_eq!(Run::current().observe(Never, Never), Ok(()));
    }
}
