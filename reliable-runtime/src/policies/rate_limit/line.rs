//! Those who wait at a rate limit: each for an instant of its own, and for nobody else.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use super::bucket::{Amount, Bucket};
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
    /// What they take together, in nanoseconds.
    take: u128,
    /// How many came before.
    tickets: u64,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    /// What it takes, in nanoseconds.
    takes: u64,
    /// The instant that it sleeps until. When somebody before it leaves, its own instant comes earlier.
    until: u64,
    waker: Option<Waker>,
}

impl Line {
    pub(super) const fn new() -> Self {
        Line { waiters: Mutex::new(Waiters { waiting: VecDeque::new(), take: 0, tickets: 0 }) }
    }

    /// Takes from the bucket what comes next, and waits for it behind all others. Where it would wait for longer than
    /// `max_wait`, it takes nothing, and gives the time that it would be, both in nanoseconds.
    pub(super) fn join<'a>(&'a self, bucket: &'a Bucket, amount: Amount, max_wait: u64) -> Result<Place<'a>, u64> {
        let mut waiters = self.lock();
        let now = read_clock(bucket);
        let until = bucket.take_next(now, amount, max_wait)?;
        let (ticket, takes) = (waiters.tickets, amount.ns);
        waiters.tickets += 1;
        waiters.take += u128::from(takes);
        waiters.waiting.push_back(Waiter { ticket, takes, until, waker: None });
        Ok(Place { line: self, bucket, ticket, sleeps_until: None })
    }

    /// Something was put back: those who wait move up.
    pub(super) fn move_up(&self, bucket: &Bucket) {
        let mut waiters = self.lock();
        let first = waiters.sleeps_too_long(0, bucket);
        drop(waiters);
        wake(first);
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
    /// Those who left are behind nobody any more, so what is taken by those behind a place says what was taken by it.
    fn instant(&self, place: usize, bucket: &Bucket) -> u64 {
        bucket.taken_before(self.taken_behind(place, bucket)).min(self.waiting[place].until)
    }

    fn taken_behind(&self, place: usize, bucket: &Bucket) -> u64 {
        let (one, behind) = (bucket.ns(1), self.waiting.len() - 1 - place);
        // As a rule each takes one, and nobody has to be looked at.
        if self.take == u128::from(one) * self.waiting.len() as u128 {
            return one.saturating_mul(behind as u64);
        }
        let sum = |sum: u128, waiter: &Waiter| sum + u128::from(waiter.takes);
        let taken = if behind < place {
            self.waiting.range(place + 1..).fold(0, sum)
        } else {
            self.take - self.waiting.range(..=place).fold(0, sum)
        };
        u64::try_from(taken).unwrap_or(u64::MAX)
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

    /// When all will be back that was taken until its turn.
    pub(super) fn full_at(&self) -> u64 {
        let waiters = self.line.lock();
        let instant = waiters.instant(waiters.place(self.ticket), self.bucket);
        instant.saturating_add(self.bucket.whole())
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
        let takes = waiters.waiting[place].takes;
        if waiters.instant(place, self.bucket) > read_clock(self.bucket) {
            self.bucket.put_back(takes);
        }
        let _left = waiters.waiting.remove(place);
        waiters.take -= u128::from(takes);
        let next = waiters.sleeps_too_long(place, self.bucket);
        drop(waiters);
        wake(next);
    }
}
