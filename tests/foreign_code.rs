//! Foreign code never brings anything down: approvers that ask, words and destructors that panic.

#![allow(clippy::unused_async, clippy::unnecessary_wraps, reason = "about the little functions themselves")]

use std::fmt::{self, Debug, Display};
use std::future::Future;
use std::panic::panic_any;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use reliable::approver::{Approve, Scripted};
use reliable::{Approver, Decision, Event, Fault, Recorder, Request, Scope, fallback, requires_approval, retry};

const UNDER_ITSELF: &str =
    "the approver asked for it while it was being asked itself, and there would be no end of that";

fn reason_of<T: Debug>(outcome: Result<T, Fault>) -> String {
    match outcome {
        Err(Fault::Denied { reason, .. }) => reason,
        other => panic!("not denied: {other:?}"),
    }
}

mod an_approver_that_asks {
    use super::*;

    type Asking = Pin<Box<dyn Future<Output = Result<(), Fault>> + Send>>;

    /// Asks something else first, and denies with the reason for which that was denied.
    struct Asks(fn() -> Asking, AtomicU32);

    impl Asks {
        fn first(call: fn() -> Asking) -> Self {
            Asks(call, AtomicU32::new(0))
        }
    }

    impl Approver for Asks {
        async fn review(&self, _: &Request) -> Decision {
            self.1.fetch_add(1, Ordering::Relaxed);
            assert!(self.1.load(Ordering::Relaxed) < 50, "there is no end of it");
            match (self.0)().await {
                Ok(()) => Decision::approve(),
                Err(Fault::Denied { reason, .. }) => Decision::deny(reason),
                Err(other) => Decision::deny(other.to_string()),
            }
        }
    }

    #[requires_approval]
    async fn refund() -> Result<(), Fault> {
        Ok(())
    }

    #[requires_approval]
    async fn look_up() -> Result<(), Fault> {
        Ok(())
    }

