//! One figure to take: a case, and who does it.

use std::fmt;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::sleep;

use crate::case::Case;
use crate::tool::hangs;

/// Takes the figure of what lies between a start and a stop; of several, the sum.
pub trait Watch {
    fn start(&mut self);
    fn stop(&mut self);
}

pub struct Row {
    pub case: Case,
    /// What the tool fails with, unless it is what it is everywhere else.
    error: Option<&'static str>,
    pub contender: &'static str,
    call: Box<dyn Call>,
}

impl Row {
    /// Makes so many calls, each to its end.
    pub fn run(&self, calls: usize, watch: &mut dyn Watch) {
        if self.case.waits() {
            self.call.run_all_at_once(calls, watch);
        } else {
            watch.start();
            let failed = self.call.run(calls);
            watch.stop();
            self.check(calls, failed);
        }
    }

    /// A breaker may let a probe through, and a limit the call that it has room for.
    fn check(&self, calls: usize, failed: usize) {
        let wrong = if self.case.fails() { calls - failed } else { failed };
        assert!(wrong <= 16, "{self} by {}: {wrong} of {calls} calls ended otherwise", self.contender);
    }

    /// The size of the future that a caller awaits, in bytes.
    pub fn future_bytes(&self) -> usize {
        self.call.future_bytes()
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row { case, error, .. } = self;
        write!(f, "{case}")?;
        error.map_or(Ok(()), |error| write!(f, ", {error}"))
    }
}

trait Call {
    /// How many of them failed.
    fn run(&self, calls: usize) -> usize;
    fn run_all_at_once(&self, calls: usize, watch: &mut dyn Watch);
    fn future_bytes(&self) -> usize;
}

impl<M, F, T, E> Call for M
where
    M: Fn() -> F,
    F: Future<Output = Result<T, E>>,
{
    fn run(&self, calls: usize) -> usize {
        let mut context = Context::from_waker(Waker::noop());
        let mut failed = 0;
        for _ in 0..calls {
            // The future is somewhere in memory, as in a task: what it keeps there is really written.
            let mut call = pin!(self());
            black_box(&mut call);
            let outcome = loop {
                if let Poll::Ready(outcome) = call.as_mut().poll(&mut context) {
                    break outcome;
                }
            };
            failed += usize::from(outcome.is_err());
            drop(black_box(outcome));
        }
        failed
    }

    /// The wait itself is left out: all calls begin, then all timers fire, then all calls end.
    fn run_all_at_once(&self, calls: usize, watch: &mut dyn Watch) {
        let mut context = Context::from_waker(Waker::noop());
        let mut begun: Vec<_> = (0..calls).map(|_| Box::pin(self())).collect();
        hangs(true);
        watch.start();
        for call in &mut begun {
            assert!(call.as_mut().poll(&mut context).is_pending(), "nothing is ready yet");
        }
        watch.stop();
        crate::runtime().block_on(sleep(Duration::from_millis(3)));
        hangs(false);
        watch.start();
        for call in &mut begun {
            let outcome = call.as_mut().poll(&mut context);
            assert!(outcome.is_ready(), "the timer has fired");
            drop(black_box(outcome));
        }
        watch.stop();
    }

    fn future_bytes(&self) -> usize {
        size_of_val(&self())
    }
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
        self.add_with(case, None, call)
    }

    /// The same, where the tool fails with another error.
    pub fn add_with<F, T, E>(
        &mut self,
        case: Case,
        error: Option<&'static str>,
        call: impl Fn() -> F + 'static,
    ) -> &mut Self
    where
        F: Future<Output = Result<T, E>>,
    {
        self.rows.push(Row { case, error, contender: self.contender, call: Box::new(call) });
        self
    }

    /// The rows case by case, of the contenders named, or of all.
    pub fn of(mut self, contenders: Option<&str>) -> Vec<Row> {
        if let Some(names) = contenders {
            self.rows.retain(|row| names.split(',').any(|name| name == row.contender));
        }
        self.rows.sort_by_key(|row| (row.case, row.error));
        self.rows
    }
}
