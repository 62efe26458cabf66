//! One state for each host, tenant or model: the option `key` of a breaker or a limit.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A breaker or a limit for each key, made when the key is first seen.
///
/// ```
/// use reliable::{CircuitBreaker, Keyed};
///
/// static BREAKERS: Keyed<CircuitBreaker> = Keyed::new(|| CircuitBreaker::new().failures(3));
///
/// let one = BREAKERS.get("api.example.com");
/// let other = BREAKERS.get("api.example.org");
/// assert!(!std::sync::Arc::ptr_eq(&one, &other));
/// ```
///
/// It holds 1024 states. When there are more keys, the state that was not used for the longest time is forgotten, and its
/// key begins anew when it comes back.
pub struct Keyed<T> {
    make: fn() -> T,
    states: OnceLock<Mutex<States<T>>>,
}

struct States<T> {
    // Two hashes with different keys are as good as the key itself, and need no copy of it.
    hashers: [RandomState; 2],
    known: HashMap<[u64; 2], Known<T>>,
    clock: u64,
}

struct Known<T> {
    state: Arc<T>,
    used: u64,
}

const CAPACITY: usize = 1024;

impl<T> Keyed<T> {
    /// No state yet; `make` makes one for each key.
    pub const fn new(make: fn() -> T) -> Self {
        Keyed { make, states: OnceLock::new() }
    }

    /// The state for `key`.
    pub fn get<K: Hash + ?Sized>(&self, key: &K) -> Arc<T> {
        let mut states = self.states.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        states.get(key, self.make)
    }
}

impl<T> Default for States<T> {
    fn default() -> Self {
        States { hashers: [RandomState::new(), RandomState::new()], known: HashMap::new(), clock: 0 }
    }
}

impl<T> States<T> {
    fn get<K: Hash + ?Sized>(&mut self, key: &K, make: fn() -> T) -> Arc<T> {
        self.clock += 1;
        let used = self.clock;
        let hash = [self.hashers[0].hash_one(key), self.hashers[1].hash_one(key)];
        if let Some(known) = self.known.get_mut(&hash) {
            known.used = used;
            return Arc::clone(&known.state);
        }
        if self.known.len() >= CAPACITY {
            self.forget_one();
        }
        let state = Arc::new(make());
        self.known.insert(hash, Known { state: Arc::clone(&state), used });
        state
    }

    fn forget_one(&mut self) {
        let oldest = self.known.iter().min_by_key(|(_, known)| known.used).map(|(hash, _)| *hash);
        if let Some(hash) = oldest {
            self.known.remove(&hash);
        }
    }
}

impl<T> fmt::Debug for Keyed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyed").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_its_state_and_the_oldest_of_too_many_is_forgotten() {
        let keyed = Keyed::new(|| ());
        let (first, second) = (keyed.get("first"), keyed.get("second"));
        assert!(Arc::ptr_eq(&first, &keyed.get("first")));
        for n in 0..CAPACITY - 1 {
            keyed.get(&n);
        }
        assert!(Arc::ptr_eq(&first, &keyed.get("first")), "it was used after the second");
        assert!(!Arc::ptr_eq(&second, &keyed.get("second")), "it was not");
    }
}
