//! An answer that a store remembers.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::durable::alike::Alike;
use crate::durable::records::Question;
use crate::said::decision::Decision;
use crate::said::digest::Digest;
use crate::said::grant::Grant;
use crate::said::ids::QuestionId;
use crate::said::request::Request;
use crate::said::words;

/// An answer that a store remembers: later questions like the one to which it was given are answered with it, in whichever run
/// and process. It is of [`StoreGrants::list`](crate::durable::store_grants::StoreGrants::list). Its `Display` says it on one
/// line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct StoreGrant {
    /// The question to which it was given, redacted as it was asked. By its id it is revoked.
    pub question: Question,
    /// For which other calls it holds.
    pub alike: Alike,
    /// The answer: a yes or a no, and whose.
    pub decision: Decision,
    /// When it was given.
    pub given_at: SystemTime,
    /// When it expires; `None` for never.
    pub expires_at: Option<SystemTime>,
    /// Why it can't be read, where that is so: then it answers nothing, and a human is asked, until it is mended or revoked.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub unreadable: Option<String>,
}

impl StoreGrant {
    /// For an engine: what is to be remembered of an answer that counts. `None` where that is nothing: where the answer does not
    /// say so, where the question does not allow it (it has no `alike` then), and of a yes that corrects something.
    pub fn of(question: &Question, alike: Option<&Alike>, decision: &Decision, now: SystemTime) -> Option<StoreGrant> {
        let (alike, offered) = (alike?, question.request.remember.as_ref()?);
        let decision = match decision {
            Decision::Approved { edits, remember: true, .. } if edits.is_empty() => decision.clone().once(),
            Decision::Denied { remember: true, .. } => decision.clone().once(),
            _ => return None,
        };
        // A limit that has no end in the calendar is none.
        let expires_at = offered.at_most.and_then(|at_most| now.checked_add(at_most));
        Some(StoreGrant {
            question: question.clone(),
            alike: alike.clone(),
            decision,
            given_at: now,
            expires_at,
            unreadable: None,
        })
    }

    /// For an engine: one that is there, and can't be read, and why. So whoever looks after the store sees
    /// that. Where not even the id of its question can be read, it gets one.
    pub fn unreadable(question: Option<QuestionId>, run: String, function: &str, why: impl fmt::Display) -> StoreGrant {
        let question = question.unwrap_or_else(QuestionId::new);
        let tool = function.rsplit("::").next().unwrap_or_default().to_owned();
        let request = Request { id: question, ..Request::new(tool.into()) };
        StoreGrant {
            question: Question::new(run, request, SystemTime::UNIX_EPOCH, None),
            alike: Alike::new(function, None, Digest::new([0, 0]), None),
            decision: Decision::Expired,
            given_at: SystemTime::UNIX_EPOCH,
            expires_at: None,
            unreadable: Some(words::told(&why)),
        }
    }

    /// Whether it is a yes.
    pub fn is_yes(&self) -> bool {
        matches!(self.decision, Decision::Approved { .. })
    }

    /// For an engine: whether it holds at this time. Not if it can't be read, nor if the clock was set back: nobody knows then
    /// how old it is.
    pub fn holds(&self, now: SystemTime) -> bool {
        const APART: Duration = Duration::from_secs(5);
        self.unreadable.is_none()
            && self.expires_at.is_none_or(|expires_at| now < expires_at && self.given_at <= now + APART)
    }

    /// For an engine: whether one of the same [key](Alike::key) takes the place of this one, which holds. A yes does not take that
    /// of a no.
    pub fn gives_way_to(&self, other: &StoreGrant) -> bool {
        self.is_yes() || !other.is_yes()
    }

    /// For an engine: the one that answers this question, of those that have one of its [keys](Alike::keys). A no goes before a
    /// yes.
    pub fn that_answers<'g>(
        question: &Alike,
        grants: impl IntoIterator<Item = &'g StoreGrant>,
        now: SystemTime,
    ) -> Option<&'g StoreGrant> {
        let mut yes = None;
        for grant in grants.into_iter().filter(|grant| grant.holds(now)) {
            let is_of_the_call = question.call == Some(grant.alike.key);
            match grant.is_yes() {
                false if is_of_the_call || grant.alike.key == question.key => return Some(grant),
                // Only for what the attribute lets it hold for.
                true if grant.alike.key == question.key => yes = Some(grant),
                _ => {}
            }
        }
        yes
    }

    /// As the one of a process is told.
    fn told(&self) -> Grant {
        let request = &self.question.request;
        let (by, reason) = match &self.decision {
            Decision::Approved { by, .. } => (by.clone(), None),
            Decision::Denied { by, reason, .. } => (by.clone(), Some(reason.clone())),
            Decision::Expired => (None, None),
        };
        let same = self.alike.same.as_deref();
        Grant {
            question: self.question.id,
            tool: request.tool.clone(),
            arguments: request.those(|name| same.is_none_or(|same| same.contains(name))),
            whole_call: same.is_none(),
            approved: self.is_yes(),
            by,
            reason,
            age: Duration::ZERO,
            left: None,
        }
    }
}

impl fmt::Display for StoreGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unreadable {
            Some(why) => write!(f, "{}: it can't be read, and answers nothing: {why}", self.question.request.tool),
            None => fmt::Display::fmt(&self.told().answer(), f),
        }
    }
}
