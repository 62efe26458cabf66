//! Questions of durable runs: asked once, answered from anywhere, known in the next life.

use std::cell::Cell;
use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use reliable::approver::Scripted;
use reliable::durable;
use reliable::durable::{HaltKind, Inbox, Memory, Question, Status, Workflows};
use reliable::{Decision, Event, Fault, Recorder, Scope, requires_approval, timeout};
use tokio::time::{sleep, timeout as within};

type Outcome<T> = Result<T, Fault>;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

thread_local! {
    static SENT: Cell<u32> = const { Cell::new(0) };
}

fn sent() -> u32 {
    SENT.get()
}

#[requires_approval]
#[durable]
async fn send(to: &str) -> Outcome<String> {
    SENT.set(SENT.get() + 1);
    Ok(format!("sent to {to}"))
}

#[durable]
async fn step(n: u32) -> Outcome<u32> {
    Ok(n)
}

/// Runs it until it waits for a human.
async fn until_it_waits<F: Future>(run: F) {
    assert!(within(ms(10), run).await.is_err(), "it has ended");
}

async fn the_question(inbox: &Inbox) -> Question {
    let mut pending = inbox.pending().await.unwrap();
    assert_eq!(pending.len(), 1, "{pending:?}");
    pending.remove(0)
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_given_while_nothing_runs() {
    let (memory, inbox) = {
        let memory = Memory::new();
        (memory.clone(), memory.inbox())
    };
    let flow = || async {
        step(1).await?;
        let sent = send("ana").await?;
        step(2).await?;
        Ok::<_, Fault>(sent)
    };
    until_it_waits(memory.run("run", flow())).await;
    let question = the_question(&inbox).await;
    assert_eq!((&*question.run, &*question.request.to_string()), ("run", r#"send(to = "ana")"#));
    assert!(question.expires_at.is_none());

    // Another life asks the same question, and not another one.
    until_it_waits(memory.run("run", flow())).await;
    assert_eq!(the_question(&inbox).await, question);

    assert!(inbox.answer(&question.id, Decision::approve().by("ana")).await.unwrap());
    assert!(!inbox.answer(&question.id, Decision::deny("no")).await.unwrap(), "the first one counts");
    assert_eq!(inbox.pending().await.unwrap(), []);
    assert_eq!(memory.run("run", flow()).await.unwrap().unwrap(), "sent to ana");
    assert_eq!(sent(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_known_wherever_the_process_dies_behind_it() {
    for at in 1..5 {
        let memory = Memory::new();
        let inbox = memory.inbox();
        let flow = || async {
            step(1).await?;
            let sent = send("ana").await?;
            step(2).await?;
            Ok::<_, Fault>(sent)
        };
        let human = async {
            loop {
                sleep(ms(100)).await;
                for question in inbox.pending().await.unwrap() {
                    inbox.answer(&question.id, Decision::approve()).await.unwrap();
                }
            }
        };
        memory.crash_after(at);
        let mut asked = 0;
        let run = async {
            loop {
                let recorder = Recorder::new();
                let life = Scope::current().recorder(&recorder).run(memory.run("run", flow())).await;
                let is_asked = |entry: &&reliable::report::Entry| matches!(entry.event, Event::Asked { .. });
                asked += recorder.report().entries().iter().filter(is_asked).count();
                if let Ok(outcome) = life {
                    return outcome;
                }
            }
        };
        let outcome = tokio::select! { outcome = run => outcome, () = human => unreachable!() };
        assert_eq!(outcome.unwrap(), "sent to ana");
        assert_eq!(asked, if at == 1 { 2 } else { 1 }, "dying at {at}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_approver_in_scope_is_asked_as_well_and_the_first_answer_counts() {
    let memory = Memory::new();
    let script = Scripted::new([Decision::deny("too much").by("bo")]);
    let scope = Scope::current().approver(script.clone());
    let outcome = scope.run(memory.run("run", async { send("ana").await })).await.unwrap();
    assert_eq!(outcome, Err(Fault::Denied { tool: "send".into(), reason: "too much".into() }));
    assert_eq!((sent(), script.requests().len()), (0, 1));
    let again = memory.run("run", async { send("ana").await }).await.unwrap();
    assert_eq!(again, outcome, "a no is recorded, too");
}

#[tokio::test(start_paused = true)]
async fn a_question_expires_by_the_time_that_goes_on_while_nothing_runs() {
    #[requires_approval(within = "2d")]
    async fn fire(whom: &str) -> Outcome<()> {
        unreachable!("nobody said yes")
    }
    let memory = Memory::new();
    until_it_waits(memory.run("run", fire("ana"))).await;
    let question = the_question(&memory.inbox()).await;
    let day = Duration::from_secs(86_400);
    assert_eq!(question.expires_at.unwrap().duration_since(question.asked_at).unwrap(), 2 * day);
    sleep(day).await;
    let run = async { within(day, memory.run("run", fire("ana"))).await.unwrap().unwrap() };
    assert!(matches!(run.await, Err(Fault::Expired { .. })), "a day is left");
    assert!(!memory.inbox().answer(&question.id, Decision::approve()).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_yes_to_another_question_is_none() {
    let memory = Memory::new();
    let inbox = memory.inbox();
    until_it_waits(memory.run("run", async { send("ana").await })).await;
    let first = the_question(&inbox).await;
    inbox.answer(&first.id, Decision::approve()).await.unwrap();
    until_it_waits(memory.run("run", async { send("bo").await })).await;
    let second = the_question(&inbox).await;
    assert_ne!(first.id, second.id);
    inbox.answer(&second.id, Decision::approve()).await.unwrap();
    assert_eq!(memory.run("run", async { send("bo").await }).await.unwrap().unwrap(), "sent to bo");
}

#[tokio::test(start_paused = true)]
async fn a_question_that_was_acted_on_and_is_another_one_now_stops_the_run() {
    let memory = Memory::new();
    let inbox = memory.inbox();
    let flow = |to: &'static str| async move {
        send(to).await?;
        step(1).await
    };
    until_it_waits(memory.run("run", flow("ana"))).await;
    inbox.answer(&the_question(&inbox).await.id, Decision::approve()).await.unwrap();
    memory.crash_after(2);
    assert_eq!(memory.run("run", flow("ana")).await.unwrap_err().kind, HaltKind::Crashed);
    let halt = memory.run("run", flow("bo")).await.unwrap_err();
    assert_eq!(halt.kind, HaltKind::Mismatch);
    assert!(halt.message.contains(r#"(send(to = "bo"), and not send(to = "ana"))"#), "{halt}");
    assert_eq!(sent(), 1);
    assert!(matches!(memory.list().await.unwrap()[0].status, Status::Parked(_)));
    assert!(memory.resume("run").await.unwrap());
    assert_eq!(memory.run("run", flow("ana")).await.unwrap(), Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_map_among_the_arguments_makes_no_other_question_in_each_life() {
    #[requires_approval]
    async fn pay(to: &HashMap<String, u32>, note: &str) -> Outcome<u32> {
        Ok(to.values().sum())
    }
    let memory = Memory::new();
    let map =
        || ["ana", "bo", "cy", "di", "ed"].into_iter().map(|name| (name.to_owned(), 1)).collect::<HashMap<_, _>>();
    let flow = || async { pay(&map(), "tea").await };
    until_it_waits(memory.run("run", flow())).await;
    let digest = the_question(&memory.inbox()).await.request.digest;
    assert!(digest.is_some());
    for _ in 0..5 {
        until_it_waits(memory.run("run", flow())).await;
        assert_eq!(the_question(&memory.inbox()).await.request.digest, digest);
    }
}

#[tokio::test(start_paused = true)]
async fn a_correction_is_known_in_the_next_life() {
    #[requires_approval(edit(to))]
    #[durable]
    async fn mail(to: String) -> Outcome<String> {
        Ok(to)
    }
    let memory = Memory::new();
    let flow = || async {
        let to = mail("all".to_owned()).await?;
        step(1).await?;
        Ok::<_, Fault>(to)
    };
    until_it_waits(memory.run("run", flow())).await;
    let question = the_question(&memory.inbox()).await;
    memory.inbox().answer(&question.id, Decision::approve().edit("to", "ana")).await.unwrap();
    memory.crash_after(2);
    assert!(memory.run("run", flow()).await.is_err());
    assert_eq!(memory.run("run", flow()).await.unwrap().unwrap(), "ana");
}

#[tokio::test(start_paused = true)]
async fn questions_wait_side_by_side_and_each_branch_gets_its_own_answer() {
    for at in 0..7 {
        let memory = Memory::new();
        let inbox = memory.inbox();
        let flow = || async {
            let (a, b, c) = tokio::join!(send("a"), send("b"), send("c"));
            Ok::<_, Fault>([a.is_ok(), b.is_ok(), c.is_ok()])
        };
        let human = async {
            loop {
                sleep(ms(100)).await;
                for question in inbox.pending().await.unwrap().into_iter().rev() {
                    let is_b = question.request.to_string().contains("\"b\"");
                    let decision = if is_b { Decision::deny("not b") } else { Decision::approve() };
                    inbox.answer(&question.id, decision).await.unwrap();
                }
            }
        };
        memory.crash_after(at);
        let run = async {
            loop {
                if let Ok(outcome) = Box::pin(memory.run("run", flow())).await {
                    return outcome;
                }
            }
        };
        let outcome = tokio::select! { outcome = run => outcome, () = human => unreachable!() };
        assert_eq!(outcome, Ok([true, false, true]), "dying at {at}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_inside_of_a_recorded_call_stops_the_run() {
    #[durable]
    async fn outer() -> Outcome<String> {
        send("ana").await
    }
    let halt = Memory::new().run("run", outer()).await.unwrap_err();
    assert_eq!(halt.kind, HaltKind::Misplaced);
    assert!(halt.message.contains("asks a human inside of a recorded call"), "{halt}");
    assert_eq!(sent(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_time_that_a_human_takes_is_nobody_s() {
    #[timeout(secs = 5)]
    async fn hurried() -> Outcome<String> {
        send("ana").await
    }
    let memory = Memory::new();
    let inbox = memory.inbox();
    let human = async {
        sleep(Duration::from_secs(100)).await;
        inbox.answer(&the_question(&inbox).await.id, Decision::approve()).await.unwrap();
    };
    let (outcome, ()) = tokio::join!(memory.run("run", hurried()), human);
    assert_eq!(outcome.unwrap().unwrap(), "sent to ana");
}

mod workers {
    use super::*;

    async fn trip(city: String) -> Outcome<String> {
        step(1).await?;
        let sent = send(&city).await?;
        step(2).await?;
        Ok(sent)
    }

    #[tokio::test(start_paused = true)]
    async fn go_on_with_what_another_one_has_left() {
        let workflows = Workflows::new().add("trip", trip);
        let memory = Memory::new();
        assert!(memory.submit("trip", "trip-42", &"Oslo").await.unwrap());
        assert!(!memory.submit("trip", "trip-42", &"Rome").await.unwrap(), "the same id is the same run");
        until_it_waits(memory.work(&workflows)).await;
        tokio::task::yield_now().await;
        assert_eq!(memory.list().await.unwrap()[0].status, Status::Waiting, "whoever was at it is gone");
        let question = the_question(&memory.inbox()).await;
        memory.inbox().answer(&question.id, Decision::approve()).await.unwrap();
        let outcome = tokio::select! {
            worked = memory.work(&workflows) => panic!("{worked:?}"),
            outcome = memory.outcome::<Outcome<String>>("trip-42") => outcome,
        };
        assert_eq!(outcome.unwrap().unwrap(), "sent to Oslo");
        assert_eq!(memory.show("trip-42").await.unwrap().len(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn are_at_so_many_runs_at_once() {
        async fn slow(n: u32) -> u32 {
            durable::sleep(ms(100)).await;
            n
        }
        let workflows = Workflows::new().add("slow", slow).at_once(5);
        let memory = Memory::new();
        for n in 0..20 {
            memory.submit("slow", format!("run-{n}"), &n).await.unwrap();
        }
        let began = tokio::time::Instant::now();
        let all = async {
            for n in 0..20 {
                assert_eq!(memory.outcome::<u32>(&format!("run-{n}")).await.unwrap(), n);
            }
        };
        tokio::select! { worked = memory.work(&workflows) => panic!("{worked:?}"), () = all => {} }
        assert_eq!(began.elapsed(), ms(400));
    }

    #[tokio::test(start_paused = true)]
    async fn park_what_they_cannot_read_and_what_panics() {
        async fn panics(_: u32) -> u32 {
            panic!("no such page")
        }
        let workflows = Workflows::new().add("panics", panics).add("fine", async |n: u32| n);
        let memory = Memory::new();
        memory.submit("panics", "a", &1).await.unwrap();
        memory.submit("panics", "b", &"text").await.unwrap();
        memory.submit("fine", "c", &3).await.unwrap();
        let ends = async {
            (memory.outcome::<u32>("a").await, memory.outcome::<u32>("b").await, memory.outcome::<u32>("c").await)
        };
        let (a, b, c) =
            tokio::select! { worked = memory.work(&workflows) => panic!("{worked:?}"), ends = ends => ends };
        assert!(a.unwrap_err().message.contains("the run panicked (no such page)"));
        assert!(b.unwrap_err().message.contains("can't be read as what its workflow takes"));
        assert_eq!(c.unwrap(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn stop_what_is_cancelled() {
        let workflows = Workflows::new().add("trip", trip);
        let memory = Memory::new();
        memory.submit("trip", "trip-42", &"Oslo").await.unwrap();
        until_it_waits(memory.work(&workflows)).await;
        assert!(memory.cancel("trip-42").await.unwrap());
        assert!(!memory.cancel("trip-42").await.unwrap());
        assert_eq!(memory.inbox().pending().await.unwrap(), [], "its question is gone with it");
        assert_eq!(memory.list().await.unwrap()[0].status, Status::Cancelled);
        assert_eq!(memory.run("trip-42", async { 1 }).await.unwrap_err().kind, HaltKind::Cancelled);
        assert!(memory.cancel("trip-43").await.unwrap_err().message.contains("there is no run `trip-43`"));
        assert_eq!(sent(), 0);
    }
}
