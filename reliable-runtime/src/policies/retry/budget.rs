//! The option `budget` of `#[retry]`: many calls share what may be spent on retries.

#![cfg_attr(all(test, loom), allow(dead_code, reason = "loom's atomics can't be made in a `const fn`"))]

use std::ptr;

use crate::base::sync::{AtomicU64, Ordering};

/// A purse for the retries of many calls: each retry takes something out, each success puts a little in. While it is
/// empty nothing is retried, so that a service which is down gets no more than its first calls.
///
/// It never stops a first call. It is shared by all that name it, so it belongs in a `static` or in a client of yours:
///
/// ```
/// use reliable::{RetryBudget, retry};
/// # use std::sync::atomic::{AtomicU32, Ordering};
/// # static CALLS: AtomicU32 = AtomicU32::new(0);
///
/// static WEATHER: RetryBudget = RetryBudget::new(4);
///
/// #[retry(max = 3, budget = WEATHER)]
/// async fn forecast(city: &str) -> Result<String, String> {
/// #   CALLS.fetch_add(1, Ordering::Relaxed);
///     Err("503".to_owned()) // down today
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// forecast("Oslo").await.unwrap_err(); // 4 calls, 3 of them retries
/// forecast("Oslo").await.unwrap_err(); // 2 calls: one retry was left
/// forecast("Oslo").await.unwrap_err(); // 1 call
/// # assert_eq!(CALLS.load(Ordering::Relaxed), 7);
/// assert!(WEATHER.tokens() < 1.0);
/// # }
/// ```
///
/// [`new`](RetryBudget::new) is the plain one; [`aws`](RetryBudget::aws) and [`grpc`](RetryBudget::grpc) are those of
/// well-known clients. The state is one atomic number: no lock, and no clock.
#[derive(Debug)]
#[must_use = "a budget does nothing until a retry asks it"]
pub struct RetryBudget {
    tokens: AtomicU64,
    rules: Rules,
}

/// In thousandths of a token, because a success may be worth less than one.
#[derive(Debug, Clone, Copy)]
struct Rules {
    capacity: u64,
    /// What a retry takes, and what it takes after a timeout.
    retry: Paid,
    after_timeout: Paid,
    /// What every failure that is worth a retry takes, whether a retry follows or not.
    failure: u64,
    /// Retries stop at this level already.
    floor: u64,
    /// What a success puts in.
    refund: u64,
    /// Whether a success after a retry puts in what the retry took, instead.
    pays_back: bool,
}

const TOKEN: u64 = 1000;
const MOST: u32 = 1_000_000;

#[cfg(not(all(test, loom)))]
impl RetryBudget {
    /// Full, with room for so many tokens. A retry takes 1, and a success puts in 0.1: once the purse is empty, there is
    /// one retry for ten successes, the share that Google's SRE book recommends for a client.
    ///
    /// # Panics
    /// If `tokens` is 0 or above a million.
    pub const fn new(tokens: u32) -> Self {
        assert!(tokens > 0 && tokens <= MOST, "the tokens of a retry budget must be between 1 and 1000000");
        let capacity = tokens as u64 * TOKEN;
        let refund = TOKEN / 10;
        let rules = Rules {
            capacity,
            retry: Paid::tokens(1),
            after_timeout: Paid::tokens(1),
            failure: 0,
            floor: 0,
            refund,
            pays_back: false,
        };
        RetryBudget::full(rules)
    }

    const fn full(rules: Rules) -> Self {
        RetryBudget { tokens: AtomicU64::new(rules.capacity), rules }
    }

    /// What a retry takes, in tokens. Default: 1.
    ///
    /// # Panics
    /// If it is 0 or above a million.
    pub const fn cost(mut self, tokens: u32) -> Self {
        assert!(tokens > 0 && tokens <= MOST, "`cost` of a retry budget must be between 1 and 1000000");
        self.rules.retry = Paid::tokens(tokens);
        self.rules.after_timeout = self.rules.retry;
        self
    }

