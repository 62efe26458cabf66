//! Events for `tracing`: the target is `reliable`, the fields are those of the event.

use std::time::Duration;

use tracing::level_filters::LevelFilter;
use tracing::{debug, info, warn};

use crate::Event;

/// Whether there is a subscriber at all.
pub(crate) fn is_heard() -> bool {
    LevelFilter::current() != LevelFilter::OFF
}

pub(crate) fn emit(event: &Event) {
    let tool = event.tool();
    let words = event.to_string();
    match event {
        Event::Retrying { attempt, error, pause, .. } => {
            warn!(target: "reliable", tool, attempt, error, pause_ms = ms(*pause), "{words}");
        }
        Event::Recovered { attempts, .. } => info!(target: "reliable", tool, attempts, "{words}"),
        Event::GaveUp { attempts, error, reason, .. } => {
            warn!(target: "reliable", tool, attempts, error, %reason, "{words}");
        }
        Event::TimedOut { limit, .. } => warn!(target: "reliable", tool, limit_ms = ms(*limit), "{words}"),
        Event::Hedged { attempt, .. } | Event::RaceWon { attempt, .. } => {
            info!(target: "reliable", tool, attempt, "{words}");
        }
        Event::FellBack { error, .. } => warn!(target: "reliable", tool, error, "{words}"),
        Event::Circuit { state, .. } => warn!(target: "reliable", tool, %state, "{words}"),
        Event::Rejected { fault, .. } | Event::Overruled { fault, .. } => {
            warn!(target: "reliable", tool, %fault, "{words}");
        }
        Event::Waited { by, waited, .. } => {
            debug!(target: "reliable", tool, by = &**by, waited_ms = ms(*waited), "{words}");
        }
        Event::Injected { what, .. } => warn!(target: "reliable", tool, what, "{words}"),
        Event::Approved { by, waited, .. } => info!(target: "reliable", tool, by, waited_ms = ms(*waited), "{words}"),
        Event::Refused { fault, by, waited, .. } => {
            warn!(target: "reliable", tool, by, %fault, waited_ms = ms(*waited), "{words}");
        }
        Event::Step { step, max_steps, .. } => debug!(target: "reliable", agent = tool, step, max_steps, "{words}"),
        Event::Charged { usd, tokens, .. } => {
            debug!(target: "reliable", agent = tool, usd_micros = usd.as_micros(), tokens, "{words}");
        }
        Event::ChargeRefused { fault, .. } => warn!(target: "reliable", agent = tool, %fault, "{words}"),
        Event::Finished { steps, .. } => info!(target: "reliable", agent = tool, steps, "{words}"),
        Event::Failed { steps, .. } => warn!(target: "reliable", agent = tool, steps, "{words}"),
        Event::Stopped { fault, .. } => warn!(target: "reliable", agent = tool, %fault, "{words}"),
    }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
