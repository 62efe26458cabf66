//! What is left of the counting without the feature `metrics`: nothing.

use std::time::Duration;

use tokio::time::Instant;

use crate::said::event::{Event, GaveUpReason, Which};
use crate::said::fault_kind::FaultKind;
use crate::said::name::ToolName;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Started;

#[derive(Debug)]
pub(crate) struct Running;

pub(crate) struct Waiting;

#[inline]
pub(crate) fn is_heard() -> bool {
    false
}

#[inline]
pub(crate) fn is_counted(_: Which) -> bool {
    false
}

#[inline]
pub(crate) fn start() -> Started {
    Started
}

#[inline]
pub(crate) fn started_at(_: impl FnOnce() -> Option<Instant>) -> Started {
    Started
}

#[inline]
pub(crate) fn bulkhead_admitted(_: &'static str) -> Running {
    Running
}

#[inline]
pub(crate) fn bulkhead_waiting(_: &'static str) -> Waiting {
    Waiting
}

#[inline]
pub(crate) fn run_ended(_: &ToolName, _: impl FnOnce() -> Duration, _: impl FnOnce() -> Result<(), Option<FaultKind>>) {
}

macro_rules! nothing {
    ($($happened:ident($($argument:ty),*);)*) => {$(
        #[inline]
        pub(crate) fn $happened($(_: $argument),*) {}
    )*};
}

nothing! {
    count(&Event);
    failover_ended(&'static str, bool);
    fell_back(&'static str);
    retrying(&'static str);
    retry_ended(&'static str, bool, Option<GaveUpReason>);
    timeout_ended(&'static str, Started, bool);
    breaker_counted(&'static str, bool);
    breaker_ignored(&'static str);
    breaker_rejected(&'static str);
    bulkhead_rejected(&'static str);
    hedge_ended(&'static str, bool);
    rate_limit_permitted(&'static str);
    rate_limit_rejected(&'static str);
    tool_ended(&ToolName, Started, Result<(), Option<FaultKind>>);
}
