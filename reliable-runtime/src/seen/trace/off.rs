//! What is left of the events for `tracing` without that feature: nothing.

use crate::said::event::{Event, Which};

#[inline]
pub(crate) fn is_anyone_there() -> bool {
    false
}

#[inline]
pub(crate) fn is_here() -> bool {
    false
}

#[inline]
pub(crate) fn is_heard(_: Which) -> bool {
    false
}

#[inline]
pub(crate) fn emit(_: &Event, _: bool) {}
