//! The breaker against a plain, sequential model of itself, with random scripts; and, under `--cfg loom`, its transitions
//! under every interleaving of two threads.

use super::rules::Rules;
use super::state::State;

#[cfg(not(loom))]
mod sequential {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::super::rules::Ratio;
    use super::super::state::Admitted;
    use super::*;

    /// What the breaker should do, written down without a thought for speed.
    struct Model {
        rules: Rules,
        phase: Phase,
        /// How many transitions there were: a call remembers the number at which it began.
        transitions: u64,
    }

    enum Phase {
        Closed { in_a_row: u32, window: VecDeque<bool> },
        Open { since: u64 },
        HalfOpen { admitted: u32, succeeded: u32, last: u64 },
    }

    fn closed() -> Phase {
        Phase::Closed { in_a_row: 0, window: VecDeque::new() }
    }

    impl Model {
        fn longest_probe(&self) -> u64 {
            (2 * self.rules.cooldown_us).max(60_000_000)
        }

        /// Whether the probes have failed by now, because they took too long.
        fn look_at_the_clock(&mut self, now: u64) {
            if let Phase::HalfOpen { last, .. } = self.phase {
                let failed = last + self.longest_probe();
                if failed <= now {
                    self.become_(Phase::Open { since: failed });
                }
            }
        }

        fn admit(&mut self, now: u64) -> Result<u64, u64> {
            if matches!(self.phase, Phase::HalfOpen { admitted, .. } if admitted == self.rules.probes) {
                self.look_at_the_clock(now);
            }
            match &mut self.phase {
                Phase::Closed { .. } => Ok(self.transitions),
                Phase::Open { since } if now - *since < self.rules.cooldown_us => {
                    Err(self.rules.cooldown_us - (now - *since))
                }
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
                (Phase::Closed { window, .. }, Some(ratio)) => {
                    window.push_back(failed);
                    if window.len() > ratio.window as usize {
                        window.pop_front();
                    }
                    let failures = u64::try_from(window.iter().filter(|failed| **failed).count()).unwrap();
                    let full = window.len() == ratio.window as usize;
                    if full && failures * 1_000_000 >= ratio.millionths * u64::from(ratio.window) {
                        self.become_(Phase::Open { since: now });
                    }
                }
                (Phase::HalfOpen { .. }, _) if failed => self.become_(Phase::Open { since: now }),
                (Phase::HalfOpen { succeeded, .. }, _) => {
                    *succeeded += 1;
                    if *succeeded == self.rules.probes {
                        self.become_(closed());
                    }
                }
                // Its own clock has told before: it took too long.
                (Phase::Open { .. }, _) => {}
            }
        }

        fn give_back(&mut self, call: u64) {
            if let Phase::HalfOpen { admitted, .. } = &mut self.phase {
                if call == self.transitions {
                    *admitted -= 1;
                }
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
            }
        }
    }

