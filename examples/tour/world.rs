//! What the agent meets: services that fail as they are told to, and a model that follows a script.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use reliable::{CircuitBreaker, Usd};

use crate::agent::CHEAP;

/// How a service treats a call.
#[derive(Clone, Copy)]
pub enum Weather {
    Good,
    /// 429: rate limited, come back after this time.
    Busy(Duration),
    /// 503: out of order.
    Down,
    /// No answer, ever.
    Hang,
}

#[derive(Debug, Clone, Copy, thiserror::Error)]
pub enum ServiceError {
    #[error("429 rate limited, retry after {0:?}")]
    Busy(Duration),
    #[error("503 service unavailable")]
    Down,
}

impl ServiceError {
    pub fn is_transient(self) -> bool {
        matches!(self, ServiceError::Busy(_) | ServiceError::Down)
    }

    pub fn retry_after(self) -> Option<Duration> {
        match self {
            ServiceError::Busy(delay) => Some(delay),
            ServiceError::Down => None,
        }
    }
}

/// A service that treats its calls as planned, one after the other; the last plan is for all that follow.
pub struct Service {
    plan: RefCell<VecDeque<Weather>>,
    calls: Cell<u32>,
}

impl Service {
    pub fn new(plan: impl IntoIterator<Item = Weather>) -> Self {
        Service { plan: RefCell::new(plan.into_iter().collect()), calls: Cell::new(0) }
    }

    /// How often it was really called.
    pub fn calls(&self) -> u32 {
        self.calls.get()
    }

    pub async fn call(&self, answer: String) -> Result<String, ServiceError> {
        self.calls.set(self.calls.get() + 1);
        let today = self.today();
        match today {
            Weather::Good => {
                tokio::time::sleep(Duration::from_millis(120)).await;
                Ok(answer)
            }
            Weather::Busy(delay) => Err(ServiceError::Busy(delay)),
            Weather::Down => Err(ServiceError::Down),
            Weather::Hang => std::future::pending().await,
        }
    }

    fn today(&self) -> Weather {
        let mut plan = self.plan.borrow_mut();
        match plan.len() {
            0 => Weather::Good,
            1 => plan[0],
            _ => plan.pop_front().unwrap_or(Weather::Good),
        }
    }
}

/// The services, and the price of the model.
pub struct World {
    pub weather: Service,
    pub archive: Service,
    pub restaurant: Service,
    pub hotels: Service,
    pub hotel_breaker: CircuitBreaker,
    pub mail: Service,
    pub price: Usd,
}

impl World {
    /// A world in which nothing fails.
    pub fn kind() -> Self {
        let good = || Service::new([Weather::Good]);
        World {
            weather: good(),
            archive: good(),
            restaurant: good(),
            hotels: good(),
            hotel_breaker: CircuitBreaker::new().failures(3),
            mail: good(),
            price: CHEAP,
        }
    }
}

/// What the model wants to be done.
#[derive(Clone, Copy)]
pub enum Reply {
    Answer,
    Forecast(&'static str),
    BookTable(&'static str),
    FindHotel(&'static str),
    Wait(Duration),
    SendEmail { to: &'static str, body: &'static str },
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
        tokio::time::sleep(Duration::from_millis(400)).await;
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
