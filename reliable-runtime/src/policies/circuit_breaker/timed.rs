//! A call under a breaker that wants to know how long it takes.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::base::human_time::polled;
use crate::base::human_time::watching::Standstill;
use crate::policies::circuit_breaker::Permit;
use crate::policies::circuit_breaker::state::State;

impl<'a> Permit<'a> {
    /// Runs the call that was let through, so that the time for which a human is asked in it does not make it
    /// [slow](crate::policies::circuit_breaker::CircuitBreaker::slow).
    ///
    /// ```
    /// use reliable::expansion::Inspect;
    /// use reliable::{CircuitBreaker, CircuitState};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let breaker = CircuitBreaker::new().failures(1).slow(Duration::from_secs(2));
    /// let mut permit = breaker.admit("forecast").unwrap();
    /// let outcome = permit
    ///     .run(async {
    ///         tokio::time::sleep(Duration::from_secs(3)).await;
    ///         Ok::<_, String>(21)
    ///     })
    ///     .await;
    /// assert_eq!(permit.settle("forecast", outcome, |error| Inspect::new(error).failure()), Ok(21));
    /// assert_eq!(breaker.state(), CircuitState::Open);
    /// # }
    /// ```
    // Not by a shared reference: it would have to be `Sync`.
    #[inline]
    pub fn run<F: IntoFuture>(&mut self, call: F) -> impl Future<Output = F::Output> + use<'_, 'a, F> {
        TimedCall { call: call.into_future(), human: Standstill::NEVER, permit: self }
    }

    fn began_later(&mut self, human: &Standstill) {
        let us = u64::try_from(human.total().as_micros()).unwrap_or(u64::MAX);
        let generation = self.generation.get_mut();
        *generation = State::began_later(&self.breaker.rules, *generation, us);
    }
}

pin_project! {
    struct TimedCall<'p, 'a, F> {
        #[pin]
        call: F,
        human: Standstill,
        permit: &'p mut Permit<'a>,
    }
}

impl<F: Future> Future for TimedCall<'_, '_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let before = polled::newest();
        let polled = this.call.poll(cx);
        this.human.note(before);
        if polled.is_ready() {
            this.permit.began_later(this.human);
        }
        polled
    }
}
