//! `#[failover]`: the next candidate instead of one that fails.

mod cooling;

use std::hash::Hash;
use std::ops::ControlFlow;
use std::time::Duration;

use crate::base::key_hash::KeyHash;
use crate::policies::limit::tell_rejection;
use crate::said::fault::{FAILOVER, Fault};
use crate::said::words;
use crate::seen::emit::tell;
use crate::seen::failure::Failure;
use crate::seen::metrics;
use crate::seen::outcome::Outcome;
use cooling::Cooling;

/// Which candidates are left out for a while, because they have failed.
///
/// It is shared by all calls of the function, or by all functions that name it:
///
/// ```
/// use reliable::{Failover, Fault, failover};
/// use std::time::Duration;
///
/// static MODELS: Failover = Failover::new().cooldown(Duration::from_secs(30));
///
/// #[failover(model in ["large", "small"], MODELS)]
/// async fn ask(prompt: &str) -> Result<String, Fault> {
///     match *model {
///         "large" => Err(Fault::TimedOut { tool: "large".into(), limit: Duration::from_secs(1) }),
///         other => Ok(format!("{other}: {prompt}")),
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// assert_eq!(ask("hi").await.unwrap(), "small: hi");
/// # }
/// ```
///
/// What it knows of a candidate is when it may be called again, by a hash of its key. One whose cooldown is over is
/// forgotten. As long as none cools down, it takes no lock, reads no clock and hashes nothing.
#[derive(Debug)]
#[must_use = "a failover does nothing until a call asks it for its candidates"]
pub struct Failover {
    cooldown: Duration,
    cooling: Cooling,
}

impl Failover {
    /// A cooldown of 60 seconds.
    pub const fn new() -> Self {
        Failover { cooldown: Duration::from_secs(60), cooling: Cooling::new() }
    }

    /// How long a candidate that has failed is left out, unless its server asks for another delay. With zero it is left out
    /// of no later call. Default: 60 seconds.
    pub const fn cooldown(mut self, cooldown: Duration) -> Self {
        self.cooldown = cooldown;
        self
    }

    /// Begins a call with the first candidate of `list` that does not cool down; where all of them do, with the one that
    /// is ready soonest.
    ///
    /// `key` is what tells one candidate from another, whichever list it stands in. `name` makes of a key what events call
    /// the candidate; if that is empty, it is its number in the list. Both are asked only where something has failed.
    ///
    /// This is the loop that `#[failover]` writes:
    ///
    /// ```
    /// use reliable::Failover;
    /// use reliable::expansion::Inspect;
    /// use std::ops::ControlFlow;
    ///
    /// static FAILOVER: Failover = Failover::new();
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), reliable::Fault> {
    /// let call = async |port: u16| if port == 80 { Err("refused") } else { Ok(port) };
    /// let ports = [80, 8080];
    /// let mut candidates = FAILOVER.candidates("connect", &ports, |port| port, |port| format!("port {port}"))?;
    /// let outcome = loop {
    ///     let outcome = call(*candidates.current()).await;
    ///     let settled = candidates.settle("connect", outcome, |error| Inspect::new(error).failure());
    ///     if let ControlFlow::Break(outcome) = settled {
    ///         break outcome;
    ///     }
    /// };
    /// assert_eq!(outcome, Ok(8080));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Fault::Rejected`] if the list is empty.
    #[inline]
    pub fn candidates<'c, T, K, F, N>(
        &'c self,
        tool: &'static str,
        list: &'c [T],
        key: F,
        name: N,
    ) -> Result<Candidates<'c, T, K, F, N>, Fault>
    where
        F: Fn(&'c T) -> K,
        K: CandidateKey,
        N: Fn(&K) -> String,
    {
        if list.is_empty() {
            return Err(none_at_all(tool));
        }
        let hash = cooling::hash::<K>;
        let mut candidates = Candidates { failover: self, list, key, hash, name, current: 0, until_us: 0 };
        if self.cooling.is_any() {
            candidates.choose();
        }
        Ok(candidates)
    }
}

impl Default for Failover {
    fn default() -> Self {
        Failover::new()
    }
}

/// What tells one candidate from another. Implemented for every type that has `Hash`; never by hand.
///
/// It exists for its error message: a candidate without `Hash` needs the option `key`, and is told so in a sentence.
///
/// ```
/// use reliable::Failover;
///
/// static FAILOVER: Failover = Failover::new();
///
/// struct Model { name: &'static str, temperature: f32 }
///
/// let models = [Model { name: "large", temperature: 0.2 }];
/// // `f32` has no `Hash`.
/// let candidates = FAILOVER.candidates("ask", &models, |model| model.name, |name| name.to_string());
/// assert_eq!(candidates.unwrap().current().temperature, 0.2);
/// ```
#[diagnostic::on_unimplemented(
    message = "one candidate can't be told from another, because `{Self}` has no `Hash`: write `key = …` into `#[failover]`, such as `key = model.name()`",
    label = "what tells a candidate from the others needs `Hash`"
)]
pub trait CandidateKey: Hash {}

#[diagnostic::do_not_recommend]
impl<K: Hash> CandidateKey for K {}

/// The candidates of one call, made by [`Failover::candidates`], where there is an example.
#[derive(Debug)]
pub struct Candidates<'c, T, K, F, N> {
    failover: &'c Failover,
    list: &'c [T],
    key: F,
    /// Kept, so that nothing but the list asks for `Hash`: who lacks it is told once.
    hash: fn(&K) -> KeyHash,
    name: N,
    current: usize,
    /// Until when the current one would cool down; 0 where it does not.
    until_us: u64,
}

impl<'c, T, K, F, N> Candidates<'c, T, K, F, N> {
    /// Whose turn it is.
    #[inline]
    pub fn current(&self) -> &'c T {
        &self.list[self.current]
    }
}

