//! One figure to take: a case, and who does it.

use std::fmt;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// What is done to the tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Retry,
    TimeoutReady,
    TimeoutPending,
    CircuitBreaker,
    Bulkhead,
    RateLimit,
    Fallback,
    Approval,
    Stack,
    Telling,
    Borrowed,
    Cloned,
    RetryLarge,
    TimeoutLarge,
}

impl Case {
    pub const ALL: [Case; 14] = [
        Case::Retry,
        Case::TimeoutReady,
        Case::TimeoutPending,
        Case::CircuitBreaker,
        Case::Bulkhead,
        Case::RateLimit,
        Case::Fallback,
        Case::Approval,
        Case::Stack,
        Case::Telling,
        Case::Borrowed,
        Case::Cloned,
        Case::RetryLarge,
        Case::TimeoutLarge,
    ];
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Case::Retry => "retry",
            Case::TimeoutReady => "timeout, ready at once",
            Case::TimeoutPending => "timeout, pending once",
            Case::CircuitBreaker => "circuit breaker, closed",
            Case::Bulkhead => "bulkhead",
            Case::RateLimit => "rate limit",
            Case::Fallback => "fallback",
            Case::Approval => "approval, yes at once",
            Case::Stack => "retry + breaker + timeout",
            Case::Telling => "retry + breaker + timeout, a 48-byte error",
            Case::Borrowed => "retry, a `String` borrowed",
            Case::Cloned => "retry, a `String` cloned",
            Case::RetryLarge => "retry, a 1 KiB future",
            Case::TimeoutLarge => "timeout, a 1 KiB future",
        })
    }
}

pub struct Row {
    pub case: Case,
    pub contender: &'static str,
    call: Box<dyn Call>,
}

impl Row {
    /// Makes so many calls, each to its end.
    pub fn run(&self, calls: u64) {
        self.call.run(calls);
    }

    /// The size of the future that a caller awaits, in bytes.
    pub fn future_bytes(&self) -> usize {
        self.call.future_bytes()
    }
}

trait Call {
    fn run(&self, calls: u64);
    fn future_bytes(&self) -> usize;
}

impl<M, F, T, E> Call for M
where
    M: Fn() -> F,
    F: Future<Output = Result<T, E>>,
{
    fn run(&self, calls: u64) {
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..calls {
            // The future is somewhere in memory, as in a task: what it keeps there is really written.
            let mut call = pin!(self());
            black_box(&mut call);
            let outcome = loop {
                if let Poll::Ready(outcome) = call.as_mut().poll(&mut context) {
                    break outcome;
                }
            };
            match outcome {
                Ok(value) => drop(black_box(value)),
                Err(_) => has_failed(),
            }
        }
    }

    fn future_bytes(&self) -> usize {
        size_of_val(&self())
    }
}

#[cold]
fn has_failed() {
    panic!("nothing fails here");
}

#[derive(Default)]
pub struct Rows {
    contender: &'static str,
    rows: Vec<Row>,
}

impl Rows {
    /// Whose rows follow.
    pub fn contender(&mut self, name: &'static str) -> &mut Self {
        self.contender = name;
        self
    }

    /// `call` makes the future of one call, as a user of the contender would.
    pub fn add<F, T, E>(&mut self, case: Case, call: impl Fn() -> F + 'static) -> &mut Self
    where
        F: Future<Output = Result<T, E>>,
    {
        self.rows.push(Row { case, contender: self.contender, call: Box::new(call) });
        self
    }

    /// The rows case by case, of the contenders named, or of all.
    pub fn of(mut self, contenders: Option<&str>) -> Vec<Row> {
        if let Some(names) = contenders {
            self.rows.retain(|row| names.split(',').any(|name| name == row.contender));
        }
        self.rows.sort_by_key(|row| Case::ALL.iter().position(|case| *case == row.case));
        self.rows
    }
}
