//! The budget of runs within runs, whatever is charged to them.

use std::collections::VecDeque;

use proptest::prelude::*;
use reliable::{AgentLimits, Charge, Run, Usd};

/// What a tool does to the budget. The first number picks a run: 0 is the outermost.
#[derive(Debug, Clone)]
enum Deed {
    Charge(usize, u64),
    Reserve(usize, u64),
    /// Ends the oldest reservation with this share of it, in percent: a bill may be higher than what was reserved.
    Commit(u64),
    /// Ends the oldest reservation without a bill, before it was sent or after.
    Drop,
    DropSent,
}

fn deeds() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (0..3_usize, 0..60_u64).prop_map(|(run, micros)| Deed::Charge(run, micros)),
        (0..3_usize, 0..60_u64).prop_map(|(run, micros)| Deed::Reserve(run, micros)),
        (0..=150_u64).prop_map(Deed::Commit),
        Just(Deed::Drop),
        Just(Deed::DropSent),
    ]
}

/// Three runs, each begun in the one before.
fn nested(caps: [Option<u64>; 3]) -> [Run; 3] {
    let begin = |name: &'static str, cap: Option<u64>| {
        cap.map_or(AgentLimits::new(), |cap| AgentLimits::new().max_usd(Usd::micros(cap))).begin(name)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let outer = begin("outer", caps[0]);
        let middle = outer.scope(async { begin("middle", caps[1]) }).await;
        let inner = middle.scope(async { begin("inner", caps[2]) }).await;
        [outer, middle, inner]
    })
}

proptest! {
    /// A charge goes through if it fits in every run around it, and only then: so no cap is exceeded by more than what a bill
    /// was higher than its reservation, and nothing is lost or spent twice.
    #[test]
    fn no_sequence_of_charges_and_reservations_exceeds_a_cap(
        caps in prop::array::uniform3(prop::option::of(0..400_u64)),
        deeds in prop::collection::vec(deeds(), 0..60),
    ) {
        let runs = nested(caps);
        let (mut spent, mut held, mut surprise) = ([0; 3], [0; 3], 0);
        let mut reservations = VecDeque::new();
        for deed in deeds {
            let fits = |run: usize, micros| (0..=run).all(|i| caps[i].is_none_or(|cap| spent[i] + held[i] + micros <= cap));
            match deed {
                Deed::Charge(run, micros) => {
                    let expected = fits(run, micros);
                    prop_assert_eq!(runs[run].charge(Charge::usd(Usd::micros(micros))).is_ok(), expected);
                    if expected {
                        spent[..=run].iter_mut().for_each(|spent| *spent += micros);
                    }
                }
                Deed::Reserve(run, micros) => {
                    let expected = fits(run, micros);
                    let reserved = runs[run].reserve(Charge::usd(Usd::micros(micros)));
                    prop_assert_eq!(reserved.is_ok(), expected);
                    if let Ok(reserved) = reserved {
                        held[..=run].iter_mut().for_each(|held| *held += micros);
                        reservations.push_back((reserved, run, micros));
                    }
                }
                Deed::Commit(percent) => {
                    let Some((reserved, run, micros)) = reservations.pop_front() else { continue };
                    let real = micros * percent / 100;
                    prop_assert_eq!(reserved.commit(Charge::usd(Usd::micros(real))), Ok(()));
                    held[..=run].iter_mut().for_each(|held| *held -= micros);
                    spent[..=run].iter_mut().for_each(|spent| *spent += real);
                    surprise += real.saturating_sub(micros);
                }
                Deed::DropSent => {
                    let Some((reserved, run, micros)) = reservations.pop_front() else { continue };
                    drop(reserved.sent());
                    held[..=run].iter_mut().for_each(|held| *held -= micros);
                    spent[..=run].iter_mut().for_each(|spent| *spent += micros);
                }
                Deed::Drop => {
                    let Some((_given_back, run, micros)) = reservations.pop_front() else { continue };
                    held[..=run].iter_mut().for_each(|held| *held -= micros);
                }
            }
            for (i, run) in runs.iter().enumerate() {
                prop_assert_eq!(run.spent_usd(), Usd::micros(spent[i]));
                prop_assert!(caps[i].is_none_or(|cap| run.spent_usd() <= Usd::micros(cap + surprise)));
            }
        }
    }
}
