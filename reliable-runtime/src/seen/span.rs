//! Spans for `tracing`, with the names and fields that are documented at [`Event`](crate::said::event::Event).

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::field::{Empty, display};
use tracing::instrument::Instrumented;
use tracing::{Instrument, Span, info_span};

use crate::said::charge::Amount;
use crate::said::decision::Decision;
use crate::said::fault_kind::FaultKind;
use crate::said::idempotency::IdempotencyKey;
use crate::said::ids::QuestionId;
use crate::said::name::ToolName;
use crate::said::request::Request;
use crate::seen::trace::int;

/// A future that is polled and dropped inside the span of a run and the span of a step.
pub(crate) type InSpans<F> = Instrumented<Instrumented<F>>;

/// The span of a run, held by the handle that began it and by no clone of that: the span ends with the run, however
/// long somebody holds on to a [`Run::current`](crate::agent::run::Run::current).
#[derive(Debug)]
pub(crate) struct RunSpan(Option<Open>);

#[derive(Debug)]
struct Open {
    span: Span,
    /// Whether it came to an answer or an error.
    ended: AtomicBool,
}

impl Clone for RunSpan {
    fn clone(&self) -> Self {
        RunSpan(None)
    }
}

impl RunSpan {
    pub(crate) fn none() -> Self {
        RunSpan(None)
    }

    pub(crate) fn begin(agent: &ToolName) -> Self {
        let span = info_span!(
            target: "reliable",
            "invoke_agent",
            otel.name = display(format_args!("invoke_agent {agent}")),
            otel.kind = "internal",
            gen_ai.operation.name = "invoke_agent",
            gen_ai.agent.name = &**agent,
            error.type = Empty,
            otel.status_code = Empty,
            otel.status_description = Empty,
            reliable.steps = Empty,
            reliable.usage.tokens = Empty,
            reliable.usage.usd_micros = Empty,
        );
        RunSpan(Some(Open::new(span)))
    }

    /// Tells what happens between two steps inside the span.
    pub(crate) fn within<T>(&self, tell: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(open) => open.span.in_scope(tell),
            None => tell(),
        }
    }

    /// Puts a step, this one of an agent, inside a span of its own, below that of the run.
    pub(crate) fn step<'a, F>(&self, this: impl FnOnce() -> (Option<&'a str>, u32, u32), step: F) -> InSpans<F> {
        let Some(Open { span: run, .. }) = &self.0 else {
            return step.instrument(Span::none()).instrument(Span::none());
        };
        let (agent, number, max_steps) = this();
        let (number, max_steps) = (int(number), int(max_steps));
        let span = run.in_scope(|| info_span!(target: "reliable", "reliable.step", agent, step = number, max_steps));
        step.instrument(span).instrument(run.clone())
    }

    /// The run has its answer.
    pub(crate) fn finished(&self) {
        if let Some(open) = &self.0 {
            open.finished();
        }
    }

    /// The run ended without an answer: by a fault of this kind, or by an error that only its own type knows.
    pub(crate) fn failed(&self, kind: impl FnOnce() -> Option<FaultKind>, words: impl Display) {
        if let Some(open) = &self.0 {
            open.failed(kind, words);
        }
    }

    /// The handle that began the run is dropped.
    pub(crate) fn close(&self, totals: impl FnOnce() -> (u32, Amount)) {
        let Some(open) = self.0.as_ref().filter(|open| !open.span.is_disabled()) else { return };
        open.dropped();
        let (steps, spent) = totals();
        let (tokens, usd_micros) = (int(spent.tokens), int(spent.usd.as_micros()));
        let span = open.span.record("reliable.steps", int(steps)).record("reliable.usage.tokens", tokens);
        span.record("reliable.usage.usd_micros", usd_micros);
    }
}

/// The span of one life of a durable run.
#[derive(Debug)]
#[cfg_attr(not(feature = "durable"), allow(dead_code, reason = "there are none"))]
pub(crate) struct LifeSpan(Open);

