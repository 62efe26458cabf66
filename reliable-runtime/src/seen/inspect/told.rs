//! An error that is written down by its words.

use std::error::Error;

use super::{AsAny, AsBoxed, AsBoxedSend, AsError};
use crate::said::chain::and_causes;
use crate::said::fault::Fault;
use crate::said::told::Told;

fn told(words: String, error: &(dyn Error + 'static)) -> Told {
    Told { words, fault: and_causes(error).find_map(|error| error.downcast_ref::<Fault>()).cloned() }
}

impl<T: Error + 'static> AsError<'_, T> {
    /// An error in words, with the fault in it: what is left of one whose type can't be written down.
    pub fn told(&self) -> Told {
        told(self.failure().to_string(), self.value())
    }
}

impl<T: AsRef<dyn Error + Send + Sync>> AsBoxedSend<'_, T> {
    #[doc(hidden)]
    pub fn told(&self) -> Told {
        told(self.failure().to_string(), self.value().as_ref())
    }
}

impl<T: AsRef<dyn Error>> AsBoxed<'_, T> {
    #[doc(hidden)]
    pub fn told(&self) -> Told {
        told(self.failure().to_string(), self.value().as_ref())
    }
}

impl<T> AsAny<'_, T> {
    #[doc(hidden)]
    pub fn told(&self) -> Told {
        Told { words: self.failure().to_string(), fault: None }
    }
}
