//! The key of digests, where they are to mean the same in another process: that of a store.

use std::fmt;
use std::hash::{BuildHasher, DefaultHasher, Hasher, RandomState};
#[cfg(feature = "durable")]
use std::sync::Arc;

use crate::scope::Scope;

struct OfStore(u128);

/// The key of the store that is in force here.
pub(crate) fn of_store() -> Option<u128> {
    Scope::find::<OfStore>().map(|key| key.0)
}

/// With the key of this process in force, whatever store is around.
pub(crate) fn in_this_process<T>(work: impl FnOnce() -> T) -> T {
    match of_store() {
        None => work(),
        Some(_) => Scope::current().without::<OfStore>().enter(work),
    }
}

/// The standard library lets nobody choose the key of a hasher: so it is the first thing that is hashed.
pub(crate) fn keyed(key: u128) -> DefaultHasher {
    let mut hasher = DefaultHasher::new();
    hasher.write_u128(key);
    hasher
}

/// Hashes by the key of the store that is in force, or else by one of this process.
#[derive(Clone)]
pub(crate) enum Hashes {
    OfStore(u128),
    OfProcess(RandomState),
}

impl Hashes {
    pub(crate) fn of_here() -> Self {
        of_store().map_or_else(|| Hashes::OfProcess(RandomState::new()), Hashes::OfStore)
    }
}

impl fmt::Debug for Hashes {
    /// Without its key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashes")
    }
}

impl BuildHasher for Hashes {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        match self {
            Hashes::OfStore(key) => keyed(*key),
            Hashes::OfProcess(keys) => keys.build_hasher(),
        }
    }
}

impl Scope {
    #[cfg(feature = "durable")]
    pub(crate) fn digest_key(self, key: u128) -> Scope {
        self.with(Arc::new(OfStore(key)))
    }
}
