//! An approver is asked. It is foreign code: its panic is a denial, and so is a question of its own that would come to itself.

use std::cell::Cell;
use std::future::poll_fn;
use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::approval::approver::{ErasedApprover, Who};
use crate::base::foreign::{Quiet, caught};
use crate::said::decision::Decision;
use crate::said::name::ToolName;
use crate::said::request::Request;
use crate::scope::Scope;

const UNDER_ITSELF: &str =
    "the approver asked for it while it was being asked itself, and there would be no end of that";

/// So many questions under questions are asked, if each is another one.
const DEEPEST: usize = 16;

thread_local! {
    static AT_ONCE: Cell<bool> = const { Cell::new(false) };
}

/// What the approver decides without waiting. To ask somebody is to wait.
pub(crate) fn at_once(approver: &dyn ErasedApprover, request: &Request) -> Option<Decision> {
    if AT_ONCE.replace(true) {
        return Some(Decision::deny(UNDER_ITSELF));
    }
    let decision = caught(|| approver.at_once_erased(request));
    AT_ONCE.set(false);
    decision.unwrap_or_else(|words| Some(panicked(&words))).map(Decision::told)
}

/// What the approver decides in its own time.
pub(crate) async fn review(approver: &dyn ErasedApprover, request: &Request, within: Option<Duration>) -> Decision {
    let Some(review) = Review::begin(approver.who(), &request.tool, within) else {
        return Decision::deny(UNDER_ITSELF);
    };
    let scope = Scope::current().with(Arc::new(Under(Arc::downgrade(&review))));
    let answer = scope.run(answer(approver, request)).await;
    answer.unwrap_or_else(|words| panicked(&words)).told()
}

async fn answer(approver: &dyn ErasedApprover, request: &Request) -> Result<Decision, String> {
    let mut answer = Quiet::new(caught(|| approver.review_erased(request))?);
    let decision = poll_fn(|cx| answer.poll(cx)).await?;
    answer.end()?;
    Ok(decision)
}

fn panicked(words: &str) -> Decision {
    Decision::deny(format!("the approver panicked: {words}"))
}

/// How long the question stands open that is asked here: for an approver that does not wait for its answer.
#[cfg(feature = "rmcp")]
pub(crate) fn within() -> Option<Duration> {
    Scope::find::<Under>()?.0.upgrade()?.within
}

/// An approver that is being asked, and those that are asked because of what it does.
struct Review {
    who: Who,
    tool: ToolName,
    #[cfg_attr(not(feature = "rmcp"), expect(dead_code, reason = "no approver asks for it"))]
    within: Option<Duration>,
    outer: Weak<Review>,
}

/// What a scope holds of a review. Tasks that go on when it is over are under it no longer.
struct Under(Weak<Review>);

impl Review {
    /// `None` where this is an approver's own question.
    fn begin(who: Who, tool: &ToolName, within: Option<Duration>) -> Option<Arc<Review>> {
        let outer = Scope::find::<Under>().map(|under| under.0.clone()).unwrap_or_default();
        let mut above = outer.upgrade();
        let mut depth = 0;
        while let Some(review) = above {
            depth += 1;
            if review.is_of(who, tool) || depth >= DEEPEST {
                return None;
            }
            above = review.outer.upgrade();
        }
        Some(Arc::new(Review { who, tool: tool.clone(), within, outer }))
    }

    /// An approver that is made anew for each question is known by its type and by what it is asked about.
    fn is_of(&self, who: Who, tool: &ToolName) -> bool {
        self.who == who || (self.who.kind == who.kind && self.tool == *tool)
    }
}
