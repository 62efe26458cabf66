//! Every attribute, and the usual stacks of them, leave a future `Send`: each is spawned, on a runtime with two threads.
//!
//! Also where an error is not `Send` or a value is not `Sync`: neither may be alive while something is awaited.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::cell::Cell;
use std::error::Error as StdError;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use reliable::approver::{Approve, Scripted};
use reliable::{Decision, Fault, Recorder, Run, Scope, Step};
use reliable::{agent, fallback, requires_approval, retry, timeout};
use tokio::task::yield_now;

/// An error that must stay on its thread.
#[derive(Debug)]
struct Local(#[expect(dead_code, reason = "it is there for its type")] Rc<str>);

impl From<Fault> for Local {
    fn from(fault: Fault) -> Self {
        Local(fault.to_string().into())
    }
}

/// Runs `call` in a task of its own, and tells whether it went well.
async fn spawned<T, E>(call: impl Future<Output = Result<T, E>> + Send + 'static) -> bool {
    tokio::spawn(async move { call.await.is_ok() }).await.unwrap()
}

/// Fails at the first call.
async fn flaky(calls: &AtomicU32) -> Result<(), Local> {
    yield_now().await;
    match calls.fetch_add(1, Ordering::Relaxed) {
        0 => Err(Local("busy".into())),
        _ => Ok(()),
    }
}

fn calls() -> &'static AtomicU32 {
    Box::leak(Box::default())
}

