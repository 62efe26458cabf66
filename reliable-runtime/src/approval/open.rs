//! A question while it stands open.

use std::time::Duration;

use tokio::time::Instant;

use crate::said::ids::QuestionId;
use crate::said::name::ToolName;
use crate::said::request::Request;
use crate::seen::emit::tell;

/// A question that stands open. If it is dropped so, the trail tells of that.
pub(super) struct Open {
    tool: ToolName,
    id: QuestionId,
    since: Instant,
    is_answered: bool,
}

impl Open {
    pub(super) fn new(request: &Request) -> Self {
        Open { tool: request.tool.clone(), id: request.id, since: Instant::now(), is_answered: false }
    }

    /// How long it took.
    pub(super) fn answered(mut self) -> Duration {
        self.is_answered = true;
        self.since.elapsed()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.is_answered {
            tell!(Withdrawn { tool: self.tool.clone(), id: self.id, waited: self.since.elapsed() });
        }
    }
}
