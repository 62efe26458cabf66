#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![warn(unreachable_pub)]

mod client;
mod connections;
mod endpoint;
mod pauses;
mod restate;
mod run;
mod services;
mod wire;

pub use endpoint::Endpoint;
pub use restate::Restate;
