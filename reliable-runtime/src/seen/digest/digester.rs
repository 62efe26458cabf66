//! The hasher of a digest.

use std::hash::{BuildHasher, DefaultHasher, Hasher, RandomState};
use std::sync::LazyLock;

use crate::said::digest::Digest;
use crate::scope::digest_key;

/// Two halves with 64 bits each, since that is what the standard library's keyed hash gives.
pub(super) struct Digester([DefaultHasher; 2]);

impl Digester {
    pub(super) fn new() -> Self {
        static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);
        let mut halves = match digest_key::of_store() {
            Some(key) => [(); 2].map(|()| keyed(key)),
            None => KEYS.each_ref().map(RandomState::build_hasher),
        };
        // Of two keys that are drawn in one thread the second is the first, plus one.
        halves[1].write_u8(1);
        Digester(halves)
    }

    pub(super) fn digest(&self) -> Digest {
        Digest::new(self.0.each_ref().map(DefaultHasher::finish))
    }
}

/// The standard library lets nobody choose the key of a hasher: so it is the first thing that is hashed.
fn keyed(key: u128) -> DefaultHasher {
    let mut hasher = DefaultHasher::new();
    hasher.write_u128(key);
    hasher
}

impl Hasher for Digester {
    /// Each piece counts for itself: "ab" and "c" are not "a" and "bc", also where a `Hash` leaves that open.
    fn write(&mut self, piece: &[u8]) {
        for half in &mut self.0 {
            half.write_usize(piece.len());
            half.write(piece);
        }
    }

    fn finish(&self) -> u64 {
        self.0[0].finish()
    }
}
