//! The time of a store.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};

use crate::moment;

/// Goes by the clock on the wall, and by tokio's: whichever is ahead. So a computer that slept has missed nothing, and a clock on
/// the wall that is set back does not take time back. Where a test has paused tokio's clock, that one alone counts.
///
/// It is one for all stores of the process: else one that is opened later could be behind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    wall: SystemTime,
    instant: Instant,
}

/// So long at most somebody sleeps without looking at the clock on the wall.
const LOOK: Duration = Duration::from_secs(60);

impl Clock {
    pub(crate) fn of_this_process() -> Self {
        // Tokio's may be ahead already, where it is a paused one.
        static CLOCK: LazyLock<Clock> =
            LazyLock::new(|| Clock { wall: SystemTime::now(), instant: std::time::Instant::now().into() });
        *CLOCK
    }

    pub(crate) fn now(&self) -> SystemTime {
        let before = std::time::Instant::now();
        let tokio = Instant::now();
        let is_paused = tokio.into_std() < before || tokio.into_std() > std::time::Instant::now();
        let wall = if is_paused { self.wall } else { SystemTime::now() };
        self.at(wall, tokio.saturating_duration_since(self.instant))
    }

    /// To the millisecond, as it is written down.
    fn at(&self, wall: SystemTime, elapsed: Duration) -> SystemTime {
        moment::cut(wall.max(self.wall + elapsed))
    }

    /// Waits until then.
    pub(crate) async fn sleep(&self, until: SystemTime) {
        while self.now() < until {
            sleep(self.step(until)).await;
        }
    }

    /// So long somebody who waits until then may wait before it looks at this clock again.
    pub(crate) fn step(&self, until: SystemTime) -> Duration {
        until.duration_since(self.now()).unwrap_or_default().min(LOOK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_clock_that_is_set_back_takes_no_time_back_and_one_that_went_on_counts() {
        let clock = Clock::of_this_process();
        let began = moment::cut(clock.wall);
        assert_eq!(clock.at(clock.wall - 24 * HOUR, HOUR), began + HOUR, "set back by a day");
        assert_eq!(clock.at(clock.wall + 2 * HOUR, HOUR), began + 2 * HOUR, "the computer slept for an hour");
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_moves_it() {
        let clock = Clock::of_this_process();
        let began = clock.now();
        clock.sleep(began + 48 * HOUR).await;
        assert!(clock.now() >= began + 48 * HOUR);
    }
}
