//! The breaker against a plain, sequential model of itself, with random scripts.

use std::collections::VecDeque;
use std::time::Duration;

use proptest::prelude::*;

use super::left;
use super::rules::{DEFAULT, Ratio, Rules, Window};
use super::state::{self, Admitted, BUCKETS, FOR_EVER, State};
use crate::base::clock::Reading;

/// What the breaker should do, written down without a thought for speed.
struct Model {
    rules: Rules,
    phase: Phase,
    /// How many transitions there were: a call remembers the number at which it began.
    transitions: u64,
    /// Since it was closed.
    failed_probes: u32,
}

#[derive(PartialEq)]
enum Phase {
    Isolated,
    Disabled,
    Closed { in_a_row: u32, window: VecDeque<bool>, timed: Timed },
    Open { since: u64 },
    HalfOpen { admitted: u32, succeeded: u32, last: u64 },
}

fn closed() -> Phase {
    Phase::Closed { in_a_row: 0, window: VecDeque::new(), timed: Timed::default() }
}

/// The outcomes in a window of time, each with the number of its bucket.
#[derive(PartialEq, Default)]
struct Timed {
    began: Option<u64>,
    outcomes: Vec<(u64, bool)>,
}

impl Timed {
    fn push(&mut self, failed: bool, now: u64, bucket_us: u64) -> (u64, u64) {
        let began = *self.began.get_or_insert(now);
        let bucket = (now - began) / bucket_us;
        self.outcomes.push((bucket, failed));
        self.outcomes.retain(|(old, _)| old + BUCKETS as u64 > bucket);
        let failures = self.outcomes.iter().filter(|(_, failed)| *failed).count();
        (failures as u64, self.outcomes.len() as u64)
    }
}

impl Model {
    fn longest_probe(&self) -> u64 {
        (2 * self.rules.cooldown_us).max(60_000_000)
    }

    fn cooldown(&self) -> u64 {
        match self.rules.max_cooldown_us {
            None => self.rules.cooldown_us,
            Some(max) => (self.rules.cooldown_us << self.failed_probes.min(20)).min(max),
        }
    }

    fn probe_failed(&mut self, since: u64) {
        self.failed_probes += 1;
        self.become_(Phase::Open { since });
    }

    /// Whether the probes have failed by now, because they took too long.
    fn look_at_the_clock(&mut self, now: u64) {
        if let Phase::HalfOpen { last, .. } = self.phase {
            let failed = last + self.longest_probe();
            if failed <= now {
                self.probe_failed(failed);
            }
        }
    }

    fn admit(&mut self, now: u64) -> Result<u64, u64> {
        if matches!(self.phase, Phase::HalfOpen { admitted, .. } if admitted == self.rules.probes) {
            self.look_at_the_clock(now);
        }
        let cooldown = self.cooldown();
        match &mut self.phase {
            Phase::Closed { .. } | Phase::Disabled => Ok(self.transitions),
            Phase::Isolated => Err(FOR_EVER),
            Phase::Open { since } if now - *since < cooldown => Err(cooldown - (now - *since)),
            Phase::Open { .. } => {
                self.become_(Phase::HalfOpen { admitted: 1, succeeded: 0, last: now });
                Ok(self.transitions)
            }
            Phase::HalfOpen { admitted, .. } if *admitted == self.rules.probes => Err(0),
            Phase::HalfOpen { admitted, last, .. } => {
                *admitted += 1;
                *last = now;
                Ok(self.transitions)
            }
        }
    }

