//! The flow of a durable run, as what is recorded finds it.

use std::cell::Cell;
use std::collections::HashMap;
use std::future::{pending, poll_fn};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::base::flow_time;
use crate::base::foreign::wake;
use crate::durable::engine::{Journal, Wait};
use crate::durable::gate::{Gate, Turn};
use crate::durable::halt::{Halt, HaltKind};
use crate::durable::records::{Begun, Entry, Kind, Place};
use crate::said::name::ToolName;
use crate::scope::Scope;

/// A run that is being driven.
pub(super) struct Flow {
    pub(super) journal: Arc<dyn Journal>,
    pub(super) gate: Gate,
    /// Whether it has an earlier life, as far as is known.
    goes_on: AtomicBool,
    /// What the instant is, on the flow's own clock, when the run began.
    began: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    places: HashMap<(Kind, ToolName), u32>,
    /// So many calls there were of each function that is not recorded, and has a key.
    unrecorded: HashMap<String, u32>,
    halt: Option<Halt>,
    /// So many random numbers were drawn.
    drawn: u64,
    /// The questions that a panic has dropped: if the flow catches it, nobody waits for their answers.
    unwound: Vec<Place>,
    /// Who drives it.
    driver: Option<Waker>,
}

/// So many runs are being driven in this process: without any, that is all that a call looks at.
static DRIVEN: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Which flow is being polled by its driver, by its address.
    static POLLED: Cell<usize> = const { Cell::new(0) };
}

/// What a scope holds of a run.
pub(super) enum Slot {
    Flow(Arc<Flow>),
    /// In here everything just runs: it is part of what is recorded as one.
    Leaf(Arc<Flow>),
}

/// Where code runs.
pub(super) enum Here {
    /// Without an engine.
    Plain,
    /// Inside a recorded call of a run.
    Leaf(Arc<Flow>),
    /// In the flow of a run.
    Flow(Arc<Flow>),
}

impl Here {
    #[inline]
    pub(super) fn now() -> Here {
        if DRIVEN.load(Ordering::Relaxed) == 0 { Here::Plain } else { Here::found() }
    }

    fn found() -> Here {
        match Scope::find::<Slot>().as_deref() {
            Some(Slot::Flow(flow)) => Here::Flow(Arc::clone(flow)),
            Some(Slot::Leaf(flow)) => Here::Leaf(Arc::clone(flow)),
            None => Here::Plain,
        }
    }
}

impl Flow {
    pub(super) fn new(journal: Arc<dyn Journal>) -> Arc<Flow> {
        DRIVEN.fetch_add(1, Ordering::Relaxed);
        let goes_on = AtomicBool::new(journal.goes_on());
        Arc::new(Flow { journal, goes_on, gate: Gate::default(), began: Instant::now(), state: Mutex::default() })
    }

    /// Polls the flow, or a part of it that is not in a task of its own.
    pub(super) fn polled<T>(self: &Arc<Self>, poll: impl FnOnce() -> T) -> T {
        struct Restore(usize);
        impl Drop for Restore {
            fn drop(&mut self) {
                POLLED.set(self.0);
            }
        }
        let _restore = Restore(POLLED.replace(Arc::as_ptr(self).addr()));
        flow_time::within(Arc::<Flow>::clone(self), poll)
    }

    /// Whether it is being polled here, and nothing of it runs elsewhere or is dropped from outside.
    pub(super) fn is_polled(self: &Arc<Self>) -> bool {
        POLLED.get() == Arc::as_ptr(self).addr()
    }

    /// Takes the next place of this tool. The order of the calls is the order of their numbers, and so it is to be the same in
    /// each life: in a task of its own it is not.
    pub(super) fn place(self: &Arc<Self>, kind: Kind, tool: ToolName) -> Place {
        if !self.is_polled() {
            self.halt(Halt::new(
                HaltKind::Misplaced,
                format!(
                    "`{tool}` is recorded, and was called in a task of its own, where nobody knows which call comes first: \
                     call it in the run itself, side by side with others in `join!`"
                ),
            ));
        }
        let mut state = self.state();
        let number = state.places.entry((kind, tool.clone())).or_default();
        *number += 1;
        Place { kind, tool, number: *number }
    }

