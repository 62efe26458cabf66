//! What is known of the denials in a run.

use std::collections::VecDeque;

use crate::said::decision::Decision;
use crate::said::digest::Digest;
use crate::said::fault::Fault;
use crate::said::name::ToolName;

/// What a run was denied, and how often in a row.
#[derive(Debug, Default)]
pub(crate) struct Denials {
    in_a_row: u32,
    /// How many it were, when that was once too often: no answer to a question that is still open changes it.
    pub(crate) too_many: Option<u32>,
    /// Whether somebody was told of that.
    pub(crate) told: bool,
    pub(crate) calls: Calls,
}

impl Denials {
    pub(crate) fn count(&mut self, decision: &Decision, max: Option<u32>) {
        match decision {
            Decision::Approved { .. } => self.in_a_row = 0,
            Decision::Denied { .. } => self.in_a_row = self.in_a_row.saturating_add(1),
            Decision::Expired => {}
        }
        if self.too_many.is_none() && max.is_some_and(|max| self.in_a_row >= max) {
            self.too_many = Some(self.in_a_row);
        }
    }

    /// `Err` if it was once too often.
    pub(crate) fn too_many(&mut self, agent: impl FnOnce() -> ToolName) -> Result<(), Fault> {
        let Some(denials) = self.too_many else { return Ok(()) };
        self.told = true;
        Err(Fault::TooManyDenials { agent: agent(), denials })
    }
}

/// A no to a call.
#[derive(Debug, Clone)]
pub(crate) struct No {
    pub(crate) reason: String,
    pub(crate) by: Option<String>,
}

/// The calls that were denied. Of more than a thousand the eldest is forgotten, and so asked again.
#[derive(Debug, Default)]
pub(crate) struct Calls(VecDeque<(Digest, No)>);

const REMEMBERED: usize = 1000;

impl Calls {
    pub(crate) fn add(&mut self, call: Digest, no: No) {
        if self.find(call).is_some() {
            return;
        }
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((call, no));
    }

    pub(crate) fn find(&self, call: Digest) -> Option<&No> {
        self.0.iter().find(|(denied, _)| *denied == call).map(|(_, no)| no)
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;

    fn digest(number: usize) -> Digest {
        let bytes = u128::try_from(number).unwrap().to_be_bytes();
        serde_json::from_value(serde_json::json!(bytes)).unwrap()
    }

    #[test]
    fn what_is_kept_has_a_bound_and_the_eldest_is_forgotten() {
        let mut calls = Calls::default();
        let no = |reason: &str| No { reason: reason.to_owned(), by: None };
        for call in 0..=REMEMBERED {
            calls.add(digest(call), no("no"));
            calls.add(digest(call), no("no, again"));
            assert!(calls.0.len() <= REMEMBERED);
        }
        assert_eq!([0, 1].map(|call| calls.find(digest(call)).map(|no| &*no.reason)), [None, Some("no")]);
    }
}
