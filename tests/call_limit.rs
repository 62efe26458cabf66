//! `#[call_limit]`: how often a tool runs in one run of an agent, and what the call after that comes to.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::sync::atomic::{AtomicU32, Ordering};

use reliable::{
    CallLimit, CircuitBreaker, CircuitState, Fault, FaultKind, Recorder, Scope, Step, agent, call_limit,
    circuit_breaker, failover, fallback, hedge, retry,
};

#[derive(Default)]
struct Calls(AtomicU32);

impl Calls {
    fn add(&self) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn made(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

#[call_limit(max = 3)]
async fn search(calls: &Calls) -> Result<u32, Fault> {
    Ok(calls.add())
}

fn used_up(tool: &'static str, max: u32) -> Fault {
    Fault::CallLimit { tool: tool.into(), max }
}

/// An agent of one step that calls what it is given to call, so many times.
#[agent]
async fn calling(times: u32, calls: &Calls) -> Result<Step<Vec<Result<u32, Fault>>>, Fault> {
    let mut outcomes = Vec::new();
    for _ in 0..times {
        outcomes.push(search(calls).await);
    }
    Ok(Step::Done(outcomes))
}

#[tokio::test]
async fn the_call_after_the_last_one_is_a_fault_and_runs_nothing() {
    let calls = Calls::default();
    let outcomes = calling(5, &calls).await.unwrap();
    assert_eq!(outcomes, [Ok(1), Ok(2), Ok(3), Err(used_up("search", 3)), Err(used_up("search", 3))]);
    assert_eq!(calls.made(), 3);
}

#[tokio::test]
async fn it_counts_over_all_steps_of_the_run() {
    #[agent(max_steps = 9)]
    async fn one_a_step(calls: &Calls) -> Result<Step<()>, Fault> {
        search(calls).await.map(|_| Step::Next)
    }
    let calls = Calls::default();
    assert_eq!(one_a_step(&calls).await, Err(used_up("search", 3)));
    assert_eq!(calls.made(), 3);
}

#[tokio::test]
async fn outside_of_a_run_it_does_nothing() {
    let calls = Calls::default();
    for call in 1..=20 {
        assert_eq!(search(&calls).await, Ok(call));
    }
    assert!(calling(3, &calls).await.unwrap().iter().all(Result::is_ok), "and those are not counted in one");
}

#[tokio::test]
async fn each_run_counts_for_itself() {
    let calls = Calls::default();
    let (one, other) = tokio::join!(calling(3, &calls), calling(3, &calls));
    let third = calling(4, &calls).await.unwrap();
    assert!(one.unwrap().iter().chain(&other.unwrap()).chain(&third[..3]).all(Result::is_ok));
    assert_eq!(third[3], Err(used_up("search", 3)));
}

#[tokio::test]
async fn calls_at_the_same_time_are_no_more() {
    #[agent]
    async fn at_once(calls: &Calls) -> Result<Step<usize>, Fault> {
        let slow = || async {
            tokio::task::yield_now().await;
            search(calls).await
        };
        let (a, b, c, d, e) = tokio::join!(slow(), slow(), slow(), slow(), slow());
        Ok(Step::Done([a, b, c, d, e].iter().filter(|outcome| outcome.is_ok()).count()))
    }
    let calls = Calls::default();
    assert_eq!(at_once(&calls).await, Ok(3));
    assert_eq!(calls.made(), 3);
}

mod sub_agents {
    use super::*;

    #[agent]
    async fn outer(calls: &Calls) -> Result<Step<Vec<Result<u32, Fault>>>, Fault> {
        let mut outcomes = vec![search(calls).await];
        outcomes.extend(calling(1, calls).await?);
        outcomes.extend(calling(2, calls).await?);
        outcomes.push(search(calls).await);
        Ok(Step::Done(outcomes))
    }

    #[tokio::test]
    async fn are_a_part_of_the_run_around_them() {
        let calls = Calls::default();
        let outcomes = outer(&calls).await.unwrap();
        let over = || Err(used_up("search", 3));
        assert_eq!(outcomes, [Ok(1), Ok(2), Ok(3), over(), over()]);
    }

    #[tokio::test]
    async fn may_run_so_often_in_it() {
        #[call_limit(max = 2)]
        #[agent]
        async fn helper() -> Result<Step<u32>, Fault> {
            Ok(Step::Done(21))
        }
        #[agent]
        async fn desk() -> Result<Step<[Result<u32, Fault>; 3]>, Fault> {
            Ok(Step::Done([helper().await, helper().await, helper().await]))
        }
        assert_eq!(desk().await, Ok([Ok(21), Ok(21), Err(used_up("helper", 2))]));
        for _ in 0..3 {
            assert_eq!(helper().await, Ok(21), "by itself it is the run");
        }
    }
}

/// Runs `call` so often in one run, and gives the last outcome.
macro_rules! in_a_run {
    ($times:expr, $call:expr) => {{
        let run = reliable::AgentLimits::new().begin("assistant");
        run.next_step().unwrap();
        let mut last = None;
        for _ in 0..$times {
            last = Some(run.scope(async { $call.await }).await);
        }
        last.unwrap()
    }};
}

#[tokio::test]
async fn the_fault_is_final_and_a_fallback_may_answer_it() {
    #[fallback(Ok(0))]
    #[retry(max = 9, backoff = "none")]
    #[call_limit(max = 2)]
    async fn down(calls: &Calls) -> Result<u32, Fault> {
        calls.add();
        Err(Fault::Policy { tool: "down".into(), reason: "503".into() })
    }
    let calls = Calls::default();
    assert_eq!(in_a_run!(1, down(&calls)), Ok(0));
    assert_eq!(calls.made(), 2, "below a retry each attempt counts");
    let kind = used_up("search", 3).kind();
    assert_eq!(
        (kind, kind.is_final(), kind.is_rejection(), kind.is_refusal()),
        (FaultKind::CallLimit, true, false, false)
    );
}

#[tokio::test]
async fn above_a_retry_a_call_counts_once() {
    #[call_limit(max = 2)]
    #[retry(max = 3, backoff = "none")]
    async fn down(calls: &Calls) -> Result<u32, String> {
        calls.add();
        Err("503".to_owned())
    }
    let calls = Calls::default();
    assert_eq!(in_a_run!(3, down(&calls)), Err(used_up("down", 2).to_string()));
    assert_eq!(calls.made(), 8);
}

#[tokio::test]
async fn a_breaker_takes_it_for_no_failure_and_a_failover_for_no_candidates() {
    #[circuit_breaker(breaker)]
    #[failover(model in ["a", "b"])]
    #[call_limit(max = 1)]
    async fn ask(breaker: &CircuitBreaker, calls: &Calls) -> Result<u32, Fault> {
        let _ = model;
        Ok(calls.add())
    }
    let (breaker, calls) = (CircuitBreaker::new().failures(1), Calls::default());
    assert_eq!(in_a_run!(4, ask(&breaker, &calls)), Err(used_up("ask", 1)));
    assert_eq!((breaker.state(), calls.made()), (CircuitState::Closed, 1));
    assert_eq!(ask(&breaker, &calls).await, Ok(2), "nobody is left out");
}

#[tokio::test(start_paused = true)]
async fn a_hedge_waits_for_the_attempt_that_was_let_through() {
    #[hedge(after = "1s")]
    #[call_limit(max = 1)]
    async fn slow() -> Result<u32, Fault> {
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        Ok(21)
    }
    assert_eq!(in_a_run!(1, slow()), Ok(21));
}

#[tokio::test]
async fn functions_with_one_limit_are_counted_together_and_others_apart() {
    static BOTH: CallLimit = CallLimit::max(2);
    mod news {
        use super::*;

        #[call_limit(max = 1)]
        pub(super) async fn search() -> Result<u32, Fault> {
            Ok(1)
        }
    }
    #[call_limit(BOTH)]
    async fn one() -> Result<u32, Fault> {
        Ok(1)
    }
    #[call_limit(BOTH)]
    fn other() -> Result<u32, Fault> {
        Ok(2)
    }
    let calls = Calls::default();
    let outcomes = in_a_run!(1, async {
        let both = (one().await, other(), one().await);
        (both, news::search().await, search(&calls).await, news::search().await)
    });
    let both = (Ok(1), Ok(2), Err(used_up("one", 2)));
    assert_eq!(outcomes, (both, Ok(1), Ok(1), Err(used_up("search", 1))), "a name is not what they are known by");
}

#[tokio::test]
async fn an_instance_may_have_a_limit_of_its_own() {
    struct Desk {
        limit: CallLimit,
    }
    impl Desk {
        #[call_limit(self.limit)]
        async fn ask(&self) -> Result<u32, Fault> {
            Ok(1)
        }
    }
    let desks = [1, 2].map(|max| Desk { limit: CallLimit::max(max) });
    let outcomes = in_a_run!(2, async { [desks[0].ask().await, desks[1].ask().await] });
    assert_eq!(outcomes, [Err(used_up("ask", 1)), Ok(1)]);
}

#[tokio::test]
async fn a_task_that_takes_the_scope_along_is_a_part_of_the_run() {
    #[agent]
    async fn spawning() -> Result<Step<[Result<u32, Fault>; 2]>, Fault> {
        static CALLS: Calls = Calls(AtomicU32::new(0));
        for _ in 0..3 {
            reliable::spawn(search(&CALLS)).await.unwrap()?;
        }
        let with_scope = reliable::spawn(search(&CALLS)).await.unwrap();
        let without = tokio::spawn(search(&CALLS)).await.unwrap();
        Ok(Step::Done([with_scope, without]))
    }
    assert_eq!(spawning().await, Ok([Err(used_up("search", 3)), Ok(4)]));
}

#[tokio::test]
async fn it_is_told_and_the_model_knows_what_to_do() {
    let (recorder, calls) = (Recorder::new(), Calls::default());
    Scope::current().recorder(&recorder).run(calling(5, &calls)).await.unwrap();
    let report = recorder.report();
    assert_eq!(report.of("search").unwrap().rejected, 2);
    let told = report.entries().iter().find(|entry| entry.event.name() == "reliable.rejected").unwrap();
    assert_eq!(told.event.to_string(), "`search` was not called: it may be called 3 times in one run, and it was");
    let feedback = used_up("search", 1).model_feedback();
    assert!(feedback.starts_with("`search` was not called: it may be called once in one run, and it was. Do not"));
}