    fn record(&mut self, call: u64, failed: bool, now: u64) {
        if call != self.transitions {
            return;
        }
        self.look_at_the_clock(now);
        match (&mut self.phase, self.rules.ratio) {
            (Phase::Closed { in_a_row, .. }, None) => {
                *in_a_row = if failed { *in_a_row + 1 } else { 0 };
                if *in_a_row == self.rules.failures {
                    self.become_(Phase::Open { since: now });
                }
            }
            (Phase::Closed { window, timed, .. }, Some(ratio)) => {
                let (is_judged, failures, calls) = match ratio.window {
                    Window::Calls(calls) => {
                        window.push_back(failed);
                        if window.len() > calls as usize {
                            window.pop_front();
                        }
                        let failures = u64::try_from(window.iter().filter(|failed| **failed).count()).unwrap();
                        (window.len() == calls as usize, failures, u64::from(calls))
                    }
                    Window::Time { bucket_us } => {
                        let (failures, calls) = timed.push(failed, now, bucket_us);
                        (calls >= u64::from(ratio.min_calls), failures, calls)
                    }
                };
                if is_judged && failures * 1_000_000 >= ratio.millionths * calls {
                    self.become_(Phase::Open { since: now });
                }
            }
            (Phase::HalfOpen { .. }, _) if failed => self.probe_failed(now),
            (Phase::HalfOpen { succeeded, .. }, _) => {
                *succeeded += 1;
                if *succeeded == self.rules.probes {
                    self.close();
                }
            }
            // Its own clock has told before: it took too long.
            (Phase::Open { .. } | Phase::Isolated | Phase::Disabled, _) => {}
        }
    }

    fn give_back(&mut self, call: u64) {
        if let Phase::HalfOpen { admitted, .. } = &mut self.phase {
            if call == self.transitions {
                *admitted -= 1;
            }
        }
    }

    fn close(&mut self) {
        self.failed_probes = 0;
        self.become_(closed());
    }

    fn put(&mut self, phase: Phase) {
        if self.phase != phase {
            self.failed_probes = 0;
            self.become_(phase);
        }
    }

    fn become_(&mut self, phase: Phase) {
        self.phase = phase;
        self.transitions += 1;
    }

    fn name(&self) -> &'static str {
        match self.phase {
            Phase::Closed { .. } => "closed",
            Phase::Open { .. } => "open",
            Phase::HalfOpen { .. } => "half-open",
            Phase::Isolated => "isolated",
            Phase::Disabled => "disabled",
        }
    }
}

fn name(state: &State) -> &'static str {
    use state::Phase;
    match state.phase() {
        Phase::Closed { .. } => "closed",
        Phase::Open { .. } => "open",
        Phase::HalfOpen { .. } => "half-open",
        Phase::Isolated => "isolated",
        Phase::Disabled => "disabled",
    }
}

/// One line of a script. Calls overlap: `End` and `Drop` pick one of those under way.
#[derive(Debug, Clone)]
enum Line {
    Begin,
    End { call: prop::sample::Index, failed: bool },
    Drop { call: prop::sample::Index },
    Wait(u64),
    Isolate,
    Disable,
    Close,
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let line = prop_oneof![
        12 => Just(Line::Begin),
        12 => (any::<prop::sample::Index>(), prop::bool::weighted(0.6)).prop_map(|(call, failed)| Line::End { call, failed }),
        3 => any::<prop::sample::Index>().prop_map(|call| Line::Drop { call }),
        6 => (0_u64..60).prop_map(Line::Wait),
        3 => (59_999_950_u64..60_000_120).prop_map(Line::Wait),
        1 => prop_oneof![Just(Line::Isolate), Just(Line::Disable), Just(Line::Close)],
    ];
    prop::collection::vec(line, 0..120)
}

