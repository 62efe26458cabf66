//! The tests are in `tests/`, a file for each framework. Here is the one that must not compile.
//!
//! `aisdk`'s `#[tool]` keeps the body of its function, and forgets the attributes below it. This compiles, and nobody is
//! asked before the disk is wiped:
//!
//! ```
//! use aisdk::core::tools::Tool;
//! use aisdk::macros::tool;
//! use reliable::requires_approval;
//!
//! #[tool]
//! #[requires_approval]
//! /// Wipes a disk.
//! fn wipe_disk(name: String) -> Tool {
//!     Ok(format!("{name} is empty now"))
//! }
//! # fn main() {
//! # let arguments = aisdk::__private::serde_json::json!({ "name": "sda" });
//! # assert_eq!(wipe_disk().execute.call(arguments).unwrap(), "sda is empty now");
//! # }
//! ```
//!
//! With a proof beside it, it does not:
//!
//! ```compile_fail
//! use aisdk::core::tools::Tool;
//! use aisdk::macros::tool;
//! use reliable::{guarded, requires_approval};
//!
//! #[tool]
//! #[requires_approval(guarded)]
//! /// Wipes a disk.
//! fn wipe_disk(name: String) -> Tool {
//!     Ok(format!("{name} is empty now"))
//! }
//!
//! guarded!(wipe_disk);
//! # fn main() {}
//! ```
//!
//! What is risky is in a function of its own, then, and `#[tool]` only calls it:
//!
//! ```
//! use aisdk::core::tools::Tool;
//! use aisdk::macros::tool;
//! use reliable::{Fault, guarded, requires_approval};
//!
//! #[requires_approval(guarded)]
//! async fn wipe(name: &str) -> Result<String, Fault> {
//!     Ok(format!("{name} is empty now"))
//! }
//!
//! guarded!(wipe);
//!
//! #[tool]
//! /// Wipes a disk.
//! fn wipe_disk(name: String) -> Tool {
//!     let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| error.to_string())?;
//!     runtime.block_on(wipe(&name)).map_err(|fault| fault.model_feedback())
//! }
//!
//! # fn main() {
//! let arguments = aisdk::__private::serde_json::json!({ "name": "sda" });
//! let told = wipe_disk().execute.call(arguments).unwrap_err();
//! # let told = told.to_string();
//! assert!(told.contains("`wipe` was denied: no approver is installed. It did not run."), "{told}");
//! # }
//! ```
