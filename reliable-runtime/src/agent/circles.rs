//! How often in a row an action met the same result.

use std::collections::HashMap;
use std::mem::swap;

use crate::said::words::told;

/// An action and what it came to, by their digests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) action: u64,
    pub(crate) result: u64,
}

/// What a run knows of its circles.
#[derive(Debug, Default)]
pub(crate) struct Circles {
    repeats: Repeats,
    nudge: Option<Nudge>,
    /// How often it was, when that was once too often.
    pub(crate) stuck: Option<u32>,
}

/// What the model is told before it is too late.
#[derive(Debug, Clone)]
pub(crate) struct Nudge {
    action: u64,
    words: String,
    last_step: u32,
}

impl Circles {
    /// Counts it: how often in a row that was, if once more ends the run. `Err` if it was once too often.
    pub(crate) fn count(&mut self, seen: Seen, max: Option<u32>) -> Result<Option<u32>, u32> {
        self.nudge.take_if(|nudge| nudge.action == seen.action);
        let Some(max) = max else { return Ok(None) };
        let times = self.repeats.count(seen);
        if times >= max {
            self.stuck = Some(times);
            return Err(times);
        }
        Ok((times > 1 && times + 1 == max).then_some(times))
    }

    /// Keeps it to the end of this step.
    pub(crate) fn keep(&mut self, nudge: Nudge, last_step: u32) {
        self.nudge = Some(Nudge { last_step, ..nudge });
    }

    pub(crate) fn nudge_in(&self, step: u32) -> Option<&str> {
        self.nudge.as_ref().filter(|nudge| step <= nudge.last_step).map(|nudge| &*nudge.words)
    }
}

impl Nudge {
    /// Of an action that is called `name`, if it has one.
    pub(crate) fn new(action: u64, name: &str, times: u32) -> Nudge {
        let what = if name.is_empty() { "the same action".to_owned() } else { format!("`{}`", told(&name)) };
        let words = format!(
            "{what} came to the same result {times} times in a row, and one more time ends the run: do something else."
        );
        Nudge { action, words, last_step: 0 }
    }
}

/// What each action came to last. An action is forgotten when it was not seen again among the last 10,000 others: so what
/// is kept has a bound, and a loop of up to that many actions is noticed however long the run was before.
#[derive(Debug, Default)]
struct Repeats {
    lately: HashMap<u64, Met>,
    /// Before that: this is what is forgotten, all at once, when `lately` is full.
    before: HashMap<u64, Met>,
}

#[derive(Debug)]
struct Met {
    result: u64,
    times: u32,
}

const REMEMBERED: usize = 10_000;

impl Repeats {
    /// How often in a row this action has met this result.
    fn count(&mut self, Seen { action, result }: Seen) -> u32 {
        let last = self.lately.remove(&action).or_else(|| self.before.remove(&action));
        let times = last.filter(|last| last.result == result).map_or(1, |last| last.times.saturating_add(1));
        if self.lately.len() == REMEMBERED {
            swap(&mut self.lately, &mut self.before);
            self.lately.clear();
        }
        self.lately.insert(action, Met { result, times });
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(repeats: &mut Repeats, action: u64) -> u32 {
        repeats.count(Seen { action, result: 0 })
    }

    #[test]
    fn a_loop_of_ten_thousand_actions_is_noticed_after_any_time() {
        let mut repeats = Repeats::default();
        for other in 1_000_000..1_012_345 {
            assert_eq!(last(&mut repeats, other), 1);
        }
        for times in 1..=3 {
            assert!((0..=REMEMBERED as u64).all(|action| last(&mut repeats, action) == times));
        }
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let mut repeats = Repeats::default();
        for action in 0..100_000 {
            last(&mut repeats, action);
            assert!(repeats.lately.len() <= REMEMBERED && repeats.before.len() <= REMEMBERED);
        }
    }
}
