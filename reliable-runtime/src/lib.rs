//! The runtime behind the attributes of `reliable`: what their expansions call, and what can be called by hand.
//!
//! Use it through the `reliable` crate, whose documentation begins at the beginning. Here each pattern has a module with
//! the name that it has in `reliable-macros`; what they share is `fault`, `event` and `scope`.

#![deny(missing_docs)]
#![warn(unreachable_pub)]

mod agent;
mod approval;
pub mod approver;
mod backoff;
mod blocking;
pub mod bulkhead;
#[cfg(feature = "chaos")]
pub mod chaos;
mod charge;
mod circuit_breaker;
mod clock;
mod event;
pub mod expansion;
mod fallback;
mod fault;
mod feedback;
mod guarded;
mod hedge;
#[cfg(feature = "http")]
pub mod http;
mod human;
mod idempotency;
mod inspect;
mod keyed;
mod limit;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(not(feature = "metrics"))]
#[path = "metrics/off.rs"]
mod metrics;
mod money;
mod name;
mod outcome;
mod policy;
#[cfg(feature = "rate-limit")]
mod rate_limit;
mod recorder;
mod report;
mod retry;
mod retry_budget;
#[cfg(feature = "rig")]
pub mod rig;
#[cfg(feature = "rmcp")]
pub mod rmcp;
mod run;
mod scope;
#[cfg(feature = "tracing")]
mod span;
#[cfg(not(feature = "tracing"))]
#[path = "span/off.rs"]
mod span;
mod sync;
mod timeout;
mod timer;
#[cfg(feature = "tracing")]
mod trace;
mod transient;

pub use agent::{AgentLimits, Step, StepOutcome};
pub use approval::{Approval, Argument, Decision, Request};
pub use approver::Approver;
pub use backoff::Backoff;
pub use bulkhead::Bulkhead;
pub use charge::{Charge, Reservation};
pub use circuit_breaker::{CircuitBreaker, CircuitState, Permit};
pub use event::{Event, GaveUpReason};
pub use fallback::Fallback;
pub use fault::{BudgetExceeded, Fault, FaultKind, FromFault};
pub use guarded::{Guarded, Mark, Unguarded, guarded};
pub use hedge::{Hedge, HedgedCall};
pub use idempotency::IdempotencyKey;
pub use inspect::{Failure, Inspect};
pub use keyed::Keyed;
pub use money::{ParseUsdError, Usd};
pub use name::ToolName;
pub use outcome::Outcome;
pub use policy::{After, Before, Policy, PolicyCall};
#[cfg(feature = "rate-limit")]
pub use rate_limit::RateLimit;
pub use recorder::{Entry, Recorder};
pub use report::{Report, Row};
pub use retry::{Attempts, BudgetedAttempts, Pause, Pausing, Retry};
pub use retry_budget::RetryBudget;
pub use run::Run;
pub use scope::{Scope, Scoped};
pub use timeout::{TimedCall, Timeout};
pub use transient::{AskedDelay, Transient};
