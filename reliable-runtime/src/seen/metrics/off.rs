//! What is left of the counting without the feature `metrics`: nothing.

use crate::said::event::{Event, GaveUpReason};
use crate::said::name::ToolName;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Started;

impl Started {
    pub(crate) const NOT_YET: Started = Started;
}

#[derive(Debug)]
pub(crate) struct Running;

pub(crate) struct Waiting;

#[inline]
pub(crate) fn is_heard() -> bool {
    false
}

#[inline]
pub(crate) fn start() -> Started {
    Started
}

#[inline]
pub(crate) fn bulkhead_admitted(_: impl Into<ToolName> + Copy) -> Running {
    Running
}

#[inline]
pub(crate) fn bulkhead_waiting(_: impl Into<ToolName> + Copy) -> Waiting {
    Waiting
}

macro_rules! nothing {
    ($($happened:ident($($argument:ty),*);)*) => {$(
        #[inline]
        pub(crate) fn $happened($(_: $argument),*) {}
    )*};
}

nothing! {
    count(&Event);
    retrying(impl Into<ToolName> + Copy);
    retry_ended(impl Into<ToolName> + Copy, bool, Option<GaveUpReason>);
    timeout_ended(impl Into<ToolName> + Copy, Started, bool);
    breaker_counted(impl Into<ToolName> + Copy, bool);
    breaker_ignored(impl Into<ToolName> + Copy);
    breaker_rejected(impl Into<ToolName> + Copy);
    bulkhead_rejected(impl Into<ToolName> + Copy);
    hedge_ended(impl Into<ToolName> + Copy, bool);
}

#[cfg(feature = "rate-limit")]
nothing! {
    rate_limit_permitted(impl Into<ToolName> + Copy);
    rate_limit_rejected(impl Into<ToolName> + Copy);
}
