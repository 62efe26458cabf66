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
    static AROUND: Cell<Option<Around>> = const { Cell::new(None) };
}

/// A limit that tells how much of it is left. Its clock starts when its call first has to wait.
#[derive(Debug)]
pub(crate) struct Limit {
    total: Duration,
    started: Option<Watch>,
    human: Standstill,
    taken_along: Option<Arc<TakenAlong>>,
}

impl Limit {
    pub(crate) const fn new(total: Duration) -> Self {
        Limit { total, started: None, human: Standstill::NEVER, taken_along: None }
    }

    /// Polls a call under it.
    pub(crate) fn poll<T>(&mut self, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        let before = polled::newest();
        let entered = Entered::new(self);
        let polled = poll();
        drop(entered);
        self.human.note(before);
        if polled.is_pending() && self.started.is_none() {
            self.started = Some(Watch::start());
        }
        if let Some(taken_along) = &self.taken_along {
            *taken_along.state() = self.state();
        }
        polled
    }

    fn state(&self) -> State {
        State { total: self.total, started: self.started.clone(), human: self.human.clone(), is_over: false }
    }
}

impl Drop for Limit {
    /// A call that ended in time limits nothing any more. Where the time was up, it stays so.
    fn drop(&mut self) {
        if let Some(taken_along) = self.taken_along.take() {
            let is_over = !self.state().left().is_zero();
            taken_along.state().is_over = is_over;
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
    fn left(&self) -> Duration {
        let Some(started) = &self.started else { return self.total };
        self.total.saturating_add(self.human.total()).saturating_sub(started.elapsed())
    }
}

/// The tightest limit around what is polled.
struct Around {
    state: State,
    taken_along: Option<Arc<TakenAlong>>,
}

/// As long as a call is polled under a limit, a panic included.
struct Entered<'a> {
    limit: &'a mut Limit,
    is_tightest: bool,
    /// What was around before, where it is not tighter.
    outer: Option<Around>,
}

impl<'a> Entered<'a> {
    fn new(limit: &'a mut Limit) -> Self {
        let (outer, state) = (take(), limit.state());
        if outer.as_ref().is_some_and(|outer| outer.state.left() <= state.left()) {
            put(outer);
            return Entered { limit, is_tightest: false, outer: None };
        }
        put(Some(Around { state, taken_along: limit.taken_along.clone() }));
        Entered { limit, is_tightest: true, outer }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if self.is_tightest {
            self.limit.taken_along = take().and_then(|around| around.taken_along);
            put(self.outer.take());
        }
    }
}

/// A thread that is being torn down has no limit any more.
fn take() -> Option<Around> {
    AROUND.try_with(Cell::take).ok().flatten()
}

fn put(around: Option<Around>) {
    let _ = AROUND.try_with(|it| it.set(around));
}

/// What is left of the tightest limit that is polled here.
pub(crate) fn left() -> Option<Duration> {
    let around = take()?;
    let left = around.state.left();
    put(Some(around));
    Some(left)
}

/// That limit, to be taken along.
pub(crate) fn taken_along() -> Option<Arc<TakenAlong>> {
    let mut around = take()?;
    let state = &around.state;
    let taken_along = around.taken_along.get_or_insert_with(|| Arc::new(TakenAlong(Mutex::new(state.clone()))));
    let taken_along = Arc::clone(taken_along);
    put(Some(around));
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
