//! Tells whoever listens what happened.

use crate::base::flow_time;
use crate::base::foreign::caught;
use crate::said::event::{Event, Which};
use crate::seen::ear::Ear;
use crate::seen::listener::Listeners;
use crate::seen::recorder::Recorder;
use crate::seen::{metrics, trace};

/// `tell!(Hedged { tool: tool.into(), attempt })`: the event is made only if somebody may listen to one of its kind.
macro_rules! tell {
    ($event:ident { $($fields:tt)* }) => {
        // By `move`, so that what it is made of need not be in memory when nobody listens.
        $crate::seen::emit::emit_if_heard($crate::said::event::Which::$event, move || {
            $crate::said::event::Event::$event { $($fields)* }
        })
    };
}

pub(crate) use tell;

/// See `tell!`.
#[inline]
pub(crate) fn emit_if_heard(which: Which, event: impl FnOnce() -> Event) {
    if is_heard(which) {
        tell_all(trace::is_heard(which), metrics::is_counted(which), event);
    }
}

/// Whether somebody may listen to such an event: a load for each way there is to listen.
#[inline]
pub(crate) fn is_heard(which: Which) -> bool {
    is_any_heard([which])
}

/// The same of any of several.
#[inline]
pub(crate) fn is_any_heard<const N: usize>(which: [Which; N]) -> bool {
    Ear::is_anywhere() || which.into_iter().any(|which| trace::is_heard(which) || metrics::is_counted(which))
}

/// Who listens is foreign: its panic is not the call's.
#[cold]
#[inline(never)]
fn tell_all(is_traced: bool, is_counted: bool, event: impl FnOnce() -> Event) {
    let (recorder, listeners) = (Recorder::current(), Listeners::current());
    let is_traced = is_traced && trace::is_here();
    if recorder.is_none() && listeners.is_none() && !is_traced && !is_counted {
        return;
    }
    let (event, is_read_back) = (event(), flow_time::is_read_back());
    if is_traced {
        let _ = caught(|| trace::emit(&event, is_read_back));
    }
    if is_counted && !is_read_back {
        metrics::count(&event);
    }
    if let Some(listeners) = listeners {
        listeners.tell(&event);
    }
    if let Some(recorder) = recorder {
        recorder.record(event, is_read_back);
    }
}
