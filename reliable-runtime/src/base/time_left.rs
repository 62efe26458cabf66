//! How much time is left of a limit, told to whoever is polled under it: of the tightest one that tells it.
//!
//! While a call is polled under a limit, its thread knows that limit. A scope takes it along, to a task or to a thread of its
//! own, as something that both look at: so there, too, the time of humans is nobody's.

use std::cell::Cell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use crate::base::flow_time::Watch;
use crate::base::human_time::polled;
use crate::base::human_time::watching::Standstill;

thread_local! {
    static HERE: Cell<Here> = const { Cell::new(Here::Nothing) };
    static AROUND: Cell<Option<Around>> = const { Cell::new(None) };
}

/// What is around on this thread: nothing to be dropped, so that a call which is ready at once has little to do.
#[derive(Clone, Copy)]
enum Here {
    Nothing,
    /// One limit, whose clock has not started, and which nobody has taken along.
    New(Duration),
    /// What is in `AROUND`.
    Known,
}

/// A limit that tells how much of it is left. Its clock starts when its call first has to wait.
#[derive(Debug)]
pub(crate) struct Limit {
    total: Duration,
    /// Nothing, as long as it is all there is: so a call that is ready at once has little to do and nothing to drop.
    known: Option<Known>,
}

#[derive(Debug, Default)]
struct Known {
    started: Option<Watch>,
    human: Standstill,
    taken_along: Option<Arc<TakenAlong>>,
    /// While its call is polled.
    outer: Outer,
}

/// What was around before.
#[derive(Debug, Default)]
enum Outer {
    #[default]
    Nothing,
    /// It stays around.
    Tighter,
    Wider(Around),
}

impl Limit {
    pub(crate) const fn new(total: Duration) -> Self {
        Limit { total, known: None }
    }

    /// Polls a call under it.
    #[inline]
    pub(crate) fn poll<T>(&mut self, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        let before = polled::newest();
        let entered = Entered::new(self);
        let polled = poll();
        drop(entered);
        if polled.is_pending() || self.known.is_some() || polled::newest() != before {
            self.note(before, polled.is_pending());
        }
        polled
    }

    #[inline(never)]
    fn note(&mut self, before: u64, waits: bool) {
        let known = self.known.get_or_insert_default();
        known.human.note(before);
        if waits && known.started.is_none() {
            known.started = Some(Watch::start());
        }
        if let Some(taken_along) = &known.taken_along {
            *taken_along.state() = known.state(self.total);
        }
    }

    #[inline(never)]
    fn enter(&mut self) {
        let known = self.known.get_or_insert_default();
        let state = known.state(self.total);
        known.outer = match take() {
            Some(outer) if outer.state.left() <= state.left() => {
                put(outer);
                known.outer = Outer::Tighter;
                return;
            }
            Some(outer) => Outer::Wider(outer),
            None => Outer::Nothing,
        };
        put(Around { state, taken_along: known.taken_along.clone() });
    }

    #[inline(never)]
    fn leave(&mut self) {
        let known = self.known.get_or_insert_default();
        let outer = std::mem::take(&mut known.outer);
        if matches!(outer, Outer::Tighter) {
            return;
        }
        known.taken_along = take().and_then(|around| around.taken_along);
        if let Outer::Wider(outer) = outer {
            put(outer);
        }
    }
}

impl Known {
    fn state(&self, total: Duration) -> State {
        State { human: self.human.clone(), started: self.started.clone(), ..State::new(total) }
    }
}

impl Drop for Known {
    /// A call that ended in time limits nothing any more. Where the time was up, it stays so.
    fn drop(&mut self) {
        if let Some(taken_along) = &self.taken_along {
            let state = taken_along.state().clone();
            taken_along.state().is_over = !state.left().is_zero();
        }
    }
}

/// What is known of a limit, and nobody changes while it is looked at.
#[derive(Debug, Clone)]
struct State {
    total: Duration,
    started: Option<Watch>,
    human: Standstill,
    /// Whether its call has ended in time.
    is_over: bool,
}

impl State {
    const fn new(total: Duration) -> Self {
        State { total, started: None, human: Standstill::NEVER, is_over: false }
    }

    fn left(&self) -> Duration {
        let Some(started) = &self.started else { return self.total };
        self.total.saturating_add(self.human.total()).saturating_sub(started.elapsed())
    }
}

/// The tightest limit around what is polled.
#[derive(Debug)]
struct Around {
    state: State,
    taken_along: Option<Arc<TakenAlong>>,
}

/// As long as a call is polled under a limit, a panic included.
struct Entered<'a>(&'a mut Limit);

impl<'a> Entered<'a> {
    #[inline]
    fn new(limit: &'a mut Limit) -> Self {
        match (&limit.known, HERE.get()) {
            (None, Here::Nothing) => HERE.set(Here::New(limit.total)),
            _ => limit.enter(),
        }
        Entered(limit)
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        match (&self.0.known, HERE.get()) {
            (None, Here::New(_)) => HERE.set(Here::Nothing),
            _ => self.0.leave(),
        }
    }
}

/// A thread that is being torn down has no limit any more.
fn take() -> Option<Around> {
    match HERE.replace(Here::Nothing) {
        Here::Nothing => None,
        Here::New(total) => Some(Around { state: State::new(total), taken_along: None }),
        Here::Known => AROUND.try_with(Cell::take).ok().flatten(),
    }
}

fn put(around: Around) {
    if AROUND.try_with(|it| it.set(Some(around))).is_ok() {
        HERE.set(Here::Known);
    }
}

/// What is left of the tightest limit that is polled here.
#[inline]
pub(crate) fn left() -> Option<Duration> {
    match HERE.get() {
        Here::Nothing => None,
        Here::New(total) => Some(total),
        Here::Known => known_left(),
    }
}

fn known_left() -> Option<Duration> {
    let around = take()?;
    let left = around.state.left();
    put(around);
    Some(left)
}

/// That limit, to be taken along.
pub(crate) fn taken_along() -> Option<Arc<TakenAlong>> {
    let mut around = take()?;
    let state = &around.state;
    let taken_along = around.taken_along.get_or_insert_with(|| Arc::new(TakenAlong(Mutex::new(state.clone()))));
    let taken_along = Arc::clone(taken_along);
    put(around);
    Some(taken_along)
}

/// A limit as a scope takes it along.
#[derive(Debug)]
pub(crate) struct TakenAlong(Mutex<State>);

impl TakenAlong {
    /// What is left of it; `None` where its call has ended in time.
    pub(crate) fn left(&self) -> Option<Duration> {
        let state = self.state().clone();
        (!state.is_over).then(|| state.left())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
