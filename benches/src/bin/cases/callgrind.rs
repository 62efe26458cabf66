//! Counts instructions with callgrind: repeatable, whatever else the machine does.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::row::{Row, Watch};

const CALLS: u32 = 1000;

/// Prints `case, contender, calls, pairs of marks` for each row, and makes so many calls of it between marks.
pub fn run_marked(rows: &[Row]) {
    for row in rows {
        row.run(CALLS as usize, &mut Marks::default());
        let mut marks = Marks { pairs: 0, set: true };
        row.run(CALLS as usize, &mut marks);
        println!("{row}\t{}\t{CALLS}\t{}", row.contender, marks.pairs);
    }
}

#[derive(Default)]
struct Marks {
    set: bool,
    pairs: u32,
}

impl Watch for Marks {
    fn start(&mut self) {
        if self.set {
            callgrind_mark();
        }
    }

    fn stop(&mut self) {
        if self.set {
            callgrind_mark();
            self.pairs += 1;
        }
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
pub fn count(contenders: Option<&str>, case: Option<&str>) -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = scratch(&program)?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--dump-before=*callgrind_mark*"])
        .arg(format!("--callgrind-out-file={}", folder.join("out").display()))
        .args([program.as_os_str(), "marked".as_ref()])
        .args(contenders)
        .args(case)
        .env("RUST_BACKTRACE", "0")
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    if !output.status.success() {
        return Err(format!("valgrind failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let mut files = (1..).map(|pair| folder.join(format!("out.{}", 2 * pair)));
    for row in String::from_utf8_lossy(&output.stdout).lines() {
        let counted = per_call(row, &mut files).ok_or_else(|| format!("callgrind counted nothing for {row}"))?;
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

fn per_call(row: &str, files: &mut impl Iterator<Item = PathBuf>) -> Option<String> {
    let (row, pairs) = row.rsplit_once('\t')?;
    let (name, calls) = row.rsplit_once('\t')?;
    let counts: Option<Vec<f64>> = files.take(pairs.parse().ok()?).map(|file| counted(&file)).collect();
    Some(format!("{name}\t{:.0}", counts?.iter().sum::<f64>() / calls.parse::<f64>().ok()?))
}

fn counted(file: &Path) -> Option<f64> {
    let text = fs::read_to_string(file).ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("summary: ").or(line.strip_prefix("totals: ")))?;
    total.trim().parse().ok()
}
