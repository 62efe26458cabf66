//! Atomics, which the model checker `loom` can take the place of: `RUSTFLAGS="--cfg loom" cargo test …`.

#[cfg(all(test, loom))]
pub(crate) use loom::sync::atomic::{AtomicU64, Ordering};
#[cfg(not(all(test, loom)))]
pub(crate) use std::sync::atomic::{AtomicU64, Ordering};
