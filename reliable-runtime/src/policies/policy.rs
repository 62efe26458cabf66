//! `#[policy]`: a policy of one's own.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use crate::policies::limit::tell_rejection;
use crate::policies::retry::pause::Pause;
use crate::said::event::GaveUpReason;
use crate::said::fault::{Fault, FromFault};
use crate::said::fault_kind::FaultKind;
use crate::seen::emit::tell;
use crate::seen::failure::Failure;
use crate::seen::outcome::Outcome;

/// A policy of your own: it decides, and `#[policy]` does the waiting and the calling.
///
/// ```text
///               Wait                                   Again
///           ┌─────────┐                          ┌───────────────┐
///           v         │                          v               │
///    ──> before ──────┴──> Admit(call) ──────> the call ──────> after ──> Done: the outcome as it is
///           │                                                    │
///           └──> Reject(fault)                                   └──> Fail(fault)
/// ```
///
/// Nothing in it is `async`, so that it can be tested without a runtime. This one lets a call through every 100 ms, and
/// tries a second time what has failed:
///
/// ```
/// use std::sync::Mutex;
/// use std::time::Duration;
///
/// use reliable::{After, Before, Failure, Policy, policy};
/// use tokio::time::Instant;
///
/// struct Metronome {
///     next: Mutex<Option<Instant>>,
/// }
///
/// impl Policy for Metronome {
///     type Call = u32; // the attempts that failed
///
///     fn before(&self, _tool: &'static str) -> Before<u32> {
///         let (mut next, now) = (self.next.lock().unwrap(), Instant::now());
///         match *next {
///             Some(next) if now < next => Before::Wait(next - now),
///             _ => {
///                 *next = Some(now + Duration::from_millis(100));
///                 Before::Admit(0)
///             }
///         }
///     }
///
///     fn after(&self, _tool: &'static str, failed: &mut u32, outcome: Result<(), &Failure<'_>>) -> After {
///         match outcome {
///             Err(failure) if failure.is_transient() && *failed == 0 => {
///                 *failed += 1;
///                 After::Again(Duration::from_millis(30))
///             }
///             _ => After::Done,
///         }
///     }
/// }
///
/// static METRONOME: Metronome = Metronome { next: Mutex::new(None) };
///
/// #[policy(METRONOME)]
/// async fn forecast(city: &str) -> Result<String, String> {
///     if city.is_empty() { Err("503".to_owned()) } else { Ok(format!("sunny in {city}")) }
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let start = Instant::now();
/// assert!(forecast("Oslo").await.is_ok());
/// assert!(forecast("").await.is_err());
/// assert_eq!(start.elapsed().as_millis(), 130, "100 before the second call, and 30 before its second attempt");
/// # }
/// ```
///
/// A call that is cancelled drops its [`Call`](Policy::Call): so a guard in it gives back what the call holds. Where that
/// guard borrows from the policy, implement the trait for `&'a` of it:
/// `impl<'a> Policy for &'a Gate { type Call = Place<'a>; … }`. `#[policy(GATE)]` finds both.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no policy: write `impl reliable::Policy for` its type",
    label = "this needs a value whose type implements `reliable::Policy`"
)]
pub trait Policy {
    /// What belongs to one call, from the moment it is admitted until it is over: a count, an instant, a guard, or `()`.
    type Call;

    /// Asked before a call; asked again after a [`Before::Wait`].
    fn before(&self, tool: &'static str) -> Before<Self::Call>;

    /// Asked after each attempt, with `Ok(())` if it went well. Default: [`After::Done`].
    fn after(&self, tool: &'static str, call: &mut Self::Call, outcome: Result<(), &Failure<'_>>) -> After {
        let _ = (tool, call, outcome);
        After::Done
    }
}

/// What a [`Policy`] says before a call; see there for an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Before<C> {
    /// The call may begin. The value belongs to it, and is dropped when it is over.
    Admit(C),
    /// Ask again after this time, at the earliest after a millisecond.
    Wait(Duration),
    /// The call does not begin, and fails with this fault: [`Fault::Rejected`] fits most policies.
    Reject(Fault),
}

/// What a [`Policy`] says after an attempt; see there for an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// The call is over, with the outcome that it has.
    Done,
    /// Another attempt follows after this time, and the outcome of this one is forgotten.
    Again(Duration),
    /// The call is over, and fails with this fault instead of its own outcome: [`Fault::Policy`] takes your own words.
    Fail(Fault),
}

#[diagnostic::do_not_recommend]
impl<P: Policy + ?Sized> Policy for &P {
    type Call = P::Call;

    fn before(&self, tool: &'static str) -> Before<P::Call> {
        P::before(self, tool)
    }

    fn after(&self, tool: &'static str, call: &mut P::Call, outcome: Result<(), &Failure<'_>>) -> After {
        P::after(self, tool, call, outcome)
    }
}

#[diagnostic::do_not_recommend]
impl<P: Policy + ?Sized> Policy for Arc<P> {
    type Call = P::Call;

    fn before(&self, tool: &'static str) -> Before<P::Call> {
        P::before(self, tool)
    }

    fn after(&self, tool: &'static str, call: &mut P::Call, outcome: Result<(), &Failure<'_>>) -> After {
        P::after(self, tool, call, outcome)
    }
}

