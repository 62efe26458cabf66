//! The figures of a row, as the program `cases` prints them.

use std::path::Path;
use std::process::Command;

use serde::Serialize;

pub const RELIABLE: &str = "reliable";
pub const BY_HAND: &str = "by hand";
pub const RAW: &str = "raw call";
pub const CLOCK: &str = "tokio's clock";

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

/// A run of `cases`: all contenders with nobody listening, or this library with somebody.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    pub cases: &'a Path,
    pub heard_by: Option<&'a str>,
}

impl Run<'_> {
    /// Time, allocations and sizes.
    pub fn time(self) -> Result<Vec<Figure>, String> {
        eprintln!("measuring time, allocations and sizes{} …", self.circumstances());
        let printed = self.print("time")?;
        printed.lines().map(|line| self.figure(line).ok_or_else(|| format!("not a row of figures: {line}"))).collect()
    }

    /// Puts the instructions in their places.
    pub fn count_instructions(self, figures: &mut [Figure]) -> Result<(), String> {
        eprintln!("counting instructions{} …", self.circumstances());
        for line in self.print("count")?.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            let [case, contender, count] = columns[..] else { return Err(format!("not a count: {line}")) };
            let contender = self.called(contender);
            let row = figures.iter_mut().find(|figure| figure.case == case && figure.contender == contender);
            row.ok_or_else(|| format!("a count for no row: {line}"))?.instructions = count.parse().ok();
        }
        Ok(())
    }

    fn circumstances(self) -> String {
        self.heard_by.map_or(String::new(), |who| format!(", heard by {who}"))
    }

    fn called(self, contender: &str) -> String {
        self.heard_by.map_or(contender.to_owned(), |who| format!("{contender}, {who}"))
    }

    fn figure(self, line: &str) -> Option<Figure> {
        let figure = figure(line)?;
        Some(Figure { contender: self.called(&figure.contender), ..figure })
    }

    fn print(self, mode: &str) -> Result<String, String> {
        let mut command = Command::new(self.cases);
        command.arg(mode).env("RUST_BACKTRACE", "0");
        if let Some(who) = self.heard_by {
            command.arg("reliable").env("HEARD_BY", who);
        }
        let output = command.output().map_err(|error| format!("cases: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
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

/// Those of others, in one case.
pub fn peers<'a>(figures: &'a [Figure], case: &'a str) -> impl Iterator<Item = &'a Figure> {
    let is_peer = |figure: &&Figure| {
        let who = figure.contender.as_str();
        ![RAW, BY_HAND, CLOCK].contains(&who) && !who.starts_with(RELIABLE)
    };
    figures.iter().filter(move |figure| figure.case == case).filter(is_peer)
}
