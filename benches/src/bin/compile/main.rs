//! What the attributes cost the compiler, beside what one would write instead.
//!
//! `compile [--functions N]` generates a crate of N small functions for each way to write them, builds them one by one,
//! and prints CPU time, code size and LLVM lines. All figures also go to `results/compile.json`.

mod cargo;
mod dependencies;
mod generate;
mod goals;
mod measure;
mod report;
mod variants;

use std::path::PathBuf;

use reliable_benches::results::{self, Setting};

/// How many functions a crate has, unless `--functions` says otherwise.
const FUNCTIONS: u32 = 1000;

fn main() -> Result<(), String> {
    reliable_benches::refuse_debug_build();
    let functions = functions_asked_for()?;
    let place = place()?;
    let (rows, left_out) = measure::all(functions, &place)?;
    let dependencies = dependencies::compare(&place)?;
    let goals = goals::all(&rows, &dependencies);
    let report = report::Report { functions, setting: Setting::here(), rows, left_out, dependencies, goals };
    print!("{report}");
    results::write_json("compile.json", &report)
}

fn functions_asked_for() -> Result<u32, String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Some(FUNCTIONS),
        ["--functions", number] => number.parse().ok().filter(|number| *number > 0),
        _ => None,
    };
    number.ok_or_else(|| "usage: compile [--functions N]".to_owned())
}

/// A directory below the target directory that this program is in.
fn place() -> Result<PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = program.ancestors().nth(2).ok_or("this program is in no target directory")?;
    Ok(target.join("compile"))
}
