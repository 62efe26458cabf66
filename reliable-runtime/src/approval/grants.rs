//! Answers that hold for later calls, too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

pub(crate) mod kept;
#[cfg(test)]
mod tests;

use crate::said::decision::Decision;
use crate::said::grant::Grant;
use crate::said::ids::QuestionId;
use crate::said::remember::Remember;
use crate::said::request::Request;
use crate::scope::{Scope, digest_key};
use kept::{Answer, Call, Kept, Same};

/// Remembers the answers to questions, where the attribute says `remember` and whoever answered chose it. A clone is another
/// handle on the same memory.
///
/// It holds for the calls in a scope that has it, so one for each user keeps their answers apart. An inner scope with another
/// one does not see that of an outer one.
///
/// ```
/// use reliable::approver::Scripted;
/// use reliable::{Decision, Fault, Grants, Scope, requires_approval};
/// use std::time::Duration;
///
/// #[requires_approval(remember(to))]
/// async fn send_email(to: &str, body: &str) -> Result<(), Fault> {
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Fault> {
/// let grants = Grants::for_at_most(Duration::from_secs(3600));
/// let ana = Scripted::new([Decision::approve().by("ana").remember()]);
/// let scope = Scope::current().approver(ana).grants(&grants);
/// scope.clone().run(send_email("bob", "Good morning")).await?;
/// scope.clone().run(send_email("bob", "Good night")).await?;
///
/// let told = "send_email(to = \"bob\", …): yes, by ana, 0ms ago, for another 1h";
/// assert_eq!(grants.list()[0].to_string(), told);
/// assert_eq!(grants.revoke_tool("send_email"), 1);
/// assert!(scope.run(send_email("bob", "Good night")).await.is_err(), "and she has no more answers");
/// # Ok(())
/// # }
/// ```
///
/// A yes holds for exactly the calls of which [`Request::remember`] told when it was given. A no goes before a yes, whichever
/// came first. Each use is an event, `Approved` or `Refused`, with `remembered: true` and who once said it.
///
/// In the flow of a durable run it takes the place of the memory of the store, which is
#[cfg_attr(feature = "durable", doc = "[`StoreGrants`](crate::durable::store_grants::StoreGrants).")]
#[cfg_attr(not(feature = "durable"), doc = "`durable::StoreGrants`.")]
/// What is remembered holds inside of a run and outside.
///
/// It lives in this process and is gone with it. What it keeps is not bounded, since each of it is an answer that somebody gave
/// to be kept: what has expired is let go of, and the rest is there until it is revoked.
#[derive(Debug, Clone)]
pub struct Grants {
    at_most: Option<Duration>,
    kept: Arc<Mutex<Kept>>,
}

impl Default for Grants {
    fn default() -> Self {
        Grants::new()
    }
}

impl Grants {
    /// Nothing is remembered yet. What will be holds until it is revoked.
    pub fn new() -> Self {
        Grants { at_most: None, kept: Arc::default() }
    }

    /// The same, but each answer holds for this long after it was given and no longer, on tokio's clock.
    pub fn for_at_most(at_most: Duration) -> Self {
        Grants { at_most: Some(at_most), ..Grants::new() }
    }

    /// All that holds now, the oldest first.
    pub fn list(&self) -> Vec<Grant> {
        let now = Instant::now();
        let mut grants: Vec<Grant> = self.kept().holding(now).map(|answer| answer.told(now)).collect();
        grants.sort_by_key(|grant| grant.question);
        grants
    }

    /// Forgets the answer to this question, and says whether it was there.
    pub fn revoke(&self, question: QuestionId) -> bool {
        self.revoke_where(|answer| answer.question == question) > 0
    }

    /// Forgets all answers for this function, and says how many.
    pub fn revoke_tool(&self, tool: &str) -> usize {
        self.revoke_where(|answer| answer.tool == *tool)
    }

    /// Forgets everything, and says how much it was.
    pub fn revoke_all(&self) -> usize {
        self.revoke_where(|_| true)
    }

    fn revoke_where(&self, is_revoked: impl Fn(&Answer) -> bool) -> usize {
        let now = Instant::now();
        let mut kept = self.kept();
        let revoked = kept.holding(now).filter(|answer| is_revoked(answer)).count();
        kept.retain(|answer| answer.holds(now) && !is_revoked(answer));
        revoked
    }

    pub(crate) fn offer(&self, same: Same) -> Remember {
        Remember::of(same, self.at_most)
    }

    pub(crate) fn recall(&self, call: &Call) -> Option<Decision> {
        let kept = self.kept();
        // The clock is read only where there is something whose time may be over.
        if kept.is_empty() { None } else { digest_key::in_this_process(|| kept.recall(call, Instant::now())) }
    }

    pub(crate) fn keep(&self, call: &Call, request: &Request, by: Option<&str>, refused: Option<&str>) {
        let now = Instant::now();
        let answer = Answer {
            question: request.id,
            tool: request.tool.clone(),
            arguments: request.those(|name| call.same.is_none_or(|same| same.iter().any(|it| *name == **it))),
            same: call.same,
            by: by.map(str::to_owned),
            refused: refused.map(str::to_owned),
            since: now,
            until: self.at_most.and_then(|at_most| now.checked_add(at_most)),
        };
        digest_key::in_this_process(|| self.kept().keep(call, answer, now));
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Scope {
    /// Remembers answers here, and asks nobody about a call for which one holds.
    pub fn grants(self, grants: &Grants) -> Scope {
        self.with(Arc::new(grants.clone()))
    }
}