    async fn asked_by(approver: Asks) -> (String, u32) {
        let approver = std::sync::Arc::new(approver);
        let outcome = Scope::current().approver(approver.clone()).run(refund()).await;
        (reason_of(outcome), approver.1.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn under_itself_is_denied() {
        assert_eq!(asked_by(Asks::first(|| Box::pin(refund()))).await, (UNDER_ITSELF.to_owned(), 1));
        assert_eq!(asked_by(Asks::first(|| Box::pin(look_up()))).await, (UNDER_ITSELF.to_owned(), 1));
    }

    #[tokio::test]
    async fn in_a_task_that_has_its_scope_is_denied() {
        let spawned = || -> Asking { Box::pin(async { reliable::spawn(refund()).await.unwrap() }) };
        assert_eq!(asked_by(Asks::first(spawned)).await, (UNDER_ITSELF.to_owned(), 1));
    }

    #[tokio::test]
    async fn another_one_is_answered() {
        let another = || -> Asking { Box::pin(Scope::current().approver(Approve).run(look_up())) };
        let scope = Scope::current().approver(Asks::first(another));
        assert_eq!(scope.run(refund()).await, Ok(()));
    }

    #[tokio::test]
    async fn another_one_of_its_kind_is_answered_too() {
        fn deeper() -> Asking {
            let innermost = Asks::first(|| Box::pin(async { Ok(()) }));
            Box::pin(Scope::current().approver(innermost).run(look_up()))
        }
        let scope = Scope::current().approver(Asks::first(deeper));
        assert_eq!(scope.run(refund()).await, Ok(()));
    }

    #[tokio::test]
    async fn through_another_one_is_denied() {
        struct Ana;
        struct Bob;
        impl Approver for Ana {
            async fn review(&self, _: &Request) -> Decision {
                Decision::deny(reason_of(by_bob().await))
            }
        }
        impl Approver for Bob {
            async fn review(&self, _: &Request) -> Decision {
                let back: Asking = Box::pin(by_ana());
                Decision::deny(reason_of(back.await))
            }
        }
        #[requires_approval(by = Ana)]
        async fn by_ana() -> Result<(), Fault> {
            Ok(())
        }
        #[requires_approval(by = Bob)]
        async fn by_bob() -> Result<(), Fault> {
            Ok(())
        }
        assert_eq!(reason_of(by_ana().await), UNDER_ITSELF);
    }

    #[tokio::test]
    async fn through_one_that_is_made_anew_each_time_is_denied() {
        struct Anew(u32);
        impl Approver for Anew {
            async fn review(&self, _: &Request) -> Decision {
                let again: Asking = Box::pin(pay(self.0 + 1));
                Decision::deny(reason_of(again.await))
            }
        }
        #[requires_approval(by = Anew(depth))]
        async fn pay(depth: u32) -> Result<(), Fault> {
            assert!(depth < 50, "there is no end of it");
            Ok(())
        }
        assert_eq!(reason_of(pay(0).await), UNDER_ITSELF);
    }

    #[tokio::test]
    async fn for_a_name_that_is_another_one_each_time_comes_to_an_end() {
        struct Deeper(u32);
        impl Approver for Deeper {
            async fn review(&self, _: &Request) -> Decision {
                let again: Asking = Box::pin(pay(self.0 + 1));
                Decision::deny(reason_of(again.await))
            }
        }
        #[requires_approval(by = Deeper(depth), name = format!("pay {depth}"))]
        async fn pay(depth: u32) -> Result<(), Fault> {
            assert!(depth < 50, "there is no end of it");
            Ok(())
        }
        assert_eq!(reason_of(pay(0).await), UNDER_ITSELF);
    }

    /// Polls a call, which is not to wait for anything.
    fn now(call: Asking) -> Result<(), Fault> {
        match { call }.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => panic!("it waits"),
        }
    }

    #[tokio::test]
    async fn where_it_decides_at_once_is_denied() {
        struct AtOnce;
        impl Approver for AtOnce {
            fn at_once(&self, _: &Request) -> Option<Decision> {
                Some(Decision::deny(reason_of(now(Box::pin(pay())))))
            }
            async fn review(&self, _: &Request) -> Decision {
                Decision::approve()
            }
        }
        #[requires_approval(by = AtOnce)]
        async fn pay() -> Result<(), Fault> {
            Ok(())
        }
        for _ in 0..2 {
            assert_eq!(reason_of(pay().await), UNDER_ITSELF);
        }
    }

    #[tokio::test]
    async fn in_a_task_when_it_has_answered_is_asked_again() {
        static LATER: std::sync::Mutex<Option<tokio::task::JoinHandle<Result<(), Fault>>>> =
            std::sync::Mutex::new(None);
        struct Later(AtomicU32);
        impl Approver for Later {
            async fn review(&self, _: &Request) -> Decision {
                if self.0.fetch_add(1, Ordering::Relaxed) == 0 {
                    *LATER.lock().unwrap() = Some(reliable::spawn(refund()));
                }
                Decision::approve()
            }
        }
        let scope = Scope::current().approver(Later(AtomicU32::new(0)));
        assert_eq!(scope.run(refund()).await, Ok(()));
        let later = LATER.lock().unwrap().take().unwrap();
        assert_eq!(later.await.unwrap(), Ok(()), "there is an end of it");
    }
}

/// Who listens is foreign, too.
mod a_listener_that_panics {
    use std::num::NonZeroU64;

    use tracing::span::{Attributes, Id, Record};
    use tracing::{Metadata, Subscriber};

    use super::*;

    pub(super) struct Panics;

    impl Subscriber for Panics {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_non_zero_u64(NonZeroU64::MIN)
        }

        fn event(&self, _: &tracing::Event<'_>) {
            panic!("the disk is full")
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[tokio::test]
    async fn is_not_heard_and_the_others_are_told() {
        #[fallback(Ok(42))]
        async fn price() -> Result<u32, String> {
            Err("503".to_owned())
        }
        let recorder = Recorder::new();
        let _subscriber = tracing::subscriber::set_default(Panics);
        let scope = Scope::current().recorder(&recorder).listen(|_: &Event| panic!("so is this one"));
        assert_eq!(scope.run(price()).await, Ok(42));
        assert_eq!(recorder.report().of("price").unwrap().fallbacks, 1);
    }
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a bomb");
    }
}

mod a_panic_that_panics_when_it_is_dropped {
    use super::*;

    #[tokio::test]
    async fn is_a_denial_when_the_approver_panics_with_it() {
        struct Panics;
        impl Approver for Panics {
            async fn review(&self, _: &Request) -> Decision {
                panic_any(Bomb)
            }
        }
        #[requires_approval(by = Panics)]
        async fn pay() -> Result<(), Fault> {
            Ok(())
        }
        assert_eq!(reason_of(pay().await), "the approver panicked: no message");
    }

    #[tokio::test]
    async fn is_not_heard_when_a_listener_panics_with_it() {
        #[fallback(Ok(42))]
        async fn price() -> Result<u32, String> {
            Err("503".to_owned())
        }
        let scope = Scope::current().listen(|_: &Event| panic_any(Bomb));
        assert_eq!(scope.run(price()).await, Ok(42));
    }
}

mod an_answer_that_panics_when_it_is_dropped {
    use super::*;

