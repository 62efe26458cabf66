//! Whether there is a recorder or a listener anywhere in the process: one look, before a scope is searched for it.

use std::sync::atomic::{AtomicUsize, Ordering};

static EARS: AtomicUsize = AtomicUsize::new(0);

/// Each recorder and each list of listeners has one.
#[derive(Debug)]
pub(crate) struct Ear(());

impl Ear {
    pub(crate) fn new() -> Ear {
        EARS.fetch_add(1, Ordering::Relaxed);
        Ear(())
    }

    /// Whoever is in the scope here was made before that scope was: so its ear is seen.
    #[inline]
    pub(crate) fn is_anywhere() -> bool {
        EARS.load(Ordering::Relaxed) > 0
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        EARS.fetch_sub(1, Ordering::Relaxed);
    }
}
