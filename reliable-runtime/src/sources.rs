//! The sources, for tests that hold a table in the documentation to what is told: found by name, so that a file may move.

use std::fs;
use std::path::{Path, PathBuf};

/// The text of the source file with this name, of which there is one.
pub(crate) fn source(name: &str) -> String {
    let mut found = Vec::new();
    find(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), name, &mut found);
    match found.as_slice() {
        [file] => fs::read_to_string(file).unwrap(),
        found => panic!("{name} is in {} places: {found:?}", found.len()),
    }
}

fn find(folder: &Path, name: &str, found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            find(&path, name, found);
        } else if path.file_name().is_some_and(|file| file == name) {
            found.push(path);
        }
    }
}
