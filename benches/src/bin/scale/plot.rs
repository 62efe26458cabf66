//! The chart of `growth`.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::growth::Step;

const SIZE: (u32, u32) = (900, 520);
const TEXT: (&str, u32) = ("sans-serif", 15);
const RELIABLE: RGBColor = RGBColor(30, 90, 200);
const LINES: [(&str, RGBColor); 3] =
    [("tower", RGBColor(200, 90, 40)), ("reliable", RELIABLE), ("raw call", RGBColor(120, 120, 120))];

pub fn growth(steps: &[Step], path: &Path) -> Result<(), Box<dyn Error>> {
    let highest = steps.iter().map(|step| step.least_ns).fold(0.0, f64::max);
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption("The cost of a call that goes well, by the number of attributes", ("sans-serif", 20))
        .margin(16)
        .x_label_area_size(48)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..8.5, 0.0..highest * 1.1)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(RGBColor(225, 225, 225))
        .light_line_style(WHITE)
        .x_labels(10)
        .x_label_formatter(&|x| if *x < 1.0 { String::new() } else { format!("{x:.0}") })
        .y_label_formatter(&|y| format!("{y:.0}"))
        .x_desc("attributes, or layers of a tower")
        .y_desc("ns per call (least of the runs)")
        .label_style(TEXT)
        .axis_desc_style(TEXT)
        .draw()?;
    for (contender, color) in LINES {
        let points = points(steps, contender);
        if points.is_empty() {
            continue;
        }
        chart.draw_series(points.iter().map(|point| Circle::new(*point, 4, color.filled())))?;
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(2)))?
            .label(contender)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], color.stroke_width(2)));
    }
    // Above the line and to the left of it, where one that rises leaves room.
    let name_style = ("sans-serif", 13).into_font().color(&RELIABLE).pos(Pos::new(HPos::Right, VPos::Bottom));
    let names = steps.iter().filter(|step| step.contender == "reliable").map(|step| {
        let dot = EmptyElement::at((step.height as f64, step.least_ns));
        dot + Text::new(step.adds, (4, -7), name_style.clone())
    });
    chart.draw_series(names)?;
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE)
        .border_style(RGBColor(200, 200, 200))
        .label_font(TEXT)
        .draw()?;
    root.present()?;
    Ok(())
}

/// A call without any attribute is the same at every height.
fn points(steps: &[Step], contender: &str) -> Vec<(f64, f64)> {
    let of_contender = || steps.iter().filter(|step| step.contender == contender);
    match of_contender().next() {
        Some(raw) if raw.height == 0 => vec![(1.0, raw.least_ns), (8.0, raw.least_ns)],
        _ => of_contender().map(|step| (step.height as f64, step.least_ns)).collect(),
    }
}
