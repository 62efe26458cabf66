//! What the expansions of the attributes name, and nobody else: `cargo expand` shows these names.
//!
//! It belongs to the expansions of exactly this version, and may change with any other: write your own code with what is
//! outside of this module.

pub use crate::agent::step::StepOutcome;
pub use crate::approval::edits::{EditOf, Edited, EditedRef};
pub use crate::approval::execution::Execution;
#[cfg(feature = "rig")]
pub use crate::frameworks::rig::tool::tool_name;
#[cfg(feature = "chaos")]
pub use crate::policies::chaos::strike::{strike, strike_blocking};
pub use crate::policies::failover::CandidateKey;
pub use crate::policies::fallback::Fallback;
pub use crate::policies::hedge::{JudgedOk, Unjudged};
pub use crate::policies::policy::PolicyCall;
pub use crate::policies::retry::pause::{Pause, Pausing};
pub use crate::said::fault::{ByFn, ByFrom, FromFault, IntoError};
pub use crate::said::run_time_name::NameText;
#[cfg(feature = "durable")]
pub use crate::said::told::Told;
pub use crate::seen::inspect::Inspect;
pub use crate::seen::inspect::digested::{Digested, Seen};
pub use crate::seen::last_error::LastError;
pub use crate::seen::outcome::Outcome;
pub use crate::seen::transient::AskedDelay;

/// Tells the compiler the type that an `async` block returns, on a line that never runs:
/// `if false { return reliable::expansion::returns::<Result<Forecast, WeatherError>>(); }`.
///
/// A function's body knows what the function returns; the same body moved into an `async` block does not, and so loses
/// the help of `?`, `.into()` and coercions. An unreachable `return` of the declared type gives it back.
///
/// ```
/// # async fn f() -> Result<Box<dyn std::fmt::Display>, std::num::ParseIntError> {
/// async {
///     if false {
///         return reliable::expansion::returns::<Result<Box<dyn std::fmt::Display>, std::num::ParseIntError>>();
///     }
///     Ok(Box::new("21".parse::<u32>()?))
/// }
/// .await
/// # }
/// ```
///
/// # Panics
/// Always. It is never reached in an expansion.
pub fn returns<R>() -> R {
    unreachable!("a type hint is not a value")
}
