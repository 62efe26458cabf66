//! The example `llm_client` ends well.

use std::process::Command;

#[test]
fn every_scene_ends_as_expected() {
    let output = run();
    for line in [
        "server:  429 with retry-after-ms: 120, then 200",
        "server:  429 with retry-after: <date>, then 200",
        "server:  503 with x-should-retry: false",
        "client:  failed: the quota is used up: the server said 429 Too Many Requests (credit_balance_exhausted)",
        "arrived: 3 requests with the key ",
        "arrived: 12 requests with the key ",
        "arrived: 4 requests with the key ",
        "server 1: 429\n",
        "server 2: 401\n",
        "server 3: 200 (2 times)\n",
        "failed (the quota is used up: the server said 429 Too Many Requests (insufficient_quota)), and is left out for 60s; http",
        "client:  Rain. (21 tokens), then Rain. (21 tokens)",
        "14 calls, 14 idempotency keys.",
        "Every scene ended as expected.",
    ] {
        assert!(output.contains(line), "no {line:?} in\n{output}");
    }
}

/// Runs it to a good end: what it printed.
fn run() -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_llm_client")).output().unwrap();
    let output = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{output}{}", String::from_utf8_lossy(&run.stderr));
    output
}
