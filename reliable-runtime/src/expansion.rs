//! What the expansions of the attributes name, and nobody else: `cargo expand` shows these names.
//!
//! It belongs to the expansions of exactly this version, and may change with any other: write your own code with what is
//! outside of this module.

pub use crate::agent::StepOutcome;
#[cfg(feature = "chaos")]
pub use crate::chaos::{strike, strike_blocking};
pub use crate::fallback::Fallback;
pub use crate::fault::FromFault;
pub use crate::guarded::{Guarded, Mark, Unguarded, guarded};
pub use crate::inspect::Inspect;
pub use crate::outcome::Outcome;
pub use crate::policy::PolicyCall;
pub use crate::retry::Pause;
#[cfg(feature = "rig")]
pub use crate::rig::tool_name;
#[cfg(feature = "rmcp")]
pub use crate::rmcp::tool_outcome;
pub use crate::transient::AskedDelay;

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
