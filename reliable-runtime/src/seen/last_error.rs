//! What a retry failed with last, for the fault that ends its call in place of that error.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::said::fault::Fault;
use crate::seen::failure::Failure;

/// A place for what a retry failed with last, where several futures look at it.
///
/// A breaker below a retry, and a timeout above one, end the call by a fault of their own: "the circuit is open" is all that
/// would be seen of a call whose first two attempts were refused a connection. The retry notes here what each attempt failed
/// with, in words of at most 200 bytes, and the fault takes them along: its [`source`](std::error::Error::source) says
/// "last error: connection refused", and [`FoundFault::last_error`](crate::said::found::FoundFault::last_error) finds it.
///
/// Until something fails nothing is made, and no lock is taken. This is what `#[timeout]` above `#[retry]` writes; with a
/// breaker right below it, a retry [keeps](crate::policies::retry::attempts::Attempts::keeping) it by itself.
///
/// ```
/// use reliable::expansion::{Inspect, LastError};
/// use reliable::{Fault, Retry, Timeout};
/// use std::error::Error;
/// use std::ops::ControlFlow;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let (retry, timeout) = (Retry::new().max(9), Timeout::secs(1));
/// let last_error = LastError::new();
/// let call = async {
///     let mut attempts = retry.attempts();
///     loop {
///         let outcome: Result<(), Box<dyn Error>> = Err("connection refused".into());
///         let settled = attempts.settle("call", outcome, |error| last_error.note(Inspect::new(error).failure()));
///         let pause = match settled {
///             ControlFlow::Break(outcome) => break outcome,
///             ControlFlow::Continue(pause) => pause,
///         };
///         pause.await;
///     }
/// };
/// let late = timeout.run_with("call", call, |fault| last_error.add_to(fault).into()).await.unwrap_err();
/// assert_eq!(late.to_string(), "`call` timed out after 1s");
/// assert_eq!(late.source().unwrap().to_string(), "last error: connection refused");
/// assert_eq!(Fault::find(&*late).unwrap().last_error(), Some("connection refused"));
/// # }
/// ```
#[derive(Debug, Default)]
pub struct LastError(Mutex<Noted>);

impl LastError {
    /// Nothing has failed yet.
    pub const fn new() -> Self {
        LastError(Mutex::new(Noted::NOTHING))
    }

    /// Notes what an attempt failed with, and gives it back.
    ///
    /// A rejection is noted only if there was no other error: what opened a circuit says more than that it is open.
    #[cold]
    pub fn note<'e>(&self, failure: Failure<'e>) -> Failure<'e> {
        if !self.noted().has_better(&failure) {
            // Foreign code, and so not under the lock.
            let words = failure.brief();
            self.noted().replace(words, &failure);
        }
        failure
    }

    /// Notes that a value was `refused`, if it was, and gives that back.
    #[inline]
    pub fn note_refused(&self, refused: bool) -> bool {
        if refused {
            let _ = self.note(Failure::REFUSED_VALUE);
        }
        refused
    }

    /// The fault, with what was noted.
    #[cold]
    pub fn add_to(&self, fault: Fault) -> Fault {
        self.noted().add_to(fault)
    }

    /// Begins anew, as each step of an agent does.
    pub fn forget(&self) {
        self.noted().clear();
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was noted, if anything.
#[derive(Debug, Default)]
pub(crate) struct Noted(Option<Box<Error>>);

#[derive(Debug)]
struct Error {
    words: String,
    /// Whether the service was not called at all.
    is_rejection: bool,
    /// Whether a fault took it along: then the next error is that fault, however hidden.
    told: bool,
}

impl Noted {
    pub(crate) const NOTHING: Noted = Noted(None);

    #[cold]
    pub(crate) fn note(&mut self, failure: &Failure<'_>) {
        if !self.has_better(failure) {
            self.replace(failure.brief(), failure);
        }
    }

    fn has_better(&mut self, failure: &Failure<'_>) -> bool {
        self.0.as_mut().is_some_and(|noted| std::mem::take(&mut noted.told) || failure.is_rejection())
    }

    fn replace(&mut self, words: String, failure: &Failure<'_>) {
        self.0 = Some(Box::new(Error { words, is_rejection: failure.is_rejection(), told: false }));
    }

    #[inline]
    pub(crate) fn add_to(&mut self, fault: Fault) -> Fault {
        match &mut self.0 {
            Some(noted) => noted.add_to(fault),
            None => fault,
        }
    }

    #[cold]
    pub(crate) fn clear(&mut self) {
        self.0 = None;
    }
}

impl Error {
    #[cold]
    fn add_to(&mut self, fault: Fault) -> Fault {
        self.told = true;
        if self.is_rejection && fault.kind().is_rejection() {
            return fault;
        }
        fault.after_error(&self.words)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::time::Duration;

    use super::*;
    use crate::seen::inspect::Inspect;

    fn open() -> Fault {
        Fault::CircuitOpen { tool: "f".into(), left: Duration::from_secs(1) }
    }

    fn told(last: &LastError, fault: Fault) -> Option<String> {
        let fault = last.add_to(fault);
        let source = fault.source().unwrap().to_string();
        source.strip_prefix("last error: ").map(str::to_owned)
    }

    fn note(last: &LastError, error: &str) {
        let _ = last.note(Inspect::new(&error).failure());
    }

    #[test]
    fn a_fault_takes_along_what_was_noted_last_and_no_rejection_hides_it() {
        let last = LastError::new();
        assert_eq!(told(&last, open()), None);
        note(&last, "busy");
        note(&last, "connection refused");
        assert_eq!(told(&last, open()).as_deref(), Some("connection refused"));
        let _ = last.note(Inspect::new(&open()).failure());
        let _ = last.note(Inspect::new(&open()).failure());
        assert_eq!(told(&last, open()).as_deref(), Some("connection refused"));
        note(&last, "the open circuit, as a text");
        assert_eq!(told(&last, open()).as_deref(), Some("connection refused"), "that was the fault");
        note(&last, "the open circuit, as a text");
        note(&last, "gone");
        assert_eq!(told(&last, open()).as_deref(), Some("gone"));
        last.forget();
        assert_eq!(told(&last, open()), None);
    }

    #[test]
    fn a_rejection_is_better_than_nothing_but_for_another_one() {
        let late = || Fault::TimedOut { tool: "f".into(), limit: Duration::from_secs(1) };
        let last = LastError::new();
        let _ = last.note(Inspect::new(&open()).failure());
        assert_eq!(told(&last, open()), None);
        assert_eq!(told(&last, late()), Some(open().to_string()));
    }

    #[test]
    fn it_is_small() {
        assert_eq!((size_of::<Noted>(), size_of::<LastError>()), (8, 16));
    }
}
