//! How many attempts of a call have failed.

/// How many have failed, and in the highest bit whether there is a budget. So one look tells of a call that went well that
/// nothing has to be done, and one comparison of a failed attempt that the next one follows at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failed(u32);

impl Failed {
    const PAYS: u32 = 1 << 31;

    /// None yet.
    #[inline]
    pub(super) const fn none(pays: bool) -> Self {
        Failed(if pays { Failed::PAYS } else { 0 })
    }

    /// As many, and there is a budget.
    #[inline]
    pub(super) const fn paying(self) -> Self {
        Failed(self.0 | Failed::PAYS)
    }

    /// So many at most can be told from one that has a budget.
    pub(super) const fn most(failed: u32) -> u32 {
        if failed < Failed::PAYS { failed } else { Failed::PAYS - 1 }
    }

    #[inline]
    pub(super) const fn count(self) -> u32 {
        self.0 & !Failed::PAYS
    }

    /// Whether none has, and there is no budget.
    #[inline]
    pub(super) const fn is_nothing(self) -> bool {
        self.0 == 0
    }

    /// One more, if fewer have than `at_once`, which is at most [`Failed::most`], and there is no budget.
    #[inline]
    pub(super) fn one_more_at_once(&mut self, at_once: u32) -> bool {
        let is_below = self.0 < at_once;
        if is_below {
            self.0 += 1;
        }
        is_below
    }

    #[inline]
    pub(super) const fn one_more(self) -> Self {
        if self.count() == Failed::PAYS - 1 { self } else { Failed(self.0 + 1) }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::policies::retry::attempts::Attempts;
    use crate::policies::retry::budget::RetryBudget;
    use crate::policies::retry::pause::Pause;
    use crate::policies::retry::{Backoff, Retry};
    use crate::scope::Scope;
    use crate::seen::inspect::Inspect;

    fn fail<'a>(attempts: &mut Attempts<'a>) -> ControlFlow<Result<u32, &'static str>, Pause<'a>> {
        attempts.settle("call", Err("503"), |error| Inspect::new(error).failure())
    }

    #[test]
    fn a_budget_is_never_counted_nor_lost() {
        for pays in [false, true] {
            let (none, most) = (Failed::none(pays), Failed(Failed::none(pays).0 | Failed::most(u32::MAX)));
            assert_eq!((none.count(), none.one_more().count()), (0, 1));
            assert_eq!((none.is_nothing(), none.one_more().is_nothing()), (!pays, false));
            assert_eq!(most.one_more().0, most.0, "there it stays");
            assert_eq!(none.clone().one_more_at_once(Failed::most(u32::MAX)), !pays);
            assert!(!most.clone().one_more_at_once(Failed::most(u32::MAX)));
        }
        assert_eq!([0, 7].map(Failed::most), [0, 7]);
    }

    #[test]
    fn a_budget_that_comes_later_forgets_nothing() {
        let (budget, retry) = (RetryBudget::new(100), Retry::new().max(1));
        let mut attempts = retry.attempts();
        assert!(fail(&mut attempts).is_continue());
        let mut attempts = attempts.budget(&budget);
        assert_eq!(attempts.number(), 2);
        assert!(attempts.settle("call", Err::<u32, _>("503"), |error| Inspect::new(error).failure()).is_break());
    }

    #[test]
    fn more_retries_than_are_counted_have_an_end() {
        let retry = Retry::new().max(u32::MAX).backoff(Backoff::None);
        let mut attempts = retry.attempts();
        attempts.failed = Failed(Failed::most(u32::MAX) - 1);
        assert!(fail(&mut attempts).is_continue());
        assert!(fail(&mut attempts).is_break());
    }

    #[test]
    fn the_last_attempt_has_its_number_whoever_listens() {
        let last = || {
            let retry = Retry::new().max(1).backoff(Backoff::None);
            let (mut plain, mut keeping) = (retry.attempts(), retry.attempts().keeping());
            let mut fail_once = || keeping.settle("call", Err::<u32, _>("503"), |error| Inspect::new(error).failure());
            assert_eq!([fail_once().is_break(), fail_once().is_break()], [false, true]);
            assert_eq!([fail(&mut plain).is_break(), fail(&mut plain).is_break()], [false, true]);
            [plain.number(), keeping.number()]
        };
        assert_eq!((last(), Scope::current().listen(|_| {}).enter(last)), ([2, 2], [2, 2]));
    }
}
