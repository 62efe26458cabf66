//! Waiting for what others do: those in this process tell, and for other processes one looks at the file from time to time.

use std::future::{Future, pending, poll_fn};
use std::hash::{BuildHasher, RandomState};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use crate::line::Line;
use crate::trouble::Trouble;

/// What somebody waits for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of<'a> {
    /// Something about this run: its end, an answer.
    Run(&'a str),
    /// Any run that is to be gone on with.
    Work,
}

pub(crate) struct Watch {
    /// By a hash of the run: so that of a thousand who wait not all look whenever one run has changed.
    runs: Vec<Notify>,
    work: Notify,
    hasher: RandomState,
    /// The version of the file that was seen last, and when. Each who waits looks for itself, if nobody has just done so: one that
    /// nobody polls any more holds up no other.
    seen: Mutex<Option<(i64, Instant)>>,
}

const GROUPS: u64 = 64;
const OFTEN: Duration = Duration::from_millis(20);
const SELDOM: Duration = Duration::from_secs(1);

impl Watch {
    pub(crate) fn new() -> Self {
        Watch {
            runs: (0..GROUPS).map(|_| Notify::new()).collect(),
            work: Notify::new(),
            hasher: RandomState::new(),
            seen: Mutex::new(None),
        }
    }

    fn bell(&self, of: Of<'_>) -> &Notify {
        match of {
            Of::Work => &self.work,
            Of::Run(run) => &self.runs[(self.hasher.hash_one(run) % GROUPS) as usize],
        }
    }

    /// Something has changed.
    pub(crate) fn tell(&self, of: Of<'_>) {
        self.bell(of).notify_waiters();
    }

    fn tell_all(&self) {
        self.runs.iter().chain([&self.work]).for_each(Notify::notify_waiters);
    }

    /// What `look` gives, as soon as it gives something.
    pub(crate) async fn when<T, F>(
        &self,
        of: Of<'_>,
        readers: &Arc<Line>,
        mut look: impl FnMut() -> F,
    ) -> Result<T, Trouble>
    where
        F: Future<Output = Result<Option<T>, Trouble>>,
    {
        let waiting = Waiting::now();
        loop {
            let mut changed = pin!(self.bell(of).notified());
            changed.as_mut().enable();
            if let Some(found) = look().await? {
                return Ok(found);
            }
            let again = async {
                // A process that dies changes nothing in the file.
                match of {
                    Of::Work => sleep(waiting.pause()).await,
                    Of::Run(_) => pending().await,
                }
            };
            let looked = either(
                async {
                    either(changed, again).await;
                    Ok(())
                },
                self.look(readers),
            )
            .await;
            looked?;
        }
    }

    /// Looks at the file until another one has changed it. Whoever waits is told then.
    async fn look(&self, readers: &Arc<Line>) -> Result<(), Trouble> {
        let waiting = Waiting::now();
        loop {
            let left = self.since_seen().map_or(Duration::ZERO, |since| waiting.pause().saturating_sub(since));
            if !left.is_zero() {
                sleep(left).await;
                continue;
            }
            readers.is_there()?;
            let now = match readers.at_once(version) {
                Some(now) => now?,
                None => readers.ask(version).await?,
            };
            if self.is_new(now) {
                self.tell_all();
                return Ok(());
            }
        }
    }

    /// `None` if nobody has looked, or by a clock that is ahead of this one.
    fn since_seen(&self) -> Option<Duration> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.and_then(|(_, at)| Instant::now().checked_duration_since(at))
    }

    fn is_new(&self, version: i64) -> bool {
        let before = self.seen.lock().unwrap_or_else(PoisonError::into_inner).replace((version, Instant::now()));
        before.is_none_or(|(before, _)| before != version)
    }
}

/// What is ready first.
pub(crate) async fn either<T>(one: impl Future<Output = T>, other: impl Future<Output = T>) -> T {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|cx| match one.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(value),
        Poll::Pending => other.as_mut().poll(cx),
    })
    .await
}

/// How long somebody waits already.
struct Waiting {
    since: Instant,
    really: std::time::Instant,
}

impl Waiting {
    fn now() -> Self {
        Waiting { since: Instant::now(), really: std::time::Instant::now() }
    }

    /// The longer somebody has waited, the longer between two looks. On a paused clock, which jumps from one look to the next,
    /// that has no bound: else two days would be as many looks as they have seconds.
    fn pause(&self) -> Duration {
        let waited = self.since.elapsed();
        let is_real = waited <= 2 * (self.really.elapsed() + SELDOM);
        (waited / 20).clamp(OFTEN, if is_real { SELDOM } else { Duration::MAX })
    }
}

/// Another number when another connection has written.
fn version(connection: &Connection) -> Result<i64, Trouble> {
    Ok(connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}
