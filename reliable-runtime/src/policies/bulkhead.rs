//! `#[bulkhead]`: so many calls at once, and no more.

pub mod owned;
mod places;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use crate::base::blocking::block_on;
use crate::base::flow_time::Whose;
use crate::base::timer::Timer;
use crate::policies::blocked;
use crate::policies::keyed::idle::Idle;
use crate::policies::limit::{tell_rejection, waited};
use crate::said::fault::{BULKHEAD, Fault};
use crate::seen::metrics;
use places::{Entered, Place, Places, Room, Waiting};

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
/// A call that finds room allocates nothing, takes no lock, and looks at no clock.
#[derive(Debug)]
#[must_use = "a bulkhead does nothing until a call asks it"]
pub struct Bulkhead {
    places: Places,
    max: u32,
    queue: Option<u32>,
    max_wait: Option<Duration>,
}

#[cfg(not(all(test, loom)))]
impl Default for Bulkhead {
    fn default() -> Self {
        Bulkhead::new()
    }
}

impl Bulkhead {
    /// Lets 10 calls run at once, and as many wait as come.
    #[cfg(not(all(test, loom)))]
    pub const fn new() -> Self {
        Bulkhead { places: Places::new(), max: 10, queue: None, max_wait: None }
    }

    /// The calls that may run at once. Default: 10.
    ///
    /// # Panics
    /// If it is 0.
    pub const fn max(mut self, max: u32) -> Self {
        assert!(max > 0, "`max` of a bulkhead must be 1 or more");
        self.max = max;
        self
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

    /// Rejects a call that has waited for a place for so long; with zero, nobody waits. Default: it waits as long as it takes.
    ///
    /// ```
    /// use reliable::Bulkhead;
    /// use std::time::Duration;
    /// use tokio::time::Instant;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let bulkhead = Bulkhead::new().max(1).max_wait(Duration::from_secs(2));
    /// let permit = bulkhead.admit("forecast").await.unwrap();
    /// let started = Instant::now();
    /// assert!(bulkhead.admit("forecast").await.is_err());
    /// assert_eq!(started.elapsed(), Duration::from_secs(2));
    /// # }
    /// ```
    pub const fn max_wait(mut self, max_wait: Duration) -> Self {
        if max_wait.is_zero() {
            return self.reject();
        }
        self.max_wait = Some(max_wait);
        self
    }

    /// The calls that have a place now.
    pub fn running(&self) -> usize {
        self.places.inside().min(self.max as usize)
    }

    /// The calls that wait for a place now.
    pub fn waiting(&self) -> usize {
        self.places.inside().saturating_sub(self.max as usize)
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
    /// [`Fault::Rejected`] if there is no place, and no room to wait for one, or none within
    /// [`max_wait`](Bulkhead::max_wait).
    #[inline]
    pub fn admit(&self, tool: &'static str) -> impl Future<Output = Result<Permit<'_>, Fault>> {
        Admission { bulkhead: self, tool, waits: None }
    }

    /// The same in a plain `fn`: blocks the thread until there is a place.
    ///
    /// # Errors
    /// [`Fault::Rejected`] if there is no place, and no room to wait for one, or none within
    /// [`max_wait`](Bulkhead::max_wait).
    pub fn admit_blocking(&self, tool: &'static str) -> Result<Permit<'_>, Fault> {
        if self.running() == self.max as usize && blocked::stops_all_tasks() {
            blocked::tell(tool);
            tell_full(tool);
            return Err(full(tool));
        }
        let waiting = match self.places.enter(self.room()) {
            Entered::Placed(place) => return Ok(Permit::new(tool, place)),
            Entered::Waits(waiting) => waiting,
            Entered::NoRoom => {
                tell_full(tool);
                return Err(full(tool));
            }
        };
        let since = Instant::now();
        let place = {
            let _counted = metrics::bulkhead_waiting(tool);
            block_on(waiting, self.max_wait, || blocked::tell(tool))
        };
        let Some(place) = place else {
            tell_full(tool);
            return Err(full(tool));
        };
        waited(tool, BULKHEAD, since);
        Ok(Permit::new(tool, place))
    }

    #[inline]
    fn room(&self) -> Room {
        let places = self.max as usize;
        Room { places, inside: self.queue.map_or(usize::MAX, |queue| places.saturating_add(queue as usize)) }
    }
}

impl Idle for Bulkhead {
    fn is_idle(&self) -> bool {
        self.places.inside() == 0
    }
}

/// A call that wants a place. By hand and not an `async` block: one of those is not inlined into the call, and the fault of a
/// full bulkhead is made where the error is made of it.
struct Admission<'a> {
    bulkhead: &'a Bulkhead,
    tool: &'static str,
    waits: Option<Waits<'a>>,
}

struct Waits<'a> {
    waiting: Waiting<'a>,
    time: Time,
    _counted: metrics::Waiting,
}

/// Since when it waits, and until when, if there is an end to it: that is on the heap, so that the call's future is as small as
/// without it.
enum Time {
    Since(Instant),
    Limited(Box<(Instant, Pin<Box<Timer>>)>),
}

impl Time {
    fn since(&self) -> Instant {
        match self {
            Time::Since(since) => *since,
            Time::Limited(limited) => limited.0,
        }
    }

    fn is_up(&mut self, cx: &mut Context<'_>) -> bool {
        match self {
            Time::Since(_) => false,
            Time::Limited(limited) => limited.1.as_mut().poll(cx).is_ready(),
        }
    }
}

impl<'a> Future for Admission<'a> {
    type Output = Result<Permit<'a>, Fault>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.waits.is_none() {
            match self.bulkhead.places.enter(self.bulkhead.room()) {
                Entered::Placed(place) => return Poll::Ready(Ok(Permit::new(self.tool, place))),
                Entered::NoRoom => {
                    tell_full(self.tool);
                    return Poll::Ready(Err(full(self.tool)));
                }
                Entered::Waits(waiting) => self.begin_to_wait(waiting),
            }
        }
        self.wait(cx).map(|permit| permit.ok_or_else(|| full(self.tool)))
    }
}

