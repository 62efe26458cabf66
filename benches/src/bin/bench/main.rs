//! Every case by everyone who can do it: one table, the goals, a file and a chart.
//!
//! Builds `cases` with every peer that builds, runs it, and runs it again under callgrind where valgrind is installed.

mod build;
mod chart;
mod figures;
mod goals;
mod table;

use std::error::Error;

use reliable_benches::goal::{self, Goal};
use reliable_benches::results::{self, Setting};
use serde::Serialize;

use build::LeftOut;
use figures::{Figure, Run};

#[derive(Serialize)]
struct Report {
    setting: Setting,
    left_out: Vec<LeftOut>,
    figures: Vec<Figure>,
    goals: Vec<Goal>,
}

/// Who may listen to what happens.
const EARS: [&str; 6] = ["nobody", "recorder", "listener", "tracing", "tracing at another level", "metrics"];

fn main() -> Result<(), String> {
    reliable_benches::refuse_debug_build();
    let (cases, left_out) = build::cases()?;
    let mut figures = measured(Run { cases: &cases, heard_by: None })?;
    let cases = build::heard_cases()?;
    for who in EARS {
        figures.extend(measured(Run { cases: &cases, heard_by: Some(who) })?);
    }
    let goals = goals::all(&figures);
    println!("{}\n\n{}", table::of(&figures), goal::table(&goals));
    println!("\nFor the README:\n\n{}", table::of_times("a call that goes well", &goals::WELL, &figures));
    println!("{}", table::of_times("a call that does not", &goals::FAILING, &figures));
    let counted: Vec<_> = goals::WELL.into_iter().chain(goals::COUNTED_TOO).collect();
    println!("For notes.md:\n\n{}", table::of_counts(&counted, &figures));
    for LeftOut { peer, error } in &left_out {
        println!("left out: {peer} does not build ({error})");
    }
    results::make_folder()?;
    charts(&figures).map_err(|error| format!("the charts: {error}"))?;
    results::write_json("cases.json", &Report { setting: Setting::here(), left_out, figures, goals })
}

fn measured(run: Run<'_>) -> Result<Vec<Figure>, String> {
    let mut figures = run.time()?;
    if let Err(why) = run.count_instructions(&mut figures) {
        eprintln!("instructions were not counted: {why}");
    }
    Ok(figures)
}

/// The cases of one error type, with nobody listening: those that go well, and those that do not.
fn charts(figures: &[Figure]) -> Result<(), Box<dyn Error>> {
    let is_drawn = |figure: &&Figure| !figure.contender.contains(", ");
    let (failing, well): (Vec<&Figure>, Vec<&Figure>) = figures
        .iter()
        .filter(is_drawn)
        .partition(|figure| goals::FAILING.iter().any(|case| figure.case.starts_with(case)));
    let failing: Vec<&Figure> =
        failing.into_iter().filter(|figure| goals::FAILING.contains(&figure.case.as_str())).collect();
    chart::draw("Nanoseconds per call that goes well", &well, &results::path("cases.svg"))?;
    chart::draw("Nanoseconds per call that does not go well", &failing, &results::path("failing.svg"))
}
