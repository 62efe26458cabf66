//! The expansions mean the same wherever they land: without a prelude, among user items with all the usual names, and
//! around parameters that are called like the expansions' own variables.

#![no_implicit_prelude]
#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use ::std::assert;
use ::std::assert_eq;
use ::std::prelude::v1::{Result::Err, Result::Ok};

use ::reliable::{Fault, Retry as Policy};

/// What each of these names usually means is what the expansions must go on meaning.
#[allow(dead_code, non_camel_case_types, non_upper_case_globals, non_snake_case)]
mod shadows {
    pub(crate) struct Result;
    pub(crate) struct Option;
    pub(crate) struct Some;
    pub(crate) struct None;
    pub(crate) struct Box;
    pub(crate) struct String;
    pub(crate) struct Duration;
    pub(crate) struct Retry;
    pub(crate) struct Timeout;
    pub(crate) struct Fallback;
    pub(crate) struct Approval;
    pub(crate) struct AgentLimits;
    pub(crate) struct Run;
    pub(crate) struct Inspect;
    pub(crate) struct ControlFlow;
    pub(crate) struct Backoff;
    pub(crate) struct Usd;
    pub(crate) struct FromFault;
    pub(crate) struct StepOutcome;
    pub(crate) const RETRY: () = ();
    pub(crate) const TIMEOUT: () = ();
    pub(crate) const LIMITS: () = ();
    pub(crate) const TOOL: () = ();
    pub(crate) struct bool;
    pub(crate) struct str;
    pub(crate) struct u64;
    pub(crate) trait Clone {}
    pub(crate) trait Future {}
    pub(crate) trait Into {}
    pub(crate) trait From {}
    pub(crate) trait Outcome {}

    pub(crate) fn Continue() {}
    pub(crate) fn Break() {}
    pub(crate) fn drop() {}
    pub(crate) fn error() {}
    pub(crate) fn attempts() {}
    pub(crate) fn outcome() {}
    pub(crate) fn pause() {}
    pub(crate) fn run() {}
    pub(crate) fn approval() {}
    pub(crate) fn answer() {}
    pub(crate) fn fault() {}
    pub(crate) fn limits() {}
}

fn block_on<T>(call: impl ::core::future::Future<Output = T>) -> T {
    ::tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(call)
}

/// The family's own words, as values: types, traits and functions of these names are in scope as well.
mod among_shadows {
    #[allow(unused_imports, clippy::wildcard_imports)]
    use super::shadows::*;
    use super::{Err, Fault, Ok, Policy, assert_eq, block_on};

    // Not the crates of these names.
    mod core {}
    mod std {}
    mod alloc {}
    mod tokio {}
    mod reliable {}

    type Outcome<T> = ::core::result::Result<T, Fault>;

    #[::reliable::fallback(last)]
    #[::reliable::requires_approval(by = ::reliable::approver::Approve, reason = "why not", within = "1m", show(n))]
    #[::reliable::timeout(secs = 60)]
    #[::reliable::retry(max = 2, backoff = "linear", base = "10ms", when = true, clone(n))]
    #[::reliable::timeout("1s")]
    async fn stack(n: ::std::vec::Vec<u8>) -> Outcome<usize> {
        let moved = n;
        if moved.is_empty() { Err(failed()) } else { Ok(moved.len()) }
    }

    async fn last(n: ::std::vec::Vec<u8>) -> Outcome<usize> {
        Ok(n.len() + 42)
    }

    fn failed() -> Fault {
        Fault::StepLimit { agent: ::core::convert::From::from("x"), max_steps: 1 }
    }

    #[::reliable::retry(max = n, base = ::core::time::Duration::from_millis(1), jitter = 0.5)]
    #[::reliable::timeout(::core::time::Duration::from_millis(5))]
    async fn values(n: u32) -> Outcome<u32> {
        Ok(n)
    }

    #[::reliable::failover(model in [1, 2], cooldown = "1s", key = (model, n), when = *model == 1)]
    #[::reliable::call_limit(max = 2)]
    #[::reliable::timeout(::core::time::Duration::from_millis(::core::convert::From::from(*model)))]
    async fn candidates(n: u32) -> Outcome<u32> {
        let late = || Fault::TimedOut { tool: ::core::convert::From::from("x"), limit: ::core::time::Duration::ZERO };
        if *model == 1 { Err(late()) } else { Ok(*model) }
    }

