//! The table that is printed.

use comfy_table::{CellAlignment, Table, presets};

use crate::figures::{BY_HAND, Figure, RELIABLE, find, peers};

const HEADER: [&str; 9] =
    ["case", "", "least ns", "median ns", "× by hand", "instructions", "allocations", "bytes", "future"];

/// A row for each figure; the ratio is that of the least times.
pub fn of(figures: &[Figure]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(HEADER);
    for figure in figures {
        let by_hand = find(figures, &figure.case, BY_HAND);
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

/// What the README shows of these cases, as it stands there: nanoseconds, and of the others the fastest.
pub fn front_page(title: &str, cases: &[&str], figures: &[Figure]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([title, "by hand", "`reliable`", "the fastest of the others"]);
    let least = |figure: &Figure| format!("{:.1}", figure.least_ns);
    for case in cases {
        let of = |who| find(figures, case, who).map_or("–".to_owned(), least);
        let fastest = peers(figures, case).min_by(|one, other| one.least_ns.total_cmp(&other.least_ns));
        let fastest = fastest.map_or("–".to_owned(), |peer| format!("{} ({})", least(peer), peer.contender));
        table.add_row([(*case).to_owned(), of(BY_HAND), of(RELIABLE), fastest]);
    }
    table
}
