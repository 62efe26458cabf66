//! What a mistake is told: each `ui/<attribute>/<fault>.rs` makes one, and the `.stderr` beside it is all that the
//! compiler says.
//!
//! Each folder is a test: `cargo test --test ui retry` runs one of them, and `… -- retry trybuild=<part of a path>`
//! some of its cases. The files in the folders `rustc` also have the compiler's own words in
//! them, which change with its version: they run on one version only. `TRYBUILD=overwrite` writes the messages
//! anew; read the difference as a beginner would before you commit it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use trybuild::TestCases;

#[path = "support/aloud.rs"]
mod aloud;

/// The compiler whose words are in the folders `rustc`.
const RUSTC: &str = "rustc 1.95.";

/// Makes a test of each folder. They run one after the other: trybuild has a lock for its project. A folder's cases are
/// checked beside each other, in one run of cargo: but not if one of them had to pass, which is why those are in `pass/`.
macro_rules! folders {
    ($($(#[$cfg:meta])* $folder:ident)*) => {
        const FOLDERS: &[&str] = &[$(stringify!($folder)),*];
        $(
            #[test]
            $(#[$cfg])*
            fn $folder() {
                run(stringify!($folder));
            }
        )*
    };
}

folders! {
    agent
    bulkhead
    call_limit
    chaos
    circuit_breaker
    durable
    failover
    fallback
    guarded
    hedge
    order
    policy
    rate_limit
    requires_approval
    retry
    stream
    timeout
    transient
}

fn run(folder: &str) {
    let cases = TestCases::new();
    cases.compile_fail(format!("tests/ui/{folder}/*.rs"));
    // Without its feature `#[chaos]` is nothing, and the compiler has nothing to say.
    if folder == "chaos" && !cfg!(feature = "chaos") {
        return;
    }
    for (with_its_words, left_out_because) in [("rustc", None), ("rustc_with_reqwest", without_reqwest())] {
        if !Path::new("tests/ui").join(folder).join(with_its_words).exists() {
            continue;
        }
        match left_out_because.or_else(another_rustc) {
            None => cases.compile_fail(format!("tests/ui/{folder}/{with_its_words}/*.rs")),
            Some(why) => aloud::say_aloud(&format!("left out: tests/ui/{folder}/{with_its_words}/*.rs, {why}")),
        }
    }
}

/// The compiler lists who implements a trait, and with that feature there are more.
fn without_reqwest() -> Option<String> {
    (!cfg!(feature = "reqwest")).then(|| "which are for the feature `reqwest`".to_owned())
}

fn another_rustc() -> Option<String> {
    (!rustc_version().starts_with(RUSTC)).then(|| format!("which are for {RUSTC}x"))
}

#[test]
fn every_folder_of_cases_is_run() {
    let folders: BTreeSet<String> = FOLDERS.iter().map(|folder| (*folder).to_owned()).collect();
    assert_eq!(entries("tests/ui"), folders);
    for folder in &folders {
        let mut inside = entries(&format!("tests/ui/{folder}"));
        inside.retain(|name| !name.contains('.') && name != "rustc" && name != "rustc_with_reqwest");
        assert!(inside.is_empty(), "nobody runs what is in {inside:?} of {folder}");
    }
}

fn entries(folder: &str) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn rustc_version() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("a compiler is at hand");
    String::from_utf8_lossy(&version.stdout).into_owned()
}
