//! `#[call_limit]`: so many calls of a tool in one run of an agent, and no more.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::agent::run::Run;
use crate::policies::limit::tell_rejection;
use crate::said::fault::Fault;

/// How often a tool may be called in one run of an agent.
///
/// Each run has a count of its own, which ends with it. It is shared by all calls of the function, or by all functions that
/// name it:
///
/// ```
/// use reliable::{CallLimit, Fault, Step, agent, call_limit};
///
/// static SEARCHES: CallLimit = CallLimit::max(2);
///
/// #[call_limit(SEARCHES)]
/// async fn search(words: &str) -> Result<u32, Fault> {
///     Ok(3)
/// }
///
/// #[call_limit(SEARCHES)]
/// async fn search_news(words: &str) -> Result<u32, Fault> {
///     Ok(5)
/// }
///
/// #[agent]
/// async fn assistant() -> Result<Step<Fault>, Fault> {
///     search("rust").await?;
///     search_news("rust").await?;
///     Ok(Step::Done(search("crates").await.unwrap_err()))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(assistant().await, Ok(Fault::CallLimit { tool: "search".into(), max: 2 }));
/// assert_eq!(search("crates").await, Ok(3), "outside of a run it does nothing");
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a call limit does nothing until a call asks it"]
pub struct CallLimit {
    max: u32,
    /// Which one it is, when somebody first asks it: runs count by that.
    id: OnceLock<u64>,
}

impl CallLimit {
    /// So many calls in a run.
    ///
    /// # Panics
    /// If it is 0.
    pub const fn max(max: u32) -> Self {
        assert!(max > 0, "`max` of a call limit must be 1 or more");
        CallLimit { max, id: OnceLock::new() }
    }

    /// Counts a call in the run of an agent that it is a part of, if there is one: in the outermost, where agents are
    /// within agents.
    ///
    /// ```
    /// use reliable::CallLimit;
    ///
    /// static LIMIT: CallLimit = CallLimit::max(5);
    ///
    /// assert_eq!(LIMIT.admit("search"), Ok(()), "no agent is running here");
    /// ```
    ///
    /// # Errors
    /// [`Fault::CallLimit`] if the run has had all its calls. Such a call is not counted.
    pub fn admit(&self, tool: &'static str) -> Result<(), Fault> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = || *self.id.get_or_init(|| NEXT.fetch_add(1, Ordering::Relaxed));
        if Run::current().count_call(id, self.max) { Ok(()) } else { Err(used_up(tool, self.max)) }
    }
}

#[cold]
fn used_up(tool: &'static str, max: u32) -> Fault {
    let fault = Fault::CallLimit { tool: tool.into(), max };
    tell_rejection(tool, || fault.clone());
    fault
}
