//! The crate `metrics`, as far as it is needed here.

use std::ptr;
use std::time::Duration;

use ::metrics::{Gauge, Key, Label, Level, Metadata, Recorder, SharedString, with_recorder};

use crate::base::flow_time::is_read_back;
use crate::base::foreign::caught;

pub(super) type Tag = (&'static str, &'static str);

static METADATA: Metadata<'static> = Metadata::new("reliable", Level::INFO, Some(module_path!()));

/// Whether there is a recorder, and what happens here is new to it: an earlier life of a durable run has counted what is read
/// back.
#[inline]
pub(crate) fn is_heard() -> bool {
    with_recorder(is_installed) && !is_read_back()
}

/// The macros of `metrics` allocate and hash the tags before they look whether anybody wants them; and it does not say
/// whether what it hands out is its own stand-in for a missing recorder. That one is a `static` without a size. Whatever
/// was installed is in a `Box`, which keeps no room for what has no size, and has no address for it either. So only a
/// recorder without fields that is set for one thread is taken for none by mistake.
#[inline]
fn is_installed(recorder: &dyn Recorder) -> bool {
    size_of_val(recorder) > 0 || ptr::from_ref(recorder).addr() == align_of_val(recorder)
}

/// The tags are put together only if somebody listens.
#[inline]
pub(super) fn add<const N: usize>(
    name: &'static str,
    method: impl Into<SharedString>,
    tags: impl FnOnce() -> [Tag; N],
    by: u64,
) {
    if is_heard() {
        add_to_recorder(name, method, tags, by);
    }
}

#[cold]
#[inline(never)]
fn add_to_recorder<const N: usize>(
    name: &'static str,
    method: impl Into<SharedString>,
    tags: impl FnOnce() -> [Tag; N],
    by: u64,
) {
    let key = key(name, method.into(), &tags());
    tell(|recorder| recorder.register_counter(&key, &METADATA).increment(by));
}

#[inline(never)]
pub(super) fn record(name: &'static str, method: impl Into<SharedString>, duration: Duration) {
    if is_heard() {
        record_as(&key(name, method.into(), &[]), duration);
    }
}

/// In the words of OpenTelemetry: what it is of is the tag `whose`, and a tag more says how it failed, if it did.
pub(super) fn record_operation(
    name: &'static str,
    whose: (&'static str, SharedString),
    error_type: Option<&'static str>,
    duration: Duration,
) {
    let error_type = error_type.map(|error_type| Label::from_static_parts("error.type", error_type));
    let labels: Vec<Label> = [Label::new(whose.0, whose.1)].into_iter().chain(error_type).collect();
    record_as(&Key::from_parts(name, labels), duration);
}

fn record_as(key: &Key, duration: Duration) {
    tell(|recorder| recorder.register_histogram(key, &METADATA).record(duration));
}

/// A gauge that is one higher now; whoever holds it lowers it again. `None` without a recorder.
pub(super) fn raise(name: &'static str, method: impl Into<SharedString>) -> Option<Gauge> {
    if !is_heard() {
        return None;
    }
    let key = key(name, method.into(), &[]);
    tell(|recorder| {
        let gauge = recorder.register_gauge(&key, &METADATA);
        gauge.increment(1);
        gauge
    })
}

/// A recorder is foreign: its panic is not the call's. The panic hook has told of it.
fn tell<T>(tell: impl FnOnce(&dyn Recorder) -> T) -> Option<T> {
    caught(|| with_recorder(tell)).ok()
}

fn key(name: &'static str, method: SharedString, tags: &[Tag]) -> Key {
    let mut labels = Vec::with_capacity(1 + tags.len());
    labels.push(Label::new("method", method));
    labels.extend(tags.iter().map(|(tag, value)| Label::from_static_parts(tag, value)));
    Key::from_parts(name, labels)
}

#[cfg(test)]
mod tests {
    use ::metrics::{NoopRecorder, set_global_recorder, with_local_recorder};

    use super::*;

    #[test]
    fn a_recorder_is_seen_and_that_there_is_none_too() {
        assert!(!is_heard());
        assert!(with_local_recorder(&&NoopRecorder, is_heard), "it has the size of a reference");
        // A recorder of the kind that the documentation of `metrics` shows: it has no fields.
        assert!(set_global_recorder(NoopRecorder).is_ok());
        assert!(is_heard());
    }
}
