//! The journal of a run: what its flow finds recorded, and what it gives to be recorded.

use std::future::ready;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use reliable_runtime::durable::alike::Holds;
use reliable_runtime::durable::engine::{Journal, Wait};
use reliable_runtime::durable::records::{Asking, Begun, End, Entry, Kind, Place, Question};
use reliable_runtime::said::decision::Decision;
use reliable_runtime::said::ids::QuestionId;

use crate::run::mail::{Mail, State};
use crate::run::record::{Began, Item, nonce};

/// A run that this process is at.
pub(crate) struct Claimed {
    mail: Arc<Mail>,
    began: Began,
    key: u128,
    /// How long an answer holds that is remembered, if not until it is revoked.
    remember_for: Option<Duration>,
    goes_on: bool,
}

impl Claimed {
    pub(crate) fn new(mail: Arc<Mail>, began: Began, key: u128, remember_for: Option<Duration>) -> Self {
        let goes_on = mail.state().log.outcomes() > 0;
        Claimed { mail, began, key, remember_for, goes_on }
    }
}

/// While something waits; what it did is undone when it does so no longer.
struct Waiting<'a, F: FnMut(&mut State)>(&'a Mail, F);

impl<F: FnMut(&mut State)> Drop for Waiting<'_, F> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        (self.1)(&mut state);
    }
}

impl Journal for Claimed {
    fn begin(self: Arc<Self>, place: &Place) -> Wait<Begun> {
        let mut state = self.mail.state();
        let recorded = state.log.entries.get(place);
        let begun =
            recorded.map_or(Begun::Run, |(order, entry)| Begun::Recorded { order: *order, entry: entry.clone() });
        if matches!(begun, Begun::Run) && place.kind == Kind::Call {
            state.running.insert(place.clone());
        }
        drop(state);
        Box::pin(ready(Ok(begun)))
    }

    fn finish(self: Arc<Self>, place: Place, entry: Entry) -> Wait<u64> {
        self.mail.change(|state| {
            state.running.remove(&place);
            state.items.push(Item::Finished { place: place.clone(), entry });
        });
        Box::pin(async move {
            let order = self.mail.when(|state| state.log.entries.get(&place).map(|(order, _)| *order)).await;
            Ok(order)
        })
    }

    fn abandon(&self, place: &Place) {
        self.mail.change(|state| {
            state.running.remove(place);
            if let Some(question) = state.asked_at(place) {
                state.items.push(Item::Void { question });
            }
        });
    }

    fn ask(self: Arc<Self>, place: Place, question: Asking) -> Wait<QuestionId> {
        let id = self.mail.change(|state| {
            match state.log.asked_at(&place, &question) {
                Some((id, true)) => return id,
                Some((void, false)) => state.items.push(Item::Void { question: void }),
                None => {}
            }
            let now = state.log.now();
            let expires_at = question.within.and_then(|within| now.checked_add(within));
            let alike = question.alike;
            let question = Question::new(self.mail.run.clone(), question.request, now, expires_at);
            let id = question.id;
            state.items.push(Item::Asked { place, question, alike });
            id
        });
        Box::pin(async move { Ok(self.mail.when(|state| state.log.questions.contains_key(&id).then_some(id)).await) })
    }

    fn holds(&self) -> Holds {
        self.remember_for.map_or(Holds::UntilRevoked, Holds::AtMost)
    }

    fn recall(self: Arc<Self>, place: Place, asking: Asking) -> Wait<Option<(QuestionId, Decision)>> {
        let Some(alike) = asking.alike.clone() else { return Box::pin(ready(Ok(None))) };
        self.mail.change(|state| {
            if !state.log.is_recalled(&place) {
                let now = state.log.now();
                let question = Question::new(self.mail.run.clone(), asking.request.clone(), now, None);
                state.items.push(Item::Recall { place: place.clone(), question, alike });
            }
        });
        Box::pin(async move {
            let recalled = |state: &mut State| match state.log.recalled(&place, &asking) {
                Poll::Ready(recalled) => Some(recalled),
                Poll::Pending => None,
            };
            Ok(self.mail.when(recalled).await)
        })
    }

    fn decided(self: Arc<Self>, question: QuestionId) -> Wait<Decision> {
        Box::pin(async move {
            self.mail.change(|state| state.deciding += 1);
            let _waiting = Waiting(&self.mail, |state| state.deciding -= 1);
            let decided = |state: &mut State| state.log.questions.get(&question)?.kept.decision.clone();
            Ok(self.mail.when(decided).await)
        })
    }

    fn answer(self: Arc<Self>, question: QuestionId, decision: Decision) -> Wait<bool> {
        let nonce = nonce();
        self.mail.change(|state| {
            let at = state.log.now();
            state.items.push(Item::Answered { question, decision, at, nonce });
        });
        Box::pin(async move {
            let decided = |state: &mut State| {
                let asked = state.log.questions.get(&question)?;
                asked.kept.decision.as_ref().map(|_| asked.nonce == Some(nonce))
            };
            Ok(self.mail.when(decided).await)
        })
    }

    fn sleep(self: Arc<Self>, until: SystemTime) -> Wait<()> {
        Box::pin(async move {
            self.mail.change(|state| state.asleep.push(until));
            let _waiting = Waiting(&self.mail, |state| {
                if let Some(place) = state.asleep.iter().position(|instant| *instant == until) {
                    state.asleep.swap_remove(place);
                }
            });
            loop {
                let left = until.duration_since(self.now()).unwrap_or_default();
                if left.is_zero() {
                    return Ok(());
                }
                // The server's clock may be ahead of this one.
                let has_come = self.mail.when(|state| (state.log.now() >= until).then_some(()));
                let _ = tokio::time::timeout(left, has_come).await;
            }
        })
    }

    fn now(&self) -> SystemTime {
        self.mail.state().log.now()
    }

    fn began(&self) -> SystemTime {
        self.began.at
    }

    fn goes_on(&self) -> bool {
        self.goes_on
    }

    fn key(&self) -> u128 {
        self.key
    }

    fn seed(&self) -> u128 {
        self.began.seed
    }

    fn end(self: Arc<Self>, end: End) -> Wait<()> {
        match end {
            // It is what the handler gives to the server.
            End::Done(outcome) => {
                self.mail.state().outcome = Some(outcome);
                Box::pin(ready(Ok(())))
            }
            End::Parked(halt) => {
                self.mail.change(|state| state.items.push(Item::Parked(halt)));
                Box::pin(async move {
                    self.mail.when(|state| state.is_parked.then_some(())).await;
                    Ok(())
                })
            }
        }
    }
}
