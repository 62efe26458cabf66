//! The files of this repository.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the workspace: this package is in `tests/house`.
pub fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.expect("two folders above this one").to_owned()
}

pub fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// `reliable-macros`, `reliable-runtime`, and those that are still to come.
pub fn own_crates() -> Vec<PathBuf> {
    let is_own = |folder: &PathBuf| name(folder).starts_with("reliable-") && folder.join("src").is_dir();
    let found: Vec<_> = entries(&root()).into_iter().filter(is_own).collect();
    assert!(found.len() >= 2, "the crates have moved away: {found:?}");
    found
}

/// Every source file of the facade and of the crates behind it, with the number of its lines.
pub fn sources() -> Vec<(PathBuf, usize)> {
    let mut folders = own_crates();
    folders.push(root().join("src"));
    let files = folders.iter().flat_map(|folder| rust_files(folder));
    files.map(|file| (shown(&file), read(&file).lines().count())).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in entries(folder) {
        if entry.is_dir() && !["tests", "benches", "examples", "target"].contains(&name(&entry)) {
            found.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
    found
}

/// As it is written beside a line number.
fn shown(file: &Path) -> PathBuf {
    file.strip_prefix(root()).unwrap_or(file).to_owned()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}
