//! The crates that one would use instead. They are a program of their own: its SQLite is another one, and a program can have only one.
//! `dbos` is not among them: it keeps its runs in Postgres, a server with its own disk and settings, and not in a file.

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};

use reliable_benches::cargo;
use serde::{Deserialize, Serialize};

use crate::folder::Folder;

#[derive(Serialize, Deserialize)]
pub struct Peer {
    pub name: String,
    /// Microseconds for each call, one after the other.
    pub recorded_call: f64,
    /// Recorded calls in a second, of 50 runs at once.
    pub at_once: f64,
}

pub fn measured(folder: &Folder, calls: usize) -> Result<Vec<Peer>, Box<dyn Error>> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("durable_peers/Cargo.toml");
    let ran = Command::new(cargo::program())
        .args(["run", "--release", "--locked", "--quiet", "--manifest-path"])
        .arg(manifest)
        .arg("--")
        .arg(folder.path())
        .arg(calls.to_string())
        .stderr(Stdio::inherit())
        .output()?;
    if !ran.status.success() {
        return Err("the peers could not be measured".into());
    }
    // One of them logs there, too.
    let said = String::from_utf8(ran.stdout)?;
    Ok(serde_json::from_str(said.lines().last().unwrap_or_default())?)
}
