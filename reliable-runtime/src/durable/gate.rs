//! Whose turn it is: outcomes are handed out one at a time, in the order in which they were recorded.
//!
//! The flow is polled to rest in between, and nothing new begins while an outcome waits for its turn. So a flow sees in each of its
//! lives what it saw in the first, whatever races in it.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use crate::base::foreign::wake;

#[derive(Debug, Clone, Default)]
pub(super) struct Gate(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    turns: BTreeMap<For, Waiter>,
    /// Whether any was.
    is_live: bool,
    /// The time of what was handed out last.
    stands_at: Option<SystemTime>,
    /// So many calls were let begin.
    begun: u64,
    /// So many outcomes are being written: which of them comes first is not known yet.
    writing: usize,
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

    /// The turn of a call that is to begin.
    pub(super) fn beginning(&self) -> Turn {
        self.turn(None, |waiting| {
            waiting.begun += 1;
            For::Beginning(waiting.begun)
        })
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
        waiting.turns.insert(what, Waiter { waker: Waker::noop().clone(), ended_at });
        Turn { gate: self.clone(), what }
    }

    /// Holds back what is recorded until it is known what comes before it.
    pub(super) fn writing(&self) -> Writing {
        self.waiting().writing += 1;
        Writing(self.clone())
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn next(&mut self) -> Vec<Waker> {
        match self.turns.first_key_value() {
            Some((For::Outcome(_), _)) if self.writing > 0 => Vec::new(),
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
}

/// Waits for its turn. Dropped, it leaves the line.
#[derive(Debug)]
pub(super) struct Turn {
    gate: Gate,
    what: For,
}

impl Future for Turn {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let waker = cx.waker().clone();
        let mut waiting = self.gate.waiting();
        let Some(waiter) = waiting.turns.get_mut(&self.what) else { return Poll::Ready(()) };
        let before = std::mem::replace(&mut waiter.waker, waker);
        drop(waiting);
        drop(before);
        Poll::Pending
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let left = self.gate.waiting().turns.remove(&self.what);
        drop(left);
    }
}

/// An outcome is being written.
#[derive(Debug)]
pub(super) struct Writing(Gate);

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.waiting().writing -= 1;
    }
}

#[cfg(test)]
mod tests;
