//! What goes wrong with a store where no run is under way.

use std::error::Error;
use std::fmt;

/// A store that can't do what it was asked for, where no run is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreError {
    /// What happened, and what to do.
    pub message: String,
}

impl StoreError {
    /// For an engine.
    pub fn new(message: impl Into<String>) -> Self {
        StoreError { message: message.into() }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for StoreError {}
