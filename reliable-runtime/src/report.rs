//! What a recorder saw, as a table.

use std::fmt;
use std::time::Duration;

use crate::event::short;
use crate::recorder::Entry;
use crate::{CircuitState, Event, Usd};

/// What happened in a scope: every event, and a table with a row for each function and agent.
///
/// Its `Display` is the table, without the columns that have nothing to say. A function whose every call went well at the first attempt has no events and so no row.
///
/// ```
/// use reliable::{Recorder, Scope};
///
/// #[reliable::fallback(Ok(42))]
/// async fn price(item: &str) -> Result<u32, String> {
///     Err("503".to_owned())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let recorder = Recorder::new();
/// Scope::current().recorder(&recorder).run(price("tea")).await.unwrap();
/// let report = recorder.report();
/// assert_eq!(report.of("price").unwrap().fallbacks, 1);
/// assert!(report.to_string().starts_with("call   fallbacks"));
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    entries: Vec<Entry>,
    rows: Vec<Row>,
}

/// What happened to one function or agent; a row of a [`Report`], where there is an example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// Its name.
    pub tool: String,
    /// Attempts that were decided on by a `#[retry]`.
    pub attempts: u32,
    /// The pauses between them, together.
    pub paused: Duration,
    /// Calls and attempts dropped at a time limit.
    pub timeouts: u32,
    /// Calls whose retries ended in an error.
    pub gave_up: u32,
    /// Attempts started beside one that was slow.
    pub hedges: u32,
    /// Those of them that were the first to answer.
    pub hedges_won: u32,
    /// Calls answered by a fallback.
    pub fallbacks: u32,
    /// How often its circuit breaker opened.
    pub opened: u32,
    /// Calls that a breaker or a limit kept away from the service.
    pub rejected: u32,
    /// The time spent waiting for a limit, together.
    pub waited: Duration,
    /// Calls that a human approved.
    pub approved: u32,
    /// Calls that were denied, or never answered.
    pub refused: u32,
    /// Steps begun.
    pub steps: u32,
    /// Money spent.
    pub usd: Usd,
    /// Tokens spent.
    pub tokens: u64,
    /// Charges that did not fit in a budget.
    pub charges_refused: u32,
    /// How the last run ended, for an agent.
    pub ended: Option<String>,
}

impl Report {
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        let mut rows: Vec<Row> = Vec::new();
        for Entry { event, .. } in &entries {
            row(&mut rows, event.tool()).count(event);
        }
        Report { entries, rows }
    }

    /// Every event, in the order in which they happened.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The rows of the table, in the order in which the functions first appear.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row of one function or agent.
    pub fn of(&self, tool: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.tool == tool)
    }
}

fn row<'a>(rows: &'a mut Vec<Row>, tool: &str) -> &'a mut Row {
    let index = rows.iter().position(|row| row.tool == tool).unwrap_or_else(|| {
        rows.push(Row { tool: tool.to_owned(), ..Row::default() });
        rows.len() - 1
    });
    &mut rows[index]
}

impl Row {
    fn count(&mut self, event: &Event) {
        match event {
            Event::Retrying { pause, .. } => {
                self.attempts += 1;
                self.paused = self.paused.saturating_add(*pause);
            }
            Event::Recovered { .. } => self.attempts += 1,
            Event::GaveUp { .. } => {
                self.attempts += 1;
                self.gave_up += 1;
            }
            Event::TimedOut { .. } => self.timeouts += 1,
            Event::Hedged { .. } => self.hedges += 1,
            Event::RaceWon { attempt, .. } => self.hedges_won += u32::from(*attempt > 1),
            Event::FellBack { .. } => self.fallbacks += 1,
            Event::Circuit { state: CircuitState::Open, .. } => self.opened += 1,
            Event::Circuit { .. } | Event::Overruled { .. } | Event::Injected { .. } => {}
            Event::Rejected { .. } => self.rejected += 1,
            Event::Waited { waited, .. } => self.waited = self.waited.saturating_add(*waited),
            Event::Approved { .. } => self.approved += 1,
            Event::Refused { .. } => self.refused += 1,
            Event::Step { .. } => self.steps += 1,
            Event::Charged { usd, tokens, .. } => {
                self.usd = self.usd.saturating_add(*usd);
                self.tokens = self.tokens.saturating_add(*tokens);
            }
            Event::ChargeRefused { .. } => self.charges_refused += 1,
            Event::Finished { .. } => self.ended = Some("finished".to_owned()),
            Event::Failed { .. } => self.ended = Some("failed".to_owned()),
            Event::Stopped { fault, .. } => self.ended = Some(fault.to_string()),
        }
    }

    fn cells(&self) -> [String; COLUMNS.len()] {
        let count = |n: u32| if n == 0 { "-".to_owned() } else { n.to_string() };
        let paused = if self.paused.is_zero() { "-".to_owned() } else { short(self.paused) };
        let spent = match (self.usd, self.tokens) {
            (Usd::ZERO, 0) => "-".to_owned(),
            (usd, 0) => usd.to_string(),
            (usd, tokens) => format!("{usd}, {tokens} tokens"),
        };
        [
            self.tool.clone(),
            count(self.attempts),
            paused,
            count(self.timeouts),
            count(self.gave_up),
            if self.hedges_won == 0 { count(self.hedges) } else { format!("{}, {} won", self.hedges, self.hedges_won) },
            count(self.fallbacks),
            count(self.opened),
            count(self.rejected),
            if self.waited.is_zero() { "-".to_owned() } else { short(self.waited) },
            count(self.approved),
            count(self.refused),
            count(self.steps),
            spent,
            self.ended.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    }
}

const COLUMNS: [&str; 15] = [
    "call",
    "attempts",
    "paused",
    "timeouts",
    "gave up",
    "hedges",
    "fallbacks",
    "opened",
    "rejected",
    "waited",
    "approved",
    "refused",
    "steps",
    "spent",
    "ended",
];

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            return f.write_str("nothing to report: every call went well at the first attempt\n");
        }
        let rows: Vec<_> = self.rows.iter().map(Row::cells).collect();
        let table: Vec<_> = std::iter::once(COLUMNS.map(str::to_owned)).chain(rows.iter().cloned()).collect();
        let said = |column: &usize| rows.iter().any(|row| row[*column] != "-");
        let columns: Vec<usize> = (0..COLUMNS.len()).filter(said).collect();
        let width = |column: usize| table.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        for line in &table {
            let cells = columns.iter().map(|&column| format!("{:<width$}", line[column], width = width(column)));
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}
