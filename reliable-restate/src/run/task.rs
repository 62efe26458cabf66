//! The flow of a run, polled inside of its handler.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use reliable_runtime::durable::halt::{Halt, HaltKind};

type Flow = Pin<Box<dyn Future<Output = Result<(), Halt>> + Send>>;

/// The flow, until it has ended.
pub(crate) struct Task {
    flow: Option<Flow>,
    ended: Option<Result<(), Halt>>,
    rest: Arc<Rest>,
    waker: Waker,
}

impl Task {
    /// It may panic while it is made, too.
    pub(crate) fn new<F>(flow: impl FnOnce() -> F) -> Self
    where
        F: Future<Output = Result<(), Halt>> + Send + 'static,
    {
        let rest = Arc::new(Rest { is_woken: AtomicBool::new(true), outer: Mutex::new(Waker::noop().clone()) });
        let (flow, ended) = match catch_unwind(AssertUnwindSafe(flow)) {
            Ok(flow) => (Some(Box::pin(flow) as Flow), None),
            Err(panic) => (None, Some(Err(panicked(panic.as_ref())))),
        };
        Task { flow, ended, waker: Waker::from(Arc::clone(&rest)), rest }
    }

    /// Whether it has anything to do.
    pub(crate) fn is_woken(&self) -> bool {
        self.flow.is_some() && self.rest.is_woken.load(Ordering::SeqCst)
    }

    /// Polls it, if somebody has woken it. Whether it is at rest.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> bool {
        self.wakes(cx);
        let Some(flow) = &mut self.flow else { return true };
        if !self.rest.is_woken.swap(false, Ordering::SeqCst) {
            return true;
        }
        let polled = catch_unwind(AssertUnwindSafe(|| flow.as_mut().poll(&mut Context::from_waker(&self.waker))));
        let ended = match polled {
            Ok(Poll::Pending) => return !self.rest.is_woken.load(Ordering::SeqCst),
            Ok(Poll::Ready(ended)) => ended,
            Err(panic) => Err(panicked(panic.as_ref())),
        };
        self.flow = None;
        self.ended = Some(ended);
        true
    }

    /// Whoever polls this is woken with it.
    pub(crate) fn wakes(&self, cx: &Context<'_>) {
        self.rest.outer(cx.waker());
    }

    /// Lets it tell what it has to tell at its end, and drops it.
    pub(crate) async fn end(&mut self) {
        poll_fn(|cx| {
            self.poll(cx);
            Poll::Ready(())
        })
        .await;
        self.flow = None;
    }

    /// How it ended, once.
    pub(crate) fn ended(&mut self) -> Option<Result<(), Halt>> {
        self.ended.take()
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Halt {
    let words = panic.downcast_ref::<&str>().copied();
    let words = words.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("with no words");
    Halt::new(HaltKind::Mismatch, format!("the run panicked ({words}): mend the program, and resume the run"))
}

/// Whether the flow is at rest: it was polled, and nobody has woken it since.
struct Rest {
    is_woken: AtomicBool,
    outer: Mutex<Waker>,
}

impl Rest {
    fn outer(&self, waker: &Waker) {
        let mut outer = self.outer.lock().unwrap_or_else(PoisonError::into_inner);
        if !outer.will_wake(waker) {
            outer.clone_from(waker);
        }
    }
}

impl Wake for Rest {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        let outer = self.outer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        outer.wake();
    }
}