    /// What a success puts in, in tokens; exact to a thousandth. Default: 0.1.
    ///
    /// # Panics
    /// If it is negative, above a million or no number.
    pub const fn refund(mut self, tokens: f64) -> Self {
        assert!(tokens >= 0.0 && tokens <= MOST as f64, "`refund` of a retry budget must be between 0 and 1000000");
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is between 0 and a thousand million"
        )]
        let thousandths = (tokens * 1000.0 + 0.5) as u64;
        self.rules.refund = thousandths;
        self
    }

    /// The retry quota of the AWS SDKs in their "standard" mode: 500 tokens; a retry takes 5, after a timeout 10; a success
    /// at the first attempt puts in 1, a success after a retry what the last retry took.
    ///
    /// Source: the AWS SDKs and Tools Reference Guide, "Retry behavior", and botocore's `RetryQuotaChecker`. There a
    /// timeout is one of the connection; here it is a [`Fault::TimedOut`](crate::said::fault::Fault::TimedOut).
    pub const fn aws() -> Self {
        RetryBudget::full(Rules {
            capacity: 500 * TOKEN,
            retry: Paid::tokens(5),
            after_timeout: Paid::tokens(10),
            failure: 0,
            floor: 0,
            refund: TOKEN,
            pays_back: true,
        })
    }

    /// The retry throttling of gRPC, with the values of its own example: 10 tokens (`maxTokens`); every failure takes 1,
    /// every success puts in 0.1 (`tokenRatio`), and nothing is retried while there are 5 tokens or fewer.
    ///
    /// A failure is one that is worth a retry, whether a retry follows or not, so that failing first calls turn the
    /// retries off, too. Source: gRPC proposal A6, "Throttling Retry Attempts and Hedged RPCs", and the
    /// `RetryThrottlingPolicy` of its service config.
    pub const fn grpc() -> Self {
        RetryBudget::full(Rules {
            capacity: 10 * TOKEN,
            retry: Paid::NOTHING,
            after_timeout: Paid::NOTHING,
            failure: TOKEN,
            floor: 5 * TOKEN,
            refund: TOKEN / 10,
            pays_back: false,
        })
    }
}

impl RetryBudget {
    /// The tokens that are left.
    pub fn tokens(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most a thousand million")]
        let thousandths = self.tokens.load(Ordering::Relaxed) as f64;
        thousandths / 1000.0
    }

    /// A call failed with an error that is worth a retry.
    pub(crate) fn note_failure(&self) {
        if self.rules.failure > 0 {
            self.change(|tokens| Some(tokens.saturating_sub(self.rules.failure)));
        }
    }

    /// Pays for a retry, and says what it took; `None` if there is not enough for one.
    pub(crate) fn pay(&self, timed_out: bool) -> Option<Paid> {
        let paid @ Paid(price) = if timed_out { self.rules.after_timeout } else { self.rules.retry };
        let afford = |tokens: u64| if tokens > self.rules.floor { tokens.checked_sub(price.into()) } else { None };
        self.change(afford).then_some(paid)
    }

    /// A call went well; `paid` is what its last retry took.
    pub(crate) fn note_success(&self, paid: Paid) {
        let Rules { capacity, refund, pays_back, .. } = self.rules;
        let put_in = if pays_back && paid != Paid::NOTHING { u64::from(paid.0) } else { refund };
        self.change(|tokens| (tokens < capacity).then(|| tokens.saturating_add(put_in).min(capacity)));
    }

    /// A retry that was paid for never came.
    fn put_back(&self, Paid(paid): Paid) {
        self.change(|tokens| Some(tokens.saturating_add(paid.into()).min(self.rules.capacity)));
    }

    /// Whether the number of tokens could be changed. Nothing else is guarded by it, so no order is asked for.
    fn change(&self, to: impl FnMut(u64) -> Option<u64>) -> bool {
        self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, to).is_ok()
    }
}

/// What a retry takes from its budget, in thousandths; small, because every call under a `#[retry]` has one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Paid(u32);

impl Paid {
    pub(crate) const NOTHING: Paid = Paid(0);

    const fn tokens(tokens: u32) -> Paid {
        Paid(tokens * 1000)
    }
}

/// What was taken for a retry that is still to come. Dropped before, because the call was cancelled, it is put back.
#[derive(Debug)]
pub(crate) struct UntilRetried<'a> {
    budget: &'a RetryBudget,
    paid: Paid,
}