    fn name(state: &State) -> &'static str {
        use super::super::state::Phase;
        match state.phase() {
            Phase::Closed { .. } => "closed",
            Phase::Open { .. } => "open",
            Phase::HalfOpen { .. } => "half-open",
        }
    }

    /// One line of a script. Calls overlap: `End` and `Drop` pick one of those under way.
    #[derive(Debug, Clone)]
    enum Line {
        Begin,
        End { call: prop::sample::Index, failed: bool },
        Drop { call: prop::sample::Index },
        Wait(u64),
    }

    fn lines() -> impl Strategy<Value = Vec<Line>> {
        let line = prop_oneof![
            4 => Just(Line::Begin),
            4 => (any::<prop::sample::Index>(), prop::bool::weighted(0.6)).prop_map(|(call, failed)| Line::End { call, failed }),
            1 => any::<prop::sample::Index>().prop_map(|call| Line::Drop { call }),
            2 => (0_u64..60).prop_map(Line::Wait),
            1 => (59_999_950_u64..60_000_120).prop_map(Line::Wait),
        ];
        prop::collection::vec(line, 0..120)
    }

    fn rules() -> impl Strategy<Value = Rules> {
        let ratio = prop::option::of(
            (1_u64..=1_000_000, prop_oneof![1_u32..10, 60_u32..70])
                .prop_map(|(millionths, window)| Ratio { millionths, window }),
        );
        (1_u32..6, ratio, 1_u64..100, 1_u32..4).prop_map(|(failures, ratio, cooldown_us, probes)| Rules {
            failures,
            ratio,
            cooldown_us,
            probes,
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn does_what_the_model_does(rules in rules(), script in lines()) {
            let state = State::new();
            let mut model = Model { rules, phase: closed(), transitions: 0 };
            let mut under_way: Vec<(u64, u64)> = Vec::new();
            let mut now = 1_000;
            for line in script {
                match line {
                    Line::Wait(us) => now += us,
                    Line::Begin => {
                        let look = state.left_us(&rules, || now);
                        let admitted = state.admit(&rules, || now).map(|Admitted { generation, .. }| generation);
                        let expected = model.admit(now);
                        prop_assert_eq!(admitted.err().map(|refused| refused.left_us), expected.err());
                        // A look is enough, unless the call has changed something.
                        let changes = admitted.map_or_else(|refused| refused.opened, |_| true);
                        prop_assert_eq!(look, expected.err().filter(|_| !changes));
                        under_way.extend(admitted.ok().zip(expected.ok()));
                    }
                    Line::End { call, failed } if !under_way.is_empty() => {
                        let (generation, call) = under_way.swap_remove(call.index(under_way.len()));
                        state.record(&rules, generation, failed, || now);
                        model.record(call, failed, now);
                    }
                    Line::Drop { call } if !under_way.is_empty() => {
                        let (generation, call) = under_way.swap_remove(call.index(under_way.len()));
                        state.give_back(generation);
                        model.give_back(call);
                    }
                    Line::End { .. } | Line::Drop { .. } => {}
                }
                prop_assert_eq!(name(&state), model.name());
            }
        }
    }

    fn opened_at(us: u64) -> (Rules, State) {
        let rules = Rules { failures: 1, ratio: None, cooldown_us: 30_000_000, probes: 1 };
        let state = State::new();
        let call = state.admit(&rules, || us).unwrap();
        state.record(&rules, call.generation, true, || us);
        (rules, state)
    }

    #[test]
    fn a_clock_that_went_back_opens_it_anew() {
        const HOUR: u64 = 3_600_000_000;
        let (rules, state) = opened_at(2 * HOUR);
        assert_eq!(state.left_us(&rules, || HOUR), None, "that takes more than a look");
        assert_eq!(state.admit(&rules, || HOUR).unwrap_err().left_us, 30_000_000);
        assert_eq!(state.admit(&rules, || HOUR + 29_999_999).unwrap_err().left_us, 1);
        assert!(state.admit(&rules, || HOUR + 30_000_000).is_ok());
    }

    #[test]
    fn readings_of_two_threads_in_another_order_are_no_clock_that_went_back() {
        let (rules, state) = opened_at(10_000_000);
        assert_eq!(state.admit(&rules, || 9_000_001).unwrap_err().left_us, 30_000_000);
        assert_eq!(
            state.admit(&rules, || 10_000_001).unwrap_err().left_us,
            29_999_999,
            "as if nobody had asked before"
        );
    }

    #[test]
    fn a_clock_that_has_run_for_years_leaves_it_open() {
        let year = 365 * 24 * 3_600_000_000;
        for since in [7 * year, (1 << 48) - 1, 1 << 48, 20 * year] {
            let (rules, state) = opened_at(since);
            assert_eq!(state.admit(&rules, || since + 1_000_000).unwrap_err().left_us, 29_000_000, "{since}");
            assert!(state.admit(&rules, || since + 30_000_000).is_ok(), "{since}");
        }
    }

    #[test]
    fn a_ratio_is_exact() {
        let reached = |ratio: f64, window, failures| {
            let breaker = crate::policies::circuit_breaker::CircuitBreaker::new().ratio(ratio).window(window);
            breaker.rules.ratio.unwrap().is_reached(failures)
        };
        assert!(reached(0.55, 100, 55) && !reached(0.55, 100, 54));
        assert!(reached(0.07, 100, 7) && !reached(0.07, 100, 6));
        assert!(reached(0.29, 100, 29) && !reached(0.29, 100, 28));
        assert!(reached(1.0, 3, 3) && !reached(1.0, 3, 2));
        assert!(reached(0.333_333, 3, 1));
    }
}

#[cfg(loom)]
mod interleaved {
    use loom::sync::Arc;
    use loom::thread;

    use super::*;

    fn rules() -> Rules {
        Rules { failures: 1, ratio: None, cooldown_us: 10, probes: 1 }
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
            state.give_back(first);
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
            assert!(matches!(state.phase(), super::super::state::Phase::Closed { failures: 0 }));
        });
    }

    #[test]
    fn two_failures_at_once_are_both_counted() {
        loom::model(|| {
            let two = Rules { failures: 2, ..rules() };
            let state = Arc::new(State::new());
            let fail = move |state: &State| {
                let call = state.admit(&two, || 0).unwrap().generation;
                state.record(&two, call, true, || 0);
            };
            let other = {
                let state = state.clone();
                thread::spawn(move || fail(&state))
            };
            fail(&state);
            other.join().unwrap();
            assert!(matches!(state.phase(), super::super::state::Phase::Open { .. }));
        });
    }
}
