//! What arrives at a collector has the names, the types and the places that are documented.

use std::collections::BTreeSet;
use std::process::Command;

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::{Event, SpanKind};
use reliable::{Step, agent};
use tokio::runtime;

#[path = "../src/main.rs"]
#[expect(dead_code, reason = "its `main` runs in a process of its own")]
mod example;

use example::collector::Collector;
use example::{ToolError, Weather};

/// Everything that a run sent. The run is on a paused clock, and OTLP on another runtime, whose clock goes on.
fn collected<T>(run: impl Future<Output = T>) -> (T, Vec<Span>) {
    let telemetry = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (collector, endpoint) = telemetry.block_on(Collector::start()).unwrap();
    let provider = telemetry.block_on(async { example::export_to(&endpoint) }).unwrap();
    let paused = runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let outcome = tracing::subscriber::with_default(example::subscriber(&provider), || paused.block_on(run));
    provider.shutdown().unwrap();
    (outcome, collector.spans())
}

fn named<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

fn the<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let [span] = named(spans, name)[..] else { panic!("there is not one `{name}` in {spans:#?}") };
    span
}

fn value(attributes: &[KeyValue], key: &str) -> Option<Value> {
    attributes.iter().find(|attribute| attribute.key == key)?.value.clone()?.value
}

#[expect(clippy::unnecessary_wraps, reason = "compared with what `value` gives")]
fn text(text: &str) -> Option<Value> {
    Some(Value::StringValue(text.to_owned()))
}

#[expect(clippy::unnecessary_wraps, reason = "compared with what `value` gives")]
fn int(number: i64) -> Option<Value> {
    Some(Value::IntValue(number))
}

fn events<'a>(span: &'a Span, name: &str) -> Vec<&'a Event> {
    span.events.iter().filter(|event| event.name == name).collect()
}

#[test]
fn a_run_is_one_trace_with_everything_in_its_place() {
    let (answer, spans) = collected(example::assistant(&Weather::default(), &mut Vec::new()));
    assert!(answer.unwrap().starts_with("rain in Oslo; yesterday's trains to Oslo; `book` was denied"));
    assert_eq!(named(&spans, "execute_tool book").len(), 0, "it did not run");

    let traces: BTreeSet<&[u8]> = spans.iter().map(|span| &*span.trace_id).collect();
    assert_eq!(traces.len(), 1);
    let run = the(&spans, "invoke_agent assistant");
    assert!(run.parent_span_id.is_empty());
    let steps = named(&spans, "reliable.step");
    assert_eq!(steps.len(), 5);
    assert!(steps.iter().all(|step| step.parent_span_id == run.span_id));
    let in_step = |span: &Span, step: i64| {
        let number = |parent: &&&Span| parent.span_id == span.parent_span_id;
        steps.iter().find(number).is_some_and(|parent| value(&parent.attributes, "step") == int(step))
    };
    for (step, tool) in [(1, "forecast"), (2, "trains"), (4, "send_mail")] {
        let span = the(&spans, &format!("execute_tool {tool}"));
        assert!(in_step(span, step), "{tool} belongs to step {step}");
        assert_eq!(value(&span.attributes, "gen_ai.operation.name"), text("execute_tool"));
        assert_eq!(value(&span.attributes, "gen_ai.tool.name"), text(tool));
    }
    let chats = named(&spans, "chat scripted-1");
    for step in 1..=5 {
        assert_eq!(chats.iter().filter(|chat| in_step(chat, step)).count(), 1);
    }
    for chat in chats {
        assert_eq!(chat.kind(), SpanKind::Client);
        assert_eq!(value(&chat.attributes, "gen_ai.usage.input_tokens"), int(100));
    }
}

#[test]
fn a_run_has_the_names_of_the_conventions_and_its_totals_as_numbers() {
    let (_, spans) = collected(example::assistant(&Weather::default(), &mut Vec::new()));
    let run = the(&spans, "invoke_agent assistant");
    assert_eq!(run.kind(), SpanKind::Internal);
    let attribute = |key| value(&run.attributes, key);
    assert_eq!(attribute("gen_ai.operation.name"), text("invoke_agent"));
    assert_eq!(attribute("gen_ai.agent.name"), text("assistant"));
    assert_eq!(attribute("reliable.steps"), int(5));
    assert_eq!(attribute("reliable.usage.tokens"), int(550));
    assert_eq!(attribute("reliable.usage.usd_micros"), int(0));
    assert_eq!(attribute("error.type"), None);
    assert_eq!(run.status.clone().unwrap_or_default().code, 0);
}

#[test]
fn retries_are_events_of_the_tool_that_was_retried() {
    let (_, spans) = collected(example::assistant(&Weather::default(), &mut Vec::new()));
    let forecast = the(&spans, "execute_tool forecast");
    let [first, second] = events(forecast, "reliable.retry")[..] else { panic!("{forecast:#?}") };
    let told = |event: &Event| ["tool", "attempt", "error", "pause_ms"].map(|key| value(&event.attributes, key));
    assert_eq!(told(first), [text("forecast"), int(1), text("the service is busy"), int(20)]);
    assert_eq!(told(second), [text("forecast"), int(2), text("`forecast` timed out after 50ms"), int(40)]);
    assert_eq!(value(&events(forecast, "reliable.timed_out")[0].attributes, "limit_ms"), int(50));
    assert_eq!(events(forecast, "reliable.recovered").len(), 1);
    assert_eq!(forecast.status.clone().unwrap_or_default().code, 0, "it went well in the end");

    let trains = the(&spans, "execute_tool trains");
    assert_eq!(value(&events(trains, "reliable.gave_up")[0].attributes, "reason"), text("no retries left"));
    assert_eq!(events(trains, "reliable.fell_back").len(), 1);
}

