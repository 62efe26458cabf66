//! Who looks, after a poll, what was asked in it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Instant;

use crate::base::flow_time::{At, Whose};
use crate::base::human_time::{HumanTime, polled};
use crate::base::timer::{Timer, poll_timer};

/// What a clock knows of the questions under it: nothing, until there is one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standstill(Option<Arc<HumanTime>>);

impl Standstill {
    pub(crate) const NEVER: Standstill = Standstill(None);

    /// Looks after a poll what was asked in it.
    #[inline]
    pub(crate) fn note(&mut self, before: u64) {
        if polled::newest() != before {
            note(self.0.get_or_insert_default(), before);
        }
    }

    /// The time that humans have taken until now.
    pub(crate) fn total(&self) -> Duration {
        self.0.as_ref().map_or(Duration::ZERO, |time| time.total(At::now().instant))
    }
}

pin_project! {
    /// A timer that does not count the time of humans.
    #[derive(Debug)]
    pub(crate) struct OwnTimer {
        #[pin]
        sleep: Option<Timer>,
        human: Standstill,
    }
}

impl OwnTimer {
    /// Not a constant: of one, the room for the timer would be copied, too.
    #[inline]
    pub(crate) const fn new() -> OwnTimer {
        OwnTimer { sleep: None, human: Standstill::NEVER }
    }

    /// Asked after a poll, and ready when so much time has passed since this was first asked. `before` is the
    /// [`polled::newest`] from before that poll.
    #[inline]
    pub(crate) fn poll(
        self: Pin<&mut Self>,
        before: u64,
        whose: Whose,
        after: Duration,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        if polled::newest() == before && self.human.0.is_none() {
            return poll_timer(self.project().sleep, whose, after, false, cx);
        }
        self.poll_beside_a_question(before, whose, after, cx)
    }

    #[cold]
    fn poll_beside_a_question(
        mut self: Pin<&mut Self>,
        before: u64,
        whose: Whose,
        after: Duration,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let stands_still = self.as_mut().stands_still(before, cx);
        poll_timer(self.project().sleep, whose, after, stands_still, cx)
    }

    /// Whether a question is open: then who polls is woken when it closes.
    #[inline]
    pub(crate) fn stands_still(self: Pin<&mut Self>, before: u64, cx: &Context<'_>) -> bool {
        let this = self.project();
        this.human.note(before);
        this.human.0.as_ref().is_some_and(|time| holds(time, this.sleep, cx))
    }

    /// From the beginning, when it is asked again.
    pub(crate) fn restart(self: Pin<&mut Self>) {
        self.project().sleep.set(None);
    }

    /// When it was first asked. The end tells: it was put off by what humans have taken.
    pub(crate) fn began(self: Pin<&Self>, after: Duration) -> Option<Instant> {
        let this = self.project_ref();
        this.sleep.as_pin_ref()?.began(after)?.checked_add(this.human.total())
    }
}

#[cold]
#[inline(never)]
pub(crate) fn note(time: &Arc<HumanTime>, before: u64) {
    for (at, it) in polled::since(before) {
        it.tell(time, Some(at));
    }
}

#[cold]
#[inline(never)]
fn holds(time: &HumanTime, timer: Pin<&mut Option<Timer>>, cx: &Context<'_>) -> bool {
    let Some(taken) = time.take(cx.waker()) else { return true };
    if let Some(timer) = timer.as_pin_mut().filter(|_| !taken.is_zero()) {
        timer.put_off(taken);
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
    polled::add(&link.0, At::now().instant);
    watched(work, move |before| link.note(before))
}

struct Link(Arc<HumanTime>);

impl Link {
    fn note(&self, before: u64) {
        for (at, it) in polled::since(before) {
            self.0.comes_with(&it, at);
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.0.hand_over();
    }
}
