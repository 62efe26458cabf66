//! Runs cargo, and takes the CPU time of it and of all that it starts.

use std::path::Path;
use std::process::{Command, Output};

use reliable_benches::cargo;

/// What a run of cargo said, and what it took.
pub struct Run {
    pub out: String,
    /// How many crates it compiled or checked.
    pub crates: usize,
    /// User and system time.
    pub cpu_s: f64,
}

/// bash can tell the CPU time of a child and its children in milliseconds; the standard library can't.
const TIMED: &str = r#"TIMEFORMAT="%3U %3S"; time "$@""#;

/// Runs cargo for the crate at `package`; fails with the first line of an error.
pub fn run(package: &Path, target: &Path, arguments: &[&str]) -> Result<Run, String> {
    let output = Command::new("bash")
        .args(["-c", TIMED, "bash", &cargo::program()])
        .args(arguments)
        .current_dir(package)
        .envs([("LC_ALL", "C"), ("CARGO_TERM_COLOR", "never"), ("CARGO_INCREMENTAL", "0"), ("RUSTC_WRAPPER", "")])
        .env("CARGO_TARGET_DIR", target)
        .output()
        .map_err(|error| format!("error: bash, which takes the time: {error}"))?;
    read(&output)
}

fn read(output: &Output) -> Result<Run, String> {
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(cargo::first_error(&said));
    }
    let cpu_s = said.lines().last().and_then(sum_of_seconds).ok_or("error: bash told no time")?;
    let crates = said.lines().map(str::trim_start).filter(|line| is_about_a_crate(line)).count();
    Ok(Run { out: String::from_utf8_lossy(&output.stdout).into_owned(), crates, cpu_s })
}

fn sum_of_seconds(line: &str) -> Option<f64> {
    line.split_whitespace().map(|seconds| seconds.parse::<f64>().ok()).sum()
}

fn is_about_a_crate(line: &str) -> bool {
    line.starts_with("Compiling ") || line.starts_with("Checking ")
}
