//! A rate limit whose calls cost more than one, whatever they cost, when they come, give up, or are found to have cost less.

use std::time::Duration;

use proptest::prelude::*;
use reliable::RateLimit;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// Times are in milliseconds, in each of which one comes back.
#[derive(Debug, Clone, Copy)]
struct Call {
    after_the_one_before: u64,
    cost: u32,
    gives_up_after: Option<u64>,
    /// What it really was, in percent, and how much later that is known.
    used: Option<(u32, u64)>,
}

#[derive(Debug, Clone, Copy)]
struct Went {
    call: usize,
    came: u64,
    /// When it was let through.
    at: u64,
    took: i64,
    /// When it gave how much of that back.
    gave_back: (u64, i64),
}

const BURST: u32 = 40;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn call(gives_up: bool, corrects: bool) -> impl Strategy<Value = Call> {
    let gives_up_after = prop::option::weighted(0.3, 1..60_u64);
    let used = prop::option::weighted(0.6, (0..=100_u32, 0..80_u64));
    (1..30_u64, 0..BURST + 3, gives_up_after, used).prop_map(move |(after_the_one_before, cost, give_up, used)| Call {
        after_the_one_before,
        cost,
        gives_up_after: give_up.filter(|_| gives_up),
        used: used.filter(|_| corrects),
    })
}

fn calls(gives_up: bool, corrects: bool) -> impl Strategy<Value = Vec<Call>> {
    prop::collection::vec(call(gives_up, corrects), 1..20)
}

async fn make(limit: &'static RateLimit, call: usize, calls: Vec<Call>, began: Instant) -> Option<Went> {
    let came: u64 = calls[..=call].iter().map(|call| call.after_the_one_before).sum();
    sleep_until(began + ms(came)).await;
    let Call { cost, gives_up_after, used, .. } = calls[call];
    let reserved = timeout(ms(gives_up_after.unwrap_or(1_000_000)), limit.reserve("call", cost)).await.ok()?.ok()?;
    let at = u64::try_from(began.elapsed().as_millis()).unwrap();
    let (percent, later) = used.unwrap_or((100, 0));
    sleep(ms(later)).await;
    let took = cost * percent / 100;
    reserved.commit(took);
    Some(Went { call, came, at, took: cost.into(), gave_back: (at + later, (cost - took).into()) })
}

/// Makes all of them at once, and gives those that were let through, in that order.
fn went(calls: &[Call]) -> Vec<Went> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let limit: &'static RateLimit = Box::leak(Box::new(RateLimit::per_second(1000).burst(BURST)));
        let began = Instant::now();
        let mut running = JoinSet::new();
        for call in 0..calls.len() {
            running.spawn(make(limit, call, calls.to_vec(), began));
        }
        let mut went: Vec<Went> = running.join_all().await.into_iter().flatten().collect();
        went.sort_by_key(|went| (went.at, went.call));
        went
    })
}

proptest! {
    /// Each at the instant that a bucket with a clock says, written down without a thought for speed.
    #[test]
    fn each_is_let_through_at_its_instant(calls in calls(false, false)) {
        let went = went(&calls);
        let (mut now, mut full_at, mut expected) = (0, 0, Vec::new());
        for (call, Call { after_the_one_before, cost, .. }) in calls.iter().enumerate() {
            now += after_the_one_before;
            if *cost > BURST {
                continue;
            }
            let taken = full_at.max(now) + u64::from(*cost);
            let at = if *cost == 0 { now } else { now.max(taken.saturating_sub(BURST.into())) };
            full_at = taken;
            expected.push((call, at));
        }
        expected.sort_by_key(|(call, at)| (*at, *call));
        prop_assert_eq!(went.iter().map(|went| (went.call, went.at)).collect::<Vec<_>>(), expected);
    }

    /// In no time is more let through than the bucket holds, what comes back meanwhile, and what is given back in it: so
    /// those who gave up took nothing, and nothing is given back twice.
    #[test]
    fn no_more_is_let_through_than_the_rate_says(calls in calls(true, true)) {
        let went = went(&calls);
        for (i, first) in went.iter().enumerate() {
            for last in &went[i..] {
                let is_between = |at: u64| (first.at..=last.at).contains(&at);
                let took: i64 = went.iter().filter(|went| is_between(went.at)).map(|went| went.took).sum();
                let back = went.iter().map(|went| went.gave_back).filter(|(at, _)| is_between(*at));
                let most = i64::from(BURST) + i64::try_from(last.at - first.at).unwrap() + back.map(|(_, back)| back).sum::<i64>();
                prop_assert!(took <= most, "{took} and not {most} from {first:?} to {last:?} of {went:?}");
            }
        }
    }

    /// Neither is more used than the bucket holds and what comes back meanwhile, as far as it is known by then: what has come
    /// back by itself is not given back again, however late.
    #[test]
    fn no_more_is_used_than_the_rate_says(calls in calls(true, true)) {
        let went = went(&calls);
        for (i, first) in went.iter().enumerate() {
            for last in &went[i..] {
                let used = |went: &Went| went.took - if went.gave_back.0 <= last.at { went.gave_back.1 } else { 0 };
                let used: i64 = went.iter().filter(|went| (first.at..=last.at).contains(&went.at)).map(used).sum();
                let most = i64::from(BURST) + i64::try_from(last.at - first.at).unwrap();
                prop_assert!(used <= most, "{used} and not {most} from {first:?} to {last:?} of {went:?}");
            }
        }
    }

    /// What is given back makes nobody wait for longer.
    #[test]
    fn who_gives_up_or_needs_less_makes_nobody_wait_for_longer(calls in calls(true, true)) {
        let stubborn: Vec<Call> = calls.iter().map(|call| Call { gives_up_after: None, used: None, ..*call }).collect();
        let without = went(&stubborn);
        for now in went(&calls) {
            let before = without.iter().find(|before| before.call == now.call).unwrap();
            prop_assert!(now.at <= before.at && now.at >= now.came, "{now:?}, and {before:?} before");
        }
    }
}
