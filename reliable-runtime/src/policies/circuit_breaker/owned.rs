//! A call that is under way for longer than its function.

#[cfg(feature = "stream")]
use std::mem::forget;
use std::ops::Deref;

#[cfg(feature = "stream")]
use crate::base::clock::now_us;
#[cfg(feature = "stream")]
use crate::policies::circuit_breaker::state::State;
use crate::policies::circuit_breaker::{CircuitBreaker, Permit, SETTLED};
use crate::seen::failure::Failure;
use crate::seen::metrics;

/// A call that a breaker let through, with a handle on the breaker, made by [`Permit::owned`]: it can go where its function does
/// not.
///
/// Tell it how the call ended. Dropped without that it gives its place back, as a [`Permit`] does; dropped by a panic, it counts
/// as a failure.
#[derive(Debug)]
#[must_use = "a call without an outcome tells the breaker nothing"]
pub struct OwnedPermit<B: Deref<Target = CircuitBreaker>> {
    breaker: B,
    generation: u64,
}

impl Permit<'_> {
    /// The same call, kept with a handle on its breaker: an [`Arc`](std::sync::Arc), or a reference.
    ///
    /// ```
    /// use reliable::{CircuitBreaker, CircuitState};
    /// use reliable::expansion::Inspect;
    /// use std::sync::Arc;
    ///
    /// let breaker = Arc::new(CircuitBreaker::new().failures(1));
    /// let mut permit = breaker.admit("forecast").unwrap().owned(Arc::clone(&breaker));
    /// std::thread::spawn(move || permit.failed("forecast", &Inspect::new(&"503").failure())).join().unwrap();
    /// assert_eq!(breaker.state(), CircuitState::Open);
    /// ```
    ///
    /// # Panics
    /// If it is another breaker.
    pub fn owned<B: Deref<Target = CircuitBreaker>>(self, breaker: B) -> OwnedPermit<B> {
        assert!(
            std::ptr::eq(self.breaker, std::ptr::from_ref(&*breaker)),
            "a call can't be counted by another breaker than its own"
        );
        OwnedPermit { breaker, generation: self.generation.replace(SETTLED) }
    }
}

impl<B: Deref<Target = CircuitBreaker>> OwnedPermit<B> {
    /// The call went well. What is told after the first outcome counts as nothing.
    pub fn succeeded(&mut self, tool: &'static str) {
        self.record(tool, false);
    }

    /// The call failed: it counts as [`Permit::settle`] says.
    pub fn failed(&mut self, tool: &'static str, failure: &Failure<'_>) {
        if failure.was_called() {
            self.record(tool, failure.is_failure());
        } else if self.generation != SETTLED {
            metrics::breaker_ignored(tool);
            self.end();
        }
    }

    /// Its stream has begun: if that took too long, it counts as failed now. What comes later is as long as the stream is.
    #[cfg(feature = "stream")]
    pub(crate) fn began(&mut self, tool: &'static str) {
        if self.slow_us().is_some() {
            self.record(tool, false);
        }
    }

    /// Its stream has ended well, however long that was.
    #[cfg(feature = "stream")]
    pub(crate) fn ended(&mut self, tool: &'static str) {
        if let Some(us) = self.slow_us() {
            self.generation = State::began_later(&self.breaker.rules, self.generation, us);
        }
        self.record(tool, false);
    }

    #[cfg(feature = "stream")]
    fn slow_us(&self) -> Option<u64> {
        let CircuitBreaker { state, rules } = &*self.breaker;
        let is_under_way = self.generation != SETTLED;
        is_under_way.then(|| state.slow_us(rules, self.generation, now_us)).flatten()
    }

    /// The call is well so far, and goes on: the longest time of a probe begins anew.
    #[cfg(feature = "stream")]
    pub(crate) fn goes_on(&self) {
        let CircuitBreaker { state, rules } = &*self.breaker;
        if self.generation != SETTLED {
            state.goes_on(rules, self.generation, now_us);
        }
    }

    /// Polls its stream: a panic of that counts as a failure, also where it is caught further out.
    #[cfg(feature = "stream")]
    pub(crate) fn within<T>(&mut self, poll: impl FnOnce() -> T) -> T {
        struct Unwinds<'a, B: Deref<Target = CircuitBreaker>>(&'a mut OwnedPermit<B>);
        impl<B: Deref<Target = CircuitBreaker>> Drop for Unwinds<'_, B> {
            fn drop(&mut self) {
                self.0.end();
            }
        }
        let unwinds = Unwinds(self);
        let polled = poll();
        forget(unwinds);
        polled
    }

    /// It came to nothing, in a panic too: that is one of its reader, who may do as it likes.
    #[cfg(feature = "stream")]
    pub(crate) fn was_left(&mut self) {
        if self.generation != SETTLED {
            self.breaker.state.give_back(&self.breaker.rules, std::mem::replace(&mut self.generation, SETTLED));
        }
    }

    fn record(&mut self, tool: &'static str, failed: bool) {
        if self.generation != SETTLED {
            let generation = std::mem::replace(&mut self.generation, SETTLED);
            self.breaker.record(tool, generation, failed);
        }
    }

    fn end(&mut self) {
        if self.generation != SETTLED {
            self.breaker.end_without_outcome(std::mem::replace(&mut self.generation, SETTLED));
        }
    }
}

impl<B: Deref<Target = CircuitBreaker>> Drop for OwnedPermit<B> {
    fn drop(&mut self) {
        self.end();
    }
}
