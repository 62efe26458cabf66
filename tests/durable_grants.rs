//! Answers that the store of a durable run remembers: for what they hold, and for how long.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use reliable::approver::Scripted;
use reliable::durable::{HaltKind, Memory, Question};
use reliable::{Decision, Fault, Grants, Recorder, Scope, fallback, requires_approval};

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn always() -> Decision {
    Decision::approve().by("ana").remember()
}

#[requires_approval(remember, edit(to))]
async fn send(to: String) -> Result<String, Fault> {
    Ok(to)
}

/// What is asked in a run of this, if anything is.
async fn asks<T>(memory: &Memory, call: impl Future<Output = Result<T, Fault>>) -> Option<Question>
where
    Result<T, Fault>: reliable::durable::Recorded,
{
    let run = format!("run-{}", memory.list().await.unwrap().len());
    tokio::select! {
        biased;
        _ = memory.run(&run, call) => {}
        () = tokio::time::sleep(secs(1)) => {}
    }
    let asked = memory.inbox().pending().await.unwrap().into_iter().find(|question| question.run == run);
    // Nobody waits for it any more.
    memory.cancel(&run).await.unwrap();
    asked
}

/// The same, and it is answered.
async fn answered<T>(
    memory: &Memory,
    call: impl Future<Output = Result<T, Fault>>,
    decision: Decision,
) -> Result<T, Fault>
where
    Result<T, Fault>: reliable::durable::Recorded,
{
    let run = format!("run-{}", memory.list().await.unwrap().len());
    let inbox = memory.inbox();
    let human = async {
        loop {
            if let Some(question) = inbox.pending().await.unwrap().first() {
                assert!(inbox.answer(&question.id, decision.clone()).await.unwrap());
            }
            tokio::time::sleep(secs(1)).await;
        }
    };
    tokio::select! {
        outcome = memory.run(run, call) => outcome.unwrap(),
        () = human => unreachable!("humans stay"),
    }
}

fn to(name: &str) -> impl Future<Output = Result<String, Fault>> + use<> {
    send(name.to_owned())
}

#[tokio::test(start_paused = true)]
async fn it_holds_for_the_same_call_and_no_other() {
    let memory = Memory::new();
    answered(&memory, to("bob"), always()).await.unwrap();
    assert_eq!(asks(&memory, to("bob")).await, None);
    assert!(asks(&memory, to("eve")).await.is_some());
    assert!(asks(&Memory::new(), to("bob")).await.is_some(), "in another store nothing is known of it");
}

#[tokio::test(start_paused = true)]
async fn it_must_be_chosen_and_be_for_the_call_as_it_was_asked() {
    let memory = Memory::new();
    for decision in [Decision::approve(), always().edit("to", "eve")] {
        answered(&memory, to("bob"), decision).await.unwrap();
        assert!(asks(&memory, to("bob")).await.is_some());
    }
    let denied = Decision::deny("not him").remember();
    answered(&memory, to("bob"), denied).await.unwrap_err();
    assert_eq!(asks(&memory, to("bob")).await, None);
    let again = memory.run("again", to("bob")).await.unwrap();
    assert_eq!(again, Err(Fault::Denied { tool: "send".into(), reason: "not him".into() }));
}

#[tokio::test(start_paused = true)]
async fn it_expires() {
    let memory = Memory::new().remember_for(secs(3600));
    let question = asks(&memory, to("bob")).await.unwrap();
    assert_eq!(question.request.remember.unwrap().to_string(), "this very call, for 1h");
    answered(&memory, to("bob"), always()).await.unwrap();
    let grant = memory.grants().list().await.unwrap().remove(0);
    assert_eq!(grant.expires_at.unwrap().duration_since(grant.given_at).unwrap(), secs(3600));
    tokio::time::advance(secs(3500)).await;
    assert_eq!(asks(&memory, to("bob")).await, None);
    tokio::time::advance(secs(100)).await;
    assert!(asks(&memory, to("bob")).await.is_some());
    assert_eq!(memory.grants().list().await.unwrap(), []);
    assert!(!memory.grants().revoke(&grant.question.id).await.unwrap(), "it held no longer");
    // A no that has expired makes room for a yes.
    answered(&memory, to("eve"), Decision::deny("no").remember()).await.unwrap_err();
    tokio::time::advance(secs(3600)).await;
    answered(&memory, to("eve"), always()).await.unwrap();
    assert_eq!(memory.run("eve", to("eve")).await.unwrap(), Ok("eve".to_owned()));
}

