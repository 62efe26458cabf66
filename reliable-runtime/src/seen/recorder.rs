//! Remembers what happened in a scope.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use crate::said::event::Event;
use crate::scope::Scope;
use crate::seen::report::{Entry, Report};

/// Remembers every [`Event`] of the scope it stands in. A clone is another handle on the same record.
///
/// ```
/// use reliable::{Fault, Recorder, Scope};
///
/// #[reliable::retry(max = 2)]
/// async fn forecast() -> Result<u32, Fault> {
/// #   static CALLS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
/// #   if CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 {
/// #       return Err(Fault::TimedOut { tool: "forecast".into(), limit: std::time::Duration::from_secs(1) });
/// #   }
///     // … fails once, then succeeds
///     Ok(21)
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let recorder = Recorder::new();
/// Scope::current().recorder(&recorder).run(forecast()).await.unwrap();
/// assert_eq!(recorder.report().of("forecast").unwrap().attempts, 2);
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Recorder(Arc<Record>);

#[derive(Debug)]
struct Record {
    started: Instant,
    entries: Mutex<Vec<Entry>>,
}

impl Default for Recorder {
    fn default() -> Self {
        Recorder::new()
    }
}

impl Recorder {
    /// An empty record, whose time starts now.
    pub fn new() -> Self {
        Recorder(Arc::new(Record { started: Instant::now(), entries: Mutex::default() }))
    }

    /// What happened so far.
    pub fn report(&self) -> Report {
        Report::new(self.0.entries.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// The one that stands in the scope here.
    pub(crate) fn current() -> Option<Recorder> {
        Scope::find().map(Recorder)
    }

    pub(crate) fn record(&self, event: Event) {
        let at = self.0.started.elapsed();
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner).push(Entry { at, event });
    }
}

impl Scope {
    /// Tells this recorder what happens.
    pub fn recorder(self, recorder: &Recorder) -> Scope {
        self.with(Arc::clone(&recorder.0))
    }
}
