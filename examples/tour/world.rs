//! What the agent meets: a few services that work, and a model that follows a script.
//!
//! What goes wrong is not here: each scene injects it, at the `#[chaos]` of a tool.

use std::cell::Cell;
use std::collections::VecDeque;
use std::time::Duration;

use reliable::{CircuitBreaker, Usd};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use crate::ration::Ration;

/// What a service says when it does not work.
#[derive(Debug, Clone, Copy, thiserror::Error, Serialize, Deserialize)]
pub enum ServiceError {
    #[error("429 rate limited, retry after {0:?}")]
    Busy(Duration),
    #[error("503 service unavailable")]
    Down,
}

/// A service, and how it is used.
#[derive(Default)]
pub struct Service {
    calls: Cell<u32>,
    at_once: Cell<u32>,
    most_at_once: Cell<u32>,
}

impl Service {
    /// Answers after a moment.
    pub async fn call(&self, answer: String) -> Result<String, ServiceError> {
        self.calls.set(self.calls.get() + 1);
        self.at_once.set(self.at_once.get() + 1);
        self.most_at_once.set(self.most_at_once.get().max(self.at_once.get()));
        sleep(Duration::from_millis(120)).await;
        self.at_once.set(self.at_once.get() - 1);
        Ok(answer)
    }

    /// Searches as long as it is told that somebody waits, less the way back, and for 5 seconds at the most.
    pub async fn search(&self, what: String, waits: Duration) -> Result<String, ServiceError> {
        let time = waits.saturating_sub(Duration::from_millis(200)).min(Duration::from_secs(5));
        sleep(time).await;
        self.call(format!("{what}, after a search of {time:?}")).await
    }

    /// How often it was called.
    pub fn calls(&self) -> u32 {
        self.calls.get()
    }

    /// The most calls that it had to serve at the same time.
    pub fn most_at_once(&self) -> u32 {
        self.most_at_once.get()
    }
}

/// The services, what guards some of them, and the price of the model.
pub struct World {
    pub service: Service,
    pub mail: Service,
    pub hotel_breaker: CircuitBreaker,
    pub ration: Ration,
    pub price: Usd,
    /// How often the one who explains has nothing to say.
    pub speechless: Cell<u32>,
}

impl World {
    pub fn new() -> Self {
        World {
            service: Service::default(),
            mail: Service::default(),
            hotel_breaker: CircuitBreaker::new().failures(3).slow(Duration::from_secs(2)),
            ration: Ration::of(2),
            price: Usd::cents(1),
            speechless: Cell::new(0),
        }
    }

    /// These words, or none.
    pub fn spoken(&self, words: String) -> String {
        match self.speechless.get() {
            0 => words,
            left => {
                self.speechless.set(left - 1);
                String::new()
            }
        }
    }
}

/// What the model wants to be done.
#[derive(Clone, Copy)]
pub enum Reply {
    Answer,
    Forecast(&'static str),
    BookTable(&'static str),
    Explain(&'static str),
    FindFlights(&'static str),
    FindHotel(&'static str),
    Translate(&'static str),
    Summarize(&'static str),
    TellStory(&'static str),
    LookUpFour(&'static str),
    SearchWeb(&'static str),
    ReadPage(u32),
    SendEmail { to: &'static str, body: &'static str },
    Wait(Duration),
}

/// A conversation with a scripted model: what it says next, and what the tools told it.
pub struct Task {
    script: VecDeque<Reply>,
    /// A model that has lost its way says this when its script is over.
    for_ever: Reply,
    told: Vec<String>,
}

impl Task {
    pub fn new(script: impl IntoIterator<Item = Reply>) -> Self {
        Task { script: script.into_iter().collect(), for_ever: Reply::Answer, told: Vec::new() }
    }

    /// A task in which the model never comes to an answer.
    pub fn endless(reply: Reply) -> Self {
        Task { script: VecDeque::new(), for_ever: reply, told: Vec::new() }
    }

    pub async fn next_reply(&mut self) -> Reply {
        sleep(Duration::from_millis(400)).await;
        self.script.pop_front().unwrap_or(self.for_ever)
    }

    pub fn tell(&mut self, seen: String) {
        self.told.push(seen);
    }

    /// The model's answer is what the tools told it.
    pub fn answer(&self) -> String {
        self.told.join("; ")
    }
}
