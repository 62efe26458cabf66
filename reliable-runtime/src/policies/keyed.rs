//! One state for each host, tenant or model: the option `key` of a breaker or a limit.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::base::key_hash::{KeyHash, KeyHashers};

use idle::Idle;

/// Not for others to implement.
pub(crate) mod idle {
    /// A state that may have nothing to remember.
    pub trait Idle {
        /// Whether it is as good as a new one. Asked under a lock, so it must not call foreign code.
        fn is_idle(&self) -> bool;
    }
}

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
/// A state is kept while somebody has it, and while it has something to remember: an open breaker, failures that were
/// counted, a bulkhead with calls inside, a bucket that is not full again. Of those that have nothing to remember it keeps up to
/// 1024, or as many as there are others, and forgets one that was not used for long; a new one in its place does the same.
pub struct Keyed<T> {
    make: fn() -> T,
    states: OnceLock<States<T>>,
}

struct States<T> {
    hashers: KeyHashers,
    known: Mutex<Known<T>>,
}

struct Known<T> {
    states: HashMap<KeyHash, State<T>>,
    /// The keys, in the order in which they are looked at to forget one.
    round: VecDeque<KeyHash>,
}

struct State<T> {
    shared: Arc<T>,
    /// What its key is called, if anybody has said so.
    name: Option<Box<str>>,
    /// Whether somebody asked for it again, since it was last looked at.
    used: bool,
}

const CAPACITY: usize = 1024;

impl<T> Keyed<T> {
    /// No state yet; `make` makes one for each key.
    pub const fn new(make: fn() -> T) -> Self {
        Keyed { make, states: OnceLock::new() }
    }
}

impl<T: Idle> Keyed<T> {
    /// The state for `key`.
    pub fn get<K: Hash + ?Sized>(&self, key: &K) -> Arc<T> {
        self.find_or_make(key).2
    }

    /// The same, and what the key is called where it is [listed](Keyed::list): `name` is asked once, when the key is new. An
    /// attribute with `key = …` says it by `Display` or, where there is none, by `Debug`.
    ///
    /// ```
    /// use reliable::{CircuitBreaker, Keyed};
    ///
    /// static BREAKERS: Keyed<CircuitBreaker> = Keyed::new(CircuitBreaker::new);
    ///
    /// BREAKERS.get_named(&("api.example.com", 443), || "api.example.com:443".to_owned());
    /// assert_eq!(BREAKERS.list()[0].0, "api.example.com:443");
    /// ```
    pub fn get_named<K: Hash + ?Sized>(&self, key: &K, name: impl FnOnce() -> String) -> Arc<T> {
        let (hash, is_named, state) = self.find_or_make(key);
        if !is_named {
            let name = name().into_boxed_str();
            lock(&self.states().known).name(hash, name);
        }
        state
    }

    fn states(&self) -> &States<T> {
        self.states.get_or_init(States::default)
    }

    /// By what it is known, whether it has a name, and the state.
    fn find_or_make<K: Hash + ?Sized>(&self, key: &K) -> (KeyHash, bool, Arc<T>) {
        let States { hashers, known } = self.states();
        // What is foreign, `Hash`, `make` and the name, is called without the lock: it may ask for a state itself.
        let hash = hashers.hash(key);
        if let Some((is_named, state)) = lock(known).find(hash) {
            return (hash, is_named, state);
        }
        let made = Arc::new((self.make)());
        let (is_named, state) = lock(known).find_or_add(hash, made);
        (hash, is_named, state)
    }

    /// All that it keeps now, each with what its key is called, in the order of these names. The name is empty where no
    /// attribute, nor [`get_named`](Keyed::get_named), has said one.
    ///
    /// ```
    /// use reliable::{CircuitBreaker, CircuitState, Fault, Keyed, circuit_breaker};
    ///
    /// static HOSTS: Keyed<CircuitBreaker> = Keyed::new(|| CircuitBreaker::new().failures(1));
    ///
    /// #[circuit_breaker(HOSTS, key = host)]
    /// async fn fetch(host: &str, dead: bool) -> Result<u32, Fault> {
    ///     if dead { Err(Fault::Policy { tool: "fetch".into(), reason: "dead".into() }) } else { Ok(1) }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let _ = (fetch("b.example.com", true).await, fetch("a.example.com", false).await);
    /// let listed: Vec<_> = HOSTS.list().into_iter().map(|(host, breaker)| (host, breaker.state())).collect();
    /// assert_eq!(
    ///     listed,
    ///     [
    ///         ("a.example.com".to_owned(), CircuitState::Closed),
    ///         ("b.example.com".to_owned(), CircuitState::Open),
    ///     ]
    /// );
    /// # }
    /// ```
    pub fn list(&self) -> Vec<(String, Arc<T>)> {
        let Some(States { known, .. }) = self.states.get() else { return Vec::new() };
        let named = |State { shared, name, .. }: &State<T>| {
            (name.as_deref().unwrap_or_default().to_owned(), Arc::clone(shared))
        };
        let mut listed: Vec<_> = lock(known).states.values().map(named).collect();
        listed.sort_by(|(one, _), (other, _)| one.cmp(other));
        listed
    }
}

fn lock<T>(known: &Mutex<Known<T>>) -> MutexGuard<'_, Known<T>> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Default for States<T> {
    fn default() -> Self {
        let known = Known { states: HashMap::new(), round: VecDeque::new() };
        States { hashers: KeyHashers::default(), known: Mutex::new(known) }
    }
}

