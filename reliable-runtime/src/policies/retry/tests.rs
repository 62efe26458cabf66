//! The arithmetic of the pauses, without a runtime.

use super::*;
use crate::policies::retry::backoff::random;
use proptest::prelude::*;

fn retry() -> Retry {
    Retry::new().jitter(0.0)
}

fn delays(retry: Retry) -> Vec<u128> {
    (0..5).map(|k| retry.own_delay(k, || 0.5).as_millis()).collect()
}

#[test]
fn the_pauses_grow_as_the_backoff_says_up_to_the_cap() {
    let second = Duration::from_secs(1);
    assert_eq!(delays(retry()), [500, 1000, 2000, 4000, 8000]);
    assert_eq!(delays(retry().factor(3.0)), [500, 1500, 4500, 8000, 8000]);
    assert_eq!(delays(retry().backoff(Backoff::Linear)), [500, 1000, 1500, 2000, 2500]);
    assert_eq!(delays(retry().backoff(Backoff::Fixed).base(second)), [1000; 5]);
    assert_eq!(delays(retry().backoff(Backoff::None)), [0; 5]);
    assert_eq!(delays(retry().cap(second)), [500, 1000, 1000, 1000, 1000]);
    assert_eq!(delays(retry().base(second * 10)), [10_000; 5], "a long base lifts the default cap");
}

#[test]
fn the_default_ranges_are_those_of_the_official_sdks() {
    let expected = [(375, 500), (750, 1000), (1500, 2000), (3000, 4000), (6000, 8000)];
    for (k, (low, high)) in (0..).zip(expected) {
        assert_eq!(Retry::new().own_delay(k, || 1.0).as_millis(), low);
        assert_eq!(Retry::new().own_delay(k, || 0.0).as_millis(), high);
    }
}

#[test]
fn a_delay_that_the_server_asked_for_is_taken_as_it_is_or_not_at_all() {
    let ms = Duration::from_millis;
    let asked = |retry: Retry, asked: Duration| retry.asked_delay(asked, || unreachable!("nothing here is random"));
    assert_eq!(asked(Retry::new(), ms(12_345)), Some(ms(12_345)), "above our own cap of 8 s");
    assert_eq!(asked(Retry::new(), ms(60_000)), Some(ms(60_000)));
    assert_eq!(asked(Retry::new(), ms(60_001)), None);
    assert_eq!(asked(Retry::new().cap(ms(100)), ms(101)), None);
    assert_eq!(asked(Retry::new().cap(Duration::MAX), Duration::MAX), None, "nobody waits for ever");
}

#[test]
fn the_cap_is_for_what_was_asked_and_not_for_what_it_is_spread_by() {
    let second = Duration::from_secs(1);
    let retry = Retry::new().spread(second * 40);
    assert_eq!(retry.asked_delay(second * 60, || 0.5), Some(second * 80));
    assert_eq!(retry.asked_delay(second * 61, || 0.0), None);
}

fn backoffs() -> impl Strategy<Value = Backoff> {
    prop::sample::select(vec![Backoff::Exp, Backoff::Linear, Backoff::Fixed, Backoff::None])
}

proptest! {
    #[test]
    fn no_pause_leaves_its_bounds(
        backoff in backoffs(), k: u32, base_ms in 1_u64..100_000, factor in 1.0_f64..1e9,
        cap_ms in 1_u64..100_000, jitter in 0.0..=1.0, random in 0.0..1.0,
    ) {
        let (base, cap) = (Duration::from_millis(base_ms), Duration::from_millis(cap_ms));
        let retry = Retry::new().backoff(backoff).base(base).factor(factor).cap(cap).jitter(jitter);
        let whole = Retry { jitter: 0.0, ..retry }.own_delay(k, || random);
        let delay = retry.own_delay(k, || random);
        prop_assert!(whole <= cap);
        prop_assert!(delay <= whole);
        prop_assert!(delay >= whole.mul_f64(1.0 - jitter), "{delay:?} of {whole:?}");
        if backoff != Backoff::None {
            prop_assert!(whole >= base.min(cap));
        }
    }

    #[test]
    fn an_asked_delay_is_lengthened_by_no_more_than_its_spread_and_never_shortened(
        asked_ms: u64, most_ms: u64, random in 0.0..1.0,
    ) {
        let (asked, most) = (Duration::from_millis(asked_ms), Duration::from_millis(most_ms));
        let delay = spread(asked, most, random);
        prop_assert!(delay >= asked);
        prop_assert!(delay <= asked.saturating_add(most));
        prop_assert_eq!(spread(asked, most, 0.0), asked);
        prop_assert!(spread(asked, Duration::MAX, random) >= asked, "it saturates");
    }

    #[test]
    fn pauses_never_shrink_from_one_retry_to_the_next(backoff in backoffs(), k in 0_u32..10_000, factor in 1.0..10.0) {
        let retry = retry().backoff(backoff).factor(factor);
        prop_assert!(retry.own_delay(k + 1, || 0.0) >= retry.own_delay(k, || 0.0));
    }
}

#[test]
fn random_numbers_fill_their_range() {
    let drawn: Vec<f64> = (0..1000).map(|_| random()).collect();
    assert!(drawn.iter().all(|share| (0.0..1.0).contains(share)));
    assert!(drawn.iter().any(|share| *share < 0.1) && drawn.iter().any(|share| *share > 0.9));
}
