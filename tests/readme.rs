//! What the README says to a new user is so: its code runs with its dependencies, in a package that has nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const README: &str = include_str!("../README.md");

#[test]
fn the_code_of_the_readme_runs_with_the_dependencies_of_the_readme() {
    let package = Package::of_the_readme();

    // The only code in the tests that waits on the real clock: it is what a user runs.
    let example = package.cargo(&["run", "--bin", "example"]);
    assert!(example.status.success(), "{}", told(&example));

    let approver = package.cargo(&["run", "--bin", "approver"]);
    let said = String::from_utf8_lossy(&approver.stdout).into_owned();
    assert!(approver.status.success() && said.starts_with("Err(\"`send_email` was denied:"), "{}", told(&approver));

    let report = package.cargo(&["run", "--bin", "report"]);
    assert_eq!(String::from_utf8_lossy(&report.stdout), blocks("text").find(|it| it.contains("attempts")).unwrap());

    let test = package.cargo(&["test", "--test", "plan"]);
    assert!(String::from_utf8_lossy(&test.stdout).contains("1 passed"), "{}", told(&test));
}

/// It builds SQLite, for which the package of the README would take a minute: so it is run where that is built anyway.
#[test]
fn the_code_that_needs_sqlite_is_that_of_an_example() {
    let shortest = include_str!("../examples/durable/src/bin/shortest.rs");
    assert_eq!(blocks("rust").filter(|it| it.contains("sqlite")).collect::<Vec<_>>(), [shortest]);
}

/// The README is the front page of the documentation, and of the registry: a path within the repository leads nowhere there.
#[test]
fn no_link_of_the_readme_is_a_path() {
    let inline = README.split("](").skip(1);
    let defined = README.lines().filter(|line| line.starts_with('[')).filter_map(|line| line.split_once("]: "));
    let targets: Vec<&str> = inline.chain(defined.map(|(_, target)| target)).collect();
    assert!(targets.len() >= 3, "the links are written in another way now: {targets:?}");
    for target in targets {
        assert!(target.starts_with("https://") || target.starts_with('#'), "{target}");
    }
}

#[test]
fn the_first_commands_are_two() {
    let first = blocks("sh").next().unwrap();
    let commands: Vec<&str> = first.lines().map(|line| line.split('#').next().unwrap().trim()).collect();
    assert_eq!(commands, ["cargo run --example tour", "cargo test --workspace"]);
}

/// The code blocks in this language, whatever else stands behind its name.
fn blocks(language: &'static str) -> impl Iterator<Item = &'static str> {
    README.split("\n```").skip(1).step_by(2).filter_map(move |block| {
        let (info, text) = block.split_once('\n')?;
        (info.split(',').next() == Some(language)).then(|| with_its_end(text))
    })
}

/// A block ends with the line break before its fence.
fn with_its_end(text: &'static str) -> &'static str {
    let start = text.as_ptr() as usize - README.as_ptr() as usize;
    &README[start..=start + text.len()]
}

struct Package(PathBuf);

impl Package {
    /// With all code blocks of the README, and both of its lists of dependencies.
    fn of_the_readme() -> Package {
        let package = Package(Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme"));
        let root = env!("CARGO_MANIFEST_DIR");
        let dependencies: Vec<_> = blocks("toml").collect();
        assert_eq!(dependencies.len(), 2, "{dependencies:?}");
        package.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"new\"\nedition = \"2024\"\n\n{}\n[workspace]\n\n\
                 [patch.crates-io]\nreliable-tools = {{ path = {root:?} }}\n",
                dependencies.join("\n")
            ),
        );
        // So that no other versions are asked for than those that are here.
        fs::copy(Path::new(root).join("Cargo.lock"), package.0.join("Cargo.lock")).unwrap();
        let [example, approver, plan, report] =
            blocks("rust").filter(|it| !it.contains("sqlite")).collect::<Vec<_>>()[..]
        else {
            panic!("other code than the four pieces that are run here");
        };
        package.write("src/bin/example.rs", example);
        package.write("src/bin/approver.rs", approver);
        package.write("src/bin/report.rs", report);
        package.write("tests/plan.rs", plan);
        package
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.0.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Without the network, and with nobody at the terminal.
    fn cargo(&self, arguments: &[&str]) -> Output {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments).arg("--offline").current_dir(&self.0).env("CARGO_TARGET_DIR", self.0.join("target"));
        cargo.stdin(Stdio::null()).output().unwrap()
    }
}

fn told(output: &Output) -> String {
    let [said, complained] = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it).into_owned());
    format!("{}\n{said}\n{complained}", output.status)
}
