//! What a mistake is told: each `ui/<attribute>/<fault>.rs` makes one, and the `.stderr` beside it is all that the
//! compiler says.
//!
//! The files in the folders `rustc` also have the compiler's own words in it, which change with its version: they run on
//! one version only. `TRYBUILD=overwrite cargo test --test ui` writes the messages anew; read the difference as a
//! beginner would before you commit it. `cargo test --test ui -- mistake trybuild=<part of a path>` runs some of them.

use std::io::{Write, stderr};
use std::process::Command;

/// The compiler whose words are in the folders `rustc`.
const RUSTC: &str = "rustc 1.95.";

#[test]
fn each_mistake_has_its_message() {
    let same_rustc = rustc_version().starts_with(RUSTC);
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    let attributes = [
        "retry",
        "transient",
        "timeout",
        "fallback",
        "requires_approval",
        "guarded",
        "agent",
        "circuit_breaker",
        "policy",
        "chaos",
        "bulkhead",
        "hedge",
        "order",
    ];
    for attribute in attributes {
        cases.compile_fail(format!("tests/ui/{attribute}/*.rs"));
        // Without its feature `#[chaos]` is nothing, and the compiler has nothing to say.
        let is_nothing = attribute == "chaos" && !cfg!(feature = "chaos");
        if same_rustc && attribute != "order" && !is_nothing {
            cases.compile_fail(format!("tests/ui/{attribute}/rustc/*.rs"));
        }
    }
    if cfg!(feature = "rate-limit") {
        cases.compile_fail("tests/ui/rate_limit/*.rs");
        if same_rustc {
            cases.compile_fail("tests/ui/rate_limit/rustc/*.rs");
        }
    }
    if !same_rustc {
        // Not `println!`, which the test harness would swallow.
        let _ = writeln!(stderr(), "left out: tests/ui/*/rustc/*.rs, which are for {RUSTC}x");
    }
}

fn rustc_version() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("a compiler is at hand");
    String::from_utf8_lossy(&version.stdout).into_owned()
}
