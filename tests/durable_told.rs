//! What a durable run tells in each of its lives: as new only what is new.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics::{Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, SharedString, Unit};
use reliable::durable::{HaltKind, Memory, Workflows};
use reliable::{
    Charge, Decision, Event, Fault, Grants, Recorder, Run, Scope, Step, Usd, agent, durable, requires_approval, timeout,
};
use tracing::span::{Attributes, Id, Record};

#[path = "support/fields.rs"]
mod fields;
use fields::Fields;

type Outcome<T> = Result<T, String>;

/// Keeps what is counted, by name.
#[derive(Clone, Default)]
struct Counted(Arc<Mutex<BTreeMap<String, u64>>>);

struct Series(Counted, String);

impl CounterFn for Series {
    fn increment(&self, value: u64) {
        *self.0.0.lock().unwrap().entry(self.1.clone()).or_default() += value;
    }

    fn absolute(&self, _: u64) {}
}

impl metrics::Recorder for Counted {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Arc::new(Series(self.clone(), key.name().to_owned())))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

/// Keeps each event and each span of `tracing` as a line.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Lines {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "reliable"
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut fields = Fields(event.metadata().name().to_owned());
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields(format!("span {}", span.metadata().name()));
        span.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut fields = Fields("later".to_owned());
        values.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Beside tests that listen to nothing, `tracing` may have noted of a place that nobody listens to it.
fn listened_to_by(subscriber: impl tracing::Subscriber + Send + Sync + 'static) -> tracing::subscriber::DefaultGuard {
    let guard = tracing::subscriber::set_default(subscriber);
    tracing::callsite::rebuild_interest_cache();
    guard
}

/// Five steps with a recorded call in each, which costs two cents.
#[agent(max_steps = 20)]
async fn desk(calls: &Cell<u32>) -> Result<Step<u32>, Fault> {
    let step = Run::current().step();
    let paid = durable::call("ask_model").run(async {
        calls.set(calls.get() + 1);
        Run::current().charge(Charge::usd(Usd::cents(2)).tokens(100))
    });
    paid.await?;
    Ok(if step == 5 { Step::Done(step) } else { Step::Next })
}

async fn flow(calls: &Cell<u32>) -> Outcome<u32> {
    #[timeout(secs = 100)]
    async fn limited(calls: &Cell<u32>) -> Result<u32, Fault> {
        desk(calls).await
    }
    limited(calls).await.map_err(|fault| fault.to_string())
}

/// A life that dies behind three of five outcomes, and one that goes on.
async fn second_life(scope: Scope) -> Memory {
    let (memory, calls) = (Memory::new(), Cell::new(0));
    memory.crash_after(3);
    assert_eq!(memory.run("trip-42", flow(&calls)).await.unwrap_err().kind, HaltKind::Crashed);
    assert_eq!(scope.run(memory.run("trip-42", flow(&calls))).await.unwrap(), Ok(5));
    assert_eq!(calls.get(), 6, "only what was under way ran again");
    memory
}

#[tokio::test(start_paused = true)]
async fn a_report_tells_what_this_life_has_spent_from_what_the_run_has() {
    let recorder = Recorder::new();
    second_life(Scope::current().recorder(&recorder)).await;
    let report = recorder.report();
    let row = report.of("desk").unwrap();
    // The fourth step was begun by the first life.
    assert_eq!((row.steps, row.earlier_steps), (1, 4));
    assert_eq!((row.usd, row.tokens), (Usd::cents(4), 200));
    assert_eq!((row.earlier_usd, row.earlier_tokens), (Usd::cents(6), 300));
    assert_eq!(row.ended.as_deref(), Some("finished"));
    assert!(report.to_string().contains("spent before"), "{report}");
    assert!(report.to_string().contains("$0.06, 300 tokens"), "{report}");
    let steps: Vec<_> = report
        .entries()
        .iter()
        .filter_map(|entry| match entry.event {
            Event::Step { step, .. } => Some((step, entry.read_back)),
            _ => None,
        })
        .collect();
    assert_eq!(steps, [(1, true), (2, true), (3, true), (4, true), (5, false)]);
}