    #[::reliable::retry(POLICY)]
    async fn policy() -> Outcome<u32> {
        Ok(7)
    }
    static POLICY: Policy = Policy::new().max(1);

    #[::reliable::fallback(Ok(0))]
    #[::reliable::timeout(ms = 100)]
    #[::reliable::agent(max_steps = 2, max_usd = "$1", max_tokens = 9, within = "1m", max_repeats = 3, max_denials = 3)]
    #[::reliable::retry]
    async fn assistant(n: &mut u32) -> ::core::result::Result<::reliable::Step<u32>, Fault> {
        *n += 1;
        Ok(if *n == 2 { ::reliable::Step::Done(*n) } else { ::reliable::Step::Next })
    }

    #[::reliable::fallback(Ok(6), when = true)]
    #[::reliable::retry(max = 1, backoff = "none")]
    fn plain(n: u32) -> Outcome<u32> {
        Ok(n)
    }

    #[test]
    fn every_attribute_works() {
        assert_eq!(block_on(stack(::std::vec![1, 2])), Ok(2));
        assert_eq!(block_on(stack(::std::vec![])), Ok(42));
        assert_eq!(block_on(values(3)), Ok(3));
        assert_eq!(block_on(candidates(3)), Ok(2));
        assert_eq!(block_on(policy()), Ok(7));
        assert_eq!(block_on(assistant(&mut 0)), Ok(2));
        assert_eq!(block_on(assistant(&mut 5)), Ok(0));
        assert_eq!(plain(3), Ok(3));
    }
}

/// Here the attributes have their short names, which are also names of parameters and of user items.
mod among_parameters {
    use ::core::time::Duration;
    use ::reliable::approver::Scripted;
    use ::reliable::{Decision, Run, Step, agent, fallback, requires_approval, retry, timeout};
    use ::std::prelude::v1::*;

    use super::{Fault, assert, assert_eq, block_on};

    #[derive(::core::fmt::Debug, ::core::cmp::PartialEq, ::thiserror::Error)]
    enum Error {
        #[error("busy")]
        Busy,
        #[error(transparent)]
        Fault(#[from] Fault),
    }

    #[fallback(last)]
    #[requires_approval(by = approval, when = answer, show(error, pause))]
    #[timeout(timeout)]
    #[retry(max = retry, backoff = "none", when = matches!(error, Error::Busy))]
    #[timeout(timeout / 2)]
    #[allow(clippy::too_many_arguments)]
    async fn tool(
        error: u32,
        attempts: &::core::cell::Cell<u32>,
        outcome: u32,
        retry: u32,
        pause: u32,
        fault: bool,
        run: u32,
        approval: &Scripted,
        answer: bool,
        timeout: Duration,
    ) -> Result<u32, Error> {
        attempts.set(attempts.get() + 1);
        if fault { Err(Error::Busy) } else { Ok(error + outcome + retry + pause + run) }
    }

    #[allow(clippy::too_many_arguments)]
    async fn last(
        _: u32,
        attempts: &::core::cell::Cell<u32>,
        _: u32,
        _: u32,
        _: u32,
        _: bool,
        _: u32,
        _: &Scripted,
        _: bool,
        _: Duration,
    ) -> Result<u32, Error> {
        Ok(attempts.get() * 1000)
    }

    #[test]
    fn called_like_the_expansions_own_variables() {
        let script = Scripted::new([Decision::approve(), Decision::deny("no")]);
        let attempts = ::core::cell::Cell::new(0);
        let tool =
            |fault, answer| block_on(tool(1, &attempts, 2, 3, 4, fault, 5, &script, answer, Duration::from_secs(1)));
        assert_eq!(tool(false, true), Ok(15));
        assert_eq!(script.requests()[0].to_string(), "tool(error = 1, pause = 4)");
        assert_eq!(tool(true, false), Ok(5000), "4 attempts more");
        assert!(tool(true, true).is_err(), "denied");
    }

