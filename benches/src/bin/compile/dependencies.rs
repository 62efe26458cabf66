//! What the library brings along, beside what it says that it builds on.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use reliable_benches::runs;
use serde::Serialize;

use crate::{cargo, generate};

const RELIABLE: &str = r#"reliable-tools = { path = "{reliable}" }"#;

const TOKIO: &str = r#"tokio = { version = "1.54", default-features = false, features = ["rt", "sync", "time"] }"#;

/// As in reliable-macros.
const SYN: &str = r#"
[dependencies.syn]
version = "3"
default-features = false
features = ["clone-impls", "full", "parsing", "printing", "proc-macro", "visit-mut"]
"#;

/// What only macros use is built without debug info: so syn is, as a part of this library.
const AS_FOR_A_MACRO: &str = "[profile.dev.package]
syn.debug = false
quote.debug = false
proc-macro2.debug = false
unicode-ident.debug = false
";

const COLD_BUILDS: usize = 2;

#[derive(Serialize)]
pub struct Dependencies {
    /// The crates that nobody asked for.
    pub extra: Vec<String>,
    pub cold_build_s: f64,
    /// The same of tokio and syn alone.
    pub cold_build_without_s: f64,
    /// The same, with syn as a macro has it.
    pub cold_build_without_debug_info_s: f64,
}

pub fn compare(place: &Path) -> Result<Dependencies, String> {
    let allowed = format!("{TOKIO}\nthiserror = \"2\"\nquote = \"1\"\nproc-macro2 = \"1\"\n{SYN}");
    let (with, allowed) = (tree(place, "tree-with", RELIABLE)?, tree(place, "tree-without", &allowed)?);
    let extra = with.difference(&allowed).filter(|name| !name.starts_with("reliable")).cloned().collect();
    let without = format!("{TOKIO}\n{SYN}");
    let builds = [
        ("cold-with", RELIABLE, ""),
        ("cold-without", &*without, ""),
        ("cold-as-for-a-macro", &*without, AS_FOR_A_MACRO),
    ];
    let mut best = [f64::INFINITY; 3];
    let times = runs(COLD_BUILDS);
    for time in 1..=times {
        eprintln!("{time} of {times}: cold builds");
        for ((name, dependencies, profiles), best) in builds.iter().zip(&mut best) {
            *best = best.min(cold_build(place, name, dependencies, profiles)?);
        }
    }
    let [cold_build_s, cold_build_without_s, cold_build_without_debug_info_s] = best;
    Ok(Dependencies { extra, cold_build_s, cold_build_without_s, cold_build_without_debug_info_s })
}

/// Each crate that a crate with these dependencies brings, as `name version`.
fn tree(place: &Path, name: &str, dependencies: &str) -> Result<BTreeSet<String>, String> {
    let package = generate::package(place, name, dependencies, "", "fn main() {}\n")?;
    let run = cargo::run(&package, &place.join("target"), &["tree", "-e", "normal", "--prefix", "none"])?;
    let name_and_version = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    // The first line is the crate itself.
    Ok(run.out.lines().skip(1).map(name_and_version).filter(|line| !line.is_empty()).collect())
}

fn cold_build(place: &Path, name: &str, dependencies: &str, profiles: &str) -> Result<f64, String> {
    let package = generate::package(place, name, dependencies, profiles, "fn main() {}\n")?;
    let target = place.join("cold");
    // What was not there need not be removed.
    _ = fs::remove_dir_all(&target);
    let run = cargo::run(&package, &target, &["build"])?;
    _ = fs::remove_dir_all(&target);
    Ok(run.cpu_s)
}
