//! What the figures of `reliable` should be, beside those of the others in the same run.

use reliable_benches::goal::{Bound, Goal};

use crate::figures::{BY_HAND, CLOCK, Figure, RAW, RELIABLE, find, peers};

const TOKIO: &str = "tokio";
const STACK: &str = "retry + breaker + timeout";
/// What a stack may keep besides the body's own future.
const STACK_BYTES: f64 = 128.0;

/// The cases that go well, as the README has them.
pub const WELL: [&str; 9] = [
    "retry",
    "timeout, ready at once",
    "circuit breaker, closed",
    "bulkhead",
    "rate limit",
    "fallback",
    "failover",
    "approval, yes at once",
    STACK,
];

/// Those which the notes have besides, by their instructions.
pub const COUNTED_TOO: [&str; 2] = ["timeout, pending once", "retry + breaker + timeout, a 48-byte error"];

/// The cases that do not go well, as everyone does them.
pub const FAILING: [&str; 11] = [
    FAILED_ONCE,
    "four failed attempts",
    OPEN,
    "circuit breaker, half-open, no place",
    "bulkhead, full",
    EXHAUSTED,
    "timeout, fires",
    "hedge, the second attempt wins",
    "fallback, answers",
    "fallback + retry + breaker, open",
    "approval, denied",
];
const FAILED_ONCE: &str = "a failed attempt, then a good one";
const OPEN: &str = "circuit breaker, open";
const EXHAUSTED: &str = "rate limit, rejects";
/// With the clock that ours goes by: its own shows no paused one.
const LIKE_FOR_LIKE: &str = "governor by tokio's clock";
/// What it may take to reject a call, besides a look at the clock.
const REJECTION_NS: f64 = 5.0;

pub fn all(figures: &[Figure]) -> Vec<Goal> {
    going_well(figures).into_iter().chain(failing(figures)).collect()
}

fn failing(figures: &[Figure]) -> Vec<Goal> {
    let beside_peers = FAILING.iter().filter_map(|case| {
        let ours = find(figures, case, RELIABLE)?.least_ns;
        let best = peers(figures, case).map(|figure| figure.least_ns).min_by(f64::total_cmp)?;
        Some(Goal::new(format!("{case}: time, beside the best peer"), Some(ours / best), Bound::AtMost(1.0)))
    });
    let once = ratio(figures, FAILED_ONCE, BY_HAND, |figure| Some(figure.least_ns));
    let exhausted = ratio(figures, EXHAUSTED, LIKE_FOR_LIKE, |figure| Some(figure.least_ns));
    let rejection = rejection_ns(figures);
    let mut goals: Vec<Goal> = beside_peers.collect();
    goals.push(Goal::new(format!("{FAILED_ONCE}: time, beside {BY_HAND}"), once, Bound::AtMost(2.0)));
    goals.push(Goal::new(format!("{EXHAUSTED}: time, beside {LIKE_FOR_LIKE}"), exhausted, Bound::AtMost(1.0)));
    goals.push(Goal::new(format!("{OPEN}: ns beside its clock"), rejection, Bound::AtMost(REJECTION_NS)));
    goals
}

fn rejection_ns(figures: &[Figure]) -> Option<f64> {
    Some(find(figures, OPEN, RELIABLE)?.least_ns - find(figures, OPEN, CLOCK)?.least_ns)
}

fn going_well(figures: &[Figure]) -> Vec<Goal> {
    let time = |case, of, most| {
        let name = format!("{case}: time, beside {of}");
        Goal::new(name, ratio(figures, case, of, |figure| Some(figure.least_ns)), Bound::AtMost(most))
    };
    let counted = |case, of| {
        let name = format!("{case}: instructions, beside {of}");
        Goal::new(name, ratio(figures, case, of, |figure| figure.instructions), Bound::None)
    };
    vec![
        time("retry", BY_HAND, 1.1),
        counted("retry", BY_HAND),
        time("timeout, ready at once", BY_HAND, 1.5),
        time("timeout, ready at once", TOKIO, 0.35),
        time("timeout, pending once", TOKIO, 1.05),
        counted("timeout, pending once", TOKIO),
        time("circuit breaker, closed", BY_HAND, 1.5),
        counted("circuit breaker, closed", BY_HAND),
        time(STACK, BY_HAND, 1.5),
        counted(STACK, BY_HAND),
        Goal::new(format!("{STACK}: the best peer's time, beside ours"), best_peer(figures), Bound::AtLeast(10.0)),
        Goal::new("allocations beyond those by hand, in the worst case", allocations(figures), Bound::AtMost(0.0)),
        Goal::new(format!("{STACK}: bytes beside the body's future"), stack(figures), Bound::AtMost(STACK_BYTES)),
    ]
}

fn ratio(figures: &[Figure], case: &str, of: &str, what: impl Fn(&Figure) -> Option<f64>) -> Option<f64> {
    Some(what(find(figures, case, RELIABLE)?)? / what(find(figures, case, of)?)?)
}

fn best_peer(figures: &[Figure]) -> Option<f64> {
    let ours = find(figures, STACK, RELIABLE)?.least_ns;
    peers(figures, STACK).map(|figure| figure.least_ns / ours).min_by(f64::total_cmp)
}

#[expect(clippy::cast_precision_loss, reason = "a handful")]
fn allocations(figures: &[Figure]) -> Option<f64> {
    let ours = figures.iter().filter(|figure| figure.contender == RELIABLE);
    let beyond = ours.filter_map(|figure| {
        let by_hand = find(figures, &figure.case, BY_HAND)?;
        Some(figure.allocations.saturating_sub(by_hand.allocations) as f64)
    });
    beyond.max_by(f64::total_cmp)
}

#[expect(clippy::cast_precision_loss, reason = "a future is small")]
fn stack(figures: &[Figure]) -> Option<f64> {
    let (ours, body) = (find(figures, STACK, RELIABLE)?, find(figures, STACK, RAW)?);
    Some(ours.future_bytes as f64 - body.future_bytes as f64)
}
