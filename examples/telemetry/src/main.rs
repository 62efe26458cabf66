//! A run of an agent, as OpenTelemetry sees it: a trace with a span for the run, each step, each tool and each question
//! to a human, and the retries as events in them.
//!
//! `cargo run --manifest-path examples/telemetry/Cargo.toml`
//!
//! It needs no network. The spans go over loopback to a collector that is a part of this program, and that prints them;
//! give `export_to` the address of yours, and they go there.

pub(crate) mod collector;
pub(crate) mod tree;

use std::cell::Cell;
use std::error::Error;
use std::time::Duration;

use collector::Collector;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use reliable::{
    Approver, Charge, Decision, Fault, Request, Run, Step, agent, fallback, requires_approval, retry, timeout,
};
use tracing::{Level, Span, Subscriber, field::Empty, instrument};
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt};

#[derive(Debug, thiserror::Error)]
pub(crate) enum ToolError {
    #[error("the service is busy")]
    Busy,
    #[error(transparent)]
    Fault(#[from] Fault),
}

// The tools. `#[instrument]` stands below our attributes: so its span is around all attempts, and what the attributes
// tell are events in it. Above them it would be a span for each attempt.

/// A service that is busy, then hangs, then answers.
#[derive(Default)]
pub(crate) struct Weather {
    calls: Cell<u32>,
}

#[retry(max = 3, base = "20ms", jitter = 0)]
#[timeout(ms = 50)]
#[instrument(name = "execute_tool", skip_all, err, fields(
    otel.name = "execute_tool forecast", gen_ai.operation.name = "execute_tool", gen_ai.tool.name = "forecast",
))]
async fn forecast(weather: &Weather, city: &str) -> Result<String, ToolError> {
    match weather.calls.replace(weather.calls.get() + 1) {
        0 => Err(ToolError::Busy),
        1 => std::future::pending().await,
        _ => Ok(format!("rain in {city}")),
    }
}

/// Is down today.
#[fallback(Ok(format!("yesterday's trains to {city}")))]
#[retry(max = 1, base = "20ms", jitter = 0)]
#[instrument(name = "execute_tool", skip_all, err, fields(
    otel.name = "execute_tool trains", gen_ai.operation.name = "execute_tool", gen_ai.tool.name = "trains",
))]
async fn trains(city: &str) -> Result<String, ToolError> {
    Err(ToolError::Busy)
}

// What is not for an agent to decide. Such a tool needs no `#[instrument]`: the question is a span, and when the answer is
// yes the execution is another one. A tool that was denied was not executed, and has none.

#[requires_approval(by = Ana)]
async fn book(city: &str) -> Result<String, ToolError> {
    Ok(format!("a room in {city}"))
}

#[requires_approval(by = Ana)]
async fn send_mail(to: &str) -> Result<String, ToolError> {
    Ok(format!("told {to}"))
}

struct Ana;

impl Approver for Ana {
    async fn review(&self, request: &Request) -> Decision {
        tokio::time::sleep(Duration::from_millis(30)).await;
        let decision = if request.tool == "book" { Decision::deny("not before Friday") } else { Decision::approve() };
        decision.by("ana")
    }
}

// The model, played by a script, and the agent.

enum Reply {
    Call(&'static str),
    Answer(String),
}

#[instrument(name = "chat", skip_all, err, fields(
    otel.name = "chat scripted-1", otel.kind = "client", gen_ai.operation.name = "chat",
    gen_ai.provider.name = "scripted", gen_ai.request.model = "scripted-1",
    gen_ai.usage.input_tokens = Empty, gen_ai.usage.output_tokens = Empty,
))]
async fn chat(history: &[String]) -> Result<Reply, ToolError> {
    Run::current().charge(Charge::tokens_only(110))?;
    Span::current().record("gen_ai.usage.input_tokens", 100).record("gen_ai.usage.output_tokens", 10);
    Ok(match history.len() {
        0 => Reply::Call("forecast"),
        1 => Reply::Call("trains"),
        2 => Reply::Call("book"),
        3 => Reply::Call("send_mail"),
        _ => Reply::Answer(history.join("; ")),
    })
}

#[agent(max_steps = 8, max_tokens = 5000)]
pub(crate) async fn assistant(weather: &Weather, history: &mut Vec<String>) -> Result<Step<String>, ToolError> {
    let result = match chat(history).await? {
        Reply::Call("forecast") => forecast(weather, "Oslo").await,
        Reply::Call("trains") => trains("Oslo").await,
        Reply::Call("book") => book("Oslo").await,
        Reply::Call(_) => send_mail("ben").await,
        Reply::Answer(answer) => return Ok(Step::Done(answer)),
    };
    history.push(result.unwrap_or_else(|error| error.to_string()));
    Ok(Step::Next)
}

// The wiring, of which nothing is special to `reliable` but the name in the filter.

/// Sends what ends to this address, in batches.
pub(crate) fn export_to(endpoint: &str) -> Result<SdkTracerProvider, ExporterBuildError> {
    let exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
    let service = Resource::builder().with_service_name("travel-desk").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(service).build())
}

/// Hands on the spans of the library, and of this program.
pub(crate) fn subscriber(provider: &SdkTracerProvider) -> impl Subscriber + Send + Sync + use<> {
    let ours = Targets::new().with_target("reliable", Level::INFO).with_target(module_path!(), Level::INFO);
    let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("telemetry"));
    let spans = spans.with_location(false).with_threads(false).with_tracked_inactivity(false);
    tracing_subscriber::registry().with(spans.with_filter(ours))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (collector, endpoint) = Collector::start().await?;
    let provider = export_to(&endpoint)?;
    tracing::subscriber::set_global_default(subscriber(&provider))?;

    let answer = assistant(&Weather::default(), &mut Vec::new()).await?;

    provider.shutdown()?; // sends what is left
    println!("{answer}\n\n{}", tree::tree(&collector.spans()));
    Ok(())
}
