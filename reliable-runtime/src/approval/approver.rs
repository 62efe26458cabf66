//! Who is asked: the trait, and the approvers that come with it.

use std::any::type_name;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::base::foreign::drop_quietly;
use crate::said::decision::Decision;
use crate::said::request::Request;
use crate::scope::Scope;

/// Decides whether a function may run.
///
/// ```
/// use reliable::{Approver, Decision, Request};
///
/// struct OfficeHours { open: bool }
///
/// impl Approver for OfficeHours {
///     async fn review(&self, request: &Request) -> Decision {
///         if self.open {
///             Decision::approve().by("the office")
///         } else {
///             Decision::deny(format!("nobody is here to look at {request}"))
///         }
///     }
/// }
/// ```
///
/// An approver that panics has denied. One that may fail can end with `result.into()`, which denies with the error. It may call
/// functions that ask another approver; a question that would come to itself, while it is asked, is denied.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an approver: give `by` a value whose type implements `reliable::Approver`",
    label = "this is not an approver",
    note = "`reliable::approver` has `Terminal`, `Deny`, `Approve`, `Scripted` and `channel`"
)]
pub trait Approver: Send + Sync {
    /// Looks at the request and decides, in its own time.
    ///
    /// The question ends with its call: when that has expired, was dropped or cancelled, this future is dropped. An approver
    /// that has shown the question somewhere takes it back in the `Drop` of something that the future holds.
    fn review(&self, request: &Request) -> impl Future<Output = Decision> + Send;

    /// Decides what needs no looking at, and so no waiting and no allocation; it is asked first. Default: `None`, which
    /// leaves the decision to [`review`](Approver::review). What asks somebody, here, is denied.
    ///
    /// ```
    /// use reliable::{Approver, Decision, Request};
    ///
    /// /// Asks `A`, but not about what only reads.
    /// struct UnlessReadOnly<A>(A);
    ///
    /// impl<A: Approver> Approver for UnlessReadOnly<A> {
    ///     fn at_once(&self, request: &Request) -> Option<Decision> {
    ///         request.tool.starts_with("read_").then(Decision::approve)
    ///     }
    ///
    ///     async fn review(&self, request: &Request) -> Decision {
    ///         self.0.review(request).await
    ///     }
    /// }
    /// ```
    fn at_once(&self, request: &Request) -> Option<Decision> {
        let _ = request;
        None
    }
}

impl<A: Approver + ?Sized> Approver for &A {
    fn review(&self, request: &Request) -> impl Future<Output = Decision> + Send {
        A::review(self, request)
    }

    fn at_once(&self, request: &Request) -> Option<Decision> {
        A::at_once(self, request)
    }
}

impl<T: Approver + ?Sized> Approver for Arc<T> {
    fn review(&self, request: &Request) -> impl Future<Output = Decision> + Send {
        T::review(self, request)
    }

    fn at_once(&self, request: &Request) -> Option<Decision> {
        T::at_once(self, request)
    }
}

/// An answer that is still to come.
pub(crate) type Answer<'a> = Pin<Box<dyn Future<Output = Decision> + Send + 'a>>;

/// [`Approver`] in a form that a scope can hold.
pub(crate) trait ErasedApprover: Send + Sync {
    /// Who that is, for who wants to know whether it is the same.
    fn who(&self) -> Who;
    fn at_once_erased(&self, request: &Request) -> Option<Decision>;
    fn review_erased<'a>(&'a self, request: &'a Request) -> Answer<'a>;
}

/// Which approver it is. Without a size, all of a type are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) kind: &'static str,
    at: Option<usize>,
}

impl<A: Approver> ErasedApprover for A {
    fn who(&self) -> Who {
        Who { kind: type_name::<A>(), at: (size_of::<A>() > 0).then(|| ptr::from_ref(self).addr()) }
    }

    fn at_once_erased(&self, request: &Request) -> Option<Decision> {
        self.at_once(request)
    }

    fn review_erased<'a>(&'a self, request: &'a Request) -> Answer<'a> {
        Box::pin(self.review(request))
    }
}

impl fmt::Debug for dyn ErasedApprover + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Approver")
    }
}

static INSTALLED: RwLock<Option<Arc<dyn ErasedApprover>>> = RwLock::new(None);

/// Makes `approver` the one of the whole process, asked wherever neither `by` nor a scope names another.
///
/// It takes the place of one that was installed before.
///
/// ```standalone_crate
/// use reliable::{Approval, approver};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// approver::install(approver::Approve);
/// assert_eq!(Approval::new("refund").ask().await, Ok(()));
/// # }
/// ```
pub fn install(approver: impl Approver + 'static) {
    let before = INSTALLED.write().unwrap_or_else(PoisonError::into_inner).replace(Arc::new(approver));
    // Without the lock: what it does when it is dropped is its own affair, and may be to ask.
    drop_quietly(before);
}

/// The one to ask where no other is named: that of the innermost scope, else the process-wide one.
pub(crate) fn current() -> Option<Arc<dyn ErasedApprover>> {
    let installed = || INSTALLED.read().unwrap_or_else(PoisonError::into_inner).clone();
    Scope::find::<InScope>().map(|in_scope| Arc::clone(&in_scope.0)).or_else(installed)
}

/// Why there is none to ask.
pub(crate) fn why_none() -> &'static str {
    let in_a_task = tokio::task::try_id().is_some();
    if in_a_task && !Scope::is_there() && WAS_IN_A_SCOPE.load(Ordering::Relaxed) {
        "no approver is installed, and that of a scope does not follow `tokio::spawn`: write `reliable::spawn`"
    } else {
        "no approver is installed"
    }
}

static WAS_IN_A_SCOPE: AtomicBool = AtomicBool::new(false);

/// The approver that a scope holds.
struct InScope(Arc<dyn ErasedApprover>);

impl Scope {
    /// Asks this approver, before any of an outer scope and before the process-wide one.
    pub fn approver(self, approver: impl Approver + 'static) -> Scope {
        WAS_IN_A_SCOPE.store(true, Ordering::Relaxed);
        self.with(Arc::new(InScope(Arc::new(approver))))
    }
}

/// Denies everything: for an agent that nobody watches.
///
/// ```
/// use reliable::{Approval, Scope, approver};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert!(Scope::current().approver(approver::Deny).run(Approval::new("refund").ask()).await.is_err());
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Deny;

impl Approver for Deny {
    async fn review(&self, _: &Request) -> Decision {
        Decision::deny("every request is denied here")
    }

    fn at_once(&self, _: &Request) -> Option<Decision> {
        Some(Decision::deny("every request is denied here"))
    }
}

/// Approves everything: for tests, and for tools whose risk you have decided to take.
///
/// ```
/// use reliable::{Approval, Scope, approver};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert!(Scope::current().approver(approver::Approve).run(Approval::new("refund").ask()).await.is_ok());
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Approve;

impl Approver for Approve {
    async fn review(&self, _: &Request) -> Decision {
        Decision::approve()
    }

    fn at_once(&self, _: &Request) -> Option<Decision> {
        Some(Decision::approve())
    }
}