#[tokio::test(start_paused = true)]
async fn a_first_life_has_nothing_that_was_told_before() {
    let recorder = Recorder::new();
    let calls = Cell::new(0);
    Scope::current().recorder(&recorder).run(Memory::new().run("run", flow(&calls))).await.unwrap().unwrap();
    let report = recorder.report();
    assert!(report.entries().iter().all(|entry| !entry.read_back));
    assert_eq!((report.of("desk").unwrap().steps, report.of("desk").unwrap().earlier_steps), (5, 0));
    assert!(!report.to_string().contains("before"), "{report}");
}

#[tokio::test(start_paused = true)]
async fn metrics_count_what_is_new() {
    let counted = Counted::default();
    let (memory, calls) = (Memory::new(), Cell::new(0));
    memory.crash_after(3);
    memory.run("trip-42", flow(&calls)).await.unwrap_err();
    let guard = metrics::set_default_local_recorder(&counted);
    memory.run("trip-42", flow(&calls)).await.unwrap().unwrap();
    drop(guard);
    let counted = counted.0.lock().unwrap().clone();
    let of = |name: &str| counted.get(name).copied().unwrap_or_default();
    assert_eq!(of("ft.agent.steps.total"), 1);
    assert_eq!(of("ft.agent.tokens.total"), 200);
    assert_eq!(of("ft.agent.usdMicros.total"), 40_000);
    assert_eq!(of("ft.agent.runs.total"), 1, "it ended in this life");
    assert_eq!(of("ft.timeout.calls.total"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_ended_in_an_earlier_life_is_not_counted_again() {
    async fn twice(calls: &Cell<u32>) -> Outcome<u32> {
        flow(calls).await?;
        flow(calls).await
    }
    let counted = Counted::default();
    let (memory, calls) = (Memory::new(), Cell::new(0));
    memory.crash_after(7);
    memory.run("trip-42", twice(&calls)).await.unwrap_err();
    let guard = metrics::set_default_local_recorder(&counted);
    memory.run("trip-42", twice(&calls)).await.unwrap().unwrap();
    drop(guard);
    let counted = counted.0.lock().unwrap().clone();
    assert_eq!((counted["ft.agent.runs.total"], counted["ft.timeout.calls.total"]), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn tracing_has_a_field_for_what_was_told_before() {
    let lines = Lines::default();
    let (memory, calls) = (Memory::new(), Cell::new(0));
    memory.crash_after(3);
    memory.run("trip-42", flow(&calls)).await.unwrap_err();
    let guard = listened_to_by(lines.clone());
    memory.run("trip-42", flow(&calls)).await.unwrap().unwrap();
    drop(guard);
    let lines = lines.0.lock().unwrap().clone();
    let steps: Vec<&String> = lines.iter().filter(|line| line.starts_with("reliable.step ")).collect();
    let read_back: Vec<bool> = steps.iter().map(|line| line.ends_with("read_back=true")).collect();
    assert_eq!(read_back, [true, true, true, true, false], "{lines:#?}");
}

mod a_remembered_answer {
    use super::*;

    #[requires_approval(remember)]
    #[durable]
    async fn send(to: &str) -> Outcome<String> {
        Ok(format!("sent to {to}"))
    }

    #[tokio::test(start_paused = true)]
    async fn that_is_read_back_is_told_as_that() {
        let (grants, recorder) = (Grants::new(), Recorder::new());
        let ana = reliable::approver::Scripted::new([Decision::approve().remember()]);
        let scope = || Scope::current().grants(&grants).approver(ana.clone());
        let flow = || async {
            send("ana").await?;
            send("ana").await?;
            durable::call("told").run(async { Outcome::Ok(()) }).await
        };
        let memory = Memory::new();
        memory.crash_after(4);
        let first = Recorder::new();
        scope().recorder(&first).run(memory.run("run", flow())).await.unwrap_err();
        assert_eq!(first.report().of("send").unwrap().approved, 2, "the second time by what was remembered");
        scope().recorder(&recorder).run(memory.run("run", flow())).await.unwrap().unwrap();
        let told: Vec<_> = recorder.report().entries().iter().map(|entry| entry.event.name()).collect();
        assert_eq!(told, ["reliable.read_back"; 4]);
        assert!(recorder.report().approvals().is_empty());
    }
}

/// From when it is found open, in each life that waits for it.
#[tokio::test(start_paused = true)]
async fn a_question_that_is_open_is_a_span_and_one_that_was_answered_is_none() {
    #[requires_approval]
    #[durable]
    async fn send(to: &str) -> Outcome<String> {
        Ok(format!("sent to {to}"))
    }
    let flow = async || {
        send("ana").await?;
        durable::call("told").run(async { Outcome::Ok(()) }).await
    };
    let memory = Memory::new();
    tokio::time::timeout(Duration::from_secs(5), memory.run("run", flow())).await.expect_err("it waits");
    let question = memory.inbox().pending().await.unwrap().remove(0);
    memory.inbox().answer(&question.id, Decision::approve().by("ana")).await.unwrap();
    memory.crash_after(2);
    let spans = async || {
        let lines = Lines::default();
        let guard = listened_to_by(lines.clone());
        let _ = memory.run("run", flow()).await;
        drop(guard);
        let lines = lines.0.lock().unwrap().clone();
        let of_questions =
            |line: &String| line.starts_with("span reliable.approval") || line.starts_with("later decision");
        lines.into_iter().filter(of_questions).collect::<Vec<_>>()
    };
    let second = spans().await;
    assert!(second[0].contains(&format!("question={}", question.id)), "{second:?}");
    assert!(second[1].contains("approved"), "{second:?}");
    assert_eq!(spans().await, Vec::<String>::new());
}

mod a_life {
    use super::*;

    async fn lines(work: impl Future) -> Vec<String> {
        // The places are known before anybody listens.
        Memory::new().run("another", async {}).await.unwrap();
        let lines = Lines::default();
        let guard = listened_to_by(lines.clone());
        work.await;
        drop(guard);
        let lines = lines.0.lock().unwrap().clone();
        lines.into_iter().filter(|line| line.contains("reliable.run")).collect()
    }

    fn key(line: &str) -> &str {
        line.split("reliable.run.key=").nth(1).unwrap().split(' ').next().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn is_a_span_that_is_linked_to_the_others_by_its_key() {
        let (memory, calls) = (Memory::new(), Cell::new(0));
        memory.crash_after(3);
        let first = lines(async { memory.run("trip-42", flow(&calls)).await.unwrap_err() }).await;
        let second = lines(async { memory.run("trip-42", flow(&calls)).await.unwrap() }).await;
        let other = lines(async { Memory::new().run("trip-42", flow(&calls)).await.unwrap() }).await;
        let (first, second, other) = (&first[0], &second[0], &other[0]);
        assert!(first.contains("otel.name=run trip-42"), "{first}");
        assert!(first.contains("reliable.run.id=\"trip-42\""), "{first}");
        assert!(!first.contains("continued"), "{first}");
        assert!(second.ends_with("reliable.run.continued=true"), "{second}");
        assert_eq!(key(first), key(second));
        assert_ne!(key(first), key(other), "another store");
    }

    #[tokio::test(start_paused = true)]
    async fn that_halts_says_so() {
        let (memory, calls) = (Memory::new(), Cell::new(0));
        memory.crash_after(0);
        let recorder = Recorder::new();
        let run = Scope::current().recorder(&recorder).run(memory.run("trip-42", flow(&calls)));
        let told = Lines::default();
        let guard = listened_to_by(told.clone());
        run.await.unwrap_err();
        drop(guard);
        let last = recorder.report().entries().last().unwrap().event.clone();
        assert_eq!((last.name(), last.tool()), ("reliable.halted", "trip-42"));
        assert!(last.to_string().starts_with("stopped: the process has died"), "{last}");
        let told = told.0.lock().unwrap().clone();
        assert!(told.iter().any(|line| line.starts_with("later error.type=\"crashed\"")), "{told:#?}");
    }

    #[tokio::test(start_paused = true)]
    async fn that_a_worker_drives_is_in_the_scope_of_the_worker() {
        async fn broken((): ()) -> Outcome<()> {
            tokio::task::yield_now().await;
            panic!("a bug")
        }
        let (memory, recorder) = (Memory::new(), Recorder::new());
        memory.submit("broken", "run", &()).await.unwrap();
        let workflows = Workflows::new().add("broken", broken);
        let work = Scope::current().recorder(&recorder).run(memory.work(&workflows));
        tokio::select! {
            worked = work => unreachable!("{worked:?}"),
            outcome = memory.outcome::<Outcome<()>>("run") => outcome.unwrap_err(),
        };
        let report = recorder.report();
        assert_eq!(report.of("run").unwrap().ended.as_deref(), Some("halted"), "{report}");
    }
}
