//! A question in the flow of a durable run: asked once, answered from anywhere, and known in the next life.

use std::future::Future;
use std::time::Duration;

use crate::approval::open::Open;
use crate::approval::question::Approval;
use crate::approval::whom::Whom;
use crate::base::human_time::asking::asking;
use crate::durable::question::{Answered, Asked};
use crate::durable::records::Asking;
use crate::said::decision::Decision;
use crate::said::fault::Fault;
use crate::said::request::Request;
use crate::seen::span::ApprovalSpan;

impl Approval<'_> {
    /// Whoever looks into the inbox is asked, and the approver, if there is one: the first answer counts.
    pub(super) async fn ask_in_run(mut self, asked: Box<Asked>) -> Result<(), Fault> {
        // In the time of the flow, from the question to the answer that is handed out: in each life the clocks around it stand
        // still for the same time.
        let mut span = None;
        let (answered, is_known) = asking(asked.recorded(self.answered(&asked, &mut span))).await;
        let Answered { id, decision, waited, remembered } = answered;
        self.request.id = id;
        if remembered {
            return if is_known { self.outcome(&decision) } else { self.tell(decision, waited, true) };
        }
        let decision = self.corrected(decision);
        // What is remembered of it was when it was heard, and may have been revoked since.
        if is_known {
            return self.outcome(&decision);
        }
        let span = span.unwrap_or_else(|| ApprovalSpan::begin(&self.request));
        span.decided(&decision);
        span.around(async { self.conclude(decision, waited) }).await
    }

    /// What a run is to know of the question.
    pub(super) fn asking(&self) -> Asking {
        let alike = self.memory.as_ref().and_then(|memory| memory.alike()).cloned();
        Asking { request: self.request.clone(), within: self.within, alike }
    }

    async fn answered(&mut self, asked: &Asked, span: &mut Option<ApprovalSpan>) -> Answered {
        let known = self.memory.as_ref().and_then(|memory| memory.recall());
        let recalled = match known {
            Some(decision) => asked.unless_answered(decision).await,
            None => asked.recall().await,
        };
        if let Some((id, decision)) = recalled {
            return Answered { id, decision, waited: Duration::ZERO, remembered: true };
        }
        let id = asked.open().await;
        self.request.id = id;
        let span = span.insert(ApprovalSpan::begin(&self.request));
        let this = &mut *self;
        let waits = async move {
            this.tell_asked();
            let open = Open::new(&this.request);
            let approver = approver(Whom::of(this.by), &this.request, this.within);
            let decision = asked.answer(id, approver).await;
            Answered { id, decision, waited: open.answered(), remembered: false }
        };
        span.around(waits).await
    }
}

/// `None` where nobody is there to be asked: then it is the inbox alone.
fn approver<'a>(
    whom: Whom<'a>,
    request: &'a Request,
    within: Option<Duration>,
) -> Option<impl Future<Output = Decision> + Send + 'a> {
    if let Whom::Nobody(_) = whom {
        return None;
    }
    Some(async move {
        match whom.at_once(request) {
            Some(decision) => decision,
            None => whom.review(request, within).await,
        }
    })
}
