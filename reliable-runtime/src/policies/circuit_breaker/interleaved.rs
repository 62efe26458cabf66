//! The transitions of a breaker under every interleaving of two threads.

use loom::sync::Arc;
use loom::thread;

use super::rules::{DEFAULT, Ratio, Rules, Window};
use super::state::{Phase, State};

fn rules() -> Rules {
    Rules { failures: 1, cooldown_us: 10, ..DEFAULT }
}

fn opened() -> Arc<State> {
    let state = State::new();
    let call = state.admit(&rules(), || 0).unwrap();
    state.record(&rules(), call.generation, true, || 0);
    Arc::new(state)
}

fn probe(state: &State) -> Option<u64> {
    state.admit(&rules(), || 10).ok().map(|admitted| admitted.generation)
}

#[test]
fn one_probe_of_two_racing_callers_is_admitted() {
    loom::model(|| {
        let state = opened();
        let other = {
            let state = state.clone();
            thread::spawn(move || probe(&state).is_some())
        };
        let mine = probe(&state).is_some();
        assert!(mine != other.join().unwrap(), "exactly one");
    });
}

#[test]
fn a_probe_that_is_dropped_while_another_asks_makes_room() {
    loom::model(|| {
        let state = opened();
        let first = probe(&state).unwrap();
        let other = {
            let state = state.clone();
            thread::spawn(move || probe(&state))
        };
        state.give_back(&rules(), first);
        let second = other.join().unwrap();
        let third = probe(&state);
        assert!(second.is_some() != third.is_some(), "the place is there once, and never lost");
    });
}

#[test]
fn late_failures_never_reopen_what_a_probe_has_closed() {
    loom::model(|| {
        let two = Rules { failures: 2, ..rules() };
        let state = Arc::new(State::new());
        let late = state.admit(&two, || 0).unwrap().generation;
        for _ in 0..2 {
            let call = state.admit(&two, || 0).unwrap().generation;
            state.record(&two, call, true, || 0);
        }
        let probe = state.admit(&two, || 10).unwrap().generation;
        let other = {
            let state = state.clone();
            thread::spawn(move || state.record(&two, late, true, || 11))
        };
        state.record(&two, probe, false, || 11);
        other.join().unwrap();
        assert!(matches!(state.phase(), Phase::Closed { failures: 0 }));
    });
}

/// Two calls that fail at once, where two failures open it.
fn two_failures_open_it(rules: Rules, now: u64) {
    let state = Arc::new(State::new());
    let fail = move |state: &State| {
        let call = state.admit(&rules, || now).unwrap().generation;
        state.record(&rules, call, true, || now);
    };
    let other = {
        let state = state.clone();
        thread::spawn(move || fail(&state))
    };
    fail(&state);
    other.join().unwrap();
    assert!(matches!(state.phase(), Phase::Open { .. }));
}

#[test]
fn two_failures_at_once_are_both_counted() {
    loom::model(|| two_failures_open_it(Rules { failures: 2, ..rules() }, 0));
}

#[test]
fn two_failures_at_once_in_a_window_of_time_are_both_counted() {
    loom::model(|| {
        let ratio = Some(Ratio { millionths: 1_000_000, window: Window::Time { bucket_us: 5 }, min_calls: 2 });
        two_failures_open_it(Rules { ratio, ..rules() }, 7);
    });
}

#[test]
fn two_probes_that_fail_at_once_double_the_cooldown_once() {
    loom::model(|| {
        let grows = Rules { probes: 2, max_cooldown_us: Some(1000), ..rules() };
        let state = State::new();
        let call = state.admit(&grows, || 0).unwrap();
        state.record(&grows, call.generation, true, || 0);
        let state = Arc::new(state);
        let probes = [(); 2].map(|()| state.admit(&grows, || 10).unwrap().generation);
        let other = {
            let state = state.clone();
            thread::spawn(move || state.record(&grows, probes[1], true, || 20))
        };
        state.record(&grows, probes[0], true, || 20);
        other.join().unwrap();
        assert_eq!(state.admit(&grows, || 20).unwrap_err().left_us, 20);
    });
}

#[test]
fn what_is_isolated_by_hand_while_a_call_fails_stays_so() {
    loom::model(|| {
        let state = Arc::new(State::new());
        let call = state.admit(&rules(), || 0).unwrap().generation;
        let other = {
            let state = state.clone();
            thread::spawn(move || state.record(&rules(), call, true, || 1))
        };
        state.put(&rules(), Phase::Isolated);
        other.join().unwrap();
        assert_eq!(state.phase(), Phase::Isolated);
    });
}
