//! How things are said.

use std::time::Duration;

/// A duration as a person would say it: whole milliseconds, or seconds to one decimal.
pub(crate) fn short(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{}ms", duration.as_millis())
    } else {
        let seconds = format!("{:.1}", duration.as_secs_f64());
        format!("{}s", seconds.trim_end_matches(".0"))
    }
}
