//! The folder that the figures are written to, and what they were measured with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;

/// What the figures were measured with.
#[derive(Debug, Serialize)]
pub struct Setting {
    pub rustc: String,
    pub processor: String,
}

impl Setting {
    /// This machine's; what can't be found out is called unknown.
    pub fn here() -> Setting {
        let rustc = Command::new("rustc").arg("--version").output().ok();
        let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let unknown = || "unknown".to_owned();
        Setting {
            rustc: rustc.unwrap_or_else(unknown),
            processor: model.map_or_else(unknown, |(_, name)| name.to_owned()),
        }
    }
}

/// Where a result of this name belongs: in `results/`, or where the environment variable `RESULTS` says.
pub fn path(name: &str) -> PathBuf {
    let folder = std::env::var_os("RESULTS").map(PathBuf::from);
    folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("results")).join(name)
}

/// Makes the folder of the results.
///
/// # Errors
/// If there is a file in its place, say.
pub fn make_folder() -> Result<(), String> {
    let folder = path("");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))
}

/// Writes a result as JSON.
///
/// # Errors
/// If the file can't be written.
pub fn write_json(name: &str, result: &impl Serialize) -> Result<(), String> {
    let path = path(name);
    let json = serde_json::to_string_pretty(result).map_err(|error| error.to_string())?;
    make_folder()?;
    fs::write(&path, json + "\n").map_err(|error| format!("{}: {error}", path.display()))
}
