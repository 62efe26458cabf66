//! How things are said, and how foreign words are kept from saying what they are not.
//!
//! A text that comes from outside can break a line, turn the direction of writing, move the cursor, or push what follows
//! it out of sight. Here each such character becomes an escape that anybody can see, and what is too long is cut, with its
//! length told. A backslash stays what it is: so a text that was escaped before is not escaped again, and the worst that a
//! text can do is to look as if something in it had been escaped.

mod escape;
#[cfg(test)]
mod tests;
mod urls;

use std::fmt::{self, Display, Write};
use std::time::Duration;

use crate::base::foreign::caught;
pub(crate) use escape::Words;

/// The most bytes of a foreign text that anybody is shown.
pub(crate) const MOST: usize = 4096;
/// The same for what comes with a fault.
const MOST_OF_A_LAST_ERROR: usize = 200;
/// The same for a name.
const MOST_OF_A_NAME: usize = 256;
/// The same for a line of which foreign texts are a part: it has room for several.
const MOST_OF_A_LINE: usize = 16 * MOST;

/// What is said of a text whose `Display` or `Debug` panicked, or failed.
pub(crate) const UNTOLD: &str = "<can't be told: its `Display` or `Debug` panicked>";

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A duration as a person would say it: whole milliseconds, or seconds, hours or days to one decimal.
pub(crate) fn short(duration: Duration) -> String {
    let to_one_decimal = |number: f64, unit| {
        let mut text = format!("{number:.1}");
        if text.ends_with(".0") {
            text.truncate(text.len() - ".0".len());
        }
        text + unit
    };
    if duration < Duration::from_secs(1) {
        format!("{}ms", duration.as_millis())
    } else if duration < HOUR {
        to_one_decimal(duration.as_secs_f64(), "s")
    } else if duration < DAY {
        to_one_decimal(duration.div_duration_f64(HOUR), "h")
    } else {
        to_one_decimal(duration.div_duration_f64(DAY), "d")
    }
}

/// A limit as it was set.
pub(crate) fn limit(limit: Duration) -> String {
    if limit < DAY { format!("{limit:?}") } else { short(limit) }
}

/// Foreign words for an event, a fault or a log, such as those of an error. What is secret in a URL is not among them.
pub(crate) fn told(foreign: &dyn Display) -> String {
    written(Words::at_most(MOST).without_secrets(), foreign)
}

/// The same, and no more of it than the words of an error have in a fault that comes after it.
pub(crate) fn brief(foreign: &dyn Display) -> String {
    written(Words::at_most(MOST_OF_A_LAST_ERROR).without_secrets(), foreign)
}

/// Foreign words for a human who is to decide about them, such as those of an argument. A URL is shown as it is.
pub(crate) fn shown(foreign: &dyn Display) -> String {
    written(Words::at_most(MOST), foreign)
}

/// The same for a text; one that has nothing to escape is not copied.
pub(crate) fn shown_text(text: String) -> String {
    if escape::is_plain(&text, MOST) { text } else { shown(&text) }
}

/// What could end an argument and begin another one stands in quotes: `"ana, amount = 1"`.
pub(crate) fn quoted(text: String) -> String {
    if text.contains(['(', ')', ',', '=', '"']) { format!("\"{}\"", text.replace('"', "\\\"")) } else { text }
}

/// A name that was made at run time.
pub(crate) fn name(text: String) -> String {
    if escape::is_plain(&text, MOST_OF_A_NAME) { text } else { written(Words::at_most(MOST_OF_A_NAME), &text) }
}

fn written(mut words: Words, foreign: &dyn Display) -> String {
    match caught(|| write!(words, "{foreign}")) {
        Ok(Ok(())) => words.finish(),
        Ok(Err(_)) | Err(_) => UNTOLD.to_owned(),
    }
}

/// Writes a line of a log, in which foreign words may be, whoever put them there.
pub(crate) fn tell(f: &mut fmt::Formatter<'_>, say: impl FnOnce(&mut Words) -> fmt::Result) -> fmt::Result {
    line(Words::at_most(MOST_OF_A_LINE).without_secrets(), f, say)
}

/// The same for a human who is to decide.
pub(crate) fn show(f: &mut fmt::Formatter<'_>, say: impl FnOnce(&mut Words) -> fmt::Result) -> fmt::Result {
    line(Words::at_most(MOST_OF_A_LINE), f, say)
}

fn line(mut words: Words, f: &mut fmt::Formatter<'_>, say: impl FnOnce(&mut Words) -> fmt::Result) -> fmt::Result {
    say(&mut words)?;
    f.write_str(&words.finish())
}
