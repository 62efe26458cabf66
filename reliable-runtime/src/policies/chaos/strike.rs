//! What `#[chaos]` writes before a body.

use std::future::pending;
use std::ops::ControlFlow;
use std::time::Duration;

use super::{Chaos, What};
use crate::base::flow_time::Whose;
use crate::base::timer::Timer;
use crate::scope::Scope;
use crate::seen::outcome::Outcome;

/// `Some` with an outcome to return at once, if the plan in scope has one for this
/// call; where it has a pause, after that.
///
/// ```
/// use reliable::Scope;
/// use reliable::chaos::{Chaos, fail};
/// use reliable::expansion::strike;
///
/// async fn forecast() -> Result<u32, String> {
///     if let Some(outcome) = strike("forecast").await {
///         return outcome;
///     }
///     Ok(21)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let plan = Chaos::plan().at("forecast", [fail(|| "503".to_owned())]);
/// assert_eq!(Scope::current().chaos(&plan).run(forecast()).await, Err("503".to_owned()));
/// assert_eq!(forecast().await, Ok(21), "outside of the scope");
/// # }
/// ```
///
/// # Panics
/// If the plan says so, or fails the function with an error of another type than its own.
pub async fn strike<R: Outcome<Error: 'static>>(point: &'static str) -> Option<R> {
    // Bound before it is awaited: what a `match` looks at stays alive until its end, and an outcome may not be `Send`.
    let wait = match struck(point)? {
        ControlFlow::Break(outcome) => return Some(outcome),
        ControlFlow::Continue(wait) => wait,
    };
    match wait {
        Wait::ForEver => pending().await,
        Wait::For(time) => Timer::new(Whose { tool: point, attribute: "chaos" }, time).await,
    }
    None
}

/// The same in a plain `fn`, where a pause blocks the thread.
///
/// # Panics
/// As [`strike`] does; and if the plan hangs the call, because a thread that hangs would hang the test.
pub fn strike_blocking<R: Outcome<Error: 'static>>(point: &'static str) -> Option<R> {
    match struck(point)? {
        ControlFlow::Break(outcome) => return Some(outcome),
        ControlFlow::Continue(Wait::For(time)) => std::thread::sleep(time),
        ControlFlow::Continue(Wait::ForEver) => {
            panic!("the chaos plan hangs `{point}`, which is no `async fn`: nothing could end that")
        }
    }
    None
}

enum Wait {
    For(Duration),
    ForEver,
}

/// What happens to a call: an outcome, or a wait before its body.
fn struck<R: Outcome<Error: 'static>>(point: &'static str) -> Option<ControlFlow<R, Wait>> {
    let plan = Scope::find::<Chaos>()?;
    match plan.point(point)?.next(point) {
        What::Nothing => None,
        What::Fail(failing) => Some(ControlFlow::Break(R::from_result(Err(failing.error(point))))),
        What::Hang => Some(ControlFlow::Continue(Wait::ForEver)),
        What::Slow(by) => Some(ControlFlow::Continue(Wait::For(*by))),
        What::Panic(words) => panic!("{words}"),
    }
}