impl<'a> UntilRetried<'a> {
    #[inline]
    pub(crate) fn new(budget: &'a RetryBudget, paid: Paid) -> Self {
        UntilRetried { budget, paid }
    }

    #[inline]
    pub(crate) fn spend(mut self) {
        self.paid = Paid::NOTHING;
    }
}

impl Drop for UntilRetried<'_> {
    fn drop(&mut self) {
        if self.paid != Paid::NOTHING {
            self.budget.put_back(self.paid);
        }
    }
}

/// A budget is equal to itself only: another one with as many tokens is another one.
impl PartialEq for RetryBudget {
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self, other)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn left(budget: &RetryBudget) -> u64 {
        budget.tokens.load(Ordering::Relaxed)
    }

    #[test]
    fn aws_gives_back_what_the_last_retry_took() {
        let budget = RetryBudget::aws();
        budget.pay(false).unwrap();
        let paid = budget.pay(true).unwrap();
        assert_eq!(left(&budget), 485 * TOKEN);
        budget.note_success(paid);
        assert_eq!(left(&budget), 495 * TOKEN);
        budget.note_success(Paid::NOTHING);
        assert_eq!(left(&budget), 496 * TOKEN);
        budget.note_failure();
        assert_eq!(left(&budget), 496 * TOKEN, "only retries cost");
    }

    #[test]
    fn aws_has_a_hundred_retries_or_fifty_after_timeouts() {
        let retries = |timed_out| {
            let budget = RetryBudget::aws();
            std::iter::from_fn(|| budget.pay(timed_out)).count()
        };
        assert_eq!((retries(false), retries(true)), (100, 50));
    }

    #[test]
    fn grpc_stops_at_half_and_begins_again_above_it() {
        let budget = RetryBudget::grpc();
        for _ in 0..4 {
            budget.note_failure();
            assert!(budget.pay(false).is_some());
        }
        budget.note_failure();
        assert_eq!(left(&budget), 5 * TOKEN);
        assert!(budget.pay(false).is_none(), "half is too little");
        budget.note_success(Paid::NOTHING);
        assert!(budget.pay(false).is_some(), "a tenth more is not");
        for _ in 0..20 {
            budget.note_failure();
        }
        assert_eq!(left(&budget), 0);
    }

    #[test]
    fn the_numbers_are_exact() {
        let budget = RetryBudget::new(3).cost(2).refund(0.1);
        assert!(budget.pay(false).is_some());
        assert!(budget.pay(false).is_none(), "1 of 2 tokens is not enough");
        (0..9).for_each(|_| budget.note_success(Paid::NOTHING));
        assert!(budget.pay(false).is_none());
        budget.note_success(Paid::NOTHING);
        assert!(budget.pay(false).is_some(), "ten tenths are one");
        assert_eq!(left(&budget), 0);
    }

    #[test]
    fn no_token_is_made_or_lost_between_threads() {
        let budget = RetryBudget::new(1000).refund(1.0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..250 {
                        let paid = budget.pay(false).unwrap();
                        budget.note_success(paid);
                        budget.pay(false);
                    }
                });
            }
        });
        assert_eq!(left(&budget), 0);
    }

    fn budgets() -> impl Strategy<Value = RetryBudget> {
        let own =
            (1..=MOST, 1..=MOST, 0.0..1e6).prop_map(|(n, cost, back)| RetryBudget::new(n).cost(cost).refund(back));
        prop_oneof![own, Just(()).prop_map(|()| RetryBudget::aws()), Just(()).prop_map(|()| RetryBudget::grpc())]
    }

    proptest! {
        #[test]
        fn the_tokens_stay_between_nothing_and_the_capacity(
            budget in budgets(), calls in prop::collection::vec((0_u8..4, any::<bool>()), 0..200),
        ) {
            let mut paid = Paid::NOTHING;
            for (what, timed_out) in calls {
                let before = left(&budget);
                match what {
                    0 => budget.note_failure(),
                    1 => budget.note_success(std::mem::replace(&mut paid, Paid::NOTHING)),
                    _ => {
                        paid = budget.pay(timed_out).unwrap_or(Paid::NOTHING);
                        prop_assert_eq!(left(&budget), before - u64::from(paid.0));
                    }
                }
                prop_assert!(left(&budget) <= budget.rules.capacity);
            }
        }
    }
}
