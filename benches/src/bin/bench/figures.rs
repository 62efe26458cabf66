//! The figures of a row, as the program `cases` prints them.

use std::path::Path;
use std::process::Command;

use serde::Serialize;

/// What one call costs in one case, done by one contender.
#[derive(Debug, Serialize)]
pub struct Figure {
    pub case: String,
    pub contender: String,
    pub least_ns: f64,
    pub median_ns: f64,
    /// `None` where valgrind is not installed.
    pub instructions: Option<f64>,
    pub allocations: u64,
    pub allocated_bytes: u64,
    pub future_bytes: u64,
}

/// Runs `cases time`.
pub fn time(cases: &Path) -> Result<Vec<Figure>, String> {
    eprintln!("measuring time, allocations and sizes …");
    let printed = run(cases, "time")?;
    printed.lines().map(|line| figure(line).ok_or_else(|| format!("not a row of figures: {line}"))).collect()
}

/// Runs `cases count`, and puts the instructions in their places.
pub fn count_instructions(cases: &Path, figures: &mut [Figure]) -> Result<(), String> {
    eprintln!("counting instructions …");
    for line in run(cases, "count")?.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [case, contender, count] = columns[..] else { return Err(format!("not a count: {line}")) };
        let row = figures.iter_mut().find(|figure| figure.case == case && figure.contender == contender);
        row.ok_or_else(|| format!("a count for no row: {line}"))?.instructions = count.parse().ok();
    }
    Ok(())
}

fn run(cases: &Path, mode: &str) -> Result<String, String> {
    let output = Command::new(cases).arg(mode).env("RUST_BACKTRACE", "0").output().map_err(|error| format!("cases: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn figure(line: &str) -> Option<Figure> {
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    Some(Figure {
        case: next()?.to_owned(),
        contender: next()?.to_owned(),
        least_ns: next()?.parse().ok()?,
        median_ns: next()?.parse().ok()?,
        instructions: None,
        allocations: next()?.parse().ok()?,
        allocated_bytes: next()?.parse().ok()?,
        future_bytes: next()?.parse().ok()?,
    })
}

/// The figure of one contender in one case.
pub fn find<'a>(figures: &'a [Figure], case: &str, contender: &str) -> Option<&'a Figure> {
    figures.iter().find(|figure| figure.case == case && figure.contender == contender)
}
