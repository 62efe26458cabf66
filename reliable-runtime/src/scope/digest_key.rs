//! The key of digests, where they are to mean the same in another process: that of a store.

#[cfg(feature = "durable")]
use std::sync::Arc;

use crate::scope::Scope;

struct OfStore(u128);

/// The key of the store that is in force here.
pub(crate) fn of_store() -> Option<u128> {
    Scope::find::<OfStore>().map(|key| key.0)
}

impl Scope {
    #[cfg(feature = "durable")]
    pub(crate) fn digest_key(self, key: u128) -> Scope {
        self.with(Arc::new(OfStore(key)))
    }
}
