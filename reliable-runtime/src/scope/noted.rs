//! What a recorded call spends and observes: noted while it runs, so that whoever reads it back can book it again.

use std::cell::RefCell;

use crate::said::charge::Charge;

/// What a call has spent in its agent's run, and what it has observed, by digests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Noted {
    /// Each charge, as it was booked.
    pub charges: Vec<Charge>,
    /// Each action and its result.
    pub observed: Vec<Observed>,
}

/// An action and what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Observed {
    /// The digest of the action.
    pub action: u64,
    /// The digest of the result.
    pub result: u64,
    /// The texts in the action.
    pub name: String,
}

thread_local! {
    static NOTED: RefCell<Option<Noted>> = const { RefCell::new(None) };
}

/// Runs this, and adds to `noted` what it notes. What was being noted around it does not hear of it.
#[cfg(feature = "durable")]
pub(crate) fn noting<T>(noted: &mut Noted, work: impl FnOnce() -> T) -> T {
    struct Restore<'a>(&'a mut Noted, Option<Noted>);
    impl Drop for Restore<'_> {
        fn drop(&mut self) {
            *self.0 = NOTED.replace(self.1.take()).unwrap_or_default();
        }
    }
    let around = NOTED.replace(Some(std::mem::take(noted)));
    let _restore = Restore(noted, around);
    work()
}

pub(crate) fn is_noting() -> bool {
    NOTED.with_borrow(Option::is_some)
}

pub(crate) fn note(tell: impl FnOnce(&mut Noted)) {
    NOTED.with_borrow_mut(|noted| {
        if let Some(noted) = noted {
            tell(noted);
        }
    });
}
