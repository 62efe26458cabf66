//! A place that is kept for longer than the call.

use std::ops::Deref;

use crate::policies::bulkhead::{Bulkhead, Permit};
use crate::seen::metrics;

/// A place in a [`Bulkhead`] that keeps a handle on it, made by [`Permit::owned`]: it can go where the call does not. It is given
/// back when it is dropped.
#[derive(Debug)]
#[must_use = "a permit that is dropped at once gives its place back at once"]
pub struct OwnedPermit<B: Deref<Target = Bulkhead>> {
    // In this order, as in a `Permit`.
    _running: metrics::Running,
    _place: OwnedPlace<B>,
}

#[derive(Debug)]
struct OwnedPlace<B: Deref<Target = Bulkhead>> {
    bulkhead: B,
    of: usize,
}

impl<B: Deref<Target = Bulkhead>> Drop for OwnedPlace<B> {
    fn drop(&mut self) {
        self.bulkhead.places.leave(self.of);
    }
}

impl Permit<'_> {
    /// The same place, kept with a handle on its bulkhead: an [`Arc`](std::sync::Arc), or a reference.
    ///
    /// ```
    /// use reliable::Bulkhead;
    /// use std::sync::Arc;
    ///
    /// let bulkhead = Arc::new(Bulkhead::new().max(2));
    /// let permit = bulkhead.admit_blocking("forecast").unwrap().owned(Arc::clone(&bulkhead));
    /// let kept = std::thread::spawn(move || permit).join().unwrap();
    /// assert_eq!(bulkhead.running(), 1);
    /// drop(kept);
    /// assert_eq!(bulkhead.running(), 0);
    /// ```
    ///
    /// # Panics
    /// If it is another bulkhead.
    pub fn owned<B: Deref<Target = Bulkhead>>(self, bulkhead: B) -> OwnedPermit<B> {
        assert!(self.place.is_in(&bulkhead.places), "a place can't be kept in another bulkhead than its own");
        OwnedPermit { _running: self.running, _place: OwnedPlace { of: self.place.keep(), bulkhead } }
    }
}