    struct Holds(bool);

    impl Approver for Holds {
        async fn review(&self, _: &Request) -> Decision {
            let _bomb = Bomb;
            if self.0 {
                std::future::pending::<()>().await;
            }
            Decision::approve()
        }
    }

    #[requires_approval(by = Holds(waits), within = "1s")]
    async fn pay(waits: bool) -> Result<(), Fault> {
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn is_a_denial() {
        assert_eq!(reason_of(pay(false).await), "the approver panicked: a bomb");
    }

    #[tokio::test(start_paused = true)]
    async fn expires_like_any_other() {
        assert!(matches!(pay(true).await, Err(Fault::Expired { .. })));
    }

    #[tokio::test(start_paused = true)]
    async fn does_not_bring_down_who_cancels_it() {
        let cancelled = tokio::time::timeout(Duration::from_millis(10), pay(true)).await;
        assert!(cancelled.is_err());
        let together = tokio::spawn(async {
            let mut asking = pin!(pay(true));
            assert!(asking.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            panic!("while it is asked");
        });
        assert!(together.await.unwrap_err().is_panic(), "and the process goes on");
    }
}

mod words_that_panic {
    use super::*;

    struct Mute;

    impl Debug for Mute {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no words")
        }
    }

    impl Display for Mute {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            Err(fmt::Error)
        }
    }

    impl std::error::Error for Mute {}

    #[tokio::test]
    async fn of_an_argument_are_a_denial() {
        #[requires_approval]
        async fn pay(amount: u32, to: Mute) -> Result<(), Fault> {
            Ok(())
        }
        let human = Scripted::new([Decision::approve()]);
        let outcome = Scope::current().approver(human.clone()).run(pay(40, Mute)).await;
        assert_eq!(reason_of(outcome), "`to` can't be shown: its `Debug` or `Display` panicked");
        assert_eq!(human.requests(), [], "and nobody is asked");
    }

    #[tokio::test]
    async fn of_an_argument_that_is_redacted_are_not_asked_for() {
        #[requires_approval(by = Approve, redact(to))]
        async fn pay(amount: u32, to: Mute) -> Result<u32, Fault> {
            assert_eq!(size_of_val(&to), 0);
            Ok(amount)
        }
        assert_eq!(pay(40, Mute).await, Ok(40));
    }

    #[tokio::test(start_paused = true)]
    async fn of_an_error_are_missing_and_the_call_goes_on() {
        #[fallback(Ok(42))]
        #[retry(max = 2, backoff = "none")]
        async fn price(calls: &AtomicU32) -> Result<u32, Mute> {
            calls.fetch_add(1, Ordering::Relaxed);
            Err(Mute)
        }
        #[retry(max = 1, backoff = "none")]
        async fn by_debug() -> Result<u32, OnlyDebug> {
            Err(OnlyDebug)
        }
        let recorder = Recorder::new();
        let (calls, scope) = (AtomicU32::new(0), Scope::current().recorder(&recorder));
        assert_eq!(scope.clone().run(price(&calls)).await.unwrap(), 42);
        assert_eq!(calls.into_inner(), 3);
        assert!(scope.run(by_debug()).await.is_err());
        let report = recorder.report();
        let told = report.entries().iter().filter(|entry| entry.event.to_string().contains("can't be told"));
        assert_eq!(told.count(), 6, "{report:?}");
    }

    struct OnlyDebug;

    impl Debug for OnlyDebug {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no words")
        }
    }

    #[tokio::test]
    async fn of_an_approvers_error_are_a_denial() {
        struct Fails;
        impl Approver for Fails {
            async fn review(&self, _: &Request) -> Decision {
                Err::<Decision, _>(Mute).into()
            }
        }
        #[requires_approval(by = Fails)]
        async fn pay() -> Result<(), Fault> {
            Ok(())
        }
        let reason = reason_of(pay().await);
        assert!(reason.starts_with("the approver failed: <can't be told"), "{reason}");
    }
}

mod words_that_nobody_reads {
    use std::num::NonZeroU64;

