//! What a run was denied.

use std::collections::VecDeque;

use crate::agent::run::{Inner, Run};
use crate::said::decision::Decision;
use crate::said::digest::Digest;
use crate::said::fault::Fault;
use crate::said::name::ToolName;
use crate::said::request::Request;

/// What a run was denied, and how often in a row.
#[derive(Debug, Default)]
pub(crate) struct Denials {
    in_a_row: u32,
    /// How many it were, when that was once too often: no answer to a question that is still open changes it.
    pub(crate) too_many: Option<u32>,
    /// Whether somebody was told of that.
    pub(crate) told: bool,
    calls: Calls,
}

impl Denials {
    fn count(&mut self, decision: &Decision, max: Option<u32>) {
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

/// The calls that were denied, and why. Of more than a thousand the eldest is forgotten, and so asked again.
#[derive(Debug, Default)]
struct Calls(VecDeque<(Digest, String)>);

const REMEMBERED: usize = 1000;

impl Calls {
    fn add(&mut self, call: Digest, reason: &str) {
        if self.reason(call).is_some() {
            return;
        }
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((call, reason.to_owned()));
    }

    fn reason(&self, call: Digest) -> Option<&str> {
        self.0.iter().find(|(denied, _)| *denied == call).map(|(_, reason)| &**reason)
    }
}

impl Run {
    /// Whether somebody may be asked about this call.
    ///
    /// # Errors
    /// [`Fault::TooManyDenials`] of this run, or of one around it. [`Fault::Denied`] if the same call was denied before, which
    /// counts as another denial.
    pub(crate) fn may_ask(&self, request: &Request) -> Result<(), Fault> {
        let mut runs = self.and_outer().filter_map(Run::inner);
        runs.try_for_each(|run| run.state().denials.too_many(|| run.agent.clone()))?;
        let Some(before) = request.digest.and_then(|call| self.denied_before(call)) else { return Ok(()) };
        let reason = format!("it was denied before in this run, and is not asked again: {before}");
        self.decided(&Decision::deny(&*reason));
        Err(Fault::Denied { tool: request.tool.clone(), reason })
    }

    /// Counts what a question came to, in the runs around this one, too.
    pub(crate) fn decided(&self, decision: &Decision) {
        for run in self.and_outer().filter_map(Run::inner) {
            run.state().denials.count(decision, run.limits.max_denials);
        }
    }

    /// What is denied in a sub-agent is denied in the whole run that it is a part of: so the outermost one keeps it for all.
    pub(crate) fn remember_denied(&self, request: &Request, reason: &str) {
        if let (Some(run), Some(call)) = (self.outermost(), request.digest) {
            run.state().denials.calls.add(call, reason);
        }
    }

    fn denied_before(&self, call: Digest) -> Option<String> {
        self.outermost()?.state().denials.calls.reason(call).map(str::to_owned)
    }

    fn outermost(&self) -> Option<&Inner> {
        self.and_outer().filter_map(Run::inner).last()
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;
    use crate::agent::limits::AgentLimits;

    fn digest(number: usize) -> Digest {
        let bytes = u128::try_from(number).unwrap().to_be_bytes();
        serde_json::from_value(serde_json::json!(bytes)).unwrap()
    }

    /// Of the refund of so much.
    fn request(amount: usize) -> Request {
        Request { digest: Some(digest(amount)), ..Request::new("refund".into()) }
    }

    #[test]
    fn what_is_kept_has_a_bound_and_the_eldest_is_forgotten() {
        let mut calls = Calls::default();
        for call in 0..=REMEMBERED {
            calls.add(digest(call), "no");
            calls.add(digest(call), "no, again");
            assert!(calls.0.len() <= REMEMBERED);
        }
        assert_eq!((calls.reason(digest(0)), calls.reason(digest(1))), (None, Some("no")));
    }

    #[tokio::test]
    async fn the_same_denied_call_is_denied_again_in_the_whole_family() {
        let outer = AgentLimits::new().max_denials(2).begin("outer");
        let inner = |agent: &'static str| outer.scope(async move { AgentLimits::new().begin(agent) });
        let (one, other) = (inner("one").await, inner("other").await);
        one.remember_denied(&request(40), "too much");
        one.decided(&Decision::deny("too much"));
        assert_eq!(other.may_ask(&request(41)), Ok(()), "another call");
        assert_eq!(Run::current().may_ask(&request(40)), Ok(()), "outside");
        let no_digest = Request { digest: None, ..request(40) };
        assert_eq!(other.may_ask(&no_digest), Ok(()), "nobody knows whether it is the same");

        let again = "it was denied before in this run, and is not asked again: too much".to_owned();
        assert_eq!(other.may_ask(&request(40)), Err(Fault::Denied { tool: "refund".into(), reason: again }));
        let too_many = Err(Fault::TooManyDenials { agent: "outer".into(), denials: 2 });
        assert_eq!(outer.may_ask(&request(41)), too_many, "that was another denial");
        assert_eq!(one.may_ask(&request(41)), too_many);
    }
}
