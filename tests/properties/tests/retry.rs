//! The pauses of a retry, whatever its options.

use std::time::Duration;

use proptest::prelude::*;
use reliable::retry;
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
}
