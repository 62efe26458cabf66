//! The option `idempotency_key` of `#[retry]`: what tells a service that a request is the same one again.

use std::any::type_name;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use crate::base::{flow_time, path};

/// A name for one call, so that a service which has seen it can answer without doing the work twice.
///
/// `#[retry(idempotency_key)]` makes one for each call of the function, and the body finds it under this name, the same at
/// every attempt:
///
/// ```
/// use reliable::retry;
/// # use std::sync::Mutex;
/// # static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
/// # async fn post(_: &str, header: (&str, String)) -> Result<u32, String> {
/// #     let mut seen = SEEN.lock().unwrap();
/// #     seen.push(header.1);
/// #     if seen.len() == 1 { Err("503".to_owned()) } else { Ok(42) }
/// # }
///
/// #[retry(max = 3, idempotency_key)]
/// async fn pay(invoice: &str) -> Result<u32, String> {
///     post(invoice, ("Idempotency-Key", idempotency_key.to_string())).await
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// assert_eq!(pay("2026-001").await, Ok(42)); // at the second attempt
/// # pay("2026-002").await.unwrap();
/// # let seen = SEEN.lock().unwrap();
/// # assert!(seen[0] == seen[1] && seen[1] != seen[2]);
/// # }
/// ```
///
/// It is a value: so it is stable wherever it gets to, in another task or thread too, and where no `#[retry]` keeps it
/// stable it does not exist. A function which calls another annotated one keeps its own key, as the inner one
/// does.
///
/// It lasts as long as the call: a call that is made again by the caller, or after a restart, has another one. In the flow of a
/// durable run it is the same after a restart, and so is that of `#[durable(idempotency_key)]`; inside of a recorded call it is
/// a new one. What must hold for longer still is a name that your
/// data has already, such as the number of the invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(u128);

impl IdempotencyKey {
    /// A new one, different from all others: 122 random bits, from the keys that the standard library draws for its hash
    /// maps.
    ///
    /// ```
    /// use reliable::IdempotencyKey;
    ///
    /// assert_ne!(IdempotencyKey::new(), IdempotencyKey::new());
    /// ```
    #[expect(clippy::new_without_default, reason = "no two are the same, and a default is one value")]
    pub fn new() -> Self {
        IdempotencyKey::of_bits(random_bits())
    }

    /// The one of the next call of the function with this path: a [new](IdempotencyKey::new) one, and in the flow of a durable run
    /// one that is the same after a restart. It comes there of the random seed of the run, of the path, and of how often the
    /// function was called before.
    ///
    /// It is what `#[retry(idempotency_key)]` writes for a function that has a `name`.
    ///
    /// ```
    /// use reliable::IdempotencyKey;
    ///
    /// assert_ne!(IdempotencyKey::of_call("bank::pay"), IdempotencyKey::of_call("bank::pay"));
    /// ```
    pub fn of_call(path: &str) -> Self {
        IdempotencyKey::of_next(|| path.to_owned())
    }

    /// The same for the function of this name in which the closure stands, in this module: the path of the closure, which is never
    /// called, tells a method from that of another type.
    ///
    /// It is what `#[retry(idempotency_key)]` writes.
    ///
    /// ```
    /// use reliable::IdempotencyKey;
    ///
    /// fn pay() -> IdempotencyKey {
    ///     IdempotencyKey::of_call_here("pay", || {}, module_path!())
    /// }
    ///
    /// assert_ne!(pay(), pay());
    /// ```
    pub fn of_call_here<F: FnOnce()>(tool: &str, here: F, module: &str) -> Self {
        let _ = here;
        IdempotencyKey::of_next(|| path::known(Some(type_name::<F>()), module, tool))
    }

    fn of_next(path: impl FnOnce() -> String) -> Self {
        let of = |path: String| format!("{path}/retry");
        flow_time::flow().map_or_else(IdempotencyKey::new, |flow| IdempotencyKey::of_bits(flow.random_of(&of(path()))))
    }

    /// The one of this call of the run that has this random seed: the same in each process, on each machine, and with each
    /// version of the compiler. That is why it is a hash of our own (FNV-1a).
    #[cfg(feature = "durable")]
    pub(crate) fn of(seed: u128, path: &str, number: u32) -> Self {
        const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        const PRIME: u128 = (1 << 88) + 0x13b;
        let (seed, number) = (seed.to_le_bytes(), number.to_le_bytes());
        let bytes = seed.iter().chain(path.as_bytes()).chain(&number);
        IdempotencyKey::of_bits(bytes.fold(OFFSET, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME)))
    }

    #[cfg(feature = "durable")]
    pub(crate) fn bits(self) -> u128 {
        self.0
    }

    fn of_bits(random: u128) -> Self {
        const VERSION: u128 = 0xf << 76;
        const VARIANT: u128 = 0b11 << 62;
        IdempotencyKey(random & !VERSION & !VARIANT | 4 << 76 | 0b10 << 62)
    }
}

/// From the keys that the standard library draws for its hash maps.
pub(crate) fn random_bits() -> u128 {
    let half = || u128::from(RandomState::new().hash_one(()));
    half() << 64 | half()
}

impl fmt::Display for IdempotencyKey {
    /// As a random UUID (version 4), which services ask for: `67e55044-10b1-426f-9247-bb680e5fe0c8`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = |from: u32, count: u32| self.0 >> from & ((1 << count) - 1);
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            bits(96, 32),
            bits(80, 16),
            bits(64, 16),
            bits(48, 16),
            bits(0, 48)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn keys_are_random_uuids() {
        let keys: HashSet<String> = (0..1000).map(|_| IdempotencyKey::new().to_string()).collect();
        assert_eq!(keys.len(), 1000);
        for key in &keys {
            assert_eq!(key.len(), 36);
            assert_eq!(key.match_indices('-').map(|(at, _)| at).collect::<Vec<_>>(), [8, 13, 18, 23], "{key}");
            assert_eq!(&key[14..15], "4");
            assert!(["8", "9", "a", "b"].contains(&&key[19..20]), "{key}");
        }
    }

    #[cfg(feature = "durable")]
    #[test]
    fn each_call_of_each_run_has_its_key() {
        let of = |seed: u128, path: &str| (1..=100).map(move |number| IdempotencyKey::of(seed, path, number)).collect();
        let runs = [0, 1, 2, u128::MAX, 1 << 76, 1 << 62, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef];
        let paths = ["", "pay", "bank::pay", "bank::pey", "pay\u{1}"];
        let all: Vec<Vec<_>> = runs.iter().flat_map(|seed| paths.map(|path| of(*seed, path))).collect();
        let distinct: HashSet<_> = all.iter().flatten().collect();
        assert_eq!(distinct.len(), 100 * runs.len() * paths.len());
    }

    #[cfg(feature = "durable")]
    #[test]
    fn the_key_of_a_call_never_changes() {
        let key = IdempotencyKey::of(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8, "bank::pay", 2);
        assert_eq!(key.to_string(), "efd8f710-17b7-4d7f-9d82-3b7f2caab0ae");
    }

    #[test]
    fn all_of_a_key_is_written() {
        let key = IdempotencyKey(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
        assert_eq!(key.to_string(), "67e55044-10b1-426f-9247-bb680e5fe0c8");
    }
}
