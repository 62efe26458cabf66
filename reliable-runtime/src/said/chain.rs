//! An error and what caused it.

use std::error::Error;
use std::iter::successors;

/// The causes of an error, the nearest first. They are foreign, and may lead back to themselves: so there is an end of it.
pub(crate) fn causes<'e>(error: &'e (dyn Error + 'e)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    const MOST: usize = 128;
    successors(error.source(), |&cause| cause.source()).take(MOST)
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

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
        assert_eq!(crate::said::fault_kind::FaultKind::of(&Ouroboros), None);
    }
}
