//! Who is asked.

use std::sync::Arc;
use std::time::Duration;

use crate::agent::denials::No;
use crate::agent::run::Run;
use crate::approval::approver::{Approver, ErasedApprover};
use crate::approval::{approver, asked};
use crate::said::decision::Decision;
use crate::said::request::Request;

/// The approver that a question is for.
pub(super) enum Whom<'a> {
    Named(&'a dyn ErasedApprover),
    Ambient(Arc<dyn ErasedApprover>),
    Nobody(Nobody),
}

impl<'a> Whom<'a> {
    pub(super) fn of(by: Option<&'a dyn ErasedApprover>) -> Self {
        let ambient = || approver::current().map(Whom::Ambient);
        by.map(Whom::Named).or_else(ambient).unwrap_or_else(|| Whom::Nobody(Nobody(approver::why_none())))
    }

    fn approver(&self) -> &dyn ErasedApprover {
        match self {
            Whom::Named(approver) => *approver,
            Whom::Ambient(approver) => &**approver,
            Whom::Nobody(nobody) => nobody,
        }
    }

    pub(super) fn at_once(&self, request: &Request) -> Option<Decision> {
        asked::at_once(self.approver(), request).inspect(|decision| self.note(request, decision))
    }

    pub(super) async fn review(&self, request: &Request, within: Option<Duration>) -> Decision {
        let decision = asked::review(self.approver(), request, within).await;
        self.note(request, &decision);
        decision
    }

    /// A no holds for the same call in the rest of the run, if somebody said it.
    fn note(&self, request: &Request, decision: &Decision) {
        if let (Whom::Named(_) | Whom::Ambient(_), Decision::Denied { by, reason, .. }) = (self, decision) {
            Run::current().remember_denied(request, No { reason: reason.clone(), by: by.clone() });
        }
    }
}

/// Stands for the approver that is missing, and says why.
pub(super) struct Nobody(&'static str);

impl Approver for Nobody {
    async fn review(&self, _: &Request) -> Decision {
        Decision::deny(self.0)
    }
}
