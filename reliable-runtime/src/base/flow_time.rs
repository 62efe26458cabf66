//! Time and chance in the flow of a durable run: what is recorded of them, and not what a clock or the dice say.
//!
//! Who drives a flow says so while it polls it, and whoever waits here or looks at the time finds that, and knows nothing of runs.

use std::cell::RefCell;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;

use crate::base::clock;

/// The time of a flow, and its chance.
pub(crate) trait FlowTime: Debug + Send + Sync {
    /// Where it stands: at what was handed out last, so that it is the same in each life.
    fn stands(&self) -> Instant;

    /// What it is outside of the flow, on the same clock.
    fn is_outside(&self) -> Instant;

    /// A wait that is recorded when it ends.
    fn sleep(self: Arc<Self>, whose: Whose, time: Duration) -> Pin<Box<dyn Asleep>>;

    /// Random bits, the same in each life.
    fn random(&self) -> u64;

    /// Random bits for the next call of the function with this path, the same in each life.
    fn random_of(&self, path: &str) -> u128;

    /// Whether all that happens has happened before, in an earlier life.
    fn is_read_back(&self) -> bool;
}

/// A wait in a flow.
pub(crate) trait Asleep: Future<Output = ()> + Debug + Send + Sync {
    /// It ends so much later.
    fn put_off(self: Pin<&mut Self>, by: Duration);
}

/// What waits: a function, and which of its attributes. By that a wait is known in the next life.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "durable"), expect(dead_code, reason = "there is no flow"))]
pub(crate) struct Whose {
    pub(crate) tool: &'static str,
    pub(crate) attribute: &'static str,
}

/// So many flows are being polled in this process: while none is, that is all that anybody looks at.
static BEING_POLLED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static POLLED: RefCell<Option<Arc<dyn FlowTime>>> = const { RefCell::new(None) };
}

/// Polls a flow.
#[cfg(feature = "durable")]
pub(crate) fn within<T>(flow: Arc<dyn FlowTime>, poll: impl FnOnce() -> T) -> T {
    struct Less;
    impl Drop for Less {
        fn drop(&mut self) {
            BEING_POLLED.fetch_sub(1, Ordering::Relaxed);
        }
    }
    BEING_POLLED.fetch_add(1, Ordering::Relaxed);
    let _less = Less;
    put(Some(flow), poll)
}

/// Polls what is recorded as one in a flow: there time goes on.
#[cfg(feature = "durable")]
pub(crate) fn outside<T>(poll: impl FnOnce() -> T) -> T {
    put(None, poll)
}

#[cfg(feature = "durable")]
fn put<T>(flow: Option<Arc<dyn FlowTime>>, poll: impl FnOnce() -> T) -> T {
    struct Restore(Option<Arc<dyn FlowTime>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            let _ours = POLLED.replace(self.0.take());
        }
    }
    let _restore = Restore(POLLED.replace(flow));
    poll()
}

/// The flow that this is in.
#[inline]
pub(crate) fn flow() -> Option<Arc<dyn FlowTime>> {
    let any = cfg!(feature = "durable") && BEING_POLLED.load(Ordering::Relaxed) > 0;
    if any { here() } else { None }
}

#[cold]
#[inline(never)]
fn here() -> Option<Arc<dyn FlowTime>> {
    POLLED.try_with(|flow| flow.borrow().clone()).ok().flatten()
}

/// Whether this is the flow of a run that is read back: what happens here has happened before, in an earlier life.
#[inline]
pub(crate) fn is_read_back() -> bool {
    flow().is_some_and(|flow| flow.is_read_back())
}

/// The microseconds of [`clock::now_us`]; in a flow, where it stands.
#[inline]
pub(crate) fn now_us() -> u64 {
    flow().map_or_else(clock::now_us, |flow| clock::us_of(flow.stands()))
}

/// An instant, and on whose clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At {
    pub(crate) instant: Instant,
    pub(crate) clock: Clock,
}

/// Tokio's, or that of a flow, by its address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Clock(usize);

impl At {
    /// Now, on the clock that holds here.
    pub(crate) fn now() -> At {
        flow().map_or_else(
            || At { instant: Instant::now(), clock: Clock::default() },
            |flow| At { instant: flow.stands(), clock: Clock::of(&*flow) },
        )
    }

    /// The same on this clock. Tokio's goes on by itself: there, it is now.
    pub(crate) fn on(self, clock: Clock) -> Instant {
        if clock != self.clock && clock == Clock::default() { Instant::now() } else { self.instant }
    }
}

impl Clock {
    /// That which holds here.
    pub(crate) fn here() -> Clock {
        flow().map_or_else(Clock::default, |flow| Clock::of(&*flow))
    }

    fn of(flow: &dyn FlowTime) -> Clock {
        Clock(std::ptr::from_ref(flow).addr())
    }
}

/// A clock that was begun somewhere, and is looked at from everywhere: in a flow it stands, and in its calls it goes on. It
/// does not keep the flow: who holds it for longer holds no run.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    flow: Option<Weak<dyn FlowTime>>,
    started: Instant,
}

impl Watch {
    pub(crate) fn start() -> Watch {
        let flow = flow();
        let started = flow.as_ref().map_or_else(Instant::now, |flow| flow.stands());
        Watch { flow: flow.as_ref().map(Arc::downgrade), started }
    }

    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.now().saturating_duration_since(self.started)
    }

    pub(crate) fn now(&self) -> Instant {
        let Some(flow) = &self.flow else { return Instant::now() };
        match flow.upgrade() {
            Some(flow) if Clock::here() == Clock::of(&*flow) => flow.stands(),
            Some(flow) => flow.is_outside(),
            // The run is over, and its time with it.
            None => self.started,
        }
    }
}
