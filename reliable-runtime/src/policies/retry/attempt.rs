//! One attempt, where the time that a human takes in it is nobody's.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::base::human_time::polled;
use crate::base::human_time::watching::Standstill;
use crate::policies::retry::attempts::{Attempts, BudgetedAttempts};

impl<'a> Attempts<'a> {
    /// Runs an attempt, and leaves the time that a human is asked in it out of
    /// [`within`](crate::policies::retry::Retry::within). `#[retry]` does so where there may be such a limit.
    ///
    /// ```
    /// use reliable::{Approval, Approver, Decision, Request, Retry};
    /// use reliable::expansion::Inspect;
    /// use std::time::Duration;
    ///
    /// struct AfterAMinute;
    ///
    /// impl Approver for AfterAMinute {
    ///     async fn review(&self, _: &Request) -> Decision {
    ///         tokio::time::sleep(Duration::from_secs(60)).await;
    ///         Decision::approve()
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let retry = Retry::new().within(Duration::from_secs(30));
    /// let mut attempts = retry.attempts();
    /// let call = async {
    ///     Approval::new("refund").by(&AfterAMinute).ask().await.map_err(|_| "denied")?;
    ///     Err::<u32, _>("503")
    /// };
    /// let outcome = attempts.run(call).await;
    /// let settled = attempts.settle("refund", outcome, |error| Inspect::new(error).failure());
    /// assert!(settled.is_continue(), "there is time for another attempt");
    /// # }
    /// ```
    #[inline]
    pub fn run<F: IntoFuture>(&mut self, attempt: F) -> impl Future<Output = F::Output> + use<'_, 'a, F> {
        Attempt { call: attempt.into_future(), human: Standstill::NEVER, attempts: self }
    }
}

impl<'a> BudgetedAttempts<'a> {
    /// As [`Attempts::run`].
    #[inline]
    pub fn run<F: IntoFuture>(&mut self, attempt: F) -> impl Future<Output = F::Output> + use<'_, 'a, F> {
        self.attempts.run(attempt)
    }
}

pin_project! {
    struct Attempt<'s, 'a, F> {
        #[pin]
        call: F,
        human: Standstill,
        attempts: &'s mut Attempts<'a>,
    }
}

impl<F: Future> Future for Attempt<'_, '_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let before = polled::newest();
        let polled = this.call.poll(cx);
        this.human.note(before);
        if polled.is_ready() {
            this.attempts.started_later(this.human.total());
        }
        polled
    }
}