impl<T: Idle> Known<T> {
    /// Whether it has a name, and the state.
    fn find(&mut self, hash: KeyHash) -> Option<(bool, Arc<T>)> {
        let state = self.states.get_mut(&hash)?;
        state.used = true;
        Some((state.name.is_some(), Arc::clone(&state.shared)))
    }

    fn name(&mut self, hash: KeyHash, name: Box<str>) {
        if let Some(state) = self.states.get_mut(&hash) {
            state.name.get_or_insert(name);
        }
    }

    /// Another thread may have added it meanwhile.
    fn find_or_add(&mut self, hash: KeyHash, made: Arc<T>) -> (bool, Arc<T>) {
        if let Some(found) = self.find(hash) {
            return found;
        }
        if self.states.len() >= CAPACITY {
            // Two for one: so it shrinks as long as more than half of them can be forgotten, and a new key costs no search.
            self.forget_if_idle();
            self.forget_if_idle();
        }
        self.round.push_back(hash);
        self.states.insert(hash, State { shared: Arc::clone(&made), name: None, used: false });
        (false, made)
    }

    /// Looks at the state whose turn it is. One that was used meanwhile gets another round.
    fn forget_if_idle(&mut self) {
        let Some(hash) = self.round.pop_front() else { return };
        let Some(State { shared, used, .. }) = self.states.get_mut(&hash) else { return };
        // Nobody else has it, and nobody can get it without the lock.
        if !*used && Arc::strong_count(shared) == 1 && shared.is_idle() {
            self.states.remove(&hash);
            return;
        }
        *used = false;
        self.round.push_back(hash);
    }
}

impl<T> fmt::Debug for Keyed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyed").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[derive(Default)]
    struct Busy(AtomicBool);

    impl Busy {
        fn set(&self, busy: bool) {
            self.0.store(busy, Ordering::Relaxed);
        }
    }

    impl Idle for Busy {
        fn is_idle(&self) -> bool {
            !self.0.load(Ordering::Relaxed)
        }
    }

    fn known(keyed: &Keyed<Busy>) -> usize {
        lock(&keyed.states.get().unwrap().known).states.len()
    }

    /// Whether the key has the same state as before, which nobody has kept.
    fn remembers(keyed: &Keyed<Busy>, key: &str) -> bool {
        keyed.get(key).0.swap(true, Ordering::Relaxed)
    }

    #[test]
    fn one_that_was_used_again_is_kept_longer() {
        let keyed = Keyed::new(Busy::default);
        let [first, second] = ["first", "second"].map(|key| Arc::downgrade(&keyed.get(key)));
        keyed.get("first");
        for n in 0..CAPACITY - 1 {
            keyed.get(&n);
        }
        assert!(first.upgrade().is_some(), "it was used after the second");
        assert!(second.upgrade().is_none(), "it was not");
    }

    #[test]
    fn what_is_busy_or_held_is_never_forgotten() {
        let keyed = Keyed::new(Busy::default);
        keyed.get("busy").set(true);
        let held = keyed.get("held");
        for n in 0..5 * CAPACITY {
            keyed.get(&n);
        }
        assert!(remembers(&keyed, "busy"));
        assert!(Arc::ptr_eq(&held, &keyed.get("held")));
        assert_eq!(known(&keyed), CAPACITY);
    }

    #[test]
    fn more_busy_ones_than_the_bound_leave_room_for_as_many_idle_ones() {
        let keyed = Keyed::new(Busy::default);
        for n in 0..3 * CAPACITY {
            keyed.get(&n).set(true);
        }
        for n in 0..20 * CAPACITY {
            keyed.get(&("idle", n));
        }
        assert!((3 * CAPACITY..=6 * CAPACITY + 1).contains(&known(&keyed)), "{}", known(&keyed));
        for n in 0..3 * CAPACITY {
            keyed.get(&n).set(false);
        }
        for n in 0..20 * CAPACITY {
            keyed.get(&("idle", n));
        }
        assert_eq!(known(&keyed), CAPACITY, "they can be forgotten now");
    }

    #[test]
    fn it_is_listed_by_the_name_that_was_said_first_and_only_new_ones_are_asked_for_theirs() {
        static KEYED: Keyed<Busy> = Keyed::new(Busy::default);
        assert!(KEYED.list().is_empty());
        let b = KEYED.get("b");
        KEYED.get("nameless");
        for (key, name) in [("b", "B"), ("a", "A"), ("a", "another")] {
            KEYED.get_named(key, || {
                // What gives the name is foreign, and may ask for a state itself.
                KEYED.get("nameless");
                assert!(name != "another", "it has one");
                name.to_owned()
            });
        }
        let listed = KEYED.list();
        assert_eq!(listed.iter().map(|(name, _)| &**name).collect::<Vec<_>>(), ["", "A", "B"]);
        assert!(Arc::ptr_eq(&listed[2].1, &b));
    }

    /// As a key may do that is itself looked up by key.
    #[test]
    fn a_hash_that_asks_for_a_state_gets_one() {
        static KEYED: Keyed<Busy> = Keyed::new(Busy::default);
        struct Asks;
        impl Hash for Asks {
            fn hash<H: std::hash::Hasher>(&self, hasher: &mut H) {
                KEYED.get("inner").set(true);
                hasher.write_u8(0);
            }
        }
        let (done, is_done) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            KEYED.get(&Asks);
            done.send(()).unwrap();
        });
        assert_eq!(is_done.recv_timeout(std::time::Duration::from_secs(20)), Ok(()));
        assert!(remembers(&KEYED, "inner"));
    }
}
