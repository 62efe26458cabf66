//! Drives the server with the official TypeScript clients: another implementation of each version of the protocol.
//!
//! They come from npm into a folder under `target/`. Without npm nothing is tried here, and that is said; in CI it is an error.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::{env, fs};

use serde_json::{Value, json};

const SERVER: &str = env!("CARGO_BIN_EXE_mcp_server");

/// The folder with the clients in it, or why there is none.
static CLIENTS: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("typescript");
    let installed = install(&folder).map(|()| folder);
    if let Err(why) = &installed {
        // Not by `eprintln!`, which is not seen when the test passes.
        let mut seen = io::stderr();
        writeln!(seen, "\n!!! No TypeScript client was tried: {why}\n").unwrap();
    }
    installed
});

fn install(folder: &Path) -> Result<(), String> {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/typescript");
    let lock = fs::read(ours.join("package-lock.json")).unwrap();
    fs::create_dir_all(folder).unwrap();
    for file in ["package.json", "package-lock.json", "drive.mjs"] {
        fs::copy(ours.join(file), folder.join(file)).unwrap();
    }
    let installed = folder.join("installed.json");
    if fs::read(&installed).is_ok_and(|it| it == lock) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder).stdin(Stdio::null());
    let output = npm.output().map_err(|error| format!("npm can't be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("npm failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    fs::write(installed, lock).unwrap();
    Ok(())
}

/// `None` where there are no clients, and nobody insists on them.
fn clients() -> Option<&'static Path> {
    let clients = CLIENTS.as_ref().ok();
    assert!(clients.is_some() || env::var_os("CI").is_none(), "{:?}", *CLIENTS);
    clients.map(PathBuf::as_path)
}

const QUESTION: &str = "Run `refund`?\nWhy you are asked: it moves money\n\namount = 40\nto = \"ana@example.com\"";

/// What comes of a refund, for each answer of the user: what the user was asked, and what each call gave.
fn drive(client: &str, protocol: &str, answers: &[(&str, Value)]) {
    let Some(folder) = clients() else { return };
    let says = answers.iter().map(|(says, _)| says);
    let output = Command::new("node")
        .args(["drive.mjs", SERVER, client])
        .args(says)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Vec<Value> = output.stdout.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert_eq!(told.len(), answers.len());
    for (told, (says, results)) in told.iter().zip(answers) {
        let asked = if *says == "nothing" { json!([]) } else { json!([QUESTION]) };
        let server = json!({ "name": "desk", "version": "1.0.0" });
        let all = json!({ "protocol": protocol, "server": server, "asked": asked, "told": results });
        assert_eq!(told, &all, "{client} {says}");
    }
}

fn denied(why: &str) -> Value {
    let advice = "It did not run. Do not call it again unless the user asks you to.";
    json!([format!("`refund` was denied: {why}. {advice}"), true])
}

fn results() -> [(&'static str, Value); 4] {
    [
        ("approve", json!(["paid $40 back to ana@example.com", false])),
        ("refuse", denied("she was paid already")),
        ("decline", denied("the user declined")),
        ("cancel", denied("the user closed the question without an answer")),
    ]
}

fn a_refund_needs_a_yes(client: &str, protocol: &str) {
    let unable = "the client can't ask its user: it has not declared that it supports elicitation";
    let answers = results().into_iter().chain([("nothing", denied(unable))]);
    let answers: Vec<_> = answers.map(|(says, result)| (says, json!([result]))).collect();
    drive(client, protocol, &answers);
}

#[test]
fn the_client_of_the_older_protocols_asks_in_the_middle_of_a_call() {
    a_refund_needs_a_yes("sdk", "2025-11-25");
}

#[test]
fn so_does_the_newest_client_where_it_speaks_them() {
    a_refund_needs_a_yes("legacy", "2025-11-25");
}

#[test]
fn the_newest_client_asks_between_two_calls() {
    a_refund_needs_a_yes("client", "2026-07-28");
}

#[test]
fn an_answer_counts_once() {
    let spent = denied("the answer that came with the call was used before, and counts once");
    let answers = results().map(|(says, result)| (says, json!([result, spent])));
    drive("rounds", "2026-07-28", &answers);
}
