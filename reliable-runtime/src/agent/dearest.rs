//! What the dearest step of a run took.

use std::time::Duration;

use crate::said::charge::Amount;

/// What was taken of each limit that is measured.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Taken {
    pub(crate) spent: Amount,
    pub(crate) time: Duration,
}

/// What the dearest step took: of each measure the most, and be it in different steps.
#[derive(Debug, Default)]
pub(crate) struct Dearest {
    before: Taken,
    /// What the run had taken when the step under way began.
    began: Option<Taken>,
}

impl Dearest {
    /// Another step begins.
    pub(crate) fn begin(&mut self, taken: Taken) {
        self.before = self.until(taken);
        self.began = Some(taken);
    }

    /// The dearest so far, the one under way among them.
    pub(crate) fn until(&self, taken: Taken) -> Taken {
        let Some(began) = self.began else { return Taken::default() };
        let Taken { spent, time } = self.before;
        let usd = taken.spent.usd.saturating_sub(began.spent.usd).max(spent.usd);
        let tokens = taken.spent.tokens.saturating_sub(began.spent.tokens).max(spent.tokens);
        Taken { spent: Amount { usd, tokens }, time: taken.time.saturating_sub(began.time).max(time) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::said::money::Usd;

    fn taken(usd: u64, tokens: u64, time: u64) -> Taken {
        Taken { spent: Amount { usd: Usd::micros(usd), tokens }, time: Duration::from_millis(time) }
    }

    fn numbers(Taken { spent, time }: Taken) -> [u64; 3] {
        [spent.usd.as_micros(), spent.tokens, u64::try_from(time.as_millis()).unwrap()]
    }

    #[test]
    fn before_the_first_step_nothing_was_dear() {
        assert_eq!(numbers(Dearest::default().until(taken(5, 6, 7))), [0, 0, 0]);
        let mut dearest = Dearest::default();
        dearest.begin(taken(5, 6, 7));
        assert_eq!(numbers(dearest.until(taken(5, 6, 7))), [0, 0, 0], "what was spent before it is no step");
    }

    proptest! {
        #[test]
        fn it_is_the_most_that_a_step_took_of_each(steps in prop::collection::vec([0..9_u64, 0..9, 0..9], 1..9)) {
            let mut dearest = Dearest::default();
            let mut sum = [3_u64, 0, 9];
            for step in &steps {
                dearest.begin(taken(sum[0], sum[1], sum[2]));
                sum = [0, 1, 2].map(|at| sum[at] + step[at]);
            }
            let most = [0, 1, 2].map(|at| steps.iter().map(|step| step[at]).max().unwrap());
            prop_assert_eq!(numbers(dearest.until(taken(sum[0], sum[1], sum[2]))), most);
        }
    }
}
