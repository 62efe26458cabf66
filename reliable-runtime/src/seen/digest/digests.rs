//! What one value is told from others by, in a store and in this process.

use crate::said::digest::Digest;
use crate::scope::digest_key;

/// The digest of a value with the key that is in force, as for the store of a run, and the one with the key of this process:
/// what is known in the process is known inside of a run and outside. Outside the two are the same.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Digests {
    pub(crate) here: Option<Digest>,
    pub(crate) in_this_process: Option<Digest>,
}

impl Digests {
    pub(crate) fn of(digest: impl Fn() -> Option<Digest>) -> Self {
        let here = digest();
        let in_this_process = digest_key::of_store().map_or(here, |_| digest_key::in_this_process(digest));
        Digests { here, in_this_process }
    }
}
