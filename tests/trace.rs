//! The feature `tracing`: every event goes to `tracing` too, with stable names.

use std::sync::{Arc, Mutex};

use reliable::{Charge, Fault, Run, Step, Usd, agent, fallback, requires_approval, retry, timeout};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

#[path = "support/fields.rs"]
mod fields;
use fields::Fields;

/// Keeps each event as a line: level, target, fields.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "reliable"
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(event.metadata().level().to_string());
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

async fn traced<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
    let lines = Lines::default();
    let guard = tracing::subscriber::set_default(lines.clone());
    let outcome = work.await;
    drop(guard);
    let lines = lines.0.lock().unwrap().clone();
    (outcome, lines)
}

#[tokio::test(start_paused = true)]
async fn a_failing_call_is_told_line_by_line() {
    #[fallback(Ok(0))]
    #[retry(max = 1, jitter = 0)]
    #[timeout(ms = 20)]
    async fn hangs() -> Result<u32, Fault> {
        std::future::pending().await
    }
    let (outcome, lines) = traced(hangs()).await;
    assert_eq!(outcome, Ok(0));
    assert_eq!(
        lines,
        [
            r#"WARN tool="hangs" limit_ms=20"#,
            r#"WARN tool="hangs" attempt=1 error="`hangs` timed out after 20ms" pause_ms=500"#,
            r#"WARN tool="hangs" limit_ms=20"#,
            r#"WARN tool="hangs" attempts=2 error="`hangs` timed out after 20ms" reason=no retries left"#,
            r#"WARN tool="hangs" error="`hangs` timed out after 20ms""#,
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_is_told_too() {
    #[requires_approval(by = reliable::approver::Approve)]
    async fn refund() -> Result<u32, Fault> {
        Ok(1)
    }
    #[agent(max_steps = 1, max_usd = 1)]
    async fn assistant() -> Result<Step<u32>, Fault> {
        Run::current().charge(Charge::usd(Usd::cents(3)).tokens(9))?;
        refund().await.map(Step::Done)
    }
    let (outcome, lines) = traced(assistant()).await;
    assert_eq!(outcome, Ok(1));
    let asked = lines[2].strip_prefix(r#"INFO tool="refund" question="#).unwrap().to_owned();
    let (question, run) = asked.split_once(" run=assistant-").unwrap();
    assert!(run.ends_with(" step=1"), "{run}");
    assert_eq!(
        lines,
        [
            r#"DEBUG agent="assistant" step=1 max_steps=1"#,
            r#"DEBUG agent="assistant" usd_micros=30000 tokens=9"#,
            &lines[2],
            &format!(r#"INFO tool="refund" question={question} run=assistant-{run} waited_ms=0"#),
            r#"INFO agent="assistant" steps=1"#,
        ]
    );
}

#[tokio::test]
async fn a_call_that_goes_well_says_nothing() {
    #[fallback(Ok(0))]
    #[retry]
    #[timeout(secs = 1)]
    async fn fine() -> Result<u32, Fault> {
        Ok(1)
    }
    assert_eq!(traced(fine()).await, (Ok(1), vec![]));
}
