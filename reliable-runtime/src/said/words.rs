//! How things are said.

use std::fmt::{self, Display, Write};
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

/// Foreign words as a part of ours: what has no look of its own is escaped, and what is above `most` bytes cut off.
pub(crate) fn bounded(words: &dyn Display, most: usize) -> String {
    let mut bounded = Bounded { text: String::new(), most };
    // It fails where there is no more room, and where the foreign code says so: what was written till then counts.
    let _ = write!(bounded, "{words}");
    bounded.text
}

struct Bounded {
    text: String,
    most: usize,
}

impl Write for Bounded {
    fn write_str(&mut self, words: &str) -> fmt::Result {
        const CUT: &str = "…";
        for char in words.chars() {
            let before = self.text.len();
            match char {
                '"' | '\'' | '\\' => self.text.push(char),
                _ => self.text.extend(char.escape_debug()),
            }
            if self.text.len() > self.most {
                self.text.truncate(before);
                while self.text.len() + CUT.len() > self.most {
                    self.text.pop();
                }
                self.text.push_str(CUT);
                return Err(fmt::Error);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_words_stay_on_their_line_and_within_their_bound() {
        assert_eq!(bounded(&"it's \"busy\": C:\\ é", 200), "it's \"busy\": C:\\ é");
        assert_eq!(bounded(&"a\nb\u{1b}[2J\u{202e}", 200), "a\\nb\\u{1b}[2J\\u{202e}");
        assert_eq!(bounded(&"é".repeat(100), 200), "é".repeat(100));
        for most in 3..40 {
            for words in ["é".repeat(100), "\n".repeat(100), "a".repeat(100), "日本".repeat(40)] {
                let cut = bounded(&words, most);
                assert!(cut.len() <= most && cut.ends_with('…'), "{cut}");
            }
        }
    }

    #[test]
    fn words_without_an_end_are_not_listened_to() {
        struct Endless;
        impl Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                loop {
                    f.write_str("busy ")?;
                }
            }
        }
        assert_eq!(bounded(&Endless, 200).len(), 200);
    }
}