/// It was given to the run when it was found, also if that was not recorded yet.
#[tokio::test(start_paused = true)]
async fn it_stays_the_answer_when_the_process_dies_and_it_is_revoked() {
    let memory = Memory::new();
    answered(&memory, to("bob"), always()).await.unwrap();
    let grant = memory.grants().list().await.unwrap().remove(0);
    memory.crash_after(0);
    assert_eq!(memory.run("dies", to("bob")).await.unwrap_err().kind, HaltKind::Crashed);
    assert!(memory.grants().revoke(&grant.question.id).await.unwrap());
    let recorder = Recorder::new();
    let outcome = Scope::current().recorder(&recorder).run(memory.run("dies", to("bob"))).await.unwrap();
    assert_eq!(outcome, Ok("bob".to_owned()));
    let told: Vec<_> = recorder.report().entries().iter().map(|entry| entry.event.name()).collect();
    assert_eq!(told, ["reliable.approved"], "and nobody was asked");
    let trail = memory.trail("dies").await.unwrap();
    assert_eq!((trail.len(), trail[0].remembered), (1, Some(grant.question.id)));
    assert!(asks(&memory, to("bob")).await.is_some(), "another run asks");
}

/// One for each user keeps their answers apart.
#[tokio::test(start_paused = true)]
async fn grants_in_scope_take_the_place_of_the_store() {
    let (memory, grants) = (Memory::new(), Grants::new());
    let ana = Scripted::new([always()]);
    let scope = || Scope::current().grants(&grants).approver(ana.clone());
    for run in ["first", "second"] {
        scope().run(memory.run(run, to("bob"))).await.unwrap().unwrap();
    }
    assert_eq!((ana.requests().len(), grants.list().len()), (1, 1));
    assert_eq!(memory.grants().list().await.unwrap(), []);
    assert!(asks(&memory, to("bob")).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_remembered_of_what_can_not_be_told_from_others() {
    struct Opaque;

    #[requires_approval(remember)]
    async fn open(door: &Opaque) -> Result<u32, Fault> {
        let Opaque = door;
        Ok(1)
    }
    let memory = Memory::new();
    answered(&memory, async { open(&Opaque).await }, always()).await.unwrap();
    let asked = asks(&memory, async { open(&Opaque).await }).await.unwrap();
    assert_eq!((asked.request.remember, memory.grants().list().await.unwrap().len()), (None, 0));
}

mod bank {
    use super::{Fault, requires_approval};

    #[requires_approval(remember)]
    pub(super) async fn pay() -> Result<u32, Fault> {
        Ok(1)
    }

    #[requires_approval(remember, name = "pay")]
    pub(super) async fn refund() -> Result<u32, Fault> {
        Ok(2)
    }
}

mod shop {
    use super::{Fault, fallback, requires_approval};

    #[fallback(Ok(0))]
    #[requires_approval(remember)]
    pub(super) async fn pay() -> Result<u32, Fault> {
        Ok(1)
    }

    #[requires_approval(remember, name = "pay")]
    pub(super) async fn refund() -> Result<u32, Fault> {
        Ok(2)
    }
}

#[derive(Debug, Hash)]
struct Till;

#[derive(Debug, Hash)]
struct Desk;

impl Till {
    #[requires_approval(remember)]
    async fn pay(&self) -> Result<u32, Fault> {
        Ok(1)
    }
}

impl Desk {
    #[requires_approval(remember)]
    async fn pay(&self) -> Result<u32, Fault> {
        Ok(1)
    }
}

type Call = Pin<Box<dyn Future<Output = Result<u32, Fault>>>>;

#[tokio::test(start_paused = true)]
async fn functions_of_one_name_have_nothing_in_common() {
    let memory = Memory::new();
    let calls = || -> Vec<(&str, Call)> {
        vec![
            ("bank::pay", Box::pin(bank::pay())),
            ("bank::refund", Box::pin(bank::refund())),
            ("shop::pay", Box::pin(shop::pay())),
            ("shop::refund", Box::pin(shop::refund())),
            ("Till::pay", Box::pin(Till.pay())),
            ("Desk::pay", Box::pin(Desk.pay())),
        ]
    };
    for (path, call) in calls() {
        answered(&memory, call, always()).await.unwrap();
        let grants = memory.grants().list().await.unwrap();
        assert!(grants.last().unwrap().alike.function.ends_with(path), "{grants:?}");
    }
    assert_eq!(memory.grants().list().await.unwrap().len(), calls().len(), "each was asked");
    for (path, call) in calls() {
        assert_eq!(asks(&memory, call).await, None, "{path}");
    }
}

/// What a macro may write for each tool: an item in a `const` that has no name.
trait Tool {
    fn call() -> Call;
}

struct Reads;
struct Deletes;

macro_rules! tools {
    ($($tool:ident)*) => {
        $(const _: () = {
            #[requires_approval(remember)]
            async fn run() -> Result<u32, Fault> {
                Ok(1)
            }

            impl Tool for $tool {
                fn call() -> Call {
                    Box::pin(run())
                }
            }
        };)*
    };
}

tools!(Reads Deletes);

fn in_blocks(second: bool) -> Call {
    if second {
        #[requires_approval(remember)]
        async fn run() -> Result<u32, Fault> {
            Ok(1)
        }
        Box::pin(run())
    } else {
        #[requires_approval(remember)]
        async fn run() -> Result<u32, Fault> {
            Ok(1)
        }
        Box::pin(run())
    }
}

fn of_types_in_blocks(second: bool) -> Call {
    if second {
        struct Inner;
        impl Inner {
            #[requires_approval(remember)]
            async fn run(&self) -> Result<u32, Fault> {
                Ok(1)
            }
        }
        Box::pin(async { Inner.run().await })
    } else {
        struct Inner;
        impl Inner {
            #[requires_approval(remember)]
            async fn run(&self) -> Result<u32, Fault> {
                Ok(1)
            }
        }
        Box::pin(async { Inner.run().await })
    }
}

#[tokio::test(start_paused = true)]
async fn functions_of_one_path_have_nothing_in_common() {
    let memory = Memory::new();
    let calls = || {
        [
            Reads::call(),
            Deletes::call(),
            in_blocks(false),
            in_blocks(true),
            of_types_in_blocks(false),
            of_types_in_blocks(true),
        ]
    };
    for (number, call) in calls().into_iter().enumerate() {
        answered(&memory, call, always()).await.unwrap();
        assert_eq!(memory.grants().list().await.unwrap().len(), number + 1, "each was asked");
    }
    let grants = memory.grants().list().await.unwrap();
    let mut paths: Vec<&str> = grants.iter().map(|grant| &*grant.alike.function).collect();
    paths.sort_unstable();
    for pair in paths.chunks(2) {
        assert_eq!(pair[0], pair[1]);
    }
    for call in calls() {
        assert_eq!(asks(&memory, call).await, None);
    }
}

/// Code that gains a question of another type's method goes on with the answers that it has.
#[tokio::test(start_paused = true)]
async fn methods_of_one_name_have_questions_of_their_own() {
    let memory = Memory::new();
    memory.crash_after(1);
    let scope = || Scope::current().approver(Scripted::new([Decision::approve(), Decision::deny("only one more")]));
    let before = async {
        Till.pay().await?;
        Till.pay().await
    };
    assert_eq!(scope().run(memory.run("sale", before)).await.unwrap_err().kind, HaltKind::Crashed);
    let gained = async {
        Desk.pay().await?;
        Till.pay().await
    };
    assert_eq!(scope().run(memory.run("sale", gained)).await.unwrap(), Ok(1));
    let places: Vec<_> =
        memory.show("sale").await.unwrap().iter().map(|it| (it.place.tool.to_string(), it.place.number)).collect();
    assert_eq!(places, [("durable_grants::Till::pay".to_owned(), 1), ("durable_grants::Desk::pay".to_owned(), 1)]);
}
