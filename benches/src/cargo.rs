//! cargo, which builds what is measured.

/// The cargo that runs this program, or the one on the path.
pub fn program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// The first error in what cargo said.
pub fn first_error(said: &str) -> String {
    said.lines().find(|line| line.starts_with("error")).unwrap_or("error: cargo failed and did not say why").to_owned()
}
