//! What a recorder saw, as a table.

pub mod approvals;
mod table;

use std::fmt;
use std::time::Duration;

use crate::said::circuit_state::CircuitState;
use crate::said::event::{Event, events};
use crate::said::money::Usd;
use crate::said::words::short;
use crate::seen::report::approvals::{APPROVAL_COLUMNS, ApprovalRow, approvals};
use crate::seen::report::table::{Column, table};

/// What happened in a scope: every event, a table with a row for each function and agent, and one with a row for each
/// question to a human.
///
/// Its `Display` is the two tables, without the columns that have nothing to say, and without the second where nobody was
/// asked. A function whose every call went well at the first attempt has no events and so no row.
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
    left_out: u64,
    rows: Vec<Row>,
}

/// An event and when it happened.
///
/// ```
/// use reliable::{Recorder, Run, Scope};
///
/// let recorder = Recorder::new();
/// for entry in recorder.report().entries() {
///     println!("{:?} {}: {}", entry.at, entry.event.tool(), entry.event);
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Entry {
    /// The time since the recorder was made, on tokio's clock.
    pub at: Duration,
    /// What happened.
    pub event: Event,
    /// Whether it happened in an earlier life of a durable run, and is told again while that is read back.
    #[cfg_attr(feature = "serde", serde(default))]
    pub read_back: bool,
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
    /// Attempts with a candidate that failed, and was left out for a while.
    pub failovers: u32,
    /// Calls that another candidate than the first one has answered.
    pub stood_in: u32,
    /// How often its circuit breaker opened.
    pub opened: u32,
    /// Calls that a breaker or a limit kept away from the service.
    pub rejected: u32,
    /// The time spent waiting for a limit, together.
    pub waited: Duration,
    /// Calls about which somebody was asked.
    pub asked: u32,
    /// Calls that a human approved.
    pub approved: u32,
    /// Calls that were denied, or never answered.
    pub refused: u32,
    /// Calls that were dropped before there was an answer.
    pub withdrawn: u32,
    /// Steps begun.
    pub steps: u32,
    /// Money spent.
    pub usd: Usd,
    /// Tokens spent.
    pub tokens: u64,
    /// Steps that were begun in earlier lives of a durable run; they are not among the [`steps`](Row::steps).
    pub earlier_steps: u32,
    /// Money that was spent in earlier lives of a durable run. With [`usd`](Row::usd) it is what the run has spent.
    pub earlier_usd: Usd,
    /// Tokens that were spent in earlier lives of a durable run. With [`tokens`](Row::tokens) it is what the run has spent.
    pub earlier_tokens: u64,
    /// Charges that did not fit in a budget.
    pub charges_refused: u32,
    /// How the last run ended, for an agent, and for a durable run that halted.
    pub ended: Option<String>,
}

impl Report {
    pub(crate) fn new(entries: Vec<Entry>, left_out: u64, rows: Vec<Row>) -> Self {
        Report { entries, left_out, rows }
    }

    /// The events, in the order in which they happened: all of them, or as many of the last ones as the recorder keeps.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many earlier events are not among the [`entries`](Report::entries). The rows count them all the same.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The rows of the table, in the order in which the functions first appear.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The trail of the questions to a human, in the order in which they were asked: one row for each, with its answer. It is
    /// made of the [`entries`](Report::entries): what is not among them any more is not in it.
    ///
    /// ```
    /// use reliable::report::Answer;
    /// use reliable::{Fault, Recorder, Scope, approver, requires_approval};
    ///
    /// #[requires_approval]
    /// async fn send_email(to: &str) -> Result<(), Fault> {
    ///     Ok(())
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let recorder = Recorder::new();
    /// let scope = Scope::current().approver(approver::Approve).recorder(&recorder);
    /// scope.run(send_email("ana")).await.unwrap();
    /// let trail = recorder.report().approvals();
    /// assert_eq!(trail[0].to_string(), "send_email(to = \"ana\"): approved");
    /// assert_eq!(trail[0].answer, Answer::Approved);
    /// # }
    /// ```
    pub fn approvals(&self) -> Vec<ApprovalRow> {
        approvals(&self.entries)
    }

    /// The row of one function or agent.
    pub fn of(&self, tool: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.tool == tool)
    }
}

macro_rules! make_count {
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
        impl Row {
            #[allow(unused_variables, reason = "a row does not tell all that is known")]
            pub(crate) fn count(&mut self, event: &Event) {
                match event {$(
                    Event::$event { $who, $($field,)* } => {
                        let $row = self;
                        $counted
                    }
                )*}
            }
        }
    };
}

events!(make_count);

impl Row {
    /// What has happened in an earlier life, and is not of this one.
    pub(crate) fn count_again(&mut self, event: &Event) {
        match event {
            Event::Step { .. } => self.earlier_steps += 1,
            Event::Charged { usd, tokens, .. } => {
                self.earlier_usd = self.earlier_usd.saturating_add(*usd);
                self.earlier_tokens = self.earlier_tokens.saturating_add(*tokens);
            }
            Event::Finished { .. } | Event::Failed { .. } | Event::Stopped { .. } => self.count(event),
            _ => {}
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            return f.write_str("nothing to report: every call went well at the first attempt\n");
        }
        table(f, &COLUMNS, &self.rows)?;
        let approvals = self.approvals();
        if !approvals.is_empty() {
            f.write_str("\n")?;
            table(f, &APPROVAL_COLUMNS, &approvals)?;
        }
        match self.left_out {
            0 => Ok(()),
            1 => writeln!(f, "(1 earlier event is counted here and not kept)"),
            more => writeln!(f, "({more} earlier events are counted here and not kept)"),
        }
    }
}

const COLUMNS: [Column<Row>; 20] = [
    ("call", |row| Some(row.tool.clone())),
    ("attempts", |row| count(row.attempts)),
    ("paused", |row| time(row.paused)),
    ("timeouts", |row| count(row.timeouts)),
    ("gave up", |row| count(row.gave_up)),
    ("hedges", |row| match row.hedges_won {
        0 => count(row.hedges),
        won => Some(format!("{}, {won} won", row.hedges)),
    }),
    ("fallbacks", |row| count(row.fallbacks)),
    ("failovers", |row| count(row.failovers)),
    ("stood in", |row| count(row.stood_in)),
    ("opened", |row| count(row.opened)),
    ("rejected", |row| count(row.rejected)),
    ("waited", |row| time(row.waited)),
    ("approved", |row| count(row.approved)),
    ("refused", |row| count(row.refused)),
    ("withdrawn", |row| count(row.withdrawn)),
    ("steps", |row| count(row.steps)),
    ("spent", |row| spent(row.usd, row.tokens)),
    ("steps before", |row| count(row.earlier_steps)),
    ("spent before", |row| spent(row.earlier_usd, row.earlier_tokens)),
    ("ended", |row| row.ended.clone()),
];

fn spent(usd: Usd, tokens: u64) -> Option<String> {
    match (usd, tokens) {
        (Usd::ZERO, 0) => None,
        (usd, 0) => Some(usd.to_string()),
        (usd, tokens) => Some(format!("{usd}, {tokens} tokens")),
    }
}

fn count(n: u32) -> Option<String> {
    (n > 0).then(|| n.to_string())
}

fn time(spent: Duration) -> Option<String> {
    (!spent.is_zero()).then(|| short(spent))
}
