//! One round of a call by a client that can't be asked live: what it brought along, and what it is to ask its user.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use ::rmcp::ErrorData;
use ::rmcp::handler::server::tool::ToolCallContext;
use ::rmcp::model::{CallToolResponse, InputRequest, InputRequiredResult, InputResponses, RequestId};
use ::rmcp::serde_json::Value;
use tokio::sync::{Notify, watch};

use crate::frameworks::rmcp::form;
use crate::frameworks::rmcp::seal::{Fingerprint, State};
use crate::said::decision::Decision;
use crate::said::request::Request;

const NO_KEY: &str = "the system gives no random numbers, and without them nothing can be sealed";
const NOT_OURS: &str =
    "the state that came with the call was not made by this server, was changed, or is from before it was restarted";
const ANOTHERS: &str = "the state that came with the call was made for another principal";
const CHANGED: &str = "the call is not the one that the user was asked about: its tool or its arguments are others";
const SPENT: &str = "the answer that came with the call was used before, and counts once";
const UNANSWERED: &str = "the call came again without an answer of the user";
const ANOTHER: &str = "what would run now is not what the user was asked about";
const SECOND: &str = "it asks once more after an answer was used: from MCP 2026-07-28 on, all questions of a call are asked before any of it runs";
const OVER: &str = "its call has ended, and nobody is asked any more";

pub(super) struct Round {
    /// Of the request that it is about.
    pub(super) id: RequestId,
    principal: Fingerprint,
    call: Fingerprint,
    brought: Brought,
    open: Mutex<Vec<Arc<Open>>>,
    news: Notify,
    over: watch::Sender<bool>,
}

/// What the client has brought along.
enum Brought {
    Nothing,
    /// Something that does not count.
    Refused(Decision),
    /// The questions that its user was shown, each with the answer.
    Answers(Mutex<Vec<(Fingerprint, Option<Value>)>>),
}

/// A question that stands open in this round.
struct Open {
    question: Fingerprint,
    request: Request,
    within: Duration,
}

impl Round {
    /// `None` where nothing can be sealed.
    pub(super) fn begin<S>(context: &mut ToolCallContext<'_, S>, principal: &str) -> Option<Arc<Self>> {
        let principal = Fingerprint::of_principal(principal)?;
        let call = Fingerprint::of_call(&context.name, context.arguments.as_ref())?;
        let brought = brought(context, &principal, &call);
        let (open, news, over) = (Mutex::default(), Notify::new(), watch::Sender::new(false));
        let id = context.request_context.id.clone();
        Some(Arc::new(Round { id, principal, call, brought, open, news, over }))
    }

    /// The answer to this question, which the client has brought along. Without one the call goes no further: [`Round::run`]
    /// drops it.
    pub(super) async fn answer(&self, request: &Request, within: Duration) -> Result<Value, Decision> {
        let Some(question) = Fingerprint::of_question(request) else { return Err(Decision::deny(NO_KEY)) };
        match &self.brought {
            Brought::Nothing => Err(self.stand_open(Open { question, request: request.clone(), within }).await),
            Brought::Refused(decision) => Err(decision.clone()),
            Brought::Answers(answers) => take(&mut locked(answers), &question).map_err(Decision::deny),
        }
    }

    async fn stand_open(&self, open: Open) -> Decision {
        let open = Arc::new(open);
        let mut over = self.over.subscribe();
        locked(&self.open).push(Arc::clone(&open));
        let _withdrawn = Withdrawn { round: self, open };
        self.news.notify_one();
        // Who asks from another task is not dropped with the call.
        let _ = over.wait_for(|&over| over).await;
        Decision::deny(OVER)
    }

    /// Runs the call up to its end, or until it asks what the client's user has not been asked yet.
    pub(super) async fn run<F>(&self, call: F) -> Result<CallToolResponse, ErrorData>
    where
        F: Future<Output = Result<CallToolResponse, ErrorData>>,
    {
        let _over = Over(&self.over);
        let mut call = pin!(call);
        loop {
            let mut news = pin!(self.news.notified());
            let outcome = poll_fn(|cx| match call.as_mut().poll(cx) {
                Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
                Poll::Pending => news.as_mut().poll(cx).map(|()| None),
            });
            if let Some(outcome) = outcome.await {
                return outcome;
            }
            let open = std::mem::take(&mut *locked(&self.open));
            if !open.is_empty() {
                return self.input_required(&open);
            }
        }
    }

    fn input_required(&self, open: &[Arc<Open>]) -> Result<CallToolResponse, ErrorData> {
        let within = open.iter().map(|it| it.within).min().unwrap_or_default();
        let questions = open.iter().map(|it| it.question.clone()).collect();
        let state = State::new(within, self.principal.clone(), self.call.clone(), questions);
        let sealed = state.seal().ok_or_else(|| ErrorData::internal_error(NO_KEY, None))?;
        let forms = open.iter().map(|it| InputRequest::Elicitation(form::question(&it.request)));
        let requests = (0..).map(key).zip(forms).collect();
        Ok(InputRequiredResult::new(Some(requests), Some(sealed)).into())
    }
}

fn brought<S>(context: &mut ToolCallContext<'_, S>, principal: &Fingerprint, call: &Fingerprint) -> Brought {
    let Some(sealed) = &context.request_state else { return Brought::Nothing };
    let Some(state) = State::open(sealed) else { return Brought::Refused(Decision::deny(NOT_OURS)) };
    // It is none of the tool's.
    context.request_state = None;
    let mut responses = context.input_responses.take().unwrap_or_default();
    match refusal(&state, principal, call) {
        Some(decision) => Brought::Refused(decision),
        None => Brought::Answers(Mutex::new(answers(state.questions, &mut responses))),
    }
}

/// It is spent last: what is refused for another reason has not been used.
fn refusal(state: &State, principal: &Fingerprint, call: &Fingerprint) -> Option<Decision> {
    if state.principal != *principal {
        Some(Decision::deny(ANOTHERS))
    } else if state.call != *call {
        Some(Decision::deny(CHANGED))
    } else if state.has_expired() {
        Some(Decision::Expired)
    } else {
        (!state.spend()).then(|| Decision::deny(SPENT))
    }
}

fn answers(questions: Vec<Fingerprint>, responses: &mut InputResponses) -> Vec<(Fingerprint, Option<Value>)> {
    (0..).zip(questions).map(|(number, question)| (question, responses.remove(&key(number)))).collect()
}

/// Two questions that are the same have an answer each.
fn take(answers: &mut Vec<(Fingerprint, Option<Value>)>, question: &Fingerprint) -> Result<Value, &'static str> {
    match answers.iter().position(|(it, _)| it == question) {
        Some(at) => answers.remove(at).1.ok_or(UNANSWERED),
        None if answers.is_empty() => Err(SECOND),
        None => Err(ANOTHER),
    }
}

/// The name of a question at the client.
fn key(number: usize) -> String {
    format!("approval-{}", number + 1)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes back a question that nobody waits for any more.
struct Withdrawn<'a> {
    round: &'a Round,
    open: Arc<Open>,
}

impl Drop for Withdrawn<'_> {
    fn drop(&mut self) {
        locked(&self.round.open).retain(|it| !Arc::ptr_eq(it, &self.open));
    }
}

/// Ends the round however its call ends.
struct Over<'a>(&'a watch::Sender<bool>);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}
