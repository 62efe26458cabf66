//! Counts instructions with callgrind: repeatable, whatever else the machine does.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::row::Row;

const CALLS: u32 = 1000;

/// Prints `case, contender, calls` for each row, and makes so many calls of it between two marks.
pub fn run_marked(rows: &[Row]) {
    for row in rows {
        row.run(CALLS.into());
        callgrind_mark();
        row.run(CALLS.into());
        callgrind_mark();
        println!("{}\t{}\t{CALLS}", row.case, row.contender);
    }
}

#[inline(never)]
fn callgrind_mark() {
    black_box(());
}

/// Prints `case, contender, instructions` for each row.
///
/// This program runs itself again under callgrind, which writes a file at each mark: the second of a pair holds what the
/// calls between the two took.
pub fn count(contenders: Option<&str>) -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = scratch(&program)?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--dump-before=*callgrind_mark*"])
        .arg(format!("--callgrind-out-file={}", folder.join("out").display()))
        .args([program.as_os_str(), "marked".as_ref()])
        .args(contenders)
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    if !output.status.success() {
        return Err(format!("valgrind failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    for (number, row) in (1..).zip(String::from_utf8_lossy(&output.stdout).lines()) {
        let file = folder.join(format!("out.{}", 2 * number));
        let counted = per_call(row, &file).ok_or_else(|| format!("callgrind counted nothing for {row}"))?;
        println!("{counted}");
    }
    fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))
}

/// An empty folder beside the program.
fn scratch(program: &Path) -> Result<PathBuf, String> {
    let folder = program.with_file_name(format!("callgrind-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

fn per_call(row: &str, file: &Path) -> Option<String> {
    let (name, calls) = row.rsplit_once('\t')?;
    let text = fs::read_to_string(file).ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("summary: ").or(line.strip_prefix("totals: ")))?;
    let (total, calls) = (total.trim().parse::<f64>().ok()?, calls.parse::<f64>().ok()?);
    Some(format!("{name}\t{:.0}", total / calls))
}
