//! Who is left out, and until when.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::base::clock::{now_us, went_back};
use crate::base::key_hash::{KeyHash, KeyHashers};

/// The candidates that are left out. One whose cooldown is over is as good as one that never failed, and is forgotten.
#[derive(Debug)]
pub(super) struct Cooling {
    /// How many there are: as long as there is none, nobody takes the lock.
    any: AtomicUsize,
    table: OnceLock<Mutex<Table>>,
}

/// What a candidate is known by.
pub(super) fn hash<K: Hash>(key: &K) -> KeyHash {
    static HASHERS: LazyLock<KeyHashers> = LazyLock::new(KeyHashers::default);
    HASHERS.hash(key)
}

#[derive(Debug, Default)]
struct Table {
    left_out: HashMap<KeyHash, LeftOut>,
    /// With how many of them it looks for those whose cooldown is over, though nobody has asked for them.
    sweep_at: usize,
}

#[derive(Debug, Clone, Copy)]
struct LeftOut {
    since_us: u64,
    until_us: u64,
}

impl Cooling {
    pub(super) const fn new() -> Self {
        Cooling { any: AtomicUsize::new(0), table: OnceLock::new() }
    }

    /// Whether anybody is left out.
    #[inline]
    pub(super) fn is_any(&self) -> bool {
        self.any.load(Ordering::Relaxed) > 0
    }

    /// Until when this one is left out; `None` if it is not.
    pub(super) fn until_us(&self, candidate: KeyHash) -> Option<u64> {
        let now = now_us();
        self.change(self.table.get()?, |table| {
            let until_us = table.left_out.get(&candidate)?.until_us(now);
            if until_us.is_none() {
                table.left_out.remove(&candidate);
            }
            until_us
        })
    }

    /// Leaves this one out from now on. Who is left out for longer already stays so.
    pub(super) fn add(&self, candidate: KeyHash, cooldown: Duration) {
        if cooldown.is_zero() {
            return;
        }
        let now = now_us();
        let until_us = now.saturating_add(u64::try_from(cooldown.as_micros()).unwrap_or(u64::MAX));
        self.change(self.table.get_or_init(Mutex::default), |table| {
            let before = table.left_out.get(&candidate).and_then(|before| before.until_us(now));
            let until_us = until_us.max(before.unwrap_or(0));
            table.left_out.insert(candidate, LeftOut { since_us: now, until_us });
            table.sweep(now);
        });
    }

    /// Lets this one in again, unless it has failed anew since it was left out until then.
    pub(super) fn remove(&self, candidate: KeyHash, until_us: u64) {
        let Some(table) = self.table.get() else { return };
        self.change(table, |table| {
            if table.left_out.get(&candidate).is_some_and(|left_out| left_out.until_us == until_us) {
                table.left_out.remove(&candidate);
            }
        });
    }

    /// Nothing foreign is called in it: the keys are hashed before.
    fn change<T>(&self, table: &Mutex<Table>, change: impl FnOnce(&mut Table) -> T) -> T {
        let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = change(&mut table);
        self.any.store(table.left_out.len(), Ordering::Relaxed);
        answer
    }
}

impl LeftOut {
    /// Until when; `None` if that is over, or was on another clock.
    fn until_us(self, now_us: u64) -> Option<u64> {
        (now_us < self.until_us && !went_back(self.since_us, now_us)).then_some(self.until_us)
    }
}

impl Table {
    /// Forgets those whose cooldown is over, each time that there are twice as many as then: so it costs a failure little.
    fn sweep(&mut self, now_us: u64) {
        const FEW: usize = 32;
        if self.left_out.len() > self.sweep_at.max(FEW) {
            self.left_out.retain(|_, left_out| left_out.until_us(now_us).is_some());
            self.sweep_at = 2 * self.left_out.len();
        }
    }
}