    use reliable::{bulkhead, circuit_breaker, hedge, timeout};
    use tracing::level_filters::LevelFilter;
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Metadata, Subscriber};

    use super::*;

    /// To ask it for its words is a mistake.
    struct Mute;

    impl Debug for Mute {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            std::process::abort()
        }
    }

    impl Display for Mute {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            std::process::abort()
        }
    }

    impl std::error::Error for Mute {}

    impl From<Fault> for Mute {
        fn from(_: Fault) -> Mute {
            Mute
        }
    }

    #[fallback(Ok(42))]
    #[retry(max = 2, backoff = "none")]
    async fn retried() -> Result<u32, Mute> {
        Err(Mute)
    }

    #[fallback(Ok(42))]
    #[retry(max = 1, base = "1ms")]
    #[bulkhead(max = 1)]
    #[hedge(after = "1ms")]
    #[timeout(ms = 5)]
    async fn with_pauses() -> Result<u32, Mute> {
        tokio::time::sleep(Duration::from_millis(2)).await;
        Err(Mute)
    }

    #[circuit_breaker(failures = 1)]
    async fn guarded() -> Result<u32, Mute> {
        Err(Mute)
    }

    async fn all() {
        assert!(matches!(retried().await, Ok(42)));
        assert!(matches!(with_pauses().await, Ok(42)));
        assert!(guarded().await.is_err(), "it opens");
        assert!(guarded().await.is_err(), "it is open");
    }

    #[tokio::test(start_paused = true)]
    async fn are_not_asked_for() {
        all().await;
    }

    #[tokio::test(start_paused = true)]
    async fn are_not_asked_for_where_others_listen() {
        let elsewhere = Recorder::new();
        let (begun, begins) = std::sync::mpsc::channel();
        let (done, ends) = std::sync::mpsc::channel::<()>();
        let listens = std::thread::spawn(move || {
            let _subscriber = tracing::subscriber::set_default(a_listener_that_panics::Panics);
            begun.send(()).unwrap();
            let _ended = ends.recv();
        });
        begins.recv().unwrap();
        all().await;
        drop(done);
        listens.join().unwrap();
        assert_eq!(elsewhere.report().entries().len(), 0);
    }

    /// Wants to hear of nothing but errors, and nothing here is one.
    struct OnlyErrors;

    impl Subscriber for OnlyErrors {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            *metadata.level() <= tracing::Level::ERROR
        }

        fn max_level_hint(&self) -> Option<LevelFilter> {
            Some(LevelFilter::ERROR)
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_non_zero_u64(NonZeroU64::MIN)
        }

        fn event(&self, _: &tracing::Event<'_>) {}
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    /// In a process of its own: the most that any subscriber wants is known of the whole process.
    #[test]
    fn are_not_asked_for_by_a_subscriber_of_another_level() {
        const ALONE: &str = "RELIABLE_TESTS_ALONE";
        if std::env::var_os(ALONE).is_some() {
            let _subscriber = tracing::subscriber::set_default(OnlyErrors);
            tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .unwrap()
                .block_on(all());
            return;
        }
        let name = "words_that_nobody_reads::are_not_asked_for_by_a_subscriber_of_another_level";
        let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
        let output = alone.args(["--exact", name]).env(ALONE, "1").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

mod a_waker_that_panics {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::task::Wake;

    use reliable::{RateLimit, timeout};

    use super::*;

    struct Bad;

    impl Wake for Bad {
        fn wake(self: Arc<Self>) {
            panic!("a waker")
        }
    }

    /// Begins it with such a waker, twice, and gives it up.
    fn gives_up(call: impl Future) {
        let mut call = Box::pin(call);
        let waker = Waker::from(Arc::new(Bad));
        for _ in 0..2 {
            assert!(call.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        }
        assert!(catch_unwind(AssertUnwindSafe(|| drop(call))).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn does_not_get_out_of_a_question_that_is_given_up() {
        struct Never;
        impl Approver for Never {
            async fn review(&self, _: &Request) -> Decision {
                std::future::pending().await
            }
        }
        #[requires_approval(by = Never)]
        async fn refund() -> Result<(), Fault> {
            Ok(())
        }
        #[timeout(secs = 5)]
        async fn handle() -> Result<(), Fault> {
            refund().await
        }
        gives_up(handle());
    }

    #[tokio::test(start_paused = true)]
    async fn does_not_get_out_of_a_rate_limit() {
        static LIMIT: RateLimit = RateLimit::per_second(1).burst(1);
        let waker = Waker::from(Arc::new(Bad));
        LIMIT.admit("call").await.unwrap();
        let (mut first, mut second) = (Box::pin(LIMIT.admit("call")), Box::pin(LIMIT.admit("call")));
        for call in [&mut first, &mut second] {
            assert!(call.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        }
        assert!(catch_unwind(AssertUnwindSafe(|| drop(first))).is_ok(), "it wakes the second");
        gives_up(second);
    }
}
