//! Code that is not ours: its panic is not to be ours either.

use std::any::Any;
use std::future::Future;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// What `call` gives, or the words of its panic. The panic hook has told of that one.
pub(crate) fn caught<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| {
        let words = words_of(&panic);
        drop_quietly(panic);
        words
    })
}

/// What the panic says.
pub(crate) fn words_of(panic: &Box<dyn Any + Send>) -> String {
    let words = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    words.unwrap_or("no message").to_owned()
}

/// Drops what is foreign, and what it panics with, too. When the `Drop` of that panics again it is leaked: there must be an
/// end of it.
pub(crate) fn drop_quietly<T>(foreign: T) {
    let dropped = |it| catch_unwind(AssertUnwindSafe(|| drop::<Box<dyn Any + Send>>(it)));
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(foreign))) {
        let _ = dropped(panic).map_err(forget);
    }
}

/// Wakes whoever is there to be woken, be it in the middle of a panic: a waker is foreign, too.
pub(crate) fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        let _ = caught(|| waker.wake());
    }
}

/// Something foreign, which is dropped quietly: when a call is cancelled, its panic would bring down the caller, and in the
/// middle of another panic the process.
#[derive(Debug)]
pub(crate) struct Quiet<T>(Option<T>);

impl<T> Quiet<T> {
    pub(crate) fn new(foreign: T) -> Self {
        Quiet(Some(foreign))
    }

    /// Drops it now, and says whether that went well.
    pub(crate) fn end(mut self) -> Result<(), String> {
        let foreign = self.0.take();
        caught(|| drop(foreign))
    }
}

impl<F: Future + Unpin> Quiet<F> {
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<F::Output, String>> {
        let Some(future) = &mut self.0 else { return Poll::Pending };
        match caught(|| Pin::new(future).poll(cx)) {
            Ok(output) => output.map(Ok),
            Err(words) => Poll::Ready(Err(words)),
        }
    }
}

impl<T> Drop for Quiet<T> {
    fn drop(&mut self) {
        drop_quietly(self.0.take());
    }
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use super::*;

    /// Panics when it is dropped, with another one of its kind, so many times.
    struct Bomb(u32);

    impl Drop for Bomb {
        fn drop(&mut self) {
            if let Some(fewer) = self.0.checked_sub(1) {
                panic_any(Bomb(fewer));
            }
        }
    }

    #[test]
    fn a_panic_that_panics_when_it_is_dropped_does_not_get_out() {
        for bombs in 0..5 {
            assert_eq!(caught(|| panic_any(Bomb(bombs))), Err::<(), _>("no message".to_owned()));
            drop_quietly(Bomb(bombs));
        }
    }

    #[test]
    fn what_is_dropped_while_another_panic_unwinds_does_not_bring_the_process_down() {
        let unwound = caught(|| {
            let _foreign = Quiet::new(Bomb(1));
            panic!("the first one");
        });
        assert_eq!(unwound, Err::<(), _>("the first one".to_owned()));
        assert!(Quiet::new(Bomb(1)).end().is_err());
        assert_eq!(Quiet::new(Bomb(0)).end(), Ok(()));
    }
}
