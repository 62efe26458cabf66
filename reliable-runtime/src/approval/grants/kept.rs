//! Which answer holds for which call.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::said::decision::Decision;
use crate::said::digest::Digest;
use crate::said::edits::Edits;
use crate::said::grant::Grant;
use crate::said::ids::QuestionId;
use crate::said::name::ToolName;
use crate::said::request::Argument;
use crate::seen::digest;

/// The arguments that must be the same. `None`: the whole call.
pub(crate) type Same = Option<&'static [&'static str]>;

/// A call, as far as it can be told from others.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) function: Digest,
    pub(crate) whole: Option<Digest>,
    /// What the attribute lets an answer hold for.
    pub(crate) same: Same,
    pub(crate) arguments: Vec<(&'static str, Option<Digest>)>,
}

impl Call {
    /// What is the same in all calls for which an answer holds. `None` where that can't be known.
    pub(crate) fn key(&self, same: Same) -> Option<Digest> {
        let Some(same) = same else { return self.whole };
        let find = |name| self.arguments.iter().find(|(known, _)| known == name)?.1;
        let arguments: Option<Vec<Digest>> = same.iter().map(find).collect();
        Some(digest::of(&("same", self.function, same, arguments?)))
    }
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) question: QuestionId,
    pub(crate) tool: ToolName,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) same: Same,
    pub(crate) by: Option<String>,
    /// Why not, if it is a no.
    pub(crate) refused: Option<String>,
    pub(crate) since: Instant,
    pub(crate) until: Option<Instant>,
}

impl Answer {
    /// Not if the clock is another one, or was set back: nobody knows then how old it is.
    pub(crate) fn holds(&self, now: Instant) -> bool {
        const APART: Duration = Duration::from_secs(1);
        self.until.is_none_or(|until| now < until && self.since <= now + APART)
    }

    fn is_yes(&self) -> bool {
        self.refused.is_none()
    }

    fn decision(&self) -> Decision {
        let (by, remember) = (self.by.clone(), false);
        match self.refused.clone() {
            None => Decision::Approved { by, edits: Edits::none(), remember },
            Some(reason) => Decision::Denied { by, reason, remember },
        }
    }

    pub(crate) fn told(&self, now: Instant) -> Grant {
        Grant {
            question: self.question,
            tool: self.tool.clone(),
            arguments: self.arguments.clone(),
            whole_call: self.same.is_none(),
            approved: self.is_yes(),
            by: self.by.clone(),
            reason: self.refused.clone(),
            age: now.saturating_duration_since(self.since),
            left: self.until.map(|until| until.saturating_duration_since(now)),
        }
    }
}

/// The answers of each function, by what they hold for.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(super) functions: HashMap<Digest, Vec<Kind>>,
    /// When so many are there, it is looked whether some are over.
    look_at: usize,
}

#[derive(Debug)]
pub(super) struct Kind {
    same: Same,
    pub(super) answers: HashMap<Digest, Answer>,
}

impl Kind {
    fn answer(&self, call: &Call, now: Instant) -> Option<&Answer> {
        self.answers.get(&call.key(self.same)?).filter(|answer| answer.holds(now))
    }
}

impl Kept {
    pub(crate) fn is_empty(&self) -> bool {
        self.functions.is_empty()
    }

    fn answers(&self) -> impl Iterator<Item = &Answer> {
        self.functions.values().flatten().flat_map(|kind| kind.answers.values())
    }

    pub(crate) fn holding(&self, now: Instant) -> impl Iterator<Item = &Answer> {
        self.answers().filter(move |answer| answer.holds(now))
    }

    pub(crate) fn retain(&mut self, stays: impl Fn(&Answer) -> bool) {
        self.functions.retain(|_, kinds| {
            for kind in &mut *kinds {
                kind.answers.retain(|_, answer| stays(answer));
            }
            kinds.retain(|kind| !kind.answers.is_empty());
            !kinds.is_empty()
        });
    }

    /// A no holds whatever it is for. A yes only for what the attribute lets it hold for.
    pub(crate) fn recall(&self, call: &Call, now: Instant) -> Option<Decision> {
        let kinds = self.functions.get(&call.function)?;
        let no = kinds.iter().filter_map(|kind| kind.answer(call, now)).find(|answer| !answer.is_yes());
        let yes = || kinds.iter().find(|kind| kind.same == call.same)?.answer(call, now);
        no.or_else(yes).map(Answer::decision)
    }

    /// A yes does not take the place of a no.
    pub(crate) fn keep(&mut self, call: &Call, answer: Answer, now: Instant) {
        const FEW: usize = 64;
        let Some(key) = call.key(answer.same) else { return };
        let number = self.answers().count();
        if number >= self.look_at.max(FEW) {
            self.retain(|answer| answer.holds(now));
            self.look_at = 2 * self.answers().count();
        }
        let kinds = self.functions.entry(call.function).or_default();
        let at = kinds.iter().position(|kind| kind.same == answer.same).unwrap_or_else(|| {
            kinds.push(Kind { same: answer.same, answers: HashMap::new() });
            kinds.len() - 1
        });
        let answers = &mut kinds[at].answers;
        let is_denied = answers.get(&key).is_some_and(|earlier| !earlier.is_yes() && earlier.holds(now));
        if !(is_denied && answer.is_yes()) {
            answers.insert(key, answer);
        }
    }
}
