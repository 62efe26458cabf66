//! `#[circuit_breaker]`: stops calling a service that is dead.

mod by_hand;
#[cfg(all(test, loom))]
mod interleaved;
#[cfg(all(test, not(loom)))]
mod model;
mod options;
pub mod owned;
mod rules;
mod state;
mod timed;

use std::cell::Cell;
use std::time::Duration;

use crate::base::clock::{self, now_us};
use crate::policies::keyed::idle::Idle;
use crate::policies::limit::tell_rejection;
use crate::said::circuit_state::CircuitState;
use crate::said::event::Which;
use crate::said::fault::Fault;
use crate::seen::emit::{is_heard, tell};
use crate::seen::failure::Failure;
use crate::seen::metrics;
use crate::seen::outcome::Outcome;
#[cfg(not(all(test, loom)))]
use rules::DEFAULT;
use rules::{DEFAULT_RATIO, Ratio, Rules, Window};
use state::{Admitted, Change, FOR_EVER, LARGEST_WINDOW, Refused, State};

/// Keeps calls away from a service that fails, and lets a few through after a while to see whether it is well again.
///
/// ```text
///              `failures` in a row, or `ratio` of those in the `window`
///    closed ─────────────────────────────────────────────────────────> open
///      ^                                                               │  ^
///      │ all `probes` succeed                  after the `cooldown`    │  │
///      └────────────────────────── half-open <─────────────────────────┘  │
///                                      │ any of them fails                │
///                                      └──────────────────────────────────┘
/// ```
///
/// A breaker is shared by all calls of the function, or by all functions that name it:
///
/// ```
/// use reliable::{CircuitBreaker, Fault, circuit_breaker};
///
/// static WEATHER: CircuitBreaker = CircuitBreaker::new().failures(2);
///
/// #[circuit_breaker(WEATHER)]
/// async fn forecast(city: &str) -> Result<String, Fault> {
///     Err(Fault::TimedOut { tool: "forecast".into(), limit: std::time::Duration::from_secs(1) }) // dead today
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// assert!(matches!(forecast("Oslo").await, Err(Fault::TimedOut { .. })));
/// assert!(matches!(forecast("Oslo").await, Err(Fault::TimedOut { .. })), "the call that trips it keeps its error");
/// assert!(matches!(forecast("Oslo").await, Err(Fault::CircuitOpen { .. })), "the service is left alone");
/// # }
/// ```
///
/// The state is in atomics: no lock, and while closed no clock either, unless there is a window of time, or a time from which on
/// a call is `slow`.
#[derive(Debug)]
#[must_use = "a circuit breaker does nothing until a call asks it"]
pub struct CircuitBreaker {
    rules: Rules,
    state: State,
}

/// The state counts them in 24 bits.
const MOST_PROBES: u32 = 1_000_000;
/// Twice as long, for a probe, is half of what the state tells apart from a clock that went back.
const LONGEST_COOLDOWN: Duration = Duration::from_secs(365 * 24 * 60 * 60);

#[cfg(not(all(test, loom)))]
impl Default for CircuitBreaker {
    fn default() -> Self {
        CircuitBreaker::new()
    }
}

impl CircuitBreaker {
    /// Opens after 5 failures in a row, for 30 seconds; one probe.
    #[cfg(not(all(test, loom)))]
    pub const fn new() -> Self {
        CircuitBreaker { rules: DEFAULT, state: State::new() }
    }

    /// The failures in a row that open it. Default: 5.
    ///
    /// # Panics
    /// If it is 0.
    pub const fn failures(mut self, failures: u32) -> Self {
        assert!(failures > 0, "`failures` of a circuit breaker must be 1 or more");
        self.rules.failures = failures;
        self
    }

    /// The share of failures in the last [`window`](CircuitBreaker::window) calls that opens it, instead of a number in
    /// a row. It is judged only when the window is full, and exactly: 0.55 of 100 is 55. Default: 0.5, if a window is
    /// given. For a window of time see [`time_window`](CircuitBreaker::time_window).
    ///
    /// # Panics
    /// If it is not above 0 and at most 1, or so small that it rounds to no millionth.
    pub const fn ratio(mut self, ratio: f64) -> Self {
        assert!(ratio > 0.0 && ratio <= 1.0, "`ratio` of a circuit breaker must be above 0 and at most 1");
        // A ratio is written with a few decimals: rounded to millionths it is what was written.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and a million")]
        let millionths = (ratio * 1e6 + 0.5) as u64;
        assert!(millionths > 0, "`ratio` of a circuit breaker must be a millionth or more");
        self.rules.ratio = Some(Ratio { millionths, ..self.ratio_or_default() });
        self
    }

