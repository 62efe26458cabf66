//! An execution of a tool, told to `tracing` as a span and to `metrics` as a time.

use crate::said::ids::QuestionId;
use crate::said::name::ToolName;
use crate::seen::failure::Failure;
use crate::seen::metrics::{self, Started};
use crate::seen::span::ToolSpan;
use crate::seen::trace;

/// In a box, and only if somebody listens: the future of the call stays small.
#[derive(Debug)]
pub(crate) struct Watch(Option<Box<Watched>>);

#[derive(Debug)]
struct Watched {
    tool: ToolName,
    span: ToolSpan,
    started: Started,
}

impl Watch {
    pub(crate) const NONE: Watch = Watch(None);

    pub(crate) fn begin(tool: &ToolName, question: Option<QuestionId>) -> Self {
        let is_heard = trace::is_heard() || metrics::is_heard();
        Watch(is_heard.then(|| {
            let span = ToolSpan::begin(tool, question);
            Box::new(Watched { tool: tool.clone(), span, started: metrics::start() })
        }))
    }

    #[inline]
    pub(crate) fn within<T>(&self, run: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(watched) => watched.span.within(run),
            None => run(),
        }
    }

    pub(crate) fn succeeded(&self) {
        let Some(watched) = &self.0 else { return };
        watched.span.finished();
        metrics::tool_ended(&watched.tool, watched.started, Ok(()));
    }

    pub(crate) fn failed<'e>(&self, look: impl FnOnce() -> Failure<'e>) {
        let Some(watched) = &self.0 else { return };
        let failure = look();
        watched.span.failed(failure.fault(), failure);
        metrics::tool_ended(&watched.tool, watched.started, Err(failure.fault()));
    }
}
