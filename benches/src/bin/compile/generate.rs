//! Writes a crate that has the functions of a variant, and calls each of them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::variants::{EACH, Variant};

const BENCHES: &str = env!("CARGO_MANIFEST_DIR");
const TOOL: &str = include_str!("templates/tool.rs");
/// For those who say `mod breaker;`.
const BREAKER: &str = include_str!("../../breaker.rs");

/// What every variant depends on, so that they differ by what is compared and nothing else.
const COMMON: &str = r#"thiserror = "2"
tokio = { version = "1.54", default-features = false, features = ["rt", "sync", "time"] }"#;

/// Writes the crate of a variant, and tells where.
pub fn variant(variant: &Variant, functions: u32, place: &Path) -> Result<PathBuf, String> {
    let (name, dependencies) = (variant.slug(), format!("{COMMON}\n{}", variant.dependencies));
    let package = package(place, &name, &dependencies, "", &main(variant, functions))?;
    let tool = TOOL.replace("// And what the policies say.", variant.errors);
    write(&package.join("src/tool.rs"), &tool)?;
    write(&package.join("src/breaker.rs"), BREAKER)?;
    Ok(package)
}

/// Writes a crate, and tells where.
pub fn package(place: &Path, name: &str, dependencies: &str, profiles: &str, main: &str) -> Result<PathBuf, String> {
    let package = place.join(name);
    let dependencies = dependencies.replace("{reliable}", &library());
    let manifest = format!(
        "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{dependencies}\n\n\
         [profile.release]\ncodegen-units = 1\n{profiles}"
    );
    fs::create_dir_all(package.join("src")).map_err(|error| format!("{}: {error}", package.display()))?;
    write(&package.join("Cargo.toml"), &manifest)?;
    write(&package.join("src/main.rs"), main)?;
    // The same version of everything for everyone, as far as it is known here.
    let lock = fs::read_to_string(Path::new(BENCHES).join("Cargo.lock"));
    lock.map_or(Ok(()), |lock| write(&package.join("Cargo.lock"), &lock))?;
    Ok(package)
}

fn library() -> String {
    Path::new(BENCHES).parent().unwrap_or(Path::new(BENCHES)).display().to_string()
}

/// Makes cargo compile the crate again.
pub fn touch(package: &Path) -> Result<(), String> {
    let main = package.join("src/main.rs");
    let text = fs::read_to_string(&main).map_err(|error| format!("{}: {error}", main.display()))?;
    write(&main, &text)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn main(variant: &Variant, functions: u32) -> String {
    let (once, each) = variant.template.split_once(EACH).unwrap_or(("", variant.template));
    let mut text = format!("{once}\nmod tool;\n\nuse tool::{{Error, call, tool}};\n\n");
    for i in 0..functions {
        let function = each.replace("f0(", &format!("f{i}(")).replace("tool(0,", &format!("tool({i},"));
        _ = writeln!(text, "{}\n{function}", variant.attributes);
    }
    text + &calls(functions)
}

/// Every variant also waits once: a timer that is linked for a retry is no cost of a function.
fn calls(functions: u32) -> String {
    let mut text = "fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async { tokio::time::sleep(std::time::Duration::from_millis(1)).await });
    let _inside = runtime.enter();
    let mut sum = 0;
"
    .to_owned();
    for i in 0..functions {
        _ = writeln!(text, "    sum += call(f{i}(0));");
    }
    let sum: u64 = (0..u64::from(functions)).sum();
    _ = writeln!(text, "    assert_eq!(sum, {sum});\n}}");
    text
}
