//! What a key is known by, where what belongs to it is looked up.

use std::hash::{BuildHasher, Hash, RandomState};

/// Two hashes with different keys are as good as the key itself, and need no copy of it.
pub(crate) type KeyHash = [u64; 2];

#[derive(Debug, Default)]
pub(crate) struct KeyHashers([RandomState; 2]);

impl KeyHashers {
    /// It calls foreign code: not under a lock.
    pub(crate) fn hash<K: Hash + ?Sized>(&self, key: &K) -> KeyHash {
        self.0.each_ref().map(|hasher| hasher.hash_one(key))
    }
}
