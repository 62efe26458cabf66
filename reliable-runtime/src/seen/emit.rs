//! Tells whoever listens what happened.

use crate::base::foreign::caught;
use crate::said::event::Event;
use crate::seen::ear::Ear;
use crate::seen::listener::Listeners;
use crate::seen::recorder::Recorder;
use crate::seen::{metrics, trace};

/// The event is built only if somebody may listen.
#[inline]
pub(crate) fn emit(event: impl FnOnce() -> Event) {
    if is_heard() {
        tell(event);
    }
}

/// Whether anybody may listen.
#[inline]
pub(crate) fn is_heard() -> bool {
    Ear::is_anywhere() || trace::is_heard() || metrics::is_heard()
}

/// Who listens is foreign: its panic is not the call's.
#[cold]
#[inline(never)]
fn tell(event: impl FnOnce() -> Event) {
    let (recorder, listeners) = (Recorder::current(), Listeners::current());
    let traced = trace::is_heard();
    if recorder.is_none() && listeners.is_none() && !traced && !metrics::is_heard() {
        return;
    }
    let event = event();
    if traced {
        let _ = caught(|| trace::emit(&event));
    }
    metrics::count(&event);
    if let Some(listeners) = listeners {
        listeners.tell(&event);
    }
    if let Some(recorder) = recorder {
        recorder.record(event);
    }
}
