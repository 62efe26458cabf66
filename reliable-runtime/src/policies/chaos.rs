//! `#[chaos]`: failures on purpose, where a plan in scope says so. Needs the feature `chaos`.
//!
//! ```
//! use std::time::Duration;
//!
//! use reliable::chaos::{Chaos, fail, hang, panic, slow};
//! use reliable::{Fault, Scope, chaos, fallback, retry, timeout};
//!
//! #[derive(Debug, thiserror::Error)]
//! enum WeatherError {
//!     #[error("the service is busy")]
//!     Busy,
//!     #[error(transparent)]
//!     Fault(#[from] Fault),
//! }
//!
//! #[retry(max = 3)]
//! #[timeout(secs = 2)]
//! #[chaos]
//! async fn forecast(city: &str) -> Result<String, WeatherError> {
//!     Ok(format!("sunny in {city}"))
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! // Two calls fail, the third hangs, the fourth is slow, and all others are as they were.
//! let plan = Chaos::plan()
//!     .at("forecast", [fail(|| WeatherError::Busy).times(2), hang(), slow(Duration::from_millis(300))]);
//!
//! let answer = Scope::current().chaos(&plan).run(forecast("Oslo")).await;
//! assert_eq!(answer.unwrap(), "sunny in Oslo");
//! plan.assert_used();
//! # }
//! ```

#[cfg(feature = "stream")]
mod cut;
pub(crate) mod strike;

#[cfg(feature = "stream")]
pub use cut::{cut_after, stall_after};

use std::any::{Any, type_name};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::said::words::short;
use crate::scope::Scope;
use crate::seen::emit::tell;

/// A plan of what goes wrong, and where: see the [module](self) for an example.
///
/// It acts in the scope that it is given to, [`Scope::chaos`]; in an inner scope with a plan of its own, that one acts
/// instead. A clone is another handle on the same plan, with the same count of calls.
#[derive(Debug, Clone, Default)]
#[must_use = "a plan does nothing until it is given to a `Scope`"]
pub struct Chaos(Vec<Arc<Point>>);

#[derive(Debug)]
pub(crate) struct Point {
    name: String,
    injections: Vec<Injection>,
    calls: AtomicU64,
}

impl Chaos {
    /// A plan in which nothing goes wrong.
    pub const fn plan() -> Self {
        Chaos(Vec::new())
    }

    /// What goes wrong at the point called `name`: the name of a function with `#[chaos]`, or that in `#[chaos(name = …)]`.
    ///
    /// Each injection takes one call, or as many as its [`times`](Injection::times) says, one injection after the other. When
    /// they are used up, those with a [`rate`](Injection::rate) or [`always`](Injection::always) have their turn at each call.
    ///
    /// # Panics
    /// If the plan has something at this point already.
    pub fn at(mut self, name: impl Into<String>, injections: impl IntoIterator<Item = Injection>) -> Self {
        let name = name.into();
        assert!(self.point(&name).is_none(), "the chaos plan has `{name}` twice: write both lists as one");
        let injections = injections.into_iter().collect();
        self.0.push(Arc::new(Point { name, injections, calls: AtomicU64::new(0) }));
        self
    }

    /// The points that no call has reached so far: where all is done, those that are misspelt, or have no `#[chaos]`.
    ///
    /// ```
    /// use reliable::chaos::{Chaos, hang};
    ///
    /// let plan = Chaos::plan().at("forcast", [hang()]);
    /// assert_eq!(plan.unused(), ["forcast"]);
    /// ```
    pub fn unused(&self) -> Vec<&str> {
        let unused = self.0.iter().filter(|point| point.calls.load(Ordering::Relaxed) == 0);
        unused.map(|point| &*point.name).collect()
    }

    /// The last line of a test: a plan that came to nothing has tested nothing.
    ///
    /// # Panics
    /// If no call has reached one of the plan's points.
    #[track_caller]
    pub fn assert_used(&self) {
        let unused = self.unused();
        assert!(
            unused.is_empty(),
            "the chaos plan names points that no call has reached: `{}`. Is a name misspelt, or a `#[chaos]` missing?",
            unused.join("`, `")
        );
    }

    pub(crate) fn point(&self, name: &str) -> Option<&Arc<Point>> {
        self.0.iter().find(|point| point.name == name)
    }
}

/// Something that goes wrong, made by [`fail`], [`hang`], [`slow`], [`panic()`] or [`ok`]; by default at one call.
#[derive(Debug)]
#[must_use = "an injection does nothing until it is in a plan"]
pub struct Injection {
    what: What,
    turn: Turn,
}

