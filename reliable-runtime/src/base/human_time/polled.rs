//! The list of what was polled on a thread: questions, and tasks that were begun.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use tokio::time::Instant;

use crate::base::human_time::HumanTime;

/// One poll: its number on this thread, when it was, and what was polled.
struct Polled(u64, Instant, Arc<HumanTime>);

thread_local! {
    static NEWEST: Cell<u64> = const { Cell::new(0) };
    static LIST: RefCell<Vec<Polled>> = const { RefCell::new(Vec::new()) };
}

/// Another number than before: something was polled meanwhile. This is all that a call pays in which nobody is asked.
#[inline]
pub(crate) fn newest() -> u64 {
    NEWEST.get()
}

/// These may still be of interest to somebody, even if they have ended: an approver may block its thread.
const RECENT: u64 = 32;

pub(super) fn add(it: &Arc<HumanTime>, now: Instant) {
    let number = NEWEST.get() + 1;
    NEWEST.set(number);
    it.state().number = number;
    // A thread that is being torn down has no list any more.
    let _ = LIST.try_with(|list| {
        let list = &mut *list.borrow_mut();
        if list.len() == list.capacity() {
            let is_of_use = |at: u64, it: &Arc<HumanTime>| Arc::strong_count(it) > 1 && it.state().number == at;
            list.retain(|Polled(at, _, it)| at + RECENT > number || is_of_use(*at, it));
            list.reserve(list.len() + 1);
        }
        list.push(Polled(number, now, Arc::clone(it)));
    });
}

/// What was polled after `before`, and when, the eldest first.
pub(super) fn since(before: u64) -> Vec<(Instant, Arc<HumanTime>)> {
    let polled = LIST.try_with(|list| {
        let list = list.borrow();
        let new = list.partition_point(|Polled(number, ..)| *number <= before);
        list[new..].iter().map(|Polled(_, at, it)| (*at, Arc::clone(it))).collect()
    });
    polled.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_does_not_grow_with_what_has_ended_nor_with_what_is_polled_again() {
        let open: Vec<_> = (0..100).map(|_| Arc::<HumanTime>::default()).collect();
        for _ in 0..1000 {
            for it in &open {
                add(it, Instant::now());
            }
            add(&Arc::default(), Instant::now());
        }
        assert!(LIST.with_borrow(Vec::len) < 400);
        assert_eq!(
            since(0).iter().filter(|(_, it)| Arc::ptr_eq(it, &open[0])).count().min(1),
            1,
            "what is open is there"
        );
    }
}
