//! The table that is printed, with the goals.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};

use crate::measure::Figures;
use crate::peers::Peer;

pub fn print(figures: &Figures, peers: &[Peer]) {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(["what", "figure", "beside", "goal"]);
    let mut row = |what: String, figure: String, beside: String, goal: &str| {
        table.add_row([what, figure, beside, goal.to_owned()]);
    };
    let Figures { bare_commit, commit_of_a_task, recorded_call, at_once, recovery, bytes_per_call } = figures;
    row("a bare commit of the same row".into(), format!("{bare_commit:.0} µs"), String::new(), "");
    let beside = |took: &f64| format!("{:.2} times the bare commit", took / bare_commit);
    let asked = "the same, by `spawn_blocking`: a task must not wait for a disk";
    row(asked.into(), format!("{commit_of_a_task:.0} µs"), beside(commit_of_a_task), "");
    row("a recorded call".into(), format!("{recorded_call:.0} µs"), beside(recorded_call), "at most 1.3 times");
    for Peer { name, recorded_call, .. } in peers {
        row(name.clone(), format!("{recorded_call:.0} µs"), beside(recorded_call), "");
    }
    for some in at_once {
        let times = |took: &f64| some.calls_per_second * took / 1e6;
        let (alone, bare) = (times(recorded_call), times(bare_commit));
        let ratio =
            format!("{alone:.1} times as many as recorded calls, and {bare:.1} as bare commits, one after the other");
        let goal = if some.runs == 50 { "at least 5 times" } else { "" };
        row(format!("{} runs at once", some.runs), format!("{:.0} calls/s", some.calls_per_second), ratio, goal);
    }
    for Peer { name, at_once, .. } in peers {
        row(format!("50 runs at once, {name}"), format!("{at_once:.0} calls/s"), String::new(), "");
    }
    let of = format!("{} ended, {} open, {} calls each", recovery.ended, recovery.open, recovery.calls_of_each);
    row("a file is opened again".into(), format!("{:.1} ms", recovery.opened), of, "");
    row("… and what was open goes on, to its end".into(), format!("{:.1} ms", recovery.went_on), String::new(), "");
    row("the file, for each call".into(), format!("{bytes_per_call:.0} B"), String::new(), "");
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
}