#[cfg_attr(not(feature = "durable"), allow(dead_code, reason = "there are none"))]
impl LifeSpan {
    pub(crate) fn begin(run: &str, key: impl FnOnce() -> IdempotencyKey, continued: bool) -> Self {
        LifeSpan(Open::new(info_span!(
            target: "reliable",
            "reliable.run",
            otel.name = display(format_args!("run {run}")),
            otel.kind = "internal",
            reliable.run.id = run,
            reliable.run.key = display(key()),
            reliable.run.continued = continued.then_some(true),
            error.type = Empty,
            otel.status_code = Empty,
            otel.status_description = Empty,
        )))
    }

    pub(crate) fn around<F>(&self, life: F) -> Instrumented<F> {
        life.instrument(self.0.span.clone())
    }

    pub(crate) fn within<T>(&self, tell: impl FnOnce() -> T) -> T {
        self.0.span.in_scope(tell)
    }

    pub(crate) fn finished(&self) {
        self.0.finished();
    }

    pub(crate) fn halted(&self, kind: &str, words: impl Display) {
        self.0.finished();
        if !self.0.span.is_disabled() {
            self.0.fail(kind, words);
        }
    }
}

impl Drop for LifeSpan {
    fn drop(&mut self) {
        self.0.dropped();
    }
}

/// The span of an execution of a tool.
#[derive(Debug)]
pub(crate) struct ToolSpan(Open);

impl ToolSpan {
    pub(crate) fn begin(tool: &ToolName, question: Option<QuestionId>) -> Self {
        ToolSpan(Open::new(info_span!(
            target: "reliable",
            "execute_tool",
            otel.name = display(format_args!("execute_tool {tool}")),
            otel.kind = "internal",
            gen_ai.operation.name = "execute_tool",
            gen_ai.tool.name = &**tool,
            question = question.map(display),
            error.type = Empty,
            otel.status_code = Empty,
            otel.status_description = Empty,
        )))
    }

    pub(crate) fn within<T>(&self, run: impl FnOnce() -> T) -> T {
        self.0.span.in_scope(run)
    }

    pub(crate) fn finished(&self) {
        self.0.finished();
    }

    pub(crate) fn failed(&self, kind: Option<FaultKind>, words: impl Display) {
        self.0.failed(|| kind, words);
    }
}

impl Drop for ToolSpan {
    fn drop(&mut self) {
        self.0.dropped();
    }
}

impl Open {
    fn new(span: Span) -> Self {
        Open { span, ended: AtomicBool::new(false) }
    }

    fn finished(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    fn failed(&self, kind: impl FnOnce() -> Option<FaultKind>, words: impl Display) {
        self.finished();
        if !self.span.is_disabled() {
            self.fail(FaultKind::error_type(kind()), words);
        }
    }

    /// If it has not come to an end before, this is none.
    fn dropped(&self) {
        if !self.ended.load(Ordering::Relaxed) && !self.span.is_disabled() {
            let panics = std::thread::panicking();
            self.fail(if panics { "panic" } else { "cancelled" }, "dropped before it had an answer");
        }
    }

    /// The code goes before the description: to `tracing-opentelemetry` each is a whole status, and the last one counts.
    fn fail(&self, error_type: &str, words: impl Display) {
        let span = self.span.record("error.type", error_type).record("otel.status_code", "ERROR");
        span.record("otel.status_description", display(words));
    }
}

/// The span of a question to a human, while it stands open.
#[derive(Debug, Clone)]
pub(crate) struct ApprovalSpan(Span);

impl ApprovalSpan {
    pub(crate) fn begin(Request { id, tool, .. }: &Request) -> Self {
        let (tool, question) = (&**tool, display(id));
        ApprovalSpan(info_span!(target: "reliable", "reliable.approval", tool, question, decision = Empty, by = Empty))
    }

    pub(crate) fn around<F>(&self, question: F) -> Instrumented<F> {
        question.instrument(self.0.clone())
    }

