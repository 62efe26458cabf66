//! What travels through the client between the two rounds of a call: sealed with a key of this process, and spent once.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use ::rmcp::model::{RequestStateCodec, SealOptions};
use ::rmcp::serde::{Deserialize, Serialize};
use ::rmcp::serde_json::{Map, Value, json};

use crate::base::clock::{now_us, went_back};
use crate::said::request::Request;

/// What a seal is for. So one that was made for a fingerprint opens no state.
const STATE: &[u8] = b"reliable/approval/state";
const FINGERPRINT: &[u8] = b"reliable/approval/fingerprint";

/// `None` where the system gives no random numbers: then nothing is sealed, and nobody is asked.
static CODEC: LazyLock<Option<RequestStateCodec>> = LazyLock::new(|| {
    let mut key = [0; RequestStateCodec::MIN_KEY_LENGTH];
    getrandom::fill(&mut key).ok()?;
    RequestStateCodec::try_new(key).ok()
});

/// The states that were spent, each with the time at which it would have expired: until then it is remembered.
static SPENT: Mutex<BTreeSet<(u64, u64)>> = Mutex::new(BTreeSet::new());

/// Questions that were shown to the user of a client, and what they are bound to. The client can read it: what must not
/// leave the process is in it as a fingerprint.
#[derive(Debug, Serialize, Deserialize)]
#[serde(crate = "::rmcp::serde")]
pub(super) struct State {
    id: u64,
    since_us: u64,
    until_us: u64,
    pub(super) principal: Fingerprint,
    pub(super) call: Fingerprint,
    pub(super) questions: Vec<Fingerprint>,
}

impl State {
    pub(super) fn new(
        within: Duration,
        principal: Fingerprint,
        call: Fingerprint,
        questions: Vec<Fingerprint>,
    ) -> Self {
        let since_us = now_us();
        let until_us = since_us.saturating_add(u64::try_from(within.as_micros()).unwrap_or(u64::MAX));
        // Who can't have a random number has no key either.
        let id = getrandom::u64().unwrap_or_default();
        State { id, since_us, until_us, principal, call, questions }
    }

    pub(super) fn seal(&self) -> Option<String> {
        CODEC.as_ref()?.seal_json_with(self, &SealOptions::new().associated_data(STATE)).ok()
    }

    /// `None` for what was not sealed here, and for what was changed since.
    pub(super) fn open(sealed: &str) -> Option<Self> {
        CODEC.as_ref()?.open_json_with(sealed, STATE).ok()
    }

    /// On tokio's clock, as all that waits here. A clock that was set back is another one, on which nothing can be known.
    pub(super) fn has_expired(&self) -> bool {
        let now = now_us();
        now > self.until_us || went_back(self.since_us, now)
    }

    /// Whether this was the first time.
    pub(super) fn spend(&self) -> bool {
        let now = now_us();
        let mut spent = SPENT.lock().unwrap_or_else(PoisonError::into_inner);
        while spent.first().is_some_and(|&(until_us, _)| until_us < now) {
            spent.pop_first();
        }
        spent.insert((self.until_us, self.id))
    }
}

/// Stands for what must be the same in both rounds. It is keyed: nobody finds out by trying what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(crate = "::rmcp::serde", transparent)]
pub(super) struct Fingerprint(String);

impl Fingerprint {
    fn of(what: &Value) -> Option<Self> {
        let what = what.to_string();
        let sealed = CODEC.as_ref()?.seal_with(FINGERPRINT, &SealOptions::new().associated_data(what.as_bytes()));
        // Behind the last point stands the code that depends on the key and on all else.
        Some(Fingerprint(sealed.rsplit('.').next()?.to_owned()))
    }

    pub(super) fn of_principal(principal: &str) -> Option<Self> {
        Fingerprint::of(&json!(["principal", principal]))
    }

    /// Of the request as the client made it, which is what it can change.
    pub(super) fn of_call(tool: &str, arguments: Option<&Map<String, Value>>) -> Option<Self> {
        let arguments = arguments.map(|arguments| sorted(&Value::Object(arguments.clone())));
        Fingerprint::of(&json!(["call", tool, arguments]))
    }

    /// By its digest; where there is none, by its words.
    pub(super) fn of_question(request: &Request) -> Option<Self> {
        let Request { tool, reason, arguments, digest, .. } = request;
        let words = || arguments.iter().map(|it| json!([&*it.name, it.value])).collect::<Value>();
        match digest {
            Some(digest) => Fingerprint::of(&json!(["question", &**tool, reason, digest.to_string()])),
            None => Fingerprint::of(&json!(["question in words", &**tool, reason, words()])),
        }
    }
}

/// With another feature of `serde_json` an object keeps the order in which it was written.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(sorted).collect(),
        Value::Object(object) => {
            let mut entries: Vec<_> = object.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().collect())
        }
        other => other.clone(),
    }
}