    /// The calls that [`ratio`](CircuitBreaker::ratio) is a share of. Default: 20.
    ///
    /// # Panics
    /// If it is 0, or above 1024.
    pub const fn window(mut self, window: u32) -> Self {
        assert!(window > 0 && window <= LARGEST_WINDOW, "`window` of a circuit breaker must be between 1 and 1024");
        self.rules.ratio = Some(Ratio { window: Window::Calls(window), ..self.ratio_or_default() });
        self
    }

    const fn ratio_or_default(&self) -> Ratio {
        match self.rules.ratio {
            Some(ratio) => ratio,
            None => DEFAULT_RATIO,
        }
    }

    /// How long it stays open. Default: 30 s.
    ///
    /// # Panics
    /// If it is above 365 days, or longer than [`max_cooldown`](CircuitBreaker::max_cooldown).
    pub const fn cooldown(mut self, cooldown: Duration) -> Self {
        assert!(
            cooldown.as_micros() <= LONGEST_COOLDOWN.as_micros(),
            "`cooldown` of a circuit breaker must be at most 365 days"
        );
        self.rules.cooldown_us = micros(cooldown);
        self.rules.cooldown_is_given = true;
        self.rules.check_cooldown();
        self
    }

    /// The calls that are let through after the cooldown; all of them must succeed to close it. Default: 1.
    ///
    /// # Panics
    /// If it is 0, or above a million.
    pub const fn probes(mut self, probes: u32) -> Self {
        assert!(probes > 0 && probes <= MOST_PROBES, "`probes` of a circuit breaker must be between 1 and 1000000");
        self.rules.probes = probes;
        self
    }

    /// Asks whether a call may go through.
    ///
    /// # Errors
    /// [`Fault::CircuitOpen`] if not.
    #[inline]
    pub fn admit(&self, tool: &'static str) -> Result<Permit<'_>, Fault> {
        if let Some(generation) = self.state.admit_if_closed() {
            return Ok(self.permit(generation));
        }
        if let Some(left) = self.left() {
            // Here, where the error is made of it: what that leaves out of a fault is never made.
            return Err(open(tool, left));
        }
        self.admit_or_reject(tool).map(|generation| self.permit(generation)).map_err(|left| open(tool, left))
    }

    /// The time left, where it is known that no call is let through, and nobody is to be told. Not `#[cold]`: in an outage it is
    /// what all calls do.
    #[inline(never)]
    fn left(&self) -> Option<Duration> {
        if is_heard(Which::Rejected) || metrics::is_heard() {
            return None;
        }
        self.state.left(&self.rules, clock::read)
    }

    /// The generation of a call that is let through, or the time left.
    #[cold]
    #[inline(never)]
    fn admit_or_reject(&self, tool: &'static str) -> Result<u64, Duration> {
        match self.state.admit(&self.rules, now_us) {
            Ok(Admitted { generation, first_probe }) => {
                if first_probe {
                    changed(tool, CircuitState::HalfOpen);
                }
                Ok(generation)
            }
            Err(Refused { left_us, opened }) => {
                if opened {
                    changed(tool, CircuitState::Open);
                }
                let left = left(left_us);
                rejected(tool, left);
                Err(left)
            }
        }
    }

    #[inline]
    fn permit(&self, generation: u64) -> Permit<'_> {
        Permit { breaker: self, generation: Cell::new(generation) }
    }
}

impl Idle for CircuitBreaker {
    fn is_idle(&self) -> bool {
        self.state.has_no_failure(&self.rules, now_us)
    }
}

fn left(us: u64) -> Duration {
    if us == FOR_EVER { Duration::MAX } else { Duration::from_micros(us) }
}

#[inline]
fn open(tool: &'static str, left: Duration) -> Fault {
    Fault::CircuitOpen { tool: tool.into(), left }
}

#[inline]
fn rejected(tool: &'static str, left: Duration) {
    metrics::breaker_rejected(tool);
    tell_rejection(tool, move || open(tool, left));
}

fn changed(tool: &'static str, state: CircuitState) {
    tell!(Circuit { tool: tool.into(), state });
}

#[expect(clippy::cast_possible_truncation, reason = "a year fits")]
const fn micros(time: Duration) -> u64 {
    time.as_micros() as u64
}

/// No call is of this generation: what is settled has no place to give back.
const SETTLED: u64 = u64::MAX;

