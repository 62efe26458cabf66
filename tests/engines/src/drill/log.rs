//! What the processes have really done, in a file that outlives them.

use std::fmt;
use std::fs::{File, OpenOptions, read_to_string};
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

/// Where a process writes what it does: each line at once, and whole.
pub struct Log {
    file: File,
    life: u32,
}

/// A line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// In which process, by its number.
    pub life: u32,
    /// What.
    pub what: What,
}

/// What a process has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The body of a recorded call has come to its end.
    Did(String),
    /// The flow has got the outcome of a call, and it was its own.
    Got(String),
    /// It has got another one than its own.
    Swapped {
        /// What it waited for.
        expected: String,
        /// What came.
        got: String,
    },
    /// What the agent has spent before this step, in millionths.
    Spent {
        /// Which step.
        step: u32,
        /// How much.
        micros: u64,
    },
}

impl Log {
    /// This file, for the process with this number.
    ///
    /// # Errors
    /// If it can't be opened.
    pub fn open(path: &Path, life: u32) -> io::Result<Log> {
        Ok(Log { file: OpenOptions::new().create(true).append(true).open(path)?, life })
    }

    /// Writes a line.
    pub fn write(&self, what: What) {
        let line = format!("{}\n", Line { life: self.life, what });
        (&self.file).write_all(line.as_bytes()).expect("the log is written");
    }
}

/// All that was written.
pub fn read(path: &Path) -> Vec<Line> {
    let text = read_to_string(path).unwrap_or_default();
    text.lines().map(|line| line.parse().unwrap_or_else(|()| panic!("a line of the log: {line}"))).collect()
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let life = self.life;
        match &self.what {
            What::Did(what) => write!(f, "{life} did {what}"),
            What::Got(what) => write!(f, "{life} got {what}"),
            What::Swapped { expected, got } => write!(f, "{life} swapped {expected} {got}"),
            What::Spent { step, micros } => write!(f, "{life} spent {step} {micros}"),
        }
    }
}

impl FromStr for Line {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let words: Vec<&str> = text.split(' ').collect();
        let [life, kind, rest @ ..] = &*words else { return Err(()) };
        let what = match (*kind, rest) {
            ("did", [what]) => What::Did((*what).to_owned()),
            ("got", [what]) => What::Got((*what).to_owned()),
            ("swapped", [expected, got]) => What::Swapped { expected: (*expected).to_owned(), got: (*got).to_owned() },
            ("spent", [step, micros]) => {
                What::Spent { step: step.parse().map_err(drop)?, micros: micros.parse().map_err(drop)? }
            }
            _ => return Err(()),
        };
        Ok(Line { life: life.parse().map_err(drop)?, what })
    }
}
