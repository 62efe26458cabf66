//! The chart: a panel for each case, a bar for each contender, on one logarithmic scale.

use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::figures::{BY_HAND, Figure, RAW, RELIABLE};

const COLUMNS: usize = 3;
const PANEL_WIDTH: i32 = 330;
const BAR: i32 = 16;
const TITLE: i32 = 26;
/// Where the bars begin, behind the names.
const LEFT: i32 = 118;
/// How long the longest may be, before its figure.
const LONGEST: f64 = 160.0;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

pub fn draw(title: &str, figures: &[&Figure], path: &Path) -> Result<(), Box<dyn Error>> {
    let panels: Vec<&[&Figure]> = figures.chunk_by(|a, b| a.case == b.case).collect();
    let longest = figures.iter().map(|figure| figure.least_ns).fold(1.0, f64::max);
    let rows: Vec<&[&[&Figure]]> = panels.chunks(COLUMNS).collect();
    let height: i32 = rows.iter().map(|row| row_height(row)).sum();
    let size = (u32::try_from(PANEL_WIDTH * i32::try_from(COLUMNS)?)?, u32::try_from(height + 2 * TITLE)?);
    let area = SVGBackend::new(path, size).into_drawing_area();
    area.fill(&WHITE)?;
    write(&area, &format!("{title}, the least of the runs; logarithmic scale"), (10, 8), 16, BLACK)?;
    let mut top = TITLE + 8;
    for row in rows {
        for (column, panel) in (0..).zip(row) {
            draw_panel(&area, panel, (column * PANEL_WIDTH, top), longest)?;
        }
        top += row_height(row);
    }
    area.present()?;
    Ok(())
}

fn row_height(row: &[&[&Figure]]) -> i32 {
    let most = row.iter().map(|panel| panel.len()).max().unwrap_or_default();
    TITLE + BAR * i32::try_from(most).unwrap_or_default() + 12
}

fn draw_panel(area: &Area, panel: &[&Figure], (x, y): (i32, i32), longest: f64) -> Result<(), Box<dyn Error>> {
    write(area, &panel[0].case, (x + 10, y + 4), 14, BLACK)?;
    for (place, figure) in (0..).zip(panel) {
        let top = y + TITLE + place * BAR;
        let color = color(&figure.contender);
        #[expect(clippy::cast_possible_truncation, reason = "a few pixels")]
        let length = (LONGEST * figure.least_ns.max(1.0).ln() / longest.ln()) as i32;
        write(area, &figure.contender, (x + 10, top), 12, RGBColor(60, 60, 60))?;
        let bar = [(x + LEFT, top + 1), (x + LEFT + length.max(1), top + BAR - 3)];
        area.draw(&Rectangle::new(bar, color.filled()))?;
        write(area, &format!("{:.1}", figure.least_ns), (x + LEFT + length + 5, top), 12, RGBColor(60, 60, 60))?;
    }
    Ok(())
}

fn write(area: &Area, text: &str, at: (i32, i32), size: i32, color: RGBColor) -> Result<(), Box<dyn Error>> {
    area.draw(&Text::new(text.to_owned(), at, ("sans-serif", size).into_font().color(&color)))?;
    Ok(())
}

fn color(contender: &str) -> RGBColor {
    match contender {
        RELIABLE => RGBColor(30, 90, 200),
        BY_HAND => RGBColor(110, 110, 110),
        RAW => RGBColor(190, 190, 190),
        _ => RGBColor(200, 130, 80),
    }
}
