//! Atomics, which the model checker `loom` can take the place of: `RUSTFLAGS="--cfg loom" cargo test …`.

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicU64, Ordering};
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicU64, Ordering};
