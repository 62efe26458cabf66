//! A policy of one's own: so many calls, and no more. A type, `impl Policy`, and `#[policy(…)]` is all it takes.

use std::sync::atomic::{AtomicU32, Ordering};

use reliable::{Before, Fault, Policy};

/// Lets so many calls through.
pub struct Ration {
    left: AtomicU32,
}

impl Ration {
    pub fn of(calls: u32) -> Self {
        Ration { left: AtomicU32::new(calls) }
    }
}

impl Policy for Ration {
    type Call = ();

    fn before(&self, tool: &'static str) -> Before<()> {
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) {
            Ok(_) => Before::Admit(()),
            Err(_) => Before::Reject(Fault::Rejected { tool: tool.into(), by: "ration".into(), wait: None }),
        }
    }
}
