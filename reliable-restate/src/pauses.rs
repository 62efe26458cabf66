//! What the server is not to try again by itself: it pauses such a run, until somebody resumes it.
//!
//! The protocol between service and server has a word for that, and the SDK none: so it is put behind the error which the SDK
//! tells. A server that does not know that word tries again and again, as after any other error.

use bytes::Bytes;

use crate::wire::is_for_a_human;

/// In front of each message: its kind, its flags, and the length of what follows.
const HEAD: usize = 8;
const LENGTH: std::ops::Range<usize> = 4..HEAD;
/// The kind of an error.
const ERROR: [u8; 2] = [0, 2];
/// How one begins by which the SDK says that the log was written by a program which gave other commands: code 570.
const MISMATCH: [u8; 3] = [1 << 3, 0xBA, 0x04];
/// `behavior`, the ninth field of an error: `PAUSE`.
const PAUSE: [u8; 2] = [9 << 3, 1];

/// What is said to the server, with that word if it ends with such an error.
pub(crate) fn pausing(said: Bytes) -> Bytes {
    let Some(at) = error_in(&said) else { return said };
    let error = &said[at + HEAD..];
    if !error.starts_with(&MISMATCH) && !is_for_a_human(error) {
        return said;
    }
    let mut pausing = Vec::with_capacity(said.len() + PAUSE.len());
    pausing.extend_from_slice(&said);
    pausing.extend_from_slice(&PAUSE);
    let length = u32::try_from(error.len() + PAUSE.len()).unwrap_or(u32::MAX);
    pausing[at..][LENGTH].copy_from_slice(&length.to_be_bytes());
    pausing.into()
}

/// Where the error begins with which these messages end.
fn error_in(said: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let head = said.get(at..at + HEAD)?;
        let length = u32::from_be_bytes(head[LENGTH].try_into().ok()?);
        let end = at.checked_add(HEAD)?.checked_add(usize::try_from(length).ok()?)?;
        if head.starts_with(&ERROR) {
            return (end == said.len()).then_some(at);
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::unreadable;

    fn message(kind: [u8; 2], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&kind[..], &[0, 0], &length, body].concat()
    }

    #[test]
    fn an_error_for_a_human_gets_the_word_and_nothing_else_does() {
        let other = message([4, 0], b"a command");
        let unreadable = unreadable("run-1", "record 1 of its log", &"of tomorrow");
        for body in [unreadable.as_bytes(), &[&MISMATCH[..], b"RT0016"].concat()] {
            let told = [other.clone(), message(ERROR, body)].concat();
            let with = [other.clone(), message(ERROR, &[body, &PAUSE].concat())].concat();
            assert_eq!(pausing(told.into()), Bytes::from(with));
        }
        for told in [
            message(ERROR, b"the disk is full"),
            message([4, 0], unreadable.as_bytes()),
            message(ERROR, unreadable.as_bytes())[..20].to_vec(),
            Vec::new(),
        ] {
            assert_eq!(pausing(told.clone().into()), Bytes::from(told));
        }
    }
}
