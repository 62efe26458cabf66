//! Every case by everyone who can do it: one table, the goals, a file and a chart.
//!
//! Builds `cases` with every peer that builds, runs it, and runs it again under callgrind where valgrind is installed.

mod build;
mod chart;
mod figures;
mod goals;
mod table;

use reliable_benches::goal::{self, Goal};
use reliable_benches::results::{self, Setting};
use serde::Serialize;

use build::LeftOut;
use figures::Figure;

#[derive(Serialize)]
struct Report {
    setting: Setting,
    left_out: Vec<LeftOut>,
    figures: Vec<Figure>,
    goals: Vec<Goal>,
}

fn main() -> Result<(), String> {
    reliable_benches::refuse_debug_build();
    let (cases, left_out) = build::cases()?;
    let mut figures = figures::time(&cases)?;
    if let Err(why) = figures::count_instructions(&cases, &mut figures) {
        eprintln!("instructions were not counted: {why}");
    }
    let goals = goals::all(&figures);
    println!("{}\n\n{}", table::of(&figures), goal::table(&goals));
    for LeftOut { peer, error } in &left_out {
        println!("left out: {peer} does not build ({error})");
    }
    results::make_folder()?;
    chart::draw(&figures, &results::path("cases.svg")).map_err(|error| format!("the chart: {error}"))?;
    results::write_json("cases.json", &Report { setting: Setting::here(), left_out, figures, goals })
}
