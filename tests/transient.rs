//! What `#[derive(Transient)]` says of an error, and how `#[retry]` obeys.

use std::error::Error as StdError;
use std::fmt::Debug;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reliable::expansion::Inspect;
use reliable::{Fault, FaultKind, Transient, retry, timeout};
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error, Transient)]
enum ApiError {
    #[error("busy")]
    #[transient]
    Busy,
    #[error("rate limited")]
    #[transient(after = wait)]
    RateLimited { model: &'static str, wait: Option<Duration> },
    #[error("warming up")]
    #[transient(after = 1)]
    WarmingUp(&'static str, Duration),
    #[error("bad request")]
    BadRequest,
    #[error("no answer")]
    #[transient(forward)]
    Connection(#[from] io::Error),
    #[error("the tool failed")]
    #[transient(forward)]
    Tool {
        name: &'static str,
        #[source]
        cause: Box<ApiError>,
    },
    #[error("not forwarded")]
    Opaque(#[source] io::Error),
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn timed_out() -> Fault {
    Fault::TimedOut { tool: "forecast".into(), limit: SECOND }
}

fn denied() -> Fault {
    Fault::Denied { tool: "refund".into(), reason: "no".into() }
}

fn rejected() -> Fault {
    Fault::Rejected { tool: "forecast".into(), by: "bulkhead".into(), wait: None }
}

#[test]
fn each_variant_says_what_its_mark_says() {
    let tool = |cause| ApiError::Tool { name: "search", cause: Box::new(cause) };
    let cases = [
        (ApiError::Busy, true, None),
        (ApiError::RateLimited { model: "m", wait: Some(SECOND) }, true, Some(SECOND)),
        (ApiError::RateLimited { model: "m", wait: None }, true, None),
        (ApiError::WarmingUp("m", SECOND), true, Some(SECOND)),
        (ApiError::BadRequest, false, None),
        (ApiError::Connection(io::ErrorKind::ConnectionReset.into()), true, None),
        (ApiError::Connection(io::ErrorKind::NotFound.into()), false, None),
        (tool(ApiError::WarmingUp("m", SECOND)), true, Some(SECOND)),
        (tool(ApiError::BadRequest), false, None),
        (ApiError::Opaque(io::ErrorKind::ConnectionReset.into()), false, None),
        (ApiError::Fault(timed_out()), true, None),
        (ApiError::Fault(rejected()), false, None),
        (ApiError::Fault(denied()), false, None),
    ];
    for (error, transient, after) in cases {
        assert_eq!(error.is_transient(), transient, "{error:?}");
        assert_eq!(error.retry_after(), after, "{error:?}");
    }
}

#[test]
fn a_struct_is_marked_as_a_whole() {
    #[derive(Transient)]
    #[transient(after = wait)]
    struct Busy {
        wait: Duration,
    }
    #[derive(Transient)]
    #[transient]
    struct Down;
    #[derive(Transient)]
    struct Wrong;
    #[derive(Transient)]
    #[transient(forward)]
    struct Wrapper(Busy);

    assert_eq!((Busy { wait: SECOND }.is_transient(), Busy { wait: SECOND }.retry_after()), (true, Some(SECOND)));
    assert!(Down.is_transient());
    assert!(!Wrong.is_transient());
    assert_eq!(Wrapper(Busy { wait: SECOND }).retry_after(), Some(SECOND));
}

#[test]
fn a_generic_type_asks_its_parameters_only_for_what_it_forwards() {
    #[derive(Transient)]
    enum Error<'a, E, const N: usize, U: Debug + 'a>
    where
        U: Clone,
    {
        #[transient(forward)]
        Inner(E),
        #[transient]
        #[expect(dead_code, reason = "only its type counts")]
        Busy(&'a U, [u8; N]),
    }
    #[derive(Transient)]
    enum Never {}

    assert!(Error::<io::Error, 1, &str>::Busy(&"x", [0]).is_transient());
    assert!(Error::<_, 0, u8>::Inner(io::Error::from(io::ErrorKind::TimedOut)).is_transient());
    assert!(!Error::<Fault, 0, u8>::Inner(denied()).is_transient());
    assert!(None::<Never>.is_none_or(|never| never.is_transient()));
}

#[test]
fn a_fault_is_known_however_it_is_wrapped() {
    #[derive(Transient)]
    enum ByHand {
        Fault(Fault),
        #[expect(dead_code, reason = "only its type counts")]
        Other(u32),
    }
    assert!(ByHand::Fault(timed_out()).is_transient());
    assert!(!ByHand::Fault(denied()).is_transient());
}

#[test]
fn of_the_faults_only_a_timeout_is_transient() {
    assert!(timed_out().is_transient() && FaultKind::TimedOut.is_transient());
    for kind in [
        FaultKind::Denied,
        FaultKind::Expired,
        FaultKind::CircuitOpen,
        FaultKind::Rejected,
        FaultKind::CallLimit,
        FaultKind::StepLimit,
        FaultKind::OverBudget,
        FaultKind::Stuck,
        FaultKind::TooManyDenials,
    ] {
        assert!(!kind.is_transient(), "{kind:?}");
    }
}

#[test]
fn an_io_error_goes_by_its_fault_and_else_by_its_kind() {
    use io::ErrorKind as Kind;
    assert!(io::Error::from(timed_out()).is_transient());
    assert!(io::Error::other(ApiError::Fault(timed_out())).is_transient());
    assert!(!io::Error::from(rejected()).is_transient(), "although its kind is `Other`");
    assert!(!io::Error::new(Kind::TimedOut, denied()).is_transient());
    assert!(io::Error::other("down").is_transient());
    assert!(io::Error::from(Kind::UnexpectedEof).is_transient());
    for kind in [Kind::NotFound, Kind::PermissionDenied, Kind::InvalidData, Kind::AddrInUse, Kind::Unsupported] {
        assert!(!io::Error::from(kind).is_transient(), "{kind}");
    }
}

/// Fails each call with `make`, and gives the number of calls, and how long they took.
macro_rules! calls {
    ($error:ty, $make:expr $(, $option:ident = $value:expr)*) => {{
        #[retry(max = 2, backoff = "fixed", base = "100ms", jitter = 0 $(, $option = $value)*)]
        async fn failing(calls: &AtomicUsize, make: &(dyn Fn() -> $error + Sync)) -> Result<(), $error> {
            calls.fetch_add(1, Ordering::Relaxed);
            Err(make())
        }
        let (calls, begun) = (AtomicUsize::new(0), Instant::now());
        assert!(failing(&calls, &|| $make).await.is_err());
        (calls.into_inner(), begun.elapsed().as_millis())
    }};
}

#[tokio::test(start_paused = true)]
async fn a_retry_without_when_obeys_the_error() {
    assert_eq!(calls!(ApiError, ApiError::Busy), (3, 200));
    assert_eq!(calls!(ApiError, ApiError::BadRequest), (1, 0));
    assert_eq!(calls!(ApiError, ApiError::WarmingUp("m", SECOND)), (3, 2000));
    assert_eq!(calls!(ApiError, ApiError::RateLimited { model: "m", wait: None }), (3, 200));
    assert_eq!(calls!(ApiError, timed_out().into()), (3, 200));
    assert_eq!(calls!(ApiError, rejected().into()), (1, 0));
    assert_eq!(calls!(io::Error, io::ErrorKind::NotFound.into()), (1, 0));
    assert_eq!(calls!(Box<ApiError>, Box::new(ApiError::BadRequest)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn an_error_that_says_nothing_is_retried() {
    assert_eq!(calls!(String, "503".to_owned()), (3, 200));
    assert_eq!(calls!(anyhow::Error, ApiError::BadRequest.into()), (3, 200), "no trait is seen through `anyhow`");
    assert_eq!(calls!(Box<dyn StdError>, "down".into()), (3, 200));
}

#[tokio::test(start_paused = true)]
async fn when_and_after_beat_the_error() {
    assert_eq!(calls!(ApiError, ApiError::Busy, when = false), (1, 0));
    assert_eq!(calls!(ApiError, ApiError::BadRequest, when = true), (3, 200));
    assert_eq!(calls!(ApiError, rejected().into(), when = true), (3, 200), "asked for");
    assert_eq!(calls!(ApiError, denied().into(), when = true), (1, 0), "final");
    assert_eq!(calls!(ApiError, ApiError::WarmingUp("m", SECOND), after = Some(2 * SECOND)), (3, 4000));
    assert_eq!(calls!(ApiError, ApiError::WarmingUp("m", SECOND), after = None), (3, 200));
    assert_eq!(calls!(ApiError, ApiError::WarmingUp("m", SECOND), when = true), (3, 2000), "`after` was not given");
}

#[tokio::test(start_paused = true)]
async fn a_fault_beats_an_error_that_calls_itself_transient() {
    #[derive(Debug, thiserror::Error, Transient)]
    #[error("tool failed")]
    #[transient]
    struct Careless(#[source] Fault);

    assert_eq!(calls!(Careless, Careless(denied())), (1, 0), "final");
    assert_eq!(calls!(Careless, Careless(rejected())), (1, 0), "a hot loop, unless `when` asks for it");
    assert_eq!(calls!(Careless, Careless(timed_out())), (3, 200));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_below_is_retried() {
    #[retry(max = 2, backoff = "none")]
    #[timeout(secs = 1)]
    async fn hanging() -> Result<(), ApiError> {
        std::future::pending().await
    }
    let begun = Instant::now();
    assert!(matches!(hanging().await, Err(ApiError::Fault(Fault::TimedOut { .. }))));
    assert_eq!(begun.elapsed(), 3 * SECOND);
}

mod other_shapes {
    use super::*;

    macro_rules! transient {
        ($($name:ident)*) => {$(
            impl Transient for $name {
                fn is_transient(&self) -> bool {
                    false
                }
            }
        )*};
    }
    struct Mute;
    #[derive(Debug)]
    struct Debugged;
    struct Displayed;
    struct Wrapped(Box<dyn StdError + Send + Sync>);
    transient!(Mute Debugged Displayed Wrapped);

    impl std::fmt::Display for Displayed {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("in words")
        }
    }

    impl AsRef<dyn StdError + Send + Sync> for Wrapped {
        fn as_ref(&self) -> &(dyn StdError + Send + Sync + 'static) {
            &*self.0
        }
    }

    #[test]
    fn the_words_and_the_fault_are_found_beside_the_trait() {
        let (mute, wrapped, api) = (Mute, Wrapped(denied().into()), ApiError::Fault(denied()));
        let failures = [
            (Inspect::new(&mute).failure(), "<transient::other_shapes::Mute>", None),
            (Inspect::new(&Debugged).failure(), "Debugged", None),
            (Inspect::new(&Displayed).failure(), "in words", None),
            (Inspect::new(&wrapped).failure(), "`refund` was denied: no", Some(FaultKind::Denied)),
            (Inspect::new(&api).failure(), "`refund` was denied: no", Some(FaultKind::Denied)),
        ];
        for (failure, words, fault) in failures {
            assert_eq!(failure.to_string(), words);
            assert_eq!(failure.fault(), fault, "{words}");
            assert!(!failure.is_transient(), "{words}");
        }
    }

    /// A foreign error, say, which wraps nothing and has no `Display`.
    #[derive(Debug)]
    struct Answer(&'static str);

    impl Transient for Answer {
        fn is_transient(&self) -> bool {
            true
        }

        fn fault(&self) -> Option<FaultKind> {
            Some(FaultKind::Denied)
        }

        fn words(&self) -> Option<&dyn std::fmt::Display> {
            Some(&self.0)
        }
    }

    #[derive(Debug, Transient)]
    #[transient(forward)]
    struct Forwarded(Answer);

    #[test]
    fn an_error_says_itself_what_its_sources_do_not() {
        let (answer, forwarded) = (Answer("not today"), Forwarded(Answer("not today")));
        let failures = [
            (Inspect::new(&answer).failure(), "not today"),
            (Inspect::new(&forwarded).failure(), "Forwarded(Answer(\"not today\"))"),
        ];
        for (failure, words) in failures {
            assert_eq!(failure.to_string(), words);
            assert_eq!(failure.fault(), Some(FaultKind::Denied));
            assert!(!failure.when(true).is_transient(), "a denial is final");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_type_with_nothing_but_the_trait_is_obeyed() {
        assert_eq!(calls!(Mute, Mute).0, 1);
    }
}

/// A generic function knows of its parameter what its bounds say.
mod generic {
    use super::*;

    #[retry(max = 2, backoff = "none")]
    async fn by_error<E: StdError>(calls: &AtomicUsize, make: impl Fn() -> E) -> Result<(), E> {
        calls.fetch_add(1, Ordering::Relaxed);
        Err(make())
    }

    #[retry(max = 2, backoff = "none")]
    async fn by_transient<E: Transient>(calls: &AtomicUsize, make: impl Fn() -> E) -> Result<(), E> {
        calls.fetch_add(1, Ordering::Relaxed);
        Err(make())
    }

    #[tokio::test]
    async fn a_bound_decides_what_is_asked() {
        let (by_error_calls, by_transient_calls) = (AtomicUsize::new(0), AtomicUsize::new(0));
        by_error(&by_error_calls, || ApiError::BadRequest).await.unwrap_err();
        by_transient(&by_transient_calls, || ApiError::BadRequest).await.unwrap_err();
        assert_eq!((by_error_calls.into_inner(), by_transient_calls.into_inner()), (3, 1));
    }
}

#[test]
fn a_tool_that_says_that_it_is_idempotent_may_be_retried() {
    // Stands for `#[rmcp::tool(…)]`: an attribute that the compiler lets pass.
    #[retry(max = 1)]
    #[rust_analyzer::tool(annotations(idempotent_hint = true))]
    fn read() -> Result<u32, Fault> {
        Ok(1)
    }
    assert_eq!(read(), Ok(1));
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a path is called with references")]
mod a_condition {
    use reliable::Transient;

    #[derive(Debug)]
    struct Status(u16);

    impl Status {
        fn is_server_error(&self) -> bool {
            self.0 >= 500
        }
    }

    fn is_busy(code: &u16) -> bool {
        *code == 429
    }

    fn either(code: &u16, again: &bool) -> bool {
        *again || is_busy(code)
    }

    #[derive(Debug, Transient)]
    #[allow(dead_code, reason = "not all fields are asked")]
    enum Error {
        #[transient(when = status.is_server_error(), after = wait)]
        Answered { status: Status, wait: Option<std::time::Duration>, body: String },
        #[transient(when = matches!(_0, 429 | 500..))]
        Code(u16),
        #[transient(when = is_busy)]
        ByPath(u16),
        #[transient(when = either)]
        ByBoth(u16, bool),
        #[transient(when = again)]
        ByField { again: bool, r#type: u8 },
        #[transient(when = *r#type == 1 && _unused())]
        Raw { again: bool, r#type: u8 },
        #[transient(when = false)]
        Never,
    }

    fn _unused() -> bool {
        true
    }

    #[derive(Debug, Transient)]
    #[transient(when = *_0 > 499)]
    struct Whole(u16);

    #[test]
    fn is_asked_about_the_fields() {
        let second = Some(std::time::Duration::from_secs(1));
        let answered = |status| Error::Answered { status: Status(status), wait: second, body: String::new() };
        assert!(answered(503).is_transient() && !answered(404).is_transient());
        assert_eq!(answered(503).retry_after(), second);
        assert!(Error::Code(429).is_transient() && Error::Code(503).is_transient() && !Error::Code(404).is_transient());
        assert!(Error::ByPath(429).is_transient() && !Error::ByPath(500).is_transient());
        assert!(Error::ByBoth(400, true).is_transient() && !Error::ByBoth(400, false).is_transient());
        assert!(Error::ByField { again: true, r#type: 0 }.is_transient());
        assert!(!Error::ByField { again: false, r#type: 0 }.is_transient());
        assert!(Error::Raw { again: false, r#type: 1 }.is_transient());
        assert!(!Error::Never.is_transient());
        assert!(Whole(500).is_transient() && !Whole(400).is_transient());
    }
}