pub(crate) enum What {
    Nothing,
    Fail(Failing),
    Hang,
    Slow(Duration),
    Panic(Cow<'static, str>),
    #[cfg_attr(not(feature = "stream"), expect(dead_code, reason = "nothing is around a stream"))]
    Break(Break),
}

/// The stream of a call breaks.
pub(crate) struct Break {
    /// Behind so many items.
    pub(crate) behind: u32,
    pub(crate) how: How,
}

#[cfg_attr(not(feature = "stream"), expect(dead_code, reason = "nothing is around a stream"))]
pub(crate) enum How {
    /// By an error; by a fault, if there is none for it.
    Cut(Option<Failing>),
    /// It hangs.
    Stall,
}

#[derive(Debug, Clone, Copy)]
enum Turn {
    /// At the next calls.
    Next(u64),
    /// At each call, with this chance.
    Each { share: f64, seed: u64 },
}

/// Makes errors of one type, which only the injection point knows.
pub(crate) struct Failing {
    /// A `Make<E>`.
    make: Box<dyn Any + Send + Sync>,
    error: &'static str,
}

type Make<E> = Box<dyn Fn() -> E + Send + Sync>;

/// The call fails, with an error of the function's own error type: `fail(|| WeatherError::Busy)`.
///
/// A fault is an error like any other: `fail(|| WeatherError::from(fault))`.
pub fn fail<E: 'static>(error: impl Fn() -> E + Send + Sync + 'static) -> Injection {
    Injection::once(What::Fail(Failing::new(error)))
}

/// The call never comes back; in an `async fn` only.
pub fn hang() -> Injection {
    Injection::once(What::Hang)
}

/// The call takes so much longer.
pub fn slow(by: Duration) -> Injection {
    Injection::once(What::Slow(by))
}

/// The call panics.
pub fn panic(words: impl Into<Cow<'static, str>>) -> Injection {
    Injection::once(What::Panic(words.into()))
}

/// Nothing goes wrong, this time.
pub fn ok() -> Injection {
    Injection::once(What::Nothing)
}

impl Injection {
    const fn once(what: What) -> Self {
        Injection { what, turn: Turn::Next(1) }
    }

    /// At so many calls, one after the other.
    pub fn times(self, calls: u32) -> Self {
        Injection { turn: Turn::Next(calls.into()), ..self }
    }

    /// At every call, when the injections with a number are used up.
    pub fn always(self) -> Self {
        self.rate(1.0, 0)
    }

    /// At this share of the calls, when the injections with a number are used up. The same seed gives the same calls.
    ///
    /// # Panics
    /// If `share` is outside `0.0..=1.0`.
    pub fn rate(self, share: f64, seed: u64) -> Self {
        assert!((0.0..=1.0).contains(&share), "`rate` of an injection must be between 0 and 1");
        Injection { turn: Turn::Each { share, seed }, ..self }
    }
}

impl Point {
    /// What happens to the call that is reaching this point.
    fn next(&self, tool: &'static str) -> &What {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let what = self.counted(call).or_else(|| self.drawn(call)).unwrap_or(&What::Nothing);
        if !matches!(what, What::Nothing) {
            tell!(Injected { tool: tool.into(), what: what.to_string() });
        }
        what
    }

    fn counted(&self, call: u64) -> Option<&What> {
        let mut before = 0;
        self.injections.iter().find_map(|injection| {
            let Turn::Next(calls) = injection.turn else { return None };
            before += calls;
            (call < before).then_some(&injection.what)
        })
    }

    fn drawn(&self, call: u64) -> Option<&What> {
        (0..).zip(&self.injections).find_map(|(place, injection)| match injection.turn {
            Turn::Each { share, seed } if self.draw(seed, place, call) < share => Some(&injection.what),
            _ => None,
        })
    }

    /// A number in `0.0..1.0` that depends on nothing but the plan and the number of the call (`SplitMix64`).
    fn draw(&self, seed: u64, place: u64, call: u64) -> f64 {
        let start =
            self.name.bytes().fold(seed ^ place, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        let mut bits = start.wrapping_add((call + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit in an f64")]
        let share = (bits >> 11) as f64 / (1_u64 << 53) as f64;
        share
    }
}

impl Failing {
    fn new<E: 'static>(error: impl Fn() -> E + Send + Sync + 'static) -> Self {
        let make: Make<E> = Box::new(error);
        Failing { make: Box::new(make), error: type_name::<E>() }
    }

    /// # Panics
    /// If the function's error is of another type.
    pub(crate) fn error<E: 'static>(&self, point: &str) -> E {
        let Some(make) = self.make.downcast_ref::<Make<E>>() else {
            panic!(
                "the chaos plan fails `{point}` with a `{}`, and the function fails with a `{}`: write `fail(|| …)` with an error of that type",
                self.error,
                type_name::<E>()
            );
        };
        make()
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Nothing => f.write_str("nothing"),
            What::Fail(_) => f.write_str("an error"),
            What::Hang => f.write_str("a hang"),
            What::Slow(by) => write!(f, "a delay of {}", short(*by)),
            What::Panic(words) => write!(f, "a panic ({words})"),
            What::Break(how) => fmt::Display::fmt(how, f),
        }
    }
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.how {
            How::Cut(_) => "an error",
            How::Stall => "a hang",
        })?;
        match self.behind {
            0 => f.write_str(" before the first item"),
            items => write!(f, " behind item {items}"),
        }
    }
}

impl fmt::Debug for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Scope {
    /// Injects the failures of this plan, wherever a `#[chaos]` stands: see the module [`chaos`](self).
    pub fn chaos(self, plan: &Chaos) -> Scope {
        self.with(Arc::new(plan.clone()))
    }
}
