//! Drives a run: polls its flow to rest, hands out one outcome, and again.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use crate::base::foreign::{wake, words_of};
use crate::durable::engine::{Claim, Engine, Journal};
use crate::durable::flow::{Flow, Slot};
use crate::durable::halt::{Halt, HaltKind};
use crate::durable::recorded::{Recorded, read_end, write, written_end};
use crate::durable::records::End;
use crate::said::idempotency::IdempotencyKey;
use crate::said::words;
use crate::scope::Scope;
use crate::seen::emit::tell;
use crate::seen::span::LifeSpan;

/// Runs `work` as the run `id`: from its beginning, from where it stopped, or not at all where it is ended.
pub(super) async fn run<F>(engine: Arc<dyn Engine>, id: String, work: F) -> Result<F::Output, Halt>
where
    F: Future<Output: Recorded>,
{
    match Arc::clone(&engine).claim(id.clone()).await? {
        Claim::Ended(outcome) => read_end(&outcome, &id),
        Claim::Mine(journal) => go_on(journal, &id, work).await,
    }
}

/// Runs `work` as a run that is claimed: one life of it.
pub(super) async fn go_on<F>(journal: Arc<dyn Journal>, id: &str, work: F) -> Result<F::Output, Halt>
where
    F: Future<Output: Recorded>,
{
    let key = || IdempotencyKey::of(journal.seed(), "reliable::run", 0);
    let span = LifeSpan::begin(id, key, journal.goes_on());
    let lived = span.around(live(Arc::clone(&journal), id, work)).await;
    match &lived {
        Ok(_) => span.finished(),
        Err(halt) => {
            span.within(|| tell!(Halted { run: id.to_owned().into(), halt: halt.message.clone() }));
            span.halted(halt.kind.name(), halt);
        }
    }
    lived
}

async fn live<F>(journal: Arc<dyn Journal>, id: &str, work: F) -> Result<F::Output, Halt>
where
    F: Future<Output: Recorded>,
{
    let flow = Flow::new(Arc::clone(&journal));
    let scope = Scope::current().with(Arc::new(Slot::Flow(Arc::clone(&flow)))).digest_key(journal.key());
    // Written before anything is awaited: so what the flow gives need not be `Send`.
    let driven = drive(flow, id, scope.run(async { write(&work.await) })).await;
    let written = match driven {
        Ok(written) => written,
        Err(halt) => return Err(stop(journal, halt).await),
    };
    let outcome = match written_end::<F::Output>(written, id) {
        Ok(outcome) => outcome,
        Err(halt) => return Err(stop(journal, halt).await),
    };
    journal.end(End::Done(outcome.clone())).await?;
    read_end(&outcome, id)
}

/// Parks a run that would come to the same trouble again.
async fn stop(journal: Arc<dyn Journal>, halt: Halt) -> Halt {
    match halt.kind {
        HaltKind::Mismatch | HaltKind::Misplaced => {
            let parked = journal.end(End::Parked(halt.clone())).await;
            parked.err().unwrap_or(halt)
        }
        HaltKind::Busy | HaltKind::LeaseLost | HaltKind::Store | HaltKind::Cancelled | HaltKind::Crashed => halt,
    }
}

async fn drive<F: Future>(flow: Arc<Flow>, id: &str, work: F) -> Result<F::Output, Halt> {
    let rest = Arc::new(Rest::default());
    let waker = Waker::from(Arc::clone(&rest));
    let mut work = pin!(work);
    let driven = std::future::poll_fn(|cx| {
        rest.outer(cx.waker());
        let polled = catch_unwind(AssertUnwindSafe(|| poll(&flow, work.as_mut(), &rest, &waker)));
        match polled {
            Ok(polled) => polled.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    });
    match driven.await {
        Ok(outcome) => outcome,
        Err(panic) => {
            let words = words::told(&words_of(&panic));
            let halt = Halt::new(
                HaltKind::Mismatch,
                format!("the run panicked ({words}): mend the program, and resume the run"),
            );
            let told = &halt;
            tell!(Halted { run: id.to_owned().into(), halt: told.message.clone() });
            let _ = Arc::clone(&flow.journal).end(End::Parked(halt)).await;
            resume_unwind(panic)
        }
    }
}

fn poll<F: Future>(
    flow: &Arc<Flow>,
    mut work: Pin<&mut F>,
    rest: &Rest,
    waker: &Waker,
) -> Poll<Result<F::Output, Halt>> {
    loop {
        rest.begin();
        let polled = flow.polled(|| work.as_mut().poll(&mut Context::from_waker(waker)));
        // It goes before a value: what is ready was computed from something that did not happen.
        if let Some(halt) = flow.halted(waker) {
            return Poll::Ready(Err(halt));
        }
        flow.goes_on_after_a_panic();
        if let Poll::Ready(output) = polled {
            return Poll::Ready(Ok(output));
        }
        flow.poll_writes(&mut Context::from_waker(waker));
        if let Some(halt) = flow.halted(waker) {
            return Poll::Ready(Err(halt));
        }
        // Whoever woke it has woken the task, too: it goes on at its next poll, and other tasks have their turn.
        if rest.is_woken() || !flow.gate.let_through() {
            return Poll::Pending;
        }
    }
}

/// Whether the flow is at rest: it was polled, and nobody has woken it since.
#[derive(Default)]
struct Rest {
    is_woken: AtomicBool,
    outer: Mutex<Option<Waker>>,
}

impl Rest {
    fn begin(&self) {
        self.is_woken.store(false, Ordering::SeqCst);
    }

    fn is_woken(&self) -> bool {
        self.is_woken.load(Ordering::SeqCst)
    }

    fn outer(&self, waker: &Waker) {
        let mut outer = self.outer.lock().unwrap_or_else(PoisonError::into_inner);
        if !outer.as_ref().is_some_and(|before| before.will_wake(waker)) {
            *outer = Some(waker.clone());
        }
    }
}

impl Wake for Rest {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        let outer = self.outer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        wake(outer);
    }
}
