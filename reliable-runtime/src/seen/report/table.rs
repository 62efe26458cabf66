//! Columns of text, without those that have nothing to say.

use std::fmt;

/// A title, and what stands below it in a row: nothing, where there is nothing to say.
pub(super) type Column<Row> = (&'static str, fn(&Row) -> Option<String>);

pub(super) fn table<Row>(f: &mut fmt::Formatter<'_>, columns: &[Column<Row>], rows: &[Row]) -> fmt::Result {
    let columns: Vec<Vec<String>> = columns.iter().filter_map(|(title, cell)| column(title, rows, *cell)).collect();
    let widths: Vec<usize> = columns.iter().map(|column| widest(column)).collect();
    for line in 0..=rows.len() {
        let cells = columns.iter().zip(&widths).map(|(column, &width)| format!("{:<width$}", column[line]));
        writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// The title and the cells, or `None` if all of them would be empty.
fn column<Row>(title: &str, rows: &[Row], cell: fn(&Row) -> Option<String>) -> Option<Vec<String>> {
    let cells: Vec<_> = rows.iter().map(cell).collect();
    cells.iter().any(Option::is_some).then(|| {
        let cells = cells.into_iter().map(|cell| cell.unwrap_or_else(|| "-".to_owned()));
        std::iter::once(title.to_owned()).chain(cells).collect()
    })
}

fn widest(column: &[String]) -> usize {
    column.iter().map(|cell| cell.chars().count()).max().unwrap_or(0)
}
