//! Remembers what happened in a scope.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::said::event::Event;
use crate::said::name::ToolName;
use crate::scope::Scope;
use crate::seen::ear::Ear;
use crate::seen::report::{Entry, Report, Row};

/// Remembers each [`Event`] of the scope it stands in. A clone is another handle on the same record.
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
///
/// It keeps the last 10,000 events, or as many as [`Recorder::keep`] says, and counts all of them: so it may stand in a
/// server for as long as that runs.
#[derive(Debug, Clone)]
pub struct Recorder(Arc<Record>);

#[derive(Debug)]
struct Record {
    started: Instant,
    keeps: usize,
    seen: Mutex<Seen>,
    _ear: Ear,
}

#[derive(Debug, Default)]
struct Seen {
    entries: VecDeque<Entry>,
    left_out: u64,
    rows: Vec<Row>,
    /// Where the row of a name is.
    places: HashMap<ToolName, usize>,
}

const DEFAULT_KEPT: usize = 10_000;

/// Names may be made at run time, and of those there is no end: what comes after so many shares one row.
const MOST_ROWS: usize = 1024;
const OTHERS: &str = "(others)";

impl Default for Recorder {
    fn default() -> Self {
        Recorder::new()
    }
}

impl Recorder {
    /// An empty record, whose time starts now.
    pub fn new() -> Self {
        Recorder::keep(DEFAULT_KEPT)
    }

    /// The same, which keeps so many events. Those before the last of them are counted in the rows of the report, and no
    /// longer listed.
    ///
    /// ```
    /// use reliable::{Recorder, Scope};
    ///
    /// #[reliable::fallback(Ok(42))]
    /// async fn price(item: &str) -> Result<u32, String> {
    ///     Err(format!("no price for {item}"))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let recorder = Recorder::keep(1);
    /// let both = async { (price("tea").await, price("coffee").await) };
    /// Scope::current().recorder(&recorder).run(both).await;
    /// let report = recorder.report();
    /// assert_eq!((report.entries().len(), report.left_out()), (1, 1));
    /// assert_eq!(report.of("price").unwrap().fallbacks, 2);
    /// # }
    /// ```
    pub fn keep(events: usize) -> Self {
        Recorder(Arc::new(Record { started: Instant::now(), keeps: events, seen: Mutex::default(), _ear: Ear::new() }))
    }

    /// What happened so far.
    pub fn report(&self) -> Report {
        let seen = self.seen();
        Report::new(seen.entries.iter().cloned().collect(), seen.left_out, seen.rows.clone())
    }

    /// The one that stands in the scope here.
    pub(crate) fn current() -> Option<Recorder> {
        Scope::find().map(Recorder)
    }

    pub(crate) fn record(&self, event: Event, read_back: bool) {
        let at = self.0.started.elapsed();
        self.seen().add(Entry { at, event, read_back }, self.0.keeps);
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn add(&mut self, entry: Entry, keeps: usize) {
        let place = self.place(entry.event.tool_name());
        if entry.read_back {
            self.rows[place].count_again(&entry.event);
        } else {
            self.rows[place].count(&entry.event);
        }
        self.entries.push_back(entry);
        while self.entries.len() > keeps {
            self.entries.pop_front();
            self.left_out += 1;
        }
    }

    fn place(&mut self, name: &ToolName) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.rows.len().min(MOST_ROWS - 1);
        if place == self.rows.len() {
            let name = if place == MOST_ROWS - 1 { OTHERS.into() } else { name.clone() };
            self.rows.push(Row { tool: name.to_string(), ..Row::default() });
            self.places.insert(name, place);
        }
        place
    }
}

impl Scope {
    /// Tells this recorder what happens.
    pub fn recorder(self, recorder: &Recorder) -> Scope {
        self.with(Arc::clone(&recorder.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fell_back(tool: String) -> Event {
        Event::FellBack { tool: tool.into(), error: "503".to_owned() }
    }

    #[tokio::test]
    async fn names_without_end_share_a_row() {
        let recorder = Recorder::keep(10);
        for n in 0..3 * MOST_ROWS {
            recorder.record(fell_back(format!("tool {n}")), false);
        }
        recorder.record(fell_back("tool 1".to_owned()), false);
        let report = recorder.report();
        assert_eq!(report.rows().len(), MOST_ROWS);
        assert_eq!(report.of("tool 1").unwrap().fallbacks, 2);
        assert_eq!(report.of(OTHERS).unwrap().fallbacks, u32::try_from(2 * MOST_ROWS + 1).unwrap());
        assert_eq!((report.entries().len(), report.left_out()), (10, 3 * MOST_ROWS as u64 + 1 - 10));
    }
}
