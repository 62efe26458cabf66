//! What the figures should be.

use comfy_table::{Table, presets};
use serde::Serialize;

/// A figure, and what it should be at most or at least.
#[derive(Debug, Serialize)]
pub struct Goal {
    name: String,
    measured: Option<f64>,
    bound: Bound,
    met: Option<bool>,
}

/// What a figure is held against.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
    /// It is told and not judged.
    None,
}

impl Goal {
    /// A goal; `measured` is `None` where this run has not measured it.
    pub fn new(name: impl Into<String>, measured: Option<f64>, bound: Bound) -> Goal {
        let met = measured.and_then(|measured| match bound {
            Bound::AtMost(most) => Some(measured <= most),
            Bound::AtLeast(least) => Some(measured >= least),
            Bound::None => None,
        });
        Goal { name: name.into(), measured, bound, met }
    }
}

/// The goals as a table.
pub fn table(goals: &[Goal]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(["goal", "measured", "bound", ""]);
    for Goal { name, measured, bound, met } in goals {
        let measured = measured.map_or("not measured".to_owned(), |measured| format!("{measured:.2}"));
        let bound = match bound {
            Bound::AtMost(most) => format!("≤ {most:.2}"),
            Bound::AtLeast(least) => format!("≥ {least:.2}"),
            Bound::None => String::new(),
        };
        let verdict = met.map_or("", |met| if met { "met" } else { "NOT MET" });
        table.add_row([name, &measured, &bound, verdict]);
    }
    table
}
