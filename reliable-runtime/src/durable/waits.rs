//! What the attributes wait for in the flow of a run, and the time that they find there: recorded, or the same would be over in one
//! life and not in the next.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::base::flow_time::{Asleep, FlowTime, Whose};
use crate::durable::call::call_in;
use crate::durable::flow::Flow;
use crate::said::idempotency::IdempotencyKey;
use crate::said::name::ToolName;
use crate::said::words::short;

impl FlowTime for Flow {
    fn stands(&self) -> Instant {
        self.instant(self.stands_at())
    }

    fn is_outside(&self) -> Instant {
        self.instant(self.stands_at().max(self.journal.now()))
    }

    fn sleep(self: Arc<Self>, Whose { tool, attribute }: Whose, time: Duration) -> Pin<Box<dyn Asleep>> {
        // Without the path, which would cost all waits that are in no flow: two functions of one name share these numbers. They
        // do so alike in each life, and no wait is over before its own time. In a program where the two have changed places one
        // may find a wait of the other: a `name` keeps them apart.
        let tool = ToolName::from(format!("{tool}/{attribute}"));
        let until = Until(Arc::new(Mutex::new(self.stands_at().checked_add(time))));
        let wakes = Mutex::new(wakes(&self, &tool, until.clone(), time));
        Box::pin(Sleeps { flow: self, tool, until, wakes })
    }

    fn random(&self) -> u64 {
        mixed(self.journal.seed(), self.draw())
    }

    fn random_of(&self, path: &str) -> u128 {
        IdempotencyKey::of(self.journal.seed(), path, self.number(path)).bits()
    }

    fn is_read_back(&self) -> bool {
        self.goes_on() && !self.gate.is_live()
    }
}

/// Bits that look like chance, of the seed of the run and the number of the draw (`SplitMix64`).
fn mixed(seed: u128, draw: u64) -> u64 {
    let [high, low] = [seed >> 64, seed & u128::from(u64::MAX)].map(|half| u64::try_from(half).unwrap_or_default());
    let bits = (high ^ low).wrapping_add(draw.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// When a wait is to end. It follows from what was handed out before, and so it is the same in each life. `None` is the end of
/// time.
#[derive(Clone)]
struct Until(Arc<Mutex<Option<SystemTime>>>);

impl Until {
    fn get(&self) -> Option<SystemTime> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put_off(&self, by: Duration) {
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *until = until.and_then(|until| until.checked_add(by));
    }
}

type Wakes = Pin<Box<dyn Future<Output = Option<SystemTime>> + Send>>;

/// A wait that is recorded when it ends, with the time that it waited for.
struct Sleeps {
    flow: Arc<Flow>,
    tool: ToolName,
    until: Until,
    /// Never locked: it makes that a call which waits may be shared between threads, if all else in it may.
    wakes: Mutex<Wakes>,
}

fn wakes(flow: &Arc<Flow>, tool: &ToolName, until: Until, time: Duration) -> Wakes {
    let asleep = Arc::clone(flow);
    let recorded =
        call_in(Arc::clone(flow), tool.clone()).shown(|call| call.show("time", short(time))).run(async move {
            loop {
                let end = until.get();
                asleep.sleep_until(end).await;
                if until.get() == end {
                    return Ok::<_, ()>(end);
                }
            }
        });
    Box::pin(async move { recorded.await.ok().flatten() })
}

impl Asleep for Sleeps {
    fn put_off(self: Pin<&mut Self>, by: Duration) {
        self.until.put_off(by);
    }
}

impl Future for Sleeps {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        loop {
            let wakes_now = this.wakes.get_mut().unwrap_or_else(PoisonError::into_inner);
            let waited_for = ready!(wakes_now.as_mut().poll(cx));
            let later = this.until.get().zip(waited_for).and_then(|(until, it)| until.duration_since(it).ok());
            // It was put off after it had been recorded.
            let Some(later) = later.filter(|later| !later.is_zero()) else { return Poll::Ready(()) };
            *wakes_now = wakes(&this.flow, &this.tool, this.until.clone(), later);
        }
    }
}

impl fmt::Debug for Sleeps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleeps").field("tool", &self.tool).finish_non_exhaustive()
    }
}
