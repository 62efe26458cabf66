//! What stands in the log of a run.

use std::hash::{BuildHasher, RandomState};
use std::time::SystemTime;

use reliable_runtime::durable::alike::Alike;
use reliable_runtime::durable::halt::Halt;
use reliable_runtime::durable::records::{Entry, Place, Question};
use reliable_runtime::durable::store_grant::StoreGrant;
use reliable_runtime::said::decision::Decision;
use reliable_runtime::said::ids::QuestionId;
use serde::{Deserialize, Serialize};

/// What is recorded at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    /// So many outcomes are recorded with it: the number in front is read without the rest.
    pub(crate) outcomes: u64,
    pub(crate) items: Vec<Item>,
}

/// Something that is recorded. What the handler commands after it depends on nothing else.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Item {
    /// The run has begun.
    Began(Began),
    /// A process goes on with it.
    Life { at: SystemTime },
    /// A call has come to this.
    Finished { place: Place, entry: Entry },
    /// A question was asked.
    Asked {
        place: Place,
        question: Question,
        #[serde(default)]
        alike: Option<Alike>,
    },
    /// It is looked whether an answer to this question is remembered.
    Recall { place: Place, question: Question, alike: Alike },
    /// What came of that: with the answer, the question stands as one that was answered.
    Recalled { place: Place, grant: Option<StoreGrant>, at: SystemTime },
    /// It is another one now that is asked there.
    Void { question: QuestionId },
    /// Somebody in the process of the run gives an answer.
    Answered { question: QuestionId, decision: Decision, at: SystemTime, nonce: u64 },
    /// The time of a question is up.
    Expired { question: QuestionId, at: SystemTime },
    /// The first answer to a question.
    Decided { question: QuestionId, decision: Decision, at: SystemTime, nonce: Option<u64> },
    /// Nothing is to be done before this time.
    Waits { until: SystemTime },
    /// It has stopped, until somebody resumes it.
    Parked(Halt),
    /// Something takes its time, and the server is to know that somebody is at it.
    Beat { at: SystemTime },
}

/// What is the same in all lives of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Began {
    pub(crate) at: SystemTime,
    pub(crate) seed: u128,
    pub(crate) version: Option<String>,
    pub(crate) key: Key,
}

/// The key of the store.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Key {
    /// The process knew it.
    Known(u128),
    /// It had yet to ask for it: it is this one, if the store has none.
    Proposed(u128),
}

impl Began {
    pub(crate) fn now(version: Option<String>, key: Option<u128>) -> Self {
        let key = key.map_or_else(|| Key::Proposed(random()), Key::Known);
        Began { at: SystemTime::now(), seed: random(), version, key }
    }
}

/// Random bits: the standard library seeds its hashers with some of the system's.
fn random() -> u128 {
    u128::from(nonce()) << u64::BITS | u128::from(nonce())
}

/// The same, half as many.
pub(crate) fn nonce() -> u64 {
    RandomState::new().hash_one(SystemTime::now())
}
