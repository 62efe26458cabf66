//! The example `http_tools` ends well.

use std::process::Command;

#[test]
fn every_scene_ends_as_expected() {
    let output = run();
    for line in [
        "server: 429 with retry-after: 1, then 200",
        "server: no answer, then 200",
        "server: cut off in mid-body, then hung up, then 200",
        "tool:   3 degrees in Oslo yesterday; the service is down",
        "(the server said 429 Too Many Requests); next one in 1s",
        "(`temperature` timed out after 500ms)",
        "(the server said 404 Not Found (unknown_city): \"There is no city Oslo.\"); gave up: not worth a retry",
        "(the server said 500 Internal Server Error); the fallback answers",
        "Every scene ended as expected.",
    ] {
        assert!(output.contains(line), "no {line:?} in\n{output}");
    }
}

/// Runs it to a good end: what it printed.
fn run() -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_http_tools")).output().unwrap();
    let output = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{output}{}", String::from_utf8_lossy(&run.stderr));
    output
}
