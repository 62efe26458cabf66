//! What is left of the events for `tracing` without that feature: nothing.

use crate::said::event::Event;

#[inline]
pub(crate) fn is_heard() -> bool {
    false
}

#[inline]
pub(crate) fn emit(_: &Event) {}
