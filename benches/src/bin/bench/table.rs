//! The table that is printed.

use comfy_table::{CellAlignment, Table, presets};

use crate::figures::{Figure, find};

const HEADER: [&str; 9] =
    ["case", "", "least ns", "median ns", "× by hand", "instructions", "allocations", "bytes", "future"];

/// A row for each figure; the ratio is that of the least times.
pub fn of(figures: &[Figure]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(HEADER);
    for figure in figures {
        let by_hand = find(figures, &figure.case, "by hand");
        table.add_row([
            figure.case.clone(),
            figure.contender.clone(),
            format!("{:.1}", figure.least_ns),
            format!("{:.1}", figure.median_ns),
            by_hand.map_or(String::new(), |by_hand| format!("{:.2}", figure.least_ns / by_hand.least_ns)),
            figure.instructions.map_or("–".to_owned(), |count| format!("{count:.0}")),
            figure.allocations.to_string(),
            figure.allocated_bytes.to_string(),
            figure.future_bytes.to_string(),
        ]);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
