use std::pin::pin;
use std::time::UNIX_EPOCH;

use super::*;

fn is_through(turn: Pin<&mut Turn>) -> bool {
    turn.poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

/// An engine that tells of a write when it is told to.
fn engine() -> (Arc<Mutex<Option<u64>>>, Wait<u64>) {
    let told = Arc::<Mutex<Option<u64>>>::default();
    let order = Arc::clone(&told);
    let written = std::future::poll_fn(move |_| match *order.lock().unwrap() {
        Some(order) => Poll::Ready(Ok(order)),
        None => Poll::Pending,
    });
    (told, Box::pin(written))
}

fn poll_writes(gate: &Gate) {
    assert_eq!(gate.poll_writes(&mut Context::from_waker(Waker::noop())), None);
}

/// Of two that are written at once, the engine may tell of the second first.
#[test]
fn an_outcome_waits_for_what_may_come_before_it() {
    let gate = Gate::default();
    let ((first_told, first), (second_told, second)) = (engine(), engine());
    let (mut first, mut second) = (pin!(gate.written(first, UNIX_EPOCH)), pin!(gate.written(second, UNIX_EPOCH)));
    *second_told.lock().unwrap() = Some(2);
    poll_writes(&gate);
    assert!(!gate.let_through() && !is_through(second.as_mut()), "the first one is still being written");
    *first_told.lock().unwrap() = Some(1);
    poll_writes(&gate);
    assert!(gate.let_through());
    assert!(is_through(first.as_mut()) && !is_through(second.as_mut()), "one at a time");
    assert!(gate.let_through() && is_through(second.as_mut()));
    assert!(!gate.let_through());
}

/// As in `buffer_unordered`, while its reader awaits something else.
#[test]
fn who_is_not_polled_keeps_nobody_waiting() {
    let gate = Gate::default();
    let ((first_told, first), (_, dropped)) = (engine(), engine());
    let mut held = pin!(gate.written(first, UNIX_EPOCH));
    *first_told.lock().unwrap() = Some(1);
    poll_writes(&gate);
    let mut next = pin!(gate.outcome(2, UNIX_EPOCH));
    assert!(gate.let_through() && !is_through(next.as_mut()), "the turn of the one that is held");
    assert!(gate.let_through() && is_through(next.as_mut()));
    assert!(is_through(held.as_mut()), "whenever it is looked at");

    // What is dropped is written all the same, and nobody is told of it.
    drop(gate.written(dropped, UNIX_EPOCH));
    let mut last = pin!(gate.outcome(4, UNIX_EPOCH));
    assert!(!gate.let_through() && !is_through(last.as_mut()), "it may come before this one");
}

#[test]
fn nothing_begins_while_an_outcome_waits() {
    let gate = Gate::default();
    let (mut one, mut outcome, mut two) =
        (pin!(gate.beginning()), pin!(gate.outcome(7, UNIX_EPOCH)), pin!(gate.beginning()));
    assert!(gate.let_through());
    assert!(is_through(outcome.as_mut()) && !is_through(one.as_mut()) && !is_through(two.as_mut()));
    assert!(gate.let_through() && is_through(one.as_mut()) && is_through(two.as_mut()), "and then all at once");
}

#[test]
fn one_that_is_dropped_keeps_nobody_waiting() {
    let gate = Gate::default();
    let mut second = pin!(gate.outcome(2, UNIX_EPOCH));
    drop(gate.outcome(1, UNIX_EPOCH));
    assert!(gate.let_through() && is_through(second.as_mut()));
}
