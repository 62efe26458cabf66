//! Whose turn it is: outcomes are handed out one at a time, in the order in which they were recorded.
//!
//! The flow is polled to rest in between, and nothing new begins while an outcome waits for its turn. So a flow sees in each of its
//! lives what it saw in the first, whatever races in it.
//!
//! What is being written is polled by whoever drives the flow: who waits for it may not be polled meanwhile, as in
//! `buffer_unordered`, and nobody else is to wait for that.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use crate::base::foreign::wake;
use crate::durable::engine::Wait;
use crate::durable::halt::Halt;

#[derive(Debug, Clone, Default)]
pub(super) struct Gate(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    waiting: Mutex<Waiting>,
    writes: Mutex<Vec<Write>>,
}

#[derive(Debug, Default)]
struct Waiting {
    turns: BTreeMap<For, Waiter>,
    /// Who waits for what is being written, by the number of the write: which of them comes first is not known yet. `None`: nobody
    /// any more.
    writing: BTreeMap<u64, Option<Waiter>>,
    /// The places of what was written, by the number of the write, as long as somebody waits for it.
    written: BTreeMap<u64, u64>,
    /// So many writes were begun.
    writes: u64,
    /// Whether any was.
    is_live: bool,
    /// The time of what was handed out last.
    stands_at: Option<SystemTime>,
    /// So many calls were let begin.
    begun: u64,
}

/// An outcome that is being written.
struct Write {
    number: u64,
    order: Wait<u64>,
}

#[derive(Debug)]
struct Waiter {
    waker: Waker,
    /// When what is handed out has ended.
    ended_at: Option<SystemTime>,
}

/// What a turn is for. Outcomes come before whatever is to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum For {
    Outcome(u64),
    Beginning(u64),
}

impl Gate {
    /// The turn of the outcome with this number, which was there at that time.
    pub(super) fn outcome(&self, order: u64, at: SystemTime) -> Turn {
        self.turn(Some(at), |_| For::Outcome(order))
    }

    /// The turn of the outcome that is being written, and was there at that time.
    pub(super) fn written(&self, order: Wait<u64>, at: SystemTime) -> Turn {
        let number = {
            let mut waiting = self.waiting();
            waiting.writes += 1;
            let number = waiting.writes;
            waiting.writing.insert(number, Some(Waiter::new(Some(at))));
            number
        };
        self.writes().push(Write { number, order });
        Turn { gate: self.clone(), what: What::Write(number) }
    }

    /// The turn of a call that is to begin.
    pub(super) fn beginning(&self) -> Turn {
        self.turn(None, |waiting| {
            waiting.begun += 1;
            For::Beginning(waiting.begun)
        })
    }

    /// Polls what is being written. The trouble, if there is any: then what was to be written is not handed out.
    pub(super) fn poll_writes(&self, cx: &mut Context<'_>) -> Option<Halt> {
        // An engine may do anything: so nothing is locked.
        let mut writes = std::mem::take(&mut *self.writes());
        let mut trouble = None;
        writes.retain_mut(|write| match write.order.as_mut().poll(cx) {
            Poll::Pending => true,
            Poll::Ready(Ok(order)) => {
                self.waiting().is_written(write.number, order);
                false
            }
            Poll::Ready(Err(halt)) => {
                trouble.get_or_insert(halt);
                false
            }
        });
        let mut since = self.writes();
        writes.append(&mut since);
        *since = writes;
        trouble
    }

    /// The time of what was handed out last; `None` before anything was.
    pub(super) fn stands_at(&self) -> Option<SystemTime> {
        self.waiting().stands_at
    }

    /// Whether anything was let begin.
    pub(super) fn is_live(&self) -> bool {
        self.waiting().is_live
    }

    fn turn(&self, ended_at: Option<SystemTime>, what: impl FnOnce(&mut Waiting) -> For) -> Turn {
        let mut waiting = self.waiting();
        let what = what(&mut waiting);
        waiting.turns.insert(what, Waiter::new(ended_at));
        Turn { gate: self.clone(), what: What::Turn(what) }
    }

    /// The flow is at rest: the next outcome is handed out, or else all that waits to begin begins. Whether there was anything.
    pub(super) fn let_through(&self) -> bool {
        let through = self.waiting().next();
        let any = !through.is_empty();
        for waker in through {
            wake(Some(waker));
        }
        any
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writes(&self) -> MutexGuard<'_, Vec<Write>> {
        self.0.writes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiter {
    fn new(ended_at: Option<SystemTime>) -> Self {
        Waiter { waker: Waker::noop().clone(), ended_at }
    }
}

impl Waiting {
    fn next(&mut self) -> Vec<Waker> {
        match self.turns.first_key_value() {
            Some((For::Outcome(_), _)) if !self.writing.is_empty() => Vec::new(),
            Some((For::Outcome(_), _)) => {
                let next = self.turns.pop_first().map(|(_, next)| next);
                // Clocks may be set back; that of a flow never goes back.
                self.stands_at = self.stands_at.max(next.as_ref().and_then(|next| next.ended_at));
                next.into_iter().map(|next| next.waker).collect()
            }
            None => Vec::new(),
            Some((For::Beginning(_), _)) => {
                self.is_live = true;
                std::mem::take(&mut self.turns).into_values().map(|waiter| waiter.waker).collect()
            }
        }
    }

    fn is_written(&mut self, write: u64, order: u64) {
        if let Some(waiter) = self.writing.remove(&write).flatten() {
            self.turns.insert(For::Outcome(order), waiter);
            self.written.insert(write, order);
        }
    }

    /// Whoever waits there; `None` when it is through.
    fn waiter(&mut self, what: What) -> Option<&mut Waiter> {
        match what {
            What::Turn(what) => self.turns.get_mut(&what),
            What::Write(write) => match self.written.get(&write) {
                Some(order) => self.turns.get_mut(&For::Outcome(*order)),
                None => self.writing.get_mut(&write)?.as_mut(),
            },
        }
    }

    fn leave(&mut self, what: What) -> Option<Waiter> {
        match what {
            What::Turn(what) => self.turns.remove(&what),
            What::Write(write) => match self.written.remove(&write) {
                Some(order) => self.turns.remove(&For::Outcome(order)),
                // What is being written is recorded all the same.
                None => self.writing.get_mut(&write)?.take(),
            },
        }
    }
}

impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Write({})", self.number)
    }
}

/// Waits for its turn. Dropped, it leaves the line.
#[derive(Debug)]
pub(super) struct Turn {
    gate: Gate,
    what: What,
}

#[derive(Debug, Clone, Copy)]
enum What {
    Turn(For),
    /// The outcome of this write: its place is not known before it is written.
    Write(u64),
}

impl Future for Turn {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let waker = cx.waker().clone();
        let mut waiting = self.gate.waiting();
        let Some(waiter) = waiting.waiter(self.what) else { return Poll::Ready(()) };
        let before = std::mem::replace(&mut waiter.waker, waker);
        drop(waiting);
        drop(before);
        Poll::Pending
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let left = self.gate.waiting().leave(self.what);
        drop(left);
    }
}

#[cfg(test)]
mod tests;