impl<'c, T, K, F, N> Candidates<'c, T, K, F, N>
where
    F: Fn(&'c T) -> K,
    N: Fn(&K) -> String,
{
    /// Decides what follows the attempt with the current candidate: `Break` with the outcome of the call, or `Continue` with
    /// the next one.
    ///
    /// `inspect` looks at the error, if there is one: `|error| Inspect::new(error).failure()`.
    #[inline]
    pub fn settle<R: Outcome>(
        &mut self,
        tool: &'static str,
        outcome: R,
        inspect: impl Fn(&R::Error) -> Failure<'_>,
    ) -> ControlFlow<R> {
        match outcome.into_result() {
            Ok(value) => {
                if self.current > 0 || self.until_us > 0 {
                    self.answered(tool);
                }
                metrics::failover_ended(tool, self.current > 0);
                ControlFlow::Break(R::from_result(Ok(value)))
            }
            Err(error) => {
                if self.failed(tool, &error, inspect) {
                    return ControlFlow::Continue(());
                }
                metrics::failover_ended(tool, self.current > 0);
                ControlFlow::Break(R::from_result(Err(error)))
            }
        }
    }

    /// The same, where a value that `refuses` is true of counts as a failure: the next candidate is called, and when none is
    /// left, the value comes out as it is.
    ///
    /// ```
    /// use reliable::Failover;
    /// use reliable::expansion::Inspect;
    ///
    /// static FAILOVER: Failover = Failover::new();
    ///
    /// let models = ["large", "small"];
    /// let mut candidates = FAILOVER.candidates("ask", &models, |model| model, |model| model.to_string()).unwrap();
    /// let mut settle = |answer: &'static str| {
    ///     let outcome = Ok::<_, String>(answer);
    ///     candidates.settle_ok("ask", outcome, |error| Inspect::new(error).failure(), |answer| answer.is_empty())
    /// };
    /// assert!(settle("").is_continue());
    /// assert_eq!(settle("").break_value(), Some(Ok("")), "there is no other one");
    /// ```
    #[inline]
    pub fn settle_ok<R: Outcome>(
        &mut self,
        tool: &'static str,
        outcome: R,
        inspect: impl Fn(&R::Error) -> Failure<'_>,
        refuses: impl Fn(&R::Value) -> bool,
    ) -> ControlFlow<R> {
        match outcome.into_result() {
            Ok(value) if refuses(&value) => {
                if self.failed(tool, &(), |()| Failure::REFUSED_VALUE) {
                    return ControlFlow::Continue(());
                }
                metrics::failover_ended(tool, self.current > 0);
                ControlFlow::Break(R::from_result(Ok(value)))
            }
            result => self.settle(tool, R::from_result(result), inspect),
        }
    }

    /// Leaves the current candidate out for a while, if it is to blame. Whether there is another one for this call.
    #[cold]
    #[inline(never)]
    fn failed<E>(&mut self, tool: &'static str, error: &E, inspect: impl Fn(&E) -> Failure<'_>) -> bool {
        let failure = inspect(error);
        if !failure.goes_elsewhere() {
            return false;
        }
        // That a limit has no room now says nothing of later calls, unless it says so itself.
        let by_default = if failure.is_rejection() { Duration::ZERO } else { self.failover.cooldown };
        let cooldown = failure.retry_after().unwrap_or(by_default);
        let failed = self.current;
        self.failover.cooling.add(self.hash(failed), cooldown);
        let next = self.next();
        let (name, next_name) = (|| self.name(failed), || next.map(|next| self.name(next)));
        tell!(FailedOver { tool: tool.into(), candidate: name(), error: failure.told(), cooldown, next: next_name() });
        self.current = next.unwrap_or(failed);
        next.is_some()
    }

    /// Another one than the first has answered, or one that would cool down still: it is well again.
    #[cold]
    #[inline(never)]
    fn answered(&self, tool: &'static str) {
        if self.until_us > 0 {
            self.failover.cooling.remove(self.hash(self.current), self.until_us);
        }
        if self.current > 0 {
            tell!(StoodIn { tool: tool.into(), candidate: self.name(self.current), instead_of: self.name(0) });
        }
    }

    /// The first that does not cool down, or the one that is ready soonest.
    #[cold]
    #[inline(never)]
    fn choose(&mut self) {
        let mut soonest = (u64::MAX, 0);
        for candidate in 0..self.list.len() {
            let Some(until_us) = self.failover.cooling.until_us(self.hash(candidate)) else {
                self.current = candidate;
                return;
            };
            soonest = soonest.min((until_us, candidate));
        }
        (self.until_us, self.current) = soonest;
    }

    /// The next one that does not cool down. Where all of them did, there is no other one for this call.
    fn next(&self) -> Option<usize> {
        let is_ready = |candidate: &usize| self.failover.cooling.until_us(self.hash(*candidate)).is_none();
        if self.until_us > 0 { None } else { (self.current + 1..self.list.len()).find(is_ready) }
    }

    fn key(&self, candidate: usize) -> K {
        (self.key)(&self.list[candidate])
    }

    fn hash(&self, candidate: usize) -> KeyHash {
        (self.hash)(&self.key(candidate))
    }

    fn name(&self, candidate: usize) -> String {
        let name = (self.name)(&self.key(candidate));
        if name.is_empty() { format!("candidate {}", candidate + 1) } else { words::told(&name) }
    }
}

#[cold]
fn none_at_all(tool: &'static str) -> Fault {
    let fault = Fault::Rejected { tool: tool.into(), by: FAILOVER.into(), wait: None };
    tell_rejection(tool, || fault.clone());
    fault
}