    /// What is recorded at this place, when its turn has come; `None`, in its turn, where nothing is.
    pub(super) async fn begin(&self, place: &Place) -> Option<Entry> {
        match self.unless_halted(Arc::clone(&self.journal).begin(place)).await {
            Begun::Recorded { order, entry } => {
                self.goes_on.store(true, Ordering::Relaxed);
                self.gate.outcome(order, entry.at).await;
                Some(entry)
            }
            Begun::Run => {
                self.gate.beginning().await;
                None
            }
        }
    }

    /// Writes what there is at this place. It is ready when its turn has come.
    pub(super) fn hand_out(&self, place: Place, entry: Entry) -> Turn {
        let at = entry.at;
        self.gate.written(Arc::clone(&self.journal).finish(place, entry), at)
    }

    /// Polls what is being written.
    pub(super) fn poll_writes(&self, cx: &mut Context<'_>) {
        if let Some(halt) = self.gate.poll_writes(cx) {
            self.halt(halt);
        }
    }

    /// Waits until then; for ever, where the end of time comes first.
    pub(super) async fn sleep_until(&self, until: Option<SystemTime>) {
        match until {
            Some(until) => self.unless_halted(Arc::clone(&self.journal).sleep(until)).await,
            None => pending().await,
        }
    }

    pub(super) async fn unless_halted<T>(&self, mut wait: Wait<T>) -> T {
        // An engine waits in its own time.
        match poll_fn(|cx| flow_time::outside(|| wait.as_mut().poll(cx))).await {
            Ok(value) => value,
            Err(halt) => {
                self.halt(halt);
                pending().await
            }
        }
    }

    /// Stops the run. Whoever says so must not go on.
    pub(super) fn halt(&self, halt: Halt) {
        let driver = {
            let mut state = self.state();
            state.halt.get_or_insert(halt);
            state.driver.take()
        };
        wake(driver);
    }

    /// A panic has dropped what waited for the answer there.
    pub(super) fn abandon_if_it_goes_on(&self, place: Place) {
        self.state().unwound.push(place);
    }

    /// It was polled, and has not panicked.
    pub(super) fn goes_on_after_a_panic(&self) {
        let unwound = std::mem::take(&mut self.state().unwound);
        for place in &unwound {
            self.journal.abandon(place);
        }
    }

    /// Whether it was halted. If not, `driver` is woken when it is.
    pub(super) fn halted(&self, driver: &Waker) -> Option<Halt> {
        let mut state = self.state();
        let halt = state.halt.take();
        if !state.driver.as_ref().is_some_and(|before| before.will_wake(driver)) {
            state.driver = Some(driver.clone());
        }
        halt
    }

    /// Whether it has an earlier life, as far as is known.
    pub(super) fn goes_on(&self) -> bool {
        self.goes_on.load(Ordering::Relaxed)
    }

    /// The time of what was handed out last.
    pub(super) fn stands_at(&self) -> SystemTime {
        self.gate.stands_at().unwrap_or_else(|| self.journal.began())
    }

    /// The same instant on the clock of the flow.
    pub(super) fn instant(&self, time: SystemTime) -> Instant {
        let since: Duration = time.duration_since(self.journal.began()).unwrap_or_default();
        self.began.checked_add(since).unwrap_or(self.began)
    }

    /// A number for each draw.
    pub(super) fn draw(&self) -> u64 {
        let mut state = self.state();
        state.drawn += 1;
        state.drawn
    }

    /// The number of the next call of this function, which is not recorded.
    pub(super) fn number(&self, path: &str) -> u32 {
        let mut state = self.state();
        let number = state.unrecorded.entry(path.to_owned()).or_default();
        *number += 1;
        *number
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        DRIVEN.fetch_sub(1, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Flow")
    }
}
