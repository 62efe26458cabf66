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

#[cfg(test)]
mod tests {
    use super::*;

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
}