/// A call that a [`Policy`] let through, made by [`PolicyCall::before`].
///
/// This is what `#[policy]` writes around a body:
///
/// ```
/// use reliable::{Before, Policy};
/// use reliable::expansion::{Inspect, Pause, PolicyCall};
/// use std::ops::ControlFlow;
/// use std::time::Duration;
///
/// struct Open;
///
/// impl Policy for Open {
///     type Call = ();
///
///     fn before(&self, _tool: &'static str) -> Before<()> {
///         Before::Admit(())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), reliable::Fault> {
/// let body = async || Ok::<_, String>(21);
///
/// let mut waited = Duration::ZERO;
/// let mut call = loop {
///     let pause = match PolicyCall::before(Open, "call", &mut waited) {
///         Before::Admit(call) => break call,
///         Before::Wait(pause) => Pause::new(pause),
///         Before::Reject(fault) => return Err(fault),
///     };
///     pause.await;
/// };
/// let outcome = loop {
///     let outcome = body().await;
///     let pause = match call.settle(outcome, |error| Inspect::new(error).failure()) {
///         ControlFlow::Break(outcome) => break outcome,
///         ControlFlow::Continue(pause) => pause,
///     };
///     pause.await;
/// };
/// assert_eq!(outcome, Ok(21));
/// # Ok(())
/// # }
/// ```
// `C` stands for itself, and the bound on the methods, so that a value which is no policy is one error.
#[derive(Debug)]
pub struct PolicyCall<P, C> {
    policy: P,
    tool: &'static str,
    call: C,
    attempts: u32,
}

impl<P, C> PolicyCall<P, C> {
    /// Asks the policy whether a call may begin. `waited` is how long that call has waited for it so far: told when it is let
    /// through.
    #[inline]
    pub fn before(policy: P, tool: &'static str, waited: &mut Duration) -> Before<Self>
    where
        P: Policy<Call = C>,
    {
        match policy.before(tool) {
            Before::Admit(call) => {
                if !waited.is_zero() {
                    tell_wait(tool, *waited);
                }
                Before::Admit(PolicyCall { policy, tool, call, attempts: 0 })
            }
            Before::Wait(pause) => {
                let pause = pause.max(SHORTEST);
                *waited = waited.saturating_add(pause);
                Before::Wait(pause)
            }
            Before::Reject(fault) => {
                tell_rejection(tool, || fault.clone());
                Before::Reject(fault)
            }
        }
    }

    /// Asks the policy what follows an attempt: `Break` with the outcome of the call, or `Continue` with the pause before
    /// the next attempt.
    ///
    /// An error that carries a fault which is final, such as a denial, comes out as it is, whatever the policy says.
    #[inline]
    pub fn settle<R>(
        &mut self,
        outcome: R,
        inspect: impl Fn(&R::Error) -> Failure<'_>,
    ) -> ControlFlow<R, Pause<'static>>
    where
        P: Policy<Call = C>,
        R: Outcome<Error: FromFault>,
    {
        self.settle_with(outcome, inspect, FromFault::from_fault)
    }

    /// The same, for an error type that has no `From<Fault>`: `into_error` makes an error of the fault.
    #[inline]
    pub fn settle_with<R>(
        &mut self,
        outcome: R,
        inspect: impl Fn(&R::Error) -> Failure<'_>,
        into_error: impl FnOnce(Fault) -> R::Error,
    ) -> ControlFlow<R, Pause<'static>>
    where
        P: Policy<Call = C>,
        R: Outcome,
    {
        let outcome = outcome.into_result();
        let after = match &outcome {
            Ok(_) => self.after(Ok(())),
            Err(error) => self.after(Err(&inspect(error))),
        };
        ControlFlow::Break(match after {
            After::Done => R::from_result(outcome),
            After::Again(pause) => return ControlFlow::Continue(Pause::new(pause)),
            After::Fail(fault) => R::from_result(Err(into_error(fault))),
        })
    }

    fn after(&mut self, outcome: Result<(), &Failure<'_>>) -> After
    where
        P: Policy<Call = C>,
    {
        let PolicyCall { policy, tool, call, attempts } = self;
        *attempts = attempts.saturating_add(1);
        let after = match policy.after(tool, call, outcome) {
            _ if outcome.is_err_and(|failure| failure.fault().is_some_and(FaultKind::is_final)) => After::Done,
            after => after,
        };
        if after != After::Done || *attempts > 1 {
            told(tool, *attempts, &after, outcome);
        }
        after
    }
}

/// So that a policy which asks for no time at all does not spin.
const SHORTEST: Duration = Duration::from_millis(1);

#[cold]
fn tell_wait(tool: &'static str, waited: Duration) {
    tell!(Waited { tool: tool.into(), by: "policy".into(), waited });
}

#[cold]
fn told(tool: &'static str, attempts: u32, after: &After, outcome: Result<(), &Failure<'_>>) {
    match (after, outcome) {
        (After::Again(pause), outcome) => {
            let error = move || outcome.map_or_else(Failure::told, |()| "the policy wants another answer".to_owned());
            tell!(Retrying { tool: tool.into(), attempt: attempts, error: error(), pause: *pause });
        }
        (After::Fail(fault), _) => tell!(Overruled { tool: tool.into(), fault: fault.clone() }),
        (After::Done, Ok(())) => tell!(Recovered { tool: tool.into(), attempts }),
        (After::Done, Err(failure)) => {
            let reason = if failure.is_transient() { GaveUpReason::NoRetriesLeft } else { GaveUpReason::NotTransient };
            tell!(GaveUp { tool: tool.into(), attempts, error: failure.told(), reason });
        }
    }
}
