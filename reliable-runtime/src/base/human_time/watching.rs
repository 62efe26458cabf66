//! Who looks, after a poll, what was asked in it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Sleep;

use crate::base::human_time::{HumanTime, polled};

/// What a clock knows of the questions under it: nothing, until there is one.
#[derive(Debug)]
pub(crate) struct Standstill(Option<Arc<HumanTime>>);

impl Standstill {
    pub(crate) const NEVER: Standstill = Standstill(None);

    /// After a poll, whether `timer` stands still: then who polls is woken when it goes on, later by what a human has taken.
    /// `before` is the [`polled::newest`] from before that poll.
    #[inline]
    pub(crate) fn holds(&mut self, before: u64, timer: Pin<&mut Option<Sleep>>, cx: &Context<'_>) -> bool {
        self.note(before);
        self.0.as_ref().is_some_and(|time| holds(time, timer, cx))
    }

    /// Looks after a poll what was asked in it.
    #[inline]
    pub(crate) fn note(&mut self, before: u64) {
        if polled::newest() != before {
            note(self.0.get_or_insert_default(), before);
        }
    }

    /// The time that humans have taken until now.
    pub(crate) fn total(&self) -> Duration {
        self.0.as_ref().map_or(Duration::ZERO, |time| time.total())
    }
}

#[cold]
#[inline(never)]
pub(crate) fn note(time: &Arc<HumanTime>, before: u64) {
    polled::since(before, |it| _ = it.tell(time));
}

#[cold]
#[inline(never)]
fn holds(time: &HumanTime, timer: Pin<&mut Option<Sleep>>, cx: &Context<'_>) -> bool {
    let Some(taken) = time.take(cx.waker()) else { return true };
    if let Some(timer) = timer.as_pin_mut().filter(|_| !taken.is_zero()) {
        let later = timer.deadline().checked_add(taken).unwrap_or(timer.deadline());
        timer.reset(later);
    }
    false
}

pin_project! {
    /// The future of [`watched`].
    #[derive(Debug)]
    pub(crate) struct Watched<F, N> {
        #[pin]
        work: F,
        note: N,
    }
}

/// Calls `note` after each poll of `work` in which something was asked, with the number from before it.
#[inline]
pub(crate) fn watched<F: Future, N: FnMut(u64)>(work: F, note: N) -> Watched<F, N> {
    Watched { work, note }
}

impl<F: Future, N: FnMut(u64)> Future for Watched<F, N> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let before = polled::newest();
        let polled = this.work.poll(cx);
        if polled::newest() != before {
            (this.note)(before);
        }
        polled
    }
}

/// A task that is begun here: what is asked in it is asked under what is around here.
pub(crate) fn linked<F: Future>(work: F) -> impl Future<Output = F::Output> + use<F> {
    let link = Link(Arc::new(HumanTime::of_a_task()));
    polled::add(&link.0);
    watched(work, move |before| link.note(before))
}

struct Link(Arc<HumanTime>);

impl Link {
    fn note(&self, before: u64) {
        polled::since(before, |it| self.0.comes_with(it));
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.0.hand_over();
    }
}
