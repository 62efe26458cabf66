//! The option `stream`: attributes that are around a stream, and not only around the call that opens it.
//!
//! A function that streams returns `Result<S, E>`, where `S` is a stream of `Result<T, E2>`. Without `stream` an attribute sees
//! nothing but the opening: a retry ends with it, a timeout does, and so does a place in a bulkhead. With it, the call is not
//! done before its first item is there, and what a policy holds or counts it holds or counts until the stream has ended:
//!
//! ```
//! use futures_util::stream::{self, BoxStream, StreamExt};
//! use reliable::{Fault, retry, timeout};
//! # use std::sync::atomic::{AtomicU32, Ordering};
//!
//! #[derive(Debug, PartialEq, thiserror::Error)]
//! enum ModelError {
//!     #[error("the connection was cut")]
//!     Cut,
//!     #[error(transparent)]
//!     Fault(#[from] Fault),
//! }
//!
//! # static CALLS: AtomicU32 = AtomicU32::new(0);
//! #[retry(max = 3, stream)]
//! #[timeout("20s", idle = "5s")]
//! async fn ask(prompt: &str) -> Result<BoxStream<'static, Result<String, ModelError>>, ModelError> {
//! #   let items = match CALLS.fetch_add(1, Ordering::Relaxed) {
//! #       0 => stream::iter(vec![Err(ModelError::Cut)]).boxed(),
//! #       _ => stream::iter(vec![Ok("It is".to_owned()), Ok(" sunny.".to_owned())]).chain(stream::pending()).boxed(),
//! #   };
//! #   Ok(items)
//!     // … the answer of a model, word by word …
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), ModelError> {
//! let mut answer = ask("How is the weather?").await?; // the first attempt was cut before its first word
//! assert_eq!(answer.next().await, Some(Ok("It is".to_owned())));
//! assert_eq!(answer.next().await, Some(Ok(" sunny.".to_owned())));
//! // Then it says nothing for five seconds.
//! assert!(matches!(answer.next().await, Some(Err(ModelError::Fault(Fault::TimedOut { .. })))));
//! assert_eq!(answer.next().await, None, "it is over");
//! # Ok(())
//! # }
//! ```
//!
//! # What is in here
//! What the expansions call, usable by hand as well: [`begun`] waits for the first item, [`boxed`] makes the declared type
//! again. What the policies put around a stream is made by [`Timeout::gaps`](crate::policies::timeout::Timeout::gaps),
//! [`Permit::until_dropped`](crate::policies::bulkhead::Permit::until_dropped) of a bulkhead and
//! [`Permit::until_end`](crate::policies::circuit_breaker::Permit::until_end) of a breaker. A call has one box for each of
//! them at most, and an item none.

pub mod begun;
pub mod boxed;
pub mod counted;
pub mod either;
pub mod gaps;
pub mod held;
pub mod lend;
