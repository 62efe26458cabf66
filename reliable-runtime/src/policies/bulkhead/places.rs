//! The places of a bulkhead, and the line of those who wait for one.

#[cfg(all(test, loom))]
mod interleaved;

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::PoisonError;
use std::task::{Context, Poll, Waker};

use crate::base::foreign::wake;
use crate::base::sync::{AtomicUsize, Mutex, MutexGuard, Ordering};

/// One number, which is all that a call has to do with where nobody waits: it is let in by one compare-and-swap, and goes by
/// another one.
#[derive(Debug)]
pub(super) struct Places {
    /// The calls that have a place and those that wait for one. Above the number of places it is changed under the lock of
    /// the line, and only there: it is above it by as many as wait in the line.
    inside: AtomicUsize,
    line: Mutex<Line>,
}

#[derive(Debug)]
struct Line {
    waiting: VecDeque<Waiter>,
    /// How many came before.
    tickets: u64,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    waker: Option<Waker>,
}

/// How many there may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// With a place.
    pub(super) places: usize,
    /// With a place, or waiting for one.
    pub(super) inside: usize,
}

/// What came of a call that wants a place.
pub(super) enum Entered<'a> {
    Placed(Place<'a>),
    Waits(Waiting<'a>),
    NoRoom,
}

impl Places {
    #[cfg(not(all(test, loom)))]
    pub(super) const fn new() -> Self {
        Places { inside: AtomicUsize::new(0), line: Mutex::new(Line { waiting: VecDeque::new(), tickets: 0 }) }
    }

    #[cfg(all(test, loom))]
    pub(super) fn new() -> Self {
        Places { inside: AtomicUsize::new(0), line: Mutex::new(Line { waiting: VecDeque::new(), tickets: 0 }) }
    }

    pub(super) fn inside(&self) -> usize {
        self.inside.load(Ordering::Relaxed)
    }

    /// Takes a place, or the last one in the line, if there is room.
    #[inline]
    pub(super) fn enter(&self, room: Room) -> Entered<'_> {
        match self.count_in(room.places) {
            Ok(_) => Entered::Placed(Place { places: self, of: room.places }),
            Err(inside) if inside >= room.inside => Entered::NoRoom,
            Err(_) => self.line_up(room),
        }
    }

    /// Counts one more, below `most`; gives how many there were.
    #[inline]
    fn count_in(&self, most: usize) -> Result<usize, usize> {
        let one_more = |inside| (inside < most).then_some(inside + 1);
        self.inside.fetch_update(Ordering::Acquire, Ordering::Relaxed, one_more)
    }

    #[cold]
    fn line_up(&self, room: Room) -> Entered<'_> {
        let mut line = self.line();
        match self.count_in(room.inside) {
            Ok(before) if before < room.places => Entered::Placed(Place { places: self, of: room.places }),
            Ok(_) => {
                let ticket = line.tickets;
                line.tickets += 1;
                line.waiting.push_back(Waiter { ticket, waker: None });
                Entered::Waits(Waiting { places: self, of: room.places, ticket: Some(ticket) })
            }
            Err(_) => Entered::NoRoom,
        }
    }

    /// One who had a place goes, and leaves it to the first in the line.
    #[inline]
    pub(super) fn leave(&self, of: usize) {
        let one_less = |inside| (inside <= of).then(|| inside - 1);
        if self.inside.fetch_update(Ordering::Release, Ordering::Relaxed, one_less).is_err() {
            self.hand_over();
        }
    }

    #[cold]
    fn hand_over(&self) {
        let mut line = self.line();
        // Nobody, if those who waited have left before the line was locked.
        let first = line.waiting.pop_front();
        self.inside.fetch_sub(1, Ordering::AcqRel);
        drop(line);
        wake(first.and_then(|first| first.waker));
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Where it waits; nowhere any more, if it was given a place.
    fn find(&self, ticket: u64) -> Option<usize> {
        self.waiting.binary_search_by_key(&ticket, |waiter| waiter.ticket).ok()
    }
}

