//! Tools of an MCP server that is built with the crate `rmcp` (3.11 or newer, Rust 1.88; feature `rmcp`).
//!
//! Put the attributes above `#[tool]`. What the library itself says of a call, a [`Fault`](crate::said::fault::Fault), then reaches
//! the model as a tool error that it can act on: what went wrong, whether the tool ran, and what to do now.
//!
//! ```
//! use reliable::rmcp::ask_client;
//! use reliable::{fallback, retry, timeout};
//! use rmcp::handler::server::wrapper::Parameters;
//! use rmcp::model::CallToolResult;
//! use rmcp::{ServerHandler, schemars, tool, tool_handler, tool_router};
//!
//! #[derive(serde::Deserialize, schemars::JsonSchema)]
//! struct Place {
//!     city: String,
//! }
//!
//! struct Weather;
//!
//! #[tool_router]
//! impl Weather {
//!     #[retry(max = 3)]
//!     #[timeout(ms = 2000)]
//!     #[tool(description = "Tomorrow's weather")]
//!     async fn forecast(&self, Parameters(Place { city }): Parameters<Place>) -> Result<String, CallToolResult> {
//! #       if city == "Atlantis" {
//! #           std::future::pending::<()>().await;
//! #       }
//!         Ok(format!("rain in {city}"))
//!     }
//!
//!     #[fallback(Ok("no idea".to_owned()))]
//!     #[timeout(ms = 100)]
//!     #[tool(description = "How warm the sea is")]
//!     async fn sea(&self) -> Result<String, CallToolResult> {
//!         std::future::pending().await // a service that hangs today
//!     }
//! }
//!
//! // One line for all tools, which belongs into every server: see below.
//! #[tool_handler(router = ask_client(Self::tool_router()))]
//! impl ServerHandler for Weather {}
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! assert_eq!(Weather.forecast(Parameters(Place { city: "Oslo".into() })).await.unwrap(), "rain in Oslo");
//! assert_eq!(Weather.sea().await.unwrap(), "no idea");
//! # let late = Weather.forecast(Parameters(Place { city: "Atlantis".into() })).await.unwrap_err();
//! # let told = "`forecast` timed out after 2s. It may have taken effect all the same: if it changes anything, look before you call it again.";
//! # assert_eq!(late.content[0].as_text().unwrap().text, told);
//! # }
//! ```
//!
//! # What a tool returns
//! MCP has two kinds of errors. The model reads a *tool error*. A *protocol error* is for the client, and many clients show
//! the model nothing of it.
//!
//! | return type | what becomes of a fault | kind in `_meta` |
//! |---|---|---|
//! | `Result<T, CallToolResult>`, for any `T` that a tool can return: `String`, `Json<T>`, … | a tool error with [`model_feedback`](crate::said::fault::Fault::model_feedback) | yes |
//! | `CallToolResult`, where a result with `is_error` is the failure that a retry or a fallback sees | the same | yes |
//! | `Result<CallToolResult, ErrorData>` | the same, since the attributes make a tool error of it | yes |
//! | `Result<Json<T>, ErrorData>` and other `T`s that can't hold an error | a protocol error; with [`tell_faults`] around the router, a tool error | with `tell_faults` |
//! | `Result<T, Fault>` | a tool error with `model_feedback` | no |
//! | `Result<T, YourError>` | what your `IntoContents` makes of it: hand a fault on, as below | no |
//! | `Result<T, String>` | a tool error with the fault's own words, without the advice | no |
//!
//! In doubt take `Result<T, CallToolResult>`: your own failures are then `CallToolResult::error(…)`.
//!
//! An error type of your own:
//!
//! ```
//! use reliable::Fault;
//! use rmcp::model::{ContentBlock, IntoContents};
//!
//! #[derive(Debug, thiserror::Error)]
//! enum WeatherError {
//!     #[error("there is no such city")]
//!     NoSuchCity,
//!     #[error(transparent)]
//!     Fault(#[from] Fault),
//! }
//!
//! impl IntoContents for WeatherError {
//!     fn into_contents(self) -> Vec<ContentBlock> {
//!         match self {
//!             WeatherError::Fault(fault) => fault.into_contents(),
//!             own => own.to_string().into_contents(),
//!         }
//!     }
//! }
//! # let told = WeatherError::Fault(Fault::StepLimit { agent: "assistant".into(), max_steps: 8 }).into_contents();
//! # assert!(told[0].as_text().unwrap().text.ends_with("finish with what you have."));
//! ```
//!
//! Machines find the kind of a fault at [`FAULT_KEY`], in `_meta` of a tool error and in `data` of a protocol error, and
//! beside it the wait of a rejection, at [`WAIT_KEY`]. So
//! does this library ([`Transient::fault`](crate::seen::transient::Transient::fault)): a denial that came from another server stays
//! final here.
//!
//! # Approvals
//! [`ask_client`] around the router is all that a server needs: every tool with a `#[requires_approval]` then asks the
//! client's user, and a call that the client cancels is dropped, with its question.
//!
//! ```
//! use reliable::requires_approval;
//! use reliable::rmcp::ask_client;
//! use rmcp::model::CallToolResult;
//! use rmcp::{ServerHandler, tool, tool_handler, tool_router};
//!
//! struct Server;
//!
//! #[tool_router]
//! impl Server {
//!     #[requires_approval]
//!     #[tool(description = "Deletes everything")]
//!     async fn clean_up(&self) -> Result<String, CallToolResult> {
//!         Ok("it is all gone".to_owned())
//!     }
//! }
//!
//! #[tool_handler(router = ask_client(Self::tool_router()))]
//! impl ServerHandler for Server {}
//! ```
//!
//! | protocol | how the client is asked |
//! |---|---|
//! | up to 2025-11-25 | in the middle of the call, which waits: by elicitation, with progress where the call has a token for it |
//! | from 2026-07-28 | by the answer of the call, an `InputRequiredResult`; the client makes the call again with what its user said, and it runs |
//!
//! What travels through a client of the newer protocol is sealed, is good for this call of this
//! [principal](Elicitation::principal) alone, for a time, and once: [`ask_client`] has the details. [`ask_client_by`] has a say
//! in it, and `#[requires_approval(by = Elicitation::during(&call))]` for a single tool, as shown at [`Elicitation`].
//!
//! In a `call_tool` of one's own it is the same line: `ask_client(Self::tool_router()).call(tool).await`.
//!
//! # A call that the client cancels
//! `rmcp` marks it with a token, and leaves it to the tool to look there: a retry would go on, and a question stay open whose
//! yes runs the tool long after. [`ask_client`] drops the call instead, which closes the question and ends the retry.
//! [`drop_cancelled`] around the router does this alone, for a server whose approver is another one, and [`until_cancelled`]
//! for one future.
//!
//! A server on standard input and output must not install [`approver::Terminal`](crate::approval::terminal::Terminal): it
//! would read the protocol.

mod ask_client;
mod cancelled;
mod elicitation;
mod errors;
mod form;
mod progress;
mod round;
mod routes;
mod seal;

pub use ask_client::{ask_client, ask_client_by};
pub use cancelled::{drop_cancelled, until_cancelled};
pub use elicitation::Elicitation;
pub use errors::{FAULT_KEY, WAIT_KEY, tell_faults, tool_outcome};

use ::rmcp::service::{Peer, RequestContext, ServiceRole};

use crate::seen::inspect::HandedOver;

impl<R: ServiceRole> HandedOver for RequestContext<R> {}

impl<R: ServiceRole> HandedOver for Peer<R> {}