    #[agent(max_steps = limits)]
    async fn assistant(limits: u32, run: &mut Vec<u32>, answer: u32, outcome: usize) -> Result<Step<u32>, Error> {
        run.push(Run::current().step());
        Ok(if run.len() == outcome { Step::Done(answer) } else { Step::Next })
    }

    #[test]
    fn called_like_the_variables_of_an_agent() {
        assert_eq!(block_on(assistant(3, &mut Vec::new(), 42, 3)), Ok(42));
        assert!(block_on(assistant(2, &mut Vec::new(), 42, 3)).is_err());
    }

    #[test]
    fn the_body_sees_its_own_variables_only() {
        // The expansion has an `attempts` too, of another type.
        fn attempts() -> u32 {
            7
        }
        #[fallback(Err(error))]
        #[retry(max = 1, backoff = "none")]
        async fn f() -> Result<u32, u32> {
            let (outcome, pause) = (attempts(), 1);
            Err(outcome + pause)
        }
        assert_eq!(block_on(f()), Err(8));
    }

    #[test]
    fn raw_names_stay_what_they_are() {
        #[requires_approval(by = script, show(r#type))]
        #[retry(max = 1, clone(r#type))]
        async fn r#match(r#type: String, script: &Scripted) -> Result<String, Fault> {
            let moved = r#type;
            Ok(moved)
        }
        let script = Scripted::new([Decision::approve()]);
        assert_eq!(block_on(r#match("x".into(), &script)), Ok("x".into()));
        assert_eq!(script.requests()[0].to_string(), r#"match(type = "x")"#);
    }
}

/// User items with the names of the attributes and of what they make.
mod among_items {
    #![allow(dead_code, non_snake_case, non_camel_case_types, non_upper_case_globals)]

    use ::std::prelude::v1::*;

    use super::{Fault, assert_eq, block_on};

    struct Retry {
        max: u32,
    }
    struct Timeout;
    enum Step<T> {
        Done(T),
    }
    const RETRY: u32 = 1;
    const TOOL: &str = "mine";
    static LIMITS: Timeout = Timeout;

    fn retry() -> u32 {
        2
    }
    fn timeout() -> u64 {
        3
    }
    mod fallback {}

    #[::reliable::fallback(Ok(TOOL.len()))]
    #[::reliable::timeout(secs = timeout())]
    #[::reliable::retry(max = retry() + RETRY, backoff = "none")]
    async fn f(calls: &mut u32) -> Result<usize, Fault> {
        *calls += 1;
        let Step::Done(mine) = Step::Done(*calls);
        if mine < 4 { Err(Fault::TimedOut { tool: "x".into(), limit: ::core::time::Duration::ZERO }) } else { Ok(0) }
    }

    #[test]
    fn with_the_names_of_the_expansions_items() {
        let mut calls = 0;
        assert_eq!(block_on(f(&mut calls)), Ok(0));
        assert_eq!(calls, 4);
    }

    /// An alias hides what a step returns.
    type Outcome = Result<::reliable::Step<u32>, Fault>;

    #[::reliable::agent]
    async fn aliased() -> Outcome {
        Ok(::reliable::Step::Done(1))
    }

    #[test]
    fn and_an_alias_for_a_step() {
        assert_eq!(block_on(aliased()), Ok(1));
    }
}

/// A crate may know the attributes by other names.
mod renamed {
    use ::reliable::{retry as again, timeout as limit};
    use ::std::prelude::v1::*;

    use super::{Fault, assert_eq, block_on};

    #[again(max = 1, backoff = "none")]
    async fn retried(calls: &mut u32) -> Result<u32, String> {
        *calls += 1;
        Err("busy".to_owned())
    }

    #[limit(ms = 50)]
    async fn limited() -> Result<(), Fault> {
        ::core::future::pending().await
    }

    #[test]
    fn each_works_by_itself() {
        let mut calls = 0;
        block_on(retried(&mut calls)).unwrap_err();
        assert_eq!(calls, 2);
        assert_eq!(block_on(limited()).unwrap_err().to_string(), "`limited` timed out after 50ms");
    }
}
