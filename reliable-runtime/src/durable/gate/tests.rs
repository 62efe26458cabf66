use std::pin::pin;
use std::time::UNIX_EPOCH;

use super::*;

fn is_through(turn: Pin<&mut Turn>) -> bool {
    turn.poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

/// Of two that are written at once, the engine may tell of the second first.
#[test]
fn an_outcome_waits_for_what_may_come_before_it() {
    let gate = Gate::default();
    let (first, second) = (gate.writing(), gate.writing());
    let mut second_s = pin!(gate.outcome(2, UNIX_EPOCH));
    drop(second);
    assert!(!gate.let_through() && !is_through(second_s.as_mut()), "the first one is still being written");
    let mut first_s = pin!(gate.outcome(1, UNIX_EPOCH));
    drop(first);
    assert!(gate.let_through());
    assert!(is_through(first_s.as_mut()) && !is_through(second_s.as_mut()), "one at a time");
    assert!(gate.let_through() && is_through(second_s.as_mut()));
    assert!(!gate.let_through());
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
