//! A call that wants to go through.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::time::Instant;

use super::bucket::{Amount, Bucket};
use super::line::Place;
use super::reserved::Reserved;
use super::{RateLimit, Room, too_early, too_much};
use crate::base::timer::Timer;
use crate::policies::limit::waited;
use crate::said::fault::{Fault, RATE_LIMIT};
use crate::seen::metrics;

/// How much a call takes, and what it has when it is let through.
pub(super) trait Takes<'a>: Copy {
    type Taken;

    /// `None` if the bucket never holds so much.
    fn amount(self, bucket: &Bucket) -> Option<Amount>;

    /// `full_at`: when all will be back.
    fn taken(self, limit: &'a RateLimit, full_at: u64) -> Self::Taken;
}

/// A call that has no cost of its own.
#[derive(Clone, Copy)]
pub(super) struct One;

impl Takes<'_> for One {
    type Taken = ();

    #[inline]
    fn amount(self, bucket: &Bucket) -> Option<Amount> {
        Some(bucket.one())
    }

    #[inline]
    fn taken(self, _: &RateLimit, _: u64) {}
}

/// A call that costs so much.
#[derive(Clone, Copy)]
pub(super) struct Cost(pub(super) u32);

impl<'a> Takes<'a> for Cost {
    type Taken = Reserved<'a>;

    fn amount(self, bucket: &Bucket) -> Option<Amount> {
        bucket.many(self.0)
    }

    fn taken(self, limit: &'a RateLimit, full_at: u64) -> Reserved<'a> {
        Reserved::new(limit, self.0, full_at)
    }
}

pin_project! {
    /// A call that wants to go through. By hand and not an `async` block: one of those is not inlined into the call, and the
    /// fault of a rejection is made where the error is made of it.
    pub(super) struct Admission<'a, T> {
        pub(super) limit: &'a RateLimit,
        pub(super) tool: &'static str,
        pub(super) takes: T,
        #[pin]
        pub(super) waits: Option<Waits<'a>>,
    }
}

pin_project! {
    pub(super) struct Waits<'a> {
        since: Instant,
        place: Place<'a>,
        #[pin]
        timer: Option<Timer>,
    }
}

impl<'a, T: Takes<'a>> Future for Admission<'a, T> {
    type Output = Result<T::Taken, Fault>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.waits.is_none() {
            let (limit, tool, takes) = (self.limit, self.tool, self.takes);
            match limit.look(tool, takes.amount(&limit.bucket)) {
                Room::Now { full_at } => return Poll::Ready(Ok(takes.taken(limit, full_at))),
                Room::In(ns) => return Poll::Ready(Err(too_early(tool, ns))),
                Room::Never => return Poll::Ready(Err(too_much(tool))),
                Room::ToWait(amount) => {
                    if let Err(ns) = self.as_mut().join(amount) {
                        return Poll::Ready(Err(too_early(tool, ns)));
                    }
                }
            }
        }
        self.wait(cx).map(Ok)
    }
}

impl<'a, T: Takes<'a>> Admission<'a, T> {
    #[cold]
    fn join(self: Pin<&mut Self>, amount: Amount) -> Result<(), u64> {
        let mut admission = self.project();
        let place = admission.limit.join(admission.tool, amount)?;
        admission.waits.set(Some(Waits { since: Instant::now(), place, timer: None }));
        Ok(())
    }

    #[cold]
    fn wait(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T::Taken> {
        let mut admission = self.project();
        let Some(waits) = admission.waits.as_mut().as_pin_mut() else { return Poll::Pending };
        let waits = waits.project();
        ready!(waits.place.poll(admission.tool, waits.timer, cx));
        let (since, full_at) = (*waits.since, waits.place.full_at());
        admission.waits.set(None);
        waited(admission.tool, RATE_LIMIT, since);
        metrics::rate_limit_permitted(admission.tool);
        Poll::Ready(admission.takes.taken(admission.limit, full_at))
    }
}
