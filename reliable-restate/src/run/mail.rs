//! Between the flow of a run and whoever records it: both are polled in the handler, side by side.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use reliable_runtime::durable::records::Place;
use reliable_runtime::said::ids::QuestionId;
use tokio::sync::Notify;

use crate::run::log::Log;
use crate::run::record::Item;

/// A run that this process is at.
pub(crate) struct Mail {
    pub(crate) run: String,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) log: Log,
    /// What is to be recorded.
    pub(crate) items: Vec<Item>,
    /// The calls whose bodies run.
    pub(crate) running: HashSet<Place>,
    /// The instants which are waited for: those of them that sleep are among the calls that run.
    pub(crate) asleep: Vec<SystemTime>,
    /// So many questions wait for their answer.
    pub(crate) deciding: usize,
    /// Whether it is recorded that the run is parked.
    pub(crate) is_parked: bool,
    /// The outcome of the run.
    pub(crate) outcome: Option<String>,
}

impl State {
    /// Whether there is nothing left to do in this process before a human answers or an instant comes.
    pub(crate) fn is_idle(&self) -> bool {
        self.running.len() == self.asleep.len() && self.deciding + self.asleep.len() > 0
    }

    /// The question that waits at this place, or is about to.
    pub(crate) fn asked_at(&self, place: &Place) -> Option<QuestionId> {
        let coming = self.items.iter().find_map(|item| match item {
            Item::Asked { place: at, question, .. } if at == place => Some(question.id),
            _ => None,
        });
        coming.or_else(|| self.log.waits_at(place))
    }

    /// The first of the instants on which something waits.
    pub(crate) fn next_instant(&self) -> Option<SystemTime> {
        self.asleep.iter().copied().chain(self.log.next_expiry()).min()
    }
}

impl Mail {
    pub(crate) fn new(run: String) -> Self {
        Mail { run, state: Mutex::default(), changed: Notify::new() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something, and tells those who wait.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.state());
        self.changed.notify_waiters();
        changed
    }

    /// Ready when there is an answer.
    pub(crate) async fn when<T>(&self, mut ask: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            let answer = ask(&mut self.state());
            match answer {
                Some(answer) => return answer,
                None => changed.await,
            }
        }
    }
}
