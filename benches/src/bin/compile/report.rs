//! The tables, and the file.

use std::fmt::{self, Display};

use comfy_table::{Table, presets};
use reliable_benches::goal::{self, Goal};
use reliable_benches::results::Setting;
use serde::Serialize;

use crate::dependencies::Dependencies;
use crate::measure::{LeftOut, Row};
use crate::variants::PLAIN;

#[derive(Serialize)]
pub struct Report {
    pub functions: u32,
    pub setting: Setting,
    pub rows: Vec<Row>,
    pub left_out: Vec<LeftOut>,
    pub dependencies: Dependencies,
    pub goals: Vec<Goal>,
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { functions, setting: Setting { rustc, .. }, rows, left_out, dependencies, goals } = self;
        writeln!(
            f,
            "{functions} functions a crate, one code generation unit, {rustc}. Seconds are CPU time of cargo and"
        )?;
        writeln!(f, "rustc for that crate alone; `/f` is for each function, and above `{PLAIN}`.\n")?;
        writeln!(f, "{}\n", table_of_rows(rows))?;
        for LeftOut { name, error } in left_out {
            writeln!(f, "left out: `{name}` ({error})")?;
        }
        let Dependencies { extra, cold_build_s, cold_build_without_s, cold_build_without_debug_info_s } = dependencies;
        let extra = if extra.is_empty() { "none".to_owned() } else { extra.join(", ") };
        writeln!(f, "Crates beyond tokio, thiserror, syn, quote, proc-macro2 and what they bring: {extra}.")?;
        writeln!(
            f,
            "Cold debug build: {cold_build_s:.2} s; of tokio and syn alone: {cold_build_without_s:.2} s, and \
             {cold_build_without_debug_info_s:.2} s with syn built as for a macro.\n"
        )?;
        writeln!(f, "{}", goal::table(goals))
    }
}

fn table_of_rows(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(["variant", "check s", "ms/f", "release s", "ms/f", ".text KiB", "bytes/f", "LLVM lines/f"]);
    for Row { name, whole, function } in rows {
        let function = function.filter(|_| *name != PLAIN);
        table.add_row([
            (*name).to_owned(),
            number(Some(whole.check_s), 2),
            number(function.map(|function| function.check_s * 1e3), 3),
            number(Some(whole.release_s), 2),
            number(function.map(|function| function.release_s * 1e3), 3),
            number(whole.text_bytes.map(|bytes| bytes / 1024.0), 1),
            number(function.and_then(|function| function.text_bytes), 0),
            number(function.map(|function| function.llvm_lines), 1),
        ]);
    }
    table
}

fn number(number: Option<f64>, digits: usize) -> String {
    number.map_or_else(|| "-".to_owned(), |number| format!("{number:.digits$}"))
}
