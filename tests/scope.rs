//! What is in force around a call, and where it goes along.

use std::sync::{Arc, Mutex};

use reliable::approver::{Approve, Scripted};
use reliable::{Decision, Event, Fault, Recorder, Scope, fallback, requires_approval};

#[fallback(Ok(42))]
async fn price(item: &'static str) -> Result<u32, String> {
    tokio::task::yield_now().await;
    Err(format!("no {item}"))
}

#[requires_approval]
async fn refund() -> Result<(), Fault> {
    Ok(())
}

fn words(heard: &Arc<Mutex<Vec<String>>>) -> impl Fn(&Event) + use<> {
    let heard = Arc::clone(heard);
    move |event| heard.lock().unwrap().push(format!("{}: {event}", event.tool()))
}

#[tokio::test]
async fn a_task_that_is_spawned_with_it_is_in_the_scope() {
    let recorder = Recorder::new();
    let ana = Scripted::new([Decision::approve()]);
    let work = async {
        reliable::spawn(async { reliable::spawn(price("tea")).await.unwrap() }).await.unwrap().unwrap();
        reliable::spawn(refund()).await.unwrap().unwrap();
    };
    Scope::current().recorder(&recorder).approver(ana.clone()).run(work).await;
    assert_eq!(recorder.report().of("price").unwrap().fallbacks, 1);
    assert_eq!(ana.requests().len(), 1);
}

#[tokio::test]
async fn a_denial_in_a_task_that_left_its_scope_behind_says_so() {
    let denied = Scope::current().approver(Approve).run(async { tokio::spawn(refund()).await.unwrap() }).await;
    assert_eq!(
        denied.unwrap_err().to_string(),
        "`refund` was denied: no approver is installed, and that of a scope does not follow `tokio::spawn`: write `reliable::spawn`"
    );
    let denied = Scope::current().run(async { refund().await }).await;
    assert_eq!(denied.unwrap_err().to_string(), "`refund` was denied: no approver is installed", "this is a scope");
    let denied = reliable::spawn(refund()).await.unwrap();
    assert_eq!(denied.unwrap_err().to_string(), "`refund` was denied: no approver is installed", "and so is this");
}

#[tokio::test]
async fn code_that_blocks_can_be_in_a_scope() {
    #[fallback(Ok(42))]
    fn plain() -> Result<u32, String> {
        Err("503".to_owned())
    }
    let recorder = Recorder::new();
    let scope = Scope::current().recorder(&recorder);
    let inner = scope.clone();
    let priced = tokio::task::spawn_blocking(move || inner.enter(plain)).await.unwrap();
    assert_eq!(priced, Ok(42));
    assert_eq!(std::thread::spawn(move || scope.enter(|| Scope::current().enter(plain))).join().unwrap(), Ok(42));
    assert_eq!(recorder.report().of("plain").unwrap().fallbacks, 2);
}

#[tokio::test]
async fn outer_listeners_hear_what_happens_in_an_inner_scope() {
    let (outer, inner) = (Arc::default(), Arc::default());
    let work = async {
        Scope::current().listen(words(&inner)).run(price("tea")).await.unwrap();
        price("milk").await.unwrap();
    };
    Scope::current().listen(words(&outer)).run(work).await;
    assert_eq!(*inner.lock().unwrap(), ["price: failed (no tea); the fallback answers"]);
    let both = ["price: failed (no tea); the fallback answers", "price: failed (no milk); the fallback answers"];
    assert_eq!(*outer.lock().unwrap(), both);
}

#[tokio::test]
async fn a_listener_that_panics_is_not_heard_and_one_that_calls_a_tool_does_not_hear_itself() {
    #[fallback(Ok(1))]
    fn lookup() -> Result<u32, String> {
        Err("503".to_owned())
    }
    let heard = Arc::default();
    let scope =
        Scope::current().listen(|_| panic!("a listener's own fault")).listen(|_| drop(lookup())).listen(words(&heard));
    assert_eq!(scope.run(price("tea")).await, Ok(42));
    assert_eq!(*heard.lock().unwrap(), ["price: failed (no tea); the fallback answers"]);
}

#[tokio::test]
async fn a_recorder_keeps_the_last_events_and_counts_all() {
    let recorder = Recorder::keep(2);
    let work = async {
        for item in ["tea", "milk", "sugar"] {
            price(item).await.unwrap();
        }
    };
    Scope::current().recorder(&recorder).run(work).await;
    let report = recorder.report();
    let kept: Vec<String> = report.entries().iter().map(|entry| entry.event.to_string()).collect();
    assert_eq!(kept, ["failed (no milk); the fallback answers", "failed (no sugar); the fallback answers"]);
    assert_eq!((report.of("price").unwrap().fallbacks, report.left_out()), (3, 1));
    assert!(report.to_string().ends_with("\n(1 earlier event is counted here and not kept)\n"), "{report}");
}
