//! What `#[chaos]` writes before a body.

use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use super::{Break, Chaos, What};
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
    let wait = match struck(point, |_| no_stream(point))? {
        Struck::Ended(outcome) => return Some(outcome),
        Struck::Waits(wait) => wait,
        Struck::Breaks(never) => match never {},
    };
    wait.over(point).await;
    None
}

/// The same in a plain `fn`, where a pause blocks the thread.
///
/// # Panics
/// As [`strike`] does; and if the plan hangs the call, because a thread that hangs would hang the test.
pub fn strike_blocking<R: Outcome<Error: 'static>>(point: &'static str) -> Option<R> {
    match struck(point, |_| no_stream(point))? {
        Struck::Ended(outcome) => return Some(outcome),
        Struck::Waits(Wait::For(time)) => std::thread::sleep(time),
        Struck::Waits(Wait::ForEver) => {
            panic!("the chaos plan hangs `{point}`, which is no `async fn`: nothing could end that")
        }
        Struck::Breaks(never) => match never {},
    }
    None
}

#[cold]
fn no_stream(point: &str) -> Infallible {
    panic!("the chaos plan breaks the stream of `{point}`, and nothing is around that: write `#[chaos(stream)]`")
}

/// What happens to a call: an outcome, a wait before its body, or a stream that breaks.
pub(crate) enum Struck<R, B> {
    Ended(R),
    Waits(Wait),
    Breaks(B),
}

pub(crate) enum Wait {
    For(Duration),
    ForEver,
}

impl Wait {
    pub(crate) async fn over(self, point: &'static str) {
        match self {
            Wait::ForEver => pending().await,
            Wait::For(time) => Timer::new(Whose { tool: point, attribute: "chaos" }, time).await,
        }
    }
}

/// What happens to the call that is reaching this point. `breaks` is asked how its stream does.
pub(crate) fn struck<R: Outcome<Error: 'static>, B>(
    point: &'static str,
    breaks: impl FnOnce(&Break) -> B,
) -> Option<Struck<R, B>> {
    let plan = Scope::find::<Chaos>()?;
    Some(match plan.point(point)?.next(point) {
        What::Nothing => return None,
        What::Fail(failing) => Struck::Ended(R::from_result(Err(failing.error(point)))),
        What::Hang => Struck::Waits(Wait::ForEver),
        What::Slow(by) => Struck::Waits(Wait::For(*by)),
        What::Panic(words) => panic!("{words}"),
        What::Break(how) => Struck::Breaks(breaks(how)),
    })
}
