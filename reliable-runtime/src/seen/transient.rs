//! `#[derive(Transient)]`: what an error type itself says about a retry.

use std::fmt::Display;
use std::time::Duration;
use std::{error, io};

use crate::said::fault::Fault;
use crate::said::fault_kind::FaultKind;

/// An error that knows whether the same call may go well a little later.
///
/// Every `#[retry]` without `when` obeys it. Where an error type lacks it, every error is retried.
///
/// `#[derive(reliable::Transient)]` writes it for most types. By hand it is as short:
///
/// ```
/// use reliable::{Transient, retry};
/// use std::time::Duration;
///
/// #[derive(Debug)]
/// struct ApiError {
///     status: u16,
///     retry_after: Option<Duration>,
/// }
///
/// impl Transient for ApiError {
///     fn is_transient(&self) -> bool {
///         matches!(self.status, 408 | 409 | 429 | 500..)
///     }
///
///     fn retry_after(&self) -> Option<Duration> {
///         self.retry_after
///     }
/// }
///
/// # static CALLS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
/// #[retry(max = 3)]
/// async fn forecast(city: &str) -> Result<String, ApiError> {
/// #   CALLS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///     Err(ApiError { status: 404, retry_after: None })
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// assert_eq!(forecast("Osol").await.unwrap_err().status, 404); // at the first attempt
/// # assert_eq!(CALLS.load(std::sync::atomic::Ordering::Relaxed), 1);
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which of its errors are worth a retry: write `#[derive(reliable::Transient)]` above it",
    label = "this type lacks `reliable::Transient`",
    note = "for a type that is not yours, mark the variant `#[transient]`, or leave it unmarked"
)]
pub trait Transient {
    /// Whether the same call may go well a little later.
    fn is_transient(&self) -> bool;

    /// The delay that the server asked for, if it asked for any. It is obeyed as it is.
    fn retry_after(&self) -> Option<Duration> {
        None
    }

    /// The kind of the fault that it carries, for an error whose [`source`](error::Error::source)s do not tell.
    fn fault(&self) -> Option<FaultKind> {
        None
    }

    /// What events tell of it, for an error without a `Display`.
    fn words(&self) -> Option<&dyn Display> {
        None
    }
}

/// What `#[transient(after = field)]` can name: a `Duration` or an `Option<Duration>`.
///
/// ```
/// use reliable::expansion::AskedDelay;
/// use std::time::Duration;
///
/// assert_eq!(Duration::from_secs(2).asked_delay(), Some(Duration::from_secs(2)));
/// assert_eq!(None::<Duration>.asked_delay(), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`#[transient(after = …)]` names a field of type `Duration` or `Option<Duration>`, and this one is a `{Self}`",
    label = "make this a `std::time::Duration` or an `Option` of it"
)]
pub trait AskedDelay {
    /// The delay, if there is one.
    fn asked_delay(&self) -> Option<Duration>;
}

impl AskedDelay for Duration {
    fn asked_delay(&self) -> Option<Duration> {
        Some(*self)
    }
}

impl AskedDelay for Option<Duration> {
    fn asked_delay(&self) -> Option<Duration> {
        *self
    }
}

/// A time limit that passed is worth a retry, and what a policy of one's own took for a failure. All else that the
/// runtime says is not.
impl Transient for FaultKind {
    fn is_transient(&self) -> bool {
        matches!(self, FaultKind::TimedOut | FaultKind::Policy)
    }

    fn fault(&self) -> Option<FaultKind> {
        Some(*self)
    }
}

/// As its [`FaultKind`].
impl Transient for Fault {
    fn is_transient(&self) -> bool {
        self.kind().is_transient()
    }

    fn retry_after(&self) -> Option<Duration> {
        self.wait()
    }

    fn fault(&self) -> Option<FaultKind> {
        Some(self.kind())
    }
}

/// What is wrong with a connection or a network is worth a retry, and so is a call that timed out, was interrupted or
/// would block.
///
/// `Other` says nothing of the cause, and is retried like an error without this trait. All other kinds are not: a file
/// that is not there will not be there in a second. An error that carries a [`Fault`] goes by the fault.
impl Transient for io::Error {
    fn is_transient(&self) -> bool {
        use io::ErrorKind as Kind;
        let carried = self.get_ref().and_then(|inner| FaultKind::of(inner as &(dyn error::Error + 'static)));
        if let Some(kind) = carried {
            return kind.is_transient();
        }
        matches!(
            self.kind(),
            Kind::ConnectionRefused
                | Kind::ConnectionReset
                | Kind::ConnectionAborted
                | Kind::NotConnected
                | Kind::BrokenPipe
                | Kind::UnexpectedEof
                | Kind::HostUnreachable
                | Kind::NetworkUnreachable
                | Kind::NetworkDown
                | Kind::TimedOut
                | Kind::Interrupted
                | Kind::WouldBlock
                | Kind::Other
        )
    }
}

/// As what is in the box.
impl<T: Transient + ?Sized> Transient for Box<T> {
    fn is_transient(&self) -> bool {
        T::is_transient(self)
    }

    fn retry_after(&self) -> Option<Duration> {
        T::retry_after(self)
    }

    fn fault(&self) -> Option<FaultKind> {
        T::fault(self)
    }

    fn words(&self) -> Option<&dyn Display> {
        T::words(self)
    }
}
