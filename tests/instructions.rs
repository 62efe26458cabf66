//! What the attributes cost in instructions, which callgrind counts the same on every run. The cases are those of
//! `benches/`, built as a user's release build is. Without valgrind there is nothing to count.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

#[path = "support/aloud.rs"]
mod aloud;

/// The compiler that the counts were taken with; another one may need more or less.
const RUSTC: &str = "rustc 1.95.";

/// The instructions of a call that goes well, the harness around it included (the tool alone takes 19). Only cases that do
/// not copy much and do not allocate: how the C library does that is the machine's choice.
const COUNTS: [(&str, f64); 12] = [
    ("retry", 40.0),
    ("timeout, ready at once", 43.0),
    ("timeout, pending once", 789.0),
    ("circuit breaker, closed", 56.0),
    ("bulkhead", 93.0),
    ("rate limit", 115.0),
    ("fallback", 23.0),
    ("failover", 61.0),
    ("call limit, no run", 89.0),
    ("durable, no engine", 77.0),
    ("retry + breaker + timeout", 100.0),
    ("retry + breaker + timeout, a 48-byte error", 128.0),
];

/// The same of a call that does not go well, which in an outage is every call. Nobody listens.
const FAILING: [(&str, f64); 11] = [
    ("a failed attempt, then a good one", 77.0),
    ("four failed attempts", 118.0),
    ("circuit breaker, open", 150.0),
    ("circuit breaker, half-open, no place", 137.0),
    ("bulkhead, full", 113.0),
    ("rate limit, rejects", 161.0),
    ("timeout, fires", 958.0),
    ("hedge, the second attempt wins", 1227.0),
    ("fallback, answers", 36.0),
    ("fallback + retry + breaker, open", 381.0),
    ("fallback + retry + breaker, open, a 48-byte error", 565.0),
];

/// How much more may be needed before it is a regression.
const MARGIN: f64 = 1.1;

/// One after the other: the two programs have one name.
#[test]
fn a_call_takes_no_more_instructions_than_it_did() {
    if let Some(why) = nothing_to_count() {
        aloud::say_aloud(&format!("left out: instructions are not counted, {why}"));
        return;
    }
    // Where there is code for calls that fail, the compiler inlines less of those that go well.
    for (features, most) in [("durable", &COUNTS[..]), ("failing", &FAILING[..])] {
        let counted = count(features);
        let worse: Vec<_> = most.iter().filter(|(case, most)| counted[*case] > most * MARGIN).collect();
        assert!(worse.is_empty(), "more instructions than {worse:?}: {counted:?}");
    }
}

/// This same program, without valgrind and then with a compiler of another version.
#[test]
fn what_is_left_out_is_said_aloud() {
    let this = std::env::current_exe().unwrap();
    for (variable, value) in [("PATH", Path::new("")), ("RUSTC", &this)] {
        let mut program = Command::new(&this);
        program.args(["--exact", "a_call_takes_no_more_instructions_than_it_did"]);
        let output = program.env(variable, value).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success());
        assert!(said.contains("left out: instructions are not counted"), "with another {variable}: {said}");
    }
}

fn nothing_to_count() -> Option<String> {
    let says = |program: &str| {
        let output = Command::new(program).arg("--version").output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    if says("valgrind").is_none() {
        return Some("valgrind is not installed".to_owned());
    }
    let same_rustc = says(&rustc).is_some_and(|version| version.starts_with(RUSTC));
    (!same_rustc).then(|| format!("the counts are those of {RUSTC}x"))
}

/// Builds the cases without any peer, and counts those of this library.
fn count(features: &str) -> HashMap<String, f64> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--release", "--locked", "--bin", "cases", "--no-default-features", "--features", features])
        .arg("--manifest-path")
        .arg(manifest)
        .args(["--", "count", "reliable"])
        .output()
        .expect("cargo is at hand");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8_lossy(&output.stdout);
    printed.lines().map(|line| figure(line).unwrap_or_else(|| panic!("not a count: {line}"))).collect()
}

fn figure(line: &str) -> Option<(String, f64)> {
    let (row, count) = line.rsplit_once('\t')?;
    let (case, _contender) = row.rsplit_once('\t')?;
    Some((case.to_owned(), count.parse().ok()?))
}
