//! What is not tested here is said where everyone sees it.

use std::io::{Write, stderr};

/// Not with `eprintln!`, which the test harness keeps to itself when the test passes.
pub fn say_aloud(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
