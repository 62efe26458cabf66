//! The hasher of a digest.

use std::hash::{BuildHasher, DefaultHasher, Hasher, RandomState};
use std::sync::LazyLock;

use crate::said::digest::Digest;
use crate::scope::digest_key;

/// Two halves with 64 bits each, since that is what the standard library's keyed hash gives.
pub(super) struct Digester {
    halves: [DefaultHasher; 2],
    /// What they are still to be given: a hash is made of many small pieces.
    waiting: [u8; ROOM],
    filled: usize,
}

const ROOM: usize = 128;

impl Digester {
    pub(super) fn new() -> Self {
        static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);
        let mut halves = match digest_key::of_store() {
            Some(key) => [(); 2].map(|()| digest_key::keyed(key)),
            None => KEYS.each_ref().map(RandomState::build_hasher),
        };
        // Of two keys that are drawn in one thread the second is the first, plus one.
        halves[1].write_u8(1);
        Digester { halves, waiting: [0; ROOM], filled: 0 }
    }

    pub(super) fn digest(mut self) -> Digest {
        self.hand_over();
        Digest::new(self.halves.each_ref().map(DefaultHasher::finish))
    }

    fn hand_over(&mut self) {
        for half in &mut self.halves {
            half.write(&self.waiting[..self.filled]);
        }
        self.filled = 0;
    }

    fn add(&mut self, bytes: &[u8]) {
        if bytes.len() > ROOM - self.filled {
            self.hand_over();
        }
        match self.waiting.get_mut(self.filled..self.filled + bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.filled += bytes.len();
            }
            None => self.halves.iter_mut().for_each(|half| half.write(bytes)),
        }
    }
}

impl Hasher for Digester {
    /// Each piece counts for itself: "ab" and "c" are not "a" and "bc", also where a `Hash` leaves that open.
    fn write(&mut self, piece: &[u8]) {
        match u8::try_from(piece.len()) {
            Ok(length) if length < u8::MAX => self.add(&[length]),
            _ => {
                self.add(&[u8::MAX]);
                self.add(&piece.len().to_ne_bytes());
            }
        }
        self.add(piece);
    }

    fn finish(&self) -> u64 {
        self.halves[0].finish()
    }
}
