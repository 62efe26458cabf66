//! A question while it stands open.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use crate::base::flow_time::At;
use crate::base::foreign::wake;
use crate::base::human_time::{HumanTime, polled};

/// Waits for the answer of a human: the clocks around it stand still until it is there, or until nobody waits for it.
pub(crate) async fn asking<F: Future>(answer: F) -> F::Output {
    let question = Asking(Arc::default());
    let mut answer = pin!(answer);
    poll_fn(|cx| question.poll(answer.as_mut(), cx)).await
}

struct Asking(Arc<Question>);

#[derive(Debug, Default)]
struct Question {
    time: Arc<HumanTime>,
    /// Who is woken by the answer. It is open as long as somebody is there to be woken: if a question is not polled any
    /// more, its answer ends it all the same.
    waker: Mutex<Option<Waker>>,
    was_polled: AtomicBool,
    /// It was woken, and that was no answer: from then on nothing but the answer itself, or its drop, ends it.
    wakes_in_vain: AtomicBool,
}

impl Asking {
    fn poll<F: Future>(&self, answer: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Asking(question) = self;
        let was_woken = question.open(cx.waker());
        let polled = answer.poll(&mut Context::from_waker(&Waker::from(Arc::clone(question))));
        if polled.is_ready() {
            question.close();
        } else if was_woken {
            question.wakes_in_vain.store(true, Ordering::Relaxed);
        }
        polled
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Question {
    /// Whether it was woken since it was last polled.
    fn open(&self, waker: &Waker) -> bool {
        let now = At::now();
        let before = self.waker().replace(waker.clone());
        if before.is_none() {
            self.time.begin(now);
        }
        polled::add(&self.time, now.instant);
        self.was_polled.swap(true, Ordering::Relaxed) && before.is_none()
    }

    fn close(&self) {
        self.take_waker();
        self.time.settle(At::now());
    }

    fn take_waker(&self) -> Option<Waker> {
        let waker = self.waker().take();
        if waker.is_some() {
            self.time.end();
        }
        waker
    }

    fn waker(&self) -> MutexGuard<'_, Option<Waker>> {
        self.waker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Question {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let in_vain = self.wakes_in_vain.load(Ordering::Relaxed);
        wake(if in_vain { self.waker().clone() } else { self.take_waker() });
    }
}
