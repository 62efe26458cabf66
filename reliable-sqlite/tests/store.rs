//! What the file keeps: over a restart, for several stores, for workers, and for who answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reliable::durable::{self, HaltKind, Status, Workflows};
use reliable::sqlite::Store;
use reliable::{Approver, Decision, Fault, Request, Scope, requires_approval};
use tempfile::TempDir;
use tokio::sync::Notify;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn open(folder: &TempDir) -> Store {
    Store::open(folder.path().join("agent.db")).unwrap()
}

async fn counted(count: &AtomicUsize) -> Result<usize, String> {
    durable::call("count").run(async { Ok(count.fetch_add(1, Ordering::SeqCst)) }).await
}

#[requires_approval(within = "2d")]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

async fn once_pending(store: &Store) -> durable::Question {
    loop {
        if let Some(question) = store.inbox().pending().await.unwrap().into_iter().next() {
            return question;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_recorded_does_not_run_again_and_an_ended_run_gives_its_outcome() {
    let (folder, count) = (folder(), AtomicUsize::new(0));
    {
        let store = open(&folder);
        let life = store.run("trip-42", async {
            counted(&count).await?;
            counted(&count).await?;
            std::future::pending::<Result<usize, String>>().await
        });
        let life = async {
            tokio::select! {
                _ = life => {}
                () = async { while count.load(Ordering::SeqCst) < 2 || store.show("trip-42").await.unwrap().len() < 2 { tokio::task::yield_now().await } } => {}
            }
        };
        life.await;
        assert_eq!(store.list().await.unwrap()[0].status, Status::Waiting);
    }
    let store = open(&folder);
    for _ in 0..2 {
        let outcome = store.run("trip-42", async {
            Ok::<_, String>((counted(&count).await?, counted(&count).await?, counted(&count).await?))
        });
        assert_eq!(outcome.await.unwrap(), Ok((0, 1, 2)));
    }
    assert_eq!(count.load(Ordering::SeqCst), 3);
    let recorded = store.show("trip-42").await.unwrap();
    assert_eq!(recorded.iter().map(|recording| recording.order).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(store.list().await.unwrap()[0].status, Status::Ended);
}

#[tokio::test]
async fn of_two_stores_one_has_the_run_and_the_other_hears_who() {
    let folder = folder();
    let (one, other) = (open(&folder), open(&folder));
    let outcome = one.run("trip-42", async {
        let halt = other.run("trip-42", async { Ok::<_, String>(1) }).await.unwrap_err();
        assert_eq!(halt.kind, HaltKind::Busy);
        assert!(halt.message.contains(&format!("process {}", std::process::id())), "{halt}");
        let again = one.run("trip-42", async { Ok::<_, String>(2) }).await.unwrap_err();
        assert_eq!(again.kind, HaltKind::Busy);
        Ok::<_, String>(3)
    });
    assert_eq!(outcome.await.unwrap(), Ok(3));
}

/// Whoever takes away the file that says that a process lives, takes its runs away.
#[tokio::test]
async fn nobody_writes_to_a_run_that_another_one_has_taken() {
    let (folder, count) = (folder(), AtomicUsize::new(0));
    let one = open(&folder);
    let other = AtomicUsize::new(0);
    let halted = one.run("trip-42", async {
        counted(&count).await?;
        for file in folder.path().read_dir().unwrap().map(|file| file.unwrap().path()) {
            if file.to_string_lossy().contains("-owner-") {
                std::fs::remove_file(file).unwrap();
            }
        }
        // One call is under way meanwhile.
        durable::call("other")
            .run(async {
                let thief = open(&folder);
                let taken = thief.run("trip-42", async {
                    counted(&other).await?;
                    std::future::pending::<Result<usize, String>>().await
                });
                let is_taken = async {
                    while thief.list().await.unwrap()[0].status != Status::Running {
                        tokio::task::yield_now().await;
                    }
                };
                tokio::select! {
                    _ = taken => Err("it hangs".to_owned()),
                    () = is_taken => Ok(()),
                }
            })
            .await?;
        counted(&count).await
    });
    assert_eq!(halted.await.unwrap_err().kind, HaltKind::LeaseLost);
    assert_eq!((count.load(Ordering::SeqCst), other.load(Ordering::SeqCst)), (1, 0));
    assert_eq!(one.show("trip-42").await.unwrap().len(), 1, "nothing was written after that");
}

/// Its approver still thinks about it when another process has taken the run.
#[tokio::test]
async fn nobody_answers_for_a_run_that_another_one_has_taken() {
    struct Slow(Arc<Notify>);
    impl Approver for Slow {
        async fn review(&self, _: &Request) -> Decision {
            self.0.notified().await;
            Decision::approve().by("a process that has lost its run")
        }
    }
    let (folder, thought) = (folder(), Arc::new(Notify::new()));
    let one = open(&folder);
    let asks = Scope::current().approver(Slow(Arc::clone(&thought))).run(one.run("order-7", refund(40)));
    let taken = async {
        let question = once_pending(&one).await;
        for file in folder.path().read_dir().unwrap().map(|file| file.unwrap().path()) {
            if file.to_string_lossy().contains("-owner-") {
                std::fs::remove_file(file).unwrap();
            }
        }
        let thief = open(&folder);
        let runs = (*thief).clone();
        let mut again = Box::pin(async move { runs.run("order-7", refund(40)).await });
        while thief.list().await.unwrap()[0].status != Status::Running {
            assert!(futures_poll(&mut again).await.is_none());
        }
        for _ in 0..50 {
            assert!(futures_poll(&mut again).await.is_none(), "nobody has answered");
        }
        thought.notify_one();
        (question, thief, again)
    };
    let (halted, (question, thief, again)) = tokio::join!(asks, taken);
    assert_eq!(halted.unwrap_err().kind, HaltKind::LeaseLost);
    assert_eq!(once_pending(&thief).await.id, question.id, "it still waits");
    assert!(thief.inbox().answer(&question.id, Decision::deny("no")).await.unwrap());
    assert!(matches!(again.await.unwrap(), Err(Fault::Denied { .. })));
}

#[cfg(unix)]
#[tokio::test]
async fn two_names_of_one_file_are_one_file() {
    let folder = folder();
    let one = open(&folder);
    std::os::unix::fs::symlink(folder.path().join("agent.db"), folder.path().join("other.db")).unwrap();
    let other = Store::open(folder.path().join("other.db")).unwrap();
    let outcome = one.run("trip-42", async {
        assert_eq!(other.run("trip-42", async { Ok::<_, String>(1) }).await.unwrap_err().kind, HaltKind::Busy);
        Ok::<_, String>(3)
    });
    assert_eq!(outcome.await.unwrap(), Ok(3));
}

#[tokio::test]
async fn a_run_that_is_dropped_is_given_back_at_once() {
    let folder = folder();
    let (one, other) = (open(&folder), open(&folder));
    for _ in 0..20 {
        let mut life = Box::pin(one.run("trip-42", std::future::pending::<Result<u32, String>>()));
        while other.list().await.unwrap().first().is_none_or(|run| run.status != Status::Running) {
            assert!(futures_poll(&mut life).await.is_none());
        }
        drop(life);
        assert_eq!(other.list().await.unwrap()[0].status, Status::Waiting);
    }
    assert_eq!(other.run("trip-42", async { Ok::<_, String>(3) }).await.unwrap(), Ok(3));
}

async fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    let polled = std::future::poll_fn(|cx| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(cx) {
            std::task::Poll::Ready(value) => Some(value),
            std::task::Poll::Pending => None,
        })
    });
    let polled = polled.await;
    tokio::task::yield_now().await;
    polled
}

#[tokio::test]
async fn a_question_is_answered_while_nothing_runs_and_asked_once() {
    let folder = folder();
    let asked = {
        let store = open(&folder);
        tokio::select! {
            _ = store.run("order-7", refund(40)) => panic!("nobody has answered"),
            question = once_pending(&store) => question,
        }
    };
    let desk = open(&folder);
    let question = once_pending(&desk).await;
    assert_eq!((question.id, question.request.to_string()), (asked.id, "refund(amount = 40)".to_owned()));
    assert!(desk.inbox().answer(&question.id, Decision::approve().by("ana")).await.unwrap());
    assert!(!desk.inbox().answer(&question.id, Decision::deny("late")).await.unwrap());
    assert_eq!(open(&folder).run("order-7", refund(40)).await.unwrap(), Ok(40));
    let trail = desk.trail("order-7").await.unwrap();
    assert_eq!(trail.len(), 1);
    assert_eq!(trail[0].decision, Some(Decision::approve().by("ana")));
}

#[tokio::test(start_paused = true)]
async fn nobody_answers_in_time() {
    let folder = folder();
    let began = std::time::Instant::now();
    let outcome = open(&folder).run("order-7", refund(40)).await.unwrap();
    assert!(matches!(outcome, Err(Fault::Expired { .. })), "{outcome:?}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_worker_takes_what_another_store_has_submitted() {
    let folder = folder();
    let (desk, worker) = (open(&folder), open(&folder));
    let workflows = Workflows::new().add("double", |n: u32| async move { Ok::<_, String>(2 * n) });
    let work = async { worker.work(&workflows).await };
    let outcome = async {
        assert!(desk.submit("double", "n-1", &21).await.unwrap());
        assert!(!desk.submit("double", "n-1", &22).await.unwrap());
        desk.outcome::<Result<u32, String>>("n-1").await.unwrap()
    };
    tokio::select! {
        stopped = work => panic!("{stopped:?}"),
        outcome = outcome => assert_eq!(outcome, Ok(42)),
    }
}

#[tokio::test]
async fn a_cancelled_run_stops_and_a_parked_one_goes_on_when_it_is_resumed() {
    let folder = folder();
    let store = open(&folder);
    let ran = AtomicUsize::new(0);
    let halted = store.run("trip-1", async {
        assert!(store.cancel("trip-1").await.unwrap());
        durable::call("pay")
            .run(async {
                ran.fetch_add(1, Ordering::SeqCst);
                Ok::<(), String>(())
            })
            .await
    });
    assert_eq!(halted.await.unwrap_err().kind, HaltKind::Cancelled);
    assert_eq!(ran.load(Ordering::SeqCst), 0);
    assert!(!store.cancel("trip-1").await.unwrap());

    let in_a_task = || async {
        let task = Scope::current().run(async { durable::call("pay").run(async { Ok::<u32, String>(1) }).await });
        tokio::spawn(task).await.unwrap()
    };
    for _ in 0..2 {
        assert_eq!(store.run("trip-2", in_a_task()).await.unwrap_err().kind, HaltKind::Misplaced);
    }
    assert!(store.resume("trip-2").await.unwrap() && !store.resume("trip-2").await.unwrap());
    assert_eq!(store.run("trip-2", async { Ok::<u32, String>(2) }).await.unwrap(), Ok(2));
}

#[tokio::test(start_paused = true)]
async fn one_that_nobody_polls_makes_no_other_one_deaf() {
    let folder = folder();
    let (one, other) = (open(&folder), open(&folder));
    for run in ["held", "waited"] {
        one.submit("none", run, &()).await.unwrap();
    }
    let mut held = Box::pin(one.outcome::<u32>("held"));
    for _ in 0..100 {
        assert!(futures_poll(&mut held).await.is_none());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let cancelled = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        other.cancel("waited").await.unwrap()
    };
    let both = async { tokio::join!(one.outcome::<u32>("waited"), cancelled) };
    let (outcome, is_cancelled) = tokio::time::timeout(Duration::from_secs(60), both).await.expect("it hears of it");
    assert!(is_cancelled && outcome.unwrap_err().message.contains("was cancelled"));
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_sleeps_hears_that_it_was_cancelled_here_or_elsewhere() {
    let folder = folder();
    let (one, other) = (open(&folder), open(&folder));
    for (run, desk) in [("trip-1", &one), ("trip-2", &other)] {
        let sleeps = one.run(run, async {
            durable::sleep(Duration::from_secs(1000 * 3600)).await;
            Ok::<_, String>(())
        });
        let cancelled = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            desk.cancel(run).await.unwrap()
        };
        let both = async { tokio::join!(sleeps, cancelled) };
        let (slept, is_cancelled) = tokio::time::timeout(Duration::from_secs(60), both).await.expect("it hears of it");
        assert!(is_cancelled);
        assert_eq!(slept.unwrap_err().kind, HaltKind::Cancelled);
    }
    tokio::time::timeout(
        Duration::from_secs(60),
        one.run("trip-3", async {
            durable::sleep(Duration::from_secs(50)).await;
            Ok::<_, String>(())
        }),
    )
    .await
    .expect("its time is up")
    .unwrap()
    .unwrap();
}

#[tokio::test]
async fn an_answer_that_could_not_be_read_again_is_refused_and_the_question_stays() {
    let folder = folder();
    let store = open(&folder);
    let run = store.run("order-7", refund(40));
    let human = async {
        let question = once_pending(&store).await;
        let mut deep = Deep(None);
        for _ in 0..200 {
            deep = Deep(Some(Box::new(deep)));
        }
        let refused = store.inbox().answer(&question.id, Decision::approve().edit("amount", deep)).await.unwrap_err();
        assert!(refused.message.contains("an answer can't be written down so that it can be read again"), "{refused}");
        assert_eq!(once_pending(&store).await, question);
        assert!(store.trail("order-7").await.unwrap()[0].decision.is_none());
        assert!(store.inbox().answer(&question.id, Decision::approve()).await.unwrap());
    };
    assert_eq!(tokio::join!(run, human).0.unwrap(), Ok(40));
}

/// A list in a list.
struct Deep(Option<Box<Deep>>);

impl serde::Serialize for Deep {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}