fn rules() -> impl Strategy<Value = Rules> {
    let window = prop_oneof![
        prop_oneof![1_u32..10, 60_u32..70].prop_map(Window::Calls),
        (1_u64..12).prop_map(|bucket_us| Window::Time { bucket_us }),
    ];
    let ratio =
        prop::option::of((1_u64..=1_000_000, window, 1_u32..6).prop_map(|(millionths, window, min_calls)| Ratio {
            millionths,
            window,
            min_calls,
        }));
    let grows = prop::option::weighted(0.3, 0_u64..400);
    let slow = prop::option::weighted(0.3, 0_u64..80);
    (1_u32..6, ratio, 1_u64..100, grows, 1_u32..4, slow).prop_map(
        |(failures, ratio, cooldown_us, grows, probes, slow_us)| {
            let max_cooldown_us = grows.map(|by| cooldown_us + by);
            Rules { failures, ratio, cooldown_us, max_cooldown_us, probes, slow_us, ..DEFAULT }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn does_what_the_model_does(rules in rules(), script in lines()) {
        let state = if rules.slow_us.is_some() { State::watching() } else { State::new() };
        let mut model = Model { rules, phase: closed(), transitions: 0, failed_probes: 0 };
        let mut under_way: Vec<(u64, u64, u64)> = Vec::new();
        let mut now = 1_000;
        for line in script {
            match line {
                Line::Wait(us) => now += us,
                Line::Begin => {
                    let look = state.left(&rules, || Reading::of_us(now));
                    let admitted = state.admit(&rules, || now).map(|Admitted { generation, .. }| generation);
                    let expected = model.admit(now);
                    prop_assert_eq!(admitted.err().map(|refused| refused.left_us), expected.err());
                    // A look is enough, unless the call has changed something.
                    let changes = admitted.map_or_else(|refused| refused.opened, |_| true);
                    prop_assert_eq!(look, expected.err().filter(|_| !changes).map(left));
                    under_way.extend(admitted.ok().zip(expected.ok()).map(|(generation, call)| (generation, call, now)));
                }
                Line::End { call, failed } if !under_way.is_empty() => {
                    let (generation, call, began) = under_way.swap_remove(call.index(under_way.len()));
                    let is_slow = state.slow_us(&rules, generation, || now).is_some();
                    state.record(&rules, generation, failed || is_slow, || now);
                    let is_slow = rules.slow_us.is_some_and(|slow_us| now - began > slow_us);
                    model.record(call, failed || is_slow, now);
                }
                Line::Drop { call } if !under_way.is_empty() => {
                    let (generation, call, _) = under_way.swap_remove(call.index(under_way.len()));
                    state.give_back(&rules, generation);
                    model.give_back(call);
                }
                Line::End { .. } | Line::Drop { .. } => {}
                Line::Isolate => {
                    state.put(&rules, state::Phase::Isolated);
                    model.put(Phase::Isolated);
                }
                Line::Disable => {
                    state.put(&rules, state::Phase::Disabled);
                    model.put(Phase::Disabled);
                }
                Line::Close => {
                    state.put(&rules, state::Phase::Closed { failures: 0 });
                    model.close();
                }
            }
            prop_assert_eq!(name(&state), model.name());
        }
    }
}

fn opened_at(us: u64) -> (Rules, State) {
    let rules = Rules { failures: 1, ..DEFAULT };
    let state = State::new();
    let call = state.admit(&rules, || us).unwrap();
    state.record(&rules, call.generation, true, || us);
    (rules, state)
}

#[test]
fn generations_begin_anew_in_every_phase() {
    let slow = Rules { failures: 1, cooldown_us: 0, slow_us: Some(1_000_000), ..DEFAULT };
    for (rules, state) in [(DEFAULT, State::new()), (slow, State::watching())] {
        for _ in 0..20_000 {
            for phase in [state::Phase::Isolated, state::Phase::Disabled, state::Phase::Closed { failures: 0 }] {
                assert!(state.put(&rules, phase));
                assert_eq!(state.phase(), phase);
            }
        }
        let call = |failed: bool| {
            let call = state.admit(&rules, || 1_000).unwrap();
            state.record(&rules, call.generation, failed, || 1_000)
        };
        for _ in 0..20_000 * u32::from(rules.failures == 1) {
            assert_eq!((call(true), call(false)), (state::Change::Opened, state::Change::Closed));
        }
    }
}

#[test]
fn a_thread_that_lags_by_a_whole_window_takes_nothing_from_those_ahead() {
    let window = Window::Time { bucket_us: 1_000 };
    let rules = Rules { ratio: Some(Ratio { millionths: 500_000, window, min_calls: 3 }), ..DEFAULT };
    let state = State::new();
    let call = |failed: bool, now: u64| {
        let call = state.admit(&rules, || now).unwrap();
        state.record(&rules, call.generation, failed, || now)
    };
    call(false, 1_000);
    call(true, 1_000);
    let ahead = 1_000 + BUCKETS as u64 * 1_000;
    for _ in 0..8 {
        call(false, ahead);
    }
    for _ in 0..3 {
        assert_eq!(call(true, 1_500), state::Change::None, "it is too late to count");
    }
    for _ in 0..7 {
        assert_eq!(call(true, ahead), state::Change::None);
    }
    assert_eq!(call(true, ahead), state::Change::Opened, "8 of 16");
}

#[test]
fn a_clock_that_went_back_opens_it_anew() {
    const HOUR: u64 = 3_600_000_000;
    let (rules, state) = opened_at(2 * HOUR);
    assert_eq!(state.left(&rules, || Reading::of_us(HOUR)), None, "that takes more than a look");
    assert_eq!(state.admit(&rules, || HOUR).unwrap_err().left_us, 30_000_000);
    assert_eq!(state.admit(&rules, || HOUR + 29_999_999).unwrap_err().left_us, 1);
    assert!(state.admit(&rules, || HOUR + 30_000_000).is_ok());
}

/// In a look the seconds are subtracted, and not only the microseconds.
#[test]
fn what_is_left_is_right_wherever_in_a_second_it_opened() {
    for opened in [0, 1, 400_000, 999_999, 1_000_000].map(|us| 5_000_000 + us) {
        let (rules, state) = opened_at(opened);
        for passed in [0, 1, 999_999, 1_000_000, 1_000_001, 29_000_000, 29_999_999] {
            // The digits behind the microseconds are not told.
            let left = state.left(&rules, || Reading::of_us(opened + passed).later(Duration::from_nanos(999)));
            assert_eq!(left, Some(Duration::from_micros(30_000_000 - passed)), "{opened} {passed}");
        }
        assert_eq!(state.left(&rules, || Reading::of_us(opened + 30_000_000)), None);
    }
}

#[test]
fn readings_of_two_threads_in_another_order_are_no_clock_that_went_back() {
    let (rules, state) = opened_at(10_000_000);
    assert_eq!(state.admit(&rules, || 9_000_001).unwrap_err().left_us, 30_000_000);
    assert_eq!(state.admit(&rules, || 10_000_001).unwrap_err().left_us, 29_999_999, "as if nobody had asked before");
}

#[test]
fn a_clock_that_has_run_for_years_leaves_it_open() {
    let year = 365 * 24 * 3_600_000_000;
    for since in [7 * year, (1 << 48) - 1, 1 << 48, 20 * year] {
        let (rules, state) = opened_at(since);
        assert_eq!(state.admit(&rules, || since + 1_000_000).unwrap_err().left_us, 29_000_000, "{since}");
        let look = state.left(&rules, || Reading::of_us(since + 1_000_000));
        assert!(look.is_none_or(|left| left == Duration::from_secs(29)), "{since}: {look:?}");
        assert!(state.admit(&rules, || since + 30_000_000).is_ok(), "{since}");
    }
}

#[test]
fn a_ratio_is_exact() {
    let reached = |ratio: f64, window, failures| {
        let breaker = crate::policies::circuit_breaker::CircuitBreaker::new().ratio(ratio).window(window);
        breaker.rules.ratio.unwrap().is_reached(failures, u64::from(window))
    };
    assert!(reached(0.55, 100, 55) && !reached(0.55, 100, 54));
    assert!(reached(0.07, 100, 7) && !reached(0.07, 100, 6));
    assert!(reached(0.29, 100, 29) && !reached(0.29, 100, 28));
    assert!(reached(1.0, 3, 3) && !reached(1.0, 3, 2));
    assert!(reached(0.333_333, 3, 1));
}
