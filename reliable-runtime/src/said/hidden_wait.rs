//! The wait of a fault that an error hides.
//!
//! A transparent wrapper hands out the source of the fault in it, and never the fault: so a walk along the sources meets its
//! kind, which is a `static`, and no number. But it does call [`Error::source`] of the fault itself, on the way: there the
//! fault leaves its wait, for the walk to pick up. That costs no room in a fault, and no allocation.

use std::cell::Cell;
use std::error::Error;
use std::time::Duration;

use crate::said::fault_kind::FaultKind;

/// What the fault left whose source was asked for last.
#[derive(Clone, Copy)]
struct Left {
    wait: Option<Duration>,
    /// How many have left something until then: so a walk knows whether this was left on its way.
    number: u64,
}

thread_local! {
    static LEFT: Cell<Left> = const { Cell::new(Left { wait: None, number: 0 }) };
}

/// Leaves the wait of a fault whose source is asked for.
#[inline]
pub(crate) fn note_wait(wait: Option<Duration>) {
    LEFT.set(Left { wait, number: left_so_often() + 1 });
}

/// Taken out of the cell alone: of a copy of the whole the compiler does not see that nobody needs it.
#[inline]
fn left_so_often() -> u64 {
    LEFT.with(|left| left.get().number)
}

/// The kind of the fault that `error` is or wraps, however deep, and the wait that this fault tells.
#[inline]
pub(crate) fn fault_below(error: &dyn Error) -> Option<(FaultKind, Option<Duration>)> {
    let before = left_so_often();
    // Of nearly all errors there is none, and the compiler may see that: then it leaves out all of this.
    fault_at_or_below(error.source()?, before)
}

#[inline(never)]
fn fault_at_or_below(cause: &(dyn Error + 'static), before: u64) -> Option<(FaultKind, Option<Duration>)> {
    let kind = FaultKind::at_or_below(cause)?;
    let left = LEFT.get();
    Some((kind, left.wait.filter(|_| left.number != before)))
}

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::io;

    use super::*;
    use crate::said::fault::Fault;

    #[derive(Debug)]
    struct Transparent<E>(E);

    impl<E: fmt::Display> fmt::Display for Transparent<E> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(f)
        }
    }

    impl<E: Error> Error for Transparent<E> {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.0.source()
        }
    }

    /// Tells a kind, and is no fault.
    #[derive(Debug)]
    struct Marked;
    impl fmt::Display for Marked {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("marked")
        }
    }
    impl Error for Marked {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(FaultKind::CircuitOpen.as_error())
        }
    }

    fn open(secs: u64) -> Fault {
        Fault::CircuitOpen { tool: "f".into(), left: Duration::from_secs(secs) }
    }

    #[test]
    fn the_wait_is_found_through_what_hides_the_fault() {
        let found = Some((FaultKind::CircuitOpen, Some(Duration::from_secs(7))));
        assert_eq!(fault_below(&open(7)), found);
        assert_eq!(fault_below(&Transparent(open(7))), found);
        assert_eq!(fault_below(&Transparent(Transparent(io::Error::other(Transparent(open(7)))))), found);
        let rejected = Fault::Rejected { tool: "f".into(), by: "bulkhead".into(), wait: None };
        assert_eq!(fault_below(&Transparent(rejected)), Some((FaultKind::Rejected, None)));
    }

    #[test]
    fn a_wait_that_was_asked_for_earlier_is_not_that_of_another_error() {
        assert!(open(7).source().is_some());
        assert_eq!(fault_below(&Transparent(FaultKind::CircuitOpen)), None, "it is no fault, and has none");
        assert!(open(7).source().is_some());
        let kind_alone = io::Error::other(Transparent(io::Error::other(FaultKind::CircuitOpen)));
        assert_eq!(fault_below(&kind_alone), None);
        assert!(open(7).source().is_some());
        assert_eq!(fault_below(&Marked), Some((FaultKind::CircuitOpen, None)));
    }
}
