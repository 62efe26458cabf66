//! An error and what caused it.

use std::error::Error;
use std::iter::successors;

/// The causes of an error, the nearest first. They are foreign, and may lead back to themselves: so there is an end of it.
pub(crate) fn causes<'e>(error: &'e (dyn Error + 'e)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    const MOST: usize = 128;
    successors(error.source(), |&cause| cause.source()).take(MOST)
}

/// The error itself, and then its causes.
pub(crate) fn and_causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    [error].into_iter().chain(causes(error))
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;
    use crate::said::fault::Fault;
    use crate::said::fault_kind::FaultKind;

    #[derive(Debug)]
    struct Ouroboros;

    impl fmt::Display for Ouroboros {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("it bites its tail")
        }
    }

    impl Error for Ouroboros {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&Ouroboros)
        }
    }

    #[test]
    fn an_error_that_leads_back_to_itself_has_an_end() {
        assert_eq!(causes(&Ouroboros).count(), 128);
        assert_eq!(and_causes(&Ouroboros).count(), 129);
        assert_eq!(FaultKind::of(&Ouroboros), None);
        assert!(Fault::find(&Ouroboros).is_none());
    }

    #[cfg(feature = "durable")]
    #[test]
    fn it_is_told_in_words_to_the_end() {
        let told = crate::seen::inspect::Inspect::new(&Ouroboros).told();
        assert_eq!((told.words.as_str(), told.fault), ("it bites its tail", None));
    }
}
