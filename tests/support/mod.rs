//! Runs an example as a program of its own.

use std::path::PathBuf;
use std::process::Command;

/// Runs it to a good end: what it printed.
pub fn run(example: &str) -> String {
    let run = Command::new(program(example)).output().unwrap();
    let output = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{output}{}", String::from_utf8_lossy(&run.stderr));
    output
}

/// Next to `target/debug/deps/http_tools-…` lies `target/debug/examples/http_tools`.
fn program(example: &str) -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push("examples");
    path.push(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        // `cargo test` builds the examples; `cargo test --test http_tools` alone does not.
        let built = Command::new(env!("CARGO")).args(["build", "--example", example]).status().unwrap();
        assert!(built.success() && path.exists(), "{} can't be built", path.display());
    }
    path
}