#[test]
fn a_question_to_a_human_is_a_span_and_so_is_what_was_approved() {
    let (_, spans) = collected(example::assistant(&Weather::default(), &mut Vec::new()));
    let [no, yes] = named(&spans, "reliable.approval")[..] else { panic!("{spans:#?}") };
    let told = |span: &Span| ["tool", "decision", "by"].map(|key| value(&span.attributes, key));
    assert_eq!(told(no), [text("book"), text("denied"), text("ana")]);
    assert_eq!(told(yes), [text("send_mail"), text("approved"), text("ana")]);
    assert_eq!(value(&events(no, "reliable.refused")[0].attributes, "waited_ms"), int(30));

    let mail = the(&spans, "execute_tool send_mail");
    assert_eq!(mail.parent_span_id, yes.parent_span_id, "both are in the step");
    assert_eq!(value(&mail.attributes, "question"), value(&yes.attributes, "question"));
    assert_eq!(value(&mail.attributes, "error.type"), None);
    assert_eq!(mail.status.clone().unwrap_or_default().code, 0);
}

#[test]
fn a_run_that_fails_says_why() {
    #[agent(max_steps = 2)]
    async fn endless() -> Result<Step<()>, ToolError> {
        Ok(Step::Next)
    }
    let (outcome, spans) = collected(endless());
    outcome.unwrap_err();
    let run = the(&spans, "invoke_agent endless");
    let status = run.status.clone().unwrap();
    assert_eq!((status.code, &*status.message), (2, "`endless` stopped at its limit of 2 steps"));
    assert_eq!(value(&run.attributes, "error.type"), text("step_limit"));
    assert_eq!(events(run, "reliable.stopped").len(), 1);
}

/// What the program prints, without how long it took.
const TREE: &str = r#"
invoke_agent assistant ( ms) reliable.steps=5 reliable.usage.tokens=550 reliable.usage.usd_micros=0
   reliable.step ( ms) step=1 max_steps=8
      chat scripted-1 ( ms) gen_ai.usage.input_tokens=100 gen_ai.usage.output_tokens=10
      execute_tool forecast ( ms)
         · reliable.retry attempt=1 error="the service is busy" pause_ms=20
         · reliable.timed_out limit_ms=50
         · reliable.retry attempt=2 error="`forecast` timed out after 50ms" pause_ms=40
         · reliable.recovered attempts=3
   reliable.step ( ms) step=2 max_steps=8
      chat scripted-1 ( ms) gen_ai.usage.input_tokens=100 gen_ai.usage.output_tokens=10
      execute_tool trains ( ms)
         · reliable.retry attempt=1 error="the service is busy" pause_ms=20
         · reliable.gave_up attempts=2 error="the service is busy" reason="no retries left"
         · reliable.fell_back error="the service is busy"
   reliable.step ( ms) step=3 max_steps=8
      chat scripted-1 ( ms) gen_ai.usage.input_tokens=100 gen_ai.usage.output_tokens=10
      reliable.approval ( ms) decision=denied by=ana
         · reliable.asked step=3 arguments="city = \"Oslo\""
         · reliable.refused step=3 by=ana fault="`book` was denied: not before Friday" arguments="city = \"Oslo\""
   reliable.step ( ms) step=4 max_steps=8
      chat scripted-1 ( ms) gen_ai.usage.input_tokens=100 gen_ai.usage.output_tokens=10
      reliable.approval ( ms) decision=approved by=ana
         · reliable.asked step=4 arguments="to = \"ben\""
         · reliable.approved step=4 by=ana arguments="to = \"ben\""
      execute_tool send_mail ( ms)
   reliable.step ( ms) step=5 max_steps=8
      chat scripted-1 ( ms) gen_ai.usage.input_tokens=100 gen_ai.usage.output_tokens=10
   · reliable.finished steps=5
"#;

#[test]
fn the_program_prints_the_tree() {
    let run = Command::new(env!("CARGO_BIN_EXE_telemetry")).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let printed = String::from_utf8(run.stdout).unwrap();
    let (answer, tree) = printed.split_once("\n\n").unwrap();
    let told = "rain in Oslo; yesterday's trains to Oslo; `book` was denied: not before Friday; told ben";
    assert_eq!(answer, told);
    assert_eq!(tree.trim().lines().map(without_duration).collect::<Vec<_>>(), TREE.trim().lines().collect::<Vec<_>>());
}

fn without_duration(line: &str) -> String {
    let Some((name, rest)) = line.split_once(" (") else { return line.to_owned() };
    format!("{name} ({}", rest.trim_start_matches(|digit: char| digit.is_ascii_digit()))
}
