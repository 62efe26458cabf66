//! Human time is nobody's time: a clock stands still while a question to a human is open that was asked under it.
//!
//! Who asks does not know what is around, and a timer knows only that it polls something. So a thread has a list of the
//! questions that were polled on it ([`polled`]): a timer looks there after it has polled its call, and is told from then on
//! when these questions open and close.
//!
//! ```text
//! question ──> timeout, run, …         tells the clocks around it
//!        └───> link ──> timeout, …     and by `reliable::spawn` those around the task that it is asked in
//! ```

pub(crate) mod asking;
pub(crate) mod polled;
pub(crate) mod watching;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;

use crate::base::flow_time::{At, Clock};
use crate::base::foreign::wake;

/// How long questions were open, for a clock that leaves it out. A question is one itself, and so is a task.
#[derive(Debug)]
pub(crate) struct HumanTime(Mutex<State>);

type Many = Vec<Weak<HumanTime>>;

#[derive(Debug, Default)]
struct State {
    /// The clock that all this is measured on.
    clock: Clock,
    /// How many are open: below zero for a moment, where two threads tell it in the other order.
    open: i32,
    /// Since when at least one was, until somebody looks at the clock afterwards.
    since: Option<Instant>,
    /// What was open until here is in `total`: so two at once count once.
    until: Option<Instant>,
    total: Duration,
    /// Who waits for the last one to close.
    waker: Option<Waker>,
    /// The clocks that are told.
    above: Many,
    is_task: bool,
    has_ended: bool,
    /// The tasks that a task has begun: when it has ended, they tell those above it themselves.
    below: Many,
    /// The number that it has on the list of its thread.
    number: u64,
}

// Nobody is told under a lock, so that there is no order to keep, and no waker runs under one.
impl HumanTime {
    /// The time until now.
    pub(crate) fn total(&self, now: Instant) -> Duration {
        let state = self.state();
        let since = state.since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        state.total.saturating_add(since)
    }

    /// What has come to it since this was asked last; `None` while a question is open. `waker` is woken when the last one
    /// closes, and be it one that is still to come, in another task.
    fn take(&self, waker: &Waker) -> Option<Duration> {
        let mut state = self.state();
        let before = state.waker.replace(waker.clone());
        if state.since.is_some() {
            state.settle(At::now());
        }
        let taken = (state.open <= 0).then(|| std::mem::take(&mut state.total));
        drop(state);
        drop(before);
        taken
    }

    /// One is open.
    fn begin(&self, at: At) {
        self.and_above(|it| {
            let mut state = it.state();
            state.open += 1;
            let at = at.on(state.clock);
            let at = state.until.map_or(at, |until| until.max(at));
            if state.open != 1 {
                return Many::new();
            }
            state.since.get_or_insert(at);
            state.above.clone()
        });
    }

    /// One is not any more. The clock is left to those who are polled: what wakes them may run where there is another one.
    fn end(&self) {
        self.and_above(|it| {
            let mut state = it.state();
            state.open -= 1;
            if state.open != 0 {
                return Many::new();
            }
            let (waker, above) = (state.waker.take(), state.above.clone());
            drop(state);
            wake(waker);
            above
        });
    }

    /// If none is open, none was from now on.
    fn settle(&self, now: At) {
        self.and_above(|it| {
            let mut state = it.state();
            state.settle(now);
            state.above.clone()
        });
    }

    /// Does it here, and in those above that it gives, and so on: without recursion, for tasks may begin tasks without end.
    fn and_above(&self, change: impl Fn(&HumanTime) -> Many) {
        let mut above = change(self);
        while let Some(it) = above.pop() {
            above.extend(it.upgrade().map(|it| change(&it)).unwrap_or_default());
        }
    }

    /// From now on `clock` is told, and of what was before since `from`: that was the first poll of it under this clock.
    /// Whether that is new.
    fn tell(&self, clock: &Arc<HumanTime>, from: Option<Instant>) -> bool {
        let mut state = self.state();
        if state.above.iter().any(|it| it.as_ptr() == Arc::as_ptr(clock)) {
            return false;
        }
        if state.has_ended {
            let below = state.below.clone();
            drop(state);
            for it in running(below) {
                it.tell(clock, from);
            }
            return true;
        }
        state.above.retain(|it| it.strong_count() > 0);
        state.above.push(Arc::downgrade(clock));
        let (open, since, until, total) = (state.open, state.since, state.until, state.total);
        let measured_on = state.clock;
        drop(state);
        let here = |instant| At { instant, clock: measured_on };
        let after = |begun: Instant| from.map_or(begun, |from| from.max(begun));
        match (since, until) {
            (Some(since), _) if open > 0 => clock.begin(here(after(since))),
            // It was open in this poll, and blocked the thread.
            (_, Some(until)) if open <= 0 => {
                clock.begin(here(after(until.checked_sub(total).unwrap_or(until)).min(until)));
                clock.end();
                clock.settle(here(until));
            }
            _ => {}
        }
        true
    }

    fn of_a_task() -> HumanTime {
        HumanTime(Mutex::new(State { clock: Clock::here(), is_task: true, ..State::default() }))
    }

    /// In a task, this was asked or begun.
    fn comes_with(self: &Arc<Self>, it: &Arc<HumanTime>, at: Instant) {
        if !it.tell(self, Some(at)) || !it.state().is_task {
            return;
        }
        let mut state = self.state();
        if state.below.len() == state.below.capacity() {
            state.below.retain(|it| it.strong_count() > 0);
        }
        state.below.push(Arc::downgrade(it));
    }

    /// The task has ended. What it has begun goes on, and tells those around it itself.
    fn hand_over(&self) {
        let mut state = self.state();
        state.has_ended = true;
        let (open, above, below) = (state.open, std::mem::take(&mut state.above), state.below.clone());
        drop(state);
        let below = running(below);
        self.state().below = below.iter().map(Arc::downgrade).collect();
        for clock in above.iter().filter_map(Weak::upgrade).filter(|clock| !clock.state().has_ended) {
            for it in &below {
                it.tell(&clock, None);
            }
            if open > 0 {
                clock.end();
                clock.settle(At::now());
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for HumanTime {
    fn default() -> Self {
        HumanTime(Mutex::new(State { clock: Clock::here(), ..State::default() }))
    }
}

impl State {
    fn settle(&mut self, now: At) {
        if self.open > 0 {
            return;
        }
        if let Some(since) = self.since.take() {
            let now = now.on(self.clock);
            self.total = self.total.saturating_add(now.saturating_duration_since(since));
            self.until = self.until.max(Some(now));
        }
    }
}

/// In the place of a task that has ended, those that it has begun.
fn running(mut these: Many) -> Vec<Arc<HumanTime>> {
    let mut running = Vec::new();
    while let Some(it) = these.pop() {
        let Some(it) = it.upgrade() else { continue };
        let state = it.state();
        if state.has_ended {
            these.extend_from_slice(&state.below);
        } else {
            drop(state);
            running.push(it);
        }
    }
    running
}
