//! What the tools touch: it only writes down what was done to it.

use std::sync::{Mutex, PoisonError};

#[derive(Debug, Default)]
pub struct Machine(Mutex<Vec<String>>);

impl Machine {
    pub fn did(&self, what: String) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what.clone());
        what
    }

    pub fn done(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