    pub(crate) fn decided(&self, decision: &Decision) {
        let (decision, by) = match decision {
            Decision::Approved { by, .. } => ("approved", by.as_deref()),
            Decision::Denied { by, .. } => ("denied", by.as_deref()),
            Decision::Expired => ("expired", None),
        };
        self.0.record("decision", decision).record("by", by);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Debug;
    use std::ops::ControlFlow;
    use std::sync::atomic::AtomicU64;
    use std::sync::{Arc, Mutex};

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use super::*;
    use crate::agent::limits::AgentLimits;
    use crate::agent::step::{Step, StepOutcome};
    use crate::approval::approver::Approver;
    use crate::approval::execution::Execution;
    use crate::approval::question::Approval;
    use crate::said::decision::Decision;
    use crate::said::request::Request;
    use crate::seen::inspect::Inspect;
    use crate::sources::source;

    /// Writes each span as a row of the table in the documentation.
    #[derive(Clone, Default)]
    struct Rows(Arc<Mutex<BTreeMap<u64, Row>>>, Arc<AtomicU64>);

    #[derive(Clone)]
    struct Row(String, Names, Names);

    #[derive(Clone, Default)]
    struct Names(Vec<String>);

    impl Visit for Names {
        fn record_u64(&mut self, field: &Field, _: u64) {
            panic!("`{}` would be text in OpenTelemetry", field.name());
        }

        fn record_debug(&mut self, field: &Field, _: &dyn Debug) {
            self.0.push(format!("`{}`", field.name()));
        }
    }

    impl Subscriber for Rows {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == "reliable"
        }

        fn new_span(&self, span: &Attributes<'_>) -> Id {
            let (name, level) = (span.metadata().name(), span.metadata().level().to_string().to_lowercase());
            let mut row = Row(format!("/// | `{name}` | {level}"), Names::default(), Names::default());
            span.record(&mut row.1);
            let id = self.1.fetch_add(1, Ordering::Relaxed) + 1;
            self.0.lock().unwrap().insert(id, row);
            Id::from_u64(id)
        }

        fn record(&self, span: &Id, values: &Record<'_>) {
            values.record(&mut self.0.lock().unwrap().get_mut(&span.into_u64()).unwrap().2);
        }

        fn event(&self, _: &Event<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    struct Ana;

    impl Approver for Ana {
        async fn review(&self, _: &Request) -> Decision {
            Decision::approve().by("ana")
        }
    }

    #[tokio::test]
    async fn every_span_has_the_name_the_level_and_the_fields_that_are_documented() {
        let source = source("event.rs");
        let documented: Vec<&str> = source
            .lines()
            .map(str::trim_start)
            .skip_while(|line| !line.starts_with("/// | span |"))
            .filter(|line| line.starts_with("/// | `"))
            .collect();
        let rows = Rows::default();
        let guard = tracing::subscriber::set_default(rows.clone());
        LifeSpan::begin("trip-42", IdempotencyKey::new, true).halted("store", "the disk is full");
        let run = AgentLimits::new().begin("assistant");
        run.next_step().unwrap();
        let refund = async {
            let approval = Approval::new("refund").by(&Ana);
            let mut execution = Execution::of(&approval);
            approval.ask().await.unwrap();
            let outcome = execution.run(async { Err::<(), _>("503") }).await;
            execution.settle(outcome, |error| Inspect::new(error).failure())
        };
        assert_eq!(run.scope(refund).await, Err("503"));
        assert_eq!(Err::<Step<()>, _>("503").settle(&run), ControlFlow::Break(Err("503")));
        drop((run, guard));
        let told: Vec<String> = rows.0.lock().unwrap().values().map(Row::in_words).collect();
        assert_eq!(told, documented);
    }

    impl Row {
        fn in_words(&self) -> String {
            let later = self.2.0.join(", ");
            format!("{} | {} |{}{later} |", self.0, self.1.0.join(", "), if later.is_empty() { "" } else { " " })
        }
    }
}
