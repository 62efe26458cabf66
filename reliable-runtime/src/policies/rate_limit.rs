//! `#[rate_limit]`: so many calls in a second or a minute, and no more.

mod bucket;
mod line;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Instant;

use crate::base::timer::Timer;
use crate::policies::blocked;
use crate::policies::keyed::idle::Idle;
use crate::policies::limit::{tell_rejection, waited};
use crate::said::fault::Fault;
use crate::seen::metrics;
use bucket::Bucket;
use line::{Line, Place, read_clock};

/// Lets so many calls through in a second or a minute. Others wait for their turn, or are rejected.
///
/// It is a bucket of [`burst`](RateLimit::burst) calls, which fills again at an even pace (GCRA). It
/// is shared by all calls of the function, or by all functions that name it:
///
/// ```
/// use reliable::{Fault, RateLimit, rate_limit};
///
/// static API: RateLimit = RateLimit::per_minute(60).burst(10);
///
/// #[rate_limit(API)]
/// async fn search(words: &str) -> Result<u32, Fault> {
///     Ok(3)
/// }
///
/// #[rate_limit(API)]
/// async fn fetch(page: u32) -> Result<String, Fault> {
///     Ok(format!("page {page}"))
/// }
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// # assert!(search("rust").await.is_ok() && fetch(1).await.is_ok());
/// # }
/// ```
///
/// A call that finds none takes the next one that there will be, and waits for its instant: so who waits and is not polled
/// keeps nobody else waiting. One that is cancelled gives its call back, and those behind it move up.
///
/// The time is tokio's: on a paused clock it is exact. A call that finds room allocates nothing.
#[derive(Debug)]
#[must_use = "a rate limit does nothing until a call asks it"]
pub struct RateLimit {
    bucket: Bucket,
    line: Line,
    reject: bool,
}

const MOST: u32 = 1_000_000;

impl RateLimit {
    /// Lets so many calls through in a second, and as many at once when none came for a while.
    ///
    /// # Panics
    /// If it is 0, or above a million.
    pub const fn per_second(calls: u32) -> Self {
        assert!(calls > 0 && calls <= MOST, "`per_second` of a rate limit must be between 1 and 1000000");
        RateLimit::new(calls, Duration::from_secs(1))
    }

    /// Lets so many calls through in a minute, and as many at once when none came for a while.
    ///
    /// # Panics
    /// If it is 0, or above a million.
    pub const fn per_minute(calls: u32) -> Self {
        assert!(calls > 0 && calls <= MOST, "`per_minute` of a rate limit must be between 1 and 1000000");
        RateLimit::new(calls, Duration::from_secs(60))
    }

    const fn new(calls: u32, period: Duration) -> Self {
        RateLimit { bucket: Bucket::new(calls, period), line: Line::new(), reject: false }
    }

    /// The calls that are let through at once when none came for a while; with 1, they are always evenly spaced. Default:
    /// those of a second, or of a minute.
    ///
    /// # Panics
    /// If it is 0, or above a million.
    pub const fn burst(mut self, calls: u32) -> Self {
        assert!(calls > 0 && calls <= MOST, "`burst` of a rate limit must be between 1 and 1000000");
        self.bucket.burst(calls);
        self
    }

    /// Rejects a call that comes too early, instead of letting it wait.
    pub const fn reject(mut self) -> Self {
        self.reject = true;
        self
    }

