//! Who listens to what happens.

use reliable::{Recorder, Scope};

/// Runs `measured` while somebody listens: `recorder`, `listener`, or with the feature `heard` also `tracing`,
/// `tracing at another level`, `metrics`. Or `nobody`, where somebody might: with that feature what is looked for is more.
pub fn by_whom<T>(who: Option<&str>, measured: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    match who {
        None | Some("nobody") => measured(),
        Some("recorder") => Scope::current().recorder(&Recorder::keep(1000)).enter(measured),
        Some("listener") => Scope::current().listen(|event| _ = std::hint::black_box(event)).enter(measured),
        #[cfg(feature = "heard")]
        Some("tracing") => tracing::subscriber::with_default(outside::Subscriber(tracing::Level::TRACE), measured),
        #[cfg(feature = "heard")]
        Some("tracing at another level") => {
            tracing::subscriber::with_default(outside::Subscriber(tracing::Level::ERROR), measured)
        }
        #[cfg(feature = "heard")]
        Some("metrics") => metrics::with_local_recorder(&outside::Counts(0), measured),
        Some(other) => Err(format!("nobody here is called {other}")),
    }
}

#[cfg(feature = "heard")]
mod outside {
    use std::hint::black_box;
    use std::sync::Arc;

    use metrics::{Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Level};

    /// Looks at each event, and keeps none.
    pub struct Subscriber(pub Level);

    impl tracing::Subscriber for Subscriber {
        fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
            *metadata.level() <= self.0
        }

        fn max_level_hint(&self) -> Option<tracing::level_filters::LevelFilter> {
            Some(self.0.into())
        }

        fn event(&self, event: &Event<'_>) {
            black_box(event);
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    /// Takes each count, and keeps none. (It has a field: without one it would be taken for no recorder.)
    pub struct Counts(pub u8);

    struct Ignores;

    impl CounterFn for Ignores {
        fn increment(&self, by: u64) {
            black_box(by);
        }

        fn absolute(&self, _: u64) {}
    }

    impl Recorder for Counts {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            black_box((self.0, key));
            Counter::from_arc(Arc::new(Ignores))
        }

        fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
            Gauge::noop()
        }

        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::noop()
        }
    }
}
