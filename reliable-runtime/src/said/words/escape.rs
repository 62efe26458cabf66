//! The characters of a foreign text, one after the other.

use std::fmt::{self, Write};
use std::str::from_utf8;

use super::urls::without_secrets;

/// So many spaces in a row, or the same escape as often, are written out. Of more there is one, and their number: else they
/// would push what follows them out of sight.
const MOST_IN_A_ROW: usize = 8;
/// So many accents are put on one letter, and not more, which would grow into the lines around it.
const MOST_MARKS: usize = 4;
/// What is told of a text that is cut: enough for every length.
const ROOM_FOR_LENGTH: usize = "… (18446744073709551615 characters)".len();

/// Foreign text in the making: escaped and bounded while it is written, so that it takes no more memory than that.
#[derive(Debug)]
pub(crate) struct Words {
    out: String,
    most: usize,
    hides_secrets: bool,
    /// Where to cut it, if it becomes too long.
    fits: usize,
    is_cut: bool,
    characters: usize,
    /// The character that the text ends with, and how often, as long as it may be more.
    run: Option<Run>,
    marks: usize,
    /// The last character, if it is shown as it is.
    before: Option<char>,
    /// A joiner, which is nothing without what comes after it.
    joiner: Option<char>,
}

#[derive(Debug)]
struct Run {
    of: char,
    length: usize,
}

/// Whether the text would stay as it is, seen at a glance.
pub(super) fn is_plain(text: &str, most: usize) -> bool {
    let mut spaces = 0;
    let is_shown = |byte| {
        spaces = if byte == b' ' { spaces + 1 } else { 0 };
        matches!(byte, b' '..=b'~') && spaces <= MOST_IN_A_ROW
    };
    text.len() <= most && text.bytes().all(is_shown)
}

/// Room for what errors usually say, so that their words are one allocation.
const USUAL: usize = 128;

impl Words {
    pub(super) fn at_most(bytes: usize) -> Self {
        Words {
            out: String::with_capacity(USUAL.min(bytes)),
            most: bytes,
            hides_secrets: false,
            fits: 0,
            is_cut: false,
            characters: 0,
            run: None,
            marks: 0,
            before: None,
            joiner: None,
        }
    }

    /// Without what is secret in a URL.
    pub(super) fn without_secrets(self) -> Self {
        Words { hides_secrets: true, ..self }
    }

    pub(super) fn finish(mut self) -> String {
        self.end_joiner(None);
        self.end_run();
        if self.is_cut {
            self.out.truncate(self.fits);
        }
        if self.hides_secrets && self.out.contains("://") {
            self.out = without_secrets(&self.out, self.is_cut);
        }
        if self.is_cut {
            let _ = write!(self.out, "… ({} characters)", self.characters);
        }
        self.out
    }

    fn push(&mut self, c: char) {
        self.characters += 1;
        self.end_joiner(Some(c));
        match c {
            ' ' => self.repeat(' '),
            '\u{200c}' | '\u{200d}' => self.joiner = Some(c),
            '\u{fe0f}' if self.before.is_some_and(is_picture) => self.plain(c),
            _ if is_hidden(c) => self.repeat(c),
            _ if is_mark(c) => self.mark(c),
            _ => self.plain(c),
        }
    }

    /// Whether all of it can be taken at once, which is what most errors say: character by character it takes 20 times as long.
    fn stays_as_it_is(&self, text: &str) -> bool {
        // What ends only now: as many of the longest escape as are written out, and a joiner.
        const RUN: usize = MOST_IN_A_ROW * "\\u{10ffff}".len() + "\\u{200d}".len();
        !text.is_empty()
            && self.out.len() + RUN + text.len() + ROOM_FOR_LENGTH <= self.most
            && is_plain(text, self.most)
    }

    fn push_plain(&mut self, text: &str) {
        self.characters += text.len();
        self.end_joiner(text.chars().next());
        self.end_run();
        self.marks = 0;
        self.append(text);
        self.before = text.chars().last();
    }

