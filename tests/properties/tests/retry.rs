//! The pauses of a retry, whatever its options.

use std::time::Duration;

use proptest::prelude::*;
use reliable::expansion::Inspect;
use reliable::{Fault, Retry, retry};
use tokio::time::Instant;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Notes when each attempt begins, in milliseconds since the first.
struct Attempts {
    since: Instant,
    begun: Vec<u128>,
}

impl Attempts {
    fn fail(&mut self) -> Result<u32, String> {
        self.begun.push(self.since.elapsed().as_millis());
        Err("busy".to_owned())
    }
}

proptest! {
    /// The exact instants follow from the options, whatever they are.
    #[test]
    fn the_instants_are_those_of_the_formula(max in 0_u32..12, base in 1_u64..500, factor in 1_u32..5, cap in 1_u64..2000) {
        #[retry(max = max, base = ms(base), factor = f64::from(factor), cap = ms(cap), jitter = 0)]
        async fn f(attempts: &mut Attempts, max: u32, base: u64, factor: u32, cap: u64) -> Result<u32, String> {
            attempts.fail()
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let at = runtime.block_on(async {
            let mut attempts = Attempts { since: Instant::now(), begun: Vec::new() };
            f(&mut attempts, max, base, factor, cap).await.unwrap_err();
            attempts.begun
        });
        let pauses = (0..max).map(|k| u128::from((base * u64::from(factor).pow(k)).min(cap)));
        let expected: Vec<u128> =
            std::iter::once(0).chain(pauses.scan(0, |at, pause| { *at += pause; Some(*at) })).collect();
        prop_assert_eq!(at, expected);
    }

    /// What was asked for is lengthened by no more than its spread, and never shortened, whoever asked and however.
    #[test]
    fn an_asked_delay_is_spread_upwards(asked_ms in 1_u64..100_000, spread_ms in 0_u64..100_000, cap_ms in 1_u64..100_000, own in any::<bool>()) {
        let (asked, spread, cap) = (ms(asked_ms), ms(spread_ms), ms(cap_ms));
        let retry = Retry::new().cap(cap).spread(spread).jitter(1.0);
        let open: Result<(), Fault> = Err(Fault::CircuitOpen { tool: "f".into(), left: if own { asked } else { ms(1) } });
        let told = (!own).then_some(asked);
        let settled = retry.attempts().settle("f", open, |error| Inspect::new(error).failure().when(true).after(told));
        match settled.continue_value() {
            None => prop_assert!(asked > cap),
            Some(pause) => {
                prop_assert!(asked <= cap);
                prop_assert!(pause.delay() >= asked);
                prop_assert!(pause.delay() <= asked + spread);
            }
        }
    }

    /// A pause that would end at `within` or later is not begun, and one that is begun is not shortened for it.
    #[test]
    fn a_spread_pause_ends_in_time_or_is_not_begun(asked_ms in 1_u64..60_000, spread_ms in 1_u64..60_000, within_ms in 1_u64..100_000) {
        let (asked, spread, within) = (ms(asked_ms), ms(spread_ms), ms(within_ms));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let pause = runtime.block_on(async {
            let retry = Retry::new().within(within).spread(spread);
            let busy: Result<(), &str> = Err("busy");
            let settled = retry.attempts().settle("f", busy, |error| Inspect::new(error).failure().after(Some(asked)));
            settled.continue_value().map(|pause| pause.delay())
        });
        match pause {
            None => prop_assert!(asked + spread >= within),
            Some(pause) => prop_assert!(pause >= asked && pause < within),
        }
    }
}
