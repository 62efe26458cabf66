//! Events for `tracing`, with the names and fields that are documented at [`Event`].

use std::time::Duration;

use tracing::Level;
use tracing::level_filters::LevelFilter;

use crate::Event;

/// Whether there is a subscriber at all.
pub(crate) fn is_heard() -> bool {
    LevelFilter::current() != LevelFilter::OFF
}

/// The message is the name, too: it is all that OpenTelemetry takes for the name of an event, and a log has no other.
macro_rules! tell {
    ($level:ident, $name:literal; $($field:tt)*) => {
        tracing::event!(name: $name, target: "reliable", Level::$level, $($field)*, $name)
    };
}

/// The names are those of [`Event::name`], which `tracing` wants as constants.
pub(crate) fn emit(event: &Event) {
    let tool = event.tool();
    match event {
        Event::Retrying { attempt, error, pause, .. } => {
            tell!(WARN, "reliable.retry"; tool, attempt = int(*attempt), error, pause_ms = ms(*pause));
        }
        Event::Recovered { attempts, .. } => tell!(INFO, "reliable.recovered"; tool, attempts = int(*attempts)),
        Event::GaveUp { attempts, error, reason, .. } => {
            tell!(WARN, "reliable.gave_up"; tool, attempts = int(*attempts), error, %reason);
        }
        Event::TimedOut { limit, .. } => tell!(WARN, "reliable.timed_out"; tool, limit_ms = ms(*limit)),
        Event::Hedged { attempt, .. } => tell!(INFO, "reliable.hedged"; tool, attempt = int(*attempt)),
        Event::RaceWon { attempt, .. } => tell!(INFO, "reliable.race_won"; tool, attempt = int(*attempt)),
        Event::FellBack { error, .. } => tell!(WARN, "reliable.fell_back"; tool, error),
        Event::Circuit { state, .. } => tell!(WARN, "reliable.circuit"; tool, %state),
        Event::Rejected { fault, .. } => tell!(WARN, "reliable.rejected"; tool, %fault),
        Event::Waited { by, waited, .. } => {
            tell!(DEBUG, "reliable.waited"; tool, by = &**by, waited_ms = ms(*waited));
        }
        Event::Overruled { fault, .. } => tell!(WARN, "reliable.overruled"; tool, %fault),
        Event::Injected { what, .. } => tell!(WARN, "reliable.injected"; tool, what),
        Event::Approved { by, waited, .. } => {
            tell!(INFO, "reliable.approved"; tool, by, waited_ms = ms(*waited));
        }
        Event::Refused { fault, by, waited, .. } => {
            tell!(WARN, "reliable.refused"; tool, by, %fault, waited_ms = ms(*waited));
        }
        Event::Step { step, max_steps, .. } => {
            tell!(DEBUG, "reliable.step"; agent = tool, step = int(*step), max_steps = int(*max_steps));
        }
        Event::Charged { usd, tokens, .. } => {
            tell!(DEBUG, "reliable.charged"; agent = tool, usd_micros = int(usd.as_micros()), tokens = int(*tokens));
        }
        Event::ChargeRefused { fault, .. } => tell!(WARN, "reliable.charge_refused"; agent = tool, %fault),
        Event::Finished { steps, .. } => tell!(INFO, "reliable.finished"; agent = tool, steps = int(*steps)),
        Event::Failed { steps, .. } => tell!(WARN, "reliable.failed"; agent = tool, steps = int(*steps)),
        Event::Stopped { fault, .. } => tell!(WARN, "reliable.stopped"; agent = tool, %fault),
    }
}

/// OpenTelemetry has one type of whole numbers, and `tracing-opentelemetry` makes text of all others.
pub(crate) fn int(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

fn ms(duration: Duration) -> i64 {
    int(duration.as_millis())
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;
    use std::sync::{Arc, Mutex};

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Metadata, Subscriber};

    use super::*;
    use crate::{CircuitState, Fault, GaveUpReason, ToolName, Usd};

    /// Writes each event as a row of the table in the documentation, without the first column.
    #[derive(Clone, Default)]
    struct Rows(Arc<Mutex<Vec<String>>>);

    struct Fields(Vec<&'static str>);

    impl Visit for Fields {
        fn record_u64(&mut self, field: &Field, _: u64) {
            panic!("`{}` would be text in OpenTelemetry", field.name());
        }

        fn record_debug(&mut self, field: &Field, _: &dyn Debug) {
            self.0.push(field.name());
        }
    }

    impl Subscriber for Rows {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == "reliable"
        }

        fn event(&self, event: &tracing::Event<'_>) {
            let mut fields = Fields(Vec::new());
            event.record(&mut fields);
            let names: Vec<String> =
                fields.0.iter().filter(|name| **name != "message").map(|name| format!("`{name}`")).collect();
            let (name, level) = (event.metadata().name(), event.metadata().level().to_string().to_lowercase());
            self.0.lock().unwrap().push(format!("`{name}` | {level} | {} |", names.join(", ")));
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    /// One of each, in the order of the table.
    fn events() -> Vec<Event> {
        let (tool, agent) = (|| ToolName::from("forecast"), || ToolName::from("assistant"));
        let (error, second, by) = (|| "503".to_owned(), Duration::from_secs(1), || Some("ana".to_owned()));
        let fault = || Fault::Denied { tool: tool(), reason: "no".to_owned() };
        vec![
            Event::Retrying { tool: tool(), attempt: 1, error: error(), pause: second },
            Event::Recovered { tool: tool(), attempts: 2 },
            Event::GaveUp { tool: tool(), attempts: 2, error: error(), reason: GaveUpReason::NoRetriesLeft },
            Event::TimedOut { tool: tool(), limit: second },
            Event::Hedged { tool: tool(), attempt: 2 },
            Event::RaceWon { tool: tool(), attempt: 2 },
            Event::FellBack { tool: tool(), error: error() },
            Event::Circuit { tool: tool(), state: CircuitState::Open },
            Event::Rejected { tool: tool(), fault: fault() },
            Event::Waited { tool: tool(), by: "bulkhead".into(), waited: second },
            Event::Overruled { tool: tool(), fault: fault() },
            Event::Injected { tool: tool(), what: error() },
            Event::Approved { tool: tool(), by: by(), waited: second },
            Event::Refused { tool: tool(), fault: fault(), by: by(), waited: second },
            Event::Step { agent: agent(), step: 1, max_steps: 8 },
            Event::Charged { agent: agent(), usd: Usd::cents(1), tokens: 1 },
            Event::ChargeRefused { agent: agent(), fault: fault() },
            Event::Finished { agent: agent(), steps: 1 },
            Event::Failed { agent: agent(), steps: 1 },
            Event::Stopped { agent: agent(), fault: fault() },
        ]
    }

    #[test]
    fn every_event_has_the_name_the_level_and_the_fields_that_are_documented() {
        let documented: Vec<&str> = include_str!("event.rs")
            .lines()
            .take_while(|line| !line.starts_with("/// | span |"))
            .filter(|line| line.starts_with("/// | `"))
            .filter_map(|line| Some(line.split_once("` | ")?.1))
            .collect();
        let rows = Rows::default();
        tracing::subscriber::with_default(rows.clone(), || events().iter().for_each(emit));
        let told = rows.0.lock().unwrap().clone();
        assert_eq!(told, documented);
        for (event, row) in events().iter().zip(&told) {
            assert!(row.starts_with(&format!("`{}` |", event.name())), "{event:?} is told as {row}");
        }
    }
}