    fn plain(&mut self, c: char) {
        self.end_run();
        self.marks = 0;
        self.append(c.encode_utf8(&mut [0; 4]));
        self.before = Some(c);
    }

    /// An accent at the beginning would sit on what stands before the text.
    fn mark(&mut self, c: char) {
        let marks = self.marks + 1;
        if self.characters == 1 || marks > MOST_MARKS {
            self.repeat(c);
        } else {
            self.plain(c);
        }
        self.marks = marks;
    }

    /// A space, or what is to be escaped.
    fn repeat(&mut self, c: char) {
        self.before = None;
        match &mut self.run {
            Some(run) if run.of == c => run.length += 1,
            _ => {
                self.end_run();
                self.run = Some(Run { of: c, length: 1 });
            }
        }
    }

    fn end_run(&mut self) {
        let Some(Run { of, length }) = self.run.take() else { return };
        if length > MOST_IN_A_ROW {
            let one = escaped(of);
            self.append(&format!("{one}×{length}"));
            return;
        }
        if of == ' ' {
            (0..length).for_each(|_| self.append(" "));
        } else {
            let one = escaped(of);
            (0..length).for_each(|_| self.append(&one));
        }
    }

    /// A joiner is shown as it is between two that it joins, and nowhere else.
    fn end_joiner(&mut self, next: Option<char>) {
        let Some(joiner) = self.joiner.take() else { return };
        match (self.before, next) {
            (Some(before), Some(next)) if are_joined(before, next) => {
                // Not cut behind it.
                let fits = self.fits;
                self.plain(joiner);
                self.fits = fits;
            }
            _ => self.repeat(joiner),
        }
    }

    fn append(&mut self, text: &str) {
        self.is_cut |= self.out.len() + text.len() > self.most;
        if self.is_cut {
            return;
        }
        self.out.push_str(text);
        if self.out.len() + ROOM_FOR_LENGTH <= self.most {
            self.fits = self.out.len();
        }
    }
}

impl Write for Words {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let begun = text.trim_start_matches(' ');
        let inner = begun.trim_end_matches(' ');
        if self.is_cut {
            self.characters += text.chars().count();
        } else if self.stays_as_it_is(inner) {
            (begun.len()..text.len()).for_each(|_| self.push(' '));
            self.push_plain(inner);
            (inner.len()..begun.len()).for_each(|_| self.push(' '));
        } else {
            text.chars().for_each(|c| self.push(c));
        }
        Ok(())
    }
}

fn escaped(c: char) -> String {
    match c {
        '\n' | '\r' | '\t' => c.escape_default().to_string(),
        _ => c.escape_unicode().to_string(),
    }
}

/// What can't be seen, or changes how the rest is seen. The standard library knows most of it; some are letters to it.
fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let is_blank = matches!(
        c,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{13441}' | '\u{13442}' | '\u{16fe4}' | '\u{1d159}'
            | '\u{e0000}'..='\u{e0fff}'
    );
    is_blank || !is_printable(c)
}

/// As the standard library sees it. It escapes an accent only at the beginning of a text, so it is asked behind a letter.
fn is_printable(c: char) -> bool {
    let mut bytes = *b"a\0\0\0\0";
    let length = c.encode_utf8(&mut bytes[1..]).len();
    from_utf8(&bytes[..=length]).is_ok_and(|text| text.escape_debug().nth(1) == Some(c))
}

/// What is printable, and yet is escaped where nothing stands before it.
fn is_mark(c: char) -> bool {
    c >= '\u{300}' && c.escape_debug().len() > 1
}

/// Symbols, dingbats and emoji.
fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// Emoji that make one together, and letters of scripts in which a joiner is a matter of spelling.
fn are_joined(before: char, next: char) -> bool {
    let is_spelt = |c: char| matches!(c, '\u{600}'..='\u{dff}');
    let shows = !is_hidden(next) && !is_mark(next);
    shows && ((is_picture(before) || before == '\u{fe0f}') && is_picture(next) || is_spelt(before) && is_spelt(next))
}