impl<'a> Admission<'a> {
    #[cold]
    fn begin_to_wait(&mut self, waiting: Waiting<'a>) {
        let (now, whose) = (Instant::now(), Whose { tool: self.tool, attribute: "bulkhead" });
        let time = match self.bulkhead.max_wait {
            None => Time::Since(now),
            Some(max_wait) => Time::Limited(Box::new((now, Box::pin(Timer::new(whose, max_wait))))),
        };
        self.waits = Some(Waits { waiting, time, _counted: metrics::bulkhead_waiting(self.tool) });
    }

    /// `None` if it has waited for too long.
    #[cold]
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<Option<Permit<'a>>> {
        let Some(waits) = &mut self.waits else { return Poll::Pending };
        let since = waits.time.since();
        let place = match Pin::new(&mut waits.waiting).poll(cx) {
            Poll::Ready(place) => Some(place),
            Poll::Pending if waits.time.is_up(cx) => None,
            Poll::Pending => return Poll::Pending,
        };
        self.waits = None;
        if place.is_some() {
            waited(self.tool, BULKHEAD, since);
        } else {
            tell_full(self.tool);
        }
        Poll::Ready(place.map(|place| Permit::new(self.tool, place)))
    }
}

#[inline]
fn full(tool: &'static str) -> Fault {
    Fault::Rejected { tool: tool.into(), by: BULKHEAD.into(), wait: None }
}

/// Not `#[cold]`: in an outage it is what most calls do.
#[inline]
fn tell_full(tool: &'static str) {
    metrics::bulkhead_rejected(tool);
    tell_rejection(tool, move || full(tool));
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
    // In this order: never are more counted than there are places.
    running: metrics::Running,
    place: Place<'a>,
}

impl<'a> Permit<'a> {
    #[inline]
    fn new(tool: &'static str, place: Place<'a>) -> Self {
        Permit { running: metrics::bulkhead_admitted(tool), place }
    }
}