/// A place, which is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Place<'a> {
    places: &'a Places,
    of: usize,
}

impl Place<'_> {
    pub(super) fn is_in(&self, places: &Places) -> bool {
        std::ptr::eq(self.places, places)
    }

    /// Keeps it: who does gives it back by [`Places::leave`], with what this gives.
    pub(super) fn keep(self) -> usize {
        let of = self.of;
        std::mem::forget(self);
        of
    }
}

impl Drop for Place<'_> {
    #[inline]
    fn drop(&mut self) {
        self.places.leave(self.of);
    }
}

/// Waits in the line. Dropped early, it leaves the line, or gives back the place that it was given meanwhile.
#[derive(Debug)]
pub(super) struct Waiting<'a> {
    places: &'a Places,
    of: usize,
    /// Until it has its place.
    ticket: Option<u64>,
}

impl<'a> Future for Waiting<'a> {
    type Output = Place<'a>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Place<'a>> {
        let waker = Some(cx.waker().clone());
        let mut line = self.places.line();
        if let Some(place) = self.ticket.and_then(|ticket| line.find(ticket)) {
            let _earlier = std::mem::replace(&mut line.waiting[place].waker, waker);
            // Before the waker that was there is dropped, which is foreign code.
            drop(line);
            return Poll::Pending;
        }
        drop(line);
        self.ticket = None;
        Poll::Ready(Place { places: self.places, of: self.of })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut line = self.places.line();
        let Some(place) = line.find(ticket) else {
            drop(line);
            return self.places.leave(self.of);
        };
        let _waker = line.waiting.remove(place);
        self.places.inside.fetch_sub(1, Ordering::AcqRel);
        drop(line);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::pin::pin;
    use std::thread;

    use super::*;

    const ROOM: Room = Room { places: 2, inside: usize::MAX };

    fn is_ready(waiting: Pin<&mut Waiting<'_>>) -> bool {
        waiting.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn a_place_goes_to_the_first_in_the_line_and_on_to_the_next_if_that_one_has_gone() {
        let places = Places::new();
        let Entered::Placed(first) = places.enter(ROOM) else { panic!() };
        let Entered::Placed(_second) = places.enter(ROOM) else { panic!() };
        let waits = || match places.enter(ROOM) {
            Entered::Waits(waiting) => waiting,
            _ => panic!("it should wait"),
        };
        let (third, fourth, fifth) = (waits(), waits(), waits());
        let mut fifth = pin!(fifth);
        drop(fourth);
        assert_eq!(places.inside(), 4);
        drop(first);
        assert_eq!(places.inside(), 3);
        assert!(!is_ready(fifth.as_mut()), "it is the third one's");
        drop(third);
        assert!(is_ready(fifth.as_mut()));
    }

    #[test]
    fn threads_that_come_wait_and_give_up_lose_no_place_and_make_none() {
        let (places, running) = (Places::new(), AtomicUsize::new(0));
        let run = |place: Place<'_>| {
            assert!(running.fetch_add(1, Ordering::SeqCst) < ROOM.places);
            thread::yield_now();
            running.fetch_sub(1, Ordering::SeqCst);
            drop(place);
        };
        thread::scope(|scope| {
            for caller in 0..4 {
                let (places, run) = (&places, &run);
                scope.spawn(move || {
                    for call in 0..2000 {
                        match places.enter(ROOM) {
                            Entered::Placed(place) => run(place),
                            Entered::Waits(waiting) if call % 3 == caller % 3 => drop(waiting),
                            Entered::Waits(waiting) => {
                                run(crate::base::blocking::block_on(waiting, None, || {}).unwrap());
                            }
                            Entered::NoRoom => panic!("there is room for all"),
                        }
                    }
                });
            }
        });
        assert_eq!(places.inside(), 0);
        assert!(places.line().waiting.is_empty());
    }
}
