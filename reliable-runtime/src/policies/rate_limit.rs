//! `#[rate_limit]`: so many calls in a second or a minute, and no more.

mod admission;
mod bucket;
mod line;
pub mod reserved;

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use crate::policies::blocked;
use crate::policies::keyed::idle::Idle;
use crate::policies::limit::{tell_rejection, waited};
use crate::policies::timeout::deadline::time_left;
use crate::said::fault::{Fault, RATE_LIMIT};
use crate::seen::metrics;
use admission::{Admission, Cost, One, Takes};
use bucket::{Amount, Bucket};
use line::{Line, Place, read_clock};
use reserved::Reserved;

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
    /// In nanoseconds; a call that would have to wait for longer is rejected.
    max_wait: u64,
}

const MOST: u32 = 1_000_000;
/// A model's tokens are more than calls ever are.
const MOST_IN_A_MINUTE: u32 = 100_000_000;

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
    /// If it is 0, or above 100 million.
    pub const fn per_minute(calls: u32) -> Self {
        assert!(calls > 0 && calls <= MOST_IN_A_MINUTE, "`per_minute` of a rate limit must be between 1 and 100000000");
        RateLimit::new(calls, Duration::from_secs(60))
    }

    const fn new(calls: u32, period: Duration) -> Self {
        RateLimit { bucket: Bucket::new(calls, period), line: Line::new(), max_wait: u64::MAX }
    }

    /// The calls that are let through at once when none came for a while; with 1, they are always evenly spaced. Default:
    /// those of a second, or of a minute.
    ///
    /// # Panics
    /// If it is 0, or above 100 million.
    pub const fn burst(mut self, calls: u32) -> Self {
        assert!(calls > 0 && calls <= MOST_IN_A_MINUTE, "`burst` of a rate limit must be between 1 and 100000000");
        self.bucket.burst(calls);
        self
    }

    /// Rejects a call that comes too early, instead of letting it wait.
    pub const fn reject(self) -> Self {
        self.max_wait(Duration::ZERO)
    }

    /// Rejects a call at once that would have to wait for longer than this, or than what is left of a timeout around it that tells
    /// its [`time_left`]. Default: it waits as long as it takes.
    ///
    /// ```
    /// use reliable::RateLimit;
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let limit = RateLimit::per_second(1).burst(1).max_wait(Duration::from_millis(1500));
    /// let call = || limit.admit("forecast");
    /// let (first, second, third) = tokio::join!(call(), call(), call());
    /// assert!(first.is_ok() && second.is_ok());
    /// let fault = third.unwrap_err();
    /// assert_eq!(fault.to_string(), "`forecast` was not called: the rate limit has room again in 2s");
    /// # }
    /// ```
    pub const fn max_wait(mut self, max_wait: Duration) -> Self {
        let ns = max_wait.as_nanos();
        #[expect(clippy::cast_possible_truncation, reason = "what is longer is for ever")]
        let ns = if ns > u64::MAX as u128 { u64::MAX } else { ns as u64 };
        self.max_wait = ns;
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
    /// [`Fault::Rejected`] with the time to wait, if it may not wait for so long: see [`max_wait`](RateLimit::max_wait) and
    /// [`reject`](RateLimit::reject).
    #[inline]
    pub fn admit(&self, tool: &'static str) -> impl Future<Output = Result<(), Fault>> {
        Admission { limit: self, tool, takes: One, waits: None }
    }

    /// The same for a call that takes more of the rate than one, or less: so many tokens, bytes, rows.
    ///
    /// What is reserved counts at once. When it is known what the call has really used,
    /// [`commit`](Reserved::commit) says so.
    ///
    /// ```
    /// use reliable::RateLimit;
    ///
    /// static TOKENS: RateLimit = RateLimit::per_minute(90_000);
    ///
    /// # async fn call_model(_: &str) -> (String, u32) { ("42".into(), 700) }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), reliable::Fault> {
    /// let reserved = TOKENS.reserve("ask", 2_000).await?;
    /// let (answer, tokens) = call_model("?").await;
    /// reserved.commit(tokens);
    /// # assert_eq!(answer, "42");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`admit`](RateLimit::admit), and [`Fault::Rejected`] without a time to wait if it costs more than the
    /// [`burst`](RateLimit::burst), which is never there.
    pub fn reserve(&self, tool: &'static str, cost: u32) -> impl Future<Output = Result<Reserved<'_>, Fault>> {
        Admission { limit: self, tool, takes: Cost(cost), waits: None }
    }

    /// As [`admit`](RateLimit::admit) in a plain `fn`: blocks the thread until it is its turn.
    ///
    /// # Errors
    /// As for [`admit`](RateLimit::admit).
    pub fn admit_blocking(&self, tool: &'static str) -> Result<(), Fault> {
        self.take_blocking(tool, One)
    }

    /// As [`reserve`](RateLimit::reserve) in a plain `fn`: blocks the thread until it is its turn.
    ///
    /// # Errors
    /// As for [`reserve`](RateLimit::reserve).
    pub fn reserve_blocking(&self, tool: &'static str, cost: u32) -> Result<Reserved<'_>, Fault> {
        self.take_blocking(tool, Cost(cost))
    }

    fn take_blocking<'a, T: Takes<'a>>(&'a self, tool: &'static str, takes: T) -> Result<T::Taken, Fault> {
        let amount = match self.look(tool, takes.amount(&self.bucket)) {
            Room::Now { full_at } => return Ok(takes.taken(self, full_at)),
            Room::In(ns) => return Err(too_early(tool, ns)),
            Room::Never => return Err(too_much(tool)),
            Room::ToWait(amount) => amount,
        };
        let since = Instant::now();
        let place = self.join(tool, amount).map_err(|ns| too_early(tool, ns))?;
        blocked::tell(tool);
        while let Some(wait) = place.left() {
            let before = Instant::now();
            std::thread::sleep(wait);
            // A paused clock stands still while its thread is blocked: the call has waited long enough all the same.
            if before.elapsed().is_zero() {
                break;
            }
        }
        let full_at = place.full_at();
        drop(place);
        waited(tool, RATE_LIMIT, since);
        metrics::rate_limit_permitted(tool);
        Ok(takes.taken(self, full_at))
    }

    /// Whether a call may go through now. Who waits has taken a call before: nobody goes ahead of it.
    #[inline]
    fn look(&self, tool: &'static str, amount: Option<Amount>) -> Room {
        let Some(amount) = amount else {
            metrics::rate_limit_rejected(tool);
            tell_rejection(tool, move || too_much(tool));
            return Room::Never;
        };
        let now = read_clock(&self.bucket);
        match self.bucket.take(now, amount) {
            Ok(full_at) => {
                metrics::rate_limit_permitted(tool);
                Room::Now { full_at }
            }
            Err(next) if next - now > self.max_wait => {
                let ns = next - now;
                tell_too_early(tool, ns);
                Room::In(ns)
            }
            Err(_) => Room::ToWait(amount),
        }
    }

    /// As the option says, and no longer than there is time for.
    fn longest_wait(&self) -> u64 {
        let left = if self.max_wait == u64::MAX { None } else { time_left() };
        self.max_wait.min(left.and_then(|left| u64::try_from(left.as_nanos()).ok()).unwrap_or(u64::MAX))
    }

    /// A place in the line; or the time to wait, in nanoseconds, if that is too long.
    fn join(&self, tool: &'static str, amount: Amount) -> Result<Place<'_>, u64> {
        let place = self.line.join(&self.bucket, amount, self.longest_wait());
        if let Err(ns) = place {
            tell_too_early(tool, ns);
        }
        place
    }
}

/// What came of a call that wants to go through.
enum Room {
    /// All will be back then.
    Now {
        full_at: u64,
    },
    /// Rejected: there will be room in so many nanoseconds.
    In(u64),
    /// Rejected: it wants more than there ever is.
    Never,
    ToWait(Amount),
}

#[inline]
fn too_early(tool: &'static str, ns: u64) -> Fault {
    Fault::Rejected { tool: tool.into(), by: RATE_LIMIT.into(), wait: Some(Duration::from_nanos(ns)) }
}

/// The only rejection of a rate limit that knows no time to wait: see its words in [`Fault`].
#[cold]
fn too_much(tool: &'static str) -> Fault {
    Fault::Rejected { tool: tool.into(), by: RATE_LIMIT.into(), wait: None }
}

/// Not `#[cold]`: in an outage it is what most calls do.
#[inline]
fn tell_too_early(tool: &'static str, ns: u64) {
    metrics::rate_limit_rejected(tool);
    tell_rejection(tool, move || too_early(tool, ns));
}

impl Idle for RateLimit {
    /// Who waits has taken a call that is not there yet.
    fn is_idle(&self) -> bool {
        self.bucket.is_full(read_clock(&self.bucket))
    }
}
