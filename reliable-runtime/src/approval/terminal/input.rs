//! A line of input, of any length, from anybody.

use std::io::{self, BufRead, ErrorKind};

/// How long a line may be, in bytes. A terminal itself has room for no more.
pub(super) const MOST: usize = 4096;

/// Whether a line went on behind what was kept of it.
pub(super) fn is_cut(line: &str) -> bool {
    line.len() > MOST
}

/// Reads a line to its end, and keeps its beginning: one byte more than it may have, by which one sees that it was cut. `None`
/// when the input is closed.
pub(super) fn read_line(input: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let mut length = 0;
    loop {
        let read = match input.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read?,
        };
        if read.is_empty() {
            return Ok((length > 0).then(|| words(&line)));
        }
        let end = read.iter().position(|&byte| byte == b'\n');
        let part = &read[..end.unwrap_or(read.len())];
        line.extend(part.iter().take(MOST + 1 - line.len()));
        length += part.len();
        let taken = part.len() + usize::from(end.is_some());
        input.consume(taken);
        if end.is_some() {
            return Ok(Some(words(&line)));
        }
    }
}

fn words(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    if is_cut(&line) { line.into_owned() } else { line.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read, repeat};

    use super::*;

    #[test]
    fn a_line_ends_where_it_ends_however_it_comes() {
        for capacity in [1, 2, 3, 64] {
            let mut input = BufReader::with_capacity(capacity, &b" K7m2 \r\n\nlast"[..]);
            let mut read = || read_line(&mut input).unwrap();
            assert_eq!(
                [read(), read(), read(), read()].map(|line| line.unwrap_or("none".to_owned())),
                ["K7m2", "", "last", "none"]
            );
        }
    }

    #[test]
    fn a_line_without_end_takes_no_memory() {
        let line = repeat(b'y').take(5_000_000).chain(&b"\nnext\n"[..]);
        let mut input = BufReader::new(line);
        let kept = read_line(&mut input).unwrap().unwrap();
        assert_eq!(kept, "y".repeat(MOST + 1));
        assert!(is_cut(&kept) && !is_cut(&kept[1..]));
        assert_eq!(read_line(&mut input).unwrap().unwrap(), "next", "and all of it is one answer");
    }

    #[test]
    fn what_is_no_text_is_no_answer() {
        assert_eq!(read_line(&mut &b"k7\xff\n"[..]).unwrap().unwrap(), "k7\u{fffd}");
    }
}
