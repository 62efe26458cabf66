//! `#[rate_limit]`: so many calls in a second or a minute, and no more.

mod bucket;
mod line;

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::Duration;

use tokio::time::Instant;

use crate::policies::blocked;
use crate::policies::keyed::idle::Idle;
use crate::policies::limit::{rejected, waited};
use crate::said::fault::Fault;
use crate::seen::metrics;
use bucket::Bucket;
use line::{Line, read_clock};

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
    #[expect(clippy::manual_async_fn, reason = "an `async fn` keeps its arguments twice")]
    pub fn admit(&self, tool: &'static str) -> impl Future<Output = Result<(), Fault>> {
        async move {
            if self.has_room(tool)? {
                return Ok(());
            }
            let since = Instant::now();
            {
                let (mut place, mut timer) = (self.line.join(&self.bucket), pin!(None));
                poll_fn(|cx| place.poll(tool, timer.as_mut(), cx)).await;
            }
            waited(tool, "rate limit", since);
            metrics::rate_limit_permitted(tool);
            Ok(())
        }
    }

    /// The same in a plain `fn`: blocks the thread until it is its turn.
    ///
    /// # Errors
    /// [`Fault::Rejected`] with the time to wait, if it does not wait: see [`reject`](RateLimit::reject).
    pub fn admit_blocking(&self, tool: &'static str) -> Result<(), Fault> {
        if self.has_room(tool)? {
            return Ok(());
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
    fn has_room(&self, tool: &'static str) -> Result<bool, Fault> {
        let now = read_clock(&self.bucket);
        match self.bucket.take(now) {
            Ok(()) => {
                metrics::rate_limit_permitted(tool);
                Ok(true)
            }
            Err(next) if self.reject => Err(too_early(tool, Duration::from_nanos(next - now))),
            Err(_) => Ok(false),
        }
    }
}

impl Idle for RateLimit {
    /// Who waits has taken a call that is not there yet.
    fn is_idle(&self) -> bool {
        self.bucket.is_full(read_clock(&self.bucket))
    }
}

#[cold]
fn too_early(tool: &'static str, wait: Duration) -> Fault {
    metrics::rate_limit_rejected(tool);
    rejected(tool, "rate limit", Some(wait))
}
