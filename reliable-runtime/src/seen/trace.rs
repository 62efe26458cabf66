//! Events for `tracing`, with the names and fields that are documented at [`Event`].

use std::time::Duration;

use tracing::Level;
use tracing::field::{Value, display};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::NoSubscriber;

use crate::said::circuit_state::CircuitState;
use crate::said::event::{Event, GaveUpReason, Which, events};
use crate::said::fault::Fault;
use crate::said::ids::{QuestionId, RunId};
use crate::said::money::Usd;
use crate::said::name::ToolName;
use crate::said::request::{Argument, Listed};

/// Whether there is a subscriber at all.
pub(crate) fn is_anyone_there() -> bool {
    LevelFilter::current() != LevelFilter::OFF
}

/// Whether there is one for this thread: what a level is wanted of is known of the whole process.
pub(crate) fn is_here() -> bool {
    tracing::dispatcher::get_default(|here| !here.is::<NoSubscriber>())
}

/// Whether a subscriber wants events of its level.
#[inline]
pub(crate) fn is_heard(which: Which) -> bool {
    level(which) <= LevelFilter::current()
}

/// What a field of an event is in `tracing`.
trait Told {
    fn told(&self) -> impl Value;
}

/// OpenTelemetry has one type of whole numbers, and `tracing-opentelemetry` makes text of all others.
pub(crate) fn int(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

macro_rules! told {
    ($($type:ty: |$value:ident| $told:expr;)*) => {$(
        impl Told for $type {
            fn told(&self) -> impl Value {
                let $value = self;
                $told
            }
        }
    )*};
}

told! {
    bool: |is_so| is_so.then_some(true);
    u32: |number| int(*number);
    Option<u32>: |number| number.map(int);
    u64: |number| int(*number);
    Usd: |usd| int(usd.as_micros());
    Duration: |duration| int(duration.as_millis());
    ToolName: |name| &**name;
    String: |words| words.as_str();
    Option<String>: |words| words.as_deref();
    Fault: |fault| display(fault);
    CircuitState: |state| display(state);
    GaveUpReason: |reason| display(reason);
    QuestionId: |id| display(id);
    Option<RunId>: |id| id.as_ref().map(display);
    Vec<Argument>: |arguments| (!arguments.is_empty()).then(|| display(Listed(arguments)));
}

macro_rules! level {
    (debug) => {
        Level::DEBUG
    };
    (info) => {
        Level::INFO
    };
    (warn) => {
        Level::WARN
    };
}

macro_rules! make_emit {
    ($(
        $(#[$doc:meta])*
        $event:ident, $name:literal, $level:ident
        {
            $(#[$who_doc:meta])*
            $who:ident: ToolName => $who_told:ident,
            $($(#[$field_doc:meta])* $field:ident: $type:ty => $told:ident,)*
        }
        says |$f:ident| $says:block
        row |$row:ident| $counted:block
        counts $counts:block
    )*) => {
        #[inline]
        const fn level(which: Which) -> Level {
            match which {
                $(Which::$event => level!($level),)*
            }
        }

        /// The message is the name, too: it is all that OpenTelemetry takes for the name of an event, and a log has no
        /// other.
        pub(crate) fn emit(event: &Event, is_read_back: bool) {
            match event {$(
                Event::$event { $who, $($field,)* } => tracing::event!(
                    name: $name,
                    target: "reliable",
                    level!($level),
                    $who_told = $who.told(),
                    $($told = $field.told(),)*
                    read_back = is_read_back.told(),
                    $name
                ),
            )*}
        }
    };
}

events!(make_emit);

#[cfg(test)]
mod tests {
    use std::fmt::Debug;
    use std::sync::{Arc, Mutex};

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Metadata, Subscriber};

    use super::*;

    /// Writes each event as a row of the table in the documentation of `Event`, without the first column.
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

    /// Something of each type that a field of an event has.
    trait Sample {
        fn sample() -> Self;
    }

    macro_rules! samples {
        ($($type:ty: $sample:expr;)*) => {$(
            impl Sample for $type {
                fn sample() -> $type {
                    $sample
                }
            }
        )*};
    }

    samples! {
        bool: true;
        u32: 1;
        Option<u32>: Some(1);
        u64: 1;
        Usd: Usd::cents(1);
        Duration: Duration::from_secs(1);
        ToolName: "forecast".into();
        String: "503".to_owned();
        Option<String>: Some("ana".to_owned());
        Fault: Fault::Denied { tool: "forecast".into(), reason: "no".to_owned() };
        CircuitState: CircuitState::Open;
        GaveUpReason: GaveUpReason::NoRetriesLeft;
        QuestionId: QuestionId::new();
        Option<RunId>: Some(RunId::new("assistant"));
        Vec<Argument>: vec![Argument { name: "to".into(), value: None, editable: false }];
    }

    /// Each event of the table, and its row in the documentation.
    macro_rules! make_events {
        ($(
            $(#[$doc:meta])*
            $event:ident, $name:literal, $level:ident
            {
                $(#[$who_doc:meta])*
                $who:ident: ToolName => $who_told:ident,
                $($(#[$field_doc:meta])* $field:ident: $type:ty => $told:ident,)*
            }
            says |$f:ident| $says:block
            row |$row:ident| $counted:block
            counts $counts:block
        )*) => {
            fn events() -> Vec<(Event, String)> {
                vec![$((
                    Event::$event { $who: ToolName::sample(), $($field: <$type>::sample(),)* },
                    format!(
                        "`{}` | {} | {} |",
                        $name,
                        stringify!($level),
                        [stringify!($who_told), $(stringify!($told)),*].map(|told| format!("`{told}`")).join(", "),
                    ),
                )),*]
            }
        };
    }

    events!(make_events);

    #[test]
    fn every_event_is_told_as_the_table_says() {
        let rows = Rows::default();
        let (events, expected): (Vec<Event>, Vec<String>) = events().into_iter().unzip();
        tracing::subscriber::with_default(rows.clone(), || events.iter().for_each(|event| emit(event, false)));
        let told = rows.0.lock().unwrap().clone();
        assert_eq!(told, expected);
        for (event, row) in events.iter().zip(&told) {
            assert!(row.starts_with(&format!("`{}` |", event.name())), "{event:?} is told as {row}");
        }
    }
}