mod an_error_that_is_not_send {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn in_a_retry() {
        #[retry(backoff = "none", when = true)]
        async fn literal(calls: &AtomicU32) -> Result<(), Local> {
            flaky(calls).await
        }
        #[retry(max = max, backoff = "none")]
        async fn value(calls: &AtomicU32, max: u32) -> Result<(), Local> {
            flaky(calls).await
        }
        #[retry(backoff = "none")]
        async fn boxed(calls: &AtomicU32) -> Result<(), Box<dyn StdError>> {
            flaky(calls).await.map_err(|_| "busy".into())
        }
        assert!(spawned(literal(calls())).await);
        assert!(spawned(value(calls(), 1)).await);
        assert!(spawned(boxed(calls())).await);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn in_a_timeout() {
        #[timeout(secs = 60)]
        async fn literal(calls: &AtomicU32) -> Result<(), Local> {
            flaky(calls).await
        }
        #[timeout(secs = secs)]
        async fn boxed(calls: &AtomicU32, secs: u64) -> Result<(), Box<dyn StdError>> {
            flaky(calls).await.map_err(|_| "busy".into())
        }
        assert!(!spawned(literal(calls())).await);
        assert!(!spawned(boxed(calls(), 60)).await);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn in_a_fallback() {
        #[fallback(other)]
        async fn path(calls: &AtomicU32) -> Result<(), Local> {
            flaky(calls).await
        }
        async fn other(_: &AtomicU32) -> Result<(), Local> {
            yield_now().await;
            Ok(())
        }
        #[fallback(other(calls).await)]
        async fn expression_that_waits(calls: &AtomicU32) -> Result<(), Local> {
            flaky(calls).await
        }
        #[fallback(Err(error))]
        async fn expression_with_the_error(calls: &AtomicU32) -> Result<(), Local> {
            flaky(calls).await
        }
        #[fallback(other(calls).await)]
        #[fallback(other(calls).await, when = false)]
        async fn two(calls: &AtomicU32) -> Result<(), Local> {
            flaky(calls).await
        }
        assert!(spawned(path(calls())).await);
        assert!(spawned(expression_that_waits(calls())).await);
        assert!(!spawned(expression_with_the_error(calls())).await);
        assert!(spawned(two(calls())).await);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn in_an_approval() {
        #[requires_approval(by = Approve, reason = "it is asked", within = "1m", show(name), redact(calls))]
        async fn f(calls: &AtomicU32, name: &str) -> Result<(), Local> {
            yield_now().await;
            let _ = name;
            flaky(calls).await
        }
        assert!(!spawned(f(calls(), "ana")).await);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn in_an_agent() {
        #[agent(max_usd = "$1", within = "1m")]
        async fn f(calls: &AtomicU32) -> Result<Step<()>, Local> {
            flaky(calls).await.map(Step::Done)
        }
        assert!(!spawned(f(calls())).await);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn in_the_usual_stacks() {
        #[fallback(other)]
        #[requires_approval(by = Approve)]
        #[timeout(secs = 60)]
        #[retry(backoff = "none")]
        #[timeout(secs = 20)]
        async fn tool(calls: &AtomicU32) -> Result<(), Local> {
            flaky(calls).await
        }
        async fn other(calls: &AtomicU32) -> Result<(), Local> {
            flaky(calls).await
        }
        #[fallback(Ok(()))]
        #[requires_approval(by = Approve)]
        #[timeout(secs = 60)]
        #[agent(max_steps = 3)]
        #[retry(backoff = "none")]
        #[timeout(secs = 20)]
        async fn assistant(calls: &AtomicU32) -> Result<Step<()>, Local> {
            flaky(calls).await.map(|()| Step::Next)
        }
        assert!(spawned(tool(calls())).await);
        assert!(spawned(assistant(calls())).await);
    }
}

mod a_value {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn that_is_not_sync_may_come_out() {
        #[fallback(Ok(Cell::new(2)))]
        #[requires_approval(by = Approve)]
        #[timeout(secs = 60)]
        #[retry(backoff = "none")]
        #[timeout(secs = 20)]
        async fn f(calls: &AtomicU32) -> Result<Cell<u32>, Local> {
            flaky(calls).await.map(|()| Cell::new(1))
        }
        assert!(spawned(f(calls())).await);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn that_is_not_sync_may_go_in_where_the_body_owns_it_or_nothing_is_around_the_body() {
        #[timeout(secs = 60)]
        async fn owned(n: Cell<u32>) -> Result<u32, Local> {
            let n = n;
            yield_now().await;
            Ok(n.get())
        }
        #[requires_approval(by = Approve, redact(n))]
        async fn unshown(n: Cell<u32>) -> Result<u32, Local> {
            yield_now().await;
            Ok(n.get())
        }
        assert!(spawned(owned(Cell::new(1))).await);
        assert!(spawned(unshown(Cell::new(1))).await);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn that_is_not_send_may_come_out() {
        #[fallback(Ok(Rc::new(2)))]
        #[timeout(secs = 60)]
        #[retry(backoff = "none")]
        #[timeout(secs = 20)]
        async fn f(calls: &AtomicU32) -> Result<Rc<u32>, Local> {
            flaky(calls).await.map(|()| Rc::new(1))
        }
        #[agent]
        #[retry(backoff = "none")]
        async fn assistant(calls: &AtomicU32) -> Result<Step<Rc<u32>>, Local> {
            flaky(calls).await.map(|()| Step::Done(Rc::new(1)))
        }
        assert!(spawned(f(calls())).await);
        assert!(spawned(assistant(calls())).await);
    }
}

mod what_stands_around_a_call {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn may_move_to_another_thread() {
        #[agent]
        #[retry(backoff = "none")]
        async fn assistant(calls: &AtomicU32) -> Result<Step<u64>, Local> {
            flaky(calls).await?;
            Ok(Step::Done(Run::current().spent_tokens()))
        }
        let script = Scripted::new([Decision::approve()]);
        let scope = Scope::current().approver(script).recorder(&Recorder::new());
        assert!(spawned(scope.run(assistant(calls()))).await);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn may_be_a_reservation_or_a_question() {
        let held = Run::current().reserve(reliable::Charge::tokens_only(1)).unwrap();
        let (approver, mut inbox) = reliable::approver::channel();
        let asking = tokio::spawn(Scope::current().approver(approver).run(reliable::Approval::new("refund").ask()));
        let answering = tokio::spawn(async move { inbox.next().await.unwrap().answer(Decision::approve()) });
        assert!(answering.await.unwrap());
        assert_eq!(asking.await.unwrap(), Ok(()));
        assert!(spawned(async move { held.commit(reliable::Charge::tokens_only(1)) }).await);
    }
}

mod a_generic_tool {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn is_send_for_types_that_are() {
        #[fallback(other)]
        #[retry(backoff = "none", clone(t))]
        #[timeout(secs = 20)]
        async fn f<T: Clone + Send + Sync>(t: T, calls: &AtomicU32) -> Result<T, Local> {
            let moved = t;
            flaky(calls).await.map(|()| moved)
        }
        async fn other<T>(t: T, _: &AtomicU32) -> Result<T, Local> {
            Ok(t)
        }
        struct Client {
            calls: AtomicU32,
        }
        impl Client {
            #[retry(backoff = "none")]
            #[timeout(secs = 20)]
            async fn call(&self) -> Result<(), Local> {
                flaky(&self.calls).await
            }
        }
        assert!(spawned(f("owned".to_owned(), calls())).await);
        assert!(spawned(async { Client { calls: AtomicU32::new(0) }.call().await }).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_shown_argument_that_is_not_sync_is_not_borrowed_while_a_human_thinks() {
    #[requires_approval(by = Approve)]
    async fn count(n: Cell<u32>) -> Result<u32, Fault> {
        let n = n.into_inner();
        yield_now().await;
        Ok(n)
    }
    assert_eq!(tokio::spawn(count(Cell::new(3))).await.unwrap(), Ok(3));
}
