//! So many runs go on at once in this process; one that waits for a human, or for a time, is not among them.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

type Coming = Pin<Box<dyn Future<Output = Result<OwnedSemaphorePermit, AcquireError>> + Send>>;

/// The place of a run, if it has one.
pub(crate) struct Place {
    of: Arc<Semaphore>,
    coming: Option<Coming>,
    taken: Option<OwnedSemaphorePermit>,
}

impl Place {
    pub(crate) fn new(of: Arc<Semaphore>) -> Self {
        Place { of, coming: None, taken: None }
    }

    pub(crate) fn is_taken(&self) -> bool {
        self.taken.is_some()
    }

    /// Whether it waits for one.
    pub(crate) fn is_coming(&self) -> bool {
        self.coming.is_some()
    }

    /// Takes one, in the order in which they were asked for. Whether it has one.
    pub(crate) fn take(&mut self, cx: &mut Context<'_>) -> bool {
        if self.taken.is_none() {
            let coming = self.coming.get_or_insert_with(|| Box::pin(Arc::clone(&self.of).acquire_owned()));
            if let Poll::Ready(place) = coming.as_mut().poll(cx) {
                // Nobody closes it.
                self.taken = place.ok();
                self.coming = None;
            }
        }
        self.is_taken()
    }

    /// Leaves it to another one.
    pub(crate) fn leave(&mut self) {
        self.taken = None;
    }
}
