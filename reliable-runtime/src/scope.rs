//! What the runtime finds around a call instead of in its arguments: the one ambient place of a task.
//!
//! (Of a process there is another one, the approver that is installed for it: `approver::install`.)

pub(crate) mod digest_key;
pub mod noted;

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::iter::successors;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::task::JoinHandle;
use tokio::task::futures::TaskLocalFuture;

use crate::base::human_time::watching::linked;
use crate::base::time_left::{self, TakenAlong};

tokio::task_local! {
    static SCOPE: Scope;
}

/// What is in force around a call: the approver that is asked, the recorder that is told, the agent's run.
///
/// [`Scope::current`] starts from what is in force already, so that an inner scope only adds to the outer one:
///
/// ```
/// use reliable::{Recorder, Scope, approver};
///
/// # async fn assistant() {}
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let recorder = Recorder::new();
/// Scope::current().approver(approver::Deny).recorder(&recorder).run(assistant()).await;
/// println!("{}", recorder.report());
/// # }
/// ```
///
/// A scope belongs to a task. [`reliable::spawn`](spawn) takes it along to another one, `tokio::spawn` does not; code that
/// blocks, and so runs in a thread of its own, is in it by [`Scope::enter`].
#[derive(Clone, Default)]
#[must_use = "a scope does nothing unless something runs in it"]
pub struct Scope(Option<Arc<Slot>>);

/// One thing in a scope, and all else in it.
struct Slot {
    holds: Arc<dyn Any + Send + Sync>,
    others: Scope,
}

impl Scope {
    /// The scope in force here; an empty one where there is none.
    pub fn current() -> Scope {
        let scope = SCOPE.try_with(Scope::clone).unwrap_or_default();
        match time_left::taken_along() {
            None => scope,
            Some(limit) => scope.limited(limit),
        }
    }

    /// The same under this limit, if none in it is tighter.
    #[cold]
    fn limited(self, limit: Arc<TakenAlong>) -> Scope {
        let tighter = self.holds::<TakenAlong>().and_then(TakenAlong::left).zip(limit.left());
        if tighter.is_some_and(|(own, new)| own <= new) { self } else { self.with(limit) }
    }

    /// Runs `work` in this scope.
    pub fn run<F: Future>(self, work: F) -> Scoped<F> {
        Scoped { work: SCOPE.scope(self, work) }
    }

    /// Runs code that blocks in this scope: in `spawn_blocking`, in a thread, or in a plain `fn`.
    ///
    /// ```
    /// use reliable::{Recorder, Scope};
    ///
    /// #[reliable::fallback(Ok(42))]
    /// fn price(item: &str) -> Result<u32, String> {
    ///     Err("503".to_owned())
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let recorder = Recorder::new();
    /// # let work = async {
    /// let scope = Scope::current();
    /// let price = tokio::task::spawn_blocking(move || scope.enter(|| price("tea"))).await.unwrap();
    /// assert_eq!(price, Ok(42));
    /// # };
    /// # Scope::current().recorder(&recorder).run(work).await;
    /// # assert_eq!(recorder.report().of("price").unwrap().fallbacks, 1);
    /// # }
    /// ```
    pub fn enter<T>(self, work: impl FnOnce() -> T) -> T {
        SCOPE.sync_scope(self, work)
    }

    /// The same with this in it, in the place of another of its type: who keeps something in a scope does it by a type of
    /// its own.
    pub(crate) fn with<T: Any + Send + Sync>(self, holds: Arc<T>) -> Scope {
        self.without::<T>().and(holds)
    }

    fn and(self, holds: Arc<dyn Any + Send + Sync>) -> Scope {
        Scope(Some(Arc::new(Slot { holds, others: self })))
    }

    /// So a scope that is handed on from task to task, each with its own recorder, does not grow.
    pub(in crate::scope) fn without<T: Any>(self) -> Scope {
        match self.0.as_deref() {
            Some(Slot { holds, others }) if holds.is::<T>() => others.clone(),
            Some(Slot { holds, others }) if others.slot_of::<T>().is_some() => {
                others.clone().without::<T>().and(Arc::clone(holds))
            }
            _ => self,
        }
    }

    /// What is in force here of type `T`. `None` where there is none, and in a thread that is being torn down.
    pub(crate) fn find<T: Any + Send + Sync>() -> Option<Arc<T>> {
        let found = SCOPE.try_with(|scope| scope.slot_of::<T>().cloned());
        found.ok().flatten().and_then(|holds| holds.downcast().ok())
    }

    /// What this scope holds of type `T`.
    pub(crate) fn holds<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.slot_of::<T>().and_then(|holds| holds.downcast_ref())
    }

    /// Whether there is a scope here at all, be it an empty one.
    pub(crate) fn is_there() -> bool {
        SCOPE.try_with(|_| ()).is_ok()
    }

    fn slot_of<T: Any>(&self) -> Option<&Arc<dyn Any + Send + Sync>> {
        let slots = successors(self.0.as_deref(), |slot| slot.others.0.as_deref());
        slots.map(|slot| &slot.holds).find(|holds| holds.is::<T>())
    }
}

/// `tokio::spawn` in the current scope: the approver, the recorder and the agent's run go along. While a question to a human
/// is open in the task, the timeouts around this call stand still, and an agent's `within` leaves that time out.
///
/// ```
/// use reliable::{Recorder, Scope};
///
/// #[reliable::fallback(Ok(42))]
/// async fn price(item: &'static str) -> Result<u32, String> {
///     Err("503".to_owned())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let recorder = Recorder::new();
/// let work = async { reliable::spawn(price("tea")).await.unwrap() };
/// assert_eq!(Scope::current().recorder(&recorder).run(work).await, Ok(42));
/// assert_eq!(recorder.report().of("price").unwrap().fallbacks, 1);
/// # }
/// ```
///
/// # Panics
/// Outside of a tokio runtime, as `tokio::spawn` does.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    tokio::spawn(linked(Scope::current().run(future)))
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}

pin_project_lite::pin_project! {
    /// The future of [`Scope::run`]; see there for an example.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Scoped<F> {
        #[pin]
        work: TaskLocalFuture<Scope, F>,
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().work.poll(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> (Option<u8>, Option<&'static str>) {
        (Scope::find().map(|number| *number), Scope::find().map(|words| *words))
    }

    #[tokio::test]
    async fn the_innermost_of_each_type_is_in_force() {
        let outer = Scope::default().with(Arc::new(1_u8)).with(Arc::new("outer"));
        let both = outer.run(async {
            let inner = Scope::current().with(Arc::new(2_u8)).run(async { found() }).await;
            (inner, found())
        });
        assert_eq!(both.await, ((Some(2), Some("outer")), (Some(1), Some("outer"))));
        assert_eq!(found(), (None, None));
    }

    #[test]
    fn a_scope_holds_one_of_each_type() {
        let mut scope = Scope::default();
        for n in 0..100_u8 {
            scope = scope.with(Arc::new(n)).with(Arc::new("words"));
        }
        let slots = successors(scope.0.as_deref(), |slot| slot.others.0.as_deref());
        assert_eq!(slots.count(), 2);
    }
}
