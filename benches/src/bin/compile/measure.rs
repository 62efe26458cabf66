//! Builds the variants, and takes their figures.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, iter};

use object::{Object, ObjectSection};
use serde::Serialize;

use crate::variants::{ALL, PLAIN, Variant};
use crate::{cargo, generate};

const CHECKS: usize = 3;
const RELEASES: usize = 2;

/// Of a whole crate, or of one function.
#[derive(Clone, Copy, Serialize)]
pub struct Figures {
    pub check_s: f64,
    pub release_s: f64,
    /// `None` where the format of the binary is not known.
    pub text_bytes: Option<f64>,
    pub llvm_lines: f64,
}

#[derive(Serialize)]
pub struct Row {
    pub name: &'static str,
    pub whole: Figures,
    /// What a function costs more than one without anything; `None` without that one.
    pub function: Option<Figures>,
}

#[derive(Serialize)]
pub struct LeftOut {
    pub name: &'static str,
    pub error: String,
}

struct Built {
    variant: &'static Variant,
    package: PathBuf,
    target: PathBuf,
}

/// The rows of the variants that build, and the others.
pub fn all(functions: u32, place: &Path) -> Result<(Vec<Row>, Vec<LeftOut>), String> {
    let (mut built, mut left_out) = (Vec::new(), Vec::new());
    for variant in &ALL {
        match Built::new(variant, functions, place) {
            Ok(crate_of_it) => built.push(crate_of_it),
            Err(error) => left_out.push(LeftOut { name: variant.name, error }),
        }
    }
    let rows = rows(&built, functions)?;
    Ok((rows, left_out))
}

fn rows(built: &[Built], functions: u32) -> Result<Vec<Row>, String> {
    let check_s = best_of(CHECKS, built, &["check"])?;
    let release_s = best_of(RELEASES, built, &["build", "--release"])?;
    let mut rows = Vec::new();
    for ((one, check_s), release_s) in iter::zip(built, check_s).zip(release_s) {
        let (text_bytes, llvm_lines) = (one.text_bytes()?, one.llvm_lines()?);
        let whole = Figures { check_s, release_s, text_bytes, llvm_lines };
        rows.push(Row { name: one.variant.name, whole, function: None });
    }
    let plain = rows.iter().find(|row| row.name == PLAIN).map(|row| row.whole);
    for row in &mut rows {
        row.function = plain.map(|plain| row.whole.above(plain, functions));
    }
    Ok(rows)
}

/// They take turns, so that a slow moment of the machine meets them all.
fn best_of(times: usize, built: &[Built], arguments: &[&str]) -> Result<Vec<f64>, String> {
    let mut best = vec![f64::INFINITY; built.len()];
    let times = reliable_benches::runs(times);
    for time in 1..=times {
        for (one, best) in iter::zip(built, &mut best) {
            eprintln!("{time} of {times}: cargo {} of `{}`", arguments.join(" "), one.variant.name);
            *best = best.min(one.alone_cpu_s(arguments)?);
        }
    }
    Ok(best)
}

impl Figures {
    fn above(self, plain: Figures, functions: u32) -> Figures {
        let each = |a: f64, b: f64| (a - b) / f64::from(functions);
        Figures {
            check_s: each(self.check_s, plain.check_s),
            release_s: each(self.release_s, plain.release_s),
            text_bytes: self.text_bytes.zip(plain.text_bytes).map(|(a, b)| each(a, b)),
            llvm_lines: each(self.llvm_lines, plain.llvm_lines),
        }
    }
}

impl Built {
    /// Builds all that the crate depends on, and the crate, and sees whether it works.
    fn new(variant: &'static Variant, functions: u32, place: &Path) -> Result<Built, String> {
        eprintln!("the dependencies of `{}`", variant.name);
        let package = generate::variant(variant, functions, place)?;
        let built = Built { variant, package, target: place.join("target") };
        built.cargo(&["check"])?;
        built.cargo(&["build", "--release"])?;
        let works = Command::new(built.binary()).status().is_ok_and(|status| status.success());
        if works { Ok(built) } else { Err("error: it builds, and does not do what it should".to_owned()) }
    }

    fn cargo(&self, arguments: &[&str]) -> Result<cargo::Run, String> {
        cargo::run(&self.package, &self.target, arguments)
    }

    fn binary(&self) -> PathBuf {
        self.target.join("release").join(self.variant.slug()).with_extension(std::env::consts::EXE_EXTENSION)
    }

    /// The CPU time to compile the crate again, and nothing that it depends on.
    fn alone_cpu_s(&self, arguments: &[&str]) -> Result<f64, String> {
        for _ in 0..3 {
            generate::touch(&self.package)?;
            let run = self.cargo(arguments)?;
            if run.crates == 1 {
                return Ok(run.cpu_s);
            }
        }
        Err(format!("what `{}` depends on keeps changing", self.variant.name))
    }

    fn text_bytes(&self) -> Result<Option<f64>, String> {
        let binary = fs::read(self.binary()).map_err(|error| error.to_string())?;
        let object = object::File::parse(&*binary).ok();
        let text = object.and_then(|object| object.section_by_name(".text").map(|text| text.size()));
        Ok(text.and_then(exact))
    }

    /// What LLVM is given in a release build, counted as `cargo llvm-lines` does.
    fn llvm_lines(&self) -> Result<f64, String> {
        let file = self.package.join("functions.ll");
        let emit = format!("--emit=llvm-ir={}", file.display());
        self.cargo(&["rustc", "--release", "--", &emit, "-C", "no-prepopulate-passes"])?;
        let ir = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        exact(ir.lines().filter(|line| is_instruction(line)).count())
            .ok_or_else(|| "more lines than one counts".to_owned())
    }
}

/// A number that a float can hold as it is.
pub fn exact(number: impl TryInto<u32>) -> Option<f64> {
    number.try_into().ok().map(f64::from)
}

/// Nothing outside of a function's body is indented, and nothing in it but the lines that go on is indented further.
fn is_instruction(line: &str) -> bool {
    line.strip_prefix("  ").is_some_and(|rest| !rest.starts_with([' ', ';']))
}
