//! The option `max_wait`, of those attributes that let a call wait for room.

use crate::errors::Errors;
use crate::options::Options;
use crate::options::rows::{Row, Takes};

pub(crate) const MAX_WAIT: Row =
    Row::policy("max_wait", Takes::Duration).also(&["timeout", "wait", "max_delay", "wait_at_most", "queue_timeout"]);

/// That nobody waits.
pub(crate) const REJECT: Row = Row::policy("reject", Takes::Nothing);

/// Refuses it beside an option that lets nobody wait.
pub(crate) fn check(options: &Options, errors: &mut Errors) {
    let contradiction = "`reject` lets nobody wait, and `max_wait` lets them for a while: remove one of them";
    options.contradict(REJECT.key, &[MAX_WAIT.key], contradiction, errors);
}
