//! The attributes on the tools of a [`rig`](https://docs.rs/rig) agent (feature `rig`).
//!
//! Put them above `#[rig_tool]`, and let the tool return [`ToolExecutionError`]: it takes a [`Fault`] as it is, and the
//! model then reads what went wrong and what it can do now ([`Fault::model_feedback`]).
//!
//! ```
//! use reliable::{retry, timeout};
//! use rig::rig_tool;
//! use rig::tool::{ToolContext, ToolExecutionError, ToolSet};
//!
//! #[derive(Debug, thiserror::Error)]
//! enum WeatherError {
//!     #[error("there is no city named {0}")]
//!     UnknownCity(String),
//!     #[error("the weather service at 10.0.0.7 is busy")]
//!     Busy,
//!     #[error(transparent)]
//!     Fault(#[from] reliable::Fault), // if it calls other functions with attributes
//! }
//!
//! /// What the model may read of an error is said here, and only here. `tool_error` does the rest.
//! impl From<WeatherError> for ToolExecutionError {
//!     fn from(error: WeatherError) -> ToolExecutionError {
//!         match error {
//!             WeatherError::UnknownCity(_) => ToolExecutionError::not_found(error.to_string()),
//!             error => reliable::rig::tool_error(error),
//!         }
//!     }
//! }
//!
//! async fn ask_the_service(city: &str) -> Result<String, WeatherError> {
//! #   static CALLS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
//! #   if city == "Bergen" { return std::future::pending().await }
//! #   if city == "Atlantis" { return Err(WeatherError::UnknownCity(city.to_owned())) }
//! #   if CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 2 == 0 { return Err(WeatherError::Busy) }
//!     // …
//! #   Ok(format!("rain in {city}"))
//! }
//!
//! #[retry(max = 1)]
//! #[timeout(secs = 2)]
//! #[rig_tool(description = "The weather in a city")]
//! async fn weather(
//!     /// Its name in English.
//!     city: String,
//! ) -> Result<String, ToolExecutionError> {
//!     Ok(ask_the_service(&city).await?)
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! let mut tools = ToolSet::default();
//! tools.add_tool(Weather);
//! let read = async |city: &str| {
//!     let result = tools.execute("weather", format!(r#"{{"city": "{city}"}}"#), &mut ToolContext::new()).await;
//!     result.output().as_text().map(str::to_owned)
//! };
//! assert_eq!(read("Oslo").await.unwrap(), "rain in Oslo", "at the second attempt");
//! assert_eq!(read("Atlantis").await.unwrap(), "there is no city named Atlantis", "at the first");
//! assert_eq!(
//!     read("Bergen").await.unwrap(),
//!     "`weather` timed out after 2s. \
//!      It may have taken effect all the same: if it changes anything, look before you call it again."
//! );
//! # }
//! ```
//!
//! # What the model reads
//!
//! rig shows a model the errors that a tool's author wrote for it, and hides all others, which may hold secrets. So the
//! error type decides:
//!
//! | the tool | of a fault, the model reads | of your own errors |
//! |---|---|---|
//! | `#[rig_tool]` with [`ToolExecutionError`] | what went wrong, and what it can do now | what your `From` shows it |
//! | `#[rig_tool]` with an error type of your own | "the tool failed" | "the tool failed" |
//! | `impl Tool` with one, and `map_error` | what went wrong, and what it can do now | what your `map_error` shows it |
//! | `impl Tool` with one, without `map_error` | "the tool failed" | "the tool failed" |
//!
//! There is a `map_error` in the example of [`tool_error`]. The attributes can stand on the `async fn call` of an
//! `impl Tool`: there, faults and events name the tool by its `NAME`. Such a `call` is known by a `ToolContext` or
//! `Self::Args` among its parameters.
//!
//! Each fault becomes the error of rig that says the same, to hooks and in telemetry: its message is the fault's text, its
//! code `reliable.` and [`FaultKind::name`], its source the fault, or your error around it.
//!
//! | fault | [`ToolErrorKind`] | `retryable` |
//! |---|---|---|
//! | [`TimedOut`](crate::said::fault::Fault::TimedOut) | `Timeout` | yes |
//! | [`Denied`](crate::said::fault::Fault::Denied) | `PermissionDenied`, and a refusal | no |
//! | [`Expired`](crate::said::fault::Fault::Expired) | `PermissionDenied` | no |
//! | [`CircuitOpen`](crate::said::fault::Fault::CircuitOpen) | `Provider` | no |
//! | [`Rejected`](crate::said::fault::Fault::Rejected) | `RateLimited` | yes |
//! | [`Policy`](crate::said::fault::Fault::Policy) | `Other` | yes |
//! | a limit of an `#[agent]` | `Other` | no |
//!
//! # What is worth a retry
//!
//! A `#[retry]` without `when` goes by the error ([`Transient`](crate::seen::transient::Transient)):
//!
//! | error | is retried |
//! |---|---|
//! | any that carries a [`Fault`] | as the fault: a time limit is, a denial never |
//! | [`ToolExecutionError`] | if it is `retryable`; if it does not say, by its HTTP status, and without one it is |
//! | `ProviderError`, `ErrorReport`, `http_client::Error` | if rig takes it for retryable; but `x-should-retry` is obeyed, and an exhausted quota is not retried |
//! | `PromptError` | as the `ProviderError` or `ErrorReport` in it; nothing else of it is |
//!
//! The delay that the server asks for is obeyed, by the rules of the module [`http`](crate::frameworks::http).
//!
//! A retry of `agent.prompt(…)` begins the whole run again, and the tools that it had called are called again. To repeat
//! only the model call that failed, put the `#[retry]` on the HTTP client that the model sends through, which the example
//! `rig_agent` does, or on a function that calls `model.call(…)`.
//!
//! # What is in force around a tool
//!
//! An agent runs its tools in the task that awaits it: a [`Scope`](crate::scope::Scope) around `agent.prompt(…)` reaches them,
//! with its approver, its recorder and its [`Run`](crate::agent::run::Run). So the tools of an agent can share a budget:
//! `AgentLimits::new().max_usd(…).begin("assistant").scope(agent.prompt(…).run())`.
//!
//! In this version, runs of one agent that are under way at the same time also run the tools of each other. A tool then meets
//! the scope of another run, and **another's approver decides**. So build an agent for each run. (In rig 0.45 each
//! keeps to its own.)
//!
//! # Versions
//!
//! rig 0.44, the newest that Rust 1.95 builds. In a program with another version of it the compiler says that
//! `ToolExecutionError` cannot carry a fault, as it does without the feature.
//!
//! [`Fault`]: crate::said::fault::Fault
//! [`Fault::model_feedback`]: crate::said::fault::Fault::model_feedback
//! [`FaultKind::name`]: crate::said::fault_kind::FaultKind::name
//! [`ToolErrorKind`]: ::rig::tool::ToolErrorKind
//! [`ToolExecutionError`]: ::rig::tool::ToolExecutionError

mod model;
#[cfg(test)]
mod tests;
pub(crate) mod tool;

pub use tool::tool_error;

use crate::seen::inspect::HandedOver;

impl HandedOver for ::rig::tool::ToolContext {}