    /// Waits for its turn, in the order in which the calls came.
    ///
    /// ```
    /// use reliable::RateLimit;
    /// use tokio::time::Instant;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let limit = RateLimit::per_second(10).burst(1);
    /// let started = Instant::now();
    /// for _ in 0..3 {
    ///     limit.admit("forecast").await.unwrap();
    /// }
    /// assert_eq!(started.elapsed().as_millis(), 200);
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Fault::Rejected`] with the time to wait, if it does not wait: see [`reject`](RateLimit::reject).
    #[inline]
    pub fn admit(&self, tool: &'static str) -> impl Future<Output = Result<(), Fault>> {
        Admission { limit: self, tool, waits: None }
    }

    /// The same in a plain `fn`: blocks the thread until it is its turn.
    ///
    /// # Errors
    /// [`Fault::Rejected`] with the time to wait, if it does not wait: see [`reject`](RateLimit::reject).
    pub fn admit_blocking(&self, tool: &'static str) -> Result<(), Fault> {
        match self.look(tool) {
            Room::Now => return Ok(()),
            Room::In(ns) => return Err(too_early(tool, ns)),
            Room::ToWait => {}
        }
        let since = Instant::now();
        let place = self.line.join(&self.bucket);
        blocked::tell(tool);
        while let Some(wait) = place.left() {
            let before = Instant::now();
            std::thread::sleep(wait);
            // A paused clock stands still while its thread is blocked: the call has waited long enough all the same.
            if before.elapsed().is_zero() {
                break;
            }
        }
        drop(place);
        waited(tool, "rate limit", since);
        metrics::rate_limit_permitted(tool);
        Ok(())
    }

    /// Whether a call may go through now. Who waits has taken a call before: nobody goes ahead of it.
    #[inline]
    fn look(&self, tool: &'static str) -> Room {
        let now = read_clock(&self.bucket);
        match self.bucket.take(now) {
            Ok(()) => {
                metrics::rate_limit_permitted(tool);
                Room::Now
            }
            Err(next) if self.reject => {
                let ns = next - now;
                metrics::rate_limit_rejected(tool);
                tell_rejection(tool, move || too_early(tool, ns));
                Room::In(ns)
            }
            Err(_) => Room::ToWait,
        }
    }
}

/// What came of a call that wants to go through.
enum Room {
    Now,
    /// Rejected: there will be room in so many nanoseconds.
    In(u64),
    ToWait,
}

pin_project! {
    /// A call that wants to go through. By hand and not an `async` block: one of those is not inlined into the call, and the
    /// fault of a rejection is made where the error is made of it.
    struct Admission<'a> {
        limit: &'a RateLimit,
        tool: &'static str,
        #[pin]
        waits: Option<Waits<'a>>,
    }
}

pin_project! {
    struct Waits<'a> {
        since: Instant,
        place: Place<'a>,
        #[pin]
        timer: Option<Timer>,
    }
}

impl Future for Admission<'_> {
    type Output = Result<(), Fault>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.waits.is_none() {
            match self.limit.look(self.tool) {
                Room::Now => return Poll::Ready(Ok(())),
                Room::In(ns) => return Poll::Ready(Err(too_early(self.tool, ns))),
                Room::ToWait => {}
            }
        }
        self.wait(cx).map(Ok)
    }
}

impl Admission<'_> {
    #[cold]
    fn wait(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut admission = self.project();
        if admission.waits.is_none() {
            let (since, place) = (Instant::now(), admission.limit.line.join(&admission.limit.bucket));
            admission.waits.set(Some(Waits { since, place, timer: None }));
        }
        let Some(waits) = admission.waits.as_mut().as_pin_mut() else { return Poll::Pending };
        let waits = waits.project();
        ready!(waits.place.poll(admission.tool, waits.timer, cx));
        let since = *waits.since;
        admission.waits.set(None);
        waited(admission.tool, "rate limit", since);
        metrics::rate_limit_permitted(admission.tool);
        Poll::Ready(())
    }
}

#[inline]
fn too_early(tool: &'static str, ns: u64) -> Fault {
    Fault::Rejected { tool: tool.into(), by: "rate limit".into(), wait: Some(Duration::from_nanos(ns)) }
}

impl Idle for RateLimit {
    /// Who waits has taken a call that is not there yet.
    fn is_idle(&self) -> bool {
        self.bucket.is_full(read_clock(&self.bucket))
    }
}
