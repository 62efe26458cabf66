//! What an action is called, of which nothing is known but that it is `Hash`.

use std::hash::{Hash, Hasher};
use std::str::from_utf8;

/// The texts in `value`, one after the other: `read a.rs` for `("read", "a.rs")`. Nothing where it has none.
///
/// A text hashes as its bytes and then one that no text contains. That is how it is told from all else, and if the standard
/// library ever did it in another way, no text would be found.
pub(crate) fn texts(value: &impl Hash) -> String {
    let mut found = Texts::default();
    value.hash(&mut found);
    found.said
}

/// The bytes of all texts that are looked at. Where there are more, the last sign says so.
const ENOUGH: usize = 200;
const MORE: char = '…';

const END_OF_TEXT: u8 = 0xff;

#[derive(Default)]
struct Texts {
    said: String,
    /// What was hashed last, and may turn out to be a text.
    bytes: Vec<u8>,
    is_cut: bool,
}

impl Texts {
    fn text_ends(&mut self) {
        let text = match from_utf8(&self.bytes) {
            Ok(text) => text,
            // Cut in the middle of a letter.
            Err(error) if error.error_len().is_none() => from_utf8(&self.bytes[..error.valid_up_to()]).unwrap_or(""),
            Err(_) => "",
        };
        if !text.is_empty() && !self.said.is_empty() {
            self.said.push(' ');
        }
        self.said.push_str(text);
        if self.is_cut && !self.said.ends_with(MORE) {
            self.said.push(MORE);
        }
    }
}

impl Hasher for Texts {
    fn write(&mut self, bytes: &[u8]) {
        let space = usize::from(!self.said.is_empty());
        let room = ENOUGH.saturating_sub(self.said.len() + space);
        self.bytes.clear();
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.is_cut = bytes.len() > room;
    }

    fn write_u8(&mut self, byte: u8) {
        if byte == END_OF_TEXT {
            self.text_ends();
        }
        self.bytes.clear();
    }

    // A number is no text, though its bytes may look like one.
    fn write_u16(&mut self, _: u16) {
        self.bytes.clear();
    }

    fn write_u32(&mut self, _: u32) {
        self.bytes.clear();
    }

    fn write_u64(&mut self, _: u64) {
        self.bytes.clear();
    }

    fn write_u128(&mut self, _: u128) {
        self.bytes.clear();
    }

    fn write_usize(&mut self, _: usize) {
        self.bytes.clear();
    }

    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_in_whatever_is_hash() {
        #[derive(Hash)]
        enum Action {
            Read { file: String, line: u32 },
            Wait,
        }
        assert_eq!(texts(&"read a.rs"), "read a.rs");
        assert_eq!(texts(&("read", "a.rs")), "read a.rs");
        assert_eq!(texts(&(7, "ä", Some(String::from("b")), 255_u8)), "ä b");
        assert_eq!(texts(&Action::Read { file: "a.rs".to_owned(), line: 0x4142_4344 }), "a.rs");
        assert_eq!(texts(&Action::Wait), "");
        assert_eq!(texts(&(0x4142_u16, 255_u8, 0x4142_4344_u32, -1_i8, [65_u8, 66], -1_isize, 'a')), "");
        assert_eq!(texts(&""), "");
    }

    #[test]
    fn of_long_texts_the_beginning_is_enough() {
        assert_eq!(texts(&"ä".repeat(100)), "ä".repeat(100));
        assert_eq!(texts(&"ä".repeat(101)), format!("{}…", "ä".repeat(100)));
        assert_eq!(texts(&("a", "ä".repeat(5000), "b")), format!("a {}…", "ä".repeat(99)));
        assert_eq!(texts(&vec!["abc"; 5000]), format!("{}…", vec!["abc"; 50].join(" ")));
    }
}
