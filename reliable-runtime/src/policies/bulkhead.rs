//! `#[bulkhead]`: so many calls at once, and no more.

use std::future::Future;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::base::blocking::block_on;
use crate::policies::blocked;
use crate::policies::keyed::idle::Idle;
use crate::policies::limit::{never_closed, rejected, waited};
use crate::said::fault::Fault;
use crate::seen::metrics;

/// Lets so many calls run at once. Others wait in order, or are rejected.
///
/// It is shared by all calls of the function, or by all functions that name it:
///
/// ```
/// use reliable::{Bulkhead, Fault, bulkhead};
///
/// static DATABASE: Bulkhead = Bulkhead::new().max(4).queue(16);
///
/// #[bulkhead(DATABASE)]
/// async fn find(id: u64) -> Result<String, Fault> {
///     Ok(format!("row {id}"))
/// }
///
/// #[bulkhead(DATABASE)]
/// async fn remove(id: u64) -> Result<(), Fault> {
///     Ok(())
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # assert!(find(1).await.is_ok() && remove(1).await.is_ok());
/// # }
/// ```
///
/// A call that finds room allocates nothing, and looks at no clock.
#[derive(Debug)]
#[must_use = "a bulkhead does nothing until a call asks it"]
pub struct Bulkhead {
    places: Semaphore,
    max: u32,
    queue: Option<u32>,
    /// The calls that run and those that wait, together.
    inside: AtomicUsize,
}

impl Default for Bulkhead {
    fn default() -> Self {
        Bulkhead::new()
    }
}

impl Bulkhead {
    /// Lets 10 calls run at once, and as many wait as come.
    pub const fn new() -> Self {
        Bulkhead::with(10, None)
    }

    const fn with(max: u32, queue: Option<u32>) -> Self {
        Bulkhead { places: Semaphore::const_new(max as usize), max, queue, inside: AtomicUsize::new(0) }
    }

    /// The calls that may run at once. Default: 10.
    ///
    /// # Panics
    /// If it is 0.
    pub const fn max(self, max: u32) -> Self {
        assert!(max > 0, "`max` of a bulkhead must be 1 or more");
        let queue = self.queue;
        // A constant can't drop a semaphore, which on some systems needs it. One that nobody has used owns nothing.
        let _unused = ManuallyDrop::new(self);
        Bulkhead::with(max, queue)
    }

    /// The calls that may wait for a place; with 0, nobody waits. Default: as many as come.
    pub const fn queue(mut self, queue: u32) -> Self {
        self.queue = Some(queue);
        self
    }

    /// Rejects a call that finds no room, instead of letting it wait: the same as a [`queue`](Bulkhead::queue) of 0.
    pub const fn reject(self) -> Self {
        self.queue(0)
    }

    /// The calls that have a place now.
    pub fn running(&self) -> usize {
        (self.max as usize).saturating_sub(self.places.available_permits())
    }

    /// The calls that wait for a place now.
    pub fn waiting(&self) -> usize {
        self.inside.load(Ordering::Relaxed).saturating_sub(self.running())
    }

    /// Takes a place, which is given back when it is dropped; waits for one if there is none.
    ///
    /// The calls that wait are served in order. One that is cancelled gives up its place in the queue.
    ///
    /// ```
    /// use reliable::{Bulkhead, Fault};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let bulkhead = Bulkhead::new().max(1).reject();
    /// let permit = bulkhead.admit("forecast").await.unwrap();
    /// assert!(bulkhead.admit("forecast").await.is_err(), "there is no other one");
    /// drop(permit);
    /// assert!(bulkhead.admit("forecast").await.is_ok());
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Fault::Rejected`] if there is no place, and no room to wait for one.
    #[inline]
    #[expect(clippy::manual_async_fn, reason = "an `async fn` keeps its arguments twice")]
    pub fn admit(&self, tool: &'static str) -> impl Future<Output = Result<Permit<'_>, Fault>> {
        async move {
            let inside = self.count_in(tool)?;
            if let Ok(permit) = self.places.try_acquire() {
                return Ok(Permit { _running: metrics::bulkhead_admitted(tool), _place: permit, _inside: inside });
            }
            let since = Instant::now();
            let permit = {
                let _waiting = metrics::bulkhead_waiting(tool);
                self.places.acquire().await
            };
            waited(tool, "bulkhead", since);
            Ok(Permit { _running: metrics::bulkhead_admitted(tool), _place: never_closed(permit), _inside: inside })
        }
    }

    /// The same in a plain `fn`: blocks the thread until there is a place.
    ///
    /// # Errors
    /// [`Fault::Rejected`] if there is no place, and no room to wait for one.
    pub fn admit_blocking(&self, tool: &'static str) -> Result<Permit<'_>, Fault> {
        if self.places.available_permits() == 0 && blocked::stops_all_tasks() {
            blocked::tell(tool);
            return Err(full(tool));
        }
        block_on(self.admit(tool), || blocked::tell(tool))
    }

    /// Counts a call that runs or waits from now on, if there is room for it.
    #[inline]
    fn count_in(&self, tool: &'static str) -> Result<Inside<'_>, Fault> {
        let room = self.queue.map_or(usize::MAX, |queue| (self.max as usize).saturating_add(queue as usize));
        let one_more = |inside| (inside < room).then_some(inside + 1);
        match self.inside.fetch_update(Ordering::Acquire, Ordering::Relaxed, one_more) {
            Ok(_) => Ok(Inside(self)),
            Err(_) => Err(full(tool)),
        }
    }
}

impl Idle for Bulkhead {
    fn is_idle(&self) -> bool {
        self.inside.load(Ordering::Relaxed) == 0
    }
}

#[cold]
fn full(tool: &'static str) -> Fault {
    metrics::bulkhead_rejected(tool);
    rejected(tool, "bulkhead", None)
}

/// A place in a [`Bulkhead`], made by [`Bulkhead::admit`]. It is given back when it is dropped.
///
/// ```
/// use reliable::Bulkhead;
///
/// let bulkhead = Bulkhead::new().max(2);
/// let permit = bulkhead.admit_blocking("forecast").unwrap();
/// assert_eq!(bulkhead.running(), 1);
/// drop(permit);
/// assert_eq!(bulkhead.running(), 0);
/// ```
#[derive(Debug)]
#[must_use = "a permit that is dropped at once gives its place back at once"]
pub struct Permit<'a> {
    // In this order: never are more counted than there are places, and whoever sees that there is room for one more finds a
    // place free.
    _running: metrics::Running,
    _place: SemaphorePermit<'a>,
    _inside: Inside<'a>,
}

#[derive(Debug)]
struct Inside<'a>(&'a Bulkhead);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.inside.fetch_sub(1, Ordering::Release);
    }
}
