//! Those who wait at a rate limit: each for an instant of its own, and for nobody else.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use super::bucket::Bucket;
use crate::base::clock::now_ns;
use crate::base::flow_time::Whose;
use crate::base::foreign::wake;
use crate::base::timer::Timer;

/// Who waits, in the order in which they came. It is locked for a look at it, and never across a wait.
#[derive(Debug)]
pub(super) struct Line {
    waiters: Mutex<Waiters>,
}

#[derive(Debug)]
struct Waiters {
    waiting: VecDeque<Waiter>,
    /// How many came before.
    tickets: u64,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    /// The instant that it sleeps until. When somebody before it leaves, its own instant comes earlier.
    until: u64,
    waker: Option<Waker>,
}

impl Line {
    pub(super) const fn new() -> Self {
        Line { waiters: Mutex::new(Waiters { waiting: VecDeque::new(), tickets: 0 }) }
    }

    /// Takes the next call from the bucket, and waits for it behind all others.
    pub(super) fn join<'a>(&'a self, bucket: &'a Bucket) -> Place<'a> {
        let mut waiters = self.lock();
        let now = read_clock(bucket);
        let until = bucket.take_next(now);
        let ticket = waiters.tickets;
        waiters.tickets += 1;
        waiters.waiting.push_back(Waiter { ticket, until, waker: None });
        Place { line: self, bucket, ticket, sleeps_until: None }
    }

    fn lock(&self) -> MutexGuard<'_, Waiters> {
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the clock says, noticed by the bucket.
#[inline]
pub(super) fn read_clock(bucket: &Bucket) -> u64 {
    let now = now_ns();
    bucket.notice(now);
    now
}

impl Waiters {
    /// Those who left are behind nobody any more, so the place alone says which of the calls that were taken is whose.
    fn instant(&self, place: usize, bucket: &Bucket) -> u64 {
        bucket.taken_before(self.waiting.len() - place).min(self.waiting[place].until)
    }

    fn place(&self, ticket: u64) -> usize {
        self.waiting.partition_point(|waiter| waiter.ticket < ticket)
    }

    /// Whom to wake because it sleeps for too long: the first behind a place that was left. It does the same for the next
    /// when it leaves, so that one who leaves does not wake all.
    fn sleeps_too_long(&mut self, place: usize, bucket: &Bucket) -> Option<Waker> {
        let until = self.waiting.get(place)?.until;
        if self.instant(place, bucket) < until { self.waiting[place].waker.take() } else { None }
    }
}

/// A place in the line. Left early, it gives the call back that was not there yet, and those behind it move up.
#[derive(Debug)]
pub(super) struct Place<'a> {
    line: &'a Line,
    bucket: &'a Bucket,
    ticket: u64,
    /// The instant that the timer was made for.
    sleeps_until: Option<u64>,
}

impl Place<'_> {
    /// Ready when it is this one's turn.
    pub(super) fn poll(
        &mut self,
        tool: &'static str,
        mut timer: Pin<&mut Option<Timer>>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        while let Some((until, wait)) = self.look(Some(cx.waker().clone())) {
            if self.sleeps_until != Some(until) {
                timer.set(Some(Timer::new(Whose { tool, attribute: "rate_limit" }, wait)));
                self.sleeps_until = Some(until);
            }
            if let Some(timer) = timer.as_mut().as_pin_mut() {
                ready!(timer.poll(cx));
            }
            self.sleeps_until = None;
        }
        // One that is recorded ends by being recorded, and not by the clock.
        if let Some(timer) = timer.as_pin_mut().filter(|timer| self.sleeps_until.is_some() && timer.is_recorded()) {
            ready!(timer.poll(cx));
        }
        Poll::Ready(())
    }

    /// The time that is left; `None` when it is this one's turn.
    pub(super) fn left(&self) -> Option<Duration> {
        self.look(None).map(|(_, wait)| wait)
    }

    /// The instant to wait for and the time until then. Leaves a waker for whoever lets this one move up.
    fn look(&self, waker: Option<Waker>) -> Option<(u64, Duration)> {
        let mut waiters = self.line.lock();
        let now = read_clock(self.bucket);
        let place = waiters.place(self.ticket);
        let until = waiters.instant(place, self.bucket);
        let waiter = &mut waiters.waiting[place];
        waiter.until = until;
        let _earlier = std::mem::replace(&mut waiter.waker, waker);
        // Before the waker that was there is dropped, which is foreign code.
        drop(waiters);
        let wait = until.checked_sub(now).filter(|wait| *wait > 0)?;
        Some((until, Duration::from_nanos(wait)))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut waiters = self.line.lock();
        let place = waiters.place(self.ticket);
        // A call that has been there for a while can't be put back: if the bucket was full since, it is counted in that.
        if waiters.instant(place, self.bucket) > read_clock(self.bucket) {
            self.bucket.put_back();
        }
        let _left = waiters.waiting.remove(place);
        let next = waiters.sleeps_too_long(place, self.bucket);
        drop(waiters);
        wake(next);
    }
}
