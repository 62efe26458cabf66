//! What a run was denied: counted, and not asked again.

use crate::agent::denials::No;
use crate::agent::run::{Inner, Run};
use crate::said::decision::Decision;
use crate::said::digest::Digest;
use crate::said::fault::Fault;
use crate::said::request::Request;

impl Run {
    /// Whether somebody may be asked about this call. If not, why, and who has said so.
    ///
    /// # Errors
    /// [`Fault::TooManyDenials`] of this run, or of one around it. [`Fault::Denied`] if the same call was denied before, which
    /// counts as another denial.
    pub(crate) fn may_ask(&self, request: &Request) -> Result<(), (Fault, Option<String>)> {
        let mut runs = self.and_outer().filter_map(Run::inner);
        runs.try_for_each(|run| run.state().denials.too_many(|| run.agent.clone())).map_err(|fault| (fault, None))?;
        let Some(No { reason: before, by }) = request.digest.and_then(|call| self.denied_before(call)) else {
            return Ok(());
        };
        let reason = format!("it was denied before in this run, and is not asked again: {before}");
        self.decided(&Decision::deny(&*reason));
        Err((Fault::Denied { tool: request.tool.clone(), reason }, by))
    }

    /// Counts what a question came to, in the runs around this one, too.
    pub(crate) fn decided(&self, decision: &Decision) {
        for run in self.and_outer().filter_map(Run::inner) {
            run.state().denials.count(decision, run.limits.max_denials);
        }
    }

    /// What is denied in a sub-agent is denied in the whole run that it is a part of: so the outermost one keeps it for all.
    pub(crate) fn remember_denied(&self, request: &Request, no: No) {
        if let (Some(run), Some(call)) = (self.outermost(), request.digest) {
            run.state().denials.calls.add(call, no);
        }
    }

    fn denied_before(&self, call: Digest) -> Option<No> {
        self.outermost()?.state().denials.calls.find(call).cloned()
    }

    pub(super) fn outermost(&self) -> Option<&Inner> {
        self.and_outer().filter_map(Run::inner).last()
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;
    use crate::agent::limits::AgentLimits;

    fn digest(number: u128) -> Digest {
        let bytes = number.to_be_bytes();
        serde_json::from_value(serde_json::json!(bytes)).unwrap()
    }

    /// Of the refund of so much.
    fn request(amount: u128) -> Request {
        Request { digest: Some(digest(amount)), ..Request::new("refund".into()) }
    }

    #[tokio::test]
    async fn the_same_denied_call_is_denied_again_in_the_whole_family() {
        let outer = AgentLimits::new().max_denials(2).begin("outer");
        let inner = |agent: &'static str| outer.scope(async move { AgentLimits::new().begin(agent) });
        let (one, other) = (inner("one").await, inner("other").await);
        one.remember_denied(&request(40), No { reason: "too much".to_owned(), by: Some("bob".to_owned()) });
        one.decided(&Decision::deny("too much"));
        assert_eq!(other.may_ask(&request(41)), Ok(()), "another call");
        assert_eq!(Run::current().may_ask(&request(40)), Ok(()), "outside");
        let no_digest = Request { digest: None, ..request(40) };
        assert_eq!(other.may_ask(&no_digest), Ok(()), "nobody knows whether it is the same");

        let again = "it was denied before in this run, and is not asked again: too much".to_owned();
        assert_eq!(
            other.may_ask(&request(40)),
            Err((Fault::Denied { tool: "refund".into(), reason: again }, Some("bob".to_owned())))
        );
        let too_many = Err((Fault::TooManyDenials { agent: "outer".into(), denials: 2 }, None));
        assert_eq!(outer.may_ask(&request(41)), too_many, "that was another denial");
        assert_eq!(one.may_ask(&request(41)), too_many);
    }
}
