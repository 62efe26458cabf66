//! `#[rate_limit]`: so many calls in a second or a minute, and no more.

use std::future::Future;
use std::num::NonZeroU32;
use std::sync::OnceLock;
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use crate::base::blocking::block_on;
use crate::policies::blocked;
use crate::policies::limit::{never_closed, rejected, waited};
use crate::said::fault::Fault;
use crate::seen::metrics;

/// Lets so many calls through in a second or a minute. Others wait for their turn, or are rejected.
///
/// It is a bucket of [`burst`](RateLimit::burst) calls, which fills again at an even pace (GCRA, by the crate `governor`).
/// It is shared by all calls of the function, or by all functions that name it:
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
/// The time is tokio's: on a paused clock it is exact. A call that finds room allocates nothing, after the first one.
#[derive(Debug)]
#[must_use = "a rate limit does nothing until a call asks it"]
pub struct RateLimit {
    /// Made by the first call, because it begins to count there.
    limiter: OnceLock<Limiter>,
    calls: u32,
    period: Duration,
    burst: Option<u32>,
    reject: bool,
    /// Whoever waits stands in line here, and only the first of them watches the clock.
    line: Semaphore,
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, Clock, NoOpMiddleware<Duration>>;

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
        let limiter = OnceLock::new();
        RateLimit { limiter, calls, period, burst: None, reject: false, line: Semaphore::const_new(1) }
    }

    /// The calls that are let through at once when none came for a while; with 1, they are always evenly spaced. Default:
    /// those of a second, or of a minute.
    ///
    /// # Panics
    /// If it is 0, or above a million.
    pub const fn burst(mut self, calls: u32) -> Self {
        assert!(calls > 0 && calls <= MOST, "`burst` of a rate limit must be between 1 and 1000000");
        self.burst = Some(calls);
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
            let _first_in_line = never_closed(self.line.acquire().await);
            while let Err(wait) = self.check() {
                sleep(wait).await;
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
        let _first_in_line = never_closed(block_on(self.line.acquire(), || blocked::tell(tool)));
        while let Err(wait) = self.check() {
            let before = Instant::now();
            std::thread::sleep(wait);
            // A paused clock stands still while its thread is blocked: the call has waited long enough all the same.
            if before.elapsed().is_zero() {
                break;
            }
        }
        waited(tool, "rate limit", since);
        metrics::rate_limit_permitted(tool);
        Ok(())
    }

    /// Whether a call may go through now, ahead of nobody who waits.
    #[inline]
    fn has_room(&self, tool: &'static str) -> Result<bool, Fault> {
        if self.line.available_permits() == 0 {
            return Ok(false);
        }
        match self.check() {
            Ok(()) => {
                metrics::rate_limit_permitted(tool);
                Ok(true)
            }
            Err(wait) if self.reject => Err(too_early(tool, wait)),
            Err(_) => Ok(false),
        }
    }

    /// Takes a call from the bucket; if it is empty, the time until there is one again.
    #[inline]
    fn check(&self) -> Result<(), Duration> {
        let limiter = self.limiter.get_or_init(|| self.make());
        limiter.check().map_err(|not_until| not_until.wait_time_from(governor::clock::Clock::now(limiter.clock())))
    }

    fn make(&self) -> Limiter {
        let at_least_one = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let burst = at_least_one(self.burst.unwrap_or(self.calls));
        let quota = Quota::with_period(self.period / self.calls).expect("a period is longer than zero");
        RateLimiter::direct_with_clock(quota.allow_burst(burst), Clock { started: Instant::now() })
    }
}

#[cold]
fn too_early(tool: &'static str, wait: Duration) -> Fault {
    metrics::rate_limit_rejected(tool);
    rejected(tool, "rate limit", Some(wait))
}

/// Tokio's clock, as `governor` wants to see one.
#[derive(Debug)]
struct Clock {
    started: Instant,
}

impl governor::clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.started.elapsed()
    }
}
