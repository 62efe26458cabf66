//! Writes the spans of a trace as a tree: what happened in each, in the order in which it happened.

use std::fmt::Write;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;

/// What the names of spans and events say already, or their duration, or what is the same everywhere or never.
const LEFT_OUT: [&str; 12] = [
    "agent",
    "gen_ai.agent.name",
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.tool.name",
    "level",
    "question",
    "run",
    "target",
    "tool",
    "waited_ms",
];

pub(crate) fn tree(spans: &[Span]) -> String {
    let mut lines = String::new();
    write_below(&[], 0, spans, &mut lines);
    lines
}

/// The spans that have this parent; that of the root is empty.
fn write_below(parent: &[u8], depth: usize, spans: &[Span], lines: &mut String) {
    let mut below: Vec<&Span> = spans.iter().filter(|span| span.parent_span_id == parent).collect();
    below.sort_by_key(|span| span.start_time_unix_nano);
    let events = spans.iter().find(|span| span.span_id == parent).map_or(&[][..], |span| &span.events);
    let mut events = events.iter().peekable();
    let indent = "   ".repeat(depth);
    for span in below {
        while let Some(event) = events.next_if(|event| event.time_unix_nano <= span.start_time_unix_nano) {
            let _ = writeln!(lines, "{indent}· {}{}", event.name, in_words(&event.attributes));
        }
        let took = span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano) / 1_000_000;
        let error = span.status.as_ref().filter(|status| status.code == 2).map_or("", |_| ", an error");
        let _ = writeln!(lines, "{indent}{} ({took} ms{error}){}", span.name, in_words(&span.attributes));
        write_below(&span.span_id, depth + 1, spans, lines);
    }
    for event in events {
        let _ = writeln!(lines, "{indent}· {}{}", event.name, in_words(&event.attributes));
    }
}

fn in_words(attributes: &[KeyValue]) -> String {
    let told = attributes.iter().filter(|attribute| !LEFT_OUT.contains(&&*attribute.key));
    told.fold(String::new(), |words, KeyValue { key, value, .. }| format!("{words} {key}={}", value_of(value.as_ref())))
}

fn value_of(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) if text.contains(' ') => format!("{text:?}"),
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(is_so)) => is_so.to_string(),
        other => format!("{other:?}"),
    }
}
