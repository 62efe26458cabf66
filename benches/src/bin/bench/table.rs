//! The tables that are printed: all figures, and those of the README and the notes as they stand there.

use comfy_table::{CellAlignment, Table, presets};

use crate::figures::{BY_HAND, Figure, RAW, RELIABLE, find, peers};

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

/// What the README shows of these cases: nanoseconds, and of the others the fastest.
pub fn of_times(title: &str, cases: &[&str], figures: &[Figure]) -> String {
    let least = |figure: &Figure| format!("{:.1}", figure.least_ns);
    let rows = cases.iter().map(|case| {
        let of = |who| find(figures, case, who).map_or(NONE.to_owned(), least);
        let fastest = peers(figures, case).min_by(|one, other| one.least_ns.total_cmp(&other.least_ns));
        let fastest = fastest.map_or(NONE.to_owned(), |peer| format!("{} ({})", least(peer), peer.contender));
        row([case, &of(BY_HAND), &of(RELIABLE), &fastest])
    });
    let head = row([title, "by hand", "`reliable`", "the fastest of the others"]) + "|---|---|---|---|\n";
    head + &rows.collect::<String>()
}

/// What the notes show of these cases: instructions, and the bytes of the future.
pub fn of_counts(cases: &[&str], figures: &[Figure]) -> String {
    let alone = cases.first().map(|case| counts("the call alone", [find(figures, case, RAW), None]));
    let rows = cases.iter().map(|case| counts(case, [BY_HAND, RELIABLE].map(|who| find(figures, case, who))));
    let head = row(["", "by hand", "`reliable`", "bytes by hand", "bytes"]) + "|---|---|---|---|---|\n";
    head + &alone.into_iter().chain(rows).collect::<String>()
}

fn counts(name: &str, figures: [Option<&Figure>; 2]) -> String {
    let instructions = |figure: &Figure| figure.instructions.map(|count| format!("{count:.0}"));
    let [by_hand, ours] = figures.map(|of| of.and_then(instructions).unwrap_or(NONE.to_owned()));
    let [bytes_by_hand, bytes] = figures.map(|of| of.map_or(NONE.to_owned(), |it| it.future_bytes.to_string()));
    row([name, &by_hand, &ours, &bytes_by_hand, &bytes])
}

const NONE: &str = "–";

fn row<const N: usize>(cells: [&str; N]) -> String {
    format!("| {} |\n", cells.join(" | ")).replace("|  |", "| |")
}
