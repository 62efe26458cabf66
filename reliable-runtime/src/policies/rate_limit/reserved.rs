//! What a call has taken of a rate, until it is known what it was.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::RateLimit;
use super::bucket::Taken;
use super::line::read_clock;

/// What a call has taken of a [`RateLimit`], made by [`RateLimit::reserve`], and known to the body by the flag `reserved` of
/// [`#[rate_limit]`](https://docs.rs/reliable-tools/latest/reliable/attr.rate_limit.html).
///
/// [`commit`](Reserved::commit) corrects it when it is known what the call has really used. Dropped without that, what was
/// taken stays taken: the request was sent.
///
/// ```
/// use reliable::{Fault, rate_limit};
///
/// # struct Answer { text: String, tokens: u32 }
/// # async fn call_model(_: &str) -> Result<Answer, Fault> { Ok(Answer { text: "42".into(), tokens: 700 }) }
/// /// What the question takes, roughly, and the longest answer.
/// fn at_most(prompt: &str) -> u32 {
///     u32::try_from(prompt.len() / 3).unwrap_or(u32::MAX) + 1000
/// }
///
/// #[rate_limit(per_minute = 90_000, cost = at_most(prompt), reserved)]
/// async fn ask(prompt: &str) -> Result<String, Fault> {
///     let answer = call_model(prompt).await?;
///     reserved.commit(answer.tokens); // what is left of the thousand is there for others
///     Ok(answer.text)
/// }
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// # assert_eq!(ask("?").await.unwrap(), "42");
/// # }
/// ```
#[derive(Debug)]
pub struct Reserved<'a> {
    limit: &'a RateLimit,
    cost: AtomicU32,
    /// A [`Taken`].
    taken: AtomicU64,
}

impl<'a> Reserved<'a> {
    pub(super) fn new(limit: &'a RateLimit, cost: u32, full_at: u64) -> Self {
        let Taken(taken) = limit.bucket.taken(full_at);
        Reserved { limit, cost: AtomicU32::new(cost), taken: AtomicU64::new(taken) }
    }

    /// What it counts for now.
    ///
    /// ```
    /// use reliable::RateLimit;
    ///
    /// let limit = RateLimit::per_minute(1000);
    /// let reserved = limit.reserve_blocking("ask", 600).unwrap();
    /// assert_eq!(reserved.cost(), 600);
    /// reserved.commit(250);
    /// assert_eq!(reserved.cost(), 250);
    /// ```
    pub fn cost(&self) -> u32 {
        self.cost.load(Ordering::Relaxed)
    }

    /// Says what the call has really used. If that is less than what was taken, the rest is there for others from now on, and
    /// those who wait move up. If it is more, the others wait for that, too. Said again, the last one counts.
    ///
    /// The bucket never holds more than its burst: what has come back by itself since it was taken, because time has passed, is
    /// not given back again. So of a call that takes longer than the whole burst takes to come back, nothing is.
    ///
    /// ```
    /// use reliable::RateLimit;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let limit = RateLimit::per_minute(1000).reject();
    /// let reserved = limit.reserve("ask", 1000).await.unwrap();
    /// assert!(limit.reserve("ask", 600).await.is_err(), "all is taken");
    /// reserved.commit(400);
    /// assert!(limit.reserve("ask", 600).await.is_ok());
    /// # }
    /// ```
    pub fn commit(&self, used: u32) {
        let before = self.cost.swap(used, Ordering::Relaxed);
        let RateLimit { bucket, line, .. } = self.limit;
        let now = read_clock(bucket);
        let taken = Taken(self.taken.load(Ordering::Relaxed));
        if used > before {
            let Taken(taken) = bucket.owe(now, bucket.ns(used - before), taken);
            self.taken.store(taken, Ordering::Relaxed);
        } else {
            let was_full_at = bucket.put_back_of(now, bucket.ns(before - used), taken);
            let somebody_waits = was_full_at.saturating_sub(bucket.whole()) > now;
            if somebody_waits {
                line.move_up(bucket);
            }
        }
    }
}
