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
    /// The size of the future that a caller awaits.
    pub future_bytes: usize,
    call: Box<dyn Call>,
}

impl Row {
    /// Makes so many calls, each to its end.
    pub fn run(&self, calls: usize, watch: &mut dyn Watch) {
        self.call.run(calls, watch);
    }

    /// The allocations, and their bytes, that a run of one call makes besides those of the call.
    pub fn beside(&self) -> [u64; 2] {
        self.call.beside()
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
    fn run(&self, calls: usize, watch: &mut dyn Watch);

    /// The allocations, and their bytes, that a run of one call makes besides those of the call.
    fn beside(&self) -> [u64; 2] {
        [0, 0]
    }
}

/// Calls that go well. Each row is compiled for what it does and nothing else, or the compiler would inline less of it.
struct Well<M>(M);

impl<M, F, T, E> Call for Well<M>
where
    M: Fn() -> F,
    F: Future<Output = Result<T, E>>,
{
    fn run(&self, calls: usize, watch: &mut dyn Watch) {
        let mut context = Context::from_waker(Waker::noop());
        watch.start();
        for _ in 0..calls {
            // The future is somewhere in memory, as in a task: what it keeps there is really written.
            let mut call = pin!(self.0());
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
        watch.stop();
    }
}

/// Calls that fail.
struct Failing<M>(M);

impl<M, F, T, E> Call for Failing<M>
where
    M: Fn() -> F,
    F: Future<Output = Result<T, E>>,
{
    fn run(&self, calls: usize, watch: &mut dyn Watch) {
        let mut context = Context::from_waker(Waker::noop());
        let mut well = 0;
        watch.start();
        for _ in 0..calls {
            let mut call = pin!(self.0());
            black_box(&mut call);
            let outcome = loop {
                if let Poll::Ready(outcome) = call.as_mut().poll(&mut context) {
                    break outcome;
                }
            };
            match outcome {
                Ok(_) => well += 1,
                Err(error) => drop(black_box(error)),
            }
        }
        watch.stop();
        // A breaker may let a probe through, and a limit the call that it has room for.
        assert!(well <= 16, "{well} of {calls} calls went well");
    }
}

/// Calls that end when a timer has fired.
struct Waiting<M>(M);

impl<M, F, T, E> Call for Waiting<M>
where
    M: Fn() -> F,
    F: Future<Output = Result<T, E>>,
{
    /// The wait itself is left out: all calls begin, then all timers fire, then all calls end. Where one ends it is dropped, as
    /// by whoever awaits it: some clean up only then.
    fn run(&self, calls: usize, watch: &mut dyn Watch) {
        let mut context = Context::from_waker(Waker::noop());
        let mut begun: Vec<_> = (0..calls).map(|_| Box::pin(Some(self.0()))).collect();
        hangs(true);
        watch.start();
        for call in &mut begun {
            let call = call.as_mut().as_pin_mut().expect("it has not ended");
            assert!(call.poll(&mut context).is_pending(), "nothing is ready yet");
        }
        watch.stop();
        crate::runtime().block_on(sleep(Duration::from_millis(3)));
        hangs(false);
        watch.start();
        for call in &mut begun {
            let begun = call.as_mut().as_pin_mut().expect("it has not ended");
            let outcome = begun.poll(&mut context);
            call.set(None);
            assert!(outcome.is_ready(), "the timer has fired");
            drop(black_box(outcome));
        }
        watch.stop();
    }

    fn beside(&self) -> [u64; 2] {
        [2, (size_of::<usize>() + size_of::<Option<F>>()) as u64]
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

    /// `call` makes the future of one call, as a user of the contender would. It goes well.
    pub fn add<F, T, E>(&mut self, case: Case, call: impl Fn() -> F + 'static) -> &mut Self
    where
        F: Future<Output = Result<T, E>>,
    {
        self.push(case, None, size_of::<F>(), Box::new(Well(call)))
    }

    /// The same for a case that does not go well.
    pub fn add_failing<F, T, E>(&mut self, case: Case, call: impl Fn() -> F + 'static) -> &mut Self
    where
        F: Future<Output = Result<T, E>>,
    {
        self.add_failing_with(case, None, call)
    }

    /// The same, where the tool fails with another error.
    pub fn add_failing_with<F, T, E>(
        &mut self,
        case: Case,
        error: Option<&'static str>,
        call: impl Fn() -> F + 'static,
    ) -> &mut Self
    where
        F: Future<Output = Result<T, E>>,
    {
        let call: Box<dyn Call> = match case {
            _ if case.waits() => Box::new(Waiting(call)),
            _ if case.fails() => Box::new(Failing(call)),
            _ => Box::new(Well(call)),
        };
        self.push(case, error, size_of::<F>(), call)
    }

    fn push(&mut self, case: Case, error: Option<&'static str>, future_bytes: usize, call: Box<dyn Call>) -> &mut Self {
        self.rows.push(Row { case, error, contender: self.contender, future_bytes, call });
        self
    }

    /// The rows case by case, of the contenders named, or of all; and of one case alone, if it is named.
    pub fn of(mut self, contenders: Option<&str>, case: Option<&str>) -> Vec<Row> {
        self.rows.retain(|row| case.is_none_or(|case| row.to_string() == case));
        if let Some(names) = contenders {
            self.rows.retain(|row| names.split(',').any(|name| name == row.contender));
        }
        self.rows.sort_by_key(|row| (row.case, row.error));
        self.rows
    }
}
