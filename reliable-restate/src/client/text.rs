//! Texts in a URL and in SQL.

use std::fmt::Write;

/// As a part of a path.
pub(crate) fn in_path(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            _ => write!(encoded, "%{byte:02X}").expect("a string takes all"),
        }
    }
    encoded
}

/// As a literal.
pub(crate) fn in_sql(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_place() {
        assert_eq!(in_path("trip-42"), "trip-42");
        assert_eq!(in_path("a/b?c=ü"), "a%2Fb%3Fc%3D%C3%BC");
        assert_eq!(in_sql("it's; --"), "'it''s; --'");
    }
}
