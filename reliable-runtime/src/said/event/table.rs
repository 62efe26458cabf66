//! The table of all events: what happened, and whatever follows from it, is one entry here, in one of two files.
//!
//! ```text
//! /// What it means.
//! Variant, "reliable.its_name", level
//! {
//!     /// The function or the agent that it happened to comes first.
//!     tool: ToolName => tool,              a field, its type, and its name in `tracing`
//! }
//! says |f| { … }                           its words
//! row |row| { … }                          what it changes in the row of a report
//! counts { … }                             what it counts in the metrics
//! ```
//!
//! `calls.rs` has those of the policies, `runs.rs` those of approvals, runs and agents. `said/event.rs` makes the enum, its
//! names, its words and its documentation of this; `seen/trace.rs`, `seen/report.rs` and `seen/metrics/events.rs` take their
//! part each, with what they have in scope.

pub(crate) mod calls;
pub(crate) mod runs;

/// Hands the table to `$make`, a macro that takes from it what it needs.
macro_rules! events {
    ($make:ident) => {
        $crate::said::event::table::calls::events_of_calls! { $make }
    };
}

pub(crate) use events;