/// A call that a breaker let through, made by [`CircuitBreaker::admit`].
///
/// Settle it with the outcome. Dropped without that, because the call was cancelled, it gives its place back: a probe that
/// came to nothing makes room for the next one. Dropped by a panic, it counts as a failure.
///
/// ```
/// use reliable::{CircuitBreaker, CircuitState};
/// use reliable::expansion::Inspect;
///
/// let breaker = CircuitBreaker::new().failures(1);
/// let permit = breaker.admit("forecast").unwrap();
/// let outcome: Result<u32, &str> = permit.settle("forecast", Err("503"), |error| Inspect::new(error).failure());
/// assert_eq!(outcome, Err("503"));
/// assert_eq!(breaker.state(), CircuitState::Open);
/// ```
#[derive(Debug)]
#[must_use = "a call without an outcome tells the breaker nothing"]
pub struct Permit<'a> {
    breaker: &'a CircuitBreaker,
    generation: Cell<u64>,
}

impl Permit<'_> {
    /// Counts the outcome, and gives it back. To be called once.
    ///
    /// An error for which `when` is false counts as a success: it says nothing about the service. One which says that the
    /// service was never called (a denial, another open breaker) counts as nothing.
    // By reference: a permit that is moved here needs a flag beside it in the future, and four writes to keep it.
    #[inline]
    pub fn settle<R: Outcome>(&self, tool: &'static str, outcome: R, inspect: impl Fn(&R::Error) -> Failure<'_>) -> R {
        match outcome.into_result() {
            Ok(value) => {
                self.record(tool, false);
                R::from_result(Ok(value))
            }
            Err(error) => {
                let failure = inspect(&error);
                // Not counted, if the service was never called.
                if failure.was_called() {
                    self.record(tool, failure.is_failure());
                } else {
                    metrics::breaker_ignored(tool);
                }
                R::from_result(Err(error))
            }
        }
    }

    /// The same, where a value that `refuses` is true of counts as a failure.
    ///
    /// ```
    /// use reliable::{CircuitBreaker, CircuitState};
    /// use reliable::expansion::Inspect;
    ///
    /// let breaker = CircuitBreaker::new().failures(1);
    /// let permit = breaker.admit("ask").unwrap();
    /// let empty = Ok::<_, String>("");
    /// let outcome = permit.settle_ok("ask", empty, |error| Inspect::new(error).failure(), |answer| answer.is_empty());
    /// assert_eq!((outcome, breaker.state()), (Ok(""), CircuitState::Open));
    /// ```
    #[inline]
    pub fn settle_ok<R: Outcome>(
        &self,
        tool: &'static str,
        outcome: R,
        inspect: impl Fn(&R::Error) -> Failure<'_>,
        refuses: impl Fn(&R::Value) -> bool,
    ) -> R {
        match outcome.into_result() {
            Ok(value) if refuses(&value) => {
                self.record(tool, true);
                R::from_result(Ok(value))
            }
            result => self.settle(tool, R::from_result(result), inspect),
        }
    }

    #[inline]
    fn record(&self, tool: &'static str, failed: bool) {
        self.breaker.record(tool, self.generation.replace(SETTLED), failed);
    }
}

impl CircuitBreaker {
    #[inline]
    fn record(&self, tool: &'static str, generation: u64, failed: bool) {
        if self.state.has_nothing_to_count(&self.rules, generation, failed) {
            metrics::breaker_counted(tool, failed);
        } else {
            self.count(tool, generation, failed);
        }
    }

    #[cold]
    fn count(&self, tool: &'static str, generation: u64, failed: bool) {
        let slow_us = self.state.slow_us(&self.rules, generation, now_us);
        if let (Some(took_us), Some(limit_us), false) = (slow_us, self.rules.slow_us, failed) {
            let [time, limit] = [took_us, limit_us].map(Duration::from_micros);
            tell!(Slow { tool: tool.into(), took: time, limit });
        }
        let failed = failed || slow_us.is_some();
        metrics::breaker_counted(tool, failed);
        match self.state.record(&self.rules, generation, failed, now_us) {
            Change::None => {}
            Change::Opened => changed(tool, CircuitState::Open),
            Change::Closed => changed(tool, CircuitState::Closed),
        }
    }

    #[cold]
    fn end_without_outcome(&self, generation: u64) {
        if std::thread::panicking() {
            // Nobody is told: the permit does not know the name of the call, which is larger than the permit.
            self.state.record(&self.rules, generation, true, now_us);
        } else {
            self.state.give_back(&self.rules, generation);
        }
    }
}

impl Drop for Permit<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.generation.get() != SETTLED {
            self.breaker.end_without_outcome(self.generation.get());
        }
    }
}
