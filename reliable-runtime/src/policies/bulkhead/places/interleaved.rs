//! The line at a bulkhead under every interleaving of two threads.

use std::pin::pin;
use std::task::{Context, Poll, Wake, Waker};

use loom::sync::{Arc, Notify};
use loom::thread;

use super::*;

const ROOM: Room = Room { places: 1, inside: usize::MAX };

/// A bulkhead with one place, and those who are in it.
struct House {
    places: Places,
    running: AtomicUsize,
}

impl House {
    fn new() -> Arc<House> {
        Arc::new(House { places: Places::new(), running: AtomicUsize::new(0) })
    }

    fn run(&self, place: Place<'_>) {
        assert_eq!(self.running.fetch_add(1, Ordering::AcqRel), 0, "there is one place");
        self.running.fetch_sub(1, Ordering::AcqRel);
        drop(place);
    }

    fn call(&self) {
        match self.places.enter(ROOM) {
            Entered::Placed(place) => self.run(place),
            Entered::Waits(waiting) => self.run(waits(waiting)),
            Entered::NoRoom => panic!("there is room for all"),
        }
    }

    fn is_empty(&self) -> bool {
        self.places.inside() == 0 && self.places.line().waiting.is_empty()
    }
}

struct Woken(Notify);

impl Wake for Woken {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.notify();
    }
}

/// Sleeps until it has its place: for ever, which loom would tell, if nobody wakes it.
fn waits(waiting: Waiting<'_>) -> Place<'_> {
    let woken = std::sync::Arc::new(Woken(Notify::new()));
    let waker = Waker::from(woken.clone());
    let mut waiting = pin!(waiting);
    loop {
        match waiting.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(place) => return place,
            Poll::Pending => woken.0.wait(),
        }
    }
}

#[test]
fn two_calls_at_once_run_one_after_the_other_and_leave_nothing() {
    loom::model(|| {
        let house = House::new();
        let other = {
            let house = house.clone();
            thread::spawn(move || house.call())
        };
        house.call();
        other.join().unwrap();
        assert!(house.is_empty());
    });
}

#[test]
fn one_who_gives_up_while_the_place_is_left_to_it_passes_it_on() {
    loom::model(|| {
        let house = House::new();
        let Entered::Placed(place) = house.places.enter(ROOM) else { panic!("it is empty") };
        let others = {
            let house = house.clone();
            thread::spawn(move || {
                match house.places.enter(ROOM) {
                    Entered::Placed(place) => house.run(place),
                    Entered::Waits(waiting) => drop(waiting),
                    Entered::NoRoom => panic!("there is room for all"),
                }
                house.call();
            })
        };
        drop(place);
        others.join().unwrap();
        assert!(house.is_empty());
    });
}

#[test]
fn where_nobody_may_wait_one_of_two_is_let_in_and_its_place_is_there_again() {
    loom::model(|| {
        let nobody_waits = Room { places: 1, inside: 1 };
        let house = House::new();
        let enters = move |house: &House| match house.places.enter(nobody_waits) {
            Entered::Placed(place) => {
                house.run(place);
                true
            }
            Entered::NoRoom => false,
            Entered::Waits(_) => panic!("nobody may wait"),
        };
        let other = {
            let house = house.clone();
            thread::spawn(move || enters(&house))
        };
        let mine = enters(&house);
        assert!(mine | other.join().unwrap(), "at least one");
        assert!(house.is_empty() && enters(&house));
    });
}
