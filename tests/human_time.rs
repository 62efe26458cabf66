//! Human time is nobody's time: what stands still while a question to a human is open, and what does not.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::cell::RefCell;
use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use reliable::{
    Approver, Decision, Fault, Hedge, Request, Retry, Scope, Step, Timeout, agent, approver, hedge, requires_approval,
    retry, timeout,
};
use tokio::time::{Instant, sleep};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Says yes after so many seconds.
struct Human(u64);

impl Approver for Human {
    async fn review(&self, _: &Request) -> Decision {
        sleep(secs(self.0)).await;
        Decision::approve()
    }
}

#[requires_approval(by = Human(seconds))]
async fn ask(seconds: u64) -> Result<(), Fault> {
    Ok(())
}

#[requires_approval(by = Human(seconds), within = "20s")]
async fn ask_for_20_seconds(seconds: u64) -> Result<(), Fault> {
    Ok(())
}

async fn work(seconds: u64) -> Result<(), Fault> {
    sleep(secs(seconds)).await;
    Ok(())
}

async fn in_time<F: Future<Output = Result<(), Fault>>>(limit: u64, call: F) -> Result<(), Fault> {
    Timeout::secs(limit).run("call", call).await
}

fn late(limit: u64) -> Fault {
    Fault::TimedOut { tool: "call".into(), limit: secs(limit) }
}

/// What `advance` does in the poll in which it is made, a blocked thread does, too.
async fn block_for(seconds: u64) {
    let mut advance = Box::pin(tokio::time::advance(secs(seconds)));
    let _ = poll_fn(|cx| Poll::Ready(advance.as_mut().poll(cx))).await;
}

struct Blocks;

impl Approver for Blocks {
    async fn review(&self, _: &Request) -> Decision {
        block_for(40).await;
        Decision::approve()
    }
}

/// The outcome, and after how many seconds.
async fn done_at<T>(call: impl Future<Output = T>) -> (T, u64) {
    let started = Instant::now();
    let outcome = call.await;
    (outcome, started.elapsed().as_secs())
}

/// Polls `first` once, and then lets it be.
async fn begun<F: Future>(first: &mut Pin<Box<F>>) {
    assert!(poll_fn(|cx| Poll::Ready(first.as_mut().poll(cx).is_pending())).await);
}

