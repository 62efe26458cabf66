//! Whether a call asks at all: for a test.

use std::future::Future;
use std::panic::Location;
use std::sync::{Arc, OnceLock};

use crate::said::decision::Decision;
use crate::said::request::Request;
use crate::scope::Scope;

tokio::task_local! {
    /// Beside the scope: a scope that was made before the call began holds nothing of it.
    static ASKS: Arc<Asks>;
}

/// Shows that a call asks before it runs: for a test of what `guarded!` can't prove.
///
/// Runs the call, denies every question in it, and gives the first one. No other approver is asked, be it in a scope, the
/// process-wide one, or one that is named with `by`. So the body never runs, and nothing has to be undone. What the call
/// makes of the denial does not matter: a fallback may answer it.
///
/// ```
/// use reliable::{Fault, approver, requires_approval};
///
/// #[requires_approval(by = approver::Approve)]
/// async fn refund(amount: u32) -> Result<u32, Fault> {
///     unreachable!("it is denied")
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let question = approver::asks(refund(5)).await;
/// assert_eq!(question.to_string(), "refund(amount = 5)");
/// # }
/// ```
///
/// It follows the call into `reliable::spawn`, and not into `tokio::spawn`.
///
/// # Panics
/// If nobody was asked: the function is not behind `#[requires_approval]`, or the `when`
/// of it does not hold for these arguments. Whatever the call did then has happened.
#[track_caller]
pub fn asks<F: Future>(call: F) -> impl Future<Output = Request> + use<F> {
    let place = Location::caller();
    let asks = Arc::new(Asks { question: OnceLock::new(), around: current() });
    let in_scope = Scope::current().with(Arc::clone(&asks)).run(call);
    let denied = ASKS.scope(Arc::clone(&asks), in_scope);
    async move {
        denied.await;
        let question = asks.question.get();
        question.cloned().unwrap_or_else(|| {
            panic!(
                "nothing was asked in the call at {place}: write `#[requires_approval]` on the function, above the \
                 attributes of other crates, and call it with arguments that its `when` asks about"
            )
        })
    }
}

/// Denies the question if there is somebody who waits for one, before any approver is asked.
pub(crate) fn denied(request: &Request) -> Option<Decision> {
    let asks = current()?;
    asks.hear(request);
    Some(Decision::deny("`approver::asks` denies every question"))
}

fn current() -> Option<Arc<Asks>> {
    ASKS.try_with(Arc::clone).ok().or_else(Scope::find)
}

/// Keeps the first question.
struct Asks {
    question: OnceLock<Request>,
    /// The one that this one is inside of: it hears of the question, too.
    around: Option<Arc<Asks>>,
}

impl Asks {
    fn hear(&self, request: &Request) {
        self.question.get_or_init(|| request.clone());
        if let Some(around) = &self.around {
            around.hear(request);
        }
    }
}
