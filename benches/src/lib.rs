//! What the programs that measure have in common.

pub mod breaker;
#[cfg(feature = "report")]
pub mod cargo;
#[cfg(feature = "report")]
pub mod goal;
#[cfg(feature = "report")]
pub mod results;

/// How often something is measured: so often, or with the variable `SHORT` once, which is enough to see that it runs.
#[must_use]
pub fn runs(wanted: usize) -> usize {
    if std::env::var_os("SHORT").is_some() { 1 } else { wanted }
}

/// Ends the program where it was built without optimization: no figure of such a build is worth printing.
pub fn refuse_debug_build() {
    if cfg!(debug_assertions) {
        eprintln!("This is a debug build, and its figures would mean nothing: add `--release`.");
        std::process::exit(2);
    }
}