/// Runs both, and polls of them what was woken and nothing else, as `FuturesUnordered` does.
async fn unordered(a: impl Future, b: impl Future) {
    struct Woken(AtomicBool, ItsWaker);
    type ItsWaker = std::sync::Mutex<Option<Waker>>;
    type Call<'a> = Option<Pin<&'a mut dyn Future<Output = ()>>>;
    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Relaxed);
            let waker = self.1.lock().unwrap().take();
            waker.into_iter().for_each(Waker::wake);
        }
    }
    let woken = || Arc::new(Woken(AtomicBool::new(true), std::sync::Mutex::default()));
    let (mut a, mut b) = (pin!(async { drop(a.await) }), pin!(async { drop(b.await) }));
    let mut calls: [(Call<'_>, Arc<Woken>); 2] = [(Some(a.as_mut()), woken()), (Some(b.as_mut()), woken())];
    poll_fn(|cx| {
        for (call, woken) in &mut calls {
            *woken.1.lock().unwrap() = Some(cx.waker().clone());
            let is_done = woken.0.swap(false, Ordering::Relaxed)
                && call.as_mut().is_some_and(|call| {
                    call.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(woken)))).is_ready()
                });
            if is_done {
                *call = None;
            }
        }
        if calls.iter().all(|(call, _)| call.is_none()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

mod a_timeout {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn around_a_caller_of_a_gated_function_asks_and_pays_once() {
        #[requires_approval]
        async fn refund(paid: &AtomicU32) -> Result<u32, Fault> {
            Ok(paid.fetch_add(40, Ordering::Relaxed))
        }
        #[retry]
        #[timeout(secs = 30)]
        async fn handle_ticket(paid: &AtomicU32) -> Result<u32, Fault> {
            refund(paid).await
        }
        struct Counted(Arc<AtomicU32>);
        impl Approver for Counted {
            async fn review(&self, request: &Request) -> Decision {
                self.0.fetch_add(1, Ordering::Relaxed);
                Human(40).review(request).await
            }
        }
        let (asked, paid) = (Arc::new(AtomicU32::new(0)), AtomicU32::new(0));
        let scope = Scope::current().approver(Counted(Arc::clone(&asked)));
        assert_eq!(done_at(scope.run(handle_ticket(&paid))).await, (Ok(0), 40));
        assert_eq!((asked.load(Ordering::Relaxed), paid.into_inner()), (1, 40));
    }

    #[tokio::test(start_paused = true)]
    async fn counts_the_time_before_and_after_and_not_that_of_the_human() {
        let call = |own| async move {
            work(own).await?;
            ask(100).await?;
            work(own).await
        };
        assert_eq!(done_at(in_time(10, call(4))).await, (Ok(()), 108));
        assert_eq!(done_at(in_time(10, call(6))).await, (Err(late(10)), 110));
    }

    #[tokio::test(start_paused = true)]
    async fn begins_after_a_question_that_comes_first() {
        let call = |own| async move {
            ask(100).await?;
            work(own).await
        };
        assert_eq!(done_at(in_time(10, call(9))).await, (Ok(()), 109));
        assert_eq!(done_at(in_time(10, call(11))).await, (Err(late(10)), 110));
    }

    #[tokio::test(start_paused = true)]
    async fn stands_still_for_each_of_several_questions() {
        let call = |own| async move {
            for _ in 0..5 {
                ask(100).await?;
                work(own).await?;
            }
            Ok(())
        };
        assert_eq!(done_at(in_time(16, call(3))).await, (Ok(()), 515));
        assert_eq!(done_at(in_time(16, call(4))).await, (Err(late(16)), 516));
    }

    #[tokio::test(start_paused = true)]
    async fn stands_still_for_what_runs_beside_the_question_too() {
        let both = |beside| async move { tokio::try_join!(ask(100), work(beside)).map(|_| ()) };
        assert_eq!(done_at(in_time(10, both(105))).await, (Ok(()), 105));
        assert_eq!(done_at(in_time(10, both(111))).await, (Err(late(10)), 110));
    }

    #[tokio::test(start_paused = true)]
    async fn around_what_runs_beside_it_alone_goes_on() {
        let (asked, beside) = tokio::join!(done_at(in_time(10, ask(100))), done_at(in_time(10, work(50))));
        assert_eq!((asked, beside), ((Ok(()), 100), (Err(late(10)), 10)));
        let (beside, asked) = tokio::join!(done_at(in_time(10, work(50))), done_at(in_time(10, ask(100))));
        assert_eq!((asked, beside), ((Ok(()), 100), (Err(late(10)), 10)));
    }

    #[tokio::test(start_paused = true)]
    async fn goes_on_when_the_question_is_dropped() {
        let call = async {
            tokio::select! {
                answer = ask(100) => answer,
                () = sleep(secs(30)) => pending().await,
            }
        };
        assert_eq!(done_at(in_time(10, call)).await, (Err(late(10)), 40));
    }

    #[tokio::test(start_paused = true)]
    async fn stands_still_where_only_what_is_beside_it_is_polled() {
        let both = |beside| async move {
            let ticks = async {
                for _ in 0..beside {
                    sleep(secs(1)).await;
                }
            };
            unordered(ask(100), ticks).await;
            Ok(())
        };
        assert_eq!(done_at(in_time(10, both(109))).await, (Ok(()), 109));
        assert_eq!(done_at(in_time(10, both(200))).await, (Err(late(10)), 110));
    }

    #[tokio::test(start_paused = true)]
    async fn stands_still_inside_of_others_and_around_others() {
        let call = |own| {
            in_time(
                20,
                in_time(10, async move {
                    work(own).await?;
                    in_time(1, ask(100)).await?;
                    work(own).await
                }),
            )
        };
        assert_eq!(done_at(call(4)).await, (Ok(()), 108));
        assert_eq!(done_at(call(6)).await, (Err(late(10)), 110));
        let outer = in_time(
            5,
            in_time(10, async {
                ask(100).await?;
                work(6).await
            }),
        );
        assert_eq!(done_at(outer).await, (Err(late(5)), 105));
    }

    #[tokio::test(start_paused = true)]
    async fn counts_two_questions_at_once_as_one() {
        let call = |own| async move {
            let later = async {
                sleep(secs(50)).await;
                ask(100).await
            };
            tokio::try_join!(ask(100), later)?;
            work(own).await
        };
        assert_eq!(done_at(in_time(10, call(9))).await, (Ok(()), 159));
        assert_eq!(done_at(in_time(10, call(11))).await, (Err(late(10)), 160));
    }

    #[tokio::test(start_paused = true)]
    async fn gets_nothing_for_an_answer_that_is_there_at_once() {
        #[requires_approval(by = approver::Approve)]
        async fn approved() -> Result<(), Fault> {
            work(11).await
        }
        assert_eq!(done_at(in_time(10, approved())).await, (Err(late(10)), 10));
    }

    #[tokio::test(start_paused = true)]
    async fn leaves_out_the_time_of_an_approver_that_blocks() {
        #[requires_approval(by = Blocks)]
        async fn blocks() -> Result<(), Fault> {
            Ok(())
        }
        let call = |own| async move {
            work(own).await?;
            blocks().await?;
            blocks().await?;
            work(own).await
        };
        assert_eq!(done_at(in_time(10, call(4))).await, (Ok(()), 88));
        assert_eq!(done_at(in_time(10, call(6))).await, (Err(late(10)), 90));
    }

    #[tokio::test(start_paused = true)]
    async fn stands_still_for_a_question_that_nobody_polls_until_that_is_answered_or_dropped() {
        let call = |drops| async move {
            let mut question = Box::pin(ask(100));
            begun(&mut question).await;
            work(50).await?;
            if drops {
                drop(question);
            }
            work(500).await
        };
        assert_eq!(done_at(in_time(10, call(true))).await, (Err(late(10)), 60));
        assert_eq!(done_at(in_time(10, call(false))).await, (Err(late(10)), 110));
    }

    #[tokio::test(start_paused = true)]
    async fn that_comes_later_than_the_question_stands_still_from_then_on() {
        let mut question = Box::pin(ask(100));
        begun(&mut question).await;
        sleep(secs(30)).await;
        let call = async {
            work(6).await?;
            question.await?;
            work(6).await
        };
        assert_eq!(done_at(in_time(10, call)).await, (Err(late(10)), 6 + 64 + 4));
    }

    #[tokio::test(start_paused = true)]
    async fn that_has_given_up_on_a_question_does_not_hold_another_one() {
        let mut question = Box::pin(ask(100));
        for _ in 0..3 {
            let looks = in_time(10, async {
                tokio::select! {
                    answer = &mut question => answer,
                    () = sleep(secs(5)) => Ok(()),
                }
            });
            assert_eq!(done_at(looks).await, (Ok(()), 5));
        }
        assert_eq!(done_at(in_time(10, work(20))).await, (Err(late(10)), 10), "the question is open elsewhere");
        assert_eq!(done_at(question).await, (Ok(()), 75));
    }

    #[tokio::test(start_paused = true)]
    async fn goes_on_when_the_question_expires() {
        let call = |own| async move {
            let fault = ask_for_20_seconds(100).await.unwrap_err();
            assert!(matches!(fault, Fault::Expired { .. }));
            work(own).await
        };
        assert_eq!(done_at(in_time(10, call(9))).await, (Ok(()), 29));
        assert_eq!(done_at(in_time(10, call(11))).await, (Err(late(10)), 30));
    }

    #[tokio::test(start_paused = true)]
    async fn stands_still_for_an_approver_that_looks_again_and_again() {
        struct LooksEverySecond;
        impl Approver for LooksEverySecond {
            async fn review(&self, _: &Request) -> Decision {
                for _ in 0..100 {
                    sleep(secs(1)).await;
                    tokio::task::yield_now().await;
                }
                Decision::approve()
            }
        }
        #[requires_approval(by = LooksEverySecond)]
        async fn ask() -> Result<(), Fault> {
            Ok(())
        }
        let call = |own| async move {
            ask().await?;
            work(own).await
        };
        assert_eq!(done_at(in_time(10, call(9))).await, (Ok(()), 109));
        assert_eq!(done_at(in_time(10, call(11))).await, (Err(late(10)), 110));
    }

    /// As a `select!` does whose other branch takes its time.
    #[tokio::test(start_paused = true)]
    async fn stands_still_for_an_approver_that_looks_again_and_is_seldom_asked() {
        struct LooksEverySecond;
        impl Approver for LooksEverySecond {
            async fn review(&self, _: &Request) -> Decision {
                for _ in 0..100 {
                    sleep(secs(1)).await;
                }
                Decision::approve()
            }
        }
        #[requires_approval(by = LooksEverySecond)]
        async fn ask() -> Result<(), Fault> {
            Ok(())
        }
        let call = async {
            let mut question = pin!(ask());
            loop {
                tokio::select! {
                    outcome = &mut question => break outcome,
                    () = sleep(Duration::from_millis(300)) => sleep(secs(5)).await,
                }
            }
        };
        assert_eq!(in_time(10, call).await, Ok(()));
    }

    /// As an executor does that runs inside of a call, and blocks its thread.
    #[tokio::test(start_paused = true)]
    async fn leaves_out_a_question_that_is_polled_again_and_again_in_one_poll() {
        struct BlocksAgainAndAgain;
        impl Approver for BlocksAgainAndAgain {
            async fn review(&self, _: &Request) -> Decision {
                for _ in 0..4 {
                    block_for(10).await;
                    tokio::task::yield_now().await;
                }
                Decision::approve()
            }
        }
        #[requires_approval(by = BlocksAgainAndAgain)]
        async fn asks() -> Result<(), Fault> {
            Ok(())
        }
        let call = async {
            work(4).await?;
            let mut question = pin!(asks());
            let answer = poll_fn(|cx| {
                loop {
                    if let Poll::Ready(answer) = question.as_mut().poll(cx) {
                        return Poll::Ready(answer);
                    }
                }
            });
            answer.await?;
            work(4).await
        };
        assert_eq!(done_at(in_time(10, call)).await, (Ok(()), 48));
    }

    #[tokio::test(start_paused = true)]
    async fn stands_still_when_the_answer_comes_from_elsewhere() {
        #[requires_approval]
        async fn ask() -> Result<(), Fault> {
            work(9).await
        }
        let (approver, mut inbox) = approver::channel();
        let ui = tokio::spawn(async move {
            while let Some(question) = inbox.next().await {
                sleep(secs(100)).await;
                question.answer(Decision::approve());
            }
        });
        assert_eq!(done_at(Scope::current().approver(approver).run(in_time(10, ask()))).await, (Ok(()), 109));
        ui.await.unwrap();
    }

    /// A thread has no paused clock: what wakes the question must not look at one.
    #[tokio::test(start_paused = true)]
    async fn stands_still_when_the_answer_comes_from_a_thread_without_a_runtime() {
        #[requires_approval]
        async fn ask() -> Result<(), Fault> {
            work(9).await
        }
        let (approver, mut inbox) = approver::channel();
        let ui = async {
            let question = inbox.next().await.unwrap();
            sleep(secs(100)).await;
            std::thread::spawn(|| question.answer(Decision::approve())).join().unwrap()
        };
        let call = Scope::current().approver(approver).run(in_time(10, ask()));
        let ((outcome, at), counted) = tokio::join!(done_at(call), ui);
        assert_eq!((outcome, at, counted), (Ok(()), 109, true));
    }
}

mod a_question_in_another_task {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn counts_if_that_was_begun_with_reliable_spawn() {
        let call = |own| async move {
            work(own).await?;
            reliable::spawn(ask(100)).await.unwrap()?;
            work(own).await
        };
        assert_eq!(done_at(in_time(10, call(4))).await, (Ok(()), 108));
        assert_eq!(done_at(in_time(10, call(6))).await, (Err(late(10)), 110));
    }

    #[tokio::test(start_paused = true)]
    async fn counts_not_if_that_was_begun_otherwise() {
        let plain = in_time(10, async { tokio::spawn(ask(100)).await.unwrap() });
        assert_eq!(done_at(plain).await, (Err(late(10)), 10));
        let scoped = in_time(10, async { tokio::spawn(Scope::current().run(ask(100))).await.unwrap() });
        assert_eq!(done_at(scoped).await, (Err(late(10)), 10));
    }

    #[tokio::test(start_paused = true)]
    async fn counts_while_nobody_waits_for_it() {
        let call = async {
            drop(reliable::spawn(async {
                sleep(secs(3)).await;
                ask(100).await
            }));
            work(200).await
        };
        assert_eq!(done_at(in_time(10, call)).await, (Err(late(10)), 110));
    }

    #[tokio::test(start_paused = true)]
    async fn counts_for_those_around_and_not_beside() {
        let mut task = None;
        let begins = in_time(10, async {
            task = Some(reliable::spawn(async {
                sleep(secs(3)).await;
                ask(100).await
            }));
            Ok(())
        });
        assert_eq!(done_at(begins).await, (Ok(()), 0));
        assert_eq!(done_at(in_time(10, work(20))).await, (Err(late(10)), 10));
        task.unwrap().await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn ends_with_the_task() {
        let call = async {
            let task = reliable::spawn(ask(100));
            sleep(secs(5)).await;
            task.abort();
            pending().await
        };
        assert_eq!(done_at(in_time(10, call)).await, (Err(late(10)), 15));
    }

    #[tokio::test(start_paused = true)]
    async fn of_a_task_counts_for_all_that_is_around_the_task() {
        let inner = |own| {
            in_time(10, async move {
                work(own).await?;
                reliable::spawn(in_time(5, ask(100))).await.unwrap()?;
                work(own).await
            })
        };
        let outer = |own| in_time(50, async move { reliable::spawn(inner(own)).await.unwrap() });
        assert_eq!(done_at(outer(4)).await, (Ok(()), 108));
        assert_eq!(done_at(outer(6)).await, (Err(late(10)), 110));
    }

    #[tokio::test(start_paused = true)]
    async fn counts_after_the_task_that_began_it_has_ended() {
        for asks_before in [false, true] {
            let call = async {
                let middle = async move {
                    reliable::spawn(async move {
                        sleep(secs(if asks_before { 1 } else { 3 })).await;
                        ask(100).await
                    });
                    sleep(secs(2)).await;
                };
                reliable::spawn(middle).await.unwrap();
                work(200).await
            };
            assert_eq!(done_at(in_time(10, call)).await, (Err(late(10)), 110));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn counts_in_tasks_that_begin_each_other_without_end() {
        fn next(left: u32, waits: bool) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            Box::pin(async move {
                if left == 0 {
                    ask(100).await.unwrap();
                } else {
                    let task = reliable::spawn(next(left - 1, waits));
                    if waits {
                        task.await.unwrap();
                    }
                }
            })
        }
        for waits in [false, true] {
            let call = async {
                reliable::spawn(next(20_000, waits));
                work(200).await
            };
            assert_eq!(done_at(in_time(10, call)).await, (Err(late(10)), 110));
        }
    }

    #[test]
    fn is_answered_on_any_thread() {
        struct AtOnce;
        impl Approver for AtOnce {
            async fn review(&self, _: &Request) -> Decision {
                tokio::task::spawn_blocking(Decision::approve).await.unwrap()
            }
        }
        #[requires_approval(by = AtOnce)]
        async fn ask() -> Result<(), Fault> {
            Ok(())
        }
        async fn asks_in_tasks() -> Result<(), Fault> {
            let tasks: Vec<_> =
                (0..8).map(|_| reliable::spawn(async { reliable::spawn(ask()).await.unwrap() })).collect();
            for task in tasks {
                task.await.unwrap()?;
            }
            ask().await
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_time().build().unwrap();
        runtime.block_on(async {
            let calls: Vec<_> = (0..200).map(|_| tokio::spawn(in_time(600, asks_in_tasks()))).collect();
            for call in calls {
                assert_eq!(call.await.unwrap(), Ok(()));
            }
            // No clock stands still any more.
            let call = async {
                asks_in_tasks().await?;
                pending().await
            };
            let fault: Result<(), Fault> = Timeout::ms(20).run("call", call).await;
            assert!(matches!(fault, Err(Fault::TimedOut { .. })));
        });
    }
}

mod a_hedge {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn around_a_gated_function_asks_one_human() {
        #[hedge(after = "5s", max = 3)]
        async fn call(asked: &AtomicU32) -> Result<(), Fault> {
            asked.fetch_add(1, Ordering::Relaxed);
            ask(100).await
        }
        let asked = AtomicU32::new(0);
        assert_eq!(done_at(call(&asked)).await, (Ok(()), 100));
        assert_eq!(asked.into_inner(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_wait_asks_one_human_too() {
        let begun = AtomicU32::new(0);
        let call = || {
            begun.fetch_add(1, Ordering::Relaxed);
            ask(100)
        };
        assert_eq!(done_at(Hedge::after(Duration::ZERO).run("call", call)).await, (Ok(()), 100));
        assert_eq!(begun.into_inner(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn counts_the_time_before_and_after() {
        let begun = RefCell::new(Vec::new());
        let started = Instant::now();
        let call = || async {
            begun.borrow_mut().push(started.elapsed().as_secs());
            work(3).await?;
            if begun.borrow().len() == 1 {
                ask(100).await?;
            }
            work(7).await
        };
        assert_eq!(done_at(Hedge::after(secs(5)).run("call", call)).await, (Ok(()), 110));
        assert_eq!(*begun.borrow(), [0, 105]);
    }
}

mod the_time_of_a_retry {
    use super::*;

    const POLICY: Retry = Retry::new().max(9).base(secs(1)).jitter(0.0).within(secs(10));

    #[retry(POLICY)]
    async fn by_policy(attempts: &AtomicU32, own: u64, asked: u64) -> Result<(), Fault> {
        attempt(attempts, own, asked).await
    }

    #[retry(max = 9, base = "1s", jitter = 0, within = "10s")]
    async fn by_options(attempts: &AtomicU32, own: u64, asked: u64) -> Result<(), Fault> {
        let outcome = attempt(attempts, own, asked);
        outcome.await?;
        Ok(())
    }

    #[retry(max = 9, base = "1s", jitter = 0, within = "10s")]
    #[timeout(secs = 9)]
    fn boxed<'a>(
        attempts: &'a AtomicU32,
        own: u64,
        asked: u64,
    ) -> Pin<Box<dyn Future<Output = Result<(), Fault>> + Send + 'a>> {
        Box::pin(async move { attempt(attempts, own, asked).await })
    }

    async fn attempt(attempts: &AtomicU32, own: u64, asked: u64) -> Result<(), Fault> {
        attempts.fetch_add(1, Ordering::Relaxed);
        ask(asked).await?;
        work(own).await?;
        Err(Fault::TimedOut { tool: "service".into(), limit: secs(own) })
    }

    #[tokio::test(start_paused = true)]
    async fn is_without_that_of_a_human() {
        for asked in [1, 100] {
            for which in 0..3 {
                let attempts = AtomicU32::new(0);
                let outcome = match which {
                    0 => by_policy(&attempts, 3, asked).await,
                    1 => by_options(&attempts, 3, asked).await,
                    _ => boxed(&attempts, 3, asked).await,
                };
                assert!(outcome.is_err());
                // 3 + 1 + 3 are 7, and then 2 would be 9; 3 more are 12, and the next pause would end too late.
                assert_eq!(attempts.into_inner(), 3, "{which}, {asked}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn is_with_that_of_a_human_who_is_asked_beside_it() {
        let attempts = AtomicU32::new(0);
        let fails = async {
            let mut own = POLICY.attempts();
            loop {
                let outcome: Result<(), &str> = own
                    .run(async {
                        attempts.fetch_add(1, Ordering::Relaxed);
                        sleep(secs(6)).await;
                        Err("503")
                    })
                    .await;
                match own.settle("call", outcome, |error| reliable::expansion::Inspect::new(error).failure()) {
                    std::ops::ControlFlow::Break(outcome) => break outcome,
                    std::ops::ControlFlow::Continue(pause) => pause.await,
                }
            }
        };
        let (asked, failed) = tokio::join!(ask(100), done_at(fails));
        assert_eq!((asked, failed), (Ok(()), (Err("503"), 13)));
    }
}

mod the_time_of_an_agent {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn is_without_that_of_a_human_asked_in_a_task_of_reliable_spawn() {
        #[agent(within = "10s", max_steps = 9)]
        async fn f(steps: &mut u32, how: u32) -> Result<Step<()>, Fault> {
            *steps += 1;
            if *steps == 1 {
                match how {
                    0 => drop(reliable::spawn(ask(100))),
                    1 => drop(tokio::spawn(ask(100))),
                    _ => drop(tokio::spawn(Scope::current().run(ask(100)))),
                }
            }
            work(7).await?;
            Ok(Step::Next)
        }
        for (how, begun) in [(0, 9), (1, 2), (2, 2)] {
            let mut steps = 0;
            assert!(f(&mut steps, how).await.is_err());
            assert_eq!(steps, begun, "{how}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn is_without_that_of_an_approver_that_blocks() {
        #[requires_approval(by = Blocks)]
        async fn blocks() -> Result<(), Fault> {
            Ok(())
        }
        #[agent(within = "10s", max_steps = 9)]
        async fn f(steps: &mut u32) -> Result<Step<()>, Fault> {
            *steps += 1;
            blocks().await?;
            work(4).await?;
            Ok(Step::Next)
        }
        let mut steps = 0;
        assert!(f(&mut steps).await.is_err());
        assert_eq!(steps, 3);
    }
}
