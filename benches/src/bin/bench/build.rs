//! Builds what is measured, without the peers that do not build.

use std::path::{Path, PathBuf};
use std::process::Command;

use reliable_benches::cargo;
use serde::Serialize;

/// The peers, by the names of their features.
const PEERS: [&str; 10] = [
    "backon",
    "backon-macros",
    "execution-policy",
    "failsafe",
    "governor",
    "recloser",
    "seatbelt",
    "tokio-retry2",
    "tower",
    "tower-resilience",
];

/// A peer that does not build here, and the first that the compiler said about it.
#[derive(Debug, Serialize)]
pub struct LeftOut {
    pub peer: &'static str,
    pub error: String,
}

/// The program, and the peers that it is without.
pub fn cases() -> Result<(PathBuf, Vec<LeftOut>), String> {
    eprintln!("building with {} peers …", PEERS.len());
    let with = |peers: &[&str]| build(&format!("failing,options,{}", peers.join(",")));
    if let Ok(program) = with(&PEERS) {
        return Ok((program, Vec::new()));
    }
    eprintln!("that failed; looking for those that build …");
    let mut good = Vec::new();
    let mut left_out = Vec::new();
    for peer in PEERS {
        match with(&[peer]) {
            Ok(_) => good.push(peer),
            Err(error) => left_out.push(LeftOut { peer, error }),
        }
    }
    Ok((with(&good)?, left_out))
}

/// The program with those who may listen, and without peers. It takes the place of the other one.
pub fn heard_cases() -> Result<PathBuf, String> {
    eprintln!("building with those who listen …");
    build("heard")
}

fn build(features: &str) -> Result<PathBuf, String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let output = Command::new(cargo::program())
        .args(["build", "--release", "--bin", "cases", "--message-format", "json-render-diagnostics"])
        .args(["--no-default-features", "--features", features, "--manifest-path"])
        .arg(manifest)
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err(cargo::first_error(&String::from_utf8_lossy(&output.stderr)));
    }
    executable(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| "cargo named no program".to_owned())
}

fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}
