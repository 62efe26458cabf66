//! What is told who uses something of the feature `serde` without it.

use std::env;
use std::process::Command;

#[path = "../../support/aloud.rs"]
mod aloud;

/// The compiler whose words are beside our own.
const RUSTC: &str = "rustc 1.95.";

#[test]
fn a_correction_says_which_feature_it_needs() {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("a compiler is at hand").stdout;
    if version.starts_with(RUSTC.as_bytes()) {
        trybuild::TestCases::new().compile_fail("tests/ui/edit-without-the-feature.rs");
    } else {
        aloud::say_aloud(&format!("left out: what is told without the feature `serde`, which is for {RUSTC}x"));
    }
}
