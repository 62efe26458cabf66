#![doc = include_str!("../README.md")]
// With the label of its feature on each item, where the documentation is built by a compiler that knows how.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(missing_docs)]
#![warn(unreachable_pub)]

mod claim;
mod clock;
mod engine;
mod entries;
mod fence;
mod file;
mod forget;
mod grants;
mod journal;
mod json;
mod line;
mod moment;
mod on_disk;
mod owner;
mod questions;
mod runs;
mod schema;
pub mod store;
mod trouble;
mod watch;
